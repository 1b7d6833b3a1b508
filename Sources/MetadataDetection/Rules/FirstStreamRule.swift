internal import Configuration
internal import Events

/// The first live stream of an account within a week. Reports and numbers of viewers come too late to go by: the
/// stream of 15 March 2019 had fewer than 200 viewers, and was first reported 12 minutes after its end (Facebook's
/// account of 20 March 2019).
///
/// Fact `first-stream`; value: for how many hours the account has been known here.
struct FirstStreamRule: AccountRule {
    static let settings: [any AnySetting] = []
    static let facts: [Code] = ["first-stream"]

    init(_ settings: Settings) {}

    func look(at view: borrowing AccountView, _ report: (Code, Int64) -> Void) {
        guard view.isFirstStream else { return }
        report("first-stream", Int64((view.now.seconds - min(view.record.first, view.now).seconds) / 3_600))
    }
}
