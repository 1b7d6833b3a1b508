internal import Foundation

/// A program of this package, as it was built beside the tests.
package struct BuiltProgram: Sendable {
    package let path: String

    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    /// It lies beside the bundle of the tests.
    package init(_ name: String) throws {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for folder in [Bundle.main.bundleURL, beside, Bundle.main.bundleURL.deletingLastPathComponent()] {
            let candidate = folder.appendingPathComponent(name)
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
                path = candidate.path
                return
            }
        }
        throw Missing(description: "no program \(name) beside \(Bundle.main.bundleURL.path)")
    }
}
