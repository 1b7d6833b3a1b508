/// The known name that a mistyped one most likely stands for: the smallest edit distance
/// (Levenshtein 1966; insertions, deletions, substitutions), if that is small for the name's length.
package func nearestName(to name: String, among known: some Sequence<String>) -> String? {
    let typed = Array(name.lowercased().unicodeScalars)
    let limit = max(2, typed.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in known {
        let distance = editDistance(typed, Array(candidate.lowercased().unicodeScalars))
        if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let substituted = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}

/// "did you mean "x"?" or, where nothing is near, what there is to choose from.
package func suggestion(for name: String, among known: [String]) -> String {
    if let near = nearestName(to: name, among: known) { return "did you mean \"\(near)\"?" }
    return "known: \(known.sorted().joined(separator: ", "))"
}
