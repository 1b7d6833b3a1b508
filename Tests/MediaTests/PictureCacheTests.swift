import Events
import HashDetection
import Imaging
import Synchronization
import TestSupport
import Testing

@testable import Media

@Suite(.timeLimit(.minutes(3))) struct PictureCacheTests {
    private struct GivenUp: Error {}

    private final class Lookups: Sendable {
        private let counts = Mutex<[PictureCache.Lookup: Int]>([:])

        func add(_ lookup: PictureCache.Lookup) { counts.withLock { $0[lookup, default: 0] += 1 } }

        subscript(_ lookup: PictureCache.Lookup) -> Int { counts.withLock { $0[lookup] ?? 0 } }
    }

    private func name(_ number: Int) -> Digest256 { SHA256.hash(Array("\(number)".utf8)) }

    private func hashes(_ number: Int) -> PictureCache.Hashes {
        .success(PictureHashes(displayed: PDQHash(hash: name(number), quality: 80)))
    }

    private func hash(_ hashes: PictureCache.Hashes) -> Digest256? { try? hashes.get().displayed.hash }

    @Test func whatIsKnownIsNotMadeAgain() async throws {
        let lookups = Lookups()
        let cache = PictureCache(capacity: 10, notice: lookups.add)
        for round in 0..<3 {
            for number in 0..<5 {
                let found = try await cache.hashes(name(number), orientations: false) {
                    #expect(round == 0)
                    return hashes(number)
                }
                #expect(hash(found) == name(number))
            }
        }
        #expect(lookups[.miss] == 5)
        #expect(lookups[.hit] == 10)
        // Hashes of all orientations are others.
        _ = try await cache.hashes(name(0), orientations: true) { hashes(0) }
        #expect(lookups[.miss] == 6)
    }

    @Test func whatMayHaveBeenAnAccidentIsTriedAgain() async throws {
        let cache = PictureCache(capacity: 10) { _ in }
        let lasting: [DecodeFailure] = [.picture(.broken), .picture(.unsupported), .picture(.tooLarge)]
        for (number, failure) in (lasting + [.crashed, .timeout, .unavailable, .picture(.memory)]).enumerated() {
            let made = Tally()
            for _ in 0..<2 {
                _ = try await cache.hashes(name(number), orientations: false) {
                    made.add()
                    return .failure(failure)
                }
            }
            #expect(made.value == (number < lasting.count ? 1 : 2), "\(failure)")
        }
    }

    @Test func withoutRoomOrNameAllIsMade() async throws {
        let made = Tally()
        for cache in [PictureCache(capacity: 0) { _ in }, PictureCache(capacity: 10) { _ in }] {
            for _ in 0..<2 {
                _ = try await cache.hashes(nil, orientations: false) {
                    made.add()
                    return hashes(1)
                }
            }
        }
        #expect(made.value == 4)
    }

    /// A plain model beside it: never more than its capacity, never a wrong hash, and what is asked for all the time
    /// stays.
    @Test func itIsBounded() async throws {
        let capacity = 16
        let cache = PictureCache(capacity: capacity) { _ in }
        var random = SplitMix64(seed: 4)
        var made: [Int: Int] = [:]
        for _ in 0..<5_000 {
            for number in [0, Int.random(in: 1..<200, using: &random)] {
                var isNew = false
                let found = try await cache.hashes(name(number), orientations: false) {
                    isNew = true
                    return hashes(number)
                }
                if isNew { made[number, default: 0] += 1 }
                #expect(hash(found) == name(number))
            }
        }
        #expect(made[0] == 1)
        var known = 0
        for number in 0..<200 {
            let found = try? await cache.hashes(name(number), orientations: false) { throw GivenUp() }
            if found != nil { known += 1 }
        }
        #expect(known == capacity)
    }

    @Test func whoComesMeanwhileWaitsForTheFirst() async throws {
        let lookups = Lookups()
        let cache = PictureCache(capacity: 10, notice: lookups.add)
        let made = Tally()
        try await withThrowingTaskGroup(of: Digest256?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    self.hash(
                        try await cache.hashes(self.name(1), orientations: false) {
                            made.add()
                            // Until others wait, or all have come.
                            while lookups[.miss] == 1, made.value == 1, !Task.isCancelled {
                                await Task.yield()
                                if made.add(0) == 1 { break }
                            }
                            return self.hashes(1)
                        })
                }
            }
            for try await hash in group { #expect(hash == name(1)) }
        }
        #expect(made.value == 1)
        #expect(lookups[.miss] == 1)
        #expect(lookups[.hit] + lookups[.joined] == 49)
    }

    /// The first gives up, and the next takes its place.
    @Test func nobodyHangsOnOneWhoGaveUp() async throws {
        let cache = PictureCache(capacity: 10) { _ in }
        let tries = Tally()
        let outcomes = await withTaskGroup(of: Digest256?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let found = try? await cache.hashes(self.name(1), orientations: false) {
                        await Task.yield()
                        if tries.add() < 5 { throw GivenUp() }
                        return self.hashes(1)
                    }
                    return found.flatMap(self.hash)
                }
            }
            return await group.reduce(into: [Digest256?]()) { $0.append($1) }
        }
        #expect(tries.value == 5)
        #expect(outcomes.count { $0 == nil } == 4)
    }

    @Test func whoIsCancelledWaitsNoLonger() async throws {
        let lookups = Lookups()
        let cache = PictureCache(capacity: 10, notice: lookups.add)
        let latch = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Digest256?.self) { group in
            group.addTask {
                self.hash(
                    try await cache.hashes(self.name(1), orientations: false) {
                        for await _ in latch.stream {}
                        return self.hashes(1)
                    })
            }
            #expect(await eventually { lookups[.miss] == 1 })
            let cancelled = await withTaskGroup(of: Bool.self) { waiting in
                waiting.addTask {
                    do {
                        _ = try await cache.hashes(self.name(1), orientations: false) { self.hashes(2) }
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
                waiting.cancelAll()
                return await waiting.next()
            }
            #expect(cancelled == true)
            latch.continuation.finish()
            for try await hash in group { #expect(hash == name(1)) }
        }
    }
}
