import Events

/// What becomes of two pictures that nobody knows: one that young accounts spread, and one that is popular.
struct DemoCampaign: Sendable {
    static let name = "campaign-"
    static let copies = 40
    static let popularName = "popular-"
    /// Accounts that share the popular one, as it comes; one in ten is young.
    static let shares = 10_000
    /// Of these so many one after another, with rows of their own.
    static let shownShares = 60
    /// As many as a mock broker keeps the verdicts of.
    static let mostShares = 20_000
    /// So many are a campaign, by the pipeline's settings as they come.
    private static let threshold = 10

    /// By content of the first round: what is asked for by now.
    private var spread: [String: String] = [:]
    private var liked: [String: String] = [:]
    private var thresholdAt: Timestamp?
    private var toldAt: Timestamp?

    /// - Parameter now: when the verdict was read.
    mutating func add(_ verdict: DemoVerdict, at now: Timestamp) {
        guard verdict.kind == .verdict, !verdict.content.contains("-r") else { return }
        if verdict.content.hasPrefix(DemoCampaign.name) {
            // The copies come in any order; which one was the tenth is a matter of when they were written.
            if spread[verdict.content] == nil, spread.count + 1 == DemoCampaign.threshold {
                thresholdAt = verdict.received
            }
            if verdict.isOfCampaign || spread[verdict.content] == nil { spread[verdict.content] = verdict.action }
            if verdict.action == "review" { toldAt = toldAt ?? now }
        } else if verdict.content.hasPrefix(DemoCampaign.popularName) {
            liked[verdict.content] = verdict.action
        }
    }

    /// Whether it is one of those shares of the popular picture that come all at once.
    static func isCrowd(_ content: String) -> Bool {
        guard content.hasPrefix(popularName), let number = Int(content.dropFirst(popularName.count)) else {
            return false
        }
        return number > shownShares
    }

    /// Copies that nobody is to look at.
    var missed: Int { DemoCampaign.copies - spread.values.count { $0 == "review" } }
    var harmed: Int { liked.values.count { $0 != "allow" } }
    var isSettled: Bool { missed == 0 }

    var summary: String {
        var line = "  campaign     \(DemoCampaign.copies - missed) of \(DemoCampaign.copies) copies put before people"
        if let thresholdAt, let toldAt {
            let milliseconds = toldAt.milliseconds - thresholdAt.milliseconds
            line += ", the first \(milliseconds) ms after the \(DemoCampaign.threshold)th was uploaded"
        }
        return line + "\n               \(liked.count - harmed) of \(liked.count) of a popular picture let be\n"
    }
}
