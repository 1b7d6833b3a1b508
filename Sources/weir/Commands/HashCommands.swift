import Configuration
import Events
import HashDetection
import Imaging
import Operations

extension Commands {
    private static let failureNote =
        "A file that can't be hashed gives {\"path\":…,\"error\":…}; the others go on, and the exit code is 1."

    static let hashPDQ = Command(
        "hash", "pdq", summary: "print the PDQ hash of pictures", arguments: "PATH…",
        options: [
            Option(switch: "--dihedral", "Also the hashes of the eight ways to turn and mirror the picture."),
            Option("--raw", "WxH[x3]", "The files are headerless 8-bit pixels of this size: grey, or RGB with x3."),
        ],
        example: "weir hash pdq --dihedral picture.jpg",
        discussion: """
            Pixels are taken as displayed: turned as EXIF says, alpha over black, first frame. One JSON object a line:
            path, pdq, quality (0…100), width, height. \(failureNote)
            """
    ) { invocation in
        let raw = try invocation.value("--raw").map { try RawSize($0, invocation.command) }
        let dihedral = invocation.has("--dihedral")
        return try await invocation.hashEach { path throws(HashFailure) in
            let file = try FileHash.contents(path)
            let pixels = try FileHash.pixels(file, raw: raw)
            var out = ByteWriter()
            out.append("{\"path\":")
            out.appendJSON(path)
            let result = PDQ.hash(pixels)
            out.append(",\"pdq\":")
            out.appendJSON(hex(result.hash))
            out.append(",\"quality\":")
            out.append(Int64(result.quality))
            out.append(",\"width\":")
            out.append(Int64(pixels.width))
            out.append(",\"height\":")
            out.append(Int64(pixels.height))
            if dihedral {
                out.append(",\"dihedral\":{")
                for (index, (name, hash)) in zip(PictureOrientation.allCases, PDQ.dihedral(pixels).hashes).enumerated()
                {
                    if index > 0 { out.append(",") }
                    out.appendJSON(name.rawValue)
                    out.append(":")
                    out.appendJSON(hex(hash))
                }
                out.append("}")
            }
            out.append("}\n")
            return out.bytes
        }
    }

    static let hashMD5 = hash("md5", "MD5", MD5.self)
    static let hashSHA1 = hash("sha1", "SHA-1", SHA1.self)
    static let hashSHA256 = hash("sha256", "SHA-256", SHA256.self)

    private static func hash(_ word: String, _ name: String, _ function: (some HashFunction).Type) -> Command {
        Command(
            "hash", word, summary: "print the \(name) of files", arguments: "PATH…",
            example: "weir hash \(word) picture.jpg", discussion: failureNote
        ) { invocation in
            try await invocation.hashEach { path throws(HashFailure) in
                FileHash.line(path, word, hex(function.hash(try FileHash.contents(path))))
            }
        }
    }
}

/// Why a file has no hash, in words.
struct HashFailure: Error {
    let reason: String
}

/// The size of pixels without a header: `640x480`, `640x480x3`.
private struct RawSize: Sendable {
    let width: Int
    let height: Int
    let layout: PixelLayout

    init(_ text: String, _ command: Command) throws(UsageError) {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(parts.count), let width = parts[0], let height = parts[1], width > 0, height > 0,
            parts.count == 2 || parts[2] == 3
        else {
            throw UsageError(
                "weir \(command.name): --raw must be WIDTHxHEIGHT (grey) or WIDTHxHEIGHTx3 (RGB), not \"\(text)\"",
                command: command)
        }
        self.width = width
        self.height = height
        layout = parts.count == 3 ? .rgb : .grey
    }
}

private enum FileHash {
    static let largest = 4 << 30
    static let mostPixels = 1_000_000_000

    static func contents(_ path: String) throws(HashFailure) -> [UInt8] {
        do {
            return try readFile(path, atMost: largest)
        } catch {
            throw HashFailure(reason: error.reason)
        }
    }

    static func pixels(_ file: [UInt8], raw: RawSize?) throws(HashFailure) -> Pixels {
        guard let raw else {
            do {
                return try Pixels.decode(file.span.bytes, maxPixels: mostPixels)
            } catch {
                throw HashFailure(reason: words(error))
            }
        }
        guard let pixels = Pixels(width: raw.width, height: raw.height, layout: raw.layout, copying: file) else {
            throw HashFailure(
                reason: "has \(file.count) bytes, not the \(raw.width * raw.height * raw.layout.rawValue) of --raw")
        }
        return pixels
    }

    private static func words(_ error: PictureError) -> String {
        switch error {
        case .unsupported: "is no picture of a known format"
        case .broken: "is a broken picture"
        case .tooLarge: "has more than \(mostPixels) pixels"
        case .memory: "does not fit into memory"
        }
    }

    static func line(_ path: String, _ name: String, _ hash: String) -> [UInt8] {
        var out = ByteWriter()
        out.append("{\"path\":")
        out.appendJSON(path)
        out.append(",")
        out.appendJSON(name)
        out.append(":")
        out.appendJSON(hash)
        out.append("}\n")
        return out.bytes
    }
}

extension Invocation {
    /// Prints a line for each file, in the order of the arguments, whatever becomes of the others.
    fileprivate func hashEach(
        _ line: @escaping @Sendable (String) throws(HashFailure) -> [UInt8]
    ) async throws -> Int32 {
        guard !arguments.isEmpty else { throw UsageError("weir \(command.name): which file?", command: command) }
        let work = BlockingWork(name: "hash")
        var code = ExitCode.success
        for path in arguments {
            do {
                Terminal.out(try await work.run { () throws(HashFailure) in try line(path) })
            } catch {
                code = ExitCode.failure
                Terminal.out(FileHash.line(path, "error", error.reason))
            }
        }
        return code
    }
}

/// A digest as people write it.
func hex<Digest: BitwiseCopyable>(_ digest: Digest) -> String {
    var out = ByteWriter()
    withUnsafeBytes(of: digest) { out.appendHex($0) }
    return String(decoding: out.bytes, as: UTF8.self)
}
