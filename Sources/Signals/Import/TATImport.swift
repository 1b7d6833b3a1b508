internal import Events

/// Answers of Tech Against Terrorism's hash list, `GET /api/hash-list/v2/all`.
///
/// `{"count":1,"next":null,"results":[{"id":1,"hash_digest":"…","algorithm":"MD5","ideology":"…","file_type":"mp4",
/// "deleted":false,"updated_on":1700000000.25,"created_on":"…"}]}`
///
/// Its analysts have verified every entry, of whatever file type, so all of them are positive.
enum TATImport {
    static func read(_ bytes: [UInt8]) throws(ImportFailure) -> ExchangeDocument {
        try ExchangeJSON(
            list: "results", kept: ["id", "hash_digest", "algorithm", "ideology", "deleted", "updated_on"]
        ).read(bytes, add)
    }

    private static let types: [String: SignalType] = [
        "md5": .md5, "sha1": .sha1, "sha256": .sha256, "pdq": .pdq, "tmk": .tmk, "tmkpdqf": .tmk,
    ]

    private static func add(
        _ record: ExchangeMembers, number: Int, to document: inout ExchangeDocument
    ) throws(SignalLineReader.Rejection) {
        let algorithm = try record.text("algorithm").lowercased()
        let known = types[algorithm.filter { $0.isLetter || $0.isNumber }]
        let digest = try record.optionalText("hash_digest") ?? ""
        guard let (type, value) = try document.value(digest, known, algorithm) else { return }
        var entry = ExchangeRecord(number: number, key: .value(type, value))
        entry.updatedAt = try record.time("updated_on")
        entry.isDeleted = try record.boolean("deleted")
        var signal = try Signal(type, value, source: "tat", id: try record.identifier("id"))
        signal.opinion = .positive
        signal.labels = document.labels(try record.texts("ideology"))
        signal.updatedAt = entry.updatedAt
        entry.signals = [signal]
        document.records.append(entry)
    }
}
