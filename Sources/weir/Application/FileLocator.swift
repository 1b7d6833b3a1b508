import Configuration
import Glibc

/// Finds files named by relative paths: in the working directory, beside the configuration file, or where the tool's
/// own topology was installed or built.
struct FileLocator: Sendable {
    private let bases: [String]

    /// - Parameter configuration: the configuration file, if one was given.
    init(configuration: String?) {
        var bases = ["."]
        if let configuration, let slash = configuration.lastIndex(of: "/") {
            bases.append(String(configuration[..<slash]))
        }
        if let executable = FileLocator.executable {
            var folder = executable[..<(executable.lastIndex(of: "/") ?? executable.startIndex)]
            // A build lies a few folders below the package; an installation has bin and share side by side.
            for _ in 0..<5 {
                bases.append(String(folder))
                bases.append("\(folder)/share/weir")
                guard let slash = folder.lastIndex(of: "/") else { break }
                folder = folder[..<slash]
            }
        }
        self.bases = bases
    }

    /// The first place where the file is; the path as it stands if it is nowhere.
    func locate(_ path: String) -> String {
        if path.hasPrefix("/") || path == "-" { return path }
        for base in bases where FileFingerprint(path: "\(base)/\(path)") != nil {
            return base == "." ? path : "\(base)/\(path)"
        }
        return path
    }

    /// The path of the running tool.
    static var executable: String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = buffer.withUnsafeMutableBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? -1
            }
        }
        return count > 0 ? String(decoding: buffer[0..<count], as: UTF8.self) : nil
    }
}
