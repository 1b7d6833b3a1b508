import Configuration
import Detection
import Events
import Signals
import TestSupport
import Testing
import TextDetection

@testable import MetadataDetection

/// Texts that many accounts post, changed or not, by the settings as they come.
@Suite struct DocumentCampaignTests {
    /// Uploads of texts, one after another, as they are seen and counted.
    private struct Scene {
        private let writer: SightingWriter
        private let state: SightingState
        private let decoder = EventDecoder()
        private var offset: Int64 = 0
        private var seen: Int64 = 0
        private(set) var outcome = SightingOutcome()

        init(things: [String] = ["document"], key: String = "key", stateKey: String = "key") {
            let settings = SightingSettings(Settings(known: SightingSettings.all).with(SightingSettings.things, things))
            writer = SightingWriter(settings, key: Array(key.utf8), texts: { DocumentWords.read($0) })
            state = SightingState(settings, key: Array(stateKey.utf8))
        }

        /// - Parameter age: of the account, in days.
        mutating func post(_ text: String, by account: Int, age: Int, link: String? = nil) throws {
            var builder = EventBatch.Builder()
            let time = Timestamp(milliseconds: 1_796_032_800_000 + offset * 20_000)
            var out = ByteWriter()
            out.append(
                "{\"specversion\":\"1.0\",\"type\":\"weir.upload.created.v1\",\"source\":\"/t\",\"id\":\"e-\(offset)\"")
            out.append(",\"time\":")
            out.appendJSON(time)
            out.append(",\"data\":{\"account\":{\"id\":\"a-\(account)\",\"createdAt\":")
            out.appendJSON(Timestamp(milliseconds: time.milliseconds - Int64(age) * 86_400_000))
            out.append("},\"text\":{\"body\":")
            out.appendJSON(text)
            out.append("}")
            if let link { out.append(",\"links\":[\"\(link)\"]") }
            out.append("}}")
            let error = out.bytes.withUnsafeBytes { bytes in
                decoder.decode(
                    RecordView(value: bytes, offset: offset, timestamp: time), headers: NoHeaders(), into: &builder)
            }
            if let error { throw error }
            let batch = builder.finish(topic: "uploads", partition: 0)
            for record in writer.records(of: batch, MediaFacts(unreadCount: 0), isActedOn: { _ in false }) {
                let read = try record.value.withUnsafeBytes {
                    try SightingState.Record($0, offset: seen, written: time)
                }
                seen += 1
                let folded = state.fold([read], nextOffset: seen).outcome
                outcome.campaigns += folded.campaigns
                outcome.superseded += folded.superseded
            }
            offset += 1
        }

        var things: Int { state.records }
    }

    private func campaigns(_ copies: [String]) throws -> [Campaign] {
        var scene = Scene()
        for (number, copy) in copies.enumerated() { try scene.post(copy, by: number, age: number % 3) }
        return scene.outcome.campaigns
    }

    @Test(arguments: UInt64(1)...6) func nearCopiesOfManyYoungAccountsAreOne(_ seed: UInt64) throws {
        var notices = Notices(seed: seed)
        let text = notices.notice(words: 40 + Int(seed) * 30)
        let campaigns = try campaigns((0..<40).map { _ in notices.copy(of: text, exchanging: 0.05) })
        #expect(campaigns.count { $0.phase == .onset } == 1 && campaigns.allSatisfy { $0.kind == .document })
        let signals = campaigns.compactMap(\.signal)
        #expect(signals.count == campaigns.count && Set(signals.map(\.value)).count == 1)
        let signal = try #require(signals.first)
        #expect(signal.type == .document && signal.opinion == .seed && signal.expiresAt != nil)
        let words = try DocumentWords(signal.value)
        #expect((12...DocumentSketch.mostPassage).contains(words.hashes.count))
    }

    /// With a tenth exchanged the copies that are not near to the first may be enough for another; each has one signal.
    @Test(arguments: UInt64(1)...6) func copiesWithATenthExchangedAreFoundToo(_ seed: UInt64) throws {
        var notices = Notices(seed: seed)
        let text = notices.notice(words: 40 + Int(seed) * 30)
        let campaigns = try campaigns((0..<40).map { _ in notices.copy(of: text, exchanging: 0.1) })
        let onsets = Set(campaigns.map(\.id))
        #expect((1...2).contains(onsets.count))
        #expect(Set(campaigns.map { "\($0.id) \($0.signal?.value ?? "none")" }).count == onsets.count)
    }

