internal import CICU
internal import CPSL

/// Names of the Domain Name System, as they are compared.
package enum DomainName {
    /// Longest that is looked at, in bytes: 253 characters (RFC 1035), however they are written.
    package static let longest = 1_024

    /// With letters beyond ASCII in Punycode (UTS #46); nil if it is no name.
    package static func ascii(_ name: UnsafeRawBufferPointer) -> [UInt8]? {
        guard name.count <= longest else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4 * longest) { ascii in
            let count = weir_icu_domain_to_ascii(
                name.assumingMemoryBound(to: CChar.self).baseAddress, name.count, ascii.baseAddress, ascii.count)
            return count == 0 ? nil : ascii[..<count].map { UInt8(bitPattern: $0) }
        }
    }

    package enum Suffix: Sendable {
        /// What registries give out names below: `com`, `co.uk`.
        case registry
        /// What somebody gives out names below, such as `github.io`.
        case either
    }

    /// Whether names below it belong to others, so that what is known of it says nothing of those (Public Suffix List, as
    /// libpsl was built with it). A name that the list does not know is none.
    package static func isPublicSuffix(_ name: UnsafeRawBufferPointer, _ kind: Suffix) -> Bool {
        // A library without the list takes every name for a suffix.
        guard !name.isEmpty, name.count <= longest, let list = psl_builtin() else { return false }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { text in
            for (place, byte) in name.enumerated() { text[place] = CChar(bitPattern: byte) }
            text[name.count] = 0
            let kinds = (kind == .registry ? PSL_TYPE_ICANN : PSL_TYPE_ANY) | PSL_TYPE_NO_STAR_RULE
            return psl_is_public_suffix2(list, text.baseAddress, kinds) == 1
        }
    }
}
