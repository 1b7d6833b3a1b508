/// Which keys a batch has changed so far: each is noted when it is first changed.
struct TouchedKeys {
    private(set) var keys: [UInt64] = []
    private var slots: [UInt64]
    private var marks: [UInt32]
    private var mark: UInt32 = 0

    init() {
        slots = Array(repeating: 0, count: 1_024)
        marks = Array(repeating: 0, count: 1_024)
        removeAll()
    }

    mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        mark &+= 1
        if mark == 0 {
            for place in marks.indices { marks[place] = 0 }
            mark = 1
        }
    }

    /// - Returns: whether it is the first time.
    mutating func insert(_ key: UInt64) -> Bool {
        if keys.count * 2 >= slots.count { grow() }
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: key >> 7) & mask
        while marks[place] == mark {
            if slots[place] == key { return false }
            place = (place + 1) & mask
        }
        slots[place] = key
        marks[place] = mark
        keys.append(key)
        return true
    }

    private mutating func grow() {
        let all = keys
        slots = Array(repeating: 0, count: slots.count * 2)
        marks = Array(repeating: 0, count: slots.count)
        mark = 0
        removeAll()
        for key in all { _ = insert(key) }
    }
}
