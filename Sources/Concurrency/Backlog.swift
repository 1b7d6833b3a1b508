/// First in, first out, in one array: what has left is cleared away in bulk, so that a backlog that never runs
/// empty does not grow.
struct Backlog<Element> {
    private var elements: [Element] = []
    private var head = 0

    var count: Int { elements.count - head }
    /// Places in use, those of elements that have left included.
    var storedCount: Int { elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        head += 1
        // Half of them or more: then moving the rest is paid for by those that have left.
        if head >= 1_024, head * 2 >= elements.count {
            elements.removeSubrange(0..<head)
            head = 0
        } else if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        }
        return element
    }
}
