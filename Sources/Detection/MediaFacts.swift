package import Events

/// What detectors need to know of media; a stage works out the union of its detectors' needs.
package struct MediaNeeds: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// SHA-256, SHA-1, MD5 and the real type.
    package static let digests = MediaNeeds(rawValue: 1)
    /// PDQ of pictures.
    package static let picture = MediaNeeds(rawValue: 2)
    /// Their PDQ turned and mirrored too.
    package static let orientations = MediaNeeds(rawValue: 4)
    /// What links files to others.
    package static let linking = MediaNeeds(rawValue: 8)
}

/// What the first bytes of a file say it is.
package enum MediaType: String, Sendable, BitwiseCopyable, CaseIterable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case gif = "image/gif"
    case webp = "image/webp"
    case bmp = "image/bmp"
    case tiff = "image/tiff"
    case heic = "image/heic"
    case avif = "image/avif"
    case mp4 = "video/mp4"
    case quicktime = "video/quicktime"
    case webm = "video/webm"
    case mpeg = "video/mpeg"
    case pdf = "application/pdf"
    case zip = "application/zip"
    case unknown = "application/octet-stream"

    package var isPicture: Bool { rawValue.hasPrefix("image/") }
    package var isVideo: Bool { rawValue.hasPrefix("video/") }
}

/// PDQ of a picture otherwise than it is displayed, of a quality that lets it be compared.
package struct ViewedHash: Sendable, Equatable, BitwiseCopyable {
    package let view: PictureView
    package let hash: Digest256

    package init(_ hash: Digest256, _ view: PictureView) {
        self.view = view
        self.hash = hash
    }
}

/// What is known of one media item.
package struct MediaFact: Sendable {
    package enum State: Sendable, Equatable {
        /// Nobody has looked at the bytes (yet).
        case unread
        case read
        /// The bytes could not be had, or not be made sense of.
        case failed(Code)
    }

    package var state = State.unread
    package var sha256: Digest256?
    package var sha1: Digest160?
    package var md5: Digest128?
    package var byteCount: Int?
    package var type: MediaType?
    package var shape: FileShape?
    /// nil if they were not looked for.
    package var linkingKeys: [LinkingKey]?
    package var pdq: Digest256?
    /// PDQ's quality, 0…100; hashes below 50 say little.
    package var quality: Int?
    /// The same picture over white, if it is transparent and over black too plain; each of these two turned and
    /// mirrored, if that is needed.
    package var views: [ViewedHash] = []
    /// Whether `views` has the turned and mirrored.
    package var hasOrientations = false
    /// Why there is no PDQ although the bytes are there: they are a broken picture, or too large a one.
    package var pictureFailure: Code?

    package init() {}
}

/// The facts of all media of a batch; positions are those of `EventBatch.media`.
package struct MediaFacts: Sendable {
    package private(set) var facts: [MediaFact]

    /// Nothing read so far.
    package init(unreadCount count: Int) {
        facts = Array(repeating: MediaFact(), count: count)
    }

    package subscript(_ position: Int) -> MediaFact {
        get { facts[position] }
        set { facts[position] = newValue }
    }
}

/// Gets at the bytes of media and works out facts about them.
package protocol MediaReader: Sendable {
    /// Fills in `facts` for the media of the selected events, as far as they are wanted and not known yet.
    /// Each item that can't be read is `failed` with a reason; this itself never fails.
    ///
    /// - Parameter fetch: whether media that the event does not carry may be fetched.
    func read(
        _ batch: EventBatch, _ selection: Selection, needs: MediaNeeds, fetch: Bool, into facts: MediaFacts
    ) async -> MediaFacts
}

/// Whether a declared media type (RFC 9110, section 8.3.1) is that of a picture; letters of either case.
package func declaresPicture(_ contentType: UnsafeRawBufferPointer) -> Bool {
    let prefix: StaticString = "image/"
    guard contentType.count > prefix.utf8CodeUnitCount else { return false }
    return prefix.withUTF8Buffer { prefix in
        prefix.indices.allSatisfy { index in
            let byte = contentType[index]
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            return (isUpper ? byte | 0x20 : byte) == prefix[index]
        }
    }
}
