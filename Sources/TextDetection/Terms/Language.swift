/// Language tags (BCP 47) as far as terms need them.
enum Language {
    /// The primary subtag in small letters; empty for none and for those that name no one language.
    static func primary(of tag: some Collection<UInt8>) -> [UInt8] {
        let subtag = tag.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
            .map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return subtag.elementsEqual("und".utf8) || subtag.elementsEqual("mul".utf8) ? [] : subtag
    }
}
