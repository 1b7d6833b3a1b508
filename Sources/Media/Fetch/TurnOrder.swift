/// Whose turn it is: so many at once, of one host no more than its share. Hosts that have somebody waiting come in turn,
/// so neither a host that hangs nor one with a thousand files keeps the others waiting.
struct TurnOrder<Element> {
    private struct Host {
        var running = 0
        var waiting: ArraySlice<Element> = []
    }

    private let limit: Int
    private let limitPerHost: Int
    private var hosts: [String: Host] = [:]
    /// Those that have somebody waiting.
    private var rotation: [String] = []
    private(set) var running = 0

    init(limit: Int, limitPerHost: Int) {
        precondition((1...limit).contains(limitPerHost))
        self.limit = limit
        self.limitPerHost = limitPerHost
    }

    var isEmpty: Bool { hosts.isEmpty }

    mutating func enter(_ element: Element, host: String) {
        if hosts[host]?.waiting.isEmpty ?? true { rotation.append(host) }
        hosts[host, default: Host()].waiting.append(element)
    }

    /// The next to run, until `leave`; nil if nobody may.
    mutating func next() -> Element? {
        guard running < limit else { return nil }
        let free = rotation.firstIndex { (hosts[$0]?.running ?? 0) < limitPerHost }
        guard let free else { return nil }
        let name = rotation.remove(at: free)
        guard var host = hosts[name], let element = host.waiting.popFirst() else { return nil }
        host.running += 1
        running += 1
        if !host.waiting.isEmpty { rotation.append(name) }
        hosts[name] = host
        return element
    }

    /// One of `host` is done.
    mutating func leave(host name: String) {
        guard var host = hosts[name], host.running > 0 else { preconditionFailure("nobody runs") }
        host.running -= 1
        running -= 1
        hosts[name] = host.running == 0 && host.waiting.isEmpty ? nil : host
    }

    /// Takes out the first of `host` that waits and fits.
    mutating func withdraw(host name: String, where fits: (Element) -> Bool) -> Element? {
        guard var host = hosts[name], let index = host.waiting.firstIndex(where: fits) else { return nil }
        let element = host.waiting.remove(at: index)
        hosts[name] = host.running == 0 && host.waiting.isEmpty ? nil : host
        if host.waiting.isEmpty { rotation.removeAll { $0 == name } }
        return element
    }
}