    /// Whoever copies a text may hide it as they like: what folds away is gone before anything is compared.
    @Test func disguisesFoldAway() throws {
        var notices = Notices(seed: 3)
        let text = notices.notice(words: 30)
        let disguises: [(String) -> String] = [
            { $0.uppercased() }, { $0.replacing("a", with: "\u{430}") }, { $0.replacing("e", with: "e\u{200B}") },
            { text in
                String(
                    String.UnicodeScalarView(
                        text.unicodeScalars.map {
                            ("!"..."~").contains($0) ? Unicode.Scalar($0.value + 0xFEE0) ?? $0 : $0
                        }))
            },
        ]
        let found = try campaigns((0..<12).map { disguises[$0 % 4](text) })
        #expect(found.map(\.phase) == [.onset])
    }

    @Test(arguments: [UInt32(0x4E00)...0x9FFF, 0x0E01...0x0E2E]) func textsWithoutSpacesToo(
        _ letters: ClosedRange<UInt32>
    ) throws {
        var notices = Notices(seed: 5)
        let text = notices.unspaced(letters, count: 240)
        let copies = (0..<40).map { _ in notices.unspacedCopy(of: text, letters, exchanging: 0.02) }
        let found = try campaigns(copies)
        #expect(found.count { $0.phase == .onset } == 1 && found.allSatisfy { $0.signal != nil })
        let others = try campaigns((0..<40).map { _ in notices.unspaced(letters, count: 240) })
        #expect(others.isEmpty)
    }

    @Test(arguments: UInt64(1)...4) func textsOfOneGenreAreNone(_ seed: UInt64) throws {
        var notices = Notices(seed: seed)
        #expect(try campaigns((0..<40).map { _ in notices.notice(words: 25 + Int(seed) * 25) }).isEmpty)
    }

    @Test func whatOldAccountsQuoteIsNone() throws {
        var notices = Notices(seed: 8)
        var scene = Scene()
        let text = notices.notice(words: 35)
        for number in 0..<400 {
            let copy = number % 3 == 0 ? text : notices.copy(of: text, exchanging: 0.03)
            try scene.post(copy, by: number, age: number > 40 && number % 10 == 0 ? 1 : 900)
        }
        #expect(scene.outcome == SightingOutcome())
    }

    @Test func shortTextsAreNotSeen() throws {
        var scene = Scene()
        for number in 0..<40 {
            try scene.post("Good morning to all of you from the hill above Vastmark!", by: number, age: 0)
        }
        #expect(scene.things == 0 && scene.outcome == SightingOutcome())
    }

    /// Near copies, each with another site: domains that hop.
    @Test func nearCopiesThatLeadToManyHostsAreOne() throws {
        var notices = Notices(seed: 9)
        var scene = Scene()
        let text = notices.notice(words: 60)
        for number in 0..<9 {
            let copy = notices.copy(of: text, exchanging: 0.03)
            try scene.post(copy, by: number % 3, age: 1, link: "https://site\(number).example/")
        }
        #expect(scene.outcome.campaigns.first?.reason == .hosts)
    }

    /// Without the words there is no signal; people are told all the same.
    @Test func anotherKeyThanThePassagesGivesNoSignal() throws {
        var scene = Scene(stateKey: "another")
        for number in 0..<12 {
            try scene.post(
                "The market of Vastmark opens at nine on the square by the river, every week", by: number, age: 0)
        }
        #expect(scene.outcome.campaigns.map(\.phase) == [.onset])
        #expect(scene.outcome.campaigns.allSatisfy { $0.signal == nil })
    }

    /// The same text is counted in both ways where both are asked for.
    @Test func wholeTextsAreCountedBesides() throws {
        var scene = Scene(things: ["text", "document"])
        for number in 0..<12 {
            try scene.post(
                "The market of Vastmark opens at nine on the square by the river, every week", by: number, age: 0)
        }
        #expect(Set(scene.outcome.campaigns.map(\.kind)) == [.text, .document])
    }
}
