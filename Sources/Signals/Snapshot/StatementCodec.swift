internal import Events

/// What many statements have in common: kept once.
struct StatementProfile: Sendable {
    var slot = ""
    var source: String?
    var opinion = Opinion.seed
    var match = TermMatch.word
    var labels: [String] = []
    var languages: [String] = []

    init(_ statement: SignalStatement) {
        slot = statement.slot
        source = statement.signal.source
        opinion = statement.signal.opinion
        match = statement.signal.match
        labels = statement.signal.labels
        languages = statement.signal.languages
    }

    /// nil if it is not whole.
    init?(_ cursor: inout SnapshotCursor) {
        guard let slot = cursor.text(), let hasSource = cursor.byte(), hasSource <= 1 else { return nil }
        self.slot = slot
        if hasSource == 1 {
            guard let source = cursor.text() else { return nil }
            self.source = source
        }
        guard let opinion = cursor.byte(), Int(opinion) < StatementProfile.opinions.count,
            let match = cursor.byte(), Int(match) < StatementProfile.matches.count,
            let labels = cursor.texts(), let languages = cursor.texts()
        else { return nil }
        self.opinion = StatementProfile.opinions[Int(opinion)]
        self.match = StatementProfile.matches[Int(match)]
        self.labels = labels
        self.languages = languages
    }

    /// By their numbers in files, which are for ever.
    private static let opinions: [Opinion] = [.positive, .negative, .seed, .disputed]
    private static let matches: [TermMatch] = [.word, .substring, .despaced, .prefix, .leet, .masked, .edit1]

    func append(to out: inout SnapshotBytes) {
        out.append(slot)
        out.append(byte: source == nil ? 0 : 1)
        if let source { out.append(source) }
        out.append(byte: UInt8(StatementProfile.opinions.firstIndex(of: opinion) ?? 0))
        out.append(byte: UInt8(StatementProfile.matches.firstIndex(of: match) ?? 0))
        out.append(labels)
        out.append(languages)
    }
}

/// A statement as it stands in a record: which parts it has, its profile or the number of one, and the parts.
struct StoredStatement {
    /// Which parts there are.
    private enum Part {
        /// A profile of its own, in place of a number.
        static let profile: UInt8 = 1
        static let id: UInt8 = 2
        static let updatedAt: UInt8 = 4
        static let expiresAt: UInt8 = 8
        static let note: UInt8 = 16
        /// Where the index does not have it: of texts and addresses.
        static let value: UInt8 = 32
        static let all: UInt8 = 63
    }

    private enum Profile {
        case numbered(Int)
        case own(StatementProfile)
    }

    private let profile: Profile
    private var id: UnsafeRawBufferPointer?
    private var updatedAt: Int64?
    private var expiresAt: Int64?
    private var note: UnsafeRawBufferPointer?
    private(set) var value: UnsafeRawBufferPointer?

    /// nil if it is not whole.
    init?(_ cursor: inout SnapshotCursor, profiles: Int) {
        guard let parts = cursor.byte(), parts & ~Part.all == 0 else { return nil }
        if parts & Part.profile != 0 {
            guard let own = StatementProfile(&cursor) else { return nil }
            profile = .own(own)
        } else {
            guard let number = cursor.number(), number < profiles else { return nil }
            profile = .numbered(number)
        }
        if parts & Part.id != 0 {
            guard let id = cursor.piece() else { return nil }
            self.id = id
        }
        if parts & Part.updatedAt != 0 {
            guard let time = cursor.word() else { return nil }
            updatedAt = time
        }
        if parts & Part.expiresAt != 0 {
            guard let time = cursor.word() else { return nil }
            expiresAt = time
        }
        if parts & Part.note != 0 {
            guard let note = cursor.piece() else { return nil }
            self.note = note
        }
        if parts & Part.value != 0 {
            guard let value = cursor.piece() else { return nil }
            self.value = value
        }
    }

    /// - Parameter known: the value, where the index has it.
    func statement(_ type: SignalType, _ known: String?, _ profiles: [StatementProfile]) -> SignalStatement {
        let profile =
            switch profile {
            case .numbered(let number): profiles[number]
            case .own(let own): own
            }
        func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
        var signal = Signal(type: type, value: known ?? text(value) ?? "")
        signal.opinion = profile.opinion
        signal.labels = profile.labels
        signal.source = profile.source
        signal.id = text(id)
        signal.updatedAt = updatedAt.map { Timestamp(nanoseconds: $0) }
        signal.expiresAt = expiresAt.map { Timestamp(nanoseconds: $0) }
        signal.note = text(note)
        signal.match = profile.match
        signal.languages = profile.languages
        return SignalStatement(origin: .topic, slot: profile.slot, signal: signal)
    }

    /// Writes one.
    ///
    /// - Parameters:
    ///   - profile: its number; nil: none is kept.
    static func append(
        _ statement: SignalStatement, profile: Int?, withValue: Bool, to out: inout SnapshotBytes
    ) {
        let signal = statement.signal
        var parts: UInt8 = 0
        if profile == nil { parts |= Part.profile }
        if signal.id != nil { parts |= Part.id }
        if signal.updatedAt != nil { parts |= Part.updatedAt }
        if signal.expiresAt != nil { parts |= Part.expiresAt }
        if signal.note != nil { parts |= Part.note }
        if withValue { parts |= Part.value }
        out.append(byte: parts)
        if let profile { out.append(number: profile) } else { StatementProfile(statement).append(to: &out) }
        if let id = signal.id { out.append(id) }
        if let time = signal.updatedAt { out.append(word: time.nanoseconds) }
        if let time = signal.expiresAt { out.append(word: time.nanoseconds) }
        if let note = signal.note { out.append(note) }
        if withValue { out.append(signal.value) }
    }
}
