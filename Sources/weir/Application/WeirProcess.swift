import Configuration
import Events
import Glibc
import Kafka
import Operations
import Pipeline
import Signals
import Streaming

/// All parts of a running Weir, made from one configuration: used by `weir run` and, on its own broker, by `weir demo`.
struct WeirProcess: Sendable {
    let assembly: PipelineAssembly
    let registry: MetricsRegistry
    let logger: Logger
    let readiness: Readiness
    let judge: Judge
    private let services: [any Service]
    private let watchdog: Watchdog

    /// Reads the signals and builds everything; nothing runs yet.
    /// - Parameter isMock: the brokers are librdkafka's mock cluster.
    init(_ assembly: PipelineAssembly, lanes: [LaneOptions], sink: LogSink, isMock: Bool = false) async throws {
        let settings = assembly.settings
        let registry = MetricsRegistry()
        let logger = Logger(label: "weir", sink: sink)
        let readiness = Readiness()
        readiness.set("streaming", "starting")
        let pipelineMetrics = PipelineMetrics(registry)
        let signalFiles = SignalFileFeed.look(at: assembly.signalFiles)
        let store = SignalStore(assembly.blueprint, logger: logger)
        let generation = try await store.load(assembly.signalFiles)
        let judge = Judge(
            generation, blueprint: assembly.blueprint,
            media: try await assembly.mediaReader(for: generation, registry, logger), metrics: pipelineMetrics,
            logger: logger)
        await store.serve(judge)
        let watchdog = Watchdog(limit: settings[WeirSettings.watchdogLimit], logger: logger)
        var services: [any Service] = []
        if let listen = settings[WeirSettings.adminListen] {
            guard let address = ListenAddress(listen) else {
                throw InvalidConfiguration([
                    Problem(
                        file: "configuration", place: nil, key: "admin.listen",
                        message: "expected an IP address and a port such as 127.0.0.1:9464, found \"\(listen)\"")
                ])
            }
            let pages = AdminPages(registry: registry, readiness: readiness, watchdog: watchdog)
            services.append(
                AdminServer(address: address, token: assembly.adminToken, logger: logger, handler: pages.answer))
        }
        services.append(watchdog)
        services.append(HeapTrimmer(logger: logger))
        func progressOfSignals(_ name: String) -> Progress {
            let progress = Progress(name)
            watchdog.watch { limit in
                // Indexes of millions of signals take their time.
                guard let stalled = progress.stalled, stalled.duration > limit * 5 else { return nil }
                return "\(name): at \"\(stalled.activity)\" for \(Int(stalled.duration.inSeconds)) s"
            }
            return progress
        }
        if !assembly.signalFiles.isEmpty {
            services.append(
                SignalFileFeed(
                    paths: assembly.signalFiles, loaded: signalFiles, interval: settings[WeirSettings.signalInterval],
                    store: store, progress: progressOfSignals("signals"), logger: logger))
        }
        services.append(SignalMerger(store, logger: logger))
        services.append(DetectorRebuilder(store, logger: logger))
        let restored = Latch()
        if !isMock || settings.isSet(WeirSettings.signalTopic), let topic = settings[WeirSettings.signalTopic],
            let lane = lanes.first
        {
            let snapshots = settings[WeirSettings.signalSnapshot].map { path in
                SignalSnapshotter(
                    path: path, interval: settings[WeirSettings.snapshotInterval],
                    changes: settings[WeirSettings.snapshotChanges],
                    progress: progressOfSignals("signals-snapshot"), metrics: SignalSnapshotMetrics(registry),
                    logger: logger)
            }
            if let snapshots { services.append(snapshots) }
            services.append(
                SignalTopicFeed(
                    topic: topic, isRequired: settings.isSet(WeirSettings.signalTopic), bootstrap: lane.bootstrap,
                    properties: lane.consumerProperties, store: store, restored: restored, readiness: readiness,
                    progress: progressOfSignals("signals-topic"), metrics: SignalTopicMetrics(registry),
                    logger: logger, snapshots: snapshots))
        } else {
            restored.open()
        }
        services.append(
            StreamingService(
                lanes: lanes, judge: judge, metrics: StreamingMetrics(registry), pipelineMetrics: pipelineMetrics,
                readiness: readiness, watchdog: watchdog, logger: logger, readsConfigurations: !isMock,
                signals: restored))
        WeirProcess.addGauges(registry, judge, sink)
        self.assembly = assembly
        self.registry = registry
        self.logger = logger
        self.readiness = readiness
        self.judge = judge
        self.services = services
        self.watchdog = watchdog
    }

    /// What a stop takes beside waiting for what is in flight: giving up the transaction, leaving the group.
    private static let farewell = Duration.seconds(8)

    func run(until shutdown: ShutdownSignal) async throws {
        watchdog.bound(shutdown, to: assembly.settings[WeirSettings.shutdownLimit] + WeirProcess.farewell)
        try await ServiceGroup(services, logger: logger).run(until: shutdown)
    }

    private static func addGauges(_ registry: MetricsRegistry, _ judge: Judge, _ sink: LogSink) {
        registry.gauge("weir_signals", "Signals in use, by type.", labels: ["type"]) {
            judge.current.signals.counts().map { MetricsRegistry.Sample([$0.type.rawValue], Double($0.count)) }
        }
        registry.gauge("weir_signal_age_seconds", "Age of the youngest signal.") {
            guard let newest = judge.current.signals.newest else { return [] }
            return [MetricsRegistry.Sample([], Double(Timestamp.now().seconds(since: newest)))]
        }
        registry.gauge("weir_log_lines_lost", "Log lines that nobody took.") {
            [MetricsRegistry.Sample([], Double(sink.lostLines))]
        }
        let build = registry.gauge("weir_build_info", "What is running; always 1.", labels: ["version", "librdkafka"])
        build[Version.number, KafkaLibrary.version].set(1)
    }
}
