import CMalloc
import Configuration
import Events
import Glibc
import Kafka
import Media
import Operations
import Streaming

@main
struct Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        // By default glibc keeps eight heaps for each processor, and what one thread takes and another gives back lies
        // idle in all of them. With one for each, threads wait for one another.
        mallopt(M_ARENA_MAX, Int32(2 * max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
        // A batch and a fetch take buffers of up to some megabytes. Left to itself the allocator learns from them to keep
        // all that is freed; with its first bounds (128 KiB) each would be given back, and its pages cleared, every time.
        mallopt(M_MMAP_THRESHOLD, 8 << 20)
        mallopt(M_TRIM_THRESHOLD, 4 << 20)
        // Before there is a second thread: see there.
        if CommandLine.arguments.dropFirst().first == DecodeProgram.command { exit(MediaWorkerCommand.run()) }
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs one command line; every way to fail ends in its exit code and a text that says what to do.
    static func run(_ words: [String]) async -> Int32 {
        do {
            switch try CommandLineParser(commands: Commands.all).parse(words) {
            case .run(let invocation): return try await invocation.command.run(invocation)
            case .help(let command): Terminal.out(Help.text(for: command))
            case .overview(let group): Terminal.out(Help.overview(group, Commands.all))
            case .version: return try await Commands.version.run(Invocation(command: Commands.version))
            }
            return ExitCode.success
        } catch let error as UsageError {
            Terminal.error(error.message.hasPrefix("weir ") ? error.message : "weir: \(error.message)")
            Terminal.error("see: weir\(error.command.map { " \($0.name)" } ?? "") --help")
            return ExitCode.usage
        } catch let error as InvalidConfiguration {
            for problem in error.problems { Terminal.error("\(problem)") }
            Terminal.error(
                "weir: \(error.problems.count) problem\(error.problems.count == 1 ? "" : "s") in the configuration")
            return ExitCode.configuration
        } catch let error as FileError {
            Terminal.error("weir: \(error)")
            return ExitCode.badData
        } catch let error as TopicsNotReady {
            for problem in error.problems { Terminal.error("weir: \(problem)") }
            return ExitCode.configuration
        } catch let error as KafkaError {
            Terminal.error("weir: \(error)")
            if error.isUnreachable { Terminal.error("weir: look at kafka.bootstrap, kafka.properties and the brokers") }
            return error.isUnreachable
                ? ExitCode.unavailable : error.isAuthorization ? ExitCode.configuration : ExitCode.failure
        } catch let error as DecodeWorkers.StartFailure {
            Terminal.error("weir: \(error)")
            Terminal.error("weir: media.sandbox: false decodes pictures in this process, at the risk of all of it")
            return ExitCode.unavailable
        } catch {
            Terminal.error("weir: \(error)")
            return ExitCode.failure
        }
    }
}
