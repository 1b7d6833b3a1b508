internal import Detection
internal import Glibc

/// Where a file ends by its own structure. Reads no more than lengths and markers, and nothing twice.
enum FileStructure {
    enum End: Equatable {
        /// One past its last byte.
        case at(Int)
        /// Beyond what is there.
        case beyond
        /// Nothing in it says.
        case unknown
    }

    static func end(of file: UnsafeRawBufferPointer, _ type: MediaType) -> End {
        switch type {
        case .png: png(file)
        case .gif: gif(file)
        case .jpeg: jpeg(file)
        case .webp: riff(file)
        case .bmp: bitmap(file)
        case .heic, .avif, .mp4, .quicktime: boxes(file)
        case .tiff, .webm, .mpeg, .pdf, .zip, .unknown: .unknown
        }
    }

    /// Chunks up to IEND (PNG, third edition, section 5).
    private static func png(_ file: UnsafeRawBufferPointer) -> End {
        var place = 8
        while place + 12 <= file.count {
            let next = place + 12 + Int(file.bigEndian32(place))
            if file.bigEndian32(place + 4) == 0x4945_4E44 { return next <= file.count ? .at(next) : .beyond }
            place = next
        }
        return .beyond
    }

    /// Blocks up to the trailer (GIF89a, section 17 on).
    private static func gif(_ file: UnsafeRawBufferPointer) -> End {
        guard file.count >= 13 else { return .beyond }
        var place = 13 + colours(file[10])
        while place < file.count {
            switch file[place] {
            case 0x3B: return .at(place + 1)
            case 0x21: place += 2
            case 0x2C:
                guard place + 10 < file.count else { return .beyond }
                // The picture's own colours, then the least code's size.
                place += 10 + colours(file[place + 9]) + 1
            default: return .unknown
            }
            // Pieces of up to 255 bytes, and an empty one.
            while place < file.count, file[place] != 0 { place += 1 + Int(file[place]) }
            place += 1
        }
        return .beyond
    }

    /// Bytes of the table of colours that a packed field tells of.
    private static func colours(_ packed: UInt8) -> Int { packed & 0x80 == 0 ? 0 : 3 << (Int(packed & 7) + 1) }

    /// Segments up to EOI; within a scan only markers end it (ITU-T T.81, B.1.1).
    private static func jpeg(_ file: UnsafeRawBufferPointer) -> End {
        var place = 2
        while place + 1 < file.count {
            guard file[place] == 0xFF else {
                // A scan's data: on to the next marker.
                guard let start = file.baseAddress, let next = memchr(start + place, 0xFF, file.count - place) else {
                    return .beyond
                }
                place = UnsafeRawPointer(next) - start
                continue
            }
            let marker = file[place + 1]
            switch marker {
            case 0xD9: return .at(place + 2)
            case 0xFF: place += 1
            case 0x00, 0x01, 0xD0...0xD8: place += 2
            default:
                guard place + 3 < file.count else { return .beyond }
                let length = Int(file[place + 2]) << 8 | Int(file[place + 3])
                guard length >= 2 else { return .unknown }
                place += 2 + length
            }
        }
        return .beyond
    }

    /// The size behind the name, even (RIFF, Multimedia Programming Interface and Data Specifications 1.0).
    private static func riff(_ file: UnsafeRawBufferPointer) -> End {
        guard file.count >= 8 else { return .beyond }
        let size = Int(file.littleEndian32(4))
        let end = 8 + size + size % 2
        return end <= file.count ? .at(end) : end == file.count + 1 ? .at(file.count) : .beyond
    }

    /// The size in the file's header.
    private static func bitmap(_ file: UnsafeRawBufferPointer) -> End {
        guard file.count >= 6 else { return .beyond }
        let size = Int(file.littleEndian32(2))
        // Some writers leave it out.
        return size < 26 ? .unknown : size <= file.count ? .at(size) : .beyond
    }

    /// Boxes one behind the other (ISO/IEC 14496-12, 4.2); the last one may go on to the end.
    private static func boxes(_ file: UnsafeRawBufferPointer) -> End {
        var place = 0
        while place + 8 <= file.count {
            var size = Int(file.bigEndian32(place))
            if size == 0 { return .at(file.count) }
            if size == 1 {
                guard place + 16 <= file.count else { return .beyond }
                let large = UInt64(file.bigEndian32(place + 8)) << 32 | UInt64(file.bigEndian32(place + 12))
                guard large <= UInt64(Int.max / 2) else { return .beyond }
                size = Int(large)
            }
            // A name is four letters, digits, spaces or signs; anything else is no box.
            let isNamed = file[place + 4..<place + 8].allSatisfy { (0x20...0x7E).contains($0) || $0 == 0xA9 }
            guard size >= 8, isNamed else { return place == 0 ? .unknown : .at(place) }
            guard place + size <= file.count else { return .beyond }
            place += size
        }
        return place == 0 ? .unknown : .at(place)
    }
}

extension UnsafeRawBufferPointer {
    func bigEndian32(_ place: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    func littleEndian32(_ place: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    func littleEndian16(_ place: Int) -> Int {
        Int(UInt16(littleEndian: loadUnaligned(fromByteOffset: place, as: UInt16.self)))
    }
}
