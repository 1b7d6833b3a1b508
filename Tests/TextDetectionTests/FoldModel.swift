import CICU

/// Folding as docs/text.md says it: plain and slow, over all of the text at once, by ICU's normalisation and by Unicode's
/// own properties; controls that turn a text are left out.
struct FoldModel {
    func fold(_ text: String) -> [UInt8] {
        let letters = composed(normalized(text).flatMap(letter))
        return Array(String(String.UnicodeScalarView(collapsed(readAsLatin(letters)))).utf8)
    }

    /// Without the space at either end, as terms are looked for.
    func term(_ text: String) -> [UInt8] {
        var folded = fold(text)[...]
        while folded.first == 0x20 { folded.removeFirst() }
        while folded.last == 0x20 { folded.removeLast() }
        return Array(folded)
    }

    /// NFKC_Casefold, decomposed; but of what is Latin by its name no decomposition, which would put brackets around it.
    private func normalized(_ text: String) -> [Unicode.Scalar] {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard scalar.properties.generalCategory == .otherSymbol, let letter = named(scalar) else {
                scalars.append(scalar)
                continue
            }
            scalars.append(letter)
        }
        let source = Array(String(scalars).utf8)
        let folded = [UInt8](unsafeUninitializedCapacity: 64 + 40 * source.count) { bytes, count in
            source.withUnsafeBytes { source in
                count = Int(
                    weir_icu_nfkc_casefold_nfd(source.baseAddress, source.count, bytes.baseAddress, bytes.count))
            }
        }
        return Array(String(decoding: folded, as: UTF8.self).unicodeScalars)
    }

    private func script(_ scalar: Unicode.Scalar) -> String { String(cString: weir_icu_script(scalar.value)) }

    /// What becomes of one scalar.
    private func letter(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .nonspacingMark where scalar != "\u{3099}" && scalar != "\u{309A}", .enclosingMark:
            let stripped = ["Zinh", "Zyyy", "Latn", "Grek", "Cyrl", "Arab", "Hebr", "Syrc", "Copt"]
            return stripped.contains(script(scalar)) ? [] : [scalar]
        case .decimalNumber:
            return properties.numericValue.map { Array(String(Int($0)).unicodeScalars) } ?? [scalar]
        default: break
        }
        if scalar.value >= 0x80, ["Latn", "Zyyy"].contains(script(scalar)) {
            if let letter = named(scalar) { return [letter] }
            if script(scalar) == "Latn", properties.isAlphabetic, let letters = latin(scalar) { return letters }
        }
        return FoldModel.arabic[scalar] ?? [scalar]
    }

    private static let arabic: [Unicode.Scalar: [Unicode.Scalar]] = {
        var arabic: [Unicode.Scalar: [Unicode.Scalar]] = ["\u{640}": []]
        for (letter, spellings) in [
            ("\u{627}", "\u{671}\u{672}\u{673}\u{675}"), ("\u{64A}", "\u{649}\u{6CC}\u{6CD}\u{6D0}"),
            ("\u{647}", "\u{629}\u{6C3}\u{6C1}\u{6BE}\u{6D5}"), ("\u{643}", "\u{6A9}\u{6AA}"),
        ] as [(Unicode.Scalar, String)] {
            for spelling in spellings.unicodeScalars { arabic[spelling] = [letter] }
        }
        return arabic
    }()

    /// The letter that a character's name says it is.
    private func named(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        guard var name = scalar.properties.name, name.utf8.contains(UInt8(ascii: "L")) else { return nil }
        for prefix in ["NEGATIVE CIRCLED ", "NEGATIVE SQUARED ", "PARENTHESIZED ", "CROSSED NEGATIVE SQUARED "]
        where name.hasPrefix(prefix) { name.removeFirst(prefix.count) }
        let kinds = ["LATIN SMALL LETTER ", "LATIN CAPITAL LETTER ", "LATIN LETTER SMALL CAPITAL "]
        guard let kind = kinds.first(where: name.hasPrefix) else { return nil }
        name.removeFirst(kind.count)
        if name.hasPrefix("DOTLESS ") { name.removeFirst(8) }
        guard name.count == 1 || name.dropFirst().hasPrefix(" WITH "),
            let letter = name.lowercased().unicodeScalars.first
        else { return nil }
        return ("a"..."z").contains(letter) ? letter : nil
    }

    private static let smallSkeletons = small.map { FoldModel().skeleton($0) }
    private static let capitalSkeletons = capitals.map { FoldModel().skeleton($0) }

    private func skeleton(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let bytes = [UInt8](unsafeUninitializedCapacity: 256) { bytes, count in
            count = max(0, Int(weir_icu_skeleton(scalar.value, bytes.baseAddress, bytes.count)))
        }
        return String(decoding: bytes, as: UTF8.self).unicodeScalars.filter {
            ![.nonspacingMark, .enclosingMark].contains($0.properties.generalCategory)
        }
    }

    private static let small = (0..<26).map { Unicode.Scalar(UInt8(ascii: "a") + $0) }
    private static let capitals = (0..<26).map { Unicode.Scalar(UInt8(ascii: "A") + $0) }

    /// UTS #39's look-alike of a Latin letter, its capital's else, in ASCII.
    private func latin(_ scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
        if let letter = lookalike(scalar) { return [letter] }
        let letters = skeleton(scalar).map { $0.properties.lowercaseMapping.unicodeScalars.first ?? $0 }
        guard !letters.isEmpty, letters.count <= 4, letters.allSatisfy({ ("a"..."z").contains($0) }) else { return nil }
        return letters
    }

    private func lookalike(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        let own = skeleton(scalar)
        if let index = FoldModel.smallSkeletons.firstIndex(of: own) { return FoldModel.small[index] }
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        let capital = upper.count == 1 ? skeleton(upper.first ?? scalar) : own
        return FoldModel.capitalSkeletons.firstIndex(of: capital).map { FoldModel.small[$0] }
    }

    private func composed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var composed: [Unicode.Scalar] = []
        for scalar in scalars {
            // Marks of lower classes stand between by canonical order, and keep nothing from composing.
            let own = scalar.properties.canonicalCombiningClass
            let place = composed.lastIndex { mark in
                let other = mark.properties.canonicalCombiningClass
                return own == .notReordered || other == .notReordered || other >= own
            }
            if let place, let joined = Unicode.Scalar(weir_icu_compose(composed[place].value, scalar.value)),
                joined.value > 0
            {
                composed[place] = joined
            } else {
                composed.append(scalar)
            }
        }
        return composed
    }

    private func collapsed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var collapsed: [Unicode.Scalar] = []
        for scalar in scalars {
            let isSpace = scalar.properties.isWhitespace
            if !isSpace || collapsed.last != " " { collapsed.append(isSpace ? " " : scalar) }
        }
        return collapsed
    }

    // MARK: Words that mix scripts

    private func isMistakable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic && ["Cyrl", "Grek", "Armn", "Cher", "Copt", "Lisu"].contains(script(scalar))
    }

    private func isLatin(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }
    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private func readAsLatin(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for part in parts(scalars) {
            let letters = part.filter { !isDigit($0) }
            let isMixed = zip(letters, letters.dropFirst()).contains {
                isLatin($0) && isMistakable($1) || isMistakable($0) && isLatin($1)
            }
            result += isMixed ? part.map { isMistakable($0) ? mistaken($0) ?? $0 : $0 } : part
        }
        return result
    }

    /// Cut before and behind each ASCII character that is no letter or digit.
    private func parts(_ scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        var parts: [[Unicode.Scalar]] = [[]]
        for scalar in scalars {
            if scalar.value >= 0x80 && !scalar.properties.isWhitespace || isLatin(scalar) || isDigit(scalar) {
                parts[parts.count - 1].append(scalar)
            } else {
                parts += [[scalar], []]
            }
        }
        return parts
    }

    private func mistaken(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        if let index = FoldModel.smallSkeletons.firstIndex(of: skeleton(scalar)) { return FoldModel.small[index] }
        let faux: [Unicode.Scalar: Unicode.Scalar] = ["п": "n", "ш": "w", "ь": "b", "я": "r"]
        return faux[scalar] ?? lookalike(scalar)
    }
}

extension Collection where Element == UInt8, Index == Int {
    /// Every place where `part` stands, overlapping ones included.
    func places(of part: [UInt8]) -> [Int] {
        guard !part.isEmpty, part.count <= count else { return [] }
        return (startIndex...endIndex - part.count).filter { self[$0..<$0 + part.count].elementsEqual(part) }
    }
}
