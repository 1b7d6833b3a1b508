internal import Concurrency

/// Fetches files over HTTP(S), from allowed hosts only.
///
/// Each hop of a redirect is checked like the first address; names may lead to public addresses only, and that is
/// checked on the address that is connected to. No proxy, no credentials, no cookies; certificates are verified.
final class Fetcher: Sendable {
    private static let mostRedirects = 3
    /// Before each further attempt after a failure that may pass.
    private static let pauses: [Duration] = [.milliseconds(50), .milliseconds(200)]
    /// What is taken of the budget before anything is known of the size.
    private static let firstShare = 256 << 10

    private let hosts: AllowedHosts
    private let byteLimit: Int
    private let budget: Permits
    private let calls: BlockingCalls
    private let connections = Connections()

    /// - Parameter budget: in bytes, at least `byteLimit` of them.
    init(hosts: AllowedHosts, byteLimit: Int, concurrency: Int, budget: Permits) {
        self.hosts = hosts
        self.byteLimit = byteLimit
        self.budget = budget
        calls = BlockingCalls(threads: concurrency)
    }

    var allowsNothing: Bool { hosts.isEmpty }

    /// - Parameter left: the time that it may take, retries and redirects included, but not the wait for a free
    ///   thread; less what it has taken, afterwards.
    func fetch(_ address: [UInt8], left: inout Duration) async throws(FetchFailure) -> MediaBytes {
        var (target, addresses) = try resolve(address)
        var share = try await grant(min(Fetcher.firstShare, byteLimit))
        var redirects = 0
        var pauses = Fetcher.pauses[...]
        while true {
            let result = try await attempt(
                TransferRequest(
                    target: target, addresses: addresses, byteLimit: byteLimit, share: share, limit: left),
                left: &left)
            switch result {
            case .body(let bytes): return MediaBytes(bytes, share: share)
            case .redirect(let next):
                redirects += 1
                guard redirects <= Fetcher.mostRedirects else { throw .redirect }
                (target, addresses) = try follow(next, from: target)
            case .noRoom:
                // Waiting with a share in hand could have everybody wait for everybody.
                share.release()
                share = try await grant(byteLimit)
            case .failure(let failure, let isPassing):
                guard isPassing, let pause = pauses.popFirst(), pause < left else { throw failure }
                do { try await Task.sleep(for: pause) } catch { throw .cancelled }
                left -= pause
            }
        }
    }

    private func resolve(_ address: [UInt8]) throws(FetchFailure) -> (FetchTarget, AllowedHosts.Addresses) {
        let target = try FetchTarget(address)
        guard let addresses = hosts.addresses(for: target) else { throw .notAllowed }
        return (target, addresses)
    }

    private func follow(
        _ address: [UInt8], from origin: FetchTarget
    ) throws(FetchFailure) -> (FetchTarget, AllowedHosts.Addresses) {
        guard let next = try? resolve(address), next.0.isSecure || !origin.isSecure else {
            throw FetchFailure.redirect
        }
        return next
    }

    private func grant(_ count: Int) async throws(FetchFailure) -> Permits.Grant {
        do { return try await budget.grant(count) } catch { throw .cancelled }
    }

    private func attempt(
        _ request: TransferRequest, left: inout Duration
    ) async throws(FetchFailure) -> TransferResult {
        guard left > .zero else { throw .timeout }
        let outcome: BlockingCalls.Outcome<(TransferResult, Duration)>
        do {
            outcome = try await calls.run(limit: left) { [connections] abandonment in
                let start = ContinuousClock.now
                let result = connections.run(request, abandonment)
                return (result, ContinuousClock.now - start)
            }
        } catch {
            throw .cancelled
        }
        guard case .ended((let result, let took)) = outcome else { throw .timeout }
        left -= took
        return result
    }
}
