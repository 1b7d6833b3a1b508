import CICU

/// Folding as it is defined: ICU over all of the text at once, then each run of white space as one space.
final class FoldModel {
    private let folder: OpaquePointer

    init() {
        guard let folder = weir_icu_folder_create() else { fatalError("out of memory") }
        self.folder = folder
    }

    deinit { weir_icu_folder_destroy(folder) }

    func fold(_ text: String) -> [UInt8] {
        let source = Array(text.utf8)
        let folded = source.withUnsafeBytes { source in
            var folded: UnsafePointer<CChar>?
            var count = 0
            precondition(weir_icu_fold(folder, source.baseAddress, source.count, &folded, &count) == 0)
            return String(decoding: UnsafeRawBufferPointer(start: folded, count: count), as: UTF8.self)
        }
        var collapsed = String.UnicodeScalarView()
        for scalar in folded.unicodeScalars {
            guard scalar.properties.isWhitespace else {
                collapsed.append(scalar)
                continue
            }
            if collapsed.last != " " { collapsed.append(" ") }
        }
        return Array(String(collapsed).utf8)
    }

    /// Without the space at either end, as terms are looked for.
    func term(_ text: String) -> [UInt8] {
        var folded = fold(text)[...]
        while folded.first == 0x20 { folded.removeFirst() }
        while folded.last == 0x20 { folded.removeLast() }
        return Array(folded)
    }
}

extension Collection where Element == UInt8, Index == Int {
    /// Every place where `part` stands, overlapping ones included.
    func places(of part: [UInt8]) -> [Int] {
        guard !part.isEmpty, part.count <= count else { return [] }
        return (startIndex...endIndex - part.count).filter { self[$0..<$0 + part.count].elementsEqual(part) }
    }
}
