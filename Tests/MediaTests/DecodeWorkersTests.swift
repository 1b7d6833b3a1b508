import CSandbox
import Concurrency
import Detection
import Events
import Foundation
import HashDetection
import Imaging
import Media
import Synchronization
import TestSupport
import Testing

/// The walls around decoders, with a decoder that means harm. Sanitizers need what the walls take away.
@Suite(.timeLimit(.minutes(3)), .enabled(if: !weir_sandbox_is_instrumented()))
struct DecodeWorkersTests {
    private static let walls = DecodeWalls(fileBytes: 4 << 20, memory: 512 << 20, seconds: 60)

    private static func workers(
        _ count: Int = 1, picturesEach: UInt32 = 1_000, walls: DecodeWalls = walls, events: Noted = Noted()
    ) throws -> DecodeWorkers {
        DecodeWorkers(
            DecodeProgram(path: try BuiltProgram("hostile-decoder").path, walls), workers: count,
            picturesEach: picturesEach, notice: events.add)
    }

    private static func file(_ deed: String) -> [UInt8] { [0xFF, 0xD8, 0xFF] + Array("do:\(deed)".utf8) }

    /// What happened, in order.
    private final class Noted: Sendable {
        private let events = Mutex<[DecodeWorkers.Event]>([])

        func add(_ event: DecodeWorkers.Event, _ reason: String) { events.withLock { $0.append(event) } }

        func count(_ event: DecodeWorkers.Event) -> Int { events.withLock { $0.count { $0 == event } } }
    }

