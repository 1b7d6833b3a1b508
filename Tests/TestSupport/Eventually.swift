/// Asks again and again until `holds`, or until the time is up: then false.
package func eventually(
    within limit: Duration = .seconds(240), _ holds: () async throws -> Bool
) async rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while try await !holds() {
        if ContinuousClock.now > end { return false }
        try? await Task.sleep(for: .milliseconds(1))
    }
    return true
}
