package import Concurrency
internal import Configuration
internal import Detection
internal import Events
internal import FaultInjection
package import Operations
package import Signals

/// The signals in use. Whatever brings some, here they become a set, and a generation that takes the running one's place
/// between two batches, one after the other. On a thread of its own: that may take long.
package actor SignalStore {
    private nonisolated let executor = BlockingExecutor(name: "signal-store")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let blueprint: PipelineBlueprint
    private let logger: Logger
    private var set = SignalSet.empty
    private var generation: Generation?
    private var judge: Judge?

    package init(_ blueprint: PipelineBlueprint, logger: Logger) {
        self.blueprint = blueprint
        self.logger = logger.labelled("signals")
    }

    /// From now on, this judge has each new generation.
    package func serve(_ judge: Judge) {
        self.judge = judge
        if let generation { judge.current = generation }
    }

    /// Exchanges the signals of files.
    ///
    /// - Throws: `FileError`, or what a detector says of the signals; then nothing has changed.
    @discardableResult
    package func load(_ paths: [String]) throws -> Generation {
        var stage = SignalStage(.files)
        var digests = ByteWriter()
        for path in paths {
            let bytes = try readFile(path, atMost: SignalFile.largest)
            digests.appendHex(SHA256.hash(bytes))
            let file = SignalFile(bytes)
            for rejected in file.rejected {
                logger.warning("signal rejected", ["file": path, "line": "\(rejected.line)", "reason": rejected.error])
            }
            if !file.rejected.isEmpty {
                logger.warning(
                    "signals were rejected",
                    ["file": path, "accepted": "\(file.signals.count)", "rejected": "\(file.rejected.count)"])
            }
            for signal in file.signals { stage.add(SignalChange(signal)) }
        }
        var name = ByteWriter()
        name.appendHex(SHA256.hash(digests.bytes))
        var version = set.version
        version.files = paths.isEmpty ? nil : String(decoding: name.bytes.prefix(12), as: UTF8.self)
        let next = set.replacing(stage, version: version)
        let generation = try generation(for: next)
        adopt(next, generation)
        return generation
    }

    /// Exchanges the signals of the topic.
    ///
    /// - Parameter offsets: of its partitions, the first that has not been read.
    package func restore(_ stage: SignalStage, topic: String, offsets: [Int64]) throws {
        var version = set.version
        version.topic = topic
        version.offsets = offsets
        let next = set.replacing(stage, version: version)
        adopt(next, try generation(for: next))
    }

    // MARK: From a snapshot

    /// What a snapshot has, and what has changed since as far as it has been read; not in force yet.
    private var draft: SignalSet?

    /// Begins with a snapshot; what is in force stays.
    package func prepare(_ snapshot: SignalSnapshot) { draft = SignalSet(snapshot) }

    /// See `SignalSet.digestedKeys`.
    package var preparedKeys: [SignalChange] { draft?.digestedKeys ?? [] }

    /// Goes on with changes.
    package func prepare(_ changes: [SignalChange]) {
        guard let before = draft, !changes.isEmpty else { return }
        draft = before.applying(changes, from: .topic, version: before.version).settled()
    }

    /// Gives up what was prepared.
    package func dropPrepared() { draft = nil }

    /// Puts what was prepared in force, in place of what the topic had.
    ///
    /// - Parameter offsets: see `restore`.
    package func adoptPrepared(topic: String, offsets: [Int64]) throws {
        guard let prepared = draft else { return }
        draft = nil
        var version = set.version
        version.topic = topic
        version.offsets = offsets
        let next = prepared.takingFiles(of: set, version: version)
        adopt(next, try generation(for: next))
    }

    /// What is known, whether or not a generation could be made of it.
    package var signals: SignalSet { self.set }

    // MARK: Changing

    /// Changes the signals of the topic. If no generation can be made of them they are changed all the same, and in force
    /// when the next one can; no changes will do for another attempt.
    package func apply(_ changes: [SignalChange], offsets: [Int64]) throws {
        var version = set.version
        version.offsets = offsets
        set = set.applying(changes, from: .topic, version: version)
        try Failpoint.signalReload.hit()
        adopt(set, try generation(for: set))
    }

    // MARK: Merging

    /// Signalled when there may be something to merge.
    package nonisolated let merges = Wakeup()

    var mergeDue: SignalSet.Merge? { self.set.mergeDue }

    /// Puts a merge's work into its place.
    func finish(_ merged: SignalSet.Merged) throws {
        set = set.finishing(merged)
        adopt(set, try generation(for: set))
    }

    // MARK: Rebuilding

    /// Signalled when a detector may gain by being made anew.
    package nonisolated let rebuilds = Wakeup()

    var rebuildDue: (place: Generation.Place, rebuild: DetectorRebuild)? { generation?.rebuildDue }

    /// Puts a detector that was made anew into its place, with what has changed meanwhile.
    func finish(_ rebuilt: Generation.Rebuilt) throws {
        adopt(set, try generation(for: set, rebuilt))
    }

    private func generation(for set: SignalSet, _ rebuilt: Generation.Rebuilt? = nil) throws -> Generation {
        try blueprint.generation(for: set, after: generation, rebuilt: rebuilt) { [logger] signal, reason in
            logger.warning(
                "signal left out", ["type": signal.type.rawValue, "id": signal.id ?? "", "reason": reason])
        } log: { [logger] message, facts in
            logger.warning(message, facts)
        }
    }

    private func adopt(_ set: SignalSet, _ generation: Generation) {
        self.set = set
        self.generation = generation
        judge?.current = generation
        if set.mergeDue != nil { merges.signal() }
        if generation.rebuildDue != nil { rebuilds.signal() }
    }
}
