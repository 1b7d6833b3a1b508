/// Runs services side by side. They start in order and are stopped in reverse order, each only when those after
/// it have ended; the first that fails stops all.
package struct ServiceGroup: Sendable {
    private let services: [any Service]
    private let logger: Logger

    package init(_ services: [any Service], logger: Logger) {
        self.services = services
        self.logger = logger
    }

    private enum Event: Sendable {
        case ended(Int, (any Error)?)
        case askedToStop
    }

    /// Returns when all services have ended after `shutdown`; throws the first failure, when all have ended.
    package func run(until shutdown: ShutdownSignal) async throws {
        let signals = services.map { _ in ShutdownSignal() }
        var failure: (any Error)?
        await withTaskGroup(of: Event.self) { group in
            for (index, service) in services.enumerated() {
                let signal = signals[index]
                // Runs up to its first wait before the next one is begun: that is what "in order" means.
                group.addImmediateTask {
                    do {
                        try await service.run(until: signal)
                        return .ended(index, nil)
                    } catch {
                        return .ended(index, error)
                    }
                }
            }
            group.addTask {
                await shutdown.wait()
                return .askedToStop
            }
            var running = Set(services.indices)
            var stopping = false
            while !running.isEmpty, let event = await group.next() {
                switch event {
                case .askedToStop:
                    stopping = true
                case .ended(let index, let error):
                    running.remove(index)
                    if let error, failure == nil, !(error is CancellationError && Task.isCancelled) {
                        failure = error
                        logger.error("service failed", ["service": services[index].name, "error": "\(error)"])
                    } else if !stopping, error == nil {
                        logger.debug("service ended", ["service": services[index].name])
                    }
                    // A service may end by itself; only a failure takes the others with it.
                    if error != nil { stopping = true }
                }
                if stopping, let last = running.max() { signals[last].trigger() }
            }
            group.cancelAll()
        }
        if let failure { throw failure }
    }
}
