import Foundation
import TestSupport
import Testing

/// One verdict of `weir scan`.
struct ScannedVerdict {
    /// As it was printed.
    let line: [UInt8]
    let subject: String
    let data: [String: Any]
}

/// What the shipped pipeline and policy make of uploads, through `weir scan`, in order.
func scannedVerdicts(on uploads: Data, signals: Data) throws -> [ScannedVerdict] {
    let directory = NSTemporaryDirectory() + "weir-scanned-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let paths = (signals: "\(directory)/signals.jsonl", uploads: "\(directory)/uploads.jsonl")
    try signals.write(to: URL(fileURLWithPath: paths.signals))
    try uploads.write(to: URL(fileURLWithPath: paths.uploads))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try BuiltProgram("weir").path)
    process.arguments = ["scan", "--signals", paths.signals, paths.uploads]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
        let verdict = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        return ScannedVerdict(
            line: Array(line), subject: try #require(verdict["subject"] as? String),
            data: try #require(verdict["data"] as? [String: Any]))
    }
}
