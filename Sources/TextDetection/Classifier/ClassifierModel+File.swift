internal import Events

/// What stands in front of the weights in a model's file; numbers are little-endian:
///
/// | at | what |
/// | --- | --- |
/// | 0 | `WEIRCLS2` |
/// | 8 | bits of the n-grams' and the words' hashes, a `UInt32` each |
/// | 16 | FNV-1a of the folded probe, `UInt64` |
/// | 24 | slopes and intercepts, four `Double` each |
/// | 88 | four labels of 32 bytes, the name of 64 bytes: ASCII, filled up with zeros |
/// | 280 | bytes of the vocabulary, `UInt64` |
/// | 288 | weights: four `Int8` a bucket, of the n-grams, then of the words |
/// | then | the vocabulary: UTF-8, a word a line (`ClassifierVocabulary`) |
/// | end | SHA-256 of everything before it |
struct ClassifierHeader {
    static let magic = Array("WEIRCLS2".utf8)
    static let count = 288
    static let bits = 8...18

    let gramBits: Int
    let wordBits: Int
    let foldingFingerprint: UInt64
    let slopes: SIMD4<Double>
    let intercepts: SIMD4<Double>
    let labels: [String]
    let name: String
    /// In bytes.
    let vocabularyCount: Int

    /// In buckets.
    var weightCount: Int { 1 << gramBits + 1 << wordBits }

    /// - Parameter file: at least `count` bytes.
    init(_ file: UnsafeRawBufferPointer) throws(ClassifierRefusal) {
        guard file.prefix(8).elementsEqual(ClassifierHeader.magic) else {
            throw ClassifierRefusal(
                "is no classifier's model, or one of another version: it does not begin with WEIRCLS2")
        }
        gramBits = Int(ClassifierHeader.integer(file, 8) as UInt32)
        wordBits = Int(ClassifierHeader.integer(file, 12) as UInt32)
        guard ClassifierHeader.bits.contains(gramBits), ClassifierHeader.bits.contains(wordBits) else {
            throw ClassifierRefusal("has hashes of \(gramBits) and \(wordBits) bits; 8 to 18 are possible")
        }
        foldingFingerprint = ClassifierHeader.integer(file, 16)
        var (slopes, intercepts) = (SIMD4<Double>(), SIMD4<Double>())
        var labels: [String] = []
        for lane in 0..<ClassifierModel.lanes {
            slopes[lane] = Double(bitPattern: ClassifierHeader.integer(file, 24 + 8 * lane))
            intercepts[lane] = Double(bitPattern: ClassifierHeader.integer(file, 56 + 8 * lane))
            guard slopes[lane].isFinite, intercepts[lane].isFinite, slopes[lane] >= 0, slopes[lane] <= 1e6,
                intercepts[lane].magnitude <= 1e6
            else {
                throw ClassifierRefusal("has a slope or an intercept of label \(lane + 1) beyond a million, or below 0")
            }
            guard let label = ClassifierHeader.text(file, 88 + 32 * lane, 32) else {
                throw ClassifierRefusal("label \(lane + 1): may have letters, digits, \"-\", \"_\" and \".\" only")
            }
            guard !label.isEmpty || lane > 0 else { throw ClassifierRefusal("has no labels") }
            guard label.isEmpty || labels.count == lane && !labels.contains(label) else {
                throw ClassifierRefusal("label \(lane + 1): stands twice, or behind an empty one")
            }
            if !label.isEmpty { labels.append(label) }
        }
        self.slopes = slopes
        self.intercepts = intercepts
        self.labels = labels
        guard let name = ClassifierHeader.text(file, 216, 64), !name.isEmpty else {
            throw ClassifierRefusal("name: must have letters, digits, \"-\", \"_\" and \".\"")
        }
        self.name = name
        let vocabulary: UInt64 = ClassifierHeader.integer(file, 280)
        guard vocabulary <= ClassifierVocabulary.longest else {
            throw ClassifierRefusal(
                "has a vocabulary of \(vocabulary) bytes; \(ClassifierVocabulary.longest) are possible")
        }
        vocabularyCount = Int(vocabulary)
    }

    private static func integer<Integer: FixedWidthInteger>(_ file: UnsafeRawBufferPointer, _ place: Int) -> Integer {
        Integer(littleEndian: file.loadUnaligned(fromByteOffset: place, as: Integer.self))
    }

    /// What stands in verdicts; nil if anything else than a name's letters is there.
    private static func text(_ file: UnsafeRawBufferPointer, _ place: Int, _ length: Int) -> String? {
        let field = file[place..<place + length]
        let text = field.prefix { $0 != 0 }
        let isPlain = text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, field.dropFirst(text.count).allSatisfy({ $0 == 0 }) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}

extension ClassifierModel {
    /// Largest file that is read.
    package static let largestFile = ClassifierHeader.count + 2 * 4 * (1 << 18) + ClassifierVocabulary.longest + 32

    /// - Parameter checksum: false takes a wrong one for right, as fuzzing needs it.
    package static func read(
        _ file: UnsafeRawBufferPointer, checksum: Bool = true
    ) throws(ClassifierRefusal) -> ClassifierModel {
        guard file.count >= ClassifierHeader.count + 32 else {
            throw ClassifierRefusal("has \(file.count) bytes, too few for a model")
        }
        let header = try ClassifierHeader(file)
        let weightsEnd = ClassifierHeader.count + 4 * header.weightCount
        let expected = weightsEnd + header.vocabularyCount + 32
        guard file.count == expected else {
            throw ClassifierRefusal("has \(file.count) bytes; by its beginning it has \(expected)")
        }
        var hash = SHA256()
        hash.update(UnsafeRawBufferPointer(rebasing: file.dropLast(32)))
        let digest = hash.finish()
        let isWhole = withUnsafeBytes(of: digest) { $0.elementsEqual(file.suffix(32)) }
        guard isWhole || !checksum else { throw ClassifierRefusal("its checksum is wrong: it is torn or damaged") }
        let weights = UnsafeRawBufferPointer(rebasing: file[ClassifierHeader.count..<weightsEnd])
        let vocabulary = UnsafeRawBufferPointer(rebasing: file[weightsEnd..<file.count - 32])
        return ClassifierModel(
            header, weights: weights, vocabulary: try ClassifierVocabulary(vocabulary), digest: digest)
    }

    package static func read(_ file: [UInt8]) throws(ClassifierRefusal) -> ClassifierModel {
        let result = file.withUnsafeBytes { file -> Result<ClassifierModel, ClassifierRefusal> in
            do throws(ClassifierRefusal) { return .success(try read(file)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
