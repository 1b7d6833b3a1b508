import Events
import Glibc
import MetadataDetection

/// What the fold over accounts costs, on one core, with many accounts in the store: taking events in, taking them back,
/// and making the state of its changelog.
enum StateBenchmarks {
    private static let batchSize = 256
    /// As many batches as a lane commits at a time, about.
    private static let commit = 40
    private static let key = Array("a key of the deployment".utf8)

    /// What a record takes in a batch of Kafka (format v2): its length, attributes, time and offset after the batch's, key
    /// and value with their lengths, number of headers. Most records of a transaction stand more than 63 behind the first
    /// of their batch.
    private static func recordBytes(key: Int, value: Int) -> Int {
        /// Of a number with its sign as the lowest bit, as LEB128.
        func length(_ number: Int) -> Int { max(1, (Int.bitWidth - (number << 1).leadingZeroBitCount + 6) / 7) }
        let body = 1 + 1 + 2 + length(key) + key + length(value) + value + 1
        return length(body) + body
    }

    /// - Parameter accounts: in the store, before anything is measured.
    static func run(accounts: Int, _ duration: Duration) throws -> [Figure] {
        var uploads = StateUploads(accounts: accounts)
        let state = AccountState(AccountSettings(), key: key)
        var log = ChangeLog()
        var offset: Int64 = 0
        for start in stride(from: 0, to: accounts, by: batchSize) {
            let batch = uploads.batch(ofEach: start + 1..<min(start + batchSize, accounts) + 1)
            offset += Int64(batch.count)
            log.append(state.fold(batch, nextOffset: offset).changes)
            state.committed(before: offset)
        }
        precondition(state.accounts == accounts, "the store is full")
        let restored = try restore(log, accounts, state)
        log = ChangeLog()
        let folded = fold(&uploads, state, &offset, duration)
        return [folded, restored, rollBack(&uploads, state, offset, duration)]
    }

    private static func fold(
        _ uploads: inout StateUploads, _ state: AccountState, _ offset: inout Int64, _ duration: Duration
    ) -> Figure {
        var seconds = 0.0
        var (n, bytes) = (0, 0)
        var (inKafka, inTransactions) = (0, 0)
        var last: [Changed: Int] = [:]
        var facts: [Code: Int] = [:]
        let start = ContinuousClock.now
        repeat {
            last.removeAll(keepingCapacity: true)
            for _ in 0..<commit {
                // As in a lane it is folded when it has just been decoded.
                let batch = uploads.batch(batchSize)
                offset += Int64(batch.count)
                let began = threadSeconds
                let folded = state.fold(batch, nextOffset: offset)
                seconds += threadSeconds - began
                n += batch.count
                bytes += folded.changes.bytes.count
                for record in folded.changes.records {
                    let written = recordBytes(key: record.key.count, value: record.value?.count ?? 0)
                    inKafka += written
                    last[Changed(folded.changes.bytes[record.key])] = written
                }
                for fact in folded.facts { facts[fact.fact, default: 0] += 1 }
            }
            state.committed(before: offset)
            inTransactions += last.values.reduce(0, +)
        } while ContinuousClock.now - start < duration
        for fact: Code in ["duplicate", "repeated-text", "many-hosts"] {
            precondition(facts[fact, default: 0] > 0, "\(fact) occurs")
        }
        var figure = Figure(
            name: "state-fold", value: seconds / Double(n) * 1e6, unit: "µs/event", n: n, seconds: seconds,
            target: .atMost(1.5))
        let events = Double(n)
        figure.profile = [
            ("accounts", Double(state.accounts)),
            ("bytes an account", Double(state.bytes) / Double(state.accounts)),
            ("bytes of its record", Double(state.recordBytes) / Double(state.accounts)),
            ("changelog bytes an event", Double(bytes) / events),
            ("the same with Kafka's of a record", Double(inKafka) / events),
            ("and with \(commit) batches as one", Double(inTransactions) / events),
            ("facts an event", Double(facts.values.reduce(0, +)) / events),
        ]
        return figure
    }

    /// A record's key: a byte of its kind, and a number.
    private struct Changed: Hashable {
        let kind: UInt8
        var number: UInt64 = 0

        init(_ key: ArraySlice<UInt8>) {
            kind = key.first ?? 0
            for byte in key.dropFirst() { number = number << 8 | UInt64(byte) }
        }
    }

    private static func restore(_ log: ChangeLog, _ accounts: Int, _ state: AccountState) throws -> Figure {
        let began = threadSeconds
        let restore = StateRestore(AccountSettings(), key: key)
        try log.forEach { key, value in try restore.take(key: key, value: value) }
        let other = try restore.finish()
        let seconds = threadSeconds - began
        precondition(other.fingerprint == state.fingerprint, "what is restored is what was")
        return Figure(
            name: "state-restore", value: Double(log.count) / seconds, unit: "entries/s", n: log.count,
            seconds: seconds, target: .atLeast(500_000))
    }

    private static func rollBack(
        _ uploads: inout StateUploads, _ state: AccountState, _ offset: Int64, _ duration: Duration
    ) -> Figure {
        let before = state.fingerprint
        var seconds = 0.0
        var n = 0
        let batches = (0..<commit).map { _ in uploads.batch(batchSize) }
        let start = ContinuousClock.now
        repeat {
            var next = offset
            for batch in batches {
                next += Int64(batch.count)
                _ = state.fold(batch, nextOffset: next)
                n += batch.count
            }
            let began = threadSeconds
            state.rollBack(to: offset)
            seconds += threadSeconds - began
        } while ContinuousClock.now - start < duration
        precondition(state.fingerprint == before, "what is taken back was never")
        return Figure(
            name: "state-rollback", value: seconds / Double(n) * 1e6, unit: "µs/event", n: n, seconds: seconds)
    }

    /// Processor time of this thread, in seconds.
    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// Records of a changelog one after another in memory.
private struct ChangeLog {
    private var bytes: [UInt8] = []
    private var ends: [(key: Int, value: Int)] = []

    var count: Int { ends.count }

    mutating func append(_ changes: StateChanges) {
        for record in changes.records {
            bytes += changes.bytes[record.key]
            let key = bytes.count
            if let value = record.value { bytes += changes.bytes[value] }
            ends.append((key, record.value == nil ? -1 : bytes.count))
        }
    }

    func forEach(
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws -> Void
    ) throws {
        try bytes.withUnsafeBytes { all in
            var start = 0
            for (key, value) in ends {
                try body(
                    UnsafeRawBufferPointer(rebasing: all[start..<key]),
                    value < 0 ? nil : UnsafeRawBufferPointer(rebasing: all[key..<value]))
                start = max(key, value)
            }
        }
    }
}
