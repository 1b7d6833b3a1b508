/// The demo's output for people: a row for each record that came out, and what it all comes to.
struct DemoTable {
    private let isColored: Bool
    private let width: Int
    private var actions: [String: Int] = [:]
    private var detectors: [String: Int] = [:]
    private var deadLetters: [String: Int] = [:]
    private var latencies: [Double] = []
    /// Of the texts that are there to be told apart, by kind: how many, and how many were.
    private var texts: [DemoText.Kind: (all: Int, right: Int)] = [:]

    init(isColored: Bool = Terminal.hasColor, width: Int = Terminal.width) {
        self.isColored = isColored
        self.width = max(80, width)
    }

    static let order = ["allow", "label", "limit", "redirect", "review", "hold", "remove", "endStream", "escalate"]

    var head: String {
        row("ACTION", "CONTENT", "RULE", "LATENCY", isWide ? ["EVIDENCE"] : [], color: nil)
    }

    /// Whether evidence has room beside the rest, or stands below.
    private var isWide: Bool { width >= 120 }

    /// Texts that were not taken for what they are.
    var mistaken: Int { texts.values.reduce(0) { $0 + $1.all - $1.right } }

    mutating func add(_ verdict: DemoVerdict) -> String {
        switch verdict.kind {
        case .verdict:
            actions[verdict.action, default: 0] += 1
            latencies.append(verdict.latency)
            for detector in Set(verdict.detectors) { detectors[detector, default: 0] += 1 }
            if let text = verdict.text {
                texts[text.kind, default: (0, 0)].all += 1
                if verdict.action == text.kind.action { texts[text.kind, default: (0, 0)].right += 1 }
            }
        case .deadLetter: deadLetters[verdict.rule, default: 0] += 1
        }
        let latency = verdict.kind == .verdict ? "\(Int((verdict.latency * 1_000).rounded())) ms" : ""
        return row(
            verdict.action, verdict.content, verdict.rule.isEmpty ? "-" : verdict.rule, latency, verdict.evidence,
            text: verdict.text, color: color(of: verdict))
    }

    func summary(seconds: Double) -> String {
        let total = actions.values.reduce(0, +) + deadLetters.values.reduce(0, +)
        var out = "\n\(total) records in \(tenths(seconds)) s: \(tenths(Double(total) / seconds)) a second\n"
        func line(_ name: String, _ counts: [(String, some CustomStringConvertible)]) {
            guard !counts.isEmpty else { return }
            var line = "  \(pad(name, 13))"
            for (place, count) in counts.enumerated() {
                let part = "\(count.0) \(count.1)\(place < counts.count - 1 ? "," : "")"
                if place > 0, line.count + 1 + part.count > width {
                    out += line + "\n"
                    line = pad("", 15) + part
                } else {
                    line += (place > 0 ? " " : "") + part
                }
            }
            out += line + "\n"
        }
        line("verdicts", DemoTable.order.compactMap { name in actions[name].map { (name, $0) } })
        line("found by", detectors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        line("dead letters", deadLetters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        line(
            "texts",
            [(DemoText.Kind.disguised, "disguised ones held for people"), (.innocent, "innocent ones let be")]
                .compactMap { kind, what in texts[kind].map { ("\(what):", "\($0.right) of \($0.all)") } })
        let sorted = latencies.sorted()
        if let last = sorted.last {
            let middle = Int((sorted[sorted.count / 2] * 1_000).rounded())
            out += "  \(pad("latency", 13))median \(middle) ms, largest \(Int((last * 1_000).rounded())) ms\n"
        }
        return out
    }

    private func row(
        _ action: String, _ content: String, _ rule: String, _ latency: String, _ evidence: [String],
        text sample: DemoText? = nil, color: String?
    ) -> String {
        let text = "\(pad(content, 20))\(pad(rule, 25))\(padLeft(latency, 8))"
        let name = pad(action, 12)
        var row = isColored ? color.map { "\u{1B}[\($0)m\(name)\u{1B}[0m\(text)" } ?? name + text : name + text
        // What a sample says, and each thing that was found in it, has a line of its own.
        if isWide, sample == nil, !evidence.isEmpty {
            let room = max(10, width - 12 - text.count - 3)
            row += "  " + dimmed(cut(evidence.joined(separator: "; "), to: room))
        }
        row += "\n"
        for line in (sample.map { ["“\(DemoText.shown($0.text))”"] } ?? []) + (isWide && sample == nil ? [] : evidence)
        {
            row += "    " + dimmed(cut(line, to: width - 5)) + "\n"
        }
        return row
    }

    private func dimmed(_ text: String) -> String { isColored ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

    private func cut(_ text: String, to room: Int) -> String {
        text.count > room ? "\(text.prefix(room - 1))…" : text
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
