import Configuration
import Events
import Glibc
import Signals
import TestSupport
import Testing

@testable import MetadataDetection

/// A snapshot, and what the changelog has from its place on, make what the whole changelog makes; or it is refused.
@Suite struct StateSnapshotTests {
    private static let key = Array("a key of the deployment".utf8)
    private static let settings = AccountSettings(
        Settings(known: AccountSettings.all).with(AccountSettings.mostAccounts, 3_000)
            .with(AccountSettings.mostEvents, 6_000))

    /// One partition: its uploads, its state, and its changelog, in transactions that are committed or taken back.
    private struct Partition {
        let stream: AccountStream
        let state = AccountState(StateSnapshotTests.settings, key: StateSnapshotTests.key)
        private(set) var log: [(offset: Int64, key: [UInt8], value: [UInt8]?)] = []
        private var end: Int64 = 0
        private var next = 0
        private var committed = 0
        private var open: [StateChanges] = []
        var random: SplitMix64

        init(uploads: Int, accounts: Int, seed: UInt64) {
            stream = AccountStream(count: uploads, accounts: accounts, seed: seed)
            state.lineage = 7
            random = SplitMix64(seed: seed)
        }

        var isDone: Bool { next == stream.records.count && open.isEmpty }

        mutating func work(taking back: Int) throws {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let last = min(stream.records.count, next + Int.random(in: 1...60, using: &random))
                guard next < last else { return commit() }
                open.append(state.fold(try stream.batch(next..<last), nextOffset: Int64(last)).changes)
                next = last
            case 6 where Int.random(in: 0..<back, using: &random) == 0:
                state.rollBack(to: Int64(committed))
                next = committed
                // Of a transaction that was taken back nobody sees anything but its offsets.
                end += Int64(open.reduce(0) { $0 + $1.records.count }) + 1
                open = []
            default: commit()
            }
        }

        mutating func commit() {
            for changes in open {
                for record in changes.records {
                    log.append(
                        (end, Array(changes.bytes[record.key]), record.value.map { Array(changes.bytes[$0]) }))
                    end += 1
                }
            }
            if !open.isEmpty { end += 1 }
            open = []
            committed = next
            state.committed(before: Int64(committed))
        }

        /// The last clock that stands in the log.
        var place: (offset: Int64, clock: StateClock)? {
            guard let last = log.last(where: { $0.key.first == 0x63 }), let value = last.value else { return nil }
            return value.withUnsafeBytes { value in (try? StateClock(value)).map { (last.offset, $0) } }
        }

