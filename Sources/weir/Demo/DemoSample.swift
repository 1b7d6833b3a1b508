import Events
import Media

/// One upload of the demo's platform.
struct DemoSample: Sendable {
    /// By the lanes' names.
    enum Lane: String, Sendable { case uploads = "bulk", live }

    /// The content id, and what a row of the table is called by.
    let name: String
    let lane: Lane
    let key: [UInt8]?
    let value: [UInt8]?

    init(name: String, lane: Lane = .uploads, key: [UInt8]?, value: [UInt8]?) {
        self.name = name
        self.lane = lane
        self.key = key
        self.value = value
    }
}

/// An upload event in the making.
struct DemoEvent {
    var name: String
    var account: String
    /// Hours that the account is old.
    var accountAge = 9_000
    var type: UploadKind = .upload
    var language: String?
    var text: String?
    var link: String?
    var media: Item?
    var stream: Int?

    /// A media item: what the platform states of it, and perhaps its bytes.
    struct Item {
        var contentType = "image/jpeg"
        var bytes: [UInt8]?
        var sha256: Digest256?
        var pdq: Digest256?
        var url: String?
    }

    init(_ name: String, by account: String) {
        self.name = name
        self.account = account
    }

    func sample(at now: Timestamp) -> DemoSample {
        var out = ByteWriter()
        out.append("{\"specversion\":\"1.0\",\"type\":\"")
        out.append(type.typeName)
        out.append("\",\"source\":\"/demo\",\"id\":")
        out.appendJSON("e-\(name)")
        out.append(",\"subject\":")
        out.appendJSON(name)
        out.append(",\"time\":")
        out.appendJSON(now)
        out.append(",\"data\":{\"account\":{\"id\":")
        out.appendJSON(account)
        out.append(",\"createdAt\":")
        out.appendJSON(Timestamp(nanoseconds: now.nanoseconds - Int64(accountAge) * 3_600_000_000_000))
        out.append("}")
        if let text {
            out.append(",\"text\":{\"body\":")
            out.appendJSON(text)
            if let language {
                out.append(",\"language\":")
                out.appendJSON(language)
            }
            out.append("}")
        }
        if let link {
            out.append(",\"links\":[")
            out.appendJSON(link)
            out.append("]")
        }
        if let media { append(media, to: &out) }
        if let stream {
            out.append(",\"stream\":{\"id\":\"s-1\",\"sequence\":")
            out.append(stream)
            out.append("}")
        }
        out.append("}}")
        let key = stream == nil ? account : "s-1"
        return DemoSample(
            name: name, lane: type == .liveSegment ? .live : .uploads, key: Array(key.utf8), value: out.bytes)
    }

    private func append(_ item: Item, to out: inout ByteWriter) {
        out.append(",\"media\":[{\"id\":\"m-1\",\"contentType\":")
        out.appendJSON(item.contentType)
        if let sha256 = item.sha256 {
            out.append(",\"sha256\":\"")
            out.appendHex(sha256)
            out.append("\"")
        }
        if let pdq = item.pdq {
            out.append(",\"pdq\":\"")
            out.appendHex(pdq)
            out.append("\"")
        }
        if let url = item.url {
            out.append(",\"url\":")
            out.appendJSON(url)
        }
        if let bytes = item.bytes {
            out.append(",\"inline\":\"")
            out.append(Base64.encode(bytes))
            out.append("\"")
        }
        out.append("}]")
    }
}
