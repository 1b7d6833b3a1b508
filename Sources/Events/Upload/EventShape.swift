/// Where the fields of an event stand in a JSON text: a tree of names, walked along with the text.
///
/// The standard form and every platform's own form are both shapes, so there is one decoder.
package struct EventShape: Sendable {
    /// How a time is written.
    package enum TimeFormat: String, Sendable, CaseIterable {
        case rfc3339
        case epochSeconds = "epoch-seconds"
        case epochMilliseconds = "epoch-milliseconds"
    }

    struct Leaf: Sendable {
        let field: EventField
        let time: TimeFormat
    }

    enum List: Sendable { case media, links }

    /// A member of an object, and the node that its value is read by.
    struct Edge: Sendable {
        let name: MemberName
        let node: Int
        /// The next member of the same object; -1 after the last.
        var sibling = -1
    }

    struct Node: Sendable {
        /// In `edges`; -1 where there is none.
        var firstEdge = -1
        var lastEdge = -1
        /// What is read here. Almost always one: those beyond stand in `moreLeaves`, so that the first costs no more
        /// than a look.
        var leaf: Leaf?
        var moreLeaves: [Leaf] = []
        var list: List?
        /// The node that each element of the list is read by.
        var element: Int?
        /// For messages.
        var path = ""
    }

    /// The decoder remembers in 64 bits which nodes it has seen.
    static let mostNodes = 64

    private(set) var nodes: [Node] = [Node()]
    private var edges: [Edge] = []
    /// The members' names in full, in the order of `edges`.
    private var names: [[UInt8]] = []
    /// Where `data` begins: in binary mode that is the whole text.
    private(set) var data = 0
    /// Event types that the platform names in its own way.
    var types: [String: UploadKind] = [:]
    /// Values that every event of this shape has.
    var constantType: UploadKind?
    var constantSource: [UInt8]?
    /// Whether numbers are taken where text is expected (ids, mostly).
    var acceptsNumbersAsText = false

    package init() {}

    /// The node of the member called `name`, or nil.
    @inline(__always)
    func child(of node: Int, named name: UnsafeRawBufferPointer) -> Int? {
        let sought = MemberName(name)
        var edge = nodes[node].firstEdge
        while edge >= 0 {
            if edges[edge].name == sought, name.count <= MemberName.exact || names[edge].elementsEqual(name) {
                return edges[edge].node
            }
            edge = edges[edge].sibling
        }
        return nil
    }
}

extension EventShape {
    /// Interface, "Upload event": CloudEvents 1.0 in structured mode.
    package static let standard: EventShape = {
        var shape = EventShape()
        for field in EventField.allCases {
            let parts = "\(field.path)".split(separator: ".").map(String.init)
            shape.insert(
                field, at: parts.prefix { $0 != "*" }.map(\.self),
                below: parts.drop { $0 != "*" }.dropFirst().map(\.self))
        }
        shape.data = shape.child(of: 0, named: "data") ?? 0
        return shape
    }()

    /// Why a field can't stand where it is put.
    enum Obstacle {
        /// Something else stands there or on the way.
        case occupied
        /// A field stands there whose value is read in another way.
        case otherForm
    }

    /// Puts a field in. `list`: the way to it, or to the list it is in; `item`: the way within the list's items.
    /// - Returns: nil if it stands there now.
    @discardableResult
    mutating func insert(_ field: EventField, at list: [String], below item: [String], time: TimeFormat = .rfc3339)
        -> Obstacle?
    {
        guard var node = reach(list, from: 0) else { return .occupied }
        if field == .link || field.isOfMedia {
            let kind: List = field == .link ? .links : .media
            guard nodes[node].leaf == nil, nodes[node].firstEdge < 0, nodes[node].list ?? kind == kind else {
                return .occupied
            }
            nodes[node].list = kind
            let element = nodes[node].element ?? append(path: nodes[node].path + ".*")
            nodes[node].element = element
            guard let place = reach(item, from: element) else { return .occupied }
            node = place
        }
        guard nodes[node].firstEdge < 0, nodes[node].list == nil else { return .occupied }
        let leaf = Leaf(field: field, time: time)
        if let first = nodes[node].leaf {
            guard first.field.content.isRead(as: field.content), first.time == time else { return .otherForm }
            nodes[node].moreLeaves.append(leaf)
        } else {
            nodes[node].leaf = leaf
        }
        return nil
    }

    /// nil if the way leads through a field or a list.
    private mutating func reach(_ path: [String], from start: Int) -> Int? {
        var node = start
        for name in path {
            guard nodes[node].leaf == nil, nodes[node].list == nil else { return nil }
            if let next = child(of: node, named: name) {
                node = next
            } else {
                let next = append(path: nodes[node].path.isEmpty ? name : "\(nodes[node].path).\(name)")
                append(name, of: node, to: next)
                node = next
            }
        }
        return node
    }

    private mutating func append(_ name: String, of node: Int, to child: Int) {
        let bytes = Array(name.utf8)
        let index = edges.count
        edges.append(Edge(name: bytes.withUnsafeBytes { MemberName($0) }, node: child))
        names.append(bytes)
        if nodes[node].firstEdge < 0 {
            nodes[node].firstEdge = index
        } else {
            edges[nodes[node].lastEdge].sibling = index
        }
        nodes[node].lastEdge = index
    }

    private mutating func append(path: String) -> Int {
        var node = Node()
        node.path = path
        nodes.append(node)
        return nodes.count - 1
    }

    private func child(of node: Int, named name: String) -> Int? {
        var name = name
        return name.withUTF8 { child(of: node, named: UnsafeRawBufferPointer($0)) }
    }
}
