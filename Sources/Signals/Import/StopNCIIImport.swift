internal import Events

/// Answers of StopNCII to `GET /v1/FetchHashes`.
///
/// `{"hashRecords":[{"lastModtimestamp":1700000000,"signalType":"ImagePDQ","hashValue":"…","hashStatus":"Active",
/// "caseNumbers":{…},"CSPFeedbacks":[{"source":"…","feedbackValue":"Blocked","tags":["…"]}]}]}`
///
/// A hash is somebody's case (`stopncii/stopncii`, a seed); each service that has looked at it adds its own opinion.
/// What withdraws it is `hashStatus`.
enum StopNCIIImport {
    static func read(_ bytes: [UInt8]) throws(ImportFailure) -> ExchangeDocument {
        try ExchangeJSON(
            list: "hashRecords",
            kept: [
                "lastModtimestamp", "signalType", "hashValue", "hashStatus", "CSPFeedbacks", "source", "feedbackValue",
                "tags",
            ]
        ).read(bytes, add)
    }

    private static let types: [String: SignalType] = [
        "ImagePDQ": .pdq, "VideoMD5": .md5, "VideoTMK": .tmk, "Text": .document, "URL": .url,
    ]

    private static func add(
        _ record: ExchangeMembers, number: Int, to document: inout ExchangeDocument
    ) throws(SignalLineReader.Rejection) {
        let typeName = try record.text("signalType")
        let hash = try record.optionalText("hashValue") ?? ""
        guard let (type, value) = try document.value(hash, types[typeName], typeName) else { return }
        var entry = ExchangeRecord(number: number, key: .value(type, value))
        entry.updatedAt = try record.time("lastModtimestamp")
        let status = try record.text("hashStatus")
        switch status {
        case "Withdrawn", "Deleted": entry.isDeleted = true
        case "Received", "Active": break
        default: document.notes.add(.unknownStatus(status))
        }
        var opinions = SourceOpinions()
        opinions.add(.seed, of: "stopncii/stopncii")
        var withdrawn: Set<String> = []
        for feedback in try record.objects("CSPFeedbacks") {
            let source = "stopncii/\(try feedback.identifier("source") ?? "unknown")"
            let opinion: Opinion
            switch try feedback.optionalText("feedbackValue") {
            case "Blocked": opinion = .positive
            case "NotBlocked": opinion = .negative
            case "Withdrawn", "Deleted":
                opinion = .seed
                withdrawn.insert(source)
            // Not yet reviewed, or a word that is new: somebody looks at it.
            default: opinion = .seed
            }
            opinions.add(opinion, of: source, labels: try feedback.texts("tags"))
        }
        entry.signals = try opinions.signals(type, value, in: &document)
        for index in entry.signals.indices {
            entry.signals[index].updatedAt = entry.updatedAt
            entry.signals[index].deleted = entry.signals[index].source.map(withdrawn.contains) ?? false
        }
        document.records.append(entry)
    }
}
