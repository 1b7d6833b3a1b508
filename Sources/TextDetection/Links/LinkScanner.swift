/// Finds what may be links in a plain text: each name with a dot in it, and each `scheme://`.
///
/// Generous, since only known addresses count: `end.The` is looked up, and known to nobody.
enum LinkScanner {
    /// Calls `body` with each stretch that is to be looked up: from the host on, with port, path and query, and before it
    /// what stands for its scheme. It returns whether to go on.
    ///
    /// - Parameter next: the next place that may be in one: at least each of `LinkMarks`.
    static func forEach(
        in text: UnsafeBufferPointer<UInt8>,
        next: (UnsafeRawBufferPointer, _ start: Int) -> Int = { LinkMarks.next(in: $0, from: $1, editsToo: false) },
        _ body: (_ address: Range<Int>, _ start: Int) -> Bool
    ) {
        var at = 0
        /// Up to here a host has been looked up.
        var done = 0
        while at < text.count {
            // A word that ends a sentence has its only dot behind it: that is none.
            at = next(UnsafeRawBufferPointer(text), at)
            guard at < text.count else { return }
            defer { at += 1 }
            if text[at] == UInt8(ascii: "."), at >= done {
                let (host, end) = token(text, around: at, floor: done)
                done = end
                guard host.count > 2, text[host].contains(UInt8(ascii: ".")) else { continue }
                guard lookUp(host, text, body) else { return }
                // Where no spaces stand between words, what is before and behind a name seems a part of it.
                guard text[host].contains(where: { $0 >= 0x80 }) else { continue }
                for part in asciiParts(of: host, text) where !lookUp(part, text, body) { return }
            } else if text[at] == UInt8(ascii: ":"), at >= done, let start = behindSlashes(text, at) {
                let (host, _) = token(text, around: start, floor: start)
                // With a dot in it, it is found by that.
                guard !host.isEmpty, !text[host].contains(UInt8(ascii: ".")) else { continue }
                guard lookUp(host, text, body) else { return }
            }
        }
    }

    private static func lookUp(
        _ host: Range<Int>, _ text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Int) -> Bool
    ) -> Bool {
        let start = schemeStart(text, host.lowerBound)
        let end = addressEnd(text, host.upperBound)
        guard body(host.lowerBound..<end, start) else { return false }
        // Or the address ends where another script begins.
        guard let cut = text[host.upperBound..<end].firstIndex(where: { $0 >= 0x80 }) else { return true }
        return body(host.lowerBound..<trimmed(text, host.upperBound..<cut), start)
    }

    /// Host bytes and dots around a place, without dots at the ends; and where the last of these dots ends.
    private static func token(
        _ text: UnsafeBufferPointer<UInt8>, around place: Int, floor: Int
    ) -> (host: Range<Int>, end: Int) {
        func isPart(_ at: Int) -> Bool { PlainLinkText.isHostByte(text[at]) || text[at] == UInt8(ascii: ".") }
        var (start, end) = (place, place)
        while start > floor, isPart(start - 1) { start -= 1 }
        while end < text.count, isPart(end) { end += 1 }
        let last = end
        while start < end, text[start] == UInt8(ascii: ".") { start += 1 }
        while end > start, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        return (start..<end, last)
    }

    /// The stretches of a host that are ASCII and have a dot in them.
    private static func asciiParts(of host: Range<Int>, _ text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var at = host.lowerBound
        while at < host.upperBound {
            var (start, end) = (at, at)
            while end < host.upperBound, text[end] < 0x80 { end += 1 }
            at = end + 1
            while start < end, text[start] == UInt8(ascii: ".") { start += 1 }
            while end > start, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
            if text[start..<end].contains(UInt8(ascii: ".")) { parts.append(start..<end) }
        }
        return parts
    }

    /// Behind `://`, `:\\` and the like; nil where there are no two slashes.
    private static func behindSlashes(_ text: UnsafeBufferPointer<UInt8>, _ colon: Int) -> Int? {
        var end = colon + 1
        while end < text.count, isSlash(text[end]) { end += 1 }
        return end >= colon + 3 ? end : nil
    }

    /// Where the scheme, and a user's name, begin that stand before a host; for the span alone, as they don't count.
    private static func schemeStart(_ text: UnsafeBufferPointer<UInt8>, _ host: Int) -> Int {
        var start = host
        if start > 0, text[start - 1] == UInt8(ascii: "@") {
            var user = start - 1
            while user > 0, start - user < 256, !isEnd(text[user - 1]), !isSlash(text[user - 1]) { user -= 1 }
            start = user
        }
        var slashes = start
        while slashes > 0, start - slashes < 8, isSlash(text[slashes - 1]) { slashes -= 1 }
        guard slashes < start, slashes > 0, text[slashes - 1] == UInt8(ascii: ":") else { return host }
        var scheme = slashes - 1
        while scheme > 0, slashes - scheme < 16, isScheme(text[scheme - 1]) { scheme -= 1 }
        return scheme < slashes - 1 ? scheme : host
    }

    /// Behind port, path, query and fragment.
    private static func addressEnd(_ text: UnsafeBufferPointer<UInt8>, _ hostEnd: Int) -> Int {
        var end = hostEnd
        if end + 1 < text.count, text[end] == UInt8(ascii: ":"), isDigit(text[end + 1]) {
            end += 1
            while end < text.count, isDigit(text[end]) { end += 1 }
        }
        guard end < text.count, isSlash(text[end]) || "?#".utf8.contains(text[end]) else { return end }
        let start = end
        while end < text.count, end - start < longest, !isEnd(text[end]) { end += 1 }
        return trimmed(text, start..<end)
    }

    /// Longest path with its query, in bytes.
    private static let longest = 4_096

    /// Without what ends a sentence, or closes a bracket that was not opened in it.
    private static func trimmed(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        /// Of round and of square ones, how many more are opened than closed.
        var (round, square) = (0, 0)
        for byte in text[range] {
            switch byte {
            case UInt8(ascii: "("): round += 1
            case UInt8(ascii: ")"): round -= 1
            case UInt8(ascii: "["): square += 1
            case UInt8(ascii: "]"): square -= 1
            default: break
            }
        }
        var end = range.upperBound
        while end > range.lowerBound {
            let last = text[end - 1]
            if last == UInt8(ascii: ")"), round < 0 {
                round += 1
            } else if last == UInt8(ascii: "]"), square < 0 {
                square += 1
            } else if !".,;:!?'*_~".utf8.contains(last) {
                return end
            }
            end -= 1
        }
        return end
    }

    private static func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Letters, and what people put in their place (`hxxp`, `h**p`).
    private static func isScheme(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }

    private static func isEnd(_ byte: UInt8) -> Bool { byte <= 0x20 || "\"<>`{}|^\u{7F}".utf8.contains(byte) }
}
