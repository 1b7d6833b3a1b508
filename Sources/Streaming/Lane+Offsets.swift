internal import Concurrency
internal import FaultInjection
internal import Kafka
internal import Operations

/// Partitions that were assigned and whose committed offsets are not known yet.
struct UnknownOffsets {
    var partitions: Set<TopicPartition> = []
    var askAt = ContinuousClock.now
    /// Attempts that failed. After so many seconds transactions are over by their time-outs.
    var failures = 0
    static let mostFailures = 30
}

extension Lane {
    /// Learns the committed offsets of partitions that were assigned: the lag is counted from there. Ends the transactions
    /// of former owners that are gone.
    ///
    /// Left open, a transaction of the dead keeps its offsets from whoever takes the partitions over (KIP-447), and
    /// subscribers from what stands behind its records, until it times out: 15 to 25 s. A member with a name of its own
    /// ends what it left open itself, as it starts; for one that does not come back, the next owners have to. The group
    /// keeps with each offset who committed it, and to take over a transactional id is to end its transaction. Somebody who
    /// is alive after all, and only lost its place, is fenced by that: its partitions were others' by then.
    func learnOffsets() async {
        guard phase == .running, pendingRevocation == nil, !unknownOffsets.partitions.isEmpty,
            ContinuousClock.now >= unknownOffsets.askAt
        else { return }
        let asked = unknownOffsets.partitions
        do throws(KafkaError) {
            try Failpoint.restore.hitTransaction()
            let committed = try await committedOffsets(of: asked.sorted())
            for (partition, committed) in committed where sessions[partition] != nil {
                metrics.committed(partition, committed.offset, newest: nil)
            }
            // Others may have gone on with what came back.
            for (partition, committed) in committed
            where owed[partition] == nil && committed.committer?.transactionalID != options.transactionalID {
                survivors.forget(partition)
            }
            takeBack(asked.filter { sessions[$0] != nil }.sorted(), committed)
            try await endTransactions(of: Set(committed.values.compactMap(\.committer)))
            unknownOffsets.partitions.subtract(asked)
            unknownOffsets.failures = 0
        } catch {
            unknownOffsets.failures += 1
            unknownOffsets.askAt = .now + .seconds(1)
            guard error.isAuthorization || unknownOffsets.failures > UnknownOffsets.mostFailures else {
                return logger.debug("former owners' transactions not ended yet", ["error": error.description])
            }
            logger.warning(
                "former owners' transactions are left to their time-out", ["error": error.description])
            unknownOffsets = UnknownOffsets()
        }
    }

    /// Partitions that were owned before: whether the group still knows what was committed then.
    private func takeBack(_ partitions: [TopicPartition], _ committed: [TopicPartition: CommittedOffset]) {
        for partition in partitions {
            let reported = committed[partition]
            let isByMember = reported?.committer != nil
            switch ownCommits.takeBack(partition, reported: reported?.offset, isByMember: isByMember) {
            case .forward: break
            case .reset(let known):
                logger.warning(
                    "the group's offset went back: what is between is judged again",
                    [
                        "partition": "\(partition)", "from": "\(known)",
                        "to": reported.map { "\($0.offset)" } ?? "none",
                    ])
            case .denied:
                // The recovery asks again, and goes back to what was committed here.
                guard phase == .running else { continue }
                if !transaction.isEmpty { metrics.transactions["aborted"].increment() }
                phase = .recovering(.abort)
            }
        }
    }

    func committedOffsets(
        of partitions: [TopicPartition]
    ) async throws(KafkaError) -> [TopicPartition: CommittedOffset] {
        try await calling { [options, monitor] () async throws(KafkaError) in
            let wakeup = Wakeup()
            // The lane's own would be kept waiting by the very transactions that are to be found.
            let observer = try GroupConsumer(
                bootstrap: options.bootstrap, group: options.group, instance: nil,
                properties: options.consumerProperties.merging(["statistics.interval.ms": "0"]), seesPending: true,
                wakeup: wakeup, monitor: monitor)
            do throws(KafkaError) {
                let committed = try await observer.committedOffsets(of: partitions, timeout: .seconds(3))
                await observer.close()
                return committed
            } catch {
                await observer.close()
                throw error
            }
        }
    }

    /// Of those that are not in the group any more.
    private func endTransactions(of committers: Set<Committer>) async throws(KafkaError) {
        let others = committers.filter {
            $0.transactionalID != options.transactionalID && $0.transactionalID.hasPrefix("\(options.group)-")
        }
        if others.isEmpty { return }
        let members = try await calling { [consumer, options] () async throws(KafkaError) in
            try await consumer.description(of: options.group, timeout: .seconds(3)).members
        }
        let present = Set(members.map(\.id))
        // A static member that has restarted since has another id, and the same transactional id; its client is called by
        // its instance id unless the user has other wishes.
        let named = Set(members.map { "\(options.group)-\($0.clientID)" })
        let gone = others.filter { !present.contains($0.memberID) && !named.contains($0.transactionalID) }
        for transactionalID in Set(gone.map(\.transactionalID)).sorted() {
            try await takeOver(transactionalID)
            logger.info("a former owner is gone: ended what it left open", ["transactionalId": transactionalID])
        }
    }

    private func takeOver(_ transactionalID: String) async throws(KafkaError) {
        try await calling { [options, monitor] () async throws(KafkaError) in
            let wakeup = Wakeup()
            let successor = try TransactionalProducer(
                bootstrap: options.bootstrap, transactionalID: transactionalID,
                properties: options.producerProperties.merging(["statistics.interval.ms": "0"]), wakeup: wakeup,
                monitor: monitor)
            do throws(KafkaError) {
                try await successor.initTransactions(timeout: .seconds(5))
                await successor.close()
            } catch {
                await successor.close()
                throw error
            }
        }
    }
}
