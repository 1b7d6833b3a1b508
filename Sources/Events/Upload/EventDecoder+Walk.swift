extension EventDecoder {
    func object(
        _ node: Int, of shape: EventShape, into batch: inout EventBatch.Builder, _ present: inout Presence
    ) throws(DecodeError) {
        do throws(JSONFailure) { try reader.enter() } catch { throw failure(error) }
        while true {
            let member: (kind: JSONKind, key: UnsafeRawBufferPointer)
            do throws(JSONFailure) {
                guard let next = try reader.next() else { return }
                member = next
            } catch {
                throw failure(error)
            }
            guard let child = shape.child(of: node, named: member.key) else { continue }
            // Two readers may disagree on which of two equal names counts: such a record is refused.
            let bit = UInt64(1) << UInt64(child & 63)
            if seen & bit != 0 { throw DecodeError(.fieldDuplicate, "\(shape.nodes[child].path): stands twice") }
            seen |= bit
            try value(member.kind, at: child, of: shape, into: &batch, &present)
        }
    }

    func value(
        _ kind: JSONKind, at node: Int, of shape: EventShape,
        into batch: inout EventBatch.Builder, _ present: inout Presence
    ) throws(DecodeError) {
        if kind == .null { return }
        if let list = shape.nodes[node].list, let element = shape.nodes[node].element {
            guard kind == .array else { throw wrongType(shape.nodes[node].path, "a list", kind) }
            try self.list(list, element: element, of: shape, into: &batch, &present)
        } else if let leaf = shape.nodes[node].leaf {
            let value = try scalar(kind, leaf, of: shape, into: &batch)
            if !shape.nodes[node].moreLeaves.isEmpty {
                try scalar(value, first: leaf, more: shape.nodes[node].moreLeaves, into: &batch, &present)
            }
            assign(value, to: leaf.field, into: &batch, &present)
        } else {
            guard kind == .object else { throw wrongType(shape.nodes[node].path, "an object", kind) }
            try object(node, of: shape, into: &batch, &present)
        }
    }

    func list(
        _ list: EventShape.List, element: Int, of shape: EventShape,
        into batch: inout EventBatch.Builder, _ present: inout Presence
    ) throws(DecodeError) {
        do throws(JSONFailure) { try reader.enter() } catch { throw failure(error) }
        while true {
            let kind: JSONKind
            do throws(JSONFailure) {
                guard let next = try reader.next() else { return }
                kind = next.kind
            } catch {
                throw failure(error)
            }
            switch list {
            case .links:
                guard batch.linkCount < limits.links else {
                    throw DecodeError(.linksTooMany, "data.links: more than \(limits.links) entries")
                }
                guard kind == .string else { throw wrongType(shape.nodes[element].path, "text", kind) }
                batch.append(link: batch.append(try text(.link, .url)))
            case .media:
                guard batch.mediaCount < limits.media else {
                    throw DecodeError(.mediaTooMany, "data.media: more than \(limits.media) entries")
                }
                guard kind == .object else { throw wrongType(shape.nodes[element].path, "an object", kind) }
                batch.item = Media()
                let outside = seen
                try object(element, of: shape, into: &batch, &present)
                seen = outside
                batch.keepItem()
            }
        }
    }

    /// A value that stands for several fields.
    private func scalar(
        _ value: Scalar, first: EventShape.Leaf, more leaves: [EventShape.Leaf],
        into batch: inout EventBatch.Builder, _ present: inout Presence
    ) throws(DecodeError) {
        if case .text(let range) = value {
            // Each field at this place has a limit of its own.
            for leaf in [first] + leaves {
                if case .text(let length) = leaf.field.content { try check(Int(range.count), leaf.field, length) }
            }
        }
        for leaf in leaves { assign(value, to: leaf.field, into: &batch, &present) }
    }

    func wrongType(_ field: EventField, _ expected: String, _ found: JSONKind) -> DecodeError {
        wrongType("\(field.path)", expected, found)
    }

    func wrongType(_ path: String, _ expected: String, _ found: JSONKind) -> DecodeError {
        DecodeError(.fieldType, "\(path): expected \(expected), found \(found)")
    }
}
