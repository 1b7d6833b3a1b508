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

        package init(event: Int, destination: Destination, key: Range<Int>, verdict: Range<Int>) {
            self.event = event
            self.destination = destination
            self.key = key
            self.verdict = verdict
        }
    }

    package let keys: [UInt8]
    package let bytes: [UInt8]
    package let outputs: [Output]
    /// One for each record.
    package let decisions: [Decision]
    package let tally: VerdictTally
    /// What goes out with the verdicts and is none.
    package let enclosures: [Enclosure]

    /// A record beside the verdicts.
    package struct Enclosure: Sendable, Equatable {
        package enum Destination: Sendable, Equatable, CaseIterable { case sightings, signals, incidents }

        package let destination: Destination
        package let key: [UInt8]
        package let value: [UInt8]

        package init(_ destination: Destination, key: [UInt8], value: [UInt8]) {
            self.destination = destination
            self.key = key
            self.value = value
        }
    }

    package init(
        keys: [UInt8], bytes: [UInt8], outputs: [Output], decisions: [Decision], tally: VerdictTally,
        enclosures: [Enclosure] = []
    ) {
        self.keys = keys
        self.bytes = bytes
        self.outputs = outputs
        self.decisions = decisions
        self.tally = tally
        self.enclosures = enclosures
    }

    /// Of verdicts and all else, in bytes.
    package var byteCount: Int { enclosures.reduce(bytes.count) { $0 + $1.key.count + $1.value.count } }

    /// The bytes of a verdict, for tools and tests.
    package func verdict(_ output: Output) -> ArraySlice<UInt8> { bytes[output.verdict] }
}
