import Configuration
import Events
import Operations

/// Records decoded together: the events, and what was none.
struct ScanBatch: Sendable {
    struct Failure: Sendable {
        let path: String
        /// Counts from 1; nil where the whole file is one record.
        let line: Int?
        let code: String
        let message: String

        init(path: String, line: Int?, _ error: DecodeError) {
            self.path = path
            self.line = line
            code = error.code.rawValue
            message = error.message
        }

        /// The file can't be read.
        init(_ error: FileError) {
            path = error.path
            line = nil
            code = "file"
            message = error.reason
        }
    }

    let events: EventBatch
    let failures: [Failure]
}

extension ScanBatch.Failure {
    /// For standard error.
    var json: String {
        var out = ByteWriter()
        out.append("{\"path\":")
        out.appendJSON(path)
        if let line {
            out.append(",\"line\":")
            out.append(line)
        }
        out.append(",\"code\":")
        out.appendJSON(code)
        out.append(",\"message\":")
        out.appendJSON(message)
        out.append("}")
        return String(decoding: out.bytes, as: UTF8.self)
    }
}

/// The records of some files, one after another, as if they stood on one partition of the input topic.
struct ScanRecords {
    private let topic: String
    private let limits: DecodeLimits
    private let lineDecoder: EventDecoder
    private let fileDecoder: EventDecoder
    private let attributes: JSONReader
    private let files: BlockingWork
    private let largestFile: Int
    private var rest: ArraySlice<String>
    private var lines: (path: String, source: LineSource, next: Int)?
    private var offset: Int64 = 0
    private var builder = EventBatch.Builder()

    init(_ paths: [String], _ assembly: PipelineAssembly) {
        topic = assembly.settings[WeirSettings.uploads]
        limits = assembly.settings.decodeLimits
        lineDecoder = EventDecoder(limits: limits, shape: assembly.shape)
        attributes = JSONReader(maximumDepth: limits.nesting)
        largestFile = assembly.settings[WeirSettings.mediaBytes].bytes
        fileDecoder = EventDecoder(limits: ScanFile.limits(largestFile))
        files = BlockingWork(name: "scan-files")
        rest = paths[...]
    }

    /// Up to `count` records; nil after the last. A file that can't be read is a failure among others.
    mutating func next(_ count: Int) async -> ScanBatch? {
        do throws(FileError) {
            while true {
                if lines != nil {
                    if let batch = try await nextLines(count) { return batch }
                    lines = nil
                }
                guard let path = rest.popFirst() else { return nil }
                guard path == "-" || path.hasSuffix(".jsonl") else { return try await whole(path) }
                lines = (path, try LineSource(path: path, longest: limits.recordBytes), 1)
            }
        } catch {
            lines = nil
            return ScanBatch(events: builder.finish(topic: topic, partition: 0), failures: [ScanBatch.Failure(error)])
        }
    }

    private mutating func nextLines(_ count: Int) async throws(FileError) -> ScanBatch? {
        guard let (path, source, first) = lines else { return nil }
        let texts = try await source.next(count)
        if texts.isEmpty { return nil }
        lines?.next = first + texts.count
        var failures: [ScanBatch.Failure] = []
        for (number, text) in texts.enumerated() {
            // A blank line is nobody's record.
            if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            if let error = decode(text, with: lineDecoder) {
                failures.append(ScanBatch.Failure(path: path, line: first + number, error))
            }
        }
        return ScanBatch(events: builder.finish(topic: topic, partition: 0), failures: failures)
    }

    private mutating func whole(_ path: String) async throws(FileError) -> ScanBatch {
        let most = largestFile
        let event = try await files.run { () throws(FileError) in
            ScanFile.event(path: path, contents: try readFile(path, atMost: most))
        }
        let error = decode(event, with: fileDecoder)
        return ScanBatch(
            events: builder.finish(topic: topic, partition: 0),
            failures: error.map { [ScanBatch.Failure(path: path, line: nil, $0)] } ?? [])
    }

    private mutating func decode(_ text: [UInt8], with decoder: EventDecoder) -> DecodeError? {
        defer { offset += 1 }
        return text.withUnsafeBytes { bytes in
            let written: Timestamp?
            do throws(DecodeError) { written = try RecordedTime.find(in: bytes, attributes) } catch { return error }
            return decoder.decode(
                RecordView(value: bytes, offset: offset, timestamp: written ?? .now()), headers: NoHeaders(),
                into: &builder)
        }
    }
}
