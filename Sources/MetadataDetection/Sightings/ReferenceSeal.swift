internal import Events

/// Hides the names of an upload from who has not the deployment's key: they are needed again if the verdict on it is
/// superseded, and until then nobody's affair.
///
/// A stream cipher: each eight bytes are combined with SipHash-2-4 of the verdict's id, which is never used twice for
/// different names, and their place. It hides, and does not tell whether somebody changed it: who may write to the topic
/// could write anything.
struct ReferenceSeal: Sendable {
    /// Longest names together, in bytes: three of the longest that a setting allows (`limits.identifier`), and their lengths.
    static let longest = (3 << 16) + 16

    private let cipher: SipHash

    /// - Parameter key: 16 bytes.
    init(key: UnsafeRawBufferPointer) { cipher = SipHash(key: key) }

    func sealed(
        subject: UnsafeRawBufferPointer, event: UnsafeRawBufferPointer, account: UnsafeRawBufferPointer,
        verdict: Digest128
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(subject.count + event.count + account.count + 4)
        for text in [subject, event] {
            var count = UInt64(text.count)
            while count >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: count) | 0x80)
                count >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: count))
            bytes.append(contentsOf: text)
        }
        bytes.append(contentsOf: account)
        apply(verdict, &bytes)
        return bytes
    }

    /// nil for what was sealed with another key.
    func opened(_ sealed: [UInt8], verdict: Digest128) -> UploadReference? {
        var bytes = sealed
        apply(verdict, &bytes)
        return bytes.withUnsafeBytes { bytes -> UploadReference? in
            var reader = RecordReader(bytes)
            func text(_ count: UInt64) -> String? {
                guard count <= UInt64(bytes.count) else { return nil }
                return String(validating: reader.bytes(Int(count)), as: UTF8.self)
            }
            guard let subject = text(reader.varint()), let event = text(reader.varint()), !reader.isBroken,
                let account = text(UInt64(bytes.count - reader.place)), !reader.isBroken
            else { return nil }
            return UploadReference(subject: subject, event: event, account: account)
        }
    }

    func apply(_ verdict: Digest128, _ bytes: inout [UInt8]) {
        var block = (verdict.words.0, verdict.words.1, 0 as UInt64)
        bytes.withUnsafeMutableBytes { bytes in
            var place = 0
            while place < bytes.count {
                block.2 = UInt64(place / 8)
                var word = withUnsafeBytes(of: block) { cipher.hash($0) }
                let count = min(8, bytes.count - place)
                for offset in 0..<count {
                    bytes[place + offset] ^= UInt8(truncatingIfNeeded: word)
                    word >>= 8
                }
                place += 8
            }
        }
    }
}
