import Events

/// When the record of a file's line was written: the attribute `recordedtime` of its event (CloudEvents, extension
/// "Recorded Time"), as a topic has it of its records. Without one, a line is written when it is read.
///
/// On a topic the attribute means nothing: there the record's own time counts, which no producer's clock can feign.
enum RecordedTime {
    private static let name: StaticString = "recordedtime"

    /// - Returns: nil where the line has none, or is no JSON object, which is for the decoder to say.
    static func find(in line: UnsafeRawBufferPointer, _ reader: JSONReader) throws(DecodeError) -> Timestamp? {
        guard let value = member(of: line, reader) else { return nil }
        guard let text = value.text else { throw DecodeError(.fieldType, "\(name): expected a time") }
        do throws(Timestamp.Failure) {
            return try Timestamp(rfc3339: text)
        } catch {
            switch error {
            case .format: throw DecodeError(.timeFormat, "\(name): is not an RFC 3339 time")
            case .range: throw DecodeError(.timeRange, "\(name): lies outside the years 1678 to 2261")
            }
        }
    }

    private static func member(
        of line: UnsafeRawBufferPointer, _ reader: JSONReader
    ) -> (kind: JSONKind, text: UnsafeRawBufferPointer?)? {
        do throws(JSONFailure) {
            guard try reader.begin(line) == .object else { return nil }
            try reader.enter()
            while let (kind, key) = try reader.next() {
                guard key.elementsEqual(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
                else { continue }
                if kind == .null { return nil }
                return (kind, kind == .string ? try reader.string() : nil)
            }
            return nil
        } catch {
            return nil
        }
    }
}
