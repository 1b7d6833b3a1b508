import Glibc
import Testing

/// A folder that is gone afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/weir-state-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
        for file in (try? files(folder)) ?? [] { unlink("\(folder)/\(file)") }
        rmdir(folder)
    }
    try body(folder)
}

private func files(_ folder: String) throws -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        names.append(
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            })
    }
    return names.filter { $0 != "." && $0 != ".." }
}
