/// The demo's output for people: a row for each record that came out, and what it all comes to.
struct DemoTable {
    private let isColored: Bool
    private let width: Int
    private var actions: [String: Int] = [:]
    private var detectors: [String: Int] = [:]
    private var deadLetters: [String: Int] = [:]
    private var latencies: [Double] = []

    init(isColored: Bool = Terminal.hasColor, width: Int = Terminal.width) {
        self.isColored = isColored
        self.width = max(80, width)
    }

    static let order = ["allow", "label", "limit", "redirect", "review", "hold", "remove", "endStream", "escalate"]

    var head: String {
        row("ACTION", "CONTENT", "RULE", "LATENCY", "EVIDENCE", color: nil)
    }

    mutating func add(_ verdict: DemoVerdict) -> String {
        switch verdict.kind {
        case .verdict:
            actions[verdict.action, default: 0] += 1
            latencies.append(verdict.latency)
            for detector in Set(verdict.detectors) { detectors[detector, default: 0] += 1 }
        case .deadLetter: deadLetters[verdict.rule, default: 0] += 1
        }
        let latency = verdict.kind == .verdict ? "\(Int((verdict.latency * 1_000).rounded())) ms" : ""
        return row(
            verdict.action, verdict.content, verdict.rule.isEmpty ? "-" : verdict.rule, latency, verdict.evidence,
            color: color(of: verdict))
    }

    func summary(seconds: Double) -> String {
        let total = actions.values.reduce(0, +) + deadLetters.values.reduce(0, +)
        var out = "\n\(total) records in \(tenths(seconds)) s: \(tenths(Double(total) / seconds)) a second\n"
        func line(_ name: String, _ counts: [(String, Int)]) {
            if !counts.isEmpty {
                out += "  \(pad(name, 13))\(counts.map { "\($0.0) \($0.1)" }.joined(separator: ", "))\n"
            }
        }
        line("verdicts", DemoTable.order.compactMap { name in actions[name].map { (name, $0) } })
        line("found by", detectors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        line("dead letters", deadLetters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        let sorted = latencies.sorted()
        if let last = sorted.last {
            let middle = Int((sorted[sorted.count / 2] * 1_000).rounded())
            out += "  \(pad("latency", 13))median \(middle) ms, largest \(Int((last * 1_000).rounded())) ms\n"
        }
        return out
    }

    private func row(
        _ action: String, _ content: String, _ rule: String, _ latency: String, _ evidence: String, color: String?
    ) -> String {
        let text = "\(pad(content, 20))\(pad(rule, 25))\(padLeft(latency, 8))  "
        let room = max(10, width - 12 - text.count - 1)
        let shown = evidence.count > room ? "\(evidence.prefix(room - 1))…" : evidence
        let name = pad(action, 12)
        guard isColored, let color else { return "\(name)\(text)\(shown)\n" }
        return "\u{1B}[\(color)m\(name)\u{1B}[0m\(text)\u{1B}[2m\(shown)\u{1B}[0m\n"
    }

    private func color(of verdict: DemoVerdict) -> String {
        if verdict.kind == .deadLetter { return "35" }
        switch verdict.action {
        case "allow": return "32"
        case "remove", "endStream", "escalate": return "1;31"
        default: return "33"
        }
    }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private func pad(_ text: String, _ width: Int) -> String {
        text.count < width
            ? text + String(repeating: " ", count: width - text.count) : "\(text.prefix(width - 2))… "
    }

    private func padLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
