internal import Events

/// What an account that comes back may be known by, once one with the same was removed: its device, the picture and the
/// text of its profile, its name.
///
/// Wright and others, 2016: those who are suspended come back, and under the same signs, so that their followers find
/// them. Nothing of it is looked into: marks are compared for being the same, as hashes that the deployment's key makes.
extension Sighting.Kind {
    /// The surest first.
    static let marks: [Sighting.Kind] = [.device, .avatar, .profile, .name]

    var isMark: Bool { returning != nil }
    var isOfAccount: Bool { isMark || self == .streamer }

    /// The fact of a verdict that says by what an account was known again; nil for what is no mark.
    var returning: Code? {
        switch self {
        case .device: "returning-account"
        case .avatar: "returning-avatar"
        case .profile: "returning-profile"
        case .name: "returning-name"
        case .file, .picture, .link, .text, .document, .streamer: nil
        }
    }
}

extension SightingKeys {
    /// Bytes of letters. Profiles with fewer say a word or two, as many do.
    static let leastProfile = 20
    /// Given names have fewer.
    static let leastName = 8

    /// - Parameter kind: one of `marks`.
    /// - Returns: nil for what is not there, or says too little.
    func mark(_ kind: Sighting.Kind, of event: UploadEvent, _ batch: EventBatch) -> UInt64? {
        let range =
            switch kind {
            case .device: event.device
            case .avatar: event.accountAvatar
            case .profile: event.accountProfile
            default: event.accountName
            }
        guard range.isPresent, !range.isEmpty else { return nil }
        return batch.withBytes(range) { bytes in
            switch kind {
            case .device: device(bytes)
            case .avatar: avatar(bytes)
            case .profile: letters(of: bytes, least: SightingKeys.leastProfile, profile)
            default: letters(of: bytes, least: SightingKeys.leastName, name)
            }
        }
    }

    /// Of a text, or a name, in one form: digits, what stands between letters and the case of ASCII are left out.
    private func letters(
        of text: UnsafeRawBufferPointer, least: Int, _ hash: (UnsafeRawBufferPointer) -> UInt64
    ) -> UInt64? {
        var scratch: InlineArray<257, UInt8> = InlineArray(repeating: 0)
        return withUnsafeMutableBytes(of: &scratch) { scratch in
            TextSkeleton.write(text, to: scratch, least: least).map { count in
                hash(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            }
        }
    }
}
