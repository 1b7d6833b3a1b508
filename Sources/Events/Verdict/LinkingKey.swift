/// What a file says of how it was made, as a hash by the deployment's key: files that have one in common may come from
/// one hand. It never speaks for or against a file, and no rule can ask for it.
package struct LinkingKey: Sendable, Hashable, BitwiseCopyable {
    package enum Kind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// What it was made with: the encoder's or the program's name and version.
        case software
        /// When it was made, to the second.
        case made
        /// How its container was put together: brands, units of time, names of tracks' handlers.
        case container

        package var name: StaticString {
            switch self {
            case .software: "software"
            case .made: "made"
            case .container: "container"
            }
        }
    }

    package var kind: Kind
    package var hash: UInt64

    package init(_ kind: Kind, _ hash: UInt64) {
        self.kind = kind
        self.hash = hash
    }
}

/// Makes linking keys with the deployment's key. Whoever lacks it can tell which files have one in common, and not what
/// stands in them.
package struct LinkingHash: Sendable {
    private let hmac: HMAC

    package init(key: [UInt8]) { hmac = HMAC(key: key) }

    /// - Parameter bytes: what the file says.
    package func key(_ kind: LinkingKey.Kind, _ bytes: some Sequence<UInt8>) -> LinkingKey {
        var message = Array("weir linking \(kind.name)".utf8)
        message.append(0)
        message.append(contentsOf: bytes)
        let code = message.withUnsafeBytes { hmac.code(for: $0) }
        return LinkingKey(kind, code.words.0.byteSwapped)
    }
}
