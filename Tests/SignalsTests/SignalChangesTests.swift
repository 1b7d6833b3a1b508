import Events
import TestSupport
import Testing

@testable import Signals

/// A set that is changed again and again, against one that is built anew.
@Suite struct SignalChangesTests {
    private struct Subject: Hashable {
        let type: SignalType
        let value: String
        let source: String
        let origin: SignalOrigin
    }

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

    @Test(arguments: UInt64(1)...30) func aChangedSetIsAsOneThatIsMadeAnew(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var set = SignalSet.empty
        var model: [Subject: Signal] = [:]
        var merged: SignalSet.Merged?
        for round in 0..<40 {
            let (before, modelBefore) = (set, model)
            let origin = SignalOrigin.allCases.randomElement(using: &random) ?? .files
            var changes: [Signal] = []
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                let type = SignalType.allCases.randomElement(using: &random) ?? .term
                let value = Self.value(type, Int.random(in: 1...12, using: &random))
                // The model's reference is made of files alone, so sources of one name would meet there.
                let source = "\(origin)-\(Int.random(in: 0...2, using: &random))"
                var one = signal(
                    type, value, Opinion.allCases.randomElement(using: &random) ?? .seed, source: source,
                    labels: ["L\(Int.random(in: 0...9, using: &random))"],
                    expiresAt: Bool.random(using: &random) ? Int64.random(in: 0...9, using: &random) : nil,
                    deleted: Int.random(in: 0..<3, using: &random) == 0)
                one.id = "\(round)"
                changes.append(one)
                let subject = Subject(type: type, value: value, source: source, origin: origin)
                model[subject] = one.deleted ? nil : one
            }
            set = set.applying(
                changes.map { SignalChange($0) }, from: origin,
                version: SignalVersion(topic: "t", offsets: [Int64(round)]))
            #expect(set.version.description == "t@\(round)")
            // A merge takes its time, and signals change meanwhile.
            if let finished = merged {
                set = set.finishing(finished)
                merged = nil
            } else if Bool.random(using: &random) {
                merged = set.wholeMerge.run()
            }
            try compare(set, model, using: &random)
            // What was copied from has not noticed.
            if round % 8 == 0 { try compare(before, modelBefore, using: &random) }
        }
    }

    private func compare(
        _ set: SignalSet, _ model: [Subject: Signal], using random: inout SplitMix64
    ) throws {
        let expected = SignalSet(model.values)
        #expect(set.signals(of: Set(SignalType.allCases)).map(\.signal) == expected.signals)
        #expect(set.count == expected.count)
        #expect(set.counts().map(\.count) == expected.counts().map(\.count))
        for origin in SignalOrigin.allCases {
            let stated = Set(set.stated(by: origin).map(Self.line))
            #expect(stated == Set(model.filter { $0.key.origin == origin }.map { Self.line($0.value) }))
        }
        for number in 1...12 {
            for type in Self.hexDigits.keys {
                let value = Self.value(type, number)
                let time = Timestamp.at(Int64.random(in: 0...10, using: &random))
                let (a, b) = (try match(set, type, value, time), try match(expected, type, value, time))
                #expect(a?.reference == b?.reference && a?.opinion == b?.opinion && a?.source == b?.source)
                #expect(a?.labels == b?.labels && a?.id == b?.id)
            }
            for address in [Self.value(.url, number), "http://www.\(Self.value(.domain, number))/x"] {
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
            set.links.forEachMatch(of: bytes, scratch: &scratch) { position in
                if let signal = set.signal(at: position) { found.append("\(signal.type) \(signal.value)") }
            }
        }
        return found
    }

    /// One source may be in a file and in the topic: each place takes back only what it said itself.
    @Test func originsDoNotTouchEachOther() throws {
        let hash = String(repeating: "a", count: 64)
        let mine = signal(.sha256, hash, .positive, source: "a")
        let theirs = signal(.sha256, hash, .negative, source: "a")
        let withdrawn = signal(.sha256, hash, source: "a", deleted: true)
        let version = SignalVersion()
        let both = SignalSet([mine]).applying([theirs].map { SignalChange($0) }, from: .topic, version: version)
        #expect(both.signals.map(\.opinion) == [.disputed])
        #expect(
            both.applying([withdrawn].map { SignalChange($0) }, from: .topic, version: version).signals.map(\.opinion)
                == [.positive])
        #expect(
            both.applying([withdrawn].map { SignalChange($0) }, from: .files, version: version).signals.map(\.opinion)
                == [.negative])
    }

    /// In a topic the place is the order, as it is for compaction.
    @Test func theLaterChangeCountsWhateverItsTime() {
        let hash = String(repeating: "a", count: 64)
        let new = signal(.sha256, hash, .positive, source: "a", updatedAt: 9)
        let old = signal(.sha256, hash, .seed, source: "a", updatedAt: 1)
        let set = SignalSet.empty.applying([new, old].map { SignalChange($0) }, from: .topic, version: SignalVersion())
        #expect(set.signals.map(\.opinion) == [.seed])
    }

    @Test func filesAreExchangedAndTheTopicStays() throws {
        let hash = String(repeating: "a", count: 64)
        let set = SignalSet([signal(.term, "one"), signal(.sha256, hash, .seed)])
            .applying(
                [signal(.sha256, hash, .negative)].map { SignalChange($0) }, from: .topic,
                version: SignalVersion(topic: "t"))
        var files = SignalStage(.files)
        files.add(SignalChange(signal(.term, "two")))
        let next = set.replacing(files, version: SignalVersion(files: "f"))
        #expect(next.signals.map(\.value) == [hash, "two"])
        #expect(next.signals.map(\.opinion) == [.negative, .positive])
        #expect(next.version.description == "files:f")
    }

    /// A detector is made anew only if its own signals have changed.
    @Test func changesAreToldByType() {
        let set = SignalSet([signal(.term, "one"), signal(.domain, "a.example")])
        let next = set.applying(
            [signal(.domain, "b.example")].map { SignalChange($0) }, from: .topic, version: SignalVersion())
        #expect(next.isUnchanged([.term, .phrase], since: set))
        #expect(!next.isUnchanged([.term, .domain], since: set))
        let nothing = next.applying(
            [signal(.term, "x", deleted: true)].map { SignalChange($0) }, from: .topic, version: SignalVersion())
        #expect(nothing.isUnchanged(Set(SignalType.allCases), since: next))
        let last = next.applying(
            [signal(.term, "one", deleted: true)].map { SignalChange($0) }, from: .files, version: SignalVersion())
        #expect(!last.isUnchanged([.term], since: next))
    }

    /// Many hashes come and go: merges and the clearing of withdrawn ones happen on the way.
    @Test func manyHashesComeAndGo() throws {
        var random = SplitMix64(seed: 7)
        var set = SignalSet.empty
        let values = (0..<30_000).map { _ in
            (0..<4).map { _ in
                let hex = String(random.next(), radix: 16)
                return String(repeating: "0", count: 16 - hex.count) + hex
            }.joined()
        }
        var present = Set<Int>()
        for round in 0..<12 {
            let changes = (0..<6_000).map { _ in Int.random(in: 0..<values.count, using: &random) }.map { index in
                let isDeleted = round > 5 ? index % 4 != 0 : index % 4 == 0
                if isDeleted { present.remove(index) } else { present.insert(index) }
                return signal(.pdq, values[index], deleted: isDeleted)
            }
            // Begun before these changes, and finished after them.
            let merge = set.mergeDue
            set = set.applying(changes.map { SignalChange($0) }, from: .topic, version: SignalVersion())
            if let merge { set = set.finishing(merge.run()) }
            #expect(set.count == present.count)
            for index in (0..<200).map({ _ in Int.random(in: 0..<values.count, using: &random) }) {
                let hash = try #require(values[index].withBytes { Digest256(hex: $0) })
                let found = set.pdq.matches(hash, threshold: 31).compactMap { set.match($0.signal, at: .at(0)) }
                #expect(found.map(\.reference) == (present.contains(index) ? ["pdq:\(values[index])"] : []))
            }
        }
        set = set.settled()
        // What was withdrawn has not stayed in the index for good.
        #expect(set.pdq.count < present.count + max(4_096, present.count / 2))
    }
}
