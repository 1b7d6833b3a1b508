internal import Configuration
internal import Foundation

/// The good texts that everything begins with: the examples that the project ships.
struct Corpus {
    typealias Headers = [(name: [UInt8], value: [UInt8])]

    let structured: [[UInt8]]
    let binary: (headers: Headers, data: [UInt8])
    let mapped: [UInt8]
    let mapping: [UInt8]
    let signals: [[UInt8]]
    let outcome: [UInt8]
    let yaml: [[UInt8]]

    init(topology: String) throws {
        func file(_ name: String) throws -> [UInt8] { try readFile("\(topology)/\(name)", atMost: 1 << 20) }
        structured = try ["structured", "live-segment", "share"].map { try file("examples/upload-\($0).json") }
        binary = try Self.binary(try file("examples/upload-binary.json"))
        mapped = try file("examples/mapping-input.json")
        mapping = try file("mappings/example-platform.yaml")
        signals = try file("examples/signals.jsonl").split(separator: UInt8(ascii: "\n")).map(Array.init)
        outcome = try file("examples/outcome.json")
        yaml = [mapping, try file("pipeline.yaml"), try file("topics.yaml")]
    }

    private static func binary(_ example: [UInt8]) throws -> (Headers, [UInt8]) {
        guard let object = try JSONSerialization.jsonObject(with: Data(example)) as? [String: Any],
            let headers = object["headers"] as? [String: String], let data = object["data"]
        else { throw CocoaError(.propertyListReadCorrupt) }
        let sorted = headers.sorted { $0.key < $1.key }.map { (name: Array($0.key.utf8), value: Array($0.value.utf8)) }
        return (sorted, Array(try JSONSerialization.data(withJSONObject: data, options: .sortedKeys)))
    }
}
