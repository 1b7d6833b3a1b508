/// Parts a file into records (RFC 4180): fields between commas, in quotes if they hold commas, quotes or line breaks; a
/// quote in quotes is doubled. Lines may end in a line feed alone.
struct CSVRecords {
    struct Record: Equatable {
        /// Where it begins, from 1.
        let line: Int
        var fields: [[UInt8]] = []
        /// What is wrong with its form, if anything.
        var problem: String?
        var isBlank: Bool { fields.count == 1 && fields[0].allSatisfy { $0 == 0x20 || $0 == 0x09 } }
    }

    private let bytes: UnsafeRawBufferPointer
    private let longest: Int
    private var at = 0
    private var line = 1

    /// - Parameter longest: most bytes of a record.
    init(_ bytes: UnsafeRawBufferPointer, longest: Int) {
        self.bytes = bytes
        self.longest = longest
        // Some editors put a byte order mark before the first line.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    mutating func next() -> Record? {
        guard at < bytes.count else { return nil }
        var record = Record(line: line)
        let start = at
        while !readField(into: &record) {}
        if at - start > longest {
            record.problem = record.problem ?? "the record has \(at - start) bytes; at most \(longest) are read"
        }
        return record
    }

    private enum End { case field, record, file }

    /// Whether the record ends behind the field.
    private mutating func readField(into record: inout Record) -> Bool {
        var field: [UInt8] = []
        let isQuoted = at < bytes.count && bytes[at] == UInt8(ascii: "\"")
        if isQuoted, !readQuoted(&field) {
            record.problem =
                "a field in quotes that begins on line \(record.line) or behind it is not closed; nothing behind it was read"
            record.fields.append(field)
            return true
        }
        let end = readPlain(&field, isQuoted: isQuoted, problem: &record.problem)
        record.fields.append(field)
        // A file that was cut off looks just like this, and half a value is another value.
        if end == .file {
            record.problem = record.problem ?? "the file ends within the line: put a line break behind it"
        }
        return end != .field
    }

    /// Whether the field is closed.
    private mutating func readQuoted(_ field: inout [UInt8]) -> Bool {
        let quote = UInt8(ascii: "\"")
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == quote {
                guard at < bytes.count, bytes[at] == quote else { return true }
                at += 1
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            field.append(byte)
        }
        return false
    }

    private mutating func readPlain(_ field: inout [UInt8], isQuoted: Bool, problem: inout String?) -> End {
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: ","): return .field
            case UInt8(ascii: "\n"):
                line += 1
                return .record
            case UInt8(ascii: "\r") where at < bytes.count && bytes[at] == UInt8(ascii: "\n"): continue
            case _ where isQuoted: problem = problem ?? "something stands behind a field in quotes"
            case UInt8(ascii: "\""): problem = problem ?? "a quote stands in a field without quotes"
            default: field.append(byte)
            }
        }
        return .file
    }
}
