import Foundation

enum Base64 { static func encode(_ b: [UInt8]) -> [UInt8] { Array(Data(b).base64EncodedString().utf8) } }
