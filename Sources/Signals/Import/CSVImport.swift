internal import Configuration
internal import Events

/// Tables: the first line names the columns, of which `value` is required, and `type` unless it is given for all.
///
/// `type,value,opinion,labels,source,id,updatedAt,expiresAt,note,deleted`, in any order; an empty cell says nothing.
/// Values and times are those of a signals file; labels are parted by semicolons.
struct CSVImport {
    let defaults: SignalDefaults

    static let columns = [
        "type", "value", "opinion", "labels", "source", "id", "updatedAt", "expiresAt", "note", "deleted",
    ]

    func read(_ bytes: [UInt8]) throws(ImportFailure) -> SignalImport.Page {
        var page = SignalImport.Page()
        let failure = bytes.withUnsafeBytes { bytes -> ImportFailure? in
            do throws(ImportFailure) {
                try read(bytes, into: &page)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
        return page
    }

    private func read(_ bytes: UnsafeRawBufferPointer, into page: inout SignalImport.Page) throws(ImportFailure) {
        var records = CSVRecords(bytes, longest: SignalLineReader.longestLine)
        guard let first = records.next() else { throw ImportFailure("is empty: the first line must name the columns") }
        let columns = try columns(first)
        let reader = SignalLineReader(defaults: defaults)
        while let record = records.next() {
            if record.isBlank, record.problem == nil { continue }
            do throws(SignalLineReader.Rejection) {
                let signal = try reader.read(try members(record, columns))
                if let problem = SignalImport.problem(signal) { throw SignalLineReader.Rejection(description: problem) }
                page.signals.append(signal)
            } catch {
                page.rejected.append(SignalImport.Rejected(number: record.line, error: error.description))
            }
        }
    }

    private func columns(_ record: CSVRecords.Record) throws(ImportFailure) -> [String] {
        if let problem = record.problem { throw ImportFailure("line 1: \(problem)") }
        let columns = record.fields.map { String(decoding: $0, as: UTF8.self) }
        for (index, column) in columns.enumerated() {
            guard CSVImport.columns.contains(column) else {
                let near = suggestion(for: excerpt(column, 40), among: CSVImport.columns)
                throw ImportFailure("line 1: unknown column \"\(excerpt(column, 40))\"; \(near)")
            }
            if columns[..<index].contains(column) { throw ImportFailure("line 1: column \(column) stands twice") }
        }
        guard columns.contains("value") else { throw ImportFailure("line 1: there is no column value") }
        guard columns.contains("type") || defaults.type != nil else {
            throw ImportFailure("line 1: there is no column type; --type says it for all")
        }
        return columns
    }

    private func members(
        _ record: CSVRecords.Record, _ columns: [String]
    ) throws(SignalLineReader.Rejection) -> [String: JSONObject.Value] {
        if let problem = record.problem { throw SignalLineReader.Rejection(description: problem) }
        guard record.fields.count == columns.count else {
            throw SignalLineReader.Rejection(
                description: "has \(record.fields.count) fields; the first line names \(columns.count)")
        }
        var members: [String: JSONObject.Value] = [:]
        for (column, field) in zip(columns, record.fields) where !field.isEmpty {
            guard let text = String(validating: field, as: UTF8.self) else {
                throw SignalLineReader.Rejection(description: "\(column): is not UTF-8")
            }
            members[column] =
                switch column {
                case "labels": .list(text.split(separator: ";").map { .text($0.trimmed) }.filter { $0 != .text("") })
                // Anything else is text, where a boolean is expected.
                case "deleted": text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : .text(text)
                default: .text(text)
                }
        }
        return members
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
