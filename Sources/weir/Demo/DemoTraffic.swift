import Events
import Kafka
import Operations
import Streaming

/// Where the demo's uploads go to and its verdicts come from.
struct DemoTraffic: Sendable {
    let platform: DemoPlatform
    let lanes: [LaneOptions]

    var outputs: OutputTopics? { lanes.first?.outputs }

    /// One round of samples, one after another.
    func send(round: Int, pace: Duration, with producer: PlainProducer) async throws -> Int {
        let count = platform.samples(at: .now(), round: round).count
        for number in 0..<count {
            // Each is made when it is sent, so that its times are true.
            let sample = platform.samples(at: .now(), round: round)[number]
            guard let topic = (sample.lane == .live ? lanes.last : lanes.first)?.input else { continue }
            try await producer.produce { sink throws(KafkaError) in
                try sink.send(
                    to: try sink.topic(topic), key: sample.key, value: sample.value, headers: [])
            }
            try await Task.sleep(for: pace)
        }
        try await producer.flush(timeout: .seconds(10))
        return count
    }
}
