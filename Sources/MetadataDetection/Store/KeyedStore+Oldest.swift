extension KeyedStore {
    /// What the records take, with their slots: a matter of the records alone, unlike `bytes`.
    var footprint: Int { recordBytes + count * 24 }

    /// Keys of the records of the least age; of those of the same age the lowest ones.
    borrowing func oldest(_ wanted: Int) -> [Key] {
        var counts = [Int](repeating: 0, count: 1 << 16)
        forEach { _, _, age in counts[Int(age.period)] += 1 }
        var sum = 0
        guard
            let last = counts.firstIndex(where: {
                sum += $0; return sum >= wanted
            })
        else { return [] }
        var (older, equal): ([Key], [Key]) = ([], [])
        forEach { key, _, age in
            if Int(age.period) < last { older.append(key) } else if Int(age.period) == last { equal.append(key) }
        }
        equal.sort()
        older.sort()
        return older + equal.prefix(wanted - older.count)
    }
}
