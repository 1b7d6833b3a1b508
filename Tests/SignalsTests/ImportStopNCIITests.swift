import Events
import Testing

@testable import Signals

@Suite struct ImportStopNCIITests {
    private func record(
        _ feedback: String..., status: String = "Active", time: Int = 100, type: String = "VideoMD5",
        value: String = Digests.md5
    ) -> String {
        #"{"lastModtimestamp":\#(time),"signalType":"\#(type)","hashValue":"\#(value)","hashStatus":"\#(status)","CSPFeedbacks":[\#(feedback.joined(separator: ","))]}"#
    }

    private func feedback(_ source: String, _ value: String) -> String {
        #"{"source":"\#(source)","feedbackValue":"\#(value)","tags":["t"]}"#
    }

    private func page(_ records: String...) -> String { #"{"hashRecords":[\#(records.joined(separator: ","))]}"# }

    @Test func theExample() throws {
        let imported = try Imported(.stopncii, Imported.example(.stopncii))
        #expect(
            imported.lines == [
                "pdq:f8f8… stopncii/stopncii seed", "pdq:f8f8… stopncii/Sprout positive",
                "pdq:f8f8… stopncii/Leaf negative",
                "pdq:f8f8… stopncii/Root seed", "-pdq:f8f8… stopncii/Stem", "-md5:a1a1… stopncii/stopncii",
                "-pdq:0f0f… stopncii/stopncii", "md5:d4d4… stopncii/stopncii seed",
            ])
        #expect(imported.signals[1].labels == ["turnip"])
        #expect(imported.rejected.isEmpty)
        #expect(
            imported.notes == [
                "1 record has the unknown status Suspended: kept, as if active",
                "1 record of type AudioChroma is not supported",
                "1 record of type VideoTMK (no value, or a huge one) is not supported",
            ])
    }

    /// Clients in use compare the hash with the names of the states, and so never delete anything.
    @Test(arguments: ["Withdrawn", "Deleted"]) func theStatusWithdrawsAHash(status: String) throws {
        let first = page(record(feedback("Leaf", "Blocked"), feedback("Root", "Blocked")))
        let imported = try Imported(
            .stopncii, first, page(record(feedback("Leaf", "Blocked"), status: status, time: 200)))
        #expect(
            imported.lines.suffix(3) == [
                "-md5:a1a1… stopncii/stopncii", "-md5:a1a1… stopncii/Leaf", "-md5:a1a1… stopncii/Root",
            ])
        #expect(imported.set.signals.isEmpty)
        let earlier = try Imported(.stopncii, first)
        let later = try Imported(.stopncii, page(record(status: status, time: 200)), known: earlier.signals)
        #expect(SignalSet(earlier.signals + later.signals).signals.isEmpty)
    }

    @Test func feedbackIsTheServicesOpinion() throws {
        for (value, opinion) in [
            ("Blocked", Opinion.positive), ("NotBlocked", .negative), ("PendingReview", .seed), ("None", .seed),
            ("SomethingNew", .seed),
        ] {
            let imported = try Imported(.stopncii, page(record(feedback("Leaf", value))))
            #expect(imported.signals.map(\.opinion) == [.seed, opinion])
            #expect(imported.signals.last?.source == "stopncii/Leaf")
        }
        let disputed = try Imported(.stopncii, page(record(feedback("Leaf", "NotBlocked")))).set.signals
        #expect(disputed.map(\.opinion) == [.disputed])
    }

    @Test func feedbackMayBeWithdrawnAlone() throws {
        for value in ["Withdrawn", "Deleted"] {
            let imported = try Imported(
                .stopncii, page(record(feedback("Leaf", "Blocked"))), page(record(feedback("Leaf", value), time: 200)))
            #expect(imported.lines.last == "-md5:a1a1… stopncii/Leaf")
            #expect(imported.set.signals.map(\.opinion) == [.seed])
        }
    }

    @Test func typesAreMapped() throws {
        let imported = try Imported(
            .stopncii,
            page(
                record(type: "ImagePDQ", value: Digests.pdq),
                record(type: "URL", value: "https://turnip-front.example/"),
                record(type: "Text", value: "turnip front"), record(type: "VideoTMK", value: "AAAA")))
        #expect(imported.signals.map(\.type) == [.pdq, .url, .document, .tmk])
    }

    @Test func aStatusThatIsMissingIsNotGuessed() throws {
        let imported = try Imported(
            .stopncii, page(#"{"signalType":"VideoMD5","hashValue":"\#(Digests.md5)"}"#, record()))
        #expect(imported.rejected.map(\.error) == ["hashStatus: is required"])
        #expect(imported.signals.count == 1)
    }
}
