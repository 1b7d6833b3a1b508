import Configuration
import Detection
import Media
import Operations
import Pipeline

extension PipelineAssembly {
    /// What gets at the bytes of media, as the settings want it.
    ///
    /// - Parameter generation: whether its detectors look at pictures decides whether processes for them are started.
    /// - Throws: `DecodeWorkers.StartFailure`, `MediaSandboxMissing`.
    func mediaReader(for generation: Generation, _ registry: MetricsRegistry, _ logger: Logger) async throws
        -> any MediaReader
    {
        var limits = MediaLimits()
        limits.workers = settings[WeirSettings.mediaWorkers]
        limits.fetches = settings[WeirSettings.mediaFetches]
        limits.fileBytes = settings[WeirSettings.mediaBytes].bytes
        limits.pixels = settings[WeirSettings.mediaPixels]
        limits.budget = settings[WeirSettings.mediaBudget].bytes
        limits.deadline = settings[WeirSettings.mediaDeadline]
        limits.cachedPictures = settings[WeirSettings.mediaCache]
        let metrics = MediaMetrics(registry)
        var decoder: DecodeWorkers?
        if settings[WeirSettings.mediaSandbox] {
            let logger = logger.labelled("media")
            let workers = DecodeWorkers(DecodeProgram(DecodeWalls(limits)), workers: limits.workers) { event, reason in
                metrics.count(event)
                event.log(logger, reason)
            }
            if generation.looksAtPictures {
                try await BlockingWork(name: "media").run { () throws(DecodeWorkers.StartFailure) in try workers.start()
                }
            }
            decoder = workers
        }
        return MediaService(limits, hosts: mediaHosts, decoder: decoder, linkingKey: blueprint.accountKey) {
            metrics.count($0)
        }
    }
}

/// What is counted of media (interface, "Metrics").
private struct MediaMetrics: Sendable {
    private let lookups: [PictureCache.Lookup: Counter]
    private let workers: MetricFamily<Counter>

    init(_ registry: MetricsRegistry) {
        let family = registry.counter(
            "weir_media_cache_total",
            "Pictures that had to be hashed: known before (hit), not known (miss), or in work for another (joined).",
            labels: ["result"])
        lookups = Dictionary(uniqueKeysWithValues: PictureCache.Lookup.allCases.map { ($0, family[$0.rawValue]) })
        workers = registry.counter(
            "weir_media_workers_total", "Processes that decode pictures, by what became of them.", labels: ["event"])
        for event in DecodeWorkers.Event.allCases { _ = workers[event.rawValue] }
    }

    func count(_ lookup: PictureCache.Lookup) { lookups[lookup]?.increment() }

    func count(_ event: DecodeWorkers.Event) { workers[event.rawValue].increment() }
}

extension DecodeWorkers.Event {
    fileprivate func log(_ logger: Logger, _ reason: String) {
        switch self {
        case .started, .retired: break
        case .crashed: logger.warning("a picture ended the process that decoded it; another takes its place")
        case .late: logger.warning("a picture took longer than media.deadline; the process that decoded it was ended")
        case .failed: logger.error("a process that decodes pictures did not start", ["reason": reason])
        }
    }
}
