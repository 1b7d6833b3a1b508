internal import Concurrency

/// Fetches files over HTTP(S), from allowed hosts only.
///
/// Each hop of a redirect is checked like the first address; names may lead to public addresses only, and that is
/// checked on the address that is connected to. No proxy, no credentials, no cookies; certificates are verified. What
/// may pass (no connection, a broken one, 429 and 5xx) is tried again within the deadline, all else is final.
final class Fetcher: Sendable {
    private static let mostRedirects = 3
    /// What is taken of the budget before anything is known of the size.
    private static let firstShare = 256 << 10

    private let hosts: AllowedHosts
    private let byteLimit: Int
    private let budget: Permits
    private let turns: FetchTurns
    /// nil without memory.
    private let loop: TransferLoop?

    /// - Parameter budget: in bytes, at least `byteLimit` of them.
    init(
        hosts: AllowedHosts, byteLimit: Int, concurrency: Int, budget: Permits, network: Network = .open
    ) {
        self.hosts = hosts
        self.byteLimit = byteLimit
        self.budget = budget
        // A host that hangs leaves a quarter to the others.
        let share = hosts.isOneHost ? concurrency : max(1, concurrency * 3 / 4)
        turns = FetchTurns(limit: concurrency, limitPerHost: share)
        // Enough for two hosts at their bound, whose files come in turn.
        loop = TransferLoop(idleConnections: 2 * concurrency, network: network)
    }

    var allowsNothing: Bool { hosts.isEmpty }

    /// - Parameter left: the time that it may take, retries and redirects included, but not the wait for a turn; less
    ///   what it has taken, afterwards.
    func fetch(_ address: [UInt8], left: inout Duration) async throws(FetchFailure) -> MediaBytes {
        var (target, addresses) = try resolve(FetchTarget(address))
        var room = min(Fetcher.firstShare, byteLimit)
        var isFresh = false
        var redirects = 0
        var backoff = Backoff()
        var random = SystemRandomNumberGenerator()
        while true {
            let (result, share) = try await attempt(target, addresses, room: room, isFresh: isFresh, left: &left)
            switch result {
            case .body(let bytes): return MediaBytes(bytes, share: share)
            case .redirect(let next):
                redirects += 1
                guard redirects <= Fetcher.mostRedirects else { throw .redirect }
                (target, addresses) = try follow(next, from: target)
            case .noRoom: room = byteLimit
            case .stale: isFresh = true
            case .failure(let failure): throw failure
            case .passing(let failure, let delay):
                guard let pause = backoff.pause(atLeast: delay, within: left, using: &random) else { throw failure }
                try await sleep(pause, left: &left)
            }
        }
    }

    private func resolve(_ target: FetchTarget) throws(FetchFailure) -> (FetchTarget, AllowedHosts.Addresses) {
        guard let addresses = hosts.addresses(for: target) else { throw .notAllowed }
        return (target, addresses)
    }

    /// By the rules of a first address; and what began encrypted ends so.
    func follow(
        _ address: [UInt8], from origin: FetchTarget
    ) throws(FetchFailure) -> (FetchTarget, AllowedHosts.Addresses) {
        // Servers send blanks, though they should not.
        let address = address.flatMap { $0 == 0x20 ? Array("%20".utf8) : [$0] }
        guard let target = try? FetchTarget(address, from: origin), target.isSecure || !origin.isSecure,
            let next = try? resolve(target)
        else { throw .redirect }
        return next
    }

    private func sleep(_ pause: Duration, left: inout Duration) async throws(FetchFailure) {
        let start = ContinuousClock.now
        do { try await Task.sleep(for: pause) } catch { throw .cancelled }
        left -= ContinuousClock.now - start
    }

    /// Waits for a turn, and in it for a share of the budget: nobody has a share who waits for a turn, or everybody could
    /// wait for everybody.
    ///
    /// - Parameter room: how much of the budget it begins with.
    private func attempt(
        _ target: FetchTarget, _ addresses: AllowedHosts.Addresses, room: Int, isFresh: Bool, left: inout Duration
    ) async throws(FetchFailure) -> (TransferResult, Permits.Grant) {
        guard left > .zero else { throw .timeout }
        guard let loop else { throw .memory }
        guard await turns.take(host: target.host) else { throw .cancelled }
        defer { turns.giveBack(host: target.host) }
        guard let share = try? await budget.grant(room) else { throw .cancelled }
        let (result, took) = await loop.run(
            TransferRequest(
                target: target, addresses: addresses, byteLimit: byteLimit, share: share, limit: left,
                isFresh: isFresh))
        left -= took
        return (result, share)
    }
}
