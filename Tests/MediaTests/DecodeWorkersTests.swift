import CSandbox
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
        private let names = Mutex<[String]>([])

        func add(_ event: DecodeWorkers.Event) { names.withLock { $0.append("\(event)") } }

        func count(_ name: String) -> Int { names.withLock { $0.count { $0 == name } } }
    }

    private func hashes(
        _ workers: DecodeWorkers, _ file: [UInt8], limit: Duration = .seconds(60)
    ) -> Result<PictureHashes, DecodeFailure> {
        workers.hashes(of: file, maxPixels: 1 << 24, orientations: true, limit: limit)
    }

    // MARK: What they are for

    /// Whatever format: a library that wanted a file or a socket behind the walls would fail here.
    @Test func everyFormatIsDecodedAsWithoutWalls() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("ImagingTests/Fixtures")
        let workers = try DecodeWorkersTests.workers()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasSuffix(".py") }
        #expect(names.count > 30)
        for name in names {
            let file = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
            let plain = PictureHashes.result(of: file.span.bytes, maxPixels: 1 << 24, orientations: true)
            let walled = hashes(workers, file)
            switch (plain, walled) {
            case (.success(let plain), .success(let walled)):
                #expect(plain.displayed == walled.displayed, "\(name)")
                #expect(plain.views == walled.views, "\(name)")
            default: Issue.record("\(name): \(plain) without walls, \(walled) behind them")
            }
        }
    }

    @Test func whatIsNoPictureIsSaidToBeNone() throws {
        let workers = try DecodeWorkersTests.workers()
        let file = try jpeg()
        for (file, failure) in [
            (Array(file.prefix(file.count / 2)), PictureError.broken), (Array("text".utf8), .unsupported),
            ([], .unsupported),
        ] {
            #expect(hashes(workers, file).failure == .picture(failure))
        }
        #expect(
            workers.hashes(of: file, maxPixels: 100, orientations: false, limit: .seconds(60)).failure
                == .picture(.tooLarge))
        #expect(hashes(workers, [UInt8](repeating: 0xFF, count: 5 << 20)).failure == .picture(.tooLarge))
    }

    // MARK: What they hold

    @Test(arguments: [
        "read-nothing", "trap", "overflow-stack", "end", "connect", "start-process", "execute", "kill-parent",
        "signal-parent", "cut-memory",
    ])
    func whatKillsADecoderCostsOnePicture(_ deed: String) throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(events: events)
        #expect(hashes(workers, DecodeWorkersTests.file(deed)).failure == .crashed)
        #expect(events.count("crashed") == 1)
        #expect(hashes(workers, try jpeg()).failure == nil)
    }

    @Test(arguments: [
        "open", "create", "run-code", "make-code", "raise-limits", "see-descriptors", "see-secrets",
    ])
    func whatIsRefusedFails(_ deed: String) throws {
        setenv("WEIR_TEST_SECRET", "1", 1)
        let workers = try DecodeWorkersTests.workers()
        #expect(hashes(workers, DecodeWorkersTests.file(deed)).failure == .picture(.broken))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/weir-escaped"))
    }

    @Test(arguments: ["say-nonsense", "say-nothing", "say-much", "say-ready", "say-impossible", "say-other"])
    func whoLiesIsEnded(_ deed: String) throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(events: events)
        #expect(hashes(workers, DecodeWorkersTests.file(deed)).failure == .crashed)
        #expect(events.count("crashed") == 1)
        #expect(hashes(workers, try jpeg()).failure == nil)
    }

    @Test(arguments: ["hang", "sleep"])
    func whatHangsIsEndedAtTheDeadline(_ deed: String) throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(events: events)
        try workers.start()
        #expect(hashes(workers, DecodeWorkersTests.file(deed), limit: .milliseconds(200)).failure == .timeout)
        #expect(events.count("late") == 1)
        #expect(hashes(workers, try jpeg()).failure == nil)
    }

    /// And the process goes on.
    @Test func memoryHasABound() throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(events: events)
        let failure = hashes(workers, DecodeWorkersTests.file("take-memory")).failure
        #expect(failure?.code == "decode-too-large")
        #expect(events.count("crashed") == 0)
        #expect(hashes(workers, try jpeg()).failure == nil)
    }

    // MARK: How they live

    @Test func oneIsExchangedAfterSoManyPictures() throws {
        let events = Noted()
        let workers = try DecodeWorkersTests.workers(picturesEach: 3, events: events)
        for _ in 0..<10 { #expect(hashes(workers, try jpeg()).failure == nil) }
        #expect(events.count("retired") >= 3)
        #expect(events.count("crashed") == 0)
    }

    @Test func whatCannotBeStartedSaysWhy() throws {
        let missing = DecodeWorkers(DecodeProgram(path: "/nowhere/weir", DecodeWorkersTests.walls), workers: 1)
        #expect(throws: DecodeWorkers.StartFailure.self) { try missing.start() }
        #expect(hashes(missing, try jpeg()).failure == .unavailable)
        let other = DecodeWorkers(DecodeProgram(path: "/bin/true", DecodeWorkersTests.walls), workers: 1)
        do {
            try other.start()
            Issue.record("it started")
        } catch {
            #expect(error.description.hasSuffix("it ended with 0"))
        }
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
            try workers.start()
            #expect(try processes() == 3)
            _ = hashes(workers, DecodeWorkersTests.file("hang"), limit: .milliseconds(50))
            _ = hashes(workers, DecodeWorkersTests.file("trap"))
        }
        #expect(try processes() == 0)
    }

    @Test func hostilePicturesCostThemselvesAlone() async throws {
        var limits = MediaLimits()
        limits.workers = 3
        limits.deadline = .seconds(30)
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
