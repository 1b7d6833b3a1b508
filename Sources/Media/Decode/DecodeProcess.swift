internal import CSandbox
internal import Concurrency
internal import Glibc
internal import Synchronization

/// A process that decodes pictures behind walls, from its start to its end.
///
/// One caller at a time; whoever has it may block in it.
final class DecodeProcess: Sendable {
    enum Answer {
        case reply(DecodeReply)
        /// It ended meanwhile, or said what can't be true.
        case lost
        case late
    }

    enum Readiness {
        case ready
        case late
        /// It ended, or can't do its work, with a reason for people.
        case failed(String)
    }

    private let child: pid_t
    private let socket: Int32
    private let memory: SharedMemory
    /// Whether its number may be somebody else's by now.
    private let isGone = Atomic<Bool>(false)

    /// Starts it, and does not wait until it is ready.
    init(_ program: DecodeProgram) throws(SystemFailure) {
        let memory = try SharedMemory(size: program.walls.fileBytes)
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemFailure("socket pair") }
        defer { close(ends[1]) }
        var child = pid_t()
        let code = withCStrings([program.path] + program.arguments) { arguments in
            withCStrings(program.environment) { environment in
                weir_sandbox_spawn(program.path, arguments, environment, ends[1], memory.descriptor, &child)
            }
        }
        guard code == 0 else {
            close(ends[0])
            throw SystemFailure(program.path, code: code)
        }
        self.memory = memory
        socket = ends[0]
        self.child = child
    }

    deinit {
        // Of it nothing is kept, so there is nothing that it should end in order.
        if !isGone.load(ordering: .acquiring) { _ = end() }
        close(socket)
    }

    /// Waits until it can be asked; once.
    func waitUntilReady(until deadline: ContinuousClock.Instant) -> Readiness {
        switch receive(until: deadline) {
        case .late: return .late
        case .message(let bytes):
            guard let code = DecodeReady.code(bytes) else { return .failed("it speaks another language") }
            return code == 0 ? .ready : .failed("no walls around it: \(String(cString: strerror(code)))")
        case .closed: return .failed("it \(end())")
        }
    }

    /// False if it has ended before.
    func ask(_ request: DecodeRequest, _ file: [UInt8]) -> Bool {
        memory.put(file)
        let bytes = request.bytes
        while true {
            if send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count { return true }
            guard errno == EINTR else { return false }
        }
    }

    func answer(to request: DecodeRequest, until deadline: ContinuousClock.Instant) -> Answer {
        defer { memory.forget(Int(request.byteCount)) }
        switch receive(until: deadline) {
        case .late: return .late
        case .closed: return .lost
        case .message(let bytes):
            guard let reply = DecodeReply(bytes), reply.number == request.number else { return .lost }
            return .reply(reply)
        }
    }

    private enum Received {
        case message([UInt8])
        case closed
        case late
    }

    private func receive(until deadline: ContinuousClock.Instant) -> Received {
        while true {
            var wanted = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            let left = deadline - .now
            // Rounded up, or the last millisecond would be spent by asking again and again.
            let milliseconds = left <= .zero ? 0 : Int32(clamping: left.inMilliseconds + 1)
            let ready = poll(&wanted, 1, milliseconds)
            if ready < 0, errno == EINTR { continue }
            if ready == 0 {
                if milliseconds > 0 { continue }
                return .late
            }
            guard ready > 0 else { return .closed }
            // One byte more than the longest: what fills it is too long.
            var bytes = [UInt8](repeating: 0, count: DecodeReply.largest + 1)
            let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return .closed }
            return .message(Array(bytes[..<count]))
        }
    }

    /// Ends it, unless it has ended, and waits for that.
    private func end() -> ChildStatus {
        kill(child, SIGKILL)
        let status = ChildStatus(waitingFor: child)
        isGone.store(true, ordering: .releasing)
        return status
    }
}
