import CChecksum
import Configuration
import Events
import Glibc
import TestSupport
import Testing

@testable import Signals

/// What is not whole, or not ours, is refused; nothing else happens, whatever stands in it.
@Suite struct SnapshotRefusalTests {
    private func example(hashes: Int = 50) -> SignalSet {
        var random = SplitMix64(seed: 5)
        var changes = SignalType.allCases.filter { ![.sha256, .sha1, .md5, .pdq, .urlmd5].contains($0) }.map {
            SignalChange(signal($0, $0 == .domain ? "a.example" : "https://a.example/\($0)", labels: ["x"]))
        }
        for _ in 0..<hashes {
            let hex = Digest256.random(&random).hex
            changes.append(SignalChange(signal(.pdq, hex)))
            changes.append(SignalChange(signal(.sha256, hex, source: "a")))
            changes.append(SignalChange(signal(.sha256, hex, source: "b", expiresAt: 5)))
            changes.append(SignalChange(signal(.md5, String(hex.prefix(32)))))
        }
        return SignalSet.empty.applying(changes, from: .topic, version: SignalVersion())
    }

    private func isRefused(_ folder: SnapshotFolder) -> Bool {
        if case .refused = folder.file.read() { true } else { false }
    }

    @Test func whatIsTornIsRefused() throws {
        try SnapshotFolder.with { folder in
            _ = try folder.written(example())
            let whole = try folder.bytes()
            for part in 0..<128 {
                try folder.replace(by: whole.prefix(whole.count * part / 128))
                #expect(isRefused(folder), "\(part)/128")
            }
            for missing in 1...64 {
                try folder.replace(by: whole.dropLast(missing))
                #expect(isRefused(folder), "\(missing) bytes are missing")
            }
            try folder.replace(by: whole + [0])
            #expect(isRefused(folder))
            try folder.replace(by: whole.dropFirst())
            #expect(isRefused(folder))
            try folder.replace(by: whole)
            #expect(!isRefused(folder))
        }
    }

    @Test func everyByteCounts() throws {
        try SnapshotFolder.with { folder in
            _ = try folder.written(example())
            let whole = try folder.bytes()
            let ends = Array(0..<128) + Array((whole.count - 600)..<whole.count)
            for place in ends + stride(from: 128, to: whole.count - 600, by: 257) {
                var damaged = whole
                damaged[place] ^= 1 << UInt8(place % 8)
                try folder.replace(by: damaged)
                // Four bytes of the trailer are free, and have no checksum.
                let isFree = (whole.count - 12..<whole.count - 8).contains(place)
                #expect(isRefused(folder) != isFree, "byte \(place) of \(whole.count)")
            }
        }
    }

    @Test(
        arguments: [
            (8, UInt8(1), "has format 1, and this version reads 3"),
            (12, 1, "was written by another kind of processor"),
            (0, 0x20, "is not a snapshot of signals"),
        ])
    func foreignFilesAreRefused(place: Int, value: UInt8, reason: String) throws {
        try SnapshotFolder.with { folder in
            _ = try folder.written(example())
            var file = try folder.bytes()
            file[place] = value
            try folder.replace(by: file)
            guard case .refused(let refusal) = folder.file.read() else {
                Issue.record("is read")
                return
            }
            #expect(refusal.reason == reason)
        }
    }

    @Test func whatIsNoFileIsRefused() throws {
        guard case .none = SnapshotFile("/tmp/weir-no-such-folder/signals").read() else {
            Issue.record("there is one")
            return
        }
        guard case .refused(let refusal) = SnapshotFile("/tmp").read() else {
            Issue.record("a folder is read")
            return
        }
        #expect(refusal.reason == "is not a file")
        guard case .refused = SnapshotFile("/dev/null").read() else {
            Issue.record("a device is read")
            return
        }
    }

