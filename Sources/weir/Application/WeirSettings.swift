import Configuration
import Events
import Operations

/// Every key of the configuration file (interface, "Configuration").
enum WeirSettings {
    static let bootstrap = Setting(
        "kafka.bootstrap", .string, standard: "localhost:9092", "Brokers to begin with, host:port, comma-separated.")
    static let group = Setting(
        "kafka.group", .string, standard: "weir",
        "Consumer group; those of the other lanes are this with \"-live\" and \"-outcomes\" behind.")
    static let instanceID = Setting(
        "kafka.instanceId", .optional(.string), standard: nil,
        "A name for this member that outlives restarts: static membership, and the transactional id. Unset, each restart moves partitions."
    )
    static let properties = Setting(
        "kafka.properties", .properties, standard: [:],
        "librdkafka properties for all clients. A name ending in File reads the value from that file: sasl.passwordFile. An empty value leaves the property out."
    )

    static let uploads = Setting("topics.uploads", .string, standard: "uploads", "Input.")
    static let live = Setting(
        "topics.live", .optional(.string), standard: "uploads.live",
        "Input of live streams, in a lane of its own; null: none.")
    static let outcomes = Setting(
        "topics.outcomes", .optional(.string), standard: "outcomes",
        "People's decisions on verdicts, in a lane of its own; null: none are read.")
    static let audit = Setting("topics.audit", .string, standard: "audit", "Every verdict.")
    static let enforcement = Setting(
        "topics.enforcement", .string, standard: "enforcement", "Verdicts that ask for something to be done.")
    static let review = Setting("topics.review", .string, standard: "review", "Verdicts that need a person.")
    static let deadLetters = Setting(
        "topics.deadLetters", .string, standard: "uploads.dlq", "Records that are no events.")
    static let state = Setting(
        "topics.state", .string, standard: "weir.state.accounts",
        "What is known of accounts, compacted, with as many partitions as topics.uploads. Used with metadata.behaviour "
            + "in pipeline.yaml.")

    static let sightings = Setting(
        "topics.sightings", .string, standard: "sightings",
        "Who posted what when, without the what and the who: read by a lane of its own. Used with metadata.sightings in "
            + "pipeline.yaml, as the next two.")
    static let sightingState = Setting(
        "topics.sightingState", .string, standard: "weir.state.sightings",
        "What is known of things, compacted, with as many partitions as topics.sightings.")
    static let incidents = Setting(
        "topics.incidents", .string, standard: "incidents", "Proposals of incidents, by campaign; compacted.")

    static let mapping = Setting(
        "events.mapping", .optional(.string), standard: nil,
        "Mapping file for events of the platform's own shape; null: CloudEvents.")

    static let pipeline = Setting("pipeline", .string, standard: "topology/pipeline.yaml", "Stages and detectors.")
    static let policy = Setting(
        "policy", .string, standard: "topology/policies/tvec-default.yaml", "What findings lead to.")
    static let shadow = Setting(
        "shadow", .list(of: .string), standard: [],
        "Policies that are only tried out: their decisions stand in the verdicts, and nothing follows.")

    static let signalFiles = Setting(
        "signals.files", .list(of: .string), standard: [], "Signals, as JSON Lines; reloaded when they change.")
    static let signalInterval = Setting(
        "signals.interval", .duration(.milliseconds(10)...(.seconds(3_600))), standard: .seconds(1),
        "How often the files are looked at.")
    static let signalTopic = Setting(
        "signals.topic", .optional(.string), standard: "signals",
        "Signals, followed for ever; null: from files alone. By default it may be missing.")
    static let signalSnapshot = Setting(
        "signals.snapshot", .optional(.string), standard: nil,
        "File that keeps what signals.topic holds, so that a start need not read all of it; one for each process. null: none."
    )
    static let snapshotInterval = Setting(
        "signals.snapshotInterval", .duration(.seconds(10)...(.seconds(86_400))), standard: .seconds(3_600),
        "How old that file may become while signals change.")
    static let snapshotChanges = Setting(
        "signals.snapshotChanges", .integer(1...1_000_000_000), standard: 50_000,
        "Changes after which it is written earlier, though not before a tenth of signals.snapshotInterval.")

