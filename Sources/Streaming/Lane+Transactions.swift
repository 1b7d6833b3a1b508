internal import Concurrency
internal import Events
internal import FaultInjection
internal import Kafka
internal import Operations
internal import Pipeline

extension Lane {
    /// Puts everything released into the open transaction, opening one if there is none.
    func send() async {
        guard canCommit else { return }
        let (now, time) = (ContinuousClock.now, Timestamp.now())
        var batches: [ReleasedBatch] = []
        for batch in flow.takeReleased() {
            if isCurrent(batch) { batches.append(batch) } else { letGo(batch) }
        }
        guard !batches.isEmpty else { return }
        progress.advance(to: "sending verdicts")
        let outbox = Outbox(
            batches: batches, outputs: options.outputs, enclosures: options.enclosures, version: options.version,
            survivors: survivors)
        for batch in batches {
            transaction.add(batch, now: now, time: time)
            deadLetterShare.add(records: batch.recordCount, deadLetters: batch.deadLetters.count)
        }
        if deadLetterShare.isExceeded {
            // Nothing of it is committed: the records wait for whoever mends the cause.
            await stop(
                because:
                    "\(options.input): more than \(options.mostDeadLetters) of the last \(DeadLetterShare.window) records are"
                    + " no events; see the dead letters' reasons, mend events.mapping or the producer, or raise"
                    + " limits.deadLetterShare")
            return
        }
        do throws(KafkaError) {
            try await calling { [producer] () async throws(KafkaError) in
                try await producer.begin()
                try await producer.produce(outbox.send)
            }
            try Failpoint.afterProduce.hitTransaction()
        } catch {
            failed(error, remedy: error.remedy)
        }
        for session in sessions.values { session.wake() }
    }

    func commitIfDue() async {
        let now = ContinuousClock.now
        // At the end, and for a group that waits, there is nothing to collect for any more.
        let last = isDraining && sessions.values.allSatisfy { !$0.isActive }
        guard last || transaction.isDue(options, now: now) else { return }
        await commit()
    }

    /// Makes the open transaction visible: verdicts, dead letters and offsets at once.
    func commit() async {
        guard canCommit, let opened = transaction.opened, !transaction.isEmpty else { return }
        progress.advance(to: "committing a transaction")
        serveEvents()
        let before = lostConnections
        do throws(KafkaError) {
            let (offsets, patience, losses) = (transaction.offsets, patience, consumer.losses)
            let state = options.state.map { StateOutbox(topic: $0.topic, changes: transaction.changes) }
            try await calling { [producer, consumer] () async throws(KafkaError) in
                try await producer.begin()
                if let state { try await producer.produce(state.send) }
                try await producer.sendOffsets(offsets, of: consumer, losses: losses, within: patience)
            }
            // Whoever lost a partition meanwhile has nothing to commit for it any more.
            guard canCommit else { return }
            try Failpoint.afterSendOffsets.hitTransaction()
            try Failpoint.duringCommit.hitTransaction()
            transaction.isInDoubt = true
            try await calling { [producer] () async throws(KafkaError) in try await producer.commit(within: patience) }
            try Failpoint.afterCommit.hitTransaction(voids: false)
        } catch {
            serveEvents()
            // An abort would be asked for under the epoch of a commit that may still be on its way.
            let mayComeLate = transaction.isInDoubt && lostConnections > before
            // Refused, or not even asked for: the library writes everything first.
            if error.requiresAbort, !mayComeLate { transaction.isInDoubt = false }
            failed(error, remedy: mayComeLate && error.remedy == .abort ? .rebuild : error.remedy)
            return
        }
        committed(transaction, opened: opened)
        serveEvents()
        if lostConnections > before { distrustProducer() }
    }

    /// The transaction is committed, but a connection broke meanwhile: the library may have asked twice, and what is still
    /// on its way of the first time would end the transaction that is open when it arrives (KAFKA-17754). A new producer
    /// raises the epoch, and then the brokers refuse it.
    private func distrustProducer() {
        logger.notice("a connection broke during a commit: making a new producer, so that nothing comes too late")
        if isDraining {
            if flow.inFlight > 0 { giveUpTheRest() }
        } else if phase == .running {
            phase = .recovering(.rebuild)
        }
    }

    /// Whether what was released may become visible. In trouble, and at the end of what can't be finished, it may not.
    var canCommit: Bool { phase == .running || isDraining }

    /// How long brokers may be waited for: at the end not longer than the end may take.
    var patience: Duration {
        guard case .draining(let deadline) = phase else { return .seconds(3_600) }
        return max(.milliseconds(500), deadline - .now)
    }

