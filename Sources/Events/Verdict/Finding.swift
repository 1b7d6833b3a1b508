/// A word from a fixed vocabulary, such as a fact's name or a reason: never content.
package struct Code: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let text: StaticString

    package init(stringLiteral text: StaticString) { self.text = text }

    package var description: String { text.description }

    package static func == (a: Self, b: Self) -> Bool {
        a.text.utf8CodeUnitCount == b.text.utf8CodeUnitCount
            && a.text.withUTF8Buffer { a in b.text.withUTF8Buffer(a.elementsEqual) }
    }

    package func hash(into hasher: inout Hasher) {
        text.withUTF8Buffer { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// Position of a detector among those of the running pipeline.
package struct DetectorID: Sendable, Hashable, Comparable, BitwiseCopyable {
    package let index: UInt8

    package init(_ index: Int) { self.index = UInt8(index) }

    package static func < (a: Self, b: Self) -> Bool { a.index < b.index }
}

/// A detector as verdicts name it.
package struct DetectorIdentity: Sendable, Hashable {
    package let name: String
    /// Changes whenever the detector may judge the same input differently.
    package let version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

/// What one detector found in one upload: a match with something known, or a fact about the upload.
package struct Finding: Sendable {
    /// Position in `EventBatch.events`.
    package var event: Int
    /// Set by the pipeline.
    package var detector = DetectorID(0)
    /// Position in `EventBatch.media`, if it is about one item.
    package var media: Int?
    /// Position among the event's links.
    package var link: Int?
    package var signal: MatchedSignal?
    package var fact: Code?
    /// What a classifier takes the upload for, and how likely, 0…1.
    package var label: ClassifiedLabel?
    package var score: Double?
    /// Differing bits, for perceptual hashes; at most `threshold` of them make a match.
    package var distance: Int?
    package var threshold: Int?
    /// Of the picture that this distance is from.
    package var view = PictureView.displayed
    /// The fact's figure, in the unit that the detector documents.
    package var value: Int64?
    /// The tag of the language that the fact is about (BCP 47).
    package var language: Code?
    package var span: TextSpan?
    /// The view of the text in which a term was found, where it is not what is written.
    package var textView: TermMatch?
    /// How the text stands to what was found in it, at every place.
    package var textContext: TextContext = []
    /// Share of the known document that the text repeats, 0…1.
    package var coverage: Double?
    /// Share of the text that repeats the known document, 0…1.
    package var coverageOfText: Double?

    package init(event: Int, media: Int? = nil, signal: MatchedSignal) {
        self.event = event
        self.media = media
        self.signal = signal
    }

    package init(event: Int, media: Int? = nil, fact: Code, value: Int64? = nil) {
        self.event = event
        self.media = media
        self.fact = fact
        self.value = value
    }

    package init(event: Int, label: ClassifiedLabel, score: Double) {
        self.event = event
        self.label = label
        self.score = score
    }

    /// The order that verdicts list findings in: the same whatever finished first. Two of which neither precedes
    /// the other are written alike, so one of them is enough.
    package static func precedes(_ a: Finding, _ b: Finding) -> Bool {
        if a.event != b.event { return a.event < b.event }
        if a.detector != b.detector { return a.detector < b.detector }
        if a.media != b.media { return (a.media ?? -1) < (b.media ?? -1) }
        if a.link != b.link { return (a.link ?? -1) < (b.link ?? -1) }
        if a.span != b.span { return TextSpan.precedes(a.span, b.span) }
        if a.distance != b.distance { return (a.distance ?? -1) < (b.distance ?? -1) }
        if let order = MatchedSignal.order(a.signal, b.signal) { return order }
        if let order = PictureView.order(a.view, b.view) { return order }
        if a.textView != b.textView { return (a.textView?.rawValue ?? "") < (b.textView?.rawValue ?? "") }
        if a.textContext != b.textContext { return a.textContext.rawValue < b.textContext.rawValue }
        if let order = ClassifiedLabel.order(a.label, b.label) { return order }
        if a.score != b.score { return (a.score ?? -1) < (b.score ?? -1) }
        if a.fact != b.fact { return (a.fact?.description ?? "") < (b.fact?.description ?? "") }
        if a.language != b.language { return (a.language?.description ?? "") < (b.language?.description ?? "") }
        if a.value != b.value {
            return (a.value ?? .min, a.value != nil ? 1 : 0) < (b.value ?? .min, b.value != nil ? 1 : 0)
        }
        if a.threshold != b.threshold { return (a.threshold ?? -1) < (b.threshold ?? -1) }
        if a.coverage != b.coverage { return (a.coverage ?? -1) < (b.coverage ?? -1) }
        return (a.coverageOfText ?? -1) < (b.coverageOfText ?? -1)
    }
}

/// Where in the original text a finding lies; bytes of UTF-8, end exclusive.
package struct TextSpan: Sendable, Equatable, BitwiseCopyable {
    package enum Field: UInt8, Sendable, BitwiseCopyable { case title, body }

    package let field: Field
    package let start: Int
    package let end: Int

    package init(field: Field, start: Int, end: Int) {
        self.field = field
        self.start = start
        self.end = end
    }

    static func precedes(_ a: TextSpan?, _ b: TextSpan?) -> Bool {
        guard let a, let b else { return a == nil && b != nil }
        return (a.field.rawValue, a.start, a.end) < (b.field.rawValue, b.start, b.end)
    }
}

/// A detector could not look at something: it failed, was late, or was switched off by its breaker.
package struct Unavailable: Sendable, Hashable {
    package var event: Int
    package var detector = DetectorID(0)
    package var media: Int?
    package var reason: Code

    package init(event: Int, media: Int? = nil, reason: Code) {
        self.event = event
        self.media = media
        self.reason = reason
    }

    package static func precedes(_ a: Unavailable, _ b: Unavailable) -> Bool {
        if a.event != b.event { return a.event < b.event }
        if a.detector != b.detector { return a.detector < b.detector }
        if a.media != b.media { return (a.media ?? -1) < (b.media ?? -1) }
        return a.reason.description < b.reason.description
    }
}

/// All that detectors have to say of a batch.
package struct Findings: Sendable {
    package var found: [Finding]
    package var unavailable: [Unavailable]

    package init(found: [Finding] = [], unavailable: [Unavailable] = []) {
        self.found = found
        self.unavailable = unavailable
    }

    package var isEmpty: Bool { found.isEmpty && unavailable.isEmpty }

    package mutating func append(_ other: Findings) {
        found.append(contentsOf: other.found)
        unavailable.append(contentsOf: other.unavailable)
    }
}
