internal import CExpat
internal import Configuration

/// An element with all that it holds; names are without their namespace.
struct XMLElement {
    let name: String
    var attributes: [String: String] = [:]
    var text = ""
    var children: [XMLElement] = []

    func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }
}

/// Walks an XML document with expat: a root, containers in it, records in those. One record at a time is a tree.
///
/// A document type is refused, so there are no entities but the five of the language, and nothing is fetched.
final class XMLRecords {
    typealias Body = (_ container: String, _ record: XMLElement) -> Void

    static let maximumDepth = 16
    /// Root and container.
    private static let depthOfRecords = 2
    /// Namespace and name are parted by what can't stand in either.
    private static let separator: UInt8 = 0x0A

    private let root: String
    private let body: Body
    private var names: [String] = []
    /// The record at hand and what is open in it.
    private var open: [XMLElement] = []
    private var refusal: String?

    private init(root: String, _ body: @escaping Body) {
        self.root = root
        self.body = body
    }

    /// - Parameter root: the name that the outermost element must have.
    /// - Throws: `ImportFailure` if the document is not well-formed to its end, or has another root.
    static func read(_ bytes: [UInt8], root: String, _ body: Body) throws(ImportFailure) {
        let failure = withoutActuallyEscaping(body) { body in XMLRecords(root: root, body).parse(bytes) }
        if let failure { throw failure }
    }

    private func parse(_ bytes: [UInt8]) -> ImportFailure? {
        guard let parser = XML_ParserCreateNS(nil, CChar(XMLRecords.separator)) else {
            return ImportFailure("no memory for the parser")
        }
        defer { XML_ParserFree(parser) }
        self.parser = parser
        defer { self.parser = nil }
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { context, name, attributes in XMLRecords.of(context)?.start(name, attributes) },
            { context, _ in XMLRecords.of(context)?.end() })
        XML_SetCharacterDataHandler(parser) { context, text, count in
            XMLRecords.of(context)?.append(UnsafeRawBufferPointer(start: text, count: Int(count)))
        }
        XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
            XMLRecords.of(context)?.refuse("has a document type, which is not read")
        }
        return bytes.withUnsafeBytes { bytes in
            // Its lengths are 32 bits wide.
            let chunk = 1 << 20
            var start = 0
            repeat {
                let count = min(chunk, bytes.count - start)
                let text = bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
                start += count
                let status = XML_Parse(parser, text, CInt(count), start == bytes.count ? 1 : 0)
                if status != XML_STATUS_OK || refusal != nil { return failure(parser) }
            } while start < bytes.count
            return nil
        }
    }

    private func failure(_ parser: XML_Parser) -> ImportFailure {
        let reason = refusal ?? XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "is no XML"
        return ImportFailure(
            "line \(XML_GetCurrentLineNumber(parser)), column \(XML_GetCurrentColumnNumber(parser) + 1): \(reason)")
    }

    /// Only while `parse` runs.
    private var parser: XML_Parser?

    private static func of(_ context: UnsafeMutableRawPointer?) -> XMLRecords? {
        context.map { Unmanaged<XMLRecords>.fromOpaque($0).takeUnretainedValue() }
    }

    private func refuse(_ why: String) {
        refusal = refusal ?? why
        if let parser { XML_StopParser(parser, 0) }
    }

    private func start(
        _ name: UnsafePointer<CChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    ) {
        // What was read before a stop still comes through.
        guard refusal == nil, let name else { return }
        var element = XMLElement(name: XMLRecords.local(name))
        if names.isEmpty, element.name != root {
            return refuse("the root is <\(excerpt(element.name, 40))>, not <\(root)>")
        }
        guard names.count < XMLRecords.maximumDepth else {
            return refuse("nested deeper than \(XMLRecords.maximumDepth) levels")
        }
        if names.count >= XMLRecords.depthOfRecords, var pair = attributes {
            while let key = pair[0], let value = pair[1] {
                element.attributes[XMLRecords.local(key)] = String(cString: value)
                pair += 2
            }
            open.append(element)
        }
        names.append(element.name)
    }

    private func end() {
        guard refusal == nil else { return }
        names.removeLast()
        guard let element = open.popLast() else { return }
        if open.isEmpty {
            body(names[names.count - 1], element)
        } else {
            open[open.count - 1].children.append(element)
        }
    }

    private func append(_ text: UnsafeRawBufferPointer) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += String(decoding: text, as: UTF8.self)
    }

    private static func local(_ name: UnsafePointer<CChar>) -> String {
        let name = String(cString: name)
        return name.utf8.lastIndex(of: separator).map { String(name[name.utf8.index(after: $0)...]) } ?? name
    }
}
