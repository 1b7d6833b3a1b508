/// Why `WEIR_FAILPOINTS` can't be read.
package struct FailpointSyntax: Error, Equatable, CustomStringConvertible {
    package let description: String
}

extension FailpointPlan {
    /// - Parameter text: see `Failpoint`.
    package convenience init(_ text: String) throws(FailpointSyntax) {
        var entries: [Failpoint: Entry] = [:]
        var seed: UInt64 = 1
        for part in text.split(separator: ";") {
            let sides = part.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
            guard sides.count == 2 else { throw FailpointSyntax(description: "\"\(part)\": expected PLACE=ACTION") }
            if sides[0] == "seed" {
                guard let value = UInt64(sides[1]) else {
                    throw FailpointSyntax(description: "seed=\(sides[1]): expected a whole number")
                }
                seed = value
                continue
            }
            guard let point = Failpoint(rawValue: sides[0]) else {
                let known = Failpoint.allCases.map(\.rawValue).joined(separator: ", ")
                throw FailpointSyntax(description: "no place \"\(sides[0])\"; known: \(known)")
            }
            let entry = try FailpointPlan.entry(sides[1])
            if entry.action == .error, !point.canFail {
                throw FailpointSyntax(description: "\(point.rawValue): nothing can fail there; exit, pause or delay")
            }
            guard entries.updateValue(entry, forKey: point) == nil else {
                throw FailpointSyntax(description: "\(point.rawValue): stands twice")
            }
        }
        self.init(entries, seed: seed)
    }

    private static func entry(_ text: String) throws(FailpointSyntax) -> Entry {
        let action = text.prefix { !"@%*".contains($0) }
        var entry = Entry(try self.action(String(action)))
        var rest = text.dropFirst(action.count)
        while let mark = rest.popFirst() {
            let number = String(rest.prefix { !"@%*".contains($0) })
            rest = rest.dropFirst(number.count)
            let wrong = FailpointSyntax(description: "\"\(text)\": \(mark)\(number) is no number that fits")
            switch mark {
            case "@":
                guard let turn = Int(number), turn > 0 else { throw wrong }
                entry.turn = turn
            case "%":
                guard let probability = Double(number), probability > 0, probability <= 1 else { throw wrong }
                entry.probability = probability
            default:
                guard let most = Int(number), most > 0 else { throw wrong }
                entry.most = most
            }
        }
        return entry
    }

    private static func action(_ text: String) throws(FailpointSyntax) -> Failpoint.Action {
        let name = text.prefix { $0 != "(" }
        let argument = text.dropFirst(name.count)
        switch (name, argument.isEmpty) {
        case ("exit", true): return .exit(after: .zero)
        case ("exit", false): return .exit(after: try duration(argument))
        case ("pause", true): return .pause
        case ("delay", false): return .delay(try duration(argument))
        case ("error", true): return .error
        default:
            throw FailpointSyntax(
                description: "\"\(text)\": expected exit, exit(TIME), pause, delay(TIME) or error")
        }
    }

    /// `(5ms)` or `(2s)`.
    private static func duration(_ text: Substring) throws(FailpointSyntax) -> Duration {
        let inner = text.dropFirst().dropLast()
        if text.hasPrefix("("), text.hasSuffix(")") {
            if inner.hasSuffix("ms"), let number = Int(inner.dropLast(2)), (0...600_000).contains(number) {
                return .milliseconds(number)
            }
            if inner.hasSuffix("s"), let number = Int(inner.dropLast()), (0...600).contains(number) {
                return .seconds(number)
            }
        }
        throw FailpointSyntax(description: "\"\(text)\": expected a time such as (5ms) or (2s), at most ten minutes")
    }
}
