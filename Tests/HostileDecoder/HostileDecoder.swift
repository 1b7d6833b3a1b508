import Detection
import Events
import Glibc
import HashDetection
import Imaging
import Media

/// A decoding process whose decoder does what the file says: dies, hangs, lies, or tries to get out. What is no such file
/// is decoded as usual.
///
/// A deed that the walls refuse ends in `broken`. One that gets through ends in a hash of quality 99, which no picture of
/// the tests has: escaped.
@main
struct HostileDecoder {
    static func main() {
        do throws(DecodeWorker.Misuse) {
            try DecodeWorker.run(Array(CommandLine.arguments.dropFirst(2))) { file, most, orientations in
                // Behind what a JPEG file begins with.
                let text = file.withUnsafeBytes { String(decoding: $0.dropFirst(3).prefix(64), as: UTF8.self) }
                guard text.hasPrefix("do:") else {
                    return PictureHashes.result(of: file, maxPixels: most, orientations: orientations)
                }
                return Deed.all[String(text.dropFirst(3))]?() ?? .failure(.unsupported)
            }
        } catch {
            exit(64)
        }
    }
}

private enum Deed {
    typealias Outcome = Result<PictureHashes, PictureError>

    static let escaped = Outcome.success(PictureHashes(displayed: PDQHash(hash: Digest256(), quality: 99)))
    static let held = Outcome.failure(.broken)

    static func through(_ result: Int) -> Outcome { result >= 0 ? escaped : held }

    static var all: [String: () -> Outcome] { dying.merging(escaping) { $1 }.merging(lying) { $1 } }

    // MARK: Dying

    private static var dying: [String: () -> Outcome] {
        [
            "read-nothing": {
                UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
                return held
            },
            "trap": { fatalError("as a decoder's assertion") },
            "overflow-stack": { .success(PictureHashes(displayed: PDQHash(hash: Digest256(), quality: deeper(1)))) },
            "end": { exit(0) },
            "hang": { while true {} },
            "sleep": { while true { sleep(1_000) } },
            "take-memory": {
                var blocks: [UnsafeMutableRawPointer] = []
                while let block = malloc(16 << 20) {
                    block.initializeMemory(as: UInt8.self, repeating: 1, count: 16 << 20)
                    blocks.append(block)
                }
                for block in blocks { free(block) }
                return .failure(.memory)
            },
        ]
    }

    private static func deeper(_ depth: Int) -> Int {
        depth < 0
            ? 0
            : withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { bytes in
                bytes[depth % 512] = 1
                return deeper(depth + 1) + Int(bytes[7])
            }
    }

    // MARK: Escaping

    private static var escaping: [String: () -> Outcome] {
        [
            "open": { through(Int(open("/etc/passwd", O_RDONLY))) },
            "create": { through(Int(open("/tmp/weir-escaped", O_WRONLY | O_CREAT, 0o600))) },
            "connect": { through(Int(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))) },
            "start-process": {
                var child = pid_t()
                var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
                return posix_spawn(&child, "/bin/true", nil, nil, &arguments, nil) == 0 ? escaped : held
            },
            "execute": {
                var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
                return through(Int(execv("/bin/true", &arguments)))
            },
            "kill-parent": { through(Int(kill(getppid(), SIGTERM))) },
            "signal-parent": { through(Int(sigqueue(getppid(), SIGTERM, sigval(sival_int: 0)))) },
            "run-code": {
                let memory = mmap(nil, 4_096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                return memory == MAP_FAILED ? held : escaped
            },
            "make-code": {
                let memory = mmap(nil, 4_096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                return mprotect(memory, 4_096, PROT_READ | PROT_EXEC) == 0 ? escaped : held
            },
            "raise-limits": {
                var limit = rlimit(rlim_cur: .max, rlim_max: .max)
                return setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 ? escaped : held
            },
            // As whoever runs as root otherwise could, and take a processor for itself.
            "come-first": {
                var parameters = sched_param(sched_priority: 1)
                return through(Int(sched_setscheduler(0, SCHED_FIFO, &parameters)))
            },
            "cut-memory": { through(Int(ftruncate(4, 0))) },
            "see-descriptors": {
                var status = stat()
                return (5..<256).contains { fstat($0, &status) == 0 } ? escaped : held
            },
            "see-secrets": { getenv("WEIR_TEST_SECRET") == nil ? held : escaped },
        ]
    }

    // MARK: Lying

    private static var lying: [String: () -> Outcome] {
        [
            "say-nonsense": { saying([UInt8](repeating: 0xA5, count: 100)) },
            "say-nothing": { saying([]) },
            "say-much": { saying([UInt8](repeating: 0, count: 60_000)) },
            "say-ready": { saying([0, 0, 0, 0]) },
            // Quality 200.
            "say-impossible": { saying([1, 0, 0, 0, 0, 200] + [UInt8](repeating: 0, count: 36)) },
            // The answer to another question.
            "say-other": { saying([9, 9, 0, 0, 0, 99] + [UInt8](repeating: 0, count: 36)) },
        ]
    }

    private static func saying(_ bytes: [UInt8]) -> Outcome {
        _ = send(3, bytes, bytes.count, 0)
        return escaped
    }
}
