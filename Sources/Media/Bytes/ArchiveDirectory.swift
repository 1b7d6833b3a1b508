/// The directory of a ZIP archive, which stands at its end (APPNOTE 6.3.10, section 4.3). Whatever comes before it is
/// none of a reader's business: so an archive can hang on a picture.
struct ArchiveDirectory: Equatable {
    /// Files that it lists; 0 if their list can't be followed, as in archives of more than 4 GiB or 65,534 files (4.3.14).
    let entries: Int
    /// Those of them that need a password (4.4.4, bit 0).
    let encrypted: Int

    /// Entries that are looked at.
    private static let most = 10_000
    private static let endCount = 22

    /// nil if there is none at the end, or it does not lead to a directory.
    init?(_ file: UnsafeRawBufferPointer) {
        guard file.count >= ArchiveDirectory.endCount else { return nil }
        // Behind it there may be a comment of up to 64 KiB.
        let first = max(0, file.count - ArchiveDirectory.endCount - 0xFFFF)
        var end = file.count - ArchiveDirectory.endCount
        while true {
            if file.littleEndian32(end) == 0x0605_4B50,
                end + ArchiveDirectory.endCount + file.littleEndian16(end + 20) <= file.count
            {
                break
            }
            guard end > first else { return nil }
            end -= 1
        }
        let size = Int(file.littleEndian32(end + 12))
        let stated = file.littleEndian16(end + 10)
        if size == 0xFFFF_FFFF || stated == 0xFFFF {
            (entries, encrypted) = (0, 0)
            return
        }
        // From its end back, whatever offset it states: that counts from where the archive alone began.
        var place = end - size
        guard place >= 0 else { return nil }
        if stated == 0 {
            (entries, encrypted) = (0, 0)
            guard size == 0 else { return nil }
            return
        }
        var (found, locked) = (0, 0)
        while found < ArchiveDirectory.most, place + 46 <= end, file.littleEndian32(place) == 0x0201_4B50 {
            found += 1
            locked += file.littleEndian16(place + 8) & 1
            place +=
                46 + file.littleEndian16(place + 28) + file.littleEndian16(place + 30) + file.littleEndian16(place + 32)
        }
        guard found > 0 else { return nil }
        (entries, encrypted) = (found, locked)
    }
}