    private func committed(_ done: OpenTransaction, opened: ContinuousClock.Instant) {
        let now = Timestamp.now()
        metrics.transactions["committed"].increment()
        metrics.transactionSeconds.observe(ContinuousClock.now - opened)
        let received = done.received
        metrics.endToEnd.observe(count: received.count) { Double(now.nanoseconds - received[$0].nanoseconds) / 1e9 }
        ownCommits.note(done.offsets.filter { sessions[$0.key] != nil })
        survivors.forget(upTo: done.offsets)
        for partition in done.offsets.keys { owed[partition] = nil }
        for (partition, offset) in done.offsets { sessions[partition]?.keeper?.committed(before: offset) }
        for (partition, offset) in done.offsets {
            metrics.committed(partition, offset, newest: done.newest[partition])
        }
        report(done)
        transaction = OpenTransaction()
        if failures >= Lane.troublesome { readiness.set(name, nil) }
        failures = 0
        readiness.set("\(name)-rights", nil)
        flow.letGo(records: done.records, bytes: done.heldBytes)
        progress.advance(to: flow.inFlight > 0 ? "judging" : nil)
        lastReachable = .now
        for session in sessions.values { session.wake() }
    }

    /// Leaves the transaction to the recovery.
    private func failed(_ error: KafkaError, remedy: TransactionRemedy) {
        logger.warning("transaction failed", ["error": error.description, "remedy": "\(remedy)"])
        metrics.transactions[remedy == .abort ? "aborted" : "indeterminate"].increment()
        if isDraining {
            // No time to mend it.
            giveUpTheRest()
        } else {
            phase = .recovering(remedy)
            countFailure(error)
            if remedy == .stop { fatal = error }
        }
    }

    func isCurrent(_ batch: ReleasedBatch) -> Bool {
        sessions[batch.partition]?.epoch == batch.epoch
    }

    func letGo(_ batch: ReleasedBatch) {
        flow.letGo(records: batch.recordCount, bytes: batch.byteCount)
    }

    /// Everything released so far is void.
    func discardReleased() {
        for batch in flow.takeReleased() { letGo(batch) }
    }

    /// What came out is counted now, and not when it was worked out: after a failure that happens again.
    private func report(_ done: OpenTransaction) {
        done.verdicts.report(to: pipelineMetrics, topic: options.input)
        for (destination, count) in done.enclosures {
            guard let topic = options.enclosures.topic(of: destination) else { continue }
            metrics.enclosures[topic].increment(by: count)
        }
        for letter in done.deadLetters {
            pipelineMetrics.deadLetters[letter.error.code.rawValue].increment()
            pipelineMetrics.events[options.input, "dead-letter"].increment()
            logger.warning(
                "dead letter",
                [
                    "code": letter.error.code.rawValue, "reason": letter.error.message,
                    "topic": letter.partition.topic, "partition": "\(letter.partition.partition)",
                    "offset": "\(letter.offset)",
                ])
        }
    }
}

/// Hands released batches to the producer, on its thread.
private struct Outbox: Sendable {
    let batches: [ReleasedBatch]
    let outputs: OutputTopics
    let enclosures: EnclosureTopics
    let version: String
    let survivors: VisibleOutputs

    @Sendable func send(_ sink: RecordSink) throws(KafkaError) {
        try Failpoint.beforeProduce.hitTransaction()
        let audit = try sink.topic(outputs.audit)
        let enforcement = try sink.topic(outputs.enforcement)
        let review = try sink.topic(outputs.review)
        let deadLetters = try sink.topic(outputs.deadLetters)
        for batch in batches {
            let isPartlyOut = survivors.concerns(batch.partition, batch.records)
            for letter in batch.deadLetters {
                try Failpoint.deadLetter.hitTransaction()
                if isPartlyOut, survivors.contains(letter, on: outputs.deadLetters) { continue }
                try sink.send(
                    to: deadLetters, key: letter.key, value: letter.value,
                    headers: letter.headers(version: version).map { ($0.name, $0.value) })
            }
            guard let judged = batch.judged else { continue }
            for enclosure in judged.enclosures {
                // What of it is out already counts once: who reads it knows.
                guard let topic = enclosures.topic(of: enclosure.destination) else { continue }
                let place = try sink.topic(topic)
                try enclosure.key.withUnsafeBufferPointer { (key) throws(KafkaError) in
                    try enclosure.value.withUnsafeBufferPointer { (value) throws(KafkaError) in
                        try sink.send(to: place, key: UnsafeRawBufferPointer(key), value: UnsafeRawBufferPointer(value))
                    }
                }
            }
            try judged.bytes.withUnsafeBufferPointer { (verdicts) throws(KafkaError) in
                try judged.keys.withUnsafeBufferPointer { (keys) throws(KafkaError) in
                    for output in judged.outputs {
                        let topic =
                            switch output.destination {
                            case .audit: audit
                            case .enforcement: enforcement
                            case .review: review
                            }
                        let verdict = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: verdicts[output.verdict]))
                        if isPartlyOut, survivors.contains(verdict, on: topic.name) { continue }
                        try sink.send(
                            to: topic,
                            key: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: keys[output.key])),
                            value: verdict,
                            header: ("content-type", "application/cloudevents+json"))
                    }
                }
            }
        }
    }
}

/// Hands what is known otherwise than before to the producer, each partition's to that of the same number.
private struct StateOutbox: Sendable {
    let topic: String
    let changes: [Int32: NettedChanges]

    @Sendable func send(_ sink: RecordSink) throws(KafkaError) {
        let topic = try sink.topic(topic)
        for (partition, changes) in changes {
            try changes.forEach { (key, value) throws(KafkaError) in
                try sink.send(to: topic, partition: partition, key: key, value: value)
            }
        }
    }
}
