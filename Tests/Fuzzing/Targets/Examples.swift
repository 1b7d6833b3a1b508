internal import Configuration
internal import Events

/// As `topology/mappings/example-platform.yaml`, with what that has not: other formats of times, a nested list.
private let exampleMapping = """
    version: 1
    constants: { source: /garden/posts }
    types: { post_created: weir.upload.created.v1, post_shared: weir.share.created.v1, live: weir.live.segment.v1 }
    fields:
      type: /event
      id: /post/id
      account.id: /post/author/id
      time: { pointer: /at, format: epoch-milliseconds }
      account.createdAt: { pointer: /post/author/joined, format: epoch-seconds }
      account.followers: /post/author/followers
      account.verified: /post/author/badge
      account.avatar: /post/author/avatar
      account.profile: /post/author/about
      account.name: /post/author/nick
      subject: /post/id
      kind: /post/form
      text.title: /post/title
      text.body: /post/text
      text.language: /post/lang
      links: /post/links
      media: /post/attachments
      media.id: /key
      media.url: /file/href
      media.contentType: /file/type
      media.bytes: /file/size
      media.sha256: /file/sha256
      media.md5: /file/md5
      media.pdq: /file/pdq
      media.inline: /file/data
      client.device: /client/device~1id
      client.network: /client/network
      parent.id: /parent/id
      stream.id: /stream/id
      stream.sequence: /stream/number
      stream.startedAt: /stream/since
    """

let exampleShape: EventShape = {
    do {
        return try EventMapping.read(Array(exampleMapping.utf8), file: "mapping.yaml")
    } catch {
        fatalError("\(error)")
    }
}()

/// Of the same platform.
let exampleEvent = Array(
    """
    {"event":"post_created","at":1795428000000,"post":{"id":7,"form":"photo","author":{"id":4,"joined":1795334400,
    "followers":12,"badge":false,"avatar":7,"about":"Turnips.","nick":"gardener"},"title":"Fair","text":"Turnips won.","lang":"en","links":["https://a.example/"],
    "attachments":[{"key":"a","file":{"href":"https://b.example/t.jpg","type":"image/jpeg","size":3,"data":"YWJj"}}]},
    "client":{"device/id":"d","network":"203.0.113.0/24"},"stream":{"number":1,"since":"2026-11-23T10:00:00Z"}}
    """.utf8)

let exampleBatch = makeBatch(exampleEvent, exampleShape)

/// One event; the text must be one.
func makeBatch(_ text: [UInt8], _ shape: EventShape) -> EventBatch {
    var builder = EventBatch.Builder()
    let error = text.withUnsafeBytes { bytes in
        EventDecoder(shape: shape).decode(
            RecordView(value: bytes, offset: 0, timestamp: Timestamp(milliseconds: 0)), headers: NoHeaders(),
            into: &builder)
    }
    if let error { fatalError(error.message) }
    return builder.finish(topic: "examples", partition: 0)
}