    static let mediaWorkers = Setting(
        "media.workers", .integer(1...256), standard: 2,
        "Threads that hash files and decode pictures, behind all others; fewer than processors.")
    static let mediaFetches = Setting(
        "media.fetches", .integer(1...256), standard: 16,
        "Media fetched at once; of one host, if others are allowed, three quarters of it.")
    static let mediaBytes = Setting(
        "media.maxBytes", .byteSize(1...(1 << 30)), standard: ByteSize(bytes: 64 << 20), "Largest file that is fetched."
    )
    static let mediaPixels = Setting(
        "media.maxPixels", .integer(1...1_000_000_000), standard: 50_000_000, "Largest picture that is decoded.")
    static let mediaBudget = Setting(
        "media.budget", .byteSize((1 << 20)...(64 << 30)), standard: ByteSize(bytes: 256 << 20),
        "Bytes of media in memory at once; at least media.maxBytes. What is decoded, at most one picture a worker, comes on top."
    )
    static let mediaDeadline = Setting(
        "media.deadline", .duration(.milliseconds(1)...(.seconds(60))), standard: .seconds(5),
        "Time for fetching and decoding one item, from its turn on.")
    static let mediaSandbox = Setting(
        "media.sandbox", .boolean, standard: true,
        "Whether pictures are decoded in processes of their own, which can do nothing else; false: in this one, where a picture that breaks a decoder breaks all."
    )
    static let mediaCache = Setting(
        "media.cache", .integer(0...10_000_000), standard: 50_000,
        "Pictures whose hashes are kept, so that one that comes again is not decoded again; 0: none.")
    static let mediaHosts = Setting(
        "media.allowHosts", .list(of: .string), standard: [],
        "Hosts that media may be fetched from: names, \"*.example.org\" for subdomains, IP addresses, each perhaps with :port; names must lead to public addresses. None: nothing is fetched."
    )

    static let stateDirectory = Setting(
        "state.directory", .optional(.string), standard: "state",
        "Folder that keeps what topics.state and topics.sightingState hold, a file for each partition, so that a start need not read all of it; null: none."
    )
    static let stateInterval = Setting(
        "state.snapshotInterval", .duration(.seconds(10)...(.seconds(86_400))), standard: .seconds(600),
        "How old such a file may become while accounts change.")
    static let stateStandby = Setting(
        "state.standby", .byteSize(0...(1 << 40)), standard: ByteSize(bytes: 0),
        "Memory for what is known of accounts in partitions of other members, which is followed so that it is at hand if this one is given them; 0: it is not."
    )

    static let accountKeyFile = Setting(
        "privacy.accountKeyFile", .optional(.string), standard: nil,
        "Secret that accounts are hashed with on the audit topic; the same for all members. Unset, the group's name takes its place, and accounts can be guessed."
    )

    static let commitInterval = Setting(
        "commit.interval", .duration(.milliseconds(1)...(.seconds(10))), standard: .milliseconds(100),
        "Age at which a transaction is committed.")
    static let commitLiveInterval = Setting(
        "commit.liveInterval", .duration(.milliseconds(1)...(.seconds(10))), standard: .milliseconds(20),
        "The same in the live lane.")
    static let commitRecords = Setting(
        "commit.maxRecords", .integer(1...10_000_000), standard: 10_000,
        "Input records at which a transaction is committed earlier.")
    static let commitBytes = Setting(
        "commit.maxBytes", .byteSize((64 << 10)...(1 << 30)), standard: ByteSize(bytes: 32 << 20),
        "Output bytes at which a transaction is committed earlier.")

    static let limitRecord = Setting(
        "limits.record", .byteSize(1...(64 << 20)), standard: ByteSize(bytes: 1 << 20), "Largest value of a record.")
    static let limitNesting = Setting("limits.nesting", .integer(4...1_024), standard: 32, "Deepest nesting of JSON.")
    static let limitText = Setting(
        "limits.text", .byteSize(1...(16 << 20)), standard: ByteSize(bytes: 64 << 10), "Longest title or body.")
    static let limitMedia = Setting("limits.media", .integer(0...4_096), standard: 16, "Most media of an upload.")
    static let limitLinks = Setting("limits.links", .integer(0...4_096), standard: 64, "Most links of an upload.")
    static let limitIdentifier = Setting(
        "limits.identifier", .byteSize(1...(64 << 10)), standard: ByteSize(bytes: 512), "Longest id or source.")
    static let limitURL = Setting(
        "limits.url", .byteSize(1...(64 << 10)), standard: ByteSize(bytes: 4 << 10), "Longest address.")
    static let limitLabel = Setting(
        "limits.label", .byteSize(1...(64 << 10)), standard: ByteSize(bytes: 256),
        "Longest kind, language, content type, network.")
    static let limitHeaders = Setting("limits.headers", .integer(0...10_000), standard: 64, "Most headers of a record.")
    static let limitHeaderBytes = Setting(
        "limits.headerBytes", .byteSize(0...(16 << 20)), standard: ByteSize(bytes: 64 << 10),
        "Largest headers of a record together.")

