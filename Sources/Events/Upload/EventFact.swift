/// Something about an event that it does not say itself, but what came before it does.
package struct EventFact: Sendable, Equatable {
    /// Position in the batch.
    package var event: Int
    package var fact: Code
    /// In the unit that the fact's rule documents.
    package var value: Int64

    package init(event: Int, fact: Code, value: Int64) {
        self.event = event
        self.fact = fact
        self.value = value
    }
}
