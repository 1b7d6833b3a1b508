import Configuration
import Events
import Glibc
import TestSupport
import Testing

@testable import Signals

/// A set that is written and read back is the same, and goes on being changed as any other.
@Suite struct SignalSnapshotTests {
    @Test(arguments: UInt64(1)...6) func aSetThatWasReadBackIsAsOneThatIsMadeAnew(seed: UInt64) throws {
        try SnapshotFolder.with { folder in
            var random = SplitMix64(seed: seed)
            var set = SignalSet.empty
            var model = SignalModel()
            for round in 0..<30 {
                let (origin, changes) = model.change(round, using: &random)
                set = set.applying(changes.map { SignalChange($0) }, from: origin, version: folder.version)
                if Int.random(in: 0..<4, using: &random) == 0 { set = set.finishing(set.wholeMerge.run()) }
                try model.compare(set, using: &random)
                guard round % 3 == 2 else { continue }
                let newest = set.newest
                let read = SignalSet(try folder.written(set))
                #expect(read.version == folder.version)
                // What files state is not in it, and is put on top as it was.
                try model.only(.topic).compare(read, using: &random)
                set = read.takingFiles(of: set, version: folder.version)
                try model.compare(set, using: &random)
                #expect(set.newest == newest || set.newest == model.stated.values.compactMap(\.updatedAt).max())
            }
        }
    }

    /// Files are exchanged and the topic is read anew, on top of a snapshot.
    @Test func originsAreExchangedOnTopOfASnapshot() throws {
        try SnapshotFolder.with { folder in
            let hash = String(repeating: "a", count: 64)
            let topic = [signal(.sha256, hash, .negative), signal(.term, "one"), signal(.pdq, hash)]
            let set = SignalSet.empty.applying(
                topic.map { SignalChange($0) }, from: .topic, version: folder.version)
            let read = SignalSet(try folder.written(set))
            var files = SignalStage(.files)
            for signal in [signal(.sha256, hash), signal(.term, "two"), signal(.pdq, hash, source: "f")] {
                files.add(SignalChange(signal))
            }
            let both = read.replacing(files, version: SignalVersion(files: "f"))
            #expect(both.signals(of: [.sha256, .term]).map(\.signal.opinion) == [.disputed, .positive, .positive])
            #expect(both.version.description == "files:f")
            // The same once more changes nothing, so no detector is made anew.
            #expect(
                both.replacing(files, version: SignalVersion()).isUnchanged(Set(SignalType.allCases), since: both))
            let topicAlone = both.replacing(SignalStage(.files), version: SignalVersion())
            #expect(
                topicAlone.signals(of: Set(SignalType.allCases)).map(\.signal)
                    == read.signals(of: Set(SignalType.allCases)).map(\.signal))
            let filesAlone = both.replacing(SignalStage(.topic), version: SignalVersion())
            #expect(filesAlone.signals.map(\.value) == [hash, hash, "two"])
            #expect(filesAlone.stated(by: .topic).isEmpty)
        }
    }

    /// With segments, merges, and enough digests for directories of some size, over several generations of files.
    @Test func manyHashesComeAndGoOverSnapshots() throws {
        try SnapshotFolder.with { folder in
            var random = SplitMix64(seed: 11)
            let values = (0..<20_000).map { _ in Digest256.random(&random) }
            var set = SignalSet.empty
            var present = Set<Int>()
            for round in 0..<10 {
                let changes = (0..<5_000).map { _ in Int.random(in: 0..<values.count, using: &random) }.flatMap {
                    index in
                    let isDeleted = round > 4 ? index % 4 != 0 : index % 4 == 0
                    if isDeleted { present.remove(index) } else { present.insert(index) }
                    return [SignalType.pdq, .sha256].map { signal($0, values[index].hex, deleted: isDeleted) }
                }
                set = set.applying(changes.map { SignalChange($0) }, from: .topic, version: folder.version).settled()
                if round % 2 == 1 { set = SignalSet(try folder.written(set)) }
                #expect(set.count == 2 * present.count)
                for index in (0..<300).map({ _ in Int.random(in: 0..<values.count, using: &random) }) {
                    let expected = present.contains(index)
                    let found = set.pdq.matches(values[index], threshold: 31).compactMap { set.signal(at: $0.signal) }
                    #expect(found.map(\.value) == (expected ? [values[index].hex] : []))
                    let exact = set.position(sha256: values[index]).flatMap { set.signal(at: $0) }
                    #expect(exact?.value == (expected ? values[index].hex : nil))
                }
            }
        }
    }

    /// A key that has a digest in place of its value means the same to one who goes on from a snapshot.
    @Test func longValuesAreWithdrawnAfterASnapshot() throws {
        try SnapshotFolder.with { folder in
            let long = String(repeating: "word ", count: 100)
            var decoder = SignalTopicDecoder()
            var keys: [[UInt8]] = []
            var changes: [SignalChange] = []
            for (source, isShort) in [("a", false), ("b", true)] {
                let one = signal(.document, long, source: source)
                var named = one
                if isShort { named.source = nil }
                let key = SignalTopicDecoder.key(of: named)
                var line = ByteWriter()
                line.append(one)
                let change = try key.withUnsafeBytes { key in
                    try line.bytes.dropLast().withUnsafeBytes { try decoder.read(key: key, value: $0) }
                }
                changes.append(try #require(change))
                keys.append(key)
            }
            let set = SignalSet.empty.applying(changes, from: .topic, version: folder.version)
            var read = SignalSet(try folder.written(set))
            #expect(read.stated(by: .topic).count == 2)
            var next = SignalTopicDecoder(knowing: read.digestedKeys)
            for (index, key) in keys.enumerated() {
                let change = try #require(try key.withUnsafeBytes { try next.read(key: $0, value: nil) })
                read = read.applying([change], from: .topic, version: folder.version)
                #expect(read.stated(by: .topic).count == 1 - index)
            }
        }
    }

    /// What it is of is kept, to the last partition.
    @Test func factsAreKept() throws {
        try SnapshotFolder.with { folder in
            let partitions = (0..<100).map { number in
                SignalPlace.Partition(
                    start: Int64(number), next: Int64(number) * 1_000,
                    last: number == 0 ? nil : SignalPlace.Mark(timestamp: -1, key: UInt32.max - UInt32(number)))
            }
            for cluster in [nil, "c-1"] {
                let facts = SnapshotFacts(
                    place: SignalPlace(topic: "t", cluster: cluster, partitions: partitions), asOf: .at(7))
                _ = try SignalSet.empty.write(to: folder.file, facts)
                #expect(try folder.read().facts == facts)
                #expect(try SignalSet(folder.read()).count == 0)
            }
        }
    }

    /// More than are numbered have theirs with them.
    @Test func statementsMayHaveNothingInCommon() throws {
        try SnapshotFolder.with { folder in
            let all = (0..<70_000).map { signal(.domain, "site\($0).example", source: "s\($0)", labels: ["l\($0)"]) }
            var stage = SignalStage(.topic)
            for signal in all { stage.add(SignalChange(signal)) }
            let set = SignalSet.empty.replacing(stage, version: folder.version)
            let read = SignalSet(try folder.written(set))
            #expect(read.signals(of: [.domain]).map(\.signal) == set.signals(of: [.domain]).map(\.signal))
        }
    }
}

