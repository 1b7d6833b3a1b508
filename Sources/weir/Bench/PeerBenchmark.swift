import Configuration
import Events

/// Throughput through a real broker beside other clients that do the same job: the harness of load-tests/compare, told
/// as figures.
enum PeerBenchmark {
    private static let harness = "load-tests/compare/run.py"
    /// Beside both: those that write as many bytes as Weir, and those that write a quarter of them.
    private static let targets = [
        "peers-weir-to-c": 0.5, "peers-weir-to-c-same-bytes": 0.5,
        "peers-weir-to-python": 1.5, "peers-weir-to-python-same-bytes": 1.5,
    ]

    struct NoHarness: Error, CustomStringConvertible {
        let description: String
    }

    static func run() async throws -> [Figure] {
        let locator = FileLocator(configuration: nil)
        let (script, prepare) = (locator.locate(harness), locator.locate(".ci/prepare"))
        guard FileFingerprint(path: script) != nil, FileFingerprint(path: prepare) != nil,
            let executable = FileLocator.executable
        else {
            throw NoHarness(description: "peers: \(harness) is not here: run it from a checkout of Weir")
        }
        let output = try await BlockingWork(name: "peers").run { () throws(ToolRun.Failure) in
            let python = try ToolRun.output(of: [prepare, "python"])
            return try ToolRun.output(
                of: [String(decoding: python, as: UTF8.self).trimmingWhitespace, script, "--figures"],
                environment: ["WEIR_BINARY": executable])
        }
        let reader = JSONReader(maximumDepth: 8)
        return try output.split(separator: UInt8(ascii: "\n")).map { try figure($0, reader) }
    }

    /// A line of the harness.
    private static func figure(_ line: ArraySlice<UInt8>, _ reader: JSONReader) throws -> Figure {
        let members = try line.withUnsafeBytes { try JSONObject($0, reader: reader).members }
        guard case .text(let name)? = members["name"], let value = number(members["value"]),
            case .text(let unit)? = members["unit"], case .integer(let n)? = members["n"],
            let seconds = number(members["seconds"])
        else { throw NoHarness(description: "peers: \(harness) said \(String(decoding: line, as: UTF8.self))") }
        var figure = Figure(
            name: name, value: value, unit: unit, n: Int(n), seconds: seconds,
            target: targets[name].map(Figure.Target.atLeast))
        if case .object(let profile)? = members["profile"] {
            figure.profile = profile.sorted { $0.key < $1.key }.compactMap { part, value in
                number(value).map { (part, $0) }
            }
        }
        return figure
    }

    private static func number(_ value: JSONObject.Value?) -> Double? {
        switch value {
        case .number(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }
}
