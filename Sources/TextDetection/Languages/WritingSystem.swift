internal import Events

/// What a text is written in, as far as it helps to tell its language.
enum WritingSystem: UInt8, CaseIterable, Sendable {
    case latin, cyrillic, arabic, devanagari, greek, hebrew, armenian, georgian, bengali, gurmukhi, gujarati, odia,
        tamil
    case telugu, kannada, malayalam, sinhala, thai, lao, tibetan, khmer, myanmar, ethiopic, hangul, kana, han, thaana
    case syriac, nko, tifinagh, cherokee, canadian

    /// Of a letter or mark; nil of anything else, and of what is written in few texts (Unicode's Blocks.txt).
    init?(_ code: UInt32) {
        switch code {
        case 0x41...0x5A, 0x61...0x7A, 0xAA, 0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2AF, 0x1E00...0x1EFF,
            0x2C60...0x2C7F, 0xA722...0xA7FF, 0xFB00...0xFB06:
            self = .latin
        case 0x370...0x373, 0x376...0x37D, 0x37F, 0x386, 0x388...0x3FF, 0x1F00...0x1FFF: self = .greek
        case 0x400...0x481, 0x48A...0x52F, 0x1C80...0x1C8F: self = .cyrillic
        case 0x531...0x556, 0x561...0x587: self = .armenian
        case 0x591...0x5BD, 0x5BF, 0x5C1...0x5C2, 0x5C4...0x5C5, 0x5C7, 0x5D0...0x5F2: self = .hebrew
        case 0x610...0x61A, 0x620...0x65F, 0x66E...0x6D3, 0x6D5...0x6DC, 0x6DF...0x6E8, 0x6EA...0x6EF, 0x6FA...0x6FF,
            0x750...0x77F, 0x8A0...0x8FF, 0xFB50...0xFBB1, 0xFBD3...0xFD3D, 0xFD50...0xFDFB, 0xFE70...0xFEFC:
            self = .arabic
        case 0x700...0x74F: self = .syriac
        case 0x780...0x7BF: self = .thaana
        case 0x7CA...0x7F5: self = .nko
        case 0x900...0x963, 0x971...0x97F: self = .devanagari
        case 0x980...0x9E3, 0x9F0...0x9F1: self = .bengali
        case 0xA01...0xA65, 0xA70...0xA75: self = .gurmukhi
        case 0xA81...0xAE3: self = .gujarati
        case 0xB01...0xB63, 0xB71: self = .odia
        case 0xB82...0xBE5: self = .tamil
        case 0xC00...0xC65: self = .telugu
        case 0xC80...0xCE5: self = .kannada
        case 0xD00...0xD65: self = .malayalam
        case 0xD81...0xDE5: self = .sinhala
        case 0xE01...0xE3A, 0xE40...0xE4E: self = .thai
        case 0xE81...0xECF, 0xEDC...0xEDF: self = .lao
        case 0xF00, 0xF40...0xFBC: self = .tibetan
        case 0x1000...0x103F, 0x1050...0x109F: self = .myanmar
        case 0x10A0...0x10FA, 0x10FC...0x10FF, 0x1C90...0x1CBF: self = .georgian
        case 0x1100...0x11FF, 0x3131...0x318E, 0xAC00...0xD7A3: self = .hangul
        case 0x1200...0x135F, 0x1380...0x138F, 0x2D80...0x2DDE: self = .ethiopic
        case 0x13A0...0x13FD: self = .cherokee
        case 0x1401...0x166C, 0x166F...0x167F: self = .canadian
        case 0x1780...0x17D3: self = .khmer
        case 0x2D30...0x2D67: self = .tifinagh
        case 0x3041...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D: self = .kana
        case 0x3005...0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3134F: self = .han
        default: return nil
        }
    }

    /// Of nearly all texts that are written so; where there are several languages that the vote can't tell apart, the
    /// script (BCP 47 with ISO 15924). nil where words say which (`LanguageProfile`).
    var tag: Code? {
        switch self {
        case .latin, .cyrillic, .arabic, .devanagari: nil
        case .greek: "el"
        case .hebrew: "he"
        case .armenian: "hy"
        case .georgian: "ka"
        case .bengali: "bn"
        case .gurmukhi: "pa"
        case .gujarati: "gu"
        case .odia: "or"
        case .tamil: "ta"
        case .telugu: "te"
        case .kannada: "kn"
        case .malayalam: "ml"
        case .sinhala: "si"
        case .thai: "th"
        case .lao: "lo"
        case .tibetan: "und-Tibt"
        case .khmer: "km"
        case .myanmar: "und-Mymr"
        case .ethiopic: "und-Ethi"
        case .hangul: "ko"
        case .kana: "ja"
        case .han: "zh"
        case .thaana: "dv"
        case .syriac: "und-Syrc"
        case .nko: "nqo"
        case .tifinagh: "und-Tfng"
        case .cherokee: "chr"
        case .canadian: "und-Cans"
        }
    }

    /// Primary subtags of the languages meant where `tag` names a script.
    var members: [StaticString] {
        switch self {
        case .tibetan: ["bo", "dz"]
        case .myanmar: ["my", "shn", "mnw"]
        case .ethiopic: ["am", "ti", "gez", "byn", "tig"]
        case .syriac: ["syr", "aii"]
        case .tifinagh: ["ber", "zgh", "tzm", "kab", "shi", "rif"]
        case .canadian: ["iu", "cr", "oj"]
        case .hebrew: ["yi"]
        case .bengali: ["as", "mni"]
        default: []
        }
    }
}
