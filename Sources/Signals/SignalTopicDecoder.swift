internal import Configuration
package import Events

/// Records of the `signals` topic, which is compacted, and signals.
///
/// A record's key is `type:value`, and its value a line as of a signals file. Several sources that hold one value must
/// have keys of their own, or only the last one's word would be left: `type:value`, a unit separator (U+001F), and the
/// source. A value of more than 256 bytes stands in the key as `sha256:` and its SHA-256, as in verdicts. A record
/// without a value takes back what its key stands for.
package struct SignalTopicDecoder {
    package enum Rejection: Error, Sendable, Equatable, CustomStringConvertible {
        case key(String)
        case value(String)

        package var description: String {
            switch self {
            case .key(let reason): "key: \(reason)"
            case .value(let reason): reason
            }
        }
    }

    private static let separator = UInt8(0x1F)

    private let reader = SignalLineReader()
    /// What keys with a digest in place of the value stand for, as far as it has been read.
    private var digested: [[UInt8]: Signal] = [:]

    /// - Parameter known: the `SignalSet.digestedKeys` of what has been read before, by another one.
    package init(knowing known: [SignalChange] = []) {
        for change in known {
            let signal = change.slot.isEmpty ? change.signal.without(\.source) : change.signal
            note(change.signal, SignalTopicDecoder.key(of: signal))
        }
    }

    /// The key of a signal's record.
    package static func key(of signal: Signal) -> [UInt8] {
        var key = Array(MatchedSignal.reference(signal.type, signal.value).utf8)
        if let source = signal.source {
            key.append(separator)
            key += source.utf8
        }
        return key
    }

    /// What a record says; nil if it takes back what is not known.
    ///
    /// - Throws: `Rejection`: the record is left out, and what its key stood for before stays.
    package mutating func read(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?
    ) throws(Rejection) -> SignalChange? {
        guard let value else { return try withdrawal(key) }
        let signal: Signal
        do throws(SignalLineReader.Rejection) {
            signal = try reader.read(value)
        } catch {
            throw .value(error.description)
        }
        let full = SignalTopicDecoder.key(of: signal)
        let short = SignalTopicDecoder.key(of: signal.without(\.source))
        guard key.elementsEqual(full) || key.elementsEqual(short) else {
            throw .key("is not that of its value, \"\(excerpt(String(decoding: short, as: UTF8.self), 80))\"")
        }
        let slot = key.count == short.count ? "" : signal.source ?? ""
        if SignalTopicDecoder.isLong(signal) { note(signal, Array(key)) }
        return SignalChange(signal, slot: slot)
    }

    /// Types whose values can be that long.
    static let longTypes: Set<SignalType> = [.url, .vpdq, .tmk, .term, .phrase, .combination, .document]

    /// Whether keys have the value's digest.
    static func isLong(_ signal: Signal) -> Bool { signal.value.utf8.count > MatchedSignal.longestValue }

    private mutating func note(_ signal: Signal, _ key: [UInt8]) {
        digested[key] = signal.deleted ? nil : signal.without(\.note)
    }

    private mutating func withdrawal(_ key: UnsafeRawBufferPointer) throws(Rejection) -> SignalChange? {
        let end = key.lastIndex(of: SignalTopicDecoder.separator) ?? key.count
        let slot = end < key.count ? String(decoding: key[(end + 1)...], as: UTF8.self) : ""
        if var known = digested.removeValue(forKey: Array(key)) {
            known.deleted = true
            return SignalChange(known, slot: slot)
        }
        let text = String(decoding: key[..<end], as: UTF8.self)
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let type = SignalType(rawValue: String(text[..<colon]))
        else { throw .key("\"\(excerpt(text, 80))\" is not type:value") }
        do throws(SignalLineReader.Rejection) {
            let value = String(text[text.utf8.index(after: colon)...])
            var signal = Signal(type: type, value: try SignalValue.normalized(value, type))
            signal.deleted = true
            return SignalChange(signal, slot: slot)
        } catch {
            throw .key(error.description)
        }
    }
}

extension Signal {
    fileprivate func without<Value>(_ member: WritableKeyPath<Signal, Value?>) -> Signal {
        var copy = self
        copy[keyPath: member] = nil
        return copy
    }
}