    static let deadLetterShare = Setting(
        "limits.deadLetterShare", .number(0...1), standard: 0.5,
        "Share of dead letters among the last 1,000 records of a lane at which it stops, before a wrong mapping diverts everything; 1: never."
    )
    static let shutdownLimit = Setting(
        "drain.shutdown", .duration(.zero...(.seconds(600))), standard: .seconds(15),
        "How long the end may wait for what is in flight.")
    static let revocationLimit = Setting(
        "drain.revocation", .duration(.zero...(.seconds(600))), standard: .seconds(20),
        "How long a rebalance may wait for it; below max.poll.interval.ms.")
    static let leavesGroup = Setting(
        "drain.leave", .boolean, standard: false,
        "Whether a member with an instanceId gives its place in the group up at its end, so that others go on at once.")
    static let watchdogLimit = Setting(
        "watchdog.limit", .duration(.seconds(5)...(.seconds(3_600))), standard: .seconds(120),
        "Work in hand that does not move for this long ends the process with exit code 70.")

    static let adminListen = Setting(
        "admin.listen", .optional(.string), standard: "127.0.0.1:9464",
        "Address of probes and metrics; null: no server.")
    static let adminTokenFile = Setting(
        "admin.tokenFile", .optional(.string), standard: nil, "Bearer token that callers from elsewhere must show.")

    static let logLevel = Setting(
        "log.level", .choice(LogLevel.allCases.map(\.rawValue)), standard: "info", "What is logged: this and above.")
    static let logFormat = Setting(
        "log.format", .choice(LogSink.Format.allCases.map(\.rawValue)), standard: "json",
        "json: one object a line; text: for people.")

    static let all: [any AnySetting] = [
        bootstrap, group, instanceID, properties,
        uploads, live, outcomes, audit, enforcement, review, deadLetters, state,
        sightings, sightingState, incidents,
        mapping, pipeline, policy, shadow,
        signalFiles, signalInterval, signalTopic, signalSnapshot, snapshotInterval, snapshotChanges,
        mediaWorkers, mediaFetches, mediaBytes, mediaPixels, mediaBudget, mediaDeadline, mediaSandbox,
        mediaCache, mediaHosts,
        stateDirectory, stateInterval, stateStandby, accountKeyFile,
        commitInterval, commitLiveInterval, commitRecords, commitBytes,
        limitRecord, limitNesting, limitText, limitMedia, limitLinks, limitIdentifier, limitURL, limitLabel,
        limitHeaders, limitHeaderBytes, deadLetterShare,
        shutdownLimit, revocationLimit, leavesGroup, watchdogLimit,
        adminListen, adminTokenFile, logLevel, logFormat,
    ]

    /// Every setting at its default.
    static var standard: Settings { Settings(known: all) }
}

extension Settings {
    /// Bounds on records.
    var decodeLimits: DecodeLimits {
        var limits = DecodeLimits()
        limits.recordBytes = self[WeirSettings.limitRecord].bytes
        limits.nesting = self[WeirSettings.limitNesting]
        limits.textBytes = self[WeirSettings.limitText].bytes
        limits.media = self[WeirSettings.limitMedia]
        limits.links = self[WeirSettings.limitLinks]
        limits.identifierBytes = self[WeirSettings.limitIdentifier].bytes
        limits.urlBytes = self[WeirSettings.limitURL].bytes
        limits.labelBytes = self[WeirSettings.limitLabel].bytes
        limits.headers = self[WeirSettings.limitHeaders]
        limits.headerBytes = self[WeirSettings.limitHeaderBytes].bytes
        return limits
    }
}
