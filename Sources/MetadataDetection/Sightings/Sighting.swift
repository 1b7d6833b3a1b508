package import Events

/// That an account posted a thing, and when: what is counted across accounts. The thing itself is not in it, and who
/// it was only for who has the deployment's key.
package struct Sighting: Sendable, Equatable {
    /// What things are known by.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// SHA-256 of a file.
        case file = 1
        /// PDQ of a picture; near ones are one thing.
        case picture
        /// MD5 of a link's one form (`Link`), in small letters and without its scheme, as exchanges write it.
        case link
        /// The first letters of a text, as a keyed hash of 64 bits.
        case text
        /// What the platform knows a device by, as a keyed hash of 64 bits. Only of young accounts, and of those that were
        /// removed.
        case device
        /// An account that streams live, or that has a strike for terrorist content: as a keyed hash of 64 bits. The stream
        /// stands in the account's place.
        case streamer
        /// The lowest keyed hashes of a text's runs of words (`DocumentSketch`); near ones are one thing.
        case document
        /// The picture of an account's profile, the letters of its text and those of its name, as keyed hashes of 64 bits; of
        /// those of whom devices are.
        case avatar = 8
        case profile, name

        package var name: String {
            switch self {
            case .file: "file"
            case .picture: "picture"
            case .link: "link"
            case .text: "text"
            case .device: "device"
            case .streamer: "streamer"
            case .document: "document"
            case .avatar: "avatar"
            case .profile: "profile"
            case .name: "name"
            }
        }

        /// Bytes of a fingerprint.
        var length: Int {
            switch self {
            case .file, .picture, .document: 32
            case .link: 16
            case .text, .device, .streamer, .avatar, .profile, .name: 8
            }
        }
    }

    package enum Measure: UInt8, Sendable {
        /// The account of a device, picture, profile or name was removed; a streamer has a strike for terrorist content.
        case against = 4
        /// That was taken back.
        case restored = 8
    }

    package var kind: Kind
    /// Its first bytes; the others are 0.
    package var fingerprint: Digest256
    /// Of the verdict on the upload: the same whenever it is given.
    package var verdict: Digest128
    package var time: Timestamp
    /// Of the account, in whole hours; nil if the platform doesn't say when it was made.
    package var accountAge: UInt32?
    /// Keyed hashes; no network: 0.
    package var account: UInt64
    package var network: UInt32
    /// Whether the verdict asks for something to be done.
    package var isActedOn: Bool
    /// Of a link: that of a live stream itself, as its segments state it.
    package var isStream: Bool
    /// Of what is an account's: what the platform did about the account; nil for an upload.
    package var measure: Measure?
    /// Of a text or document: where its first link leads, as a keyed hash; no link: 0.
    package var host: UInt32
    /// The upload's names under the deployment's key (`ReferenceSeal`).
    package var reference: [UInt8]
    /// Of a document: some of its words, likewise (`PassageSeal`).
    package var passage: [UInt8] = []
}

/// The names of an upload, that a verdict on it must state.
package struct UploadReference: Sendable, Equatable {
    package var subject: String
    package var event: String
    package var account: String
}
