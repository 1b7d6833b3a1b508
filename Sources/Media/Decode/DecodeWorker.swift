internal import CSandbox
internal import Glibc
package import HashDetection
package import Imaging

/// The other side: what runs in a process that `DecodeWorkers` started, behind walls that it puts up itself before it
/// looks at the first file.
package enum DecodeWorker {
    /// A file, the largest width × height, and whether turned and mirrored too.
    package typealias Decode = (RawSpan, Int, Bool) -> Result<PictureHashes, PictureError>

    /// Why a process is none of these.
    package struct Misuse: Error, CustomStringConvertible {
        package let description: String
    }

    /// Decodes what is asked until the other side closes the socket.
    ///
    /// - Parameters:
    ///   - words: as `DecodeProgram` writes them behind the command.
    ///   - decode: what tests put in the place of the real one.
    package static func run(
        _ words: [String],
        decode: Decode = { PictureHashes.result(of: $0, maxPixels: $1, orientations: $2) }
    ) throws(Misuse) {
        guard let walls = DecodeWalls(words), isSocket(WEIR_SANDBOX_SOCKET) else {
            throw Misuse(description: "is started by weir itself, to decode pictures; there is nothing to do for it")
        }
        // Behind all that many wait for, as the threads that ask are.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        let socket = Int32(WEIR_SANDBOX_SOCKET)
        let memory = mmap(nil, walls.fileBytes, PROT_READ, MAP_SHARED, Int32(WEIR_SANDBOX_MEMORY), 0)
        guard let memory, memory != MAP_FAILED else {
            tell(socket, DecodeReady.bytes(errno))
            return
        }
        warmUp()
        let limits = weir_sandbox_limits(memory: UInt64(walls.memory), seconds: UInt64(walls.seconds))
        let code = weir_sandbox_enter(limits)
        guard tell(socket, DecodeReady.bytes(code)), code == 0 else { return }
        while let request = next(socket) {
            guard request.byteCount <= UInt64(walls.fileBytes) else { return }
            weir_sandbox_end_in(request.limit)
            let file = UnsafeRawBufferPointer(start: memory, count: Int(request.byteCount))
            let result = decode(file.bytes, Int(clamping: request.maxPixels), request.orientations)
            weir_sandbox_end_in(0)
            guard tell(socket, DecodeReply(number: request.number, result: result).bytes) else { return }
        }
    }

    /// Libraries open files and load parts of themselves when they are first asked for something, which they can't behind
    /// the walls.
    private static func warmUp() {
        for file in WarmUpPictures.files {
            file.withUnsafeBytes { bytes in
                // What can't be read here can't be read later either, and is found out then.
                _ = PictureHashes.result(of: bytes.bytes, maxPixels: 1 << 16, orientations: false)
            }
        }
    }

    private static func isSocket(_ descriptor: Int) -> Bool {
        var kind: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(Int32(descriptor), SOL_SOCKET, SO_TYPE, &kind, &size) == 0
            && kind == Int32(SOCK_SEQPACKET.rawValue)
    }

    private static func next(_ socket: Int32) -> DecodeRequest? {
        var bytes = [UInt8](repeating: 0, count: DecodeRequest.size + 1)
        while true {
            let count = recv(socket, &bytes, bytes.count, 0)
            if count < 0, errno == EINTR { continue }
            return count > 0 ? DecodeRequest(Array(bytes[..<count])) : nil
        }
    }

    @discardableResult
    private static func tell(_ socket: Int32, _ bytes: [UInt8]) -> Bool {
        while true {
            if send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count { return true }
            guard errno == EINTR else { return false }
        }
    }
}
