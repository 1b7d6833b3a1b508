import Events
import HashDetection
import Imaging
import Kafka
import Operations

extension Commands {
    static let version = Command(
        "version", summary: "version, commit, linked libraries", example: "weir version"
    ) { _ in
        Terminal.out(
            """
            weir \(Version.number) (commit \(Version.commit))
            librdkafka \(KafkaLibrary.version)
            libvips \(imagingLibraryVersion)
            \(cryptoLibraryVersion)

            """)
        return ExitCode.success
    }
}
