internal import Events
internal import Media
internal import Operations
internal import Signals

/// Addresses and requests, and queries for what is known.
let addressTargets = [
    FuzzTarget("link", .text) { try checkLink($0) },
    FuzzTarget("query", .text) { try checkQuery($0) },
    FuzzTarget("fetch", .text) { try checkFetch($0) },
    FuzzTarget("fetch-head", .text) { try checkHead($0) },
    FuzzTarget("http", .text) { try checkRequest($0) },
]

private func checkLink(_ bytes: UnsafeRawBufferPointer) throws {
    if let link = Link(bytes) {
        var normalized: [UInt8] = []
        let hostCount = link.appendNormalized(to: &normalized)
        try require(hostCount <= max(bytes.count, 4 * DomainName.longest), "a host grew beyond what a name may have")
        try require(normalized.count - hostCount <= bytes.count + 1, "a path grew")
        try require(normalized[..<hostCount].allSatisfy { !(0x41...0x5A).contains($0) }, "a host with capitals")
    }
    // An address is found in a set that holds it, among any others.
    var signal = Signal(type: .url, value: bytes.text)
    signal.source = "a"
    let set = SignalSet([
        signal, Signal(type: .domain, value: "example"), Signal(type: .url, value: "http://b.example/"),
    ])
    var scratch: [UInt8] = []
    var found: [SignalType] = []
    var value = signal.value
    value.withUTF8 { utf8 in
        let address = UnsafeRawBufferPointer(utf8)
        set.links.forEachMatch(of: address, scratch: &scratch) { position, how in
            if how == .whole { found.append(set.signals[Int(position)].type) }
        }
    }
    let hasHost = withoutBreaks(signal.value).withUnsafeBytes { Link($0) != nil }
    try require(found.contains(.url) == hasHost, "an address is not found that is a signal")
}

/// Browsers drop these wherever they stand.
func withoutBreaks(_ address: String) -> [UInt8] { address.utf8.filter { $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } }

/// `weir signals match`: a first byte that chooses type and threshold, then a query.
private func checkQuery(_ bytes: UnsafeRawBufferPointer) throws {
    guard let choice = bytes.first else { return }
    let type = [SignalType.pdq, .sha256, .md5][Int(choice % 3)]
    let query = UnsafeRawBufferPointer(rebasing: bytes.dropFirst()).text
    guard let value = try? SignalValue.normalized(query, type) else { return }
    try require(value.utf8.allSatisfy { hexValue($0) != nil && !(0x41...0x5A).contains($0) }, "a hash that is none")
    let zeros = String(repeating: "0", count: value.utf8.count)
    let set = SignalSet([Signal(type: type, value: value), Signal(type: type, value: zeros)])
    try Array(value.utf8).withUnsafeBytes { hex in
        switch type {
        case .pdq:
            guard let hash = Digest256(hex: hex) else { throw Broken(description: "a hash can't be read") }
            let matches = set.pdq.matches(hash, threshold: Int(choice))
            try require(matches.first?.distance == 0, "a hash is not found")
            try require(matches.allSatisfy { $0.distance <= Int(choice) }, "a match beyond the threshold")
            let words = hash.words
            let bits = [words.0, words.1, words.2, words.3].reduce(0) { $0 + $1.nonzeroBitCount }
            try require(matches.count == (bits > 0 && bits <= Int(choice) ? 2 : 1), "a near hash is missed, or made up")
        case .sha256: try require(Digest256(hex: hex).flatMap(set.position(sha256:)) != nil, "a hash is not found")
        default: try require(Digest128(hex: hex).flatMap(set.position(md5:)) != nil, "a hash is not found")
        }
    }
}

/// A line with an entry of `media.allowHosts`, then the address, as an upload or a redirect states it.
private func checkFetch(_ bytes: UnsafeRawBufferPointer) throws {
    let (entry, address) = bytes.split(at: "\n")
    var hosts = AllowedHosts()
    let isEntry = (try? hosts.add(entry.text)) != nil
    try require(hosts.isEmpty != isEntry, "an entry that was refused is in force, or allows nothing")
    guard let address, let target = try? FetchTarget(Array(address)) else { return }
    try require((0...65_535).contains(target.port) && !target.host.isEmpty, "no host, or no port")
    try require(target.host == target.host.lowercased(), "a host with capitals")
    try require(
        target.host.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789.-_:".utf8.contains($0) },
        "a host that is none: \(target.host)")
    guard hosts.allows(target) else { return }
    let rule = entry.text.lowercased()
    let name = rule.hasPrefix("*.") ? String(rule.dropFirst(2)) : rule
    let isNamed = name.utf8.contains { (0x67...0x7A).contains($0) }  // letters that no IP address has
    try require(
        !isNamed || name.hasPrefix(target.host) || target.host.hasSuffix(name.prefix { $0 != ":" }),
        "\(target.host) is allowed by \(rule)")
}

/// The header lines of a response, the first of them a status of three digits.
private func checkHead(_ bytes: UnsafeRawBufferPointer) throws {
    let (first, rest) = bytes.split(at: "\n")
    let status = Int(first.text) ?? 200
    var head = ResponseHead()
    var unread = rest
    var count = 0
    while let lines = unread, head.status == 0 {
        let (line, others) = lines.split(at: "\n")
        count += line.count
        if let failure = head.take(line, status: status) {
            let isFile = status == 200 && head.isEncoded && head.status == 200
            try require(failure == (count > ResponseHead.largest ? .headers : .encoding), "refused as \(failure)")
            try require(failure == .headers || isFile, "refused, although it is no file")
            return
        }
        unread = others
    }
    try require(count <= ResponseHead.largest, "headers without bound")
    try require(head.status != 200 || !head.isEncoded, "a compressed file is taken")
    guard let address = head.redirect else { return }
    try require((301...308).contains(head.status) && !address.isEmpty, "a redirect that is none")
    _ = try? FetchTarget(address)
}

/// Whether the caller is on this machine, the method and the path, the header; and an address to listen on.
private func checkRequest(_ bytes: UnsafeRawBufferPointer) throws {
    let (first, rest) = bytes.split(at: "\n")
    let (path, header) = rest?.split(at: "\n") ?? (first, nil)
    let server = AdminServer(
        address: listenAddress, token: Array("turnip-token".utf8),
        logger: Logger(label: "fuzz", sink: LogSink(level: .critical, format: .json))
    ) { request in
        .problem(404, "Not Found", request.path)
    }
    let isLocal = first.first == UInt8(ascii: "L")
    let method = UnsafeRawBufferPointer(rebasing: first.dropFirst()).text
    let response = server.respond(method: method, path: path.text, fromLoopback: isLocal, authorization: header?.text)
    try requireObject(Array(response.body.utf8))
    let isRead = method == "GET" || method == "HEAD"
    let isKnown = isLocal || header?.elementsEqual("Bearer turnip-token".utf8) == true
    try require(
        response.status == (!isRead ? 405 : isKnown ? 404 : 401), "a request is answered with \(response.status)")
    if let address = ListenAddress(path.text) {
        try require(ListenAddress(address.description) == address, "an address is not read back")
    }
}

private let listenAddress: ListenAddress = {
    guard let address = ListenAddress("127.0.0.1:0") else { fatalError("no address to listen on") }
    return address
}()
