import TestSupport

/// Texts of pieces that fold in every way there is.
enum TrickyText {
    static let words = [
        "turnip", "Turnip", "FRONT", "front", "a", "A", "aa", "e", "i", "x1", "teror", "lobak", "école", "e\u{301}cole",
        "E\u{301}", "straße", "STRASSE", "ẞ", "İzmir", "ılık", "ﬁre", "ﬀﬁﬂ", "ｆｕｌｌ", "Ｗｉｄｅ", "㎏", "ǆ", "ŉ", "ſ", "ΑΣ",
        "ς", "حركة", "حَرَكَة", "لله", "ﷺ", "爆弾", "テロ", "ﾃﾛ", "ﾊﾞ", "は\u{3099}", "ระเบิด", "กำ", "กํา", "हिन्दी", "क़",
        "한국", "\u{1112}\u{1161}\u{11AB}", "Привет", "й", "и\u{306}", "𝐓𝐮𝐫𝐧𝐢𝐩", "𠀀", "丽", "½", "№", "™",
        "тurnip", "turniр", "ᾳb", "аα", "㎛", "т1a", "π2", "ⓐⓑ", "⒜", "🅰", "ᴛᴜ", "øł", "æ", "ə", "Ꭰd", "ꓓ", "٣a", "کی",
        "ـل", "ǰŉ",
        "\u{958}", "\u{F73}", "caaat", "t3st",
    ]
    static let others = [
        " ", "  ", "\n", "\t", "\r\n", "\u{A0}", "\u{3000}", "\u{2028}", "\u{85}", ".", ",", "-", "_", "'", "<", "=",
        "\u{300}", "\u{301}", "\u{308}", "\u{323}", "\u{316}", "\u{327}", "\u{338}", "\u{345}", "\u{5B0}", "\u{64B}",
        "\u{E38}", "\u{E48}", "\u{94D}", "\u{93C}", "\u{F71}", "\u{F73}", "\u{200B}", "\u{200D}", "\u{AD}", "\u{FE0F}",
        "\u{34F}", "\u{2060}", "\u{115F}", "\u{1161}", "\u{11A8}", "\u{FFFD}", "\u{0}", "🎉", "👨\u{200D}👩\u{200D}👧",
        "❤\u{FE0F}", "¨", "´", "ͺ", "ﷲ", "…", "\u{1D157}\u{1D165}", "\u{1F1E9}", "\u{E0041}", "\u{E01EF}", "\u{2F800}",
        "\u{10FFFF}",
    ]

    static func piece(_ random: inout SplitMix64) -> String {
        let from = Int.random(in: 0..<3, using: &random) == 0 ? others : words
        return from[Int.random(in: 0..<from.count, using: &random)]
    }

    static func text(pieces: Int, _ random: inout SplitMix64) -> String {
        var text = ""
        for _ in 0..<pieces {
            text += piece(&random)
            if Int.random(in: 0..<3, using: &random) == 0 { text += " " }
        }
        return text
    }
}
