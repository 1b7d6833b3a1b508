package import Events

/// A record for the tests, and what must become of it.
package struct Upload: Sendable {
    package enum Answer: Sendable, Equatable {
        case verdict(String)
        case deadLetter(String)
    }

    package let id: String
    package let key: [UInt8]?
    package let value: [UInt8]?
    package var headers: [(name: [UInt8], value: [UInt8]?)] = []
    package let answer: Answer

    package init(
        id: String, key: [UInt8]?, value: [UInt8]?, headers: [(name: [UInt8], value: [UInt8]?)] = [], answer: Answer
    ) {
        self.id = id
        self.key = key
        self.value = value
        self.headers = headers
        self.answer = answer
    }

    /// Uploads of some accounts; every twentieth is known, every fiftieth doubtful, every hundredth is no event.
    package static func many(_ count: Int, prefix: String = "e") -> [Upload] {
        (0..<count).map { number in
            let account = "a-\(number % 97)"
            let id = "\(prefix)-\(number)"
            if number % 100 == 99 {
                return Upload(
                    id: id, key: Array(account.utf8), value: Array("{\"id\":\"\(id)\",".utf8),
                    answer: .deadLetter("json-truncated"))
            }
            let hash = number % 20 == 7 ? TestPipeline.known : number % 50 == 8 ? TestPipeline.doubtful : nil
            let answer = number % 20 == 7 ? "remove" : number % 50 == 8 ? "review" : "allow"
            return Upload(
                id: id, key: Array(account.utf8), value: event(id: id, account: account, hash: hash),
                answer: .verdict(answer))
        }
    }

    package static func event(id: String, account: String, hash: Digest256? = nil) -> [UInt8] {
        let media = hash.map { ",\"media\":[{\"id\":\"m\",\"sha256\":\"\(TestPipeline.hex($0))\"}]" } ?? ""
        return Array(
            """
            {"specversion":"1.0","type":"weir.upload.created.v1","source":"/test","id":"\(id)",
             "data":{"account":{"id":"\(account)"},"text":{"body":"hello"}\(media)}}
            """.utf8)
    }
}
