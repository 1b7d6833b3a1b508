internal import Glibc
package import HashDetection
internal import Imaging
internal import Synchronization

/// Processes that decode pictures behind walls (`DecodeWorker`), as many as are asked at once.
///
/// Whatever a file does to the process that decodes it costs that file's hash and nothing else: the process is ended and
/// another takes its place. One is kept ready beyond those at work, so that the next picture need not wait for it.
package final class DecodeWorkers: Sendable {
    /// What became of processes, for people.
    package enum Event: String, Sendable, CaseIterable {
        case started
        /// By a picture that ended it, or by an answer that can't be true.
        case crashed
        case late
        /// After as many pictures as one decodes.
        case retired
        /// To start; with a reason.
        case failed
    }

    /// How long the start of one may take.
    private static let patience = Duration.seconds(30)

    private struct Worker {
        let process: DecodeProcess
        var isReady = false
        var pictures: UInt32 = 0
    }

    private struct State {
        /// The last is taken first, so that in quiet times the same few are at work.
        var idle: [Worker] = []
        /// Idle and at work.
        var count = 0
    }

    private let program: DecodeProgram
    private let most: Int
    private let picturesEach: UInt32
    private let notice: @Sendable (Event, _ reason: String) -> Void
    private let state = Mutex(State())

    /// Starts nothing yet.
    ///
    /// - Parameters:
    ///   - workers: how many pictures are decoded at once.
    ///   - picturesEach: how many one process decodes before another takes its place: whatever a hostile file left in it
    ///     does not last, nor what libraries lose.
    ///   - notice: called on any thread; must be quick.
    package init(
        _ program: DecodeProgram, workers: Int, picturesEach: UInt32 = 1_000,
        notice: @escaping @Sendable (Event, _ reason: String) -> Void = { _, _ in }
    ) {
        self.program = program
        self.picturesEach = picturesEach
        most = workers + 1
        self.notice = notice
    }

    /// Starts all, and waits until one is ready: then pictures can be decoded. Occupies its thread.
    package func start() throws(StartFailure) {
        while let worker = add() { give(worker) }
        guard var worker = take() else { throw StartFailure(reason: "no process could be started") }
        switch worker.process.waitUntilReady(until: .now + DecodeWorkers.patience) {
        case .ready:
            worker.isReady = true
            give(worker)
        case .late:
            lose()
            throw StartFailure(reason: "it was not ready after \(DecodeWorkers.patience)")
        case .failed(let reason):
            lose()
            throw StartFailure(reason: reason)
        }
    }

    /// Decodes a file and hashes its picture. Occupies its thread until the time is up.
    package func hashes(
        of file: [UInt8], maxPixels: Int, orientations: Bool, limit: Duration
    ) -> Result<PictureHashes, DecodeFailure> {
        guard file.count <= program.walls.fileBytes else { return .failure(.picture(.tooLarge)) }
        let deadline = ContinuousClock.now + limit
        // One that died while it had nothing to do is not this file's fault.
        for _ in 0..<most + 1 {
            guard var worker = take() ?? add() else { return .failure(.unavailable) }
            if !worker.isReady {
                switch worker.process.waitUntilReady(until: deadline) {
                case .ready: worker.isReady = true
                case .late:
                    give(worker)
                    return .failure(.timeout)
                case .failed(let reason):
                    lose()
                    notice(.failed, reason)
                    return .failure(.unavailable)
                }
            }
            worker.pictures += 1
            let request = DecodeRequest(
                number: worker.pictures, byteCount: UInt64(file.count), maxPixels: UInt64(max(0, maxPixels)),
                limit: UInt32(clamping: limit.inMilliseconds + 1_000), orientations: orientations)
            guard worker.process.ask(request, file) else {
                lose()
                continue
            }
            return result(worker.process.answer(to: request, until: deadline), worker)
        }
        return .failure(.unavailable)
    }

    private func result(
        _ answer: DecodeProcess.Answer, _ worker: Worker
    ) -> Result<PictureHashes, DecodeFailure> {
        switch answer {
        case .reply(let reply):
            if worker.pictures < picturesEach {
                give(worker)
            } else {
                replace(.retired)
            }
            return reply.result.mapError { .picture($0) }
        case .lost:
            replace(.crashed)
            return .failure(.crashed)
        case .late:
            replace(.late)
            return .failure(.timeout)
        }
    }

    // MARK: The processes

    private func take() -> Worker? { state.withLock { $0.idle.popLast() } }

    private func give(_ worker: Worker) { state.withLock { $0.idle.append(worker) } }

    private func lose() { state.withLock { $0.count -= 1 } }

    /// One that is gone has its successor at once, behind those that are ready.
    private func replace(_ event: Event) {
        lose()
        notice(event, "")
        guard let next = add() else { return }
        state.withLock { $0.idle.insert(next, at: 0) }
    }

    /// nil if there are enough, or none could be started.
    private func add() -> Worker? {
        let mayStart = state.withLock { state in
            guard state.count < most else { return false }
            state.count += 1
            return true
        }
        guard mayStart else { return nil }
        do {
            let worker = Worker(process: try DecodeProcess(program))
            notice(.started, "")
            return worker
        } catch {
            lose()
            notice(.failed, "\(error)")
            return nil
        }
    }

    /// No picture can be decoded behind walls.
    package struct StartFailure: Error, CustomStringConvertible {
        let reason: String

        package var description: String {
            "the process that decodes pictures did not start: \(reason)"
        }
    }
}
