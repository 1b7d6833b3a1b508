internal import Configuration
internal import Detection
internal import Events
internal import Signals

/// `text.links`: links in titles and bodies that are signals, however they are written (`PlainLinkText`).
///
/// | finding | value |
/// | --- | --- |
/// | a `domain`, `url` or `urlmd5` signal | how often it stands in the field, if more than once; `span` is the first place |
/// | fact `disguised-link` | how many of those places were not written as links are |
/// | fact `shortened-link` | how many links lead to a service that forwards to others: where to, only following them tells |
/// | fact `many-links` | how many were looked up (`most`): what stands behind them was not |
///
/// Links that the event lists by themselves are `metadata.account`'s.
struct LinkDetector: Detector {
    static let registration = DetectorRegistration(
        name: "text.links", version: "2", summary: "Links in titles and bodies that are signals, disguised ones too.",
        uses: [.domain, .url, .urlmd5], facts: ["disguised-link", "shortened-link", "many-links"], settings: [most]
    ) { context in LinkDetector(context.signals, most: context.settings[most]) }

    static let most = Setting(
        "most", .integer(1...100_000), standard: 1_000,
        "Links of one event that are looked up; of more, many-links is reported.")

    private let signals: SignalSet
    private let most: Int

    init(_ signals: SignalSet, most: Int) {
        self.signals = signals
        self.most = most
    }

    func inspect(_ inspection: Inspection) -> Findings {
        var findings = Findings()
        var search = LinkSearch()
        inspection.selection.forEach { position in
            guard !Task.isCancelled else { return }
            let batch = inspection.batch
            let event = batch.events[position]
            search.begin()
            for (range, field) in [(event.title, TextSpan.Field.title), (event.body, .body)] where !range.isEmpty {
                batch.withBytes(range) { search.look(in: $0, field, signals, at: event.time, most: most) }
            }
            findings.found += search.findings(of: position)
        }
        return findings
    }
}
