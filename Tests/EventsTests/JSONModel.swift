/// RFC 8259 as a plain recursive descent, byte by byte: what `JSONReader` must agree with. Strings must be whole
/// Unicode, too: a lone surrogate is refused.
struct JSONModel {
    private let bytes: [UInt8]
    private let mostDepth: Int
    private var at = 0

    static func isObject(_ bytes: [UInt8], depth: Int) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var model = JSONModel(bytes: bytes, mostDepth: depth)
        model.space()
        guard model.peek == UInt8(ascii: "{"), model.value(depth: 0) else { return false }
        model.space()
        return model.at == bytes.count
    }

    private init(bytes: [UInt8], mostDepth: Int) {
        self.bytes = bytes
        self.mostDepth = mostDepth
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func space() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let text = Array("\(text)".utf8)
        guard bytes[at...].starts(with: text) else { return false }
        at += text.count
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        switch peek {
        case UInt8(ascii: "{"): return depth < mostDepth && list("}") { $0.member(depth: depth + 1) }
        case UInt8(ascii: "["): return depth < mostDepth && list("]") { $0.value(depth: depth + 1) }
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "t"): return take("true")
        case UInt8(ascii: "f"): return take("false")
        case UInt8(ascii: "n"): return take("null")
        default: return number()
        }
    }

    private mutating func member(depth: Int) -> Bool {
        guard string() else { return false }
        space()
        guard take(":") else { return false }
        space()
        return value(depth: depth)
    }

    private mutating func list(_ end: StaticString, _ element: (inout JSONModel) -> Bool) -> Bool {
        at += 1
        space()
        if take(end) { return true }
        while true {
            space()
            guard element(&self) else { return false }
            space()
            if take(end) { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func digits() -> Bool {
        let start = at
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        return at > start
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0"), !digits() { return false }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            return digits()
        }
        return true
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = peek {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"): guard escape() else { return false }
            default: break
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte = peek else { return false }
        at += 1
        guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
        guard let unit = codeUnit(), !(0xDC00...0xDFFF).contains(unit) else { return false }
        guard (0xD800...0xDBFF).contains(unit) else { return true }
        guard take("\\u"), let low = codeUnit() else { return false }
        return (0xDC00...0xDFFF).contains(low)
    }

    private mutating func codeUnit() -> UInt16? {
        let digits = bytes[at...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        at += 4
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
