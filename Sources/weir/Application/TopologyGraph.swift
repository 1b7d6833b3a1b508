import Configuration
import Pipeline

/// Draws where an event goes, for Graphviz or Mermaid.
struct TopologyGraph {
    enum Format: String { case dot, mermaid }

    private var nodes: [(id: String, label: String, isTopic: Bool)] = []
    private var edges: [(from: String, to: String)] = []

    init(_ settings: Settings, _ document: PipelineDocument) {
        let inputs = [settings[WeirSettings.uploads], settings[WeirSettings.live]].compactMap(\.self)
        let outputs = [WeirSettings.audit, WeirSettings.enforcement, WeirSettings.review].map { settings[$0] }
        let outcomes = settings[WeirSettings.outcomes]
        for topic in inputs + [outcomes].compactMap(\.self) + outputs + [settings[WeirSettings.deadLetters]] {
            nodes.append((TopologyGraph.id("topic", topic), topic, true))
        }
        nodes.append(("decode", "decode", false))
        for topic in inputs { edges.append((TopologyGraph.id("topic", topic), "decode")) }
        edges.append(("decode", TopologyGraph.id("topic", settings[WeirSettings.deadLetters])))
        var previous = "decode"
        for stage in document.stages {
            let id = TopologyGraph.id("stage", stage.name)
            nodes.append((id, "\(stage.name): \(stage.detectors.map(\.detector).joined(separator: ", "))", false))
            edges.append((previous, id))
            if !stage.settledBy.isEmpty { edges.append((id, "decide")) }
            previous = id
        }
        nodes.append(("decide", "decide", false))
        edges.append((previous, "decide"))
        for topic in outputs { edges.append(("decide", TopologyGraph.id("topic", topic))) }
        guard let outcomes else { return }
        nodes.append(("supersede", "supersede", false))
        edges.append((TopologyGraph.id("topic", outcomes), "supersede"))
        for topic in outputs + [settings[WeirSettings.deadLetters]] {
            edges.append(("supersede", TopologyGraph.id("topic", topic)))
        }
    }

    func draw(_ format: Format) -> String {
        switch format {
        case .dot:
            let lines =
                nodes.map { "  \"\($0.id)\" [label=\"\($0.label)\", shape=\($0.isTopic ? "cylinder" : "box")];" }
                + Self.unique(edges).map { "  \"\($0.from)\" -> \"\($0.to)\";" }
            return "digraph weir {\n  rankdir=LR;\n\(lines.joined(separator: "\n"))\n}\n"
        case .mermaid:
            let lines =
                nodes.map { "  \($0.id)\($0.isTopic ? "[(\"\($0.label)\")]" : "[\"\($0.label)\"]")" }
                + Self.unique(edges).map { "  \($0.from) --> \($0.to)" }
            return "flowchart LR\n\(lines.joined(separator: "\n"))\n"
        }
    }

    private static func unique(_ edges: [(from: String, to: String)]) -> [(from: String, to: String)] {
        edges.enumerated().filter { index, edge in !edges[..<index].contains { $0 == edge } }.map(\.element)
    }

    private static func id(_ kind: String, _ name: String) -> String {
        kind + "_" + String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}
