internal import Events

/// A linear model over hashed n-grams: a byte a weight, four labels side by side.
///
/// The score of a stretch of text for a label is the logistic function of `slope * sum / sqrt(n) + intercept`, where
/// `sum` is that of the weights of its `n` features. Calibration (Platt, 1999) is part of slope and intercept.
package final class ClassifierModel: @unchecked Sendable {
    // Sendable: the weights are written in `init` and freed in `deinit`.

    /// Labels of every model, at most; those that a model has not are empty.
    package static let lanes = 4

    /// Name, and what its file's SHA-256 begins with: `tvec-linear-1+0123456789ab`.
    package let version: String
    package let labels: [String]
    /// What `foldingProbe` was folded to when the model was trained.
    let foldingFingerprint: UInt64
    let slopes: SIMD4<Double>
    let intercepts: SIMD4<Double>
    /// Weights plus 128 of the n-grams, then of the words: `1 << gramBits` and `1 << wordBits` of them.
    let grams: UnsafePointer<UInt32>
    let words: UnsafePointer<UInt32>
    let gramShift: UInt32
    let wordShift: UInt32
    let vocabulary: ClassifierVocabulary
    private let weights: UnsafeMutablePointer<UInt32>

    init(
        _ header: ClassifierHeader, weights bytes: UnsafeRawBufferPointer, vocabulary: ClassifierVocabulary,
        digest: Digest256
    ) {
        self.vocabulary = vocabulary
        var hex = ByteWriter()
        withUnsafeBytes(of: digest) { hex.appendHex($0.prefix(6)) }
        version = header.name + "+" + String(decoding: hex.bytes, as: UTF8.self)
        labels = header.labels
        foldingFingerprint = header.foldingFingerprint
        slopes = header.slopes
        intercepts = header.intercepts
        gramShift = UInt32(32 - header.gramBits)
        wordShift = UInt32(32 - header.wordBits)
        let count = header.weightCount
        weights = .allocate(capacity: count)
        for index in 0..<count {
            // Without a sign, so that they can be added two lanes at a time.
            let lanes = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
            (weights + index).initialize(to: UInt32(littleEndian: lanes) ^ 0x8080_8080)
        }
        grams = UnsafePointer(weights)
        words = UnsafePointer(weights + (1 << header.gramBits))
    }

    deinit { weights.deallocate() }

    /// Whether texts are folded as they were for training; otherwise scores are off by some.
    package var isOfThisFolding: Bool {
        FoldedText(ClassifierModel.foldingProbe).map { FeatureHash.fingerprint($0.bytes) } == foldingFingerprint
    }

    /// A text that folds differently whenever folding changes: `load-tests/text-model/features.py` has the same.
    package static let foldingProbe =
        "Straße École ﬁne ТЕRRОR ᴛᴜʀɴɪᴘ ⓣⓤⓡⓝ 🅣🅤 𝐓𝐮𝐫𝐧 ＡＢ tur\u{200B}nip so\u{AD}ft \u{202E}pinrut\u{202C} ى ة أ إ آ ك ک ی ہ بِسْمِ جـــهاد ё й İ ı ſ"
}

/// Why a file is no model, in words.
package struct ClassifierRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }

    init(_ reason: String) { self.reason = reason }
}