    /// Anybody can work checksums out, so what stands behind them is checked as well: such a file is refused or read, and
    /// what is read can be looked up.
    @Test(arguments: UInt64(1)...8) func whateverStandsInItNothingIsReadBeyond(seed: UInt64) throws {
        try SnapshotFolder.with { folder in
            var random = SplitMix64(seed: seed)
            _ = try folder.written(example(hashes: seed % 2 == 0 ? 5_000 : 20).settled())
            let whole = try folder.bytes()
            for _ in 0..<(seed % 2 == 0 ? 12 : 800) {
                var file = whole
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    // Numbers stand mostly at its end.
                    let isNear = Bool.random(using: &random)
                    let place = Int.random(
                        in: isNear ? whole.count - 800..<whole.count : 0..<whole.count, using: &random)
                    file[place] = Bool.random(using: &random) ? .random(in: 0...255, using: &random) : 255
                }
                let set: SignalSet
                do {
                    set = SignalSet(try file.withUnsafeBytes { try SignalSnapshot(copying: $0) })
                } catch is SnapshotRefusal {
                    continue
                }
                #expect(set.signals.count == set.count)
                for match in set.pdq.matches(Digest256.random(&random), threshold: 256) {
                    _ = set.signal(at: match.signal)
                }
                for _ in 0..<20 { _ = set.pdq.matches(Digest256.random(&random), threshold: 31) }
                for _ in 0..<20 { _ = set.position(sha256: Digest256.random(&random)) }
            }
        }
    }

    // MARK: Writing

    /// A process that ends before the new file has taken its place leaves the old one.
    @Test func whatWasNotFinishedIsNotSeen() throws {
        try SnapshotFolder.with { folder in
            let old = try folder.written(example())
            try Array("half".utf8).withUnsafeBytes { bytes in
                let stream = try #require(fopen(folder.file.path + ".new", "w"))
                defer { fclose(stream) }
                #expect(fwrite(bytes.baseAddress, 1, bytes.count, stream) == bytes.count)
            }
            #expect(try folder.read().signals == old.signals)
            // One that is told to stop leaves nothing.
            #expect(throws: FileError(path: folder.file.path + ".new", reason: "stopped")) {
                try SignalSet.empty.write(to: folder.file, folder.facts) { true }
            }
            #expect(access(folder.file.path + ".new", F_OK) != 0)
            #expect(try folder.read().signals == old.signals)
            #expect(try folder.written(.empty).signals == 0)
        }
    }

    @Test func onlyOneProcessWritesAFile() throws {
        try SnapshotFolder.with { folder in
            let old = try folder.written(example())
            let other = open(folder.file.path + ".new", O_WRONLY | O_CREAT, 0o600)
            #expect(flock(other, LOCK_EX) == 0)
            #expect(throws: FileError(path: folder.file.path + ".new", reason: "another process writes it")) {
                try SignalSet.empty.write(to: folder.file, folder.facts)
            }
            close(other)
            #expect(try folder.read().signals == old.signals)
            _ = try folder.written(.empty)
        }
    }

    @Test func nobodyElseMayReadOrWriteIt() throws {
        try SnapshotFolder.with { folder in
            _ = try folder.written(.empty)
            var status = stat()
            #expect(stat(folder.file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            #expect(stat(folder.path + "/of", &status) == 0 && status.st_mode & 0o777 == 0o700)
            let nowhere = SnapshotFile("/proc/weir/signals")
            #expect(throws: FileError.self) { try SignalSet.empty.write(to: nowhere, folder.facts) }
        }
    }

    /// RFC 3720, appendix B.4, and the usual check value.
    @Test func checksums() {
        func sums(_ bytes: [UInt8]) -> [UInt32] {
            bytes.withUnsafeBytes { bytes in
                [
                    weir_crc32c(0, bytes.baseAddress, bytes.count),
                    weir_crc32c_plainly(0, bytes.baseAddress, bytes.count),
                    weir_crc32c(
                        weir_crc32c(0, bytes.baseAddress, min(5, bytes.count)), bytes.baseAddress.map { $0 + 5 },
                        max(0, bytes.count - 5)),
                ]
            }
        }
        #expect(Set(sums(Array("123456789".utf8))) == [0xE306_9283])
        #expect(Set(sums([UInt8](repeating: 0, count: 32))) == [0x8A91_36AA])
        #expect(Set(sums([UInt8](repeating: 0xFF, count: 32))) == [0x62A8_AB43])
        #expect(Set(sums(Array(0..<32))) == [0x46DD_794E])
    }
}
