internal import Concurrency
internal import FaultInjection
internal import Kafka
internal import Operations

extension Lane {
    /// Takes in what the consumer reports. While a revocation is pending no other rebalance can come.
    func serveRebalances() async {
        while let event = consumer.nextEvent() {
            switch event {
            case .client(let event): handle(event, of: "consumer")
            case .assigned(let rebalance): await assign(rebalance)
            case .revoked(let rebalance): await revoke(rebalance)
            }
        }
    }

    private func assign(_ rebalance: Rebalance) async {
        metrics.rebalances.increment()
        do {
            for queue in try await consumer.assign(rebalance) {
                let session = PartitionSession(queue, consumer: consumer, judge: judge, flow: flow, options: options)
                sessions[queue.partition] = session
                metrics.assigned(queue.partition, session.keeper)
                unstarted.insert(queue.partition)
            }
            options.state?.aids.standby?.own(rebalance.partitions.map(\.partition))
            logger.info("assigned", ["partitions": describe(rebalance), "all": "\(sessions.count)"])
            if phase == .running { readiness.set(name, nil) }
            readiness.set("\(name)-rights", nil)
            unknownOffsets.partitions.formUnion(rebalance.partitions)
            unknownOffsets.askAt = .now
        } catch {
            fatal = error
        }
    }

    /// Begins the work on partitions that were assigned, or gone back to, and are not about to be given up.
    func startSessions(_ group: inout DiscardingTaskGroup) {
        guard phase == .running, !unstarted.isEmpty else { return }
        let leaving = Set(pendingRevocation?.rebalance.partitions ?? [])
        for partition in unstarted.subtracting(leaving) {
            unstarted.remove(partition)
            guard let session = sessions[partition], !session.isActive else { continue }
            session.activate()
            group.addTask { await session.run() }
        }
    }

    /// Joins the group anew: partitions have no owner (`PartitionOwners`), or the consumer could not find out where to
    /// begin (the coordinator had moved, the right was missing), and the library does not try again by itself. To give the partitions back and take them again behind
    /// the group's back would be shorter, but could be taken for the answer to a revocation that is on its way.
    func rejoin() async {
        guard phase == .running, pendingRevocation == nil, let rejoinAt, ContinuousClock.now >= rejoinAt else { return }
        self.rejoinAt = nil
        logger.notice("joining the group anew")
        do throws(KafkaError) {
            try await consumer.rejoin([options.input])
        } catch {
            logger.warning("group not joined, trying again", ["error": error.description])
            self.rejoinAt = .now + .seconds(1)
        }
    }

    /// A revocation waits until its partitions are drained and committed; a loss has nothing to wait for.
    private func revoke(_ rebalance: Rebalance) async {
        metrics.rebalances.increment()
        logger.info(rebalance.isLost ? "partitions lost" : "revoked", ["partitions": describe(rebalance)])
        if rebalance.isLost {
            // Others may be at work on them: what this transaction holds can't be committed any more.
            for partition in rebalance.partitions { sessions[partition]?.abandon() }
            if !transaction.isEmpty {
                if phase == .running || isDraining { metrics.transactions["aborted"].increment() }
                if phase == .running { phase = .recovering(.abort) } else if isDraining { giveUpTheRest() }
            }
            pendingRevocation = nil
            await giveUp(rebalance)
            return
        }
        for partition in rebalance.partitions { sessions[partition]?.drain() }
        Failpoint.revocationDrain.pass()
        pendingRevocation = PendingRevocation(rebalance: rebalance, deadline: .now + options.revocationLimit)
    }

    /// Gives a revocation's partitions up as soon as nothing of them is in flight or uncommitted.
    func finishRevocation() async {
        guard let pending = pendingRevocation else { return }
        let theirs = pending.rebalance.partitions.compactMap { sessions[$0] }
        let late = ContinuousClock.now >= pending.deadline
        if late {
            logger.warning(
                "revocation limit reached: the rest is left to the next owner",
                ["partitions": describe(pending.rebalance)])
            for session in theirs { session.abandon() }
        } else if theirs.contains(where: \.isActive) {
            return
        }
        // What was released meanwhile belongs to this owner; it goes out now, not when the interval is over.
        await send()
        await commit()
        switch phase {
        case .recovering: return  // it goes on with the revocation
        case .ending: return  // closing gives everything up
        case .running, .stopped, .draining: break
        }
        pendingRevocation = nil
        await giveUp(pending.rebalance)
    }

    var isDraining: Bool { if case .draining = phase { true } else { false } }

    func giveUp(_ rebalance: Rebalance) async {
        do {
            try await consumer.unassign(rebalance)
        } catch {
            fatal = error
        }
        options.state?.aids.standby?.disown(rebalance.partitions.map(\.partition))
        for partition in rebalance.partitions {
            unstarted.remove(partition)
            unknownOffsets.partitions.remove(partition)
            ownCommits.giveUp(partition)
            if let start = owed.removeValue(forKey: partition) {
                logger.error(
                    "given up before it was made again: records have no verdict",
                    ["partition": "\(partition)", "from": "\(start)"])
            }
            if let session = sessions.removeValue(forKey: partition) {
                session.abandon()
                noteGivenUp(session.keeper)
            }
            metrics.unassigned(partition)
        }
    }

    private func describe(_ rebalance: Rebalance) -> String {
        rebalance.partitions.sorted().map(\.description).joined(separator: " ")
    }
}
