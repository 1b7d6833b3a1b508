internal import Concurrency
internal import Foundation
package import Testing

/// A real Apache Kafka of one node on loopback, for the tests that the mock broker can't vouch for.
///
/// Looked for in `$WEIR_KAFKA_HOME`, then in `../shared/kafka` beside the checkout.
package final class RealBroker: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package static let howToGet =
        "skipped, there is no Kafka: put the unpacked Apache Kafka 4.x with its kafka-cluster script into ../shared/kafka, or name its folder in WEIR_KAFKA_HOME"

    /// The folder that holds `kafka-cluster`; nil if there is none.
    package static let home: String? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let candidates =
            [ProcessInfo.processInfo.environment["WEIR_KAFKA_HOME"]].compactMap(\.self) + [
                package.appending(path: "../shared/kafka").standardizedFileURL.path()
            ]
        return candidates.first { FileManager.default.isExecutableFile(atPath: "\($0)/kafka-cluster") }
    }()

    /// Whether the tests run: elsewhere they may be skipped, in continuous integration they must not.
    package static var isWanted: Bool { home != nil || ProcessInfo.processInfo.environment["CI"] == "true" }

    /// One for all tests that leave the broker alone; started by the first.
    package static func shared() async throws -> RealBroker { try await Shared.instance.broker() }

    private actor Shared {
        static let instance = Shared()

        private nonisolated let executor = BlockingExecutor(name: "shared-broker")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        private var starting: Result<RealBroker, any Error>?

        // Starting blocks this actor's own thread; the other tests wait for it anyway.
        func broker() throws -> RealBroker {
            let result = starting ?? Result { try RealBroker() }
            starting = result
            return try result.get()
        }
    }

    /// Runs what blocks on a thread of its own.
    private actor Work {
        private nonisolated let executor = BlockingExecutor(name: "broker-work")
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        func run<Value: Sendable>(_ body: @Sendable () throws -> Value) throws -> Value { try body() }
    }

    package let bootstrap: String
    package let directory: String
    private let script: String
    /// The broker ends when this process does, however it ends: the keeper reads from this pipe.
    private let keeper: Keeper
    private let work = Work()

    private init() throws {
        guard let home = RealBroker.home else { throw Failure(description: RealBroker.howToGet) }
        script = "\(home)/kafka-cluster"
        directory = FileManager.default.temporaryDirectory.appending(path: "weir-kafka-\(UUID().uuidString)").path()
        let (keeper, port) = try RealBroker.start(script, directory)
        self.keeper = keeper
        bootstrap = "127.0.0.1:\(port)"
    }

    /// A free port may be somebody else's by the time the broker takes it; then there are others.
    private static func start(_ script: String, _ directory: String) throws -> (Keeper, port: Int) {
        var attempts = 5
        while true {
            let port = try FreePort.pair()
            do {
                return (try Keeper(script: script, directory: directory, port: port), port)
            } catch let failure as Failure {
                attempts -= 1
                guard attempts > 0, failure.description.contains("Address already in use") else { throw failure }
                try? FileManager.default.removeItem(atPath: directory)
            }
        }
    }

    /// Runs a body with a broker of its own; for tests that harm it.
    package static func withBroker(_ body: (RealBroker) async throws -> Void) async throws {
        let broker = try await Work().run { try RealBroker() }
        do {
            try await body(broker)
        } catch {
            try await broker.work.run { broker.keeper.stop() }
            throw error
        }
        try await broker.work.run { broker.keeper.stop() }
    }

    /// `kill`, `term`, `pause`, `resume` or `up`.
    package func node(_ action: String) async throws {
        try await work.run { [script, directory] in
            let code = try ChildProcess(["bash", script, action, directory, "1"]).wait()
            guard code == 0 else { throw Failure(description: "kafka-cluster \(action) failed with \(code)") }
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Only where a real broker can be had; in continuous integration always, so that its absence fails.
    package static var realBroker: Self { .enabled(if: RealBroker.isWanted, Comment(rawValue: RealBroker.howToGet)) }
}

/// A shell that starts the broker, waits for the end of its input, and then stops and removes the broker.
private final class Keeper: Sendable {
    private let process: ChildProcess
    private let input: FileHandle

    init(script: String, directory: String, port: Int) throws {
        let (toKeeper, fromKeeper) = (Pipe(), Pipe())
        // An heir of this end would keep the keeper waiting.
        _ = fcntl(toKeeper.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        process = try ChildProcess(
            [
                "bash", "-c",
                "bash \"$1\" start \"$2\" --port \"$3\" </dev/null || exit 1; cat >/dev/null; bash \"$1\" stop \"$2\"; rm -rf \"$2\"",
                "keeper", script, directory, String(port),
            ], input: toKeeper.fileHandleForReading.fileDescriptor,
            output: fromKeeper.fileHandleForWriting.fileDescriptor)
        // The child has its own; the ends must be known by these.
        try toKeeper.fileHandleForReading.close()
        try fromKeeper.fileHandleForWriting.close()
        input = toKeeper.fileHandleForWriting
        // Its first line is the bootstrap list.
        var output = Data()
        while !String(decoding: output, as: UTF8.self).contains(":\(port)") {
            let more = fromKeeper.fileHandleForReading.availableData
            if more.isEmpty {
                throw RealBroker.Failure(
                    description: "Kafka did not start: \(String(decoding: output, as: UTF8.self))")
            }
            output += more
        }
    }

    func stop() {
        try? input.close()
        process.wait()
    }
}

private enum FreePort {
    /// The first of two neighbouring ports that nobody listens on; below those that clients are given, which one of them
    /// could have before the broker is up.
    static func pair() throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 20_000..<32_000)
            if isFree(port), isFree(port + 1) { return port }
        }
        throw RealBroker.Failure(description: "no free ports")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
