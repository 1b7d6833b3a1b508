internal import Glibc
internal import Testing

@testable internal import Operations

@Suite struct HeapTrimmerTests {
    /// What lies between blocks that live on is what the allocator keeps. Looked at page by page, since other tests take and
    /// give back memory of the same process.
    @Test func memoryBetweenLivingBlocksIsGivenBack() async throws {
        var blocks = (0..<40_000).map { _ in [UInt8](repeating: 1, count: 4_000) }
        let pages = Set(blocks.map { $0.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } & ~4_095 })
        blocks = blocks.enumerated().filter { $0.offset % 50 == 0 }.map(\.element)
        let free = try #require(await Heaps().trim(ifAbove: 64 << 20), "160 MB were freed")
        #expect(free > 64 << 20)
        let left = pages.count(where: Self.isResident)
        #expect(left < pages.count / 2, "\(left) of \(pages.count) pages are still there")
        #expect(blocks.count == 800)
    }

    @Test func aLittleIsLeftWhereItIs() async {
        #expect(await Heaps().trim(ifAbove: .max) == nil)
    }

    /// What is not mapped any more is not.
    private static func isResident(_ page: UInt) -> Bool {
        var state: UInt8 = 0
        return mincore(UnsafeMutableRawPointer(bitPattern: page), 4_096, &state) == 0 && state & 1 == 1
    }
}
