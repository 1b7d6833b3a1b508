import Events
import Kafka
import Operations
import Streaming

/// Where the demo's uploads go to and its verdicts come from.
struct DemoTraffic: Sendable {
    let platform: DemoPlatform
    let lanes: [LaneOptions]

    var outputs: OutputTopics? { lanes.first?.outputs }
    private func input(_ lane: String) -> String? { lanes.first { $0.name == lane }?.input }

    var desk: DemoDesk? {
        guard let outputs, let outcomes = input("outcomes") else { return nil }
        return DemoDesk(review: outputs.review, outcomes: outcomes)
    }

    /// One round of samples, one after another.
    /// - Returns: how many records come out of it, those that the desk makes of its verdicts included.
    func send(round: Int, pace: Duration, with producer: PlainProducer) async throws -> Int {
        let samples = platform.samples(round: round)
        for sample in samples {
            let sample = sample(.now())
            guard let topic = input(sample.lane.rawValue) else { continue }
            try await producer.produce { sink throws(KafkaError) in
                try sink.send(
                    to: try sink.topic(topic), key: sample.key, value: sample.value, headers: [])
            }
            if !DemoCampaign.isCrowd(sample.name) { try await Task.sleep(for: pace) }
        }
        try await producer.flush(timeout: .seconds(10))
        return samples.count + (desk == nil ? 0 : DemoDesk.count)
    }
}
