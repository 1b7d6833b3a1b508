internal import Events
internal import HashDetection
internal import Imaging
internal import Synchronization

/// Hashes of pictures that came before, by the SHA-256 of their files: one that is sent again and again is decoded once,
/// also while it is being decoded.
///
/// Bounded: what was not asked for longest makes room, about (second chance, as page caches do it). What may have been an
/// accident is not kept: a process that died, a deadline.
package final class PictureCache: Sendable {
    package enum Lookup: String, Sendable, CaseIterable {
        case hit, miss
        /// Somebody else was at it already.
        case joined
    }

    typealias Hashes = Result<PictureHashes, DecodeFailure>

    private struct Key: Hashable {
        let sha256: Digest256
        let orientations: Bool

        static func == (a: Key, b: Key) -> Bool { a.sha256 == b.sha256 && a.orientations == b.orientations }

        func hash(into hasher: inout Hasher) {
            // Random already, unless somebody chose it: the hasher's own key sees to that.
            hasher.combine(sha256.words.0)
            hasher.combine(sha256.words.1)
        }
    }

    private struct Entry {
        let key: Key
        let hashes: Hashes
        var isWanted = false
    }

    private struct State {
        var entries: [Entry] = []
        var places: [Key: Int] = [:]
        var hand = 0
        /// Who waits for what somebody is at.
        var waiting: [Key: [UInt64: CheckedContinuation<Hashes?, Never>]] = [:]
        var tickets: UInt64 = 0
    }

    private enum Turn {
        case known(Hashes)
        case mine
        case another
    }

    private let capacity: Int
    private let notice: @Sendable (Lookup) -> Void
    private let state = Mutex(State())

    init(capacity: Int, notice: @escaping @Sendable (Lookup) -> Void) {
        self.capacity = capacity
        self.notice = notice
    }

    /// What is known of the file, or what `make` finds out; then for all who ask meanwhile.
    ///
    /// - Parameter sha256: nil: nothing is looked up or kept.
    /// - Throws: what `make` throws, to its caller alone: the next of those who wait takes its place.
    func hashes(
        _ sha256: Digest256?, orientations: Bool, make: () async throws -> Hashes
    ) async throws -> Hashes {
        guard capacity > 0, let sha256 else { return try await make() }
        let key = Key(sha256: sha256, orientations: orientations)
        while true {
            switch state.withLock({ turn(key, &$0) }) {
            case .known(let hashes):
                notice(.hit)
                return hashes
            case .mine:
                notice(.miss)
                do {
                    let hashes = try await make()
                    finish(key, hashes)
                    return hashes
                } catch {
                    finish(key, nil)
                    throw error
                }
            case .another:
                if let hashes = try await wait(for: key) {
                    notice(.joined)
                    return hashes
                }
            }
        }
    }

    private func turn(_ key: Key, _ state: inout State) -> Turn {
        if let place = state.places[key] {
            state.entries[place].isWanted = true
            return .known(state.entries[place].hashes)
        }
        if state.waiting[key] != nil { return .another }
        state.waiting[key] = [:]
        return .mine
    }

    /// nil if nobody is at it any more.
    private func wait(for key: Key) async throws -> Hashes? {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        let hashes = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard !Task.isCancelled, state.waiting[key] != nil else { return false }
                    state.waiting[key]?[ticket] = continuation
                    return true
                }
                if !waits { continuation.resume(returning: nil) }
            }
        } onCancel: {
            state.withLock { $0.waiting[key]?.removeValue(forKey: ticket) }?.resume(returning: nil)
        }
        try Task.checkCancellation()
        return hashes
    }

    private func finish(_ key: Key, _ hashes: Hashes?) {
        let waiting = state.withLock { state in
            if let hashes, hashes.isLasting { keep(Entry(key: key, hashes: hashes), &state) }
            return state.waiting.removeValue(forKey: key) ?? [:]
        }
        for continuation in waiting.values { continuation.resume(returning: hashes) }
    }

    private func keep(_ entry: Entry, _ state: inout State) {
        if state.entries.count < capacity {
            state.places[entry.key] = state.entries.count
            state.entries.append(entry)
            return
        }
        while state.entries[state.hand].isWanted {
            state.entries[state.hand].isWanted = false
            state.hand = (state.hand + 1) % capacity
        }
        state.places[state.entries[state.hand].key] = nil
        state.places[entry.key] = state.hand
        state.entries[state.hand] = entry
        state.hand = (state.hand + 1) % capacity
    }
}

extension PictureCache.Hashes {
    /// Whether the same file would come to the same again.
    fileprivate var isLasting: Bool {
        switch self {
        case .success, .failure(.picture(.unsupported)), .failure(.picture(.broken)), .failure(.picture(.tooLarge)):
            true
        case .failure: false
        }
    }
}
