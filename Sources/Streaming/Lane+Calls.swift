internal import Concurrency
internal import Kafka
internal import Synchronization

extension Lane {
    /// Makes a call that may wait for brokers, and answers the consumer meanwhile.
    ///
    /// A consumer that loses its partitions waits to be told that they are given up. If nobody does until the brokers are
    /// back, it asks them for a place under no name, and a static member is then fenced for good (librdkafka 2.0.2).
    func calling<Value: Sendable>(
        _ call: @escaping @Sendable () async throws(KafkaError) -> Value
    ) async throws(KafkaError) -> Value {
        let answer = Answer<Value>()
        return try await withTaskGroup(of: Void.self) { group in
            group.addTask { [wakeup] in
                do throws(KafkaError) {
                    answer.give(.success(try await call()))
                } catch {
                    answer.give(.failure(error))
                }
                wakeup.signal()
            }
            while true {
                lastRound.withLock { $0 = .now }
                await serveRebalances()
                if let result = answer.given {
                    // What else was signalled meanwhile is for the loop to see.
                    wakeup.signal()
                    return result
                }
                if Task.isCancelled {
                    await group.waitForAll()
                } else {
                    await wakeup.wait(until: .now + .seconds(1))
                }
            }
        }.get()
    }
}

/// What a call came to, once it has.
private final class Answer<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, KafkaError>?>(nil)

    var given: Result<Value, KafkaError>? { result.withLock { $0 } }

    func give(_ result: Result<Value, KafkaError>) { self.result.withLock { $0 = result } }
}