/// Where a test keeps a snapshot.
struct SnapshotFolder {
    let path: String
    var file: SnapshotFile { SnapshotFile(path + "/of/signals") }

    static func with(_ body: (SnapshotFolder) throws -> Void) throws {
        var template = Array("/tmp/weir-snapshot-XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            for name in ["/of/signals", "/of/signals.new"] { unlink(path + name) }
            rmdir(path + "/of")
            rmdir(path)
        }
        try body(SnapshotFolder(path: path))
    }

    let facts = SnapshotFacts(
        place: SignalPlace(
            topic: "signals", cluster: nil, partitions: [SignalPlace.Partition(start: 0, next: 9)]), asOf: .at(1))
    let version = SignalVersion(topic: "signals", offsets: [9])

    func written(_ set: SignalSet) throws -> SignalSnapshot {
        let bytes = try set.write(to: file, facts)
        let snapshot = try read()
        #expect(snapshot.bytes == bytes)
        return snapshot
    }

    func read() throws -> SignalSnapshot {
        switch file.read() {
        case .found(let snapshot): return snapshot
        case .none: throw SnapshotRefusal("none")
        case .refused(let refusal): throw refusal
        }
    }

    func bytes() throws -> [UInt8] { try readFile(file.path, atMost: 1 << 30) }

    func replace(by bytes: some Collection<UInt8>) throws {
        let stream = try #require(fopen(file.path, "w"))
        defer { fclose(stream) }
        #expect(Array(bytes).withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) } == bytes.count)
    }
}

extension Digest256 {
    var hex: String {
        var out = ByteWriter()
        out.appendHex(self)
        return String(decoding: out.bytes, as: UTF8.self)
    }
}
