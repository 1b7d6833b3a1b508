internal import Events
internal import Kafka
internal import MetadataDetection
internal import Pipeline
internal import Policy
internal import Signals

/// What campaigns come to, as records: a function of what was folded and of the policy, and of no clock.
struct CampaignOutput {
    private let generation: Generation
    private let input: TopicPartition

    init(_ generation: Generation, of input: TopicPartition) {
        self.generation = generation
        self.input = input
    }

    func write(_ outcome: SightingOutcome) -> JudgedBatch {
        var keys = ByteWriter()
        var out = ByteWriter(capacity: outcome.superseded.count * 3_072)
        var outputs: [JudgedBatch.Output] = []
        var decisions: [Decision] = []
        var tally = VerdictTally()
        for upload in outcome.superseded {
            guard let superseding = superseding(upload) else { continue }
            let (decision, position) = (superseding.decision, decisions.count)
            var start = keys.count
            keys.append(upload.reference.subject)
            let key = start..<keys.count
            start = out.count
            generation.writer.write(superseding, for: .audit, to: &out)
            outputs.append(.init(event: position, destination: .audit, key: key, verdict: start..<out.count))
            start = out.count
            generation.writer.write(superseding, for: .enforcement, to: &out)
            let copy = start..<out.count
            outputs.append(.init(event: position, destination: .enforcement, key: key, verdict: copy))
            if decision.action.needsPerson {
                outputs.append(.init(event: position, destination: .review, key: key, verdict: copy))
            }
            tally.add(decision, degraded: false, automated: decision.action.isAutomated)
            decisions.append(decision)
        }
        return JudgedBatch(
            keys: keys.bytes, bytes: out.bytes, outputs: outputs, decisions: decisions, tally: tally,
            enclosures: outcome.campaigns.flatMap(enclosures))
    }

    /// nil where the policy lets the earlier verdict be.
    private func superseding(_ upload: SupersededUpload) -> SupersedingVerdict? {
        let policy = generation.policy
        switch upload.cause {
        case .campaign(let campaign):
            return policy.earlierOfCampaigns.map { decision in
                superseding(
                    upload, decision, at: campaign.time, fact: "campaign", value: campaign.youngAccounts,
                    campaign.signal)
            }
        case .account(let fact, let value, let time):
            return policy.accounts[fact].map { decision in
                superseding(upload, decision, at: time, fact: fact, value: value, nil)
            }
        }
    }

    private func superseding(
        _ upload: SupersededUpload, _ decision: Decision, at time: Timestamp, fact: Code, value: Int, _ signal: Signal?
    ) -> SupersedingVerdict {
        SupersedingVerdict(
            superseded: upload.verdict, subject: upload.reference.subject, event: upload.reference.event,
            account: upload.reference.account, uploaded: upload.uploaded, decided: time,
            place: RecordPlace(topic: input.topic, partition: input.partition, offset: upload.offset),
            received: upload.received, decision: decision, signal: signal.map { MatchedSignal($0) },
            fact: fact, value: value)
    }

    private func enclosures(of campaign: Campaign) -> [JudgedBatch.Enclosure] {
        var enclosures: [JudgedBatch.Enclosure] = []
        // At its end the signal stays for as long as it was said to.
        if campaign.phase != .end, let signal = campaign.signal {
            var line = ByteWriter()
            line.append(signal)
            enclosures.append(
                .init(
                    .signals, key: SignalTopicDecoder.key(of: signal),
                    // Without the line's end.
                    value: Array(line.bytes.dropLast())))
        }
        var proposal = ByteWriter()
        proposal.append(campaign, source: generation.writer.source)
        enclosures.append(.init(.incidents, key: Array(campaign.name.utf8), value: proposal.bytes))
        return enclosures
    }
}

extension ByteWriter {
    /// A proposal to people to open an incident: what they may do about it is theirs to say.
    ///
    /// - Parameter source: as JSON.
    fileprivate mutating func append(_ campaign: Campaign, source: [UInt8]) {
        append("{\"specversion\":\"1.0\",\"type\":\"weir.incident.proposed.v1\",\"source\":")
        append(source)
        append(",\"id\":\"\(campaign.name)-\(campaign.phase.rawValue)-\(campaign.youngAccounts)\",\"time\":")
        appendJSON(campaign.time)
        append(",\"subject\":\"\(campaign.name)\",\"data\":{\"state\":")
        append(campaign.phase == .end ? "\"over\"" : "\"proposed\"")
        append(",\"reason\":\"\(campaign.reason.rawValue)\",\"thing\":\"\(campaign.kind.name)\",\"signal\":")
        if let signal = campaign.signal {
            appendJSON(MatchedSignal.reference(signal.type, signal.value))
        } else {
            append("null")
        }
        append(",\"accounts\":\(campaign.accounts),\"youngAccounts\":\(campaign.youngAccounts)")
        append(",\"networks\":\(campaign.networks),\"uploadsLastHour\":\(campaign.lastHour),\"times\":{\"firstSeen\":")
        appendJSON(campaign.firstSeen)
        append(",\"onset\":")
        appendJSON(campaign.onset)
        append("}}}")
    }
}
