package import Events
internal import Synchronization

extension Judge {
    /// Gives the verdicts that people's decisions come to. A pure function of the records: no detector is asked, and no
    /// clock.
    ///
    /// Every one stands on enforcement, whatever it asks for: whoever acted on the verdict before it must hear of it.
    package func judge(_ records: [OutcomeRecord]) -> JudgedBatch {
        let writer = current.writer
        var keys = ByteWriter()
        var out = ByteWriter(capacity: records.count * 1_536)
        var outputs: [JudgedBatch.Output] = []
        var decisions: [Decision] = []
        var tally = VerdictTally()
        for (position, record) in records.enumerated() {
            let outcome = record.outcome
            var start = keys.count
            keys.append(outcome.verdict.subject)
            let key = start..<keys.count
            start = out.count
            writer.write(record, for: .audit, to: &out)
            outputs.append(.init(event: position, destination: .audit, key: key, verdict: start..<out.count))
            start = out.count
            writer.write(record, for: .enforcement, to: &out)
            let copy = start..<out.count
            outputs.append(.init(event: position, destination: .enforcement, key: key, verdict: copy))
            if outcome.action.needsPerson {
                outputs.append(.init(event: position, destination: .review, key: key, verdict: copy))
            }
            let decision = Decision(action: outcome.action, labels: outcome.labels, preserve: outcome.preserve)
            tally.add(decision, degraded: false, automated: false)
            decisions.append(decision)
        }
        return JudgedBatch(
            keys: keys.bytes, bytes: out.bytes, outputs: outputs, decisions: decisions, tally: tally)
    }
}
