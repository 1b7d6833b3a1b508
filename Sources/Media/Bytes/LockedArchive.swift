/// RAR and 7z archives that need a password, as far as what is not compressed says so: entries of RAR 4 and 5 one by
/// one, or all at once where their names are locked too; of 7z only whether its list is (with `-mhe`), since otherwise
/// the list that would tell is compressed.
enum LockedArchive {
    /// Entries that are looked at.
    private static let most = 10_000

    /// Entries that need a password; 1 where not even their number can be read. 0 for what is no such archive.
    static func entries(of file: UnsafeRawBufferPointer) -> Int {
        if file.starts(with: [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x00]) { return rar4(file) }
        if file.starts(with: [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x01, 0x00]) { return rar5(file) }
        if file.starts(with: [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) { return sevenZip(file) }
        return 0
    }

    /// Blocks of a checksum, a type, flags and a size (technote.txt of RAR 4).
    private static func rar4(_ file: UnsafeRawBufferPointer) -> Int {
        var place = 7
        var (found, locked) = (0, 0)
        while place + 7 <= file.count, found < most {
            let (type, flags) = (file[place + 2], file.littleEndian16(place + 3))
            let size = file.littleEndian16(place + 5)
            guard size >= 7 else { break }
            if type == 0x73, flags & 0x0080 != 0 { return 1 }
            if type == 0x74 {
                found += 1
                locked += flags & 0x04 == 0 ? 0 : 1
            }
            if type == 0x7B { break }
            var next = place + size
            // Files, and whatever says that it has more behind its header.
            if type == 0x74 || flags & 0x8000 != 0 {
                guard place + 11 <= file.count else { break }
                next += Int(file.littleEndian32(place + 7))
                if type == 0x74, flags & 0x0100 != 0, place + 36 <= file.count {
                    let high = Int(file.littleEndian32(place + 32))
                    guard high < 1 << 16 else { break }
                    next += high << 32
                }
            }
            place = next
        }
        return locked
    }

    /// Headers of a checksum, their size, type and flags as numbers of seven bits a byte (RAR 5.0 archive format).
    private static func rar5(_ file: UnsafeRawBufferPointer) -> Int {
        var place = 8
        var (found, locked) = (0, 0)
        while place + 4 < file.count, found < most {
            var next = place + 4
            guard let size = number(file, &next), size > 0, size <= 2 << 20 else { break }
            let end = next + size
            guard end <= file.count, let type = number(file, &next), let flags = number(file, &next) else { break }
            if type == 4 { return 1 }
            if type == 5 { break }
            var (extra, data) = (0, 0)
            if flags & 1 != 0 {
                guard let count = number(file, &next) else { break }
                extra = count
            }
            if flags & 2 != 0 {
                guard let count = number(file, &next) else { break }
                data = count
            }
            if type == 2 {
                found += 1
                if extra <= end - next, isLocked(file, end - extra..<end) { locked += 1 }
            }
            guard data <= file.count - end else { break }
            place = end + data
        }
        return locked
    }

    /// Records of a size, a type and data; type 1 is the encryption's.
    private static func isLocked(_ file: UnsafeRawBufferPointer, _ extra: Range<Int>) -> Bool {
        var place = extra.lowerBound
        while place < extra.upperBound {
            guard let size = number(file, &place), size > 0, size <= extra.upperBound - place else { return false }
            var type = place
            if number(file, &type) == 1 { return true }
            place += size
        }
        return false
    }

    /// nil if it does not end within ten bytes and the file, or is none of a size.
    private static func number(_ file: UnsafeRawBufferPointer, _ place: inout Int) -> Int? {
        var value: UInt64 = 0
        for shift in 0..<9 {
            guard place < file.count else { return nil }
            let byte = file[place]
            place += 1
            value |= UInt64(byte & 0x7F) << UInt64(7 * shift)
            if byte < 0x80 { return Int(truncatingIfNeeded: value) }
        }
        return nil
    }

    /// AES (06 F1 07 01) among the coders of the packed list, which the header at the file's beginning leads to
    /// (7zFormat.txt).
    private static func sevenZip(_ file: UnsafeRawBufferPointer) -> Int {
        guard file.count >= 32 else { return 0 }
        func long(_ place: Int) -> UInt64 {
            UInt64(file.littleEndian32(place)) | UInt64(file.littleEndian32(place + 4)) << 32
        }
        let (offset, size) = (long(12), long(20))
        guard offset <= UInt64(file.count - 32), size <= UInt64(file.count - 32) - offset else { return 0 }
        let list = file[32 + Int(offset)..<32 + Int(offset) + Int(min(size, 4_096))]
        // What is not packed (1) would have to be followed; what is packed (0x17) has its coders near its beginning.
        var place = list.startIndex
        while place + 4 <= list.endIndex {
            if file[place] == 0x06, list[place...].starts(with: [0x06, 0xF1, 0x07, 0x01]) { return 1 }
            place += 1
        }
        return 0
    }
}
