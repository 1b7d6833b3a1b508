/// The fields of an upload event that Weir reads (interface, "Upload event").
package enum EventField: UInt8, CaseIterable, Sendable {
    case specversion, type, source, id, time, subject
    case accountID, accountCreatedAt, accountFollowers, accountVerified, accountAvatar, accountProfile, accountName
    case kind, textTitle, textBody, textLanguage
    case mediaID, mediaURL, mediaContentType, mediaBytes, mediaSHA256, mediaMD5, mediaPDQ, mediaInline
    case link
    case clientNetwork, clientDevice, parentID, parentKind
    case streamID, streamSequence, streamStartedAt
    case action, actionWeight

    /// Where the field stands in the standard form; `*` is any item of a list.
    package var path: StaticString {
        switch self {
        case .specversion: "specversion"
        case .type: "type"
        case .source: "source"
        case .id: "id"
        case .time: "time"
        case .subject: "subject"
        case .accountID: "data.account.id"
        case .accountCreatedAt: "data.account.createdAt"
        case .accountFollowers: "data.account.followers"
        case .accountVerified: "data.account.verified"
        case .accountAvatar: "data.account.avatar"
        case .accountProfile: "data.account.profile"
        case .accountName: "data.account.name"
        case .kind: "data.kind"
        case .textTitle: "data.text.title"
        case .textBody: "data.text.body"
        case .textLanguage: "data.text.language"
        case .mediaID: "data.media.*.id"
        case .mediaURL: "data.media.*.url"
        case .mediaContentType: "data.media.*.contentType"
        case .mediaBytes: "data.media.*.bytes"
        case .mediaSHA256: "data.media.*.sha256"
        case .mediaMD5: "data.media.*.md5"
        case .mediaPDQ: "data.media.*.pdq"
        case .mediaInline: "data.media.*.inline"
        case .link: "data.links.*"
        case .clientNetwork: "data.client.network"
        case .clientDevice: "data.client.device"
        case .parentID: "data.parent.id"
        case .parentKind: "data.parent.kind"
        case .streamID: "data.stream.id"
        case .streamSequence: "data.stream.sequence"
        case .streamStartedAt: "data.stream.startedAt"
        case .action: "data.action"
        case .actionWeight: "data.weight"
        }
    }

    /// What a value must be, and which limit bounds it.
    enum Content {
        case text(DecodeLimits.Length)
        case time, integer, boolean, type, specversion, digest256, digest128
        /// Read as they come, and looked at once the event's type is known.
        case action, weight

        /// Whether one reading of a value serves both fields.
        func isRead(as other: Self) -> Bool {
            switch (self, other) {
            case (.text, .text), (.time, .time), (.integer, .integer), (.digest256, .digest256): true
            default: false
            }
        }
    }

    var content: Content {
        switch self {
        case .specversion: .specversion
        case .type: .type
        case .source, .id, .subject, .accountID, .accountAvatar, .accountName, .mediaID, .clientDevice, .parentID,
            .streamID:
            .text(.identifier)
        case .time, .accountCreatedAt, .streamStartedAt: .time
        case .accountFollowers, .mediaBytes, .streamSequence: .integer
        case .accountVerified: .boolean
        case .kind, .textLanguage, .mediaContentType, .clientNetwork, .parentKind: .text(.label)
        case .textTitle, .textBody, .accountProfile: .text(.text)
        case .mediaURL, .link: .text(.url)
        case .mediaInline: .text(.inline)
        case .mediaSHA256, .mediaPDQ: .digest256
        case .mediaMD5: .digest128
        case .action: .action
        case .actionWeight: .weight
        }
    }

    /// Whether the field belongs to an item of `data.media`.
    package var isOfMedia: Bool {
        rawValue >= EventField.mediaID.rawValue && rawValue <= EventField.mediaInline.rawValue
    }
}
