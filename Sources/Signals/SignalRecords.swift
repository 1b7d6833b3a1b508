/// A list of records by position, as a value: a copy shares all memory, and the first change after it copies one part of
/// the list and the references to the others.
struct SignalRecords: Sendable {
    private static let part = 512

    private var parts: ContiguousArray<ContiguousArray<SignalRecord?>> = []
    private(set) var count = 0

    /// nil where a signal has been withdrawn.
    subscript(_ position: Int32) -> SignalRecord? {
        get { parts[Int(position) / SignalRecords.part][Int(position) % SignalRecords.part] }
        set { parts[Int(position) / SignalRecords.part][Int(position) % SignalRecords.part] = newValue }
    }

    /// Returns its position.
    mutating func append(_ record: SignalRecord) -> Int32 {
        if count % SignalRecords.part == 0 { parts.append([]) }
        parts[parts.count - 1].append(record)
        count += 1
        return Int32(count - 1)
    }

    func forEach(_ body: (Int32, SignalRecord) -> Void) {
        for position in 0..<Int32(count) {
            if let record = self[position] { body(position, record) }
        }
    }
}
