package import Configuration
package import Events

/// A signals file (JSON Lines), read line by line: a bad line is left out with its reason and spoils nothing.
package struct SignalFile: Sendable {
    package struct RejectedLine: Sendable, Equatable {
        package let line: Int
        package let error: String
    }

    package private(set) var signals: [Signal] = []
    package private(set) var rejected: [RejectedLine] = []

    /// - Parameter check: what else is wrong with a signal, if anything; it is then rejected.
    /// - Throws: `FileError` if the file can't be read at all.
    package init(path: String, check: (Signal) -> String? = { _ in nil }) throws(FileError) {
        self.init(try readFile(path, atMost: SignalFile.largest), check: check)
    }

    package static let largest = 4 << 30

    /// - Parameter defaults: what holds for lines that do not say it themselves.
    package init(
        _ bytes: [UInt8], defaults: SignalDefaults = SignalDefaults(), check: (Signal) -> String? = { _ in nil }
    ) {
        let reader = SignalLineReader(defaults: defaults)
        bytes.withUnsafeBytes { bytes in
            // Some editors put a byte order mark before the first line.
            var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            var line = 0
            while start < bytes.count {
                line += 1
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                start = end + 1
                if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
                do throws(SignalLineReader.Rejection) {
                    let signal = try reader.read(text)
                    if let problem = check(signal) {
                        rejected.append(RejectedLine(line: line, error: problem))
                    } else {
                        signals.append(signal)
                    }
                } catch {
                    rejected.append(RejectedLine(line: line, error: error.description))
                }
            }
        }
    }
}
