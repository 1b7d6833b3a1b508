import Events
import TestSupport
import Testing

@testable import Signals

@Suite struct ImportPropertyTests {
    /// Half a file is never taken for another one: in JSON and XML it is an error, elsewhere it has fewer signals.
    @Test(arguments: SignalImport.Format.allCases) func aFileThatWasCutOffAddsNothing(
        format: SignalImport.Format
    ) throws {
        let whole: [UInt8]
        if format == .jsonl {
            var out = ByteWriter()
            for signal in try Imported(.csv, Imported.example(.csv)).signals { out.append(signal) }
            whole = out.bytes
        } else {
            whole = Array(try Imported.example(format).utf8)
        }
        var complete = SignalImport(format)
        let all = try complete.read(whole).signals
        #expect(!all.isEmpty)
        // What follows the last bracket is white space.
        let end = format.isExchange ? (whole.lastIndex { $0 != 0x0A } ?? 0) : whole.count
        for count in 0..<end {
            var signals = SignalImport(format)
            do throws(ImportFailure) {
                let page = try signals.read(Array(whole.prefix(count)))
                #expect(!format.isExchange, "\(count) bytes are read as a whole")
                #expect(page.signals == Array(all.prefix(page.signals.count)), "\(count) bytes")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    private struct Record {
        let type: String
        let value: String
        let time: Int
        let isDeleted: Bool
        let owners: [Int]

        init(_ random: inout SplitMix64) {
            type = Bool.random(using: &random) ? "HASH_MD5" : "HASH_VIDEO_MD5"
            value = String(repeating: Bool.random(using: &random) ? "0" : "1", count: 32)
            time = Int.random(in: 0...6, using: &random)
            isDeleted = Int.random(in: 0...3, using: &random) == 0
            owners = (1...3).filter { _ in Bool.random(using: &random) }
        }

        var json: String {
            let descriptors = owners.map { #"{"owner":{"id":"\#($0)"},"status":"MALICIOUS"}"# }
            return #"{"type":"\#(type)","indicator":"\#(value)","last_updated":\#(time),"should_delete":\#(isDeleted),"#
                + #""descriptors":{"data":[\#(descriptors.joined(separator: ","))]}}"#
        }
    }

    /// What each owner holds for known, as `owner:value`: the latest versions of all records together.
    private func model(_ records: [Record]) -> Set<String> {
        var latest: [String: Record] = [:]
        for record in records {
            let key = record.type + record.value
            if let before = latest[key], record.time < before.time { continue }
            latest[key] = record
        }
        return Set(
            latest.values.flatMap { record in record.isDeleted ? [] : record.owners.map { "\($0):\(record.value)" } })
    }

    /// The same, of those who read the lines and know of no records.
    private func known(_ signals: [Signal]) -> Set<String> {
        Set(
            (1...3).flatMap { owner in
                SignalSet(signals.filter { $0.source == "threatexchange/\(owner)" }).signals.map {
                    "\(owner):\($0.value)"
                }
            })
    }

    /// Whatever order records come in, and whether a fetch is imported at once, in two parts or again.
    @Test(arguments: UInt64(1)...300) func whatIsPrintedIsWhatTheRecordsState(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let records = (0..<12).map { _ in Record(&random) }
        let page = { (records: ArraySlice<Record>) in #"{"data":[\#(records.map(\.json).joined(separator: ","))]}"# }
        let first = try Imported(.threatexchange, page(records[...]))
        #expect(known(first.signals) == model(records))
        let again = try Imported(.threatexchange, page(records[...]), known: first.signals)
        #expect(known(first.signals + again.signals) == model(records))

        // A later fetch has later records.
        let half = records.sorted { $0.time < $1.time }
        let earlier = try Imported(.threatexchange, page(half[..<6]))
        let later = try Imported(.threatexchange, page(half[6...]), known: earlier.signals)
        #expect(known(earlier.signals + later.signals) == model(half))

        var out = ByteWriter()
        for signal in first.signals { out.append(signal) }
        let file = SignalFile(out.bytes)
        #expect(file.rejected.isEmpty)
        #expect(file.signals.map(\.summary) == first.signals.map(\.summary))
    }
}
