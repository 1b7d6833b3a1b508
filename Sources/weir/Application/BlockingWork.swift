import Concurrency

/// Runs what occupies its thread (reading files, decoding pictures, waiting for sockets) off the cooperative pool,
/// one piece after another.
actor BlockingWork {
    private nonisolated let executor: BlockingExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(name: String) { executor = BlockingExecutor(name: name) }

    func run<Value: Sendable, Failure: Error>(
        _ body: @Sendable () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body()
    }
}
