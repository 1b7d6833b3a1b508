internal import Concurrency
internal import FaultInjection
internal import Kafka
internal import Operations

extension Lane {
    /// One attempt to mend a failed transaction: void it for certain, go back to what is committed, go on. If brokers
    /// are away the attempt fails and is made again; partitions stand still meanwhile, and nothing is lost.
    func recover() async {
        guard case .recovering(let remedy) = phase else { return }
        for session in sessions.values { session.abandon() }
        discardReleased()
        // Whoever still works on a batch is told to stop; its result would be void anyway.
        guard sessions.values.allSatisfy({ !$0.isActive }) else { return }
        if let retryAt, ContinuousClock.now < retryAt { return }
        progress.advance(to: "recovering from a failed transaction")
        if let pending = pendingRevocation {
            pendingRevocation = nil
            await giveUp(pending.rebalance)
        }
        do throws(KafkaError) {
            try Failpoint.recovery.hitTransaction()
            try await void(remedy)
            phase = .recovering(.abort)  // settled: only the offsets are left to do
            try await goBack()
        } catch {
            retry(after: error)
            return
        }
        flow.letGo(records: transaction.records, bytes: transaction.heldBytes)
        transaction = OpenTransaction()
        retryAt = nil
        phase = .running
        if failures < Lane.troublesome { readiness.set(name, nil) }
        logger.notice("recovered: going on from the committed offsets", ["partitions": "\(sessions.count)"])
        progress.advance(to: nil)
        unstarted = Set(sessions.keys)
    }

    /// Makes sure that nothing of the transaction will ever be visible, or finds out that all of it is.
    ///
    /// By a new producer, also where the old one could abort: nobody knows whether brokers have written what it throws
    /// away, and they drop what the library then sends in its place (`TransactionalProducer.isSpent`).
    private func void(_ remedy: TransactionRemedy) async throws(KafkaError) {
        if remedy == .abort {
            guard await producer.inTransaction else { return }
            // Does not have to succeed: the new producer would do it too, but be told to ask again half a second later.
            do throws(KafkaError) {
                try await calling { [producer] () async throws(KafkaError) in
                    try await producer.abort(within: Lane.abortPatience)
                }
            } catch {
                logger.info("not aborted, left to the next producer", ["error": error.description])
            }
            serveEvents()
        }
        phase = .recovering(.rebuild)
        // The new one first: if it can't be made, the lane still has one that may be asked for events and closed.
        let successor = try Lane.makeProducer(options, wakeup: wakeup, monitor: monitor)
        let old = producer
        producer = successor
        await old.close()
        try await calling { [producer, options] () async throws(KafkaError) in
            // Raises the epoch, which fences the old producer, and waits until its last transaction is settled.
            try await producer.initTransactions(timeout: .seconds(10))
            try await producer.prime(options.written, timeout: .seconds(5))
        }
    }

    /// Puts every partition back to its committed offset or, if it has none, to where its session began.
    private func goBack() async throws(KafkaError) {
        var places = try await placesToGoBackTo()
        try waitFor(denied: places.denied)
        if transaction.isInDoubt {
            try await settleDoubt()
            transaction.isInDoubt = false
            surveyFailures = 0
            // Partitions may have come and gone meanwhile: between the question and the seek there must be no rebalance.
            places = try await placesToGoBackTo()
        }
        for (partition, start) in owed where places.offsets[partition] != nil { places.offsets[partition] = start }
        try await consumer.seek(to: places.offsets)
    }

    private func placesToGoBackTo() async throws(KafkaError) -> OwnCommits.Places {
        // A session that never took a record has nothing to go back from, unless it began too early.
        var firsts = ownCommits.offsets.filter { sessions[$0.key] != nil }
        firsts.merge(sessions.compactMapValues(\.firstOffset)) { $1 }
        // Not long: while the consumer waits for this, it can't be told anything else.
        let reported = try await consumer.committed(firsts.keys.sorted(), timeout: .seconds(3))
        return ownCommits.places(firsts: firsts, reported: reported)
    }

    /// A group that reports less than was committed here is asked again for a while, and then not believed.
    private func waitFor(denied: [TopicPartition]) throws(KafkaError) {
        guard !denied.isEmpty else { return deniedSince = nil }
        let since = deniedSince ?? .now
        deniedSince = since
        let partitions = denied.map { "\($0) at \(ownCommits.offsets[$0] ?? 0)" }.joined(separator: ", ")
        let reason = "the group \(options.group) does not know any more what was committed: \(partitions)"
        guard ContinuousClock.now - since >= options.denialLimit else { throw .denied(reason) }
        logger.error("going on from what was committed here", ["reason": reason])
        deniedSince = nil
    }

    private func retry(after error: KafkaError) {
        logger.warning("recovery failed, trying again", ["error": error.description, "attempt": "\(failures)"])
        countFailure(error)
        if error.remedy == .stop { fatal = error }
    }

    private static let abortPatience = Duration.seconds(2)

    /// Failures in a row from which on the process is not ready.
    static let troublesome = 3

    /// The first failure is mended at once; if it comes again, longer and longer pauses keep the brokers from harm.
    ///
    /// Whoever was fenced waits a moment: somebody else has the same transactional id, and two that answer each other's
    /// fences at once would keep both from their work until the group tells one of them to go.
    func countFailure(_ error: KafkaError) {
        failures += 1
        if error.isFenced { retryAt = .now + .seconds(1) }
        guard failures > 1 else { return }
        retryAt = .now + min(Duration.milliseconds(50) * (1 << min(failures, 5)), .seconds(1))
        if failures >= Lane.troublesome { readiness.set(name, "transactions keep failing: \(error.description)") }
    }
}
