internal import Detection
internal import Events
package import HashDetection
package import Imaging

/// What is asked of a decoding process: the file lies at the beginning of the memory that both have.
struct DecodeRequest: Equatable {
    /// Comes back with the answer.
    var number: UInt32
    var byteCount: UInt64
    var maxPixels: UInt64
    /// After so many milliseconds the process ends itself.
    var limit: UInt32
    var orientations: Bool

    static let size = 28

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(DecodeRequest.size)
        bytes.append(littleEndian: number)
        bytes.append(littleEndian: limit)
        bytes.append(littleEndian: byteCount)
        bytes.append(littleEndian: maxPixels)
        bytes.append(littleEndian: orientations ? 1 as UInt32 : 0)
        return bytes
    }

    init(number: UInt32, byteCount: UInt64, maxPixels: UInt64, limit: UInt32, orientations: Bool) {
        self.number = number
        self.byteCount = byteCount
        self.maxPixels = maxPixels
        self.limit = limit
        self.orientations = orientations
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == DecodeRequest.size else { return nil }
        number = bytes.littleEndian(at: 0)
        limit = bytes.littleEndian(at: 4)
        byteCount = bytes.littleEndian(at: 8)
        maxPixels = bytes.littleEndian(at: 16)
        orientations = bytes.littleEndian(at: 24) as UInt32 != 0
    }
}

/// What a decoding process answers. Who decodes hostile files may say anything: each byte is checked, and more than that
/// a picture has a wrong hash can't come of it.
///
/// Number, state, quality, count of views, two zeros; the hash of 32 bytes; 34 bytes for each view: its orientation's
/// place in `PictureOrientation.allCases`, 1 if over white, the hash.
package struct DecodeReply {
    package static let mostViews = 2 * PictureOrientation.allCases.count
    static let viewSize = 34
    static let headSize = 42
    static let largest = headSize + mostViews * viewSize

    package let number: UInt32
    package let result: Result<PictureHashes, PictureError>

    init(number: UInt32, result: Result<PictureHashes, PictureError>) {
        self.number = number
        self.result = result
    }

    private static let states: [PictureError] = [.unsupported, .broken, .tooLarge, .memory]

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(DecodeReply.largest)
        bytes.append(littleEndian: number)
        switch result {
        case .failure(let error):
            bytes.append(UInt8(1 + (DecodeReply.states.firstIndex(of: error) ?? 0)))
            bytes += [UInt8](repeating: 0, count: DecodeReply.headSize - bytes.count)
        case .success(let hashes):
            bytes += [0, UInt8(clamping: hashes.displayed.quality), UInt8(clamping: hashes.views.count), 0, 0, 0]
            bytes.append(hashes.displayed.hash)
            for view in hashes.views {
                bytes.append(UInt8(PictureOrientation.allCases.firstIndex(of: view.view.orientation) ?? 0))
                bytes.append(view.view.isOverWhite ? 1 : 0)
                bytes.append(view.hash)
            }
        }
        return bytes
    }

    /// nil unless it is exactly what `bytes` writes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= DecodeReply.headSize, bytes[7...9].allSatisfy({ $0 == 0 }) else { return nil }
        number = bytes.littleEndian(at: 0)
        let (state, quality, count) = (Int(bytes[4]), Int(bytes[5]), Int(bytes[6]))
        guard state == 0 else {
            guard state <= DecodeReply.states.count, bytes.count == DecodeReply.headSize,
                bytes[5...].allSatisfy({ $0 == 0 })
            else { return nil }
            result = .failure(DecodeReply.states[state - 1])
            return
        }
        guard quality <= 100, count <= DecodeReply.mostViews,
            bytes.count == DecodeReply.headSize + count * DecodeReply.viewSize
        else { return nil }
        var hashes = PictureHashes(displayed: PDQHash(hash: bytes.digest(at: 10), quality: quality))
        for place in 0..<count {
            let start = DecodeReply.headSize + place * DecodeReply.viewSize
            let (orientation, white) = (Int(bytes[start]), bytes[start + 1])
            guard orientation < PictureOrientation.allCases.count, white <= 1 else { return nil }
            let view = PictureView(PictureOrientation.allCases[orientation], isOverWhite: white == 1)
            hashes.add(ViewedHash(bytes.digest(at: start + 2), view))
        }
        result = .success(hashes)
    }
}

/// What a decoding process says once, when it can be asked, or why it can't.
enum DecodeReady {
    static let size = 4

    /// - Parameter code: of `errno`; 0 if all is well.
    static func bytes(_ code: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: code)
        return bytes
    }

    static func code(_ bytes: [UInt8]) -> Int32? { bytes.count == size ? bytes.littleEndian(at: 0) : nil }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        for byte in 0..<value.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (byte * 8))) }
    }

    fileprivate func littleEndian<Value: FixedWidthInteger>(at start: Int) -> Value {
        (0..<Value.bitWidth / 8).reduce(0) { $0 | Value(truncatingIfNeeded: self[start + $1]) << ($1 * 8) }
    }

    fileprivate mutating func append(_ digest: Digest256) {
        append(littleEndian: digest.words.0)
        append(littleEndian: digest.words.1)
        append(littleEndian: digest.words.2)
        append(littleEndian: digest.words.3)
    }

    fileprivate func digest(at start: Int) -> Digest256 {
        var digest = Digest256()
        digest.words = (
            littleEndian(at: start), littleEndian(at: start + 8), littleEndian(at: start + 16),
            littleEndian(at: start + 24)
        )
        return digest
    }
}
