internal import Foundation

/// What something takes of memory, by the largest resident set of a process of its own.
package enum MemoryBound {
    /// What libraries take when first used, and the allocator keeps.
    private static let slack = 48 << 20

    package struct Excess: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameters:
    ///   - bytes: what it may take, beside what was taken before.
    ///   - input: made before anything is measured.
    package static func expect<Input>(
        within bytes: Int, of input: Input, _ work: (Input) throws -> Void
    ) throws {
        let before = try peak()
        try work(input)
        let growth = try peak() - before
        if growth > bytes + slack { throw Excess(description: "took \(growth >> 20) MiB, not \(bytes >> 20)") }
    }

    /// In bytes, so far.
    private static func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let words = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ") ?? []
        guard let kibibytes = words.dropLast().last.flatMap({ Int($0) }) else {
            throw Excess(description: "/proc/self/status has no VmHWM")
        }
        return kibibytes << 10
    }
}
