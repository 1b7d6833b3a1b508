/// What an upload event is about (`type` of the CloudEvent).
package enum UploadKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case upload, liveSegment, share
    /// No upload: what the platform did about an account, for what is known of it. Has no content.
    case accountAction

    /// Whether there is something to judge.
    package var hasContent: Bool { self != .accountAction }

    package var typeName: StaticString {
        switch self {
        case .upload: "weir.upload.created.v1"
        case .liveSegment: "weir.live.segment.v1"
        case .share: "weir.share.created.v1"
        case .accountAction: "weir.account.action.v1"
        }
    }
}

/// One upload, as columns of its batch: texts are ranges of `EventBatch.bytes`, lists are slices of its lists.
package struct UploadEvent: Sendable, BitwiseCopyable {
    package var type: UploadKind = .upload
    package var id: ByteRange = .none
    package var source: ByteRange = .none
    /// The content's id; the event's id where the event names none.
    package var subject: ByteRange = .none
    /// When the upload happened; the record's timestamp where the event names no time.
    package var time = Timestamp(nanoseconds: 0)

    package var accountID: ByteRange = .none
    package var accountCreatedAt: Timestamp?
    package var accountFollowers: Int64?
    package var accountVerified: Bool?
    /// Of its picture whatever is the same wherever the picture is.
    package var accountAvatar: ByteRange = .none
    package var accountProfile: ByteRange = .none
    package var accountName: ByteRange = .none
    /// Of `accountAction` alone; of how many strikes it is, nil where the event doesn't say.
    package var action: AccountAction?
    package var actionWeight: Int64?

    package var kind: ByteRange = .none
    package var title: ByteRange = .none
    package var body: ByteRange = .none
    /// BCP 47, as the platform states it; a hint, not a fact.
    package var language: ByteRange = .none

    package var network: ByteRange = .none
    package var device: ByteRange = .none
    package var parentID: ByteRange = .none
    package var parentKind: ByteRange = .none
    package var streamID: ByteRange = .none
    package var streamSequence: Int64?
    package var streamStartedAt: Timestamp?

    /// Positions in `EventBatch.media` and `EventBatch.links`.
    package var media: Range<Int> { Int(mediaStart)..<Int(mediaStart) + Int(mediaCount) }
    package var links: Range<Int> { Int(linkStart)..<Int(linkStart) + Int(linkCount) }
    var mediaStart: UInt32 = 0
    var mediaCount: UInt16 = 0
    var linkStart: UInt32 = 0
    var linkCount: UInt16 = 0

    /// Where the record stood in its partition or file, and the time the broker or file gave it.
    package var offset: Int64 = 0
    package var received = Timestamp(nanoseconds: 0)
}

/// One picture, video or file of an upload.
package struct Media: Sendable, BitwiseCopyable {
    package var id: ByteRange = .none
    package var url: ByteRange = .none
    /// As declared by the platform.
    package var contentType: ByteRange = .none
    package var byteCount: Int64?
    package var sha256: Digest256?
    package var md5: Digest128?
    /// PDQ's 256 bits in the order of its hexadecimal form.
    package var pdq: Digest256?
    /// Base64 (RFC 4648 section 4) of the whole file.
    package var inline: ByteRange = .none

    package init() {}
}
