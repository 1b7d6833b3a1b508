/// A reader of bytes from outside as a function of them, with what must hold of its answer.
package struct FuzzTarget: Sendable {
    package typealias PlainBody = @Sendable (UnsafeRawBufferPointer) throws -> Void
    package typealias ConcurrentBody = @Sendable ([UInt8]) async throws -> Void

    package enum Body: Sendable {
        case plain(PlainBody)
        case concurrent(ConcurrentBody)
    }

    /// What the input is made of; names the dictionary below `Tests/Fuzzing/Dictionaries`.
    package enum Kind: String, Sendable { case json, yaml, xml, text, binary }

    package let name: String
    package let kind: Kind
    /// Good inputs that stand in the repository anyway.
    package let seeds: [String]
    package let body: Body

    init(_ name: String, _ kind: Kind, seeds: [String] = [], _ body: @escaping PlainBody) {
        self.name = name
        self.kind = kind
        self.seeds = seeds
        self.body = .plain(body)
    }

    init(concurrent name: String, _ kind: Kind, seeds: [String] = [], _ body: @escaping ConcurrentBody) {
        self.name = name
        self.kind = kind
        self.seeds = seeds
        self.body = .concurrent(body)
    }

    package func run(_ input: [UInt8]) async throws {
        switch body {
        case .plain(let body): try input.withUnsafeBytes { try body($0) }
        case .concurrent(let body): try await body(input)
        }
    }

    package static let all: [FuzzTarget] =
        eventTargets + recordTargets + documentTargets + mediaTargets + textTargets + addressTargets
        + importTargets + snapshotTargets + knownDocumentTargets + termDatabaseTargets + stateTargets
        + sightingTargets + stateSnapshotTargets
}

/// Something that must hold, and did not.
package struct Broken: Error, CustomStringConvertible {
    package let description: String
}

func require(_ holds: Bool, _ what: @autoclosure () -> String) throws {
    if !holds { throw Broken(description: what()) }
}

extension UnsafeRawBufferPointer {
    /// The bytes before the first `mark`, and those behind it, if it is there.
    func split(at mark: StaticString) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) {
        mark.withUTF8Buffer { mark in
            var start = 0
            while start + mark.count <= count {
                if self[start..<start + mark.count].elementsEqual(mark) {
                    let end = start + mark.count
                    return (UnsafeRawBufferPointer(rebasing: self[..<start]), .init(rebasing: self[end...]))
                }
                start += 1
            }
            return (self, nil)
        }
    }

    /// What is no UTF-8 is replaced, as it is wherever text comes in from outside.
    var text: String { String(decoding: self, as: UTF8.self) }
}

/// A word that stands for content: it occurs in seeds and dictionaries, and in no message of ours.
func holdsContent(_ text: String) -> Bool { text.lowercased().contains("turnip") }
