package import Events

/// The verdicts on a batch, written out, in the order of its records.
package struct JudgedBatch: Sendable {
    /// Who a verdict is written for.
    package enum Destination: Sendable, Equatable { case audit, enforcement, review }

    package struct Output: Sendable {
        /// Position in the batch.
        package let event: Int
        package let destination: Destination
        /// Where in `keys` the content's id stands: the record's key.
        package let key: Range<Int>
        /// Where in `bytes` the verdict stands.
        package let verdict: Range<Int>
    }

    package let keys: [UInt8]
    package let bytes: [UInt8]
    package let outputs: [Output]
    /// One for each record.
    package let decisions: [Decision]
    package let tally: VerdictTally

    /// The bytes of a verdict, for tools and tests.
    package func verdict(_ output: Output) -> ArraySlice<UInt8> { bytes[output.verdict] }
}
