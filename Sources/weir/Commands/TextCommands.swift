import Configuration
import Events
import Operations

/// What the commands of `weir text` share: one text a line, one answer a line.
enum TextLines {
    /// Longest line, in bytes.
    static let longest = 1 << 20

    /// Prints an answer for each line, in order; a line that has none gets `{"line":7,"error":"…"}`.
    ///
    /// - Parameter answer: appends the answer, without the line's end, or gives the reason why there is none.
    /// - Returns: the exit code; 1 if a line had no answer.
    static func answerEach(
        of path: String, _ answer: (_ line: Int, _ text: UnsafeRawBufferPointer, _ out: inout ByteWriter) -> String?
    ) async throws -> Int32 {
        let source = try LineSource(path: path, longest: longest)
        var code = ExitCode.success
        var number = 0
        while true {
            let lines = try await source.next(1_024)
            if lines.isEmpty { return code }
            var out = ByteWriter()
            for line in lines {
                number += 1
                guard let problem = line.withUnsafeBytes({ respond($0, number, answer, &out) }) else { continue }
                code = ExitCode.failure
                out.append("{\"line\":")
                out.append(number)
                out.append(",\"error\":")
                out.appendJSON(problem)
                out.append("}\n")
            }
            Terminal.out(out.bytes)
        }
    }

    private static func respond(
        _ line: UnsafeRawBufferPointer, _ number: Int,
        _ answer: (Int, UnsafeRawBufferPointer, inout ByteWriter) -> String?, _ out: inout ByteWriter
    ) -> String? {
        let text = line.last == UInt8(ascii: "\r") ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
        guard text.count <= longest else { return "has more than \(longest) bytes" }
        guard JSONReader.isUTF8(text) else { return "is no UTF-8" }
        if let problem = answer(number, text, &out) { return problem }
        out.append("\n")
        return nil
    }
}
