internal import Events

/// What makes two signals one: type and value.
struct SignalKey: Hashable, Sendable {
    let type: SignalType
    let value: String
    let address: [UInt8]?

    init(_ signal: Signal) {
        type = signal.type
        guard type == .url else {
            value = signal.value
            address = nil
            return
        }
        // Spellings of one address are one signal. What names no host is told by its bytes: `String` takes some for
        // equal that differ.
        var text = signal.value
        value = ""
        address = text.withUTF8 { LinkIndex.normalized(UnsafeRawBufferPointer($0)) } ?? Array(signal.value.utf8)
    }

    /// What only one statement of an origin can be about.
    struct Subject: Hashable {
        let type: SignalType
        let value: String
        let address: [UInt8]?
        let slot: String
        let origin: SignalOrigin

        init(_ statement: SignalStatement) {
            type = statement.signal.type
            value = statement.signal.value
            address = type == .url ? Array(value.utf8) : nil
            slot = statement.slot
            origin = statement.origin
        }
    }
}
