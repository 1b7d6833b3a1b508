import Configuration
import Events
import Glibc
import Signals

/// Looking up given hashes among given ones, so that another index can be asked the same.
///
/// A folder holds `signals.pdq` and `queries.pdq`, hashes of 32 bytes one after the other. What is found is written to
/// `matches.tsv` beside them: numbers of query and signal, from 0, and their distance; by query, distance and signal.
enum GivenIndexBenchmark {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let hashSize = 32

    static func run(folder: String, _ duration: Duration) throws -> [Figure] {
        let signals = try hashes("\(folder)/signals.pdq")
        let queries = try hashes("\(folder)/queries.pdq")
        let start = Machine.processorSeconds
        let index = PDQIndex(signals, signals: Array(0..<Int32(signals.count)))
        let building = Machine.processorSeconds - start
        try write(queries, index, to: "\(folder)/matches.tsv")
        var figure = IndexBenchmarks.lookUp(queries, in: index, "index-given", nil, duration)
        figure.profile += [("building s", building), ("B/signal", Double(index.bytes) / Double(signals.count))]
        return [figure]
    }

    private static func hashes(_ path: String) throws -> [Digest256] {
        let bytes = try readFile(path, atMost: 4 << 30)
        guard !bytes.isEmpty, bytes.count.isMultiple(of: hashSize) else {
            throw Failure(description: "\(path) has \(bytes.count) bytes; must be hashes of \(hashSize)")
        }
        return stride(from: 0, to: bytes.count, by: hashSize).map { start in
            var hash = Digest256()
            withUnsafeMutableBytes(of: &hash) { $0.copyBytes(from: bytes[start..<start + hashSize]) }
            return hash
        }
    }

    private static func write(_ queries: [Digest256], _ index: PDQIndex, to path: String) throws(Failure) {
        var out = ByteWriter()
        for (number, query) in queries.enumerated() {
            for match in index.matches(query, threshold: IndexBenchmarks.threshold) {
                out.append(number)
                out.append("\t")
                out.append(Int64(match.signal))
                out.append("\t")
                out.append(match.distance)
                out.append("\n")
            }
        }
        guard let file = fopen(path, "w") else { throw failure(path) }
        let written = fwrite(out.bytes, 1, out.bytes.count, file)
        guard fclose(file) == 0, written == out.bytes.count else { throw failure(path) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }
}
