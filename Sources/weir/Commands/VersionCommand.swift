import Events
import Kafka
import Operations

extension Commands {
    static let version = Command(
        "version", summary: "version, commit, linked libraries", example: "weir version"
    ) { _ in
        Terminal.out("weir \(Version.number)\nlibrdkafka \(KafkaLibrary.version)\n\(cryptoLibraryVersion)\n")
        return ExitCode.success
    }
}
