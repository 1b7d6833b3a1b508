package import Detection
package import Events

/// What a file says of how it was made: programs, times, and the way its container was put together. Found by lengths
/// and names alone, as far as they stand where their standards have them; nothing is decoded.
package struct FileTraces {
    /// Of one text; of longer ones the beginning counts.
    static let longest = 256
    /// Boxes, chunks, segments and entries that are looked at in one file.
    private static let mostParts = 4_096

    /// Bytes of the file.
    package private(set) var software: Range<Int>?
    /// In the form of its standard.
    package private(set) var made: [UInt8]?
    package private(set) var container: [UInt8] = []
    private let file: UnsafeRawBufferPointer
    private var parts = 0

    /// - Parameter file: outlives it.
    package init(_ file: UnsafeRawBufferPointer, _ type: MediaType) {
        self.file = file
        switch type {
        case .mp4, .quicktime: movie()
        case .jpeg: jpeg()
        case .png: png()
        case .webp: webp()
        case .tiff: tiff(file.indices)
        case .gif, .bmp, .heic, .avif, .webm, .mpeg, .pdf, .zip, .unknown: break
        }
    }

    package func keys(_ hash: LinkingHash) -> [LinkingKey] {
        var keys: [LinkingKey] = []
        if let software { keys.append(hash.key(.software, file[software])) }
        if let made { keys.append(hash.key(.made, made)) }
        if !container.isEmpty { keys.append(hash.key(.container, container)) }
        return keys
    }

    /// Whether another part may be looked at.
    private mutating func next() -> Bool {
        parts += 1
        return parts <= FileTraces.mostParts
    }

    /// The first that says anything counts.
    private mutating func note(software text: Range<Int>) {
        if software == nil { software = trimmed(text) }
    }

    private mutating func note(made text: Range<Int>) {
        guard made == nil, let text = trimmed(text) else { return }
        // Some programs write zeros for what they don't know.
        if file[text].contains(where: { (0x31...0x39).contains($0) }) { made = Array(file[text]) }
    }

    /// Up to the first zero, without what is empty around it; nil for nothing.
    private func trimmed(_ text: Range<Int>) -> Range<Int>? {
        let inside = text.clamped(to: file.indices)
        var (start, end) = (inside.lowerBound, min(inside.upperBound, inside.lowerBound + FileTraces.longest))
        if let zero = file[start..<end].firstIndex(of: 0) { end = zero }
        while start < end, file[start] <= 0x20 { start += 1 }
        while start < end, file[end - 1] <= 0x20 { end -= 1 }
        return start < end ? start..<end : nil
    }

    private func name(_ place: Int) -> UInt32 { file.bigEndian32(place) }
}

// MARK: Boxes (ISO/IEC 14496-12; QuickTime File Format Specification)

extension FileTraces {
    private mutating func movie() {
        boxes(file.indices) { traces, name, content in
            switch name {
            case fourLetters("ftyp"): traces.append(content, most: 64)
            case fourLetters("moov"): traces.movieHeader(content)
            default: break
            }
        }
    }

    private mutating func movieHeader(_ range: Range<Int>) {
        boxes(range) { traces, name, content in
            switch name {
            case fourLetters("mvhd"): traces.times(content)
            case fourLetters("trak"): traces.track(content)
            case fourLetters("udta"), fourLetters("meta"):
                traces.userData(content, isMeta: name == fourLetters("meta"), depth: 0)
            default: break
            }
        }
    }

    /// The time of making in seconds since 1904, and the units that times are counted in; 0 is no time.
    private mutating func times(_ content: Range<Int>) {
        guard content.count >= 20, let version = file[content].first else { return }
        let start = content.lowerBound
        let isLong = version == 1
        guard !isLong || content.count >= 32 else { return }
        let time = start + 4..<start + (isLong ? 12 : 8)
        let digits = file[time].drop { $0 == 0 }
        if made == nil, !digits.isEmpty { made = Array(digits) }
        append(start + (isLong ? 20 : 12)..<start + (isLong ? 24 : 16), most: 4)
    }

    private mutating func track(_ range: Range<Int>) {
        boxes(range) { traces, name, content in
            guard name == fourLetters("mdia") else { return }
            traces.boxes(content) { traces, name, content in
                guard name == fourLetters("hdlr"), content.count > 24 else { return }
                traces.append(content.lowerBound + 8..<content.lowerBound + 12, most: 4)
                traces.append(content.dropFirst(24), most: 64)
            }
        }
    }

    /// `©too` and `©swr`: as QuickTime has them a length, a language and the text; in a list of items (`ilst`) a box
    /// of data.
    private mutating func userData(_ range: Range<Int>, isMeta: Bool, depth: Int) {
        guard depth < 4 else { return }
        // Some writers leave out its version.
        let isBare = range.count >= 8 && name(range.lowerBound + 4) == fourLetters("hdlr")
        boxes(isMeta && !isBare ? range.dropFirst(4) : range) { traces, name, content in
            switch name {
            case fourLetters("meta"): traces.userData(content, isMeta: true, depth: depth + 1)
            case fourLetters("ilst"): traces.userData(content, isMeta: false, depth: depth + 1)
            case 0xA974_6F6F, 0xA973_7772:
                if content.count > 16, traces.name(content.lowerBound + 4) == fourLetters("data") {
                    traces.note(software: content.dropFirst(16))
                } else if content.count > 4 {
                    traces.note(software: content.dropFirst(4))
                }
            default: break
            }
        }
    }

