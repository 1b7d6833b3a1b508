internal import CSimdjson

/// Walks one text by the bridge alone, in an allocation that ends where the bridge was promised it does, so that the
/// sanitizer sees whatever is read beyond. `choose` says which values are read and which are passed over.
struct Walk {
    private(set) var values = 0

    mutating func run(_ text: [UInt8], depth: Int, choose: () -> Bool) {
        guard let reader = weir_json_create(depth) else { return }
        defer { weir_json_destroy(reader) }
        let size = text.count + Int(WEIR_JSON_PADDING)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        defer { copy.deallocate() }
        copy.initialize(repeating: 0x20, count: size)
        for (index, byte) in text.enumerated() { copy[index] = byte }
        let root = Int(weir_json_begin(reader, copy, text.count))
        if root == WEIR_JSON_OBJECT || root == WEIR_JSON_ARRAY, weir_json_enter(reader) == 0 {
            var open = 1
            while open > 0, step(reader, &open, choose) {}
        }
        _ = weir_json_finish(reader)
    }

    private mutating func step(_ reader: OpaquePointer, _ open: inout Int, _ choose: () -> Bool) -> Bool {
        var key: UnsafePointer<UInt8>?
        var count = 0
        let kind = Int(weir_json_next(reader, &key, &count))
        guard kind >= 0 else { return false }
        touch(key, count)
        guard kind != WEIR_JSON_END else {
            open -= 1
            return true
        }
        guard choose() else { return true }
        values += 1
        switch kind {
        case WEIR_JSON_OBJECT, WEIR_JSON_ARRAY:
            guard weir_json_enter(reader) == 0 else { return false }
            open += 1
        case WEIR_JSON_STRING:
            var start: UnsafePointer<UInt8>?
            guard weir_json_string(reader, &start, &count) == 0 else { return false }
            touch(start, count)
        case WEIR_JSON_NUMBER:
            var isInteger = false
            var integer: Int64 = 0
            var value: Double = 0
            return weir_json_number(reader, &isInteger, &integer, &value) == 0
        case WEIR_JSON_BOOLEAN:
            var value = false
            return weir_json_bool(reader, &value) == 0
        default: break
        }
        return true
    }

    /// Reads every byte, since that is where a wrong range shows; they must be UTF-8.
    private func touch(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        guard let start else { return }
        require(weir_json_is_utf8(start, count), "text that is not UTF-8 was handed out")
    }
}