        /// The last record of each key; of those in a range.
        mutating func compact(_ range: Range<Int>) {
            var last: [[UInt8]: Int64] = [:]
            for record in log { last[record.key] = record.offset }
            let head = log[range].filter { last[$0.key] == $0.offset }
            log = log[..<range.lowerBound] + head + log[range.upperBound...]
        }
    }

    private func facts(_ offset: Int64) -> StateSnapshot.Facts {
        StateSnapshot.Facts(
            topic: "state", partition: 3, cluster: "c", asOf: Timestamp(milliseconds: 5), offset: offset,
            key: StateSnapshotTests.key)
    }

    private func restored(
        _ log: [(offset: Int64, key: [UInt8], value: [UInt8]?)], _ snapshot: StateSnapshot.Reader? = nil
    ) throws -> AccountState {
        let restore = StateRestore(StateSnapshotTests.settings, key: StateSnapshotTests.key)
        if let snapshot { try restore.take(snapshot) }
        for record in log where record.offset >= snapshot?.facts.offset ?? 0 {
            try record.key.withUnsafeBytes { key in
                if let value = record.value {
                    try value.withUnsafeBytes { try restore.take(key: key, value: $0) }
                } else {
                    try restore.take(key: key, value: nil)
                }
            }
        }
        return try restore.finish()
    }

    private func expectSame(_ one: AccountState, _ other: AccountState) {
        #expect(one.fingerprint == other.fingerprint)
        #expect(one.nextOffset == other.nextOffset && one.lineage == other.lineage)
        #expect(one.accounts == other.accounts && one.content.known.mark == other.content.known.mark)
        #expect(Array(one.blocks.all) == Array(other.blocks.all))
    }

    /// Snapshots are written while uploads come, and transactions are committed and taken back; each is then held
    /// against the whole log, at every later time, compacted or not.
    @Test(arguments: UInt64(1)...6)
    func snapshotAndRestAreTheWhole(seed: UInt64) throws {
        try withFolder { folder in
            var partition = Partition(uploads: 2_500, accounts: seed % 2 == 0 ? 9_000 : 500, seed: seed)
            var snapshots: [StateSnapshot.Reader] = []
            var failures = 0
            while !partition.isDone {
                try partition.work(taking: 3)
                guard Int.random(in: 0..<6, using: &partition.random) == 0, let place = partition.place else {
                    continue
                }
                #expect(partition.state.beginCut(beyond: place.clock))
                let path = "\(folder)/\(snapshots.count)"
                do {
                    _ = try StateSnapshot.write(to: path, facts(place.offset), shouldStop: { false }) { body in
                        try? partition.work(taking: 8)
                        body(partition.state)
                    }
                    snapshots.append(try #require(try StateSnapshot.Reader.open(path)))
                } catch is FileError {
                    failures += 1
                    #expect(access(path, F_OK) != 0 && access(path + ".new", F_OK) != 0)
                }
                partition.state.endCut()
                // The last one now, and all of them in the end.
                if let last = snapshots.last, snapshots.count % 4 == 0 {
                    let again = try #require(try StateSnapshot.Reader.open("\(folder)/\(snapshots.count - 1)"))
                    expectSame(try restored(partition.log, again), try restored(partition.log))
                    #expect(again.facts == last.facts)
                }
            }
            #expect(snapshots.count > 4, "\(failures) were not written")
            expectSame(try restored(partition.log), partition.state)
            for (number, snapshot) in snapshots.enumerated().filter({ $0.offset % 3 == 0 }) {
                expectSame(try restored(partition.log, snapshot), partition.state)
                if number % 2 == 0 {
                    let places = [
                        partition.log.count, Int.random(in: 0...partition.log.count, using: &partition.random),
                    ]
                    partition.compact(places.min().map { $0..<partition.log.count } ?? 0..<0)
                }
            }
        }
    }

    /// A partition of which one snapshot was written, with something more in its changelog.
    private func example(_ folder: String, uploads: Int = 900) throws -> (Partition, path: String) {
        var partition = Partition(uploads: uploads, accounts: 40, seed: 1)
        while partition.log.count < 60 { try partition.work(taking: 100) }
        partition.commit()
        let place = try #require(partition.place)
        #expect(partition.state.beginCut(beyond: place.clock))
        _ = try StateSnapshot.write(to: "\(folder)/s", facts(place.offset), shouldStop: { false }) {
            $0(partition.state)
        }
        return (partition, "\(folder)/s")
    }

    private func isRefused(_ bytes: some Sequence<UInt8>, _ partition: Partition, _ path: String) throws -> Bool {
        try Array(bytes).write(to: path)
        do {
            let reader = try #require(try StateSnapshot.Reader.open(path))
            expectSame(try restored(partition.log, reader), try restored(partition.log))
            return false
        } catch is SnapshotRefusal {
            return true
        } catch is StateRefusal {
            return true
        }
    }

    @Test func whatIsDamagedIsRefused() throws {
        try withFolder { folder in
            let (partition, path) = try example(folder)
            let whole = try readFile(path, atMost: 1 << 20)
            #expect(try !isRefused(whole, partition, path))
            for place in 0..<300 {
                try expectDamage(place, of: whole, partition, path)
            }
            for place in stride(from: 300, to: whole.count - 300, by: 101) + Array(whole.count - 300..<whole.count) {
                try expectDamage(place, of: whole, partition, path)
            }
            for count in stride(from: 0, to: whole.count, by: 131) {
                #expect(try isRefused(whole.prefix(count), partition, path), "\(count) bytes")
            }
            #expect(try isRefused(whole + [0], partition, path))
            #expect(try isRefused(whole.dropFirst(), partition, path))
            #expect(try StateSnapshot.Reader.open(path + "-of-nobody") == nil)
        }
    }

    private func expectDamage(_ place: Int, of whole: [UInt8], _ partition: Partition, _ path: String) throws {
        var damaged = whole
        damaged[place] ^= 1 << UInt8(place % 8)
        // Four bytes of the trailer are free, and have no checksum.
        let isFree = (whole.count - 12..<whole.count - 8).contains(place)
        #expect(try isRefused(damaged, partition, path) != isFree, "byte \(place) of \(whole.count)")
    }

    /// A process that died before its snapshot took the old one's place (the failpoint `state-snapshot-rename`): the old
    /// one is there, and what lies beside it is in nobody's way.
    @Test func whatNeverTookItsPlaceIsNotRead() throws {
        try withFolder { folder in
            var (partition, path) = try example(folder)
            let old = try readFile(path, atMost: 1 << 20)
            while !partition.isDone { try partition.work(taking: 100) }
            partition.commit()
            let place = try #require(partition.place)
            for isWhole in [false, true] {
                #expect(partition.state.beginCut(beyond: place.clock))
                _ = try StateSnapshot.write(to: path, facts(place.offset), shouldStop: { false }) {
                    $0(partition.state)
                }
                partition.state.endCut()
                let new = try readFile(path, atMost: 1 << 20)
                try (isWhole ? new : Array(new.dropLast(50))).write(to: path + ".new")
                try old.write(to: path)
                let reader = try #require(try StateSnapshot.Reader.open(path))
                #expect(reader.facts.offset < place.offset)
                expectSame(try restored(partition.log, reader), partition.state)
            }
            #expect(partition.state.beginCut(beyond: place.clock))
            _ = try StateSnapshot.write(to: path, facts(place.offset), shouldStop: { false }) { $0(partition.state) }
            let reader = try #require(try StateSnapshot.Reader.open(path))
            #expect(reader.facts.offset == place.offset && access(path + ".new", F_OK) != 0)
            expectSame(try restored(partition.log, reader), partition.state)
        }
    }

    /// A record of another form is named as such.
    @Test func whatAnotherVersionWroteIsNamed() {
        let restore = StateRestore(StateSnapshotTests.settings, key: StateSnapshotTests.key)
        let key: [UInt8] = [0x61, 0, 0, 0, 0, 0, 0, 0, 5]
        let error = #expect(throws: StateRefusal.self) {
            try key.withUnsafeBytes { key in
                try [AccountRecord.version - 1, 1, 2, 3].withUnsafeBytes { try restore.take(key: key, value: $0) }
            }
        }
        #expect(error?.reason.contains("form \(AccountRecord.version - 1), and this version reads") == true)
    }

    /// A changelog that was made anew, or has lost its end, or shows nothing of where the snapshot ends.
    @Test func whatIsOfAnotherChangelogIsRefused() throws {
        try withFolder { folder in
            var (partition, path) = try example(folder)
            let reader = { try #require(try StateSnapshot.Reader.open(path)) }
            let offset = try reader().facts.offset
            expectSame(try restored(partition.log, try reader()), partition.state)
            #expect(throws: StateRefusal.self) {
                try restored(partition.log.filter { $0.offset < offset }, try reader())
            }
            // The clock goes back: the one before the last is the last.
            partition.state.lineage = 8
            while !partition.isDone { try partition.work(taking: 100) }
            #expect(throws: StateRefusal.self) { try restored(partition.log, try reader()) }
            let begins = partition.place.map { partition.state.beginCut(beyond: $0.clock) }
            #expect(begins == true)
            partition.state.lineage = 9
            let beginsAgain = partition.place.map { partition.state.beginCut(beyond: $0.clock) }
            #expect(beginsAgain == false)
        }
    }

    @Test func whatIsNotAheadOfTheLogIsNotWritten() throws {
        try withFolder { folder in
            var (partition, _) = try example(folder)
            let before = try #require(partition.place)
            let other = AccountState(StateSnapshotTests.settings, key: StateSnapshotTests.key)
            other.lineage = 7
            // One that has not come so far, as of a member that was given up and doesn't know it.
            _ = other.fold(try partition.stream.batch(0..<10), nextOffset: 10)
            #expect(!other.beginCut(beyond: before.clock))
            while !partition.isDone { try partition.work(taking: 100) }
            #expect(partition.state.beginCut(beyond: before.clock))
        }
    }

    /// What was folded, and then taken back, must not stand in a file.
    @Test func whatIsNotCommittedIsNotWritten() throws {
        try withFolder { folder in
            var (partition, path) = try example(folder)
            let old = try readFile(path, atMost: 1 << 20)
            let place = try #require(partition.place)
            let state = partition.state
            for isTakenBack in [false, true] {
                let start = Int(state.nextOffset ?? 0)
                _ = state.fold(try partition.stream.batch(start..<start + 20), nextOffset: Int64(start) + 20)
                #expect(state.beginCut(beyond: place.clock))
                var calls = 0
                #expect(throws: FileError.self) {
                    try StateSnapshot.write(to: path, facts(place.offset), shouldStop: { calls > 20 }) { body in
                        calls += 1
                        if isTakenBack, calls == 15 { state.rollBack(to: Int64(start)) }
                        body(state)
                    }
                }
                #expect(calls > 14)
                #expect(try readFile(path, atMost: 1 << 20) == old && access(path + ".new", F_OK) != 0)
                state.rollBack(to: Int64(start))
            }
            while !partition.isDone { try partition.work(taking: 100) }
        }
    }
}

