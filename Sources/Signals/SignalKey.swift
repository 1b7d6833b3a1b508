internal import Events

/// What makes two signals one: type and value, by its bytes. `String` takes some for equal that differ.
struct SignalKey: Hashable, Sendable {
    let type: SignalType
    private let text: String
    /// Spellings of one address are one signal; nil for other types, and for what names no host.
    private let address: [UInt8]?

    init(_ signal: Signal) {
        type = signal.type
        text = signal.value
        var value = signal.value
        address = type == .url ? value.withUTF8 { LinkIndex.normalized(UnsafeRawBufferPointer($0)) } : nil
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let address { return address.withUnsafeBytes(body) }
        var text = text
        return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }

    static func == (a: SignalKey, b: SignalKey) -> Bool {
        a.type == b.type && (a.address == nil) == (b.address == nil)
            && a.withBytes { a in b.withBytes { b in a.elementsEqual(b) } }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        withBytes { hasher.combine(bytes: $0) }
    }

    /// What only one statement of an origin can be about.
    struct Subject: Hashable {
        private let statement: SignalStatement

        init(_ statement: SignalStatement) { self.statement = statement }

        static func == (a: Subject, b: Subject) -> Bool {
            a.statement.signal.type == b.statement.signal.type
                && a.statement.signal.value.utf8.elementsEqual(b.statement.signal.value.utf8)
                && a.statement.slot == b.statement.slot && a.statement.origin == b.statement.origin
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(statement.signal.type)
            var value = statement.signal.value
            value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            hasher.combine(statement.slot)
        }
    }
}
