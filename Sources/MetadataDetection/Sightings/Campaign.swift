package import Events

/// A thing that many accounts post as if by appointment: told of once when it begins, again whenever twice as many young
/// accounts have joined in, and once when it is over.
package struct Campaign: Sendable, Equatable {
    package enum Phase: String, Sendable, CaseIterable { case onset, update, end }
    package enum Reason: String, Sendable, CaseIterable {
        /// Many young accounts.
        case youngAccounts = "young-accounts"
        /// Many accounts within seconds.
        case together
        /// Many accounts that post the link to a young account's live stream.
        case stream
        /// Many hosts that one text leads to.
        case hosts
    }

    package var phase: Phase
    package var reason: Reason
    package var kind: Sighting.Kind
    package var fingerprint: Digest256
    /// Of a document: a passage of the text that it was told of at first.
    package var words: DocumentWords?
    /// Of this thing and this onset.
    package var id: UInt64
    package var onset: Timestamp
    /// Of the sighting that it is told of at.
    package var time: Timestamp
    package var firstSeen: Timestamp
    /// Different ones within a day; from 65 on estimates.
    package var accounts: Int
    package var youngAccounts: Int
    package var networks: Int
    /// Sightings within an hour.
    package var lastHour: Int
    /// How long its signal is in force, in seconds.
    package var signalFor: Int64

    package var name: String { Campaign.name(id) }

    static func id(of thing: KeyedStore.Key, since onset: StateTime) -> UInt64 {
        thing ^ UInt64(onset.seconds) &* 0x9E37_79B9_7F4A_7C15
    }

    static func name(_ id: UInt64) -> String {
        var hex = ByteWriter(capacity: 16)
        withUnsafeBytes(of: id.bigEndian) { hex.appendHex($0) }
        return String(decoding: hex.bytes, as: UTF8.self)
    }

    /// For everybody to match by; nil for what no type of signal is made for.
    package var signal: Signal? {
        let type: SignalType
        switch kind {
        case .file: type = .sha256
        case .picture: type = .pdq
        case .link: type = .urlmd5
        case .document: type = .document
        case .text, .device, .streamer, .avatar, .profile, .name: return nil
        }
        guard let value = type == .document ? words?.value : hex else { return nil }
        var signal = Signal(type: type, value: value)
        signal.opinion = .seed
        signal.source = Campaign.source
        signal.id = name
        signal.updatedAt = time
        signal.expiresAt = Timestamp(nanoseconds: time.nanoseconds + signalFor * 1_000_000_000)
        signal.note =
            "\(youngAccounts) young of \(accounts) accounts on \(networks) networks within a day, \(lastHour) uploads within an hour"
        return signal
    }

    private var hex: String {
        var hex = ByteWriter(capacity: 64)
        withUnsafeBytes(of: fingerprint) { hex.appendHex(UnsafeRawBufferPointer(rebasing: $0.prefix(kind.length))) }
        return String(decoding: hex.bytes, as: UTF8.self)
    }

    /// Of its signals.
    package static let source = "weir/campaigns"
}

/// An upload whose verdict asks for nothing, although it is part of a campaign, or something is known of its
/// account.
package struct SupersededUpload: Sendable, Equatable {
    package var verdict: Digest128
    package var uploaded: Timestamp
    package var reference: UploadReference
    package var cause: Cause
    /// The sightings record that brought it about.
    package var offset: Int64
    package var received: Timestamp

    package enum Cause: Sendable, Equatable {
        case campaign(Campaign)
        /// What is known of its account: the fact of a verdict, with its value, and when it was.
        case account(Code, value: Int, time: Timestamp)
    }
}
