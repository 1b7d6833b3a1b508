/// Small files that ask for much, made as they are needed. All pixels and texts are zeros.
enum Bomb {
    // MARK: PNG

    private static let crcTable: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { crc, _ in crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        var crc = UInt32.max
        for byte in body { crc = (crc >> 8) ^ crcTable[Int((crc ^ UInt32(byte)) & 0xFF)] }
        return big(data.count) + body + big(Int(~crc))
    }

    /// A zlib stream (RFC 1950) of so many zeros: one, then matches of 258 with distance 1, in fixed codes.
    static func zeros(_ count: Int) -> [UInt8] {
        let matches = max(0, count - 1) / 258
        var out: [UInt8] = [0x78, 0x9C]
        var (bits, used) = (UInt64(0), UInt64(0))
        func put(_ value: UInt64, _ length: UInt64) {
            bits |= value << used
            used += length
            while used >= 8 {
                out.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
                used -= 8
            }
        }
        /// Codes stand with their first bit lowest.
        func code(_ value: UInt64, _ length: UInt64) {
            put((0..<length).reduce(0) { $0 | (value >> $1 & 1) << (length - 1 - $1) }, length)
        }
        put(0b011, 3)  // the last block, fixed codes
        for _ in 0..<(count - 258 * matches) { code(0x30, 8) }
        for _ in 0..<matches {
            code(0b1100_0101, 8)
            code(0, 5)
        }
        code(0, 7)
        put(0, 7)
        return out + big(count % 65_521 << 16 | 1)
    }

    /// - Parameters:
    ///   - channels: 3 or 4.
    ///   - rows: nil: as many bytes as the size asks for.
    static func png(
        _ width: Int, _ height: Int, bits: Int = 8, channels: Int = 3, isInterlaced: Bool = false, rows: Int? = nil,
        before: [UInt8] = []
    ) -> [UInt8] {
        let passes =
            isInterlaced
            ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
            : [(0, 0, 1, 1)]
        let needed = passes.reduce(0) { sum, pass in
            let columns = (width - pass.0 + pass.2 - 1) / pass.2
            return sum + (height - pass.1 + pass.3 - 1) / pass.3 * (columns * channels * bits / 8 + 1)
        }
        let header = big(width) + big(height) + [UInt8(bits), channels == 3 ? 2 : 6, 0, 0, isInterlaced ? 1 : 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + before
            + chunk("IDAT", zeros(rows ?? needed)) + chunk("IEND", [])
    }

    // MARK: Others

    /// Every frame is one pixel, in the corner.
    static func gif(_ width: Int, _ height: Int, frames: Int, frame: (Int, Int) = (1, 1)) -> [UInt8] {
        let one: [UInt8] = [0x2C, 0, 0, 0, 0] + little(frame.0, 2) + little(frame.1, 2) + [0, 2, 2, 0x44, 1, 0]
        return Array("GIF89a".utf8) + little(width, 2) + little(height, 2) + [0x80, 0, 0, 0, 0, 0, 255, 255, 255]
            + Array(repeating: one, count: frames).joined() + [0x3B]
    }

    /// Every frame is one pixel, in the corner.
    static func webp(_ width: Int, _ height: Int, frames: Int) -> [UInt8] {
        let pixel: [UInt8] = [0x56, 0x50, 0x38, 0x4C, 14, 0, 0, 0, 47, 0, 0, 0, 0, 7, 16, 17, 253, 15, 68, 68, 255, 3]
        let frame = [UInt8](repeating: 0, count: 12) + little(10, 3) + [0] + pixel
        let chunk = Array("ANMF".utf8) + little(frame.count, 4) + frame
        let body: [UInt8] =
            Array("WEBPVP8X".utf8) + little(10, 4) + [2, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3)
            + Array("ANIM".utf8) + little(6, 4) + [UInt8](repeating: 0, count: 6)
            + Array(repeating: chunk, count: frames).joined()
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }

    /// Grey pages of one pixel a row.
    /// - Parameter sharedStrips: so many rows, each a strip of its own; all pages name one list of strips.
    static func tiff(pages: Int, width: Int = 1, sharedStrips: Int = 1, isEndless: Bool = false) -> [UInt8] {
        let size = 2 + 12 * 9 + 4
        let list = sharedStrips > 1 ? 8 + size * pages : 8
        let entries = [
            (256, width), (257, sharedStrips), (258, 8), (259, 1), (262, 1), (273, list), (277, 1), (278, 1),
            (279, list),
        ]
        var file: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0]
        for page in 0..<pages {
            file += little(entries.count, 2)
            for (tag, value) in entries {
                let isList = tag == 273 || tag == 279
                file += little(tag, 2) + little(4, 2) + little(isList ? sharedStrips : 1, 4)
                file += little(tag == 279 && sharedStrips == 1 ? width : value, 4)
            }
            file += little(page + 1 < pages ? 8 + size * (page + 1) : isEndless ? 8 : 0, 4)
        }
        return file + Array(repeating: [1, 0, 0, 0], count: sharedStrips).joined()
    }

    /// HEIF without any coded data. Picture 1 is 64 × 64 and the one to show.
    /// - Parameters:
    ///   - parts: what pictures are put together from.
    ///   - planes: pictures that belong to picture 1.
    ///   - sizes: of the others.
    static func heif(parts: [(Int, [Int])], planes: [Int] = [], sizes: [(item: Int, side: Int)]) -> [UInt8] {
        func box(_ name: String, _ content: [UInt8]) -> [UInt8] { big(content.count + 8) + Array(name.utf8) + content }
        func short(_ number: Int) -> [UInt8] { little(number, 2).reversed() }
        func reference(_ name: String, from: Int, to: [Int]) -> [UInt8] {
            box(name, short(from) + short(to.count) + to.map(short).joined())
        }
        let all = [(item: 1, side: 64)] + sizes
        var (properties, associations, references): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        for (place, picture) in all.enumerated() {
            properties += box("ispe", big(0) + big(picture.side) + big(picture.side))
            associations += short(picture.item) + [1, UInt8(place + 1)]
        }
        for (whole, parts) in parts { references += reference("dimg", from: whole, to: parts) }
        for plane in planes { references += reference("auxl", from: plane, to: [1]) }
        let meta =
            box("hdlr", big(0) + big(0) + Array("pict".utf8) + [UInt8](repeating: 0, count: 13))
            + box("pitm", big(0) + short(1))
            + box("iprp", box("ipco", properties) + box("ipma", big(0) + big(all.count) + associations))
            + box("iref", big(0) + references)
        return box("ftyp", Array("heic".utf8) + big(0) + Array("mif1heic".utf8)) + box("meta", big(0) + meta)
    }

    private static func big(_ number: Int) -> [UInt8] { little(number, 4).reversed() }

    private static func little(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
