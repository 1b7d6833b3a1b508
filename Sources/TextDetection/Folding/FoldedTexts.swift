internal import Detection
internal import Events
internal import Glibc
internal import Synchronization

/// The folded titles and bodies of a batch, made once for all detectors that read them.
///
/// They stand one behind the other in one buffer, in the order of events, a title before its body, each between
/// separators that no UTF-8 has, so that nothing matches across texts.
final class FoldedTexts: @unchecked Sendable {
    // Sendable: nothing changes after `init`, and the folder is given back when nobody has this any more.

    /// One text: where it comes from, and where its folded form and edits stand.
    struct Text: Sendable {
        /// Position in the batch.
        let event: Int
        let field: TextSpan.Field
        let bytes: Range<Int>
        let edits: Range<Int>
        var traits = FoldTraits()
    }

    private let folder: TextFolder
    let texts: ContiguousArray<Text>
    /// Events of which a text is too long to be folded, ascending; it has no place among `texts`.
    let tooLong: [Int]

    init(_ batch: EventBatch, _ selection: Selection) {
        folder = FoldedTexts.idle.withLock { $0.popLast() } ?? TextFolder()
        var collector = Collector(folder)
        selection.forEach { position in
            let event = batch.events[position]
            if !event.title.isEmpty { batch.withBytes(event.title) { collector.add($0, position, .title) } }
            if !event.body.isEmpty { batch.withBytes(event.body) { collector.add($0, position, .body) } }
        }
        (texts, tooLong) = (collector.texts, collector.tooLong)
    }

    /// One text by itself, as an event's body; nil if it is too long to be folded.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        folder = FoldedTexts.idle.withLock { $0.popLast() } ?? TextFolder()
        var collector = Collector(folder)
        collector.add(UnsafeRawBufferPointer(text), 0, .body)
        (texts, tooLong) = (collector.texts, collector.tooLong)
        if !tooLong.isEmpty { return nil }
    }

    /// Folders that nobody uses: no more than there are processors, and none that a giant text has blown up.
    private static let idle = Mutex<[TextFolder]>([])
    private static let mostIdle = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    private static let largestIdle = 4 << 20

    deinit {
        guard folder.count <= FoldedTexts.largestIdle else { return }
        FoldedTexts.idle.withLock { if $0.count < FoldedTexts.mostIdle { $0.append(folder) } }
    }

    var bytes: UnsafeBufferPointer<UInt8> { folder.bytes }
    var edits: ContiguousArray<FoldEdit> { folder.edits }

    /// A text's folded bytes, valid as long as this is.
    func bytes(of text: Text) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: folder.bytes[text.bytes])
    }

    /// Where in the original field a stretch of the buffer comes from.
    func sourceRange(of folded: Range<Int>, in text: Text) -> Range<Int> {
        let start = text.bytes.lowerBound
        return edits[text.edits].sourceRange(of: folded.lowerBound - start..<folded.upperBound - start)
    }

    /// The end of a stretch of texts that begins with one: with all texts of its last event, and the shortest that has
    /// so many bytes.
    func end(ofStretchFrom first: Int, bytes least: Int) -> Int {
        var end = first + 1
        while end < texts.count {
            if texts[end].bytes.lowerBound - texts[first].bytes.lowerBound >= least,
                texts[end].event != texts[end - 1].event
            {
                break
            }
            end += 1
        }
        return end
    }

    private struct Collector {
        private let folder: TextFolder
        private(set) var texts: ContiguousArray<Text> = []
        private(set) var tooLong: [Int] = []

        init(_ folder: TextFolder) {
            self.folder = folder
            folder.removeAll()
            folder.appendSeparator()
        }

        @inline(__always)
        mutating func add(_ text: UnsafeRawBufferPointer, _ event: Int, _ field: TextSpan.Field) {
            text.withMemoryRebound(to: UInt8.self) { text in
                let (bytes, edits) = (folder.count, folder.edits.count)
                guard folder.append(text) else {
                    if tooLong.last != event { tooLong.append(event) }
                    return
                }
                texts.append(
                    Text(
                        event: event, field: field, bytes: bytes..<folder.count, edits: edits..<folder.edits.count,
                        traits: folder.traits))
                folder.appendSeparator()
            }
        }
    }
}

extension FoldedTexts {
    static let preparation = Preparation("folded-texts") { FoldedTexts($0, $1) }
}

extension EventBatch {
    /// Lends out what an event's field says as it was uploaded.
    func withText<Result>(
        _ field: TextSpan.Field, of position: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withBytes(field == .title ? events[position].title : events[position].body, body)
    }
}

extension Inspection {
    /// What the stage has folded for all its detectors; folded here if nobody has.
    var foldedTexts: FoldedTexts { prepared as? FoldedTexts ?? FoldedTexts(batch, selection) }
}
