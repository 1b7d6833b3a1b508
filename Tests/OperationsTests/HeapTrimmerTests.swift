internal import Foundation
internal import Testing

@testable internal import Operations

/// In a process of its own this would be exact; beside other tests the bounds are wide.
@Suite struct HeapTrimmerTests {
    /// What lies between blocks that live on is what the allocator keeps.
    @Test func memoryBetweenLivingBlocksIsGivenBack() async throws {
        var blocks = (0..<40_000).map { _ in [UInt8](repeating: 1, count: 4_000) }
        let before = try Self.resident()
        blocks = blocks.enumerated().filter { $0.offset % 50 == 0 }.map(\.element)
        let free = try #require(await Heaps().trim(ifAbove: 64 << 20), "160 MB were freed")
        #expect(free > 64 << 20)
        #expect(try Self.resident() < before - 64 << 20)
        #expect(blocks.count == 800)
    }

    @Test func aLittleIsLeftWhereItIs() async {
        #expect(await Heaps().trim(ifAbove: .max) == nil)
    }

    /// Bytes.
    private static func resident() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
