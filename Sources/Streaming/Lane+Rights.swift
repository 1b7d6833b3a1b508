internal import Kafka
internal import Operations

extension Lane {
    /// Says which topics may not be written to: the refusal of a transaction names none.
    func nameMissingRights() async {
        let probe = RightsProbe(
            bootstrap: options.bootstrap, properties: options.producerProperties, timeout: .seconds(5))
        var missing: [String] = []
        for topic in options.outputs.all {
            do throws(KafkaError) {
                let found = try await calling { () async throws(KafkaError) in try await probe.write(topic) }
                if let found { missing.append(found.description) }
            } catch {
                logger.debug("a right can't be tried", ["topic": topic, "error": error.description])
            }
        }
        guard !missing.isEmpty else { return }
        let text = missing.joined(separator: "; ")
        logger.error("rights are missing: transactions are tried again until they are there", ["missing": text])
        readiness.set("\(name)-rights", text)
    }

    /// What a client was refused, with the right that it is about where that is known.
    func described(_ refusal: KafkaError) -> String {
        refusal.isGroupRefusal ? "Read on group \(options.group) is not allowed: \(refusal)" : refusal.description
    }
}
