internal import Glibc
internal import Testing

@testable internal import Operations

@Suite struct HeapTrimmerTests {
    /// What lies between blocks that live on is what the allocator keeps. In a process of its own: other tests take and give
    /// back memory of theirs.
    @Test func memoryBetweenLivingBlocksIsGivenBack() async {
        await #expect(processExitsWith: .success) {
            var blocks = (0..<40_000).map { _ in [UInt8](repeating: 1, count: 4_000) }
            let pages = Set(blocks.map { $0.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } & ~4_095 })
            blocks = blocks.enumerated().filter { $0.offset % 50 == 0 }.map(\.element)
            let free = await Heaps().trim(ifAbove: 64 << 20) ?? 0
            let left = pages.count { page in
                // What is not mapped any more is not there either.
                var state: UInt8 = 0
                return mincore(UnsafeMutableRawPointer(bitPattern: page), 4_096, &state) == 0 && state & 1 == 1
            }
            #expect(free > 64 << 20, "160 MB were freed")
            #expect(left < pages.count / 2, "\(left) of \(pages.count) pages are still there")
            #expect(blocks.count == 800)
        }
    }

    @Test func aLittleIsLeftWhereItIs() async {
        #expect(await Heaps().trim(ifAbove: .max) == nil)
    }
}
