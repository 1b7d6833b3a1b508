/// The id of the verdict on one input record: the same whenever and by whomever it is worked out, so that
/// subscribers can drop repeats. The first 128 bits of SHA-256 over topic, partition, offset and event id.
package struct VerdictID: Sendable {
    private var prefix = SHA256()

    /// - Parameters: of the batch; what they contribute is hashed once.
    package init(topic: String, partition: Int32) {
        var bytes = Array(topic.utf8)
        bytes.append(0)
        withUnsafeBytes(of: partition.littleEndian) { bytes.append(contentsOf: $0) }
        prefix.update(bytes)
    }

    package func digest(offset: Int64, event: UnsafeRawBufferPointer) -> Digest128 {
        var hash = prefix
        withUnsafeBytes(of: offset.littleEndian) { hash.update($0) }
        hash.update(event)
        return hash.finish().firstHalf
    }
}
