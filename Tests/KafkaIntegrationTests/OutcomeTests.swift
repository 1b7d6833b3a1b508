internal import Concurrency
internal import Events
internal import Kafka
internal import Streaming
internal import StreamingTestSupport
internal import Testing

/// People's decisions on a real broker: each becomes one verdict that takes the earlier one's place (V9).
@Suite(.realBroker, .timeLimit(.minutes(10)))
struct OutcomeTests {
    /// Decisions on every verdict of enforcement, then on what came of the first hundred of these; one in twenty of the
    /// first is no decision.
    @Test func everyDecisionSupersedesOnceWhateverHappens() async throws {
        let broker = try await RealBroker.shared()
        let stream = try await Stream(on: broker.bootstrap, "reversal")
        let uploads = Upload.many(4_000)
        try await stream.withMember(TestPipeline(), beside: [stream.outcomeLane()]) {
            try await stream.send(uploads)
            try await stream.waitFor(uploads.count)
        }
        let before = try await stream.results(waitingFor: uploads.count)
        before.expect(uploads)
        let decisions = try before.enforcement.enumerated().map { try decision(on: $1, number: $0) }
        try await stream.withMember(TestPipeline(), beside: [stream.outcomeLane()]) {
            // Beside ordinary traffic, and with the lane's producer fenced in between.
            try await stream.send(decisions, to: stream.outcomes, pace: .milliseconds(20))
            try await fence(stream)
            try await stream.waitFor(uploads.count + decisions.count)
            try await stream.waitForTheEnd(of: stream.outcomeLane())
        }
        let first = try await stream.results(waitingFor: uploads.count + decisions.count)
        expect(decisions, on: before.enforcement, in: first, stream)

        // An appeal on an appeal: what superseded is superseded.
        let appealed = Array(first.enforcement.filter { $0.topic == stream.outcomes }.prefix(100))
        #expect(appealed.count == 100)
        let appeals = try appealed.map { try decision(on: $0, number: 0) }
        try await stream.withMember(TestPipeline(), beside: [stream.outcomeLane()]) {
            try await stream.send(appeals, to: stream.outcomes)
            try await stream.waitFor(uploads.count + decisions.count + appeals.count)
        }
        let second = try await stream.results(waitingFor: uploads.count + decisions.count + appeals.count)
        let latest = second.enforcement.filter { verdict in appealed.contains { $0.id == verdict.supersedes } }
        #expect(latest.count == appeals.count)
        #expect(Set(second.audit.map(\.id)).count == second.audit.count)
    }

    /// By turns: retracted; confirmed; handed on; and what is no decision on this verdict.
    private func decision(on verdict: StreamResults.Verdict, number: Int) throws -> Upload {
        let summary = try verdict.value.withUnsafeBytes { try VerdictSummary($0) }
        let answers: [(Outcome.Ruling, Action)] = [(.retract, .allow), (.confirm, .remove), (.confirm, .hold)]
        let (ruling, action) = answers[number % answers.count]
        var outcome = Outcome(
            id: "o-\(verdict.id)", time: Timestamp(milliseconds: 1_800_000_000_000), verdict: summary.reference,
            ruling: ruling, action: action)
        var answer = Upload.Answer.verdict("\(action.name)")
        if number % 20 == 19 {
            outcome.verdict.event += "-another"
            answer = .deadLetter("field-value")
        }
        var out = ByteWriter()
        out.append(outcome, source: "/test")
        return Upload(id: verdict.id, key: Array(verdict.subject.utf8), value: out.bytes, answer: answer)
    }

    private func fence(_ stream: Stream) async throws {
        let producer = try TransactionalProducer(
            bootstrap: stream.bootstrap, transactionalID: stream.outcomeLane().transactionalID, properties: .producer,
            wakeup: Wakeup(), monitor: CallMonitor())
        do {
            try await producer.initTransactions(timeout: .seconds(30))
            await producer.close()
        } catch {
            await producer.close()
            throw error
        }
    }

    private func expect(
        _ decisions: [Upload], on verdicts: [StreamResults.Verdict], in results: StreamResults, _ stream: Stream
    ) {
        var wanted: [String: String] = [:]
        for case (let id, .verdict(let action)) in decisions.map({ ($0.id, $0.answer) }) { wanted[id] = action }
        let spoilt = decisions.count - wanted.count
        let places = Dictionary(uniqueKeysWithValues: verdicts.map { ($0.id, $0) })
        let audit = results.audit.filter { $0.topic == stream.outcomes }
        let enforcement = results.enforcement.filter { $0.topic == stream.outcomes }
        let review = results.review.filter { $0.topic == stream.outcomes }
        for copies in [audit, enforcement] {
            #expect(copies.count == wanted.count)
            let said = copies.map { ($0.supersedes ?? "", $0.action) }
            #expect(Dictionary(said) { first, _ in first } == wanted)
        }
        #expect(review.map(\.id).sorted() == audit.filter { $0.action == "hold" }.map(\.id).sorted())
        for verdict in enforcement {
            let earlier = places[verdict.supersedes ?? ""]
            #expect(verdict.event == earlier?.event && verdict.subject == earlier?.subject)
            #expect(verdict.account == earlier?.account)
        }
        #expect(Set(results.audit.map(\.id)).count == results.audit.count, "an id stands twice")
        let letters = results.deadLetters.filter { $0.header("weir.source.topic") == stream.outcomes }
        #expect(letters.count == spoilt && spoilt > 0)
        #expect(letters.allSatisfy { $0.code == "field-value" })
    }
}
