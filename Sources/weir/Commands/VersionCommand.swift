import Events
import HashDetection
import Imaging
import Kafka
import Operations
import TextDetection

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
            ICU \(textLibraryVersions.icu), folding table \(foldTable.digest.prefix(12)) (\(foldTable.byteCount) bytes)
            Vectorscan \(textLibraryVersions.vectorscan)
            CLD2 \(textLibraryVersions.cld2)

            """)
        return ExitCode.success
    }
}
