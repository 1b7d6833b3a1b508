import Events
import TestSupport
import Testing

@testable import Signals

/// What a set must hold, in the plainest form, for tests that change sets at random.
struct SignalModel {
    struct Subject: Hashable {
        let type: SignalType
        let value: String
        let source: String
        let origin: SignalOrigin
    }

    private(set) var stated: [Subject: Signal] = [:]

    private static let hexDigits: [SignalType: Int] = [.sha256: 64, .sha1: 40, .md5: 32, .pdq: 64, .urlmd5: 32]

    /// Few values, so that they are stated and withdrawn again and again.
    private static func value(_ type: SignalType, _ number: Int) -> String {
        guard let digits = hexDigits[type] else {
            switch type {
            case .domain: return "site\(number).example"
            // Every third has no host.
            case .url: return number % 3 == 0 ? "/path\(number)" : "https://site.example/\(number)"
            default: return "word \(number)"
            }
        }
        let hex = String(UInt64(number) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
        return String(repeating: hex, count: 1 + digits / hex.count).suffix(digits).lowercased()
    }

    /// Some random changes, which are made here as well.
    mutating func change(_ round: Int, using random: inout SplitMix64) -> (SignalOrigin, [Signal]) {
        let origin = SignalOrigin.allCases.randomElement(using: &random) ?? .files
        var changes: [Signal] = []
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            let type = SignalType.allCases.randomElement(using: &random) ?? .term
            let value = SignalModel.value(type, Int.random(in: 1...12, using: &random))
            // The model's reference is made of files alone, so sources of one name would meet there.
            let source = "\(origin)-\(Int.random(in: 0...2, using: &random))"
            var one = signal(
                type, value, Opinion.allCases.randomElement(using: &random) ?? .seed, source: source,
                labels: ["L\(Int.random(in: 0...9, using: &random))"],
                updatedAt: Bool.random(using: &random) ? Int64.random(in: 0...9, using: &random) : nil,
                expiresAt: Bool.random(using: &random) ? Int64.random(in: 0...9, using: &random) : nil,
                deleted: Int.random(in: 0..<3, using: &random) == 0)
            one.id = "\(round)"
            if type == .term {
                one.match = TermMatch.allCases.randomElement(using: &random) ?? .word
                one.languages = Bool.random(using: &random) ? ["id"] : []
            }
            one.note = Bool.random(using: &random) ? "note \(round)" : nil
            changes.append(one)
            let subject = Subject(type: type, value: value, source: source, origin: origin)
            stated[subject] = one.deleted ? nil : one
        }
        return (origin, changes)
    }

    /// Of one origin alone.
    func only(_ origin: SignalOrigin) -> SignalModel {
        var model = self
        model.stated = stated.filter { $0.key.origin == origin }
        return model
    }

    func compare(_ set: SignalSet, using random: inout SplitMix64) throws {
        let expected = SignalSet(stated.values)
        #expect(set.signals(of: Set(SignalType.allCases)).map(\.signal) == expected.signals)
        #expect(set.count == expected.count)
        #expect(set.counts().map(\.count) == expected.counts().map(\.count))
        for origin in SignalOrigin.allCases {
            let lines = Set(set.stated(by: origin).map(SignalModel.line))
            #expect(lines == Set(stated.filter { $0.key.origin == origin }.map { SignalModel.line($0.value) }))
        }
        for number in 1...12 {
            for type in SignalModel.hexDigits.keys {
                let value = SignalModel.value(type, number)
                let time = Timestamp.at(Int64.random(in: 0...10, using: &random))
                let (a, b) = (try match(set, type, value, time), try match(expected, type, value, time))
                #expect(a?.reference == b?.reference && a?.opinion == b?.opinion && a?.source == b?.source)
                #expect(a?.labels == b?.labels && a?.id == b?.id)
            }
            for address in [SignalModel.value(.url, number), "http://www.\(SignalModel.value(.domain, number))/x"] {
                #expect(linked(set, address) == linked(expected, address))
            }
        }
    }

    private static func line(_ signal: Signal) -> String {
        var out = ByteWriter()
        out.append(signal)
        return String(decoding: out.bytes, as: UTF8.self)
    }

    private func match(
        _ set: SignalSet, _ type: SignalType, _ value: String, _ time: Timestamp
    ) throws -> MatchedSignal? {
        let position: Int32?
        switch type {
        case .sha256: position = set.position(sha256: try #require(value.withBytes { Digest256(hex: $0) }))
        case .sha1: position = set.position(sha1: try #require(value.withBytes { Digest160(hex: $0) }))
        case .md5: position = set.position(md5: try #require(value.withBytes { Digest128(hex: $0) }))
        case .pdq:
            let hash = try #require(value.withBytes { Digest256(hex: $0) })
            // The index may still have what was withdrawn.
            let found = set.pdq.matches(hash, threshold: 0).compactMap { set.match($0.signal, at: time) }
            #expect(found.count <= 1)
            return found.first
        default: return nil
        }
        return position.flatMap { set.match($0, at: time) }
    }

    private func linked(_ set: SignalSet, _ address: String) -> [String] {
        var found: [String] = []
        var scratch: [UInt8] = []
        address.withBytes { bytes in
            set.links.forEachMatch(of: bytes, scratch: &scratch) { position, _ in
                if let signal = set.signal(at: position) { found.append("\(signal.type) \(signal.value)") }
            }
        }
        return found
    }
}
