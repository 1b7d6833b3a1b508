internal import Events

/// Answers of NCMEC's hash sharing to `GET /v2/entries`.
///
/// `<queryResult><images><image><member id="42">…</member><timestamp>2026-11-23T10:00:00Z</timestamp><id>…</id>
/// <classification>A1</classification><fingerprints><md5>…</md5>…</fingerprints><feedback><negativeFeedback type="Md5">…
/// </negativeFeedback></feedback></image><deletedImage>…</deletedImage></images><videos>…</videos></queryResult>`
///
/// Every fingerprint of an entry is a signal of the member that made the entry. Feedback is on one kind of fingerprint;
/// where some is negative, the signal is disputed. A deletion has no fingerprints: they are those of the entry before.
enum NCMECImport {
    static func read(_ bytes: [UInt8]) throws(ImportFailure) -> ExchangeDocument {
        var document = ExchangeDocument()
        var number = 0
        try XMLRecords.read(bytes, root: "queryResult") { container, element in
            guard container != "paging" else { return }
            number += 1
            do throws(SignalLineReader.Rejection) {
                try add(element, number: number, to: &document)
            } catch {
                document.reject(number, error.description)
            }
        }
        return document
    }

    private static let types: [String: SignalType] = [
        "md5": .md5, "sha1": .sha1, "sha256": .sha256, "pdq": .pdq, "tmk-pdqf": .tmk,
    ]

    private static func add(
        _ element: XMLElement, number: Int, to document: inout ExchangeDocument
    ) throws(SignalLineReader.Rejection) {
        let isDeleted: Bool
        switch element.name {
        case "image", "video": isDeleted = false
        case "deletedImage", "deletedVideo": isDeleted = true
        default:
            document.notes.add(.unsupported(element.name))
            return
        }
        guard let member = element.first("member")?.attributes["id"], !member.isEmpty else {
            throw SignalLineReader.Rejection(description: "member: is required, with its id")
        }
        guard let id = element.first("id")?.text, !id.isEmpty else {
            throw SignalLineReader.Rejection(description: "id: is required")
        }
        let source = "ncmec/\(member)"
        var entry = ExchangeRecord(number: number, key: .entry(source: source, id: id))
        entry.isDeleted = isDeleted
        entry.updatedAt = try time(element.first("timestamp")?.text)
        let labels = document.labels((element.first("classification")?.text).map { [$0] } ?? [])
        let disputed = disputedTypes(element)
        for fingerprint in element.first("fingerprints")?.children ?? [] {
            let name = fingerprint.name
            do throws(SignalLineReader.Rejection) {
                guard let (type, value) = try document.value(fingerprint.text, types[kind(name)], name) else {
                    continue
                }
                var signal = try Signal(type, value, source: source, id: id)
                let isDisputed = disputed.contains("") || disputed.contains(kind(name))
                signal.opinion = isDisputed ? .disputed : .positive
                signal.labels = labels
                signal.updatedAt = entry.updatedAt
                entry.signals.append(signal)
            } catch {
                // The other fingerprints are as good as before.
                document.reject(number, "\(name): \(error.description)")
            }
        }
        entry.isBare = isDeleted && entry.signals.isEmpty
        document.records.append(entry)
    }

    /// Kinds of fingerprints with negative feedback; an empty one stands for all.
    private static func disputedTypes(_ element: XMLElement) -> Set<String> {
        var types: Set<String> = []
        for feedback in element.children where feedback.name == "feedback" {
            for opinion in feedback.children where opinion.name == "negativeFeedback" {
                types.insert(kind(opinion.attributes["type"] ?? ""))
            }
        }
        return types
    }

    /// `TMK_PDQF`, `Tmk_Pdqf` and `tmk-pdqf` are one.
    private static func kind(_ name: String) -> String {
        String(name.lowercased().map { $0 == "_" ? "-" : $0 })
    }

    private static func time(_ text: String?) throws(SignalLineReader.Rejection) -> Timestamp? {
        guard let text else { return nil }
        do throws(Timestamp.Failure) {
            return try Timestamp(rfc3339: text)
        } catch {
            throw SignalLineReader.Rejection(description: "timestamp: is not an RFC 3339 time between 1678 and 2261")
        }
    }
}
