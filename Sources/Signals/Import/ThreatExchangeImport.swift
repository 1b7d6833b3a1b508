internal import Events

/// Answers of Meta's ThreatExchange to `GET /{privacy group}/threat_updates`.
///
/// `{"data":[{"indicator":"…","type":"HASH_PDQ","last_updated":1700000000,"should_delete":false,"descriptors":{"data":[
/// {"id":"1","owner":{"id":"2"},"status":"MALICIOUS","tags":{"data":[{"text":"…"}]},
/// "reactions":[{"key":"HELPFUL","value":"3,4"}]}]}}]}`
///
/// Each owner of a descriptor has an opinion, and whoever has none reacts with one. Sightings (SAW_THIS_TOO) are none.
enum ThreatExchangeImport {
    static func read(_ bytes: [UInt8]) throws(ImportFailure) -> ExchangeDocument {
        try ExchangeJSON(
            list: "data",
            kept: [
                "indicator", "type", "last_updated", "should_delete", "descriptors", "data", "id", "owner", "status",
                "tags",
                "text", "reactions", "key", "value",
            ]
        ).read(bytes, add)
    }

    /// A text is compared as a whole, so it is no phrase to look for.
    private static let types: [String: SignalType] = [
        "HASH_PDQ": .pdq, "HASH_MD5": .md5, "HASH_VIDEO_MD5": .md5, "HASH_SHA1": .sha1, "HASH_SHA256": .sha256,
        "HASH_VIDEO_SHA256": .sha256, "HASH_TMK": .tmk, "HASH_URL_MD5": .urlmd5, "URI": .url, "RAW_URI": .url,
        "UNCLICKABLE_URL": .url, "DOMAIN": .domain, "TEXT_STRING": .document,
    ]

    private static func add(
        _ record: ExchangeMembers, number: Int, to document: inout ExchangeDocument
    ) throws(SignalLineReader.Rejection) {
        let typeName = try record.text("type")
        let indicator = try record.optionalText("indicator") ?? ""
        guard let (type, value) = try document.value(indicator, types[typeName], typeName) else { return }
        var entry = ExchangeRecord(number: number, key: .indicator(type: typeName, value: value))
        entry.updatedAt = try record.time("last_updated")
        entry.isDeleted = try record.boolean("should_delete")
        // Without any visible descriptor, Graph leaves out the member.
        var opinions = try opinions(try record.object("descriptors")?.objects("data") ?? [])
        if opinions.all.isEmpty, entry.isDeleted {
            entry.isBare = true
            opinions.add(.seed, of: "threatexchange")
        }
        if opinions.all.isEmpty { document.notes.add(.withoutOpinion) }
        entry.signals = try opinions.signals(type, value, in: &document)
        for index in entry.signals.indices {
            entry.signals[index].updatedAt = entry.updatedAt
            entry.signals[index].note = entry.key.note
        }
        document.records.append(entry)
    }

    private static func opinions(
        _ descriptors: [ExchangeMembers]
    ) throws(SignalLineReader.Rejection) -> SourceOpinions {
        var stated = SourceOpinions()
        var reactions = SourceOpinions()
        for descriptor in descriptors {
            // Now and then an owner can't be seen although the descriptor can.
            let owner = try descriptor.object("owner")?.identifier("id") ?? "unknown"
            let opinion: Opinion =
                switch try descriptor.optionalText("status") {
                case "MALICIOUS": .positive
                case "NON_MALICIOUS": .negative
                default: .seed
                }
            stated.add(
                opinion, of: "threatexchange/\(owner)", labels: try tags(descriptor),
                id: try descriptor.identifier("id"))
            for reaction in try descriptor.objects("reactions") {
                let opinion: Opinion
                switch try reaction.optionalText("key") {
                case "HELPFUL": opinion = .positive
                case "DISAGREE_WITH_TAGS", "NON_MALICIOUS": opinion = .negative
                default: continue
                }
                for owner in (try reaction.identifier("value") ?? "").split(separator: ",") {
                    reactions.add(opinion, of: "threatexchange/\(String(owner).trimmed)")
                }
            }
        }
        for reaction in reactions.all where !stated.contains(reaction.source) {
            stated.add(reaction.opinion, of: reaction.source)
        }
        return stated
    }

    /// As Graph has them, or as a plain list, which clients make of that.
    private static func tags(_ descriptor: ExchangeMembers) throws(SignalLineReader.Rejection) -> [String] {
        guard descriptor.isObject("tags") else { return try descriptor.texts("tags") }
        var tags: [String] = []
        for tag in try descriptor.object("tags")?.objects("data") ?? [] {
            if let text = try tag.optionalText("text") { tags.append(text) }
        }
        return tags
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
