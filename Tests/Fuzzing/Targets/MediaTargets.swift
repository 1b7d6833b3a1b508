internal import Detection
internal import Events
internal import HashDetection
internal import Imaging
internal import Media

/// What media are made of.
let mediaTargets = [
    FuzzTarget("image", .binary) { try checkImage($0) },
    FuzzTarget("base64", .text) { try checkBase64($0) },
    FuzzTarget("decode-reply", .binary) { try checkReply($0) },
]

private let linking = LinkingHash(key: [1])

private func checkImage(_ file: UnsafeRawBufferPointer) throws {
    let shape = FileShape(file, MediaSniffer.type(of: file))
    try require((0...file.count).contains(shape.trailingBytes ?? 0), "\(shape.trailingBytes ?? 0) bytes behind the end")
    let traces = FileTraces(file, MediaSniffer.type(of: file))
    try require(traces.container.count <= 1_024, "a container's form of \(traces.container.count) bytes")
    try require(traces.keys(linking).count <= 3, "a kind of linking key stands twice")
    // A file that is no picture is an answer too.
    do { try checkPicture(Array(file)) } catch is PictureError {}
}

private func checkPicture(_ file: [UInt8]) throws {
    // Little enough that each run is short.
    let most = 1 << 16
    let pixels = try Pixels.decode(file.span.bytes, maxPixels: most)
    let (width, height) = (pixels.width, pixels.height)
    try require((1...most).contains(width * height), "a picture is larger than allowed, or nothing")
    let hash = PDQ.hash(pixels)
    try require((0...100).contains(hash.quality), "a quality beyond 0…100")
    // What is shown can be stored and is the same again.
    try checkStored(try stored(pixels), width, height, hash)
}

// Failures of these two are none of the file's.

private func stored(_ pixels: borrowing Pixels) throws -> [UInt8] {
    do { return try pixels.png() } catch { throw Broken(description: "a picture can't be stored: \(error)") }
}

private func reread(_ file: [UInt8], _ most: Int) throws -> Pixels {
    do {
        return try Pixels.decode(file.span.bytes, maxPixels: most)
    } catch {
        throw Broken(description: "a picture that was stored can't be read: \(error)")
    }
}

private func checkStored(_ file: [UInt8], _ width: Int, _ height: Int, _ hash: PDQHash) throws {
    let pixels = try reread(file, width * height)
    try require(pixels.width == width && pixels.height == height, "a picture has another size when it is stored")
    try require(PDQ.hash(pixels) == hash, "a picture is another one when it is stored")
}

/// What a decoding process says that a hostile picture may have taken over.
private func checkReply(_ bytes: UnsafeRawBufferPointer) throws {
    guard let reply = DecodeReply(Array(bytes)) else { return }
    try require(reply.bytes.elementsEqual(bytes), "more is read from a reply than stands in it")
    guard case .success(let hashes) = reply.result else { return }
    try require((0...100).contains(hashes.displayed.quality), "a quality beyond 0…100")
    try require(hashes.views.count <= DecodeReply.mostViews, "more views than there are")
}

private func checkBase64(_ bytes: UnsafeRawBufferPointer) throws {
    _ = MediaSniffer.type(of: bytes)
    let encoded = Base64.encode(bytes)
    let decoded = encoded.withUnsafeBytes { Base64.decode($0) }
    try require(decoded.map { $0.elementsEqual(bytes) } ?? false, "bytes are not read back from Base64")
    guard let file = Base64.decode(bytes) else { return }
    try require(file.count <= Base64.byteCount(ofDigits: bytes.count), "more bytes than the digits can hold")
    try require(Base64.encode(file).elementsEqual(bytes), "one file has two forms in Base64")
    _ = file.withUnsafeBytes { MediaSniffer.type(of: $0) }
}
