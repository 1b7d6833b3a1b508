/// How many of the last records were no events. A wrong mapping, or a producer gone wrong, must not turn the whole
/// stream into dead letters. A pure value.
struct DeadLetterShare: Sendable {
    /// Records that are looked at; nothing is said before there were as many.
    static let window = 1_000

    private let most: Double
    /// Batches, oldest first, that reach into the window.
    private var batches: [(records: Int, deadLetters: Int)] = []
    private var records = 0
    private var deadLetters = 0

    /// - Parameter most: the share that is borne, 0…1; with 1 everything is.
    init(most: Double) { self.most = most }

    mutating func add(records count: Int, deadLetters bad: Int) {
        guard count > 0, most < 1 else { return }
        batches.append((count, bad))
        records += count
        deadLetters += bad
        var stale = 0
        while records - batches[stale].records >= DeadLetterShare.window {
            records -= batches[stale].records
            deadLetters -= batches[stale].deadLetters
            stale += 1
        }
        batches.removeFirst(stale)
    }

    var isExceeded: Bool {
        records >= DeadLetterShare.window && Double(deadLetters) > most * Double(records)
    }
}