extension [UInt8] {
    fileprivate func write(to path: String) throws {
        let stream = try #require(fopen(path, "w"))
        defer { fclose(stream) }
        #expect(fwrite(self, 1, count, stream) == count)
    }
}

@Suite struct StoreWalkTests {
    /// A walk comes by each record that is there all the while, whatever comes, goes and changes beside it.
    @Test(arguments: UInt64(1)...20)
    func nothingIsMissed(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var store = KeyedStore()
        var model: [UInt64: UInt8] = [:]
        // Keys of few homes, so that removals close long gaps; some at the end, where they go round.
        func key() -> UInt64 {
            let home: UInt64 =
                Bool.random(using: &random)
                ? .random(in: 1_000...1_030, using: &random) : .random(in: 1...700, using: &random)
            return home | .random(in: 0...40, using: &random) << 32
        }
        var changed: Set<UInt64> = []
        func change() {
            let key = key()
            changed.insert(key)
            if model[key] != nil, Bool.random(using: &random) {
                model[key] = nil
                store.remove(key)
            } else if model.count < 700 {
                let value = UInt8.random(in: 1...200, using: &random)
                model[key] = value
                let bytes = [UInt8](repeating: value, count: Int(value))
                bytes.withUnsafeBytes { store.set(key, $0, age: RecordAge(0)) }
            }
        }
        for _ in 0..<3_000 { change() }
        for _ in 0..<20 {
            let before = model
            var found: [UInt64: UInt8] = [:]
            store.walk = StoreWalk()
            changed = []
            while store.goOn(64, { found[$0] = $1[0] }) {
                for _ in 0..<Int.random(in: 0...60, using: &random) { change() }
            }
            #expect(!store.walk.isBroken)
            let stayed = before.filter { !changed.contains($0.key) }
            #expect(!stayed.isEmpty)
            for (key, value) in stayed where found[key] != value { Issue.record("\(key) was missed") }
        }
    }

    @Test func aStoreThatGrowsBreaksTheWalk() {
        var store = KeyedStore()
        func fill(_ keys: Range<UInt64>) {
            for key in keys { withUnsafeBytes(of: key) { store.set(key, $0, age: RecordAge(0)) } }
        }
        fill(1..<1_200)
        #expect(store.goOn(10) { _, _ in })
        fill(1_200..<1_800)
        #expect(store.walk.isBroken)
    }
}
