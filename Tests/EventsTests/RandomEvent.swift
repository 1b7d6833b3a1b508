import Foundation
import TestSupport

/// A JSON value whose members keep their order, written with every freedom that RFC 8259 gives.
indirect enum RandomJSON {
    case text(String), raw(String), list([RandomJSON]), object([(String, RandomJSON)])

    func write(using random: inout SplitMix64) -> String {
        func space(_ random: inout SplitMix64) -> String {
            Int.random(in: 0..<4, using: &random) == 0
                ? [" ", "\n", "\t\r", "  "].randomElement(using: &random) ?? "" : ""
        }
        switch self {
        case .raw(let text): return text
        case .text(let text): return RandomJSON.quote(text, using: &random)
        case .list(let items):
            let inner = items.map { space(&random) + $0.write(using: &random) + space(&random) }
            return "[" + (inner.isEmpty ? space(&random) : inner.joined(separator: ",")) + "]"
        case .object(let members):
            let inner = members.map { name, value in
                space(&random) + RandomJSON.quote(name, using: &random) + space(&random) + ":" + space(&random)
                    + value.write(using: &random) + space(&random)
            }
            return "{" + (inner.isEmpty ? space(&random) : inner.joined(separator: ",")) + "}"
        }
    }

    private static func quote(_ text: String, using random: inout SplitMix64) -> String {
        let escapesAll = Int.random(in: 0..<10, using: &random) == 0
        var out = "\""
        for scalar in text.unicodeScalars {
            let must = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if must || escapesAll || Int.random(in: 0..<12, using: &random) == 0 {
                for unit in String(scalar).utf16 {
                    out += String(format: Bool.random(using: &random) ? "\\u%04x" : "\\u%04X", Int(unit))
                }
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

/// Valid events of any shape that the interface allows, with unknown members among the known.
struct RandomEvent {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func next() -> String {
        var random = random
        defer { self.random = random }
        return members(using: &random).write(using: &random)
    }

    private func members(using random: inout SplitMix64) -> RandomJSON {
        var data: [(String, RandomJSON)] = [("account", account(using: &random))]
        var content = [0, 1, 2].shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
        content.sort()
        if content.contains(0) {
            let required = Bool.random(using: &random) ? "title" : "body"
            data.append(("text", some(["title", "body", "language"], always: required, using: &random)))
        }
        if content.contains(1) {
            let items = (0..<Int.random(in: 1...4, using: &random)).map { _ in media(using: &random) }
            data.append(("media", .list(items)))
        }
        if content.contains(2) {
            let links = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                RandomJSON.text(randomText(upTo: 40, using: &random))
            }
            data.append(("links", .list(links)))
        }
        if Bool.random(using: &random) { data.append(("kind", .text(randomText(upTo: 10, using: &random)))) }
        if Bool.random(using: &random) { data.append(("client", some(["network", "device"], using: &random))) }
        if Bool.random(using: &random) { data.append(("parent", some(["id", "kind"], using: &random))) }
        if Bool.random(using: &random) {
            data.append(
                (
                    "stream",
                    mixed([("id", text(&random)), ("sequence", count(&random)), ("startedAt", time(&random))], &random)
                ))
        }
        data.append((unknownName(&random), unknown(depth: 3, using: &random)))
        let types = ["weir.upload.created.v1", "weir.live.segment.v1", "weir.share.created.v1"]
        var top: [(String, RandomJSON)] = [
            ("type", .text(types.randomElement(using: &random) ?? "")),
            ("source", .text("/s" + randomText(upTo: 5, using: &random))),
            ("id", .text("e" + randomText(upTo: 8, using: &random))), ("data", .object(data.shuffled(using: &random))),
        ]
        if Bool.random(using: &random) { top.append(("specversion", .text("1.0"))) }
        if Bool.random(using: &random) { top.append(("time", time(&random))) }
        if Bool.random(using: &random) { top.append(("subject", text(&random))) }
        top.append((unknownName(&random), unknown(depth: 3, using: &random)))
        return .object(top.shuffled(using: &random))
    }

    private func account(using random: inout SplitMix64) -> RandomJSON {
        var members: [(String, RandomJSON)] = [("id", .text("a" + randomText(upTo: 8, using: &random)))]
        let flag = RandomJSON.raw(Bool.random(using: &random) ? "true" : "false")
        for member in [("createdAt", time(&random)), ("followers", count(&random)), ("verified", flag)]
        where Bool.random(using: &random) { members.append(member) }
        for name in ["avatar", "profile", "name"] where Bool.random(using: &random) {
            members.append((name, Int.random(in: 0..<6, using: &random) == 0 ? .raw("null") : text(&random)))
        }
        return .object(members.shuffled(using: &random))
    }

    private func media(using random: inout SplitMix64) -> RandomJSON {
        mixed(
            [
                ("id", text(&random)), ("url", text(&random)), ("contentType", .text("image/png")),
                ("bytes", count(&random)), ("sha256", .text(digits(64, &random))), ("md5", .text(digits(32, &random))),
                ("pdq", .text(digits(64, &random))), ("inline", .text("aGVsbG8=")),
            ], &random)
    }

    private func some(_ names: [String], always: String? = nil, using random: inout SplitMix64) -> RandomJSON {
        .object(
            names.shuffled(using: &random).filter { $0 == always || Bool.random(using: &random) }
                .map { ($0, text(&random)) })
    }

    /// Some of the members, a few of them null.
    private func mixed(_ members: [(String, RandomJSON)], _ random: inout SplitMix64) -> RandomJSON {
        .object(
            members.shuffled(using: &random).compactMap { name, value in
                switch Int.random(in: 0..<8, using: &random) {
                case 0...2: nil
                case 3: (name, .raw("null"))
                default: (name, value)
                }
            })
    }

    private func text(_ random: inout SplitMix64) -> RandomJSON { .text(randomText(upTo: 20, using: &random)) }

    private func count(_ random: inout SplitMix64) -> RandomJSON {
        .raw(String(Int64.random(in: 0 ... .max, using: &random) >> Int64.random(in: 0...62, using: &random)))
    }

    private func time(_ random: inout SplitMix64) -> RandomJSON {
        let parts = [8, 2, 8, 9, 9, 59, 999].map { Int.random(in: 0...$0, using: &random) }
        return .text(String(format: "200%d-1%d-2%dT0%d:5%d:%02d.%03dZ", arguments: parts))
    }

    private func digits(_ count: Int, _ random: inout SplitMix64) -> String {
        String((0..<count).map { _ in "0123456789abcdefABCDEF".randomElement(using: &random) ?? "0" })
    }

    private func unknownName(_ random: inout SplitMix64) -> String { "?" + randomText(upTo: 6, using: &random) }

    private func unknown(depth: Int, using random: inout SplitMix64) -> RandomJSON {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
        case 0: return text(&random)
        case 1: return .raw(["0", "-0.5", "1e5", "12.25E-3", "123456789"].randomElement(using: &random) ?? "0")
        case 2: return .raw(["true", "false", "null"].randomElement(using: &random) ?? "null")
        case 3: return .text("id")
        case 4:
            return .list(
                (0..<Int.random(in: 0...3, using: &random)).map { _ in unknown(depth: depth - 1, using: &random) })
        default:
            return .object(
                (0..<Int.random(in: 0...3, using: &random)).map { number in
                    (["id", "type", "data", "media"][number], unknown(depth: depth - 1, using: &random))
                })
        }
    }
}
