internal import Glibc

/// Memory for records of some ten to some hundred bytes, in blocks of a multiple of 16 bytes.
///
/// A block is named by 32 bits, its place in units of 16 bytes, so that 64 GiB can be named. Blocks lie in chunks that
/// are never given back or moved; a freed one is used again for the next record of its size. No header is written: who
/// has a block knows how long it is.
struct BlockArena: ~Copyable {
    static let unit = 16
    /// Of one record, in bytes. An account's has 1,950 at most, unless somebody knows the key, a thing's 4,060.
    static let longest = 4_096
    /// Of 2 MiB, a huge page.
    private static let chunkUnits = 1 << 17

    private var chunks: [UnsafeMutableRawPointer] = []
    /// Units of the last chunk that were never used.
    private var untouched = 0
    /// By size in units: blocks that are free, each of which begins with the next one's name.
    private var unused = [UInt32](repeating: .max, count: longest / unit + 1)

    deinit { for chunk in chunks { free(chunk) } }

    /// Memory that was taken from the system, in bytes.
    var bytes: Int { chunks.count * BlockArena.chunkUnits * BlockArena.unit }

    static func units(_ count: Int) -> Int { max(1, (count + unit - 1) / unit) }

    /// - Parameter count: of bytes, at most `longest`.
    mutating func allocate(_ count: Int) -> UInt32 {
        precondition(count <= BlockArena.longest, "a record is too long")
        let units = BlockArena.units(count)
        if unused[units] != .max {
            let block = unused[units]
            unused[units] = self[block].loadUnaligned(as: UInt32.self)
            return block
        }
        if untouched < units { grow() }
        let place = chunks.count * BlockArena.chunkUnits - untouched
        untouched -= units
        return UInt32(place)
    }

    mutating func release(_ block: UInt32, _ count: Int) {
        let units = BlockArena.units(count)
        self[block].storeBytes(of: unused[units], as: UInt32.self)
        unused[units] = block
    }

    /// Where a block begins.
    subscript(block: UInt32) -> UnsafeMutableRawPointer {
        chunks[Int(block) / BlockArena.chunkUnits] + Int(block) % BlockArena.chunkUnits * BlockArena.unit
    }

    /// What is left of the last chunk becomes blocks that are free.
    private mutating func grow() {
        while untouched > 0 {
            let units = min(untouched, BlockArena.longest / BlockArena.unit)
            let place = UInt32(chunks.count * BlockArena.chunkUnits - untouched)
            untouched -= units
            release(place, units * BlockArena.unit)
        }
        precondition(chunks.count < 1 << 15, "64 GiB of records in one partition")
        chunks.append(HugePages.allocate(BlockArena.chunkUnits * BlockArena.unit))
        untouched = BlockArena.chunkUnits
    }
}
