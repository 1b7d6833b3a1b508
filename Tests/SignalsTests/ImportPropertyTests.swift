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

    /// Whatever order records come in and however often: a second import of the same files changes nothing, and what is
    /// printed can be read.
    @Test(arguments: UInt64(1)...200) func importingTwiceChangesNothing(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let types = ["HASH_MD5", "HASH_VIDEO_MD5"]
        let records = (0..<12).map { _ in
            let owners = (1...3).filter { _ in Bool.random(using: &random) }
            let descriptors = owners.map { #"{"owner":{"id":"\#($0)"},"status":"MALICIOUS"}"# }.joined(separator: ",")
            let value = String(repeating: Bool.random(using: &random) ? "0" : "1", count: 32)
            return #"""
                {"type":"\#(types.randomElement(using: &random) ?? "")","indicator":"\#(value)","last_updated":\#(
                    Int.random(in: 0...6, using: &random)),"should_delete":\#(Int.random(in: 0...3, using: &random) == 0),
                "descriptors":{"data":[\#(descriptors)]}}
                """#
        }
        let page = #"{"data":[\#(records.joined(separator: ","))]}"#
        let first = try Imported(.threatexchange, page)
        let second = try Imported(.threatexchange, page, known: first.signals)
        #expect(SignalSet(first.signals + second.signals).signals == first.set.signals)
        var out = ByteWriter()
        for signal in first.signals { out.append(signal) }
        let file = SignalFile(out.bytes)
        #expect(file.rejected.isEmpty)
        #expect(file.signals.map(\.summary) == first.signals.map(\.summary))
    }
}
