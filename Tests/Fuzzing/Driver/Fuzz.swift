internal import CLibFuzzer
internal import Dispatch
internal import FuzzTargets
internal import Glibc

/// `fuzz TARGET [ARGUMENT…]`: runs a target under libFuzzer, whose arguments follow (corpus folders, files to repeat,
/// `-max_total_time=…`). `fuzz list` prints the targets, each with its dictionary and where its seeds are.
@main
struct Fuzz {
    /// libFuzzer's callback carries nothing along, so the target that was asked for stands here; set once.
    nonisolated(unsafe) private static var target: FuzzTarget?

    static func main() {
        let words = CommandLine.arguments.dropFirst()
        if words.first == "list" {
            for target in FuzzTarget.all {
                print(([target.name, target.kind.rawValue] + target.seeds).joined(separator: "\t"))
            }
            return
        }
        // libFuzzer starts this program again to make an input smaller, without the first word.
        let name = getenv("WEIR_FUZZ_TARGET").map { String(cString: $0) } ?? words.first
        target = FuzzTarget.all.first { $0.name == name }
        guard let target else {
            print("usage: fuzz list | fuzz TARGET [libFuzzer's arguments]")
            exit(64)
        }
        setenv("WEIR_FUZZ_TARGET", target.name, 1)
        var arguments = [CommandLine.arguments[0]] + words.drop { $0 == target.name }
        // What tasks leave behind for the next one would be looked through for leaks after every run.
        if case .concurrent = target.body { arguments.append("-detect_leaks=0") }
        // Never freed, as libFuzzer keeps them.
        var count = CInt(arguments.count)
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
        list.initialize(repeating: nil, count: arguments.count + 1)
        for (index, argument) in arguments.enumerated() { list[index] = strdup(argument) }
        var start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = list
        exit(
            LLVMFuzzerRunDriver(&count, &start) { bytes, size in
                Fuzz.run(UnsafeRawBufferPointer(start: bytes, count: size))
                return 0
            })
    }

    /// What does not hold ends the process, which is how libFuzzer hears of it.
    private static func run(_ bytes: UnsafeRawBufferPointer) {
        do {
            switch target?.body {
            case .plain(let body): try body(bytes)
            case .concurrent(let body): try wait(for: body, Array(bytes))
            case nil: break
            }
        } catch {
            print("does not hold: \(error)")
            fflush(nil)
            abort()
        }
    }

    private static func wait(for body: @escaping FuzzTarget.ConcurrentBody, _ bytes: [UInt8]) throws {
        let isDone = DispatchSemaphore(value: 0)
        // Written by the task before it signals, read after.
        nonisolated(unsafe) var failure: (any Error)?
        Task {
            do { try await body(bytes) } catch { failure = error }
            isDone.signal()
        }
        isDone.wait()
        if let failure { throw failure }
    }
}