    /// They occupy their threads, which must not be those that all tests share.
    private static let threads = BlockingCalls(threads: 8)

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
        guard case .ended(let value) = try await DecodeWorkersTests.threads.run(limit: .seconds(150), { _ in body() })
        else { throw TooLate() }
        return value
    }

    private struct TooLate: Error {}

    private func hashes(
        _ workers: DecodeWorkers, _ file: [UInt8], maxPixels: Int = 1 << 24, orientations: Bool = false,
        limit: Duration = .seconds(60)
    ) async throws -> Result<PictureHashes, DecodeFailure> {
        try await blocking {
            workers.hashes(of: file, maxPixels: maxPixels, orientations: orientations, limit: limit)
        }
    }

    /// Why it did not; nil if it did.
    private func start(_ workers: DecodeWorkers) async throws -> String? {
        try await blocking { () -> String? in
            do {
                try workers.start()
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    // MARK: What they are for

    /// Whatever format: a library that wanted a file or a socket behind the walls would fail here.
    @Test func everyFormatIsDecodedAsWithoutWalls() async throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("ImagingTests/Fixtures")
        let workers = try DecodeWorkersTests.workers()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasSuffix(".py") }
        #expect(names.count > 30)
        for name in names {
            let file = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
            // All orientations of one, which takes a build without optimisation long.
            let orientations = name == "orientation-6.jpg"
            let plain = PictureHashes.result(of: file.span.bytes, maxPixels: 1 << 24, orientations: orientations)
            let walled = try await hashes(workers, file, orientations: orientations)
            switch (plain, walled) {
            case (.success(let plain), .success(let walled)):
                #expect(plain.displayed == walled.displayed, "\(name)")
                #expect(plain.views == walled.views, "\(name)")
            default: Issue.record("\(name): \(plain) without walls, \(walled) behind them")
            }
        }
    }

    @Test func whatIsNoPictureIsSaidToBeNone() async throws {
        let workers = try DecodeWorkersTests.workers()
        let file = try jpeg()
        for (file, failure) in [
            (Array(file.prefix(file.count / 2)), PictureError.broken), (Array("text".utf8), .unsupported),
            ([], .unsupported),
        ] {
            #expect(try await hashes(workers, file).failure == .picture(failure))
        }
        #expect(try await hashes(workers, file, maxPixels: 100).failure == .picture(.tooLarge))
        #expect(try await hashes(workers, [UInt8](repeating: 0xFF, count: 5 << 20)).failure == .picture(.tooLarge))
    }

    // MARK: What they hold

    @Test(arguments: [
        "read-nothing", "trap", "overflow-stack", "end", "connect", "start-process", "execute", "kill-parent",
        "signal-parent", "cut-memory",
    ])
    func whatKillsADecoderCostsOnePicture(_ deed: String) async throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(events: events)
        #expect(try await hashes(workers, DecodeWorkersTests.file(deed)).failure == .crashed)
        #expect(events.count(.crashed) == 1)
        #expect(try await hashes(workers, try jpeg()).failure == nil)
    }

    @Test(arguments: [
        "open", "create", "run-code", "make-code", "raise-limits", "come-first", "see-descriptors", "see-secrets",
    ])
    func whatIsRefusedFails(_ deed: String) async throws {
        setenv("WEIR_TEST_SECRET", "1", 1)
        let workers = try DecodeWorkersTests.workers()
        #expect(try await hashes(workers, DecodeWorkersTests.file(deed)).failure == .picture(.broken))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/weir-escaped"))
    }

    @Test(arguments: ["say-nonsense", "say-nothing", "say-much", "say-ready", "say-impossible", "say-other"])
    func whoLiesIsEnded(_ deed: String) async throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(events: events)
        #expect(try await hashes(workers, DecodeWorkersTests.file(deed)).failure == .crashed)
        #expect(events.count(.crashed) == 1)
        #expect(try await hashes(workers, try jpeg()).failure == nil)
    }

    @Test(arguments: ["hang", "sleep"])
    func whatHangsIsEndedAtTheDeadline(_ deed: String) async throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(events: events)
        #expect(try await start(workers) == nil)
        #expect(try await hashes(workers, DecodeWorkersTests.file(deed), limit: .milliseconds(200)).failure == .timeout)
        #expect(events.count(.late) == 1)
        #expect(try await hashes(workers, try jpeg()).failure == nil)
    }

    /// And the process goes on.
    @Test func memoryHasABound() async throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(events: events)
        let failure = try await hashes(workers, DecodeWorkersTests.file("take-memory")).failure
        #expect(failure?.code == "decode-too-large")
        #expect(events.count(.crashed) == 0)
        #expect(try await hashes(workers, try jpeg()).failure == nil)
    }

    // MARK: How they live

    @Test func oneIsExchangedAfterSoManyPictures() async throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(picturesEach: 3, events: events)
        for _ in 0..<10 { #expect(try await hashes(workers, try jpeg()).failure == nil) }
        #expect(events.count(.retired) >= 3)
        #expect(events.count(.crashed) == 0)
    }

    @Test func whatCannotBeStartedSaysWhy() async throws {
        let missing = DecodeWorkers(DecodeProgram(path: "/nowhere/weir", DecodeWorkersTests.walls), workers: 1)
        #expect(try await start(missing)?.contains("no process could be started") == true)
        #expect(try await hashes(missing, try jpeg()).failure == .unavailable)
        let other = DecodeWorkers(DecodeProgram(path: "/bin/true", DecodeWorkersTests.walls), workers: 1)
        #expect(try await start(other)?.hasSuffix("it ended with 0") == true)
    }

    /// Whatever numbers they have here, those that the other is to get included.
    @Test(arguments: [3, 4, 5, 6, 62, 63], [3, 4, 5, 6, 62, 63])
    func aProcessFindsItsDescriptors(_ one: Int32, _ other: Int32) throws {
        let open = [socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0), weir_sandbox_memory(4_096)]
        // The first that is free from there on: others are in use by other tests.
        let numbers = [fcntl(open[0], F_DUPFD_CLOEXEC, one), fcntl(open[1], F_DUPFD_CLOEXEC, other)]
        defer { for descriptor in open + numbers { close(descriptor) } }
        let script = """
            case $(readlink /proc/$$/fd/3) in socket:*) ;; *) exit 3;; esac
            case $(readlink /proc/$$/fd/4) in *memfd:*) ;; *) exit 4;; esac
            test ! -e /proc/$$/fd/5 || exit 5
            """
        var words: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", script].map { (word: String) in strdup(word) } + [nil]
        defer { for word in words { free(word) } }
        var none: [UnsafeMutablePointer<CChar>?] = [nil]
        var child: Int32 = 0
        try #require(weir_sandbox_spawn("/bin/sh", &words, &none, numbers[0], numbers[1], &child) == 0)
        var status: Int32 = 0
        waitpid(child, &status, 0)
        #expect(status == 0)
    }

    @Test func nothingRunsOnWithoutThem() async throws {
        // By its size, which is nobody else's, its processes can be told from others.
        let walls = DecodeWalls(fileBytes: 4_199_999, memory: 512 << 20, seconds: 60)
        func processes() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").count { name in
                guard let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else { return false }
                return String(decoding: words, as: UTF8.self).contains("\0\(walls.fileBytes)\0")
            }
        }
        do {
            let workers = try DecodeWorkersTests.workers(2, walls: walls)
            #expect(try await start(workers) == nil)
            #expect(try processes() == 3)
            _ = try await hashes(workers, DecodeWorkersTests.file("hang"), limit: .milliseconds(50))
            _ = try await hashes(workers, DecodeWorkersTests.file("trap"))
        }
        #expect(try processes() == 0)
    }

    @Test func hostilePicturesCostThemselvesAlone() async throws {
        var limits = MediaLimits()
        limits.workers = 3
        limits.deadline = .seconds(120)
        let service = MediaService(limits, decoder: try DecodeWorkersTests.workers(limits.workers))
        let deeds = ["read-nothing", "connect", "say-nonsense", "take-memory", "open"]
        let codes = ["decode-crashed", "decode-crashed", "decode-crashed", "decode-too-large", "picture-broken"]
        let files = try (0..<40).map { number in
            number % 8 == 3 ? DecodeWorkersTests.file(deeds[number / 8]) : try jpeg(number + 1)
        }
        let batch = try batch(files.map { [.carried($0)] })
        let facts = await service.read(batch)
        for position in batch.media.indices {
            if position % 8 == 3 {
                #expect(facts[position].pictureFailure?.description == codes[position / 8])
            } else {
                let file = files[position]
                let plain = try PictureHashes(of: file.span.bytes, maxPixels: 1 << 20, orientations: false)
                #expect(facts[position].pdq == plain.displayed.hash)
                #expect(facts[position].pictureFailure == nil)
            }
        }
    }
}

extension Result where Success == PictureHashes, Failure == DecodeFailure {
    fileprivate var failure: DecodeFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