    /// Boxes one behind another. No deeper than their callers go, and no more than there may be in a file.
    private mutating func boxes(
        _ range: Range<Int>, _ look: (inout FileTraces, _ name: UInt32, _ content: Range<Int>) -> Void
    ) {
        var place = range.lowerBound
        while place + 8 <= range.upperBound, next() {
            let size = Int(file.bigEndian32(place))
            var (start, end) = (place + 8, place + size)
            if size == 0 { end = range.upperBound }
            if size == 1 {
                guard place + 16 <= range.upperBound else { return }
                let large = UInt64(file.bigEndian32(place + 8)) << 32 | UInt64(file.bigEndian32(place + 12))
                guard large <= UInt64(range.upperBound - place) else { return }
                (start, end) = (place + 16, place + Int(large))
            }
            guard start <= end, end <= range.upperBound else { return }
            let boxName = name(place + 4)
            look(&self, boxName, start..<end)
            place = end
        }
    }

    private mutating func append(_ range: Range<Int>, most: Int) {
        let bytes = file[range.clamped(to: file.indices)].prefix(most)
        guard container.count + bytes.count + 1 <= 4 * FileTraces.longest else { return }
        container.append(UInt8(bytes.count))
        container.append(contentsOf: bytes)
    }
}

private func fourLetters(_ name: StaticString) -> UInt32 {
    name.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } }
}

// MARK: Pictures

extension FileTraces {
    /// The segment APP1 of Exif, before the first scan (CIPA DC-008, 4.7.2).
    private mutating func jpeg() {
        var place = 2
        while place + 4 <= file.count, file[place] == 0xFF, next() {
            let marker = file[place + 1]
            if marker == 0xFF {
                place += 1
                continue
            }
            let end = place + 2 + (Int(file[place + 2]) << 8 | Int(file[place + 3]))
            guard marker != 0xDA, end <= file.count, end >= place + 4 else { return }
            if marker == 0xE1, end - place > 10, file[place + 4..<place + 10].elementsEqual("Exif\0\0".utf8) {
                tiff(place + 10..<end)
            }
            place = end
        }
    }

    /// Texts and Exif among the chunks (PNG, third edition, 11.3).
    private mutating func png() {
        var place = 8
        while place + 12 <= file.count, next() {
            let length = Int(file.bigEndian32(place))
            let content = place + 8..<place + 8 + length
            guard content.upperBound + 4 <= file.count else { return }
            switch name(place + 4) {
            case fourLetters("tEXt"): pngText(content, isInternational: false)
            case fourLetters("iTXt"): pngText(content, isInternational: true)
            case fourLetters("eXIf"): tiff(content)
            case fourLetters("IEND"): return
            default: break
            }
            place = content.upperBound + 4
        }
    }

    private mutating func pngText(_ content: Range<Int>, isInternational: Bool) {
        guard let zero = file[content].prefix(80).firstIndex(of: 0) else { return }
        let keyword = file[content.lowerBound..<zero]
        var text = zero + 1..<content.upperBound
        if isInternational {
            // Whether it is compressed, how, its language, and the keyword in that.
            guard text.count > 2, file[text.lowerBound] == 0 else { return }
            text = text.dropFirst(2)
            for _ in 0..<2 {
                guard let end = file[text].prefix(FileTraces.longest).firstIndex(of: 0) else { return }
                text = end + 1..<text.upperBound
            }
        }
        if keyword.elementsEqual("Software".utf8) { note(software: text) }
        if keyword.elementsEqual("Creation Time".utf8) { note(made: text) }
    }

    /// The chunk EXIF (RFC 9649, 2.7.1.5).
    private mutating func webp() {
        var place = 12
        while place + 8 <= file.count, next() {
            let length = Int(file.littleEndian32(place + 4))
            let content = place + 8..<place + 8 + length
            guard content.upperBound <= file.count else { return }
            if name(place) == fourLetters("EXIF") { tiff(content) }
            place = content.upperBound + length % 2
        }
    }

    /// Software and the time of taking: entries of the first directory and of Exif's (TIFF 6.0, section 2; CIPA DC-008,
    /// 4.6).
    private mutating func tiff(_ range: Range<Int>) {
        guard range.count >= 8 else { return }
        let (file, start) = (file, range.lowerBound)
        let isBig = file[start] == 0x4D
        func number(_ place: Int, _ bytes: Int) -> Int {
            (0..<bytes).reduce(0) { $0 << 8 | Int(file[place + (isBig ? $1 : bytes - 1 - $1)]) }
        }
        guard number(start + 2, 2) == 42 else { return }
        var directories = [number(start + 4, 4)]
        // The second is Exif's, of which there is one.
        var looked = 0
        while looked < directories.count, looked < 2 {
            let directory = start + directories[looked]
            looked += 1
            guard directory + 2 <= range.upperBound else { continue }
            for index in 0..<number(directory, 2) {
                let entry = directory + 2 + 12 * index
                guard entry + 12 <= range.upperBound, next() else { break }
                let (tag, count) = (number(entry, 2), number(entry + 4, 4))
                let place = count <= 4 ? entry + 8 : start + number(entry + 8, 4)
                switch tag {
                case 0x0131, 0x9003:
                    guard number(entry + 2, 2) == 2, place + count <= range.upperBound else { continue }
                    if tag == 0x0131 {
                        note(software: place..<place + count)
                    } else {
                        note(made: place..<place + count)
                    }
                case 0x8769: if directories.count < 2 { directories.append(number(entry + 8, 4)) }
                default: break
                }
            }
        }
    }
}
