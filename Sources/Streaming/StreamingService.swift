internal import Concurrency
internal import Kafka
internal import MetadataDetection
package import Operations
package import Pipeline

/// The lanes, once the topics are there: the consumer service as a whole.
package struct StreamingService: Service {
    package let name = "streaming"
    private let lanes: [LaneOptions]
    private let judge: Judge
    private let metrics: StreamingMetrics
    private let pipelineMetrics: PipelineMetrics
    private let readiness: Readiness
    private let watchdog: Watchdog
    private let logger: Logger
    private let readsConfigurations: Bool
    private let signals: Latch

    /// - Parameters:
    ///   - readsConfigurations: see `TopicPreflight`.
    ///   - signals: open when all that is known can be looked up. Nothing is judged before.
    package init(
        lanes: [LaneOptions], judge: Judge, metrics: StreamingMetrics, pipelineMetrics: PipelineMetrics,
        readiness: Readiness, watchdog: Watchdog, logger: Logger,
        readsConfigurations: Bool = true, signals: Latch = Latch(isOpen: true)
    ) {
        self.signals = signals
        self.readsConfigurations = readsConfigurations
        self.lanes = lanes
        self.judge = judge
        self.metrics = metrics
        self.pipelineMetrics = pipelineMetrics
        self.readiness = readiness
        self.watchdog = watchdog
        self.logger = logger
    }

    package func run(until shutdown: ShutdownSignal) async throws {
        readiness.set(name, "looking for the brokers")
        guard try await checkTopics(until: shutdown) else { return }
        readiness.set(name, "waiting for the signals")
        guard await signals.wait(until: shutdown) else { return }
        for options in lanes { readiness.set("lane-\(options.name)", "starting") }
        readiness.set(name, nil)
        var services: [any Service] = []
        for options in lanes {
            let progress = Progress("lane-\(options.name)")
            watchdog.watch(progress)
            let options = prepared(options, &services)
            let lane = try Lane(
                options, judge: judge, metrics: metrics, pipelineMetrics: pipelineMetrics, readiness: readiness,
                progress: progress, monitor: CallMonitor(slack: min(.seconds(30), watchdog.limit)), logger: logger)
            watchdog.watch(lane.complaint)
            services.append(lane)
        }
        try await ServiceGroup(services, logger: logger).run(until: shutdown)
    }

    /// With what keeps the state on the disk and follows that of others, where that is asked for.
    private func prepared(_ options: LaneOptions, _ services: inout [any Service]) -> LaneOptions {
        var options = options
        guard let state = options.state else { return options }
        let logger = logger.labelled("lane.\(options.name)")
        guard state.directory != nil || state.standbyBytes > 0 else { return options }
        options.state?.aids.snapshots = StateSnapshotter(
            directory: state.directory, state, bootstrap: options.bootstrap, properties: options.consumerProperties,
            metrics: metrics, logger: logger)
        guard state.standbyBytes > 0, let followed = options.state else { return options }
        let (key, input) = (followed.key, options.input)
        let standby: any StateFollowing & Service
        switch followed.content {
        case .accounts(let settings):
            standby = StateStandby(
                followed, member: options.transactionalID, bootstrap: options.bootstrap,
                properties: options.consumerProperties, logger: logger
            ) { StateRestore(settings, key: key, input: input) }
        case .sightings(let settings):
            standby = StateStandby(
                followed, member: options.transactionalID, bootstrap: options.bootstrap,
                properties: options.consumerProperties, logger: logger
            ) { StateRestore(settings, key: key, input: input) }
        }
        metrics.watch(standby)
        options.state?.aids.standby = standby
        services.append(standby)
        return options
    }

    /// How long topics may be wrong at the start before that is final.
    private static let patience = Duration.seconds(5)

    /// Waits for brokers as long as it takes. - Returns: false if the end came first.
    private func checkTopics(until shutdown: ShutdownSignal) async throws -> Bool {
        guard let first = lanes.first else { return false }
        let wakeup = Wakeup()
        shutdown.onTrigger { wakeup.signal() }
        let admin = try AdminClient(bootstrap: first.bootstrap, properties: first.producerProperties)
        var preflight = TopicPreflight(inputs: lanes.map(\.input), outputs: first.outputs, limits: first.limits)
        preflight.readsConfigurations = readsConfigurations
        preflight.states = lanes.compactMap { lane in lane.state.map { (topic: $0.topic, input: lane.input) } }
        preflight.enclosures = lanes.flatMap(\.enclosures.all)
        var problems: [String]?
        // Topics that were made a moment ago may not be known to every broker yet.
        var lastLook: ContinuousClock.Instant?
        while problems == nil, !shutdown.isTriggered, !Task.isCancelled {
            do throws(KafkaError) {
                let found = try await preflight.problems(of: admin, timeout: .seconds(5))
                let end = lastLook ?? .now + StreamingService.patience
                lastLook = end
                if found.isEmpty || ContinuousClock.now >= end {
                    problems = found
                } else {
                    readiness.set(name, found.joined(separator: "; "))
                    await wakeup.wait(until: .now + .milliseconds(250))
                }
            } catch {
                logger.warning(
                    "brokers not reachable, trying again", ["bootstrap": first.bootstrap, "error": error.description])
                readiness.set(name, "no broker reachable at \(first.bootstrap): \(error.description)")
                await wakeup.wait(until: .now + .seconds(1))
            }
        }
        await admin.close()
        if let problems, !problems.isEmpty { throw TopicsNotReady(problems: problems) }
        return problems != nil
    }
}

/// Topics are missing or can't hold what will be written to them.
package struct TopicsNotReady: Error, CustomStringConvertible {
    package let problems: [String]

    package init(problems: [String]) { self.problems = problems }

    package var description: String { problems.joined(separator: "\n") }
}
