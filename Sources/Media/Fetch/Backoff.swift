/// When to try again what may go better the next time: exponential, with full jitter, so that those who failed together
/// do not come back together (Brooker, "Exponential Backoff and Jitter").
struct Backoff: Sendable {
    static let mostRetries = 2
    private static let first = Duration.milliseconds(100)

    private var retries = 0

    /// - Parameter minimum: what the server asked for.
    /// - Returns: the pause before the next attempt; nil if there is none, or if it could begin only after `left`.
    mutating func pause(
        atLeast minimum: Duration = .zero, within left: Duration, using random: inout some RandomNumberGenerator
    ) -> Duration? {
        guard retries < Backoff.mostRetries else { return nil }
        let widest = Backoff.first * (1 << retries)
        retries += 1
        let pause = minimum + .microseconds(Int64.random(in: 0...widest.inMilliseconds * 1_000, using: &random))
        return pause < left ? pause : nil
    }
}
