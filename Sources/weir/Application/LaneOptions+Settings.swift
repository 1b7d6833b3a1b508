import Configuration
import Events
import Glibc
import Kafka
import MetadataDetection
import Pipeline
import Streaming
import TextDetection

extension LaneOptions {
    /// The lanes that a configuration asks for.
    static func all(_ assembly: PipelineAssembly) -> [LaneOptions] {
        uploads(assembly) + [sightings(assembly), outcomes(assembly)].compactMap(\.self)
    }

    /// What uploads show, counted across accounts, if the pipeline has `metadata.sightings`.
    private static func sightings(_ assembly: PipelineAssembly) -> LaneOptions? {
        let (settings, blueprint) = (assembly.settings, assembly.blueprint)
        guard let counting = blueprint.settings(of: SightingDetector.name) else { return nil }
        var lane = LaneOptions(
            assembly, name: "sightings", input: settings[WeirSettings.sightings],
            group: "\(settings[WeirSettings.group])-sightings")
        lane.content = .sightings
        lane.commitInterval = settings[WeirSettings.commitInterval]
        lane.state = StateOptions(
            topic: settings[WeirSettings.sightingState], .sightings(SightingSettings(counting)),
            key: blueprint.accountKey)
        lane.state?.take(settings)
        lane.enclosures = EnclosureTopics(
            signals: settings[WeirSettings.signalTopic], incidents: settings[WeirSettings.incidents])
        return lane
    }

    /// People's decisions, if there is a topic for them.
    private static func outcomes(_ assembly: PipelineAssembly) -> LaneOptions? {
        let settings = assembly.settings
        guard let topic = settings[WeirSettings.outcomes] else { return nil }
        // A group of its own: uploads that stand still must not keep a decision from taking effect.
        var lane = LaneOptions(
            assembly, name: "outcomes", input: topic, group: "\(settings[WeirSettings.group])-outcomes")
        lane.content = .outcomes
        lane.commitInterval = settings[WeirSettings.commitInterval]
        // People decide a few times a second; nothing needs to wait in memory.
        lane.inFlightBytes = 8 << 20
        lane.consumerProperties["queued.max.messages.kbytes"] =
            assembly.clientProperties["queued.max.messages.kbytes"] ?? "1024"
        return lane
    }

    /// Those of uploads: bulk, and live if there is a topic for it.
    static func uploads(_ assembly: PipelineAssembly) -> [LaneOptions] {
        let settings = assembly.settings
        let group = settings[WeirSettings.group]
        var bulk = LaneOptions(assembly, name: "bulk", input: settings[WeirSettings.uploads], group: group)
        bulk.commitInterval = settings[WeirSettings.commitInterval]
        bulk.state = assembly.blueprint.settings(of: BehaviourDetector.name).map {
            StateOptions(
                topic: settings[WeirSettings.state], accounts: AccountSettings($0), key: assembly.blueprint.accountKey)
        }
        bulk.state?.take(settings)
        if let counting = assembly.blueprint.settings(of: SightingDetector.name) {
            bulk.sightings = SightingWriter(
                SightingSettings(counting), key: assembly.blueprint.accountKey, texts: { DocumentWords.read($0) })
            bulk.enclosures.sightings = settings[WeirSettings.sightings]
        }
        guard let topic = settings[WeirSettings.live] else { return [bulk] }
        // A group of its own: a rebalance of the bulk members then leaves live streams alone.
        var live = LaneOptions(assembly, name: "live", input: topic, group: "\(group)-live")
        live.sightings = bulk.sightings
        live.enclosures = bulk.enclosures
        live.commitInterval = settings[WeirSettings.commitLiveInterval]
        live.producerProperties["linger.ms"] = assembly.clientProperties["linger.ms"] ?? "1"
        live.consumerProperties["fetch.wait.max.ms"] = assembly.clientProperties["fetch.wait.max.ms"] ?? "20"
        return [bulk, live]
    }

    private init(_ assembly: PipelineAssembly, name: String, input: String, group: String) {
        let settings = assembly.settings
        let instance = settings[WeirSettings.instanceID]
        self.init(
            name: name, bootstrap: settings[WeirSettings.bootstrap], input: input,
            outputs: OutputTopics(
                audit: settings[WeirSettings.audit], enforcement: settings[WeirSettings.enforcement],
                review: settings[WeirSettings.review], deadLetters: settings[WeirSettings.deadLetters]),
            group: group, instance: instance,
            transactionalID: "\(group)-\(instance ?? "\(LaneOptions.hostName)-\(getpid())")", version: Version.number)
        consumerProperties = ClientProperties.consumer.merging(assembly.clientProperties)
        producerProperties = ClientProperties.producer.merging(assembly.clientProperties)
        for name in ["consumer", "producer"] {
            let client = assembly.clientProperties["client.id"] ?? instance ?? "weir"
            if name == "consumer" {
                consumerProperties["client.id"] = client
            } else {
                producerProperties["client.id"] = client
            }
        }
        limits = settings.decodeLimits
        shape = assembly.shape
        commitRecords = settings[WeirSettings.commitRecords]
        commitBytes = settings[WeirSettings.commitBytes].bytes
        batchSize = assembly.blueprint.document.batchSize
        window = assembly.blueprint.document.window
        mostDeadLetters = settings[WeirSettings.deadLetterShare]
        stallLimit = settings[WeirSettings.watchdogLimit]
        revocationLimit = settings[WeirSettings.revocationLimit]
        leavesGroup = settings[WeirSettings.leavesGroup]
        shutdownLimit = settings[WeirSettings.shutdownLimit]
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension StateOptions {
    fileprivate mutating func take(_ settings: Settings) {
        directory = settings[WeirSettings.stateDirectory]
        snapshotInterval = settings[WeirSettings.stateInterval]
        standbyBytes = settings[WeirSettings.stateStandby].bytes
    }
}
