package import Events

/// What a link is counted by across accounts.
package enum LinkFingerprint {
    /// The MD5 of its one form in small letters, without its scheme: one of those that `urlmd5` signals are looked up by
    /// (`LinkDigests`), so that a signal can be made of it without the address; nil if it names no host.
    package static func digest(of address: UnsafeRawBufferPointer) -> Digest128? {
        LinkIndex.normalized(address).map { MD5.hash($0.map(lowercased)) }
    }
}
