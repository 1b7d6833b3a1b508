internal import Concurrency
package import Detection
package import Events
internal import HashDetection
internal import Imaging

/// Reads the media of uploads: what events carry, and what may be fetched.
///
/// Each item is a child task with a deadline of its own that counts from its turn; waiting for a turn is
/// back-pressure. Files in memory, threads and fetches are bounded over all batches. Nothing about one item fails
/// another, and whatever goes wrong stands in the item's fact:
///
/// | what | fact |
/// | --- | --- |
/// | could not be fetched | `failed` with a code of `FetchFailure` |
/// | carried, but no Base64 | `failed("inline-broken")` |
/// | digests took too long | `failed("read-timeout")` |
/// | no picture, although the bytes are one, or might be | `read`, with `pictureFailure` a code of `DecodeFailure` |
///
/// Of videos and other files there are digests and the type. What came again and again is decoded once (`PictureCache`).
package final class MediaService: MediaReader {
    private let limits: MediaLimits
    private let fetcher: Fetcher
    private let workers: BlockingCalls
    private let budget: Permits
    private let cache: PictureCache
    private let hash: PictureHash
    private let linking: LinkingHash

    /// - Parameters:
    ///   - linkingKey: the deployment's, that linking keys are made with.
    ///   - decoder: who decodes; without, this process itself does, and a picture that breaks a decoder breaks it.
    ///   - notice: told whether a picture was known. On any thread; must be quick.
    package convenience init(
        _ limits: MediaLimits = MediaLimits(), hosts: AllowedHosts = AllowedHosts(), decoder: DecodeWorkers? = nil,
        linkingKey: [UInt8] = [], notice: @escaping @Sendable (PictureCache.Lookup) -> Void = { _ in }
    ) {
        self.init(limits, hosts: hosts, linkingKey: linkingKey, notice: notice) {
            file, maxPixels, orientations, limit in
            if let decoder {
                return decoder.hashes(of: file, maxPixels: maxPixels, orientations: orientations, limit: limit)
            }
            return PictureHashes.result(of: file.span.bytes, maxPixels: maxPixels, orientations: orientations)
                .mapError { .picture($0) }
        }
    }

    /// What takes the time of a picture: from a file, of at most so many pixels, whether turned and mirrored too, and how
    /// long it may take at most.
    typealias PictureHash = @Sendable ([UInt8], Int, Bool, Duration) -> Result<PictureHashes, DecodeFailure>

    init(
        _ limits: MediaLimits, hosts: AllowedHosts, linkingKey: [UInt8] = [],
        notice: @escaping @Sendable (PictureCache.Lookup) -> Void = { _ in },
        hash: @escaping PictureHash
    ) {
        self.limits = limits
        self.hash = hash
        linking = LinkingHash(key: linkingKey)
        cache = PictureCache(capacity: limits.cachedPictures, notice: notice)
        budget = Permits(max(limits.budget, limits.fileBytes))
        workers = BlockingCalls(threads: limits.workers)
        fetcher = Fetcher(
            hosts: hosts, byteLimit: limits.fileBytes, concurrency: limits.fetches, budget: budget)
    }

    package func read(
        _ batch: EventBatch, _ selection: Selection, needs: MediaNeeds, fetch: Bool, into facts: MediaFacts
    ) async -> MediaFacts {
        let plan = ReadingPlan(batch, selection, needs: needs, fetch: fetch, facts)
        guard !plan.items.isEmpty else { return facts }
        return await withTaskGroup(of: (Int, MediaFact).self) { group in
            var facts = facts
            for item in plan.items {
                if fetcher.allowsNothing, !item.source.isInline {
                    facts[item.position] = item.failed(FetchFailure.notAllowed.code)
                } else {
                    group.addTask { (item.position, await self.read(item, batch)) }
                }
            }
            for await (position, fact) in group { facts[position] = fact }
            for copy in plan.copies { facts[copy.position] = facts[copy.original] }
            return facts
        }
    }

    private func read(_ item: ReadingPlan.Item, _ batch: EventBatch) async -> MediaFact {
        var left = limits.deadline
        do {
            let source = try await bytes(of: item, batch, &left)
            guard let (file, fact) = try await examine(source, item, &left) else {
                return item.failed("read-timeout")
            }
            guard let file else { return item.failed("inline-broken") }
            return try await look(at: file, item, fact, left)
        } catch let failure as FetchFailure {
            return item.failed(failure.code)
        } catch {
            return item.failed("cancelled")
        }
    }

    // MARK: The steps of reading one item

    private enum Bytes: Sendable {
        /// Base64, and the share of the budget for what it stands for.
        case carried(EventBatch, ByteRange, Permits.Grant)
        case fetched(MediaBytes)

        /// nil if what is carried is not Base64.
        func file() -> MediaBytes? {
            switch self {
            case .carried(let batch, let range, let share):
                batch.withBytes(range) { Base64.decode($0) }.map { MediaBytes($0, share: share) }
            case .fetched(let file): file
            }
        }
    }

    private func bytes(
        of item: ReadingPlan.Item, _ batch: EventBatch, _ left: inout Duration
    ) async throws -> Bytes {
        switch item.source {
        case .inline(let range):
            let size = Base64.byteCount(ofDigits: Int(range.count))
            return .carried(batch, range, try await budget.grant(max(1, size)))
        case .address(let range):
            return .fetched(try await fetcher.fetch(Array(batch.bytes[range.range]), left: &left))
        }
    }

    /// The file, which is nil if it is none, and what one pass over it tells; nil if that took too long.
    private func examine(
        _ source: Bytes, _ item: ReadingPlan.Item, _ left: inout Duration
    ) async throws -> (MediaBytes?, MediaFact)? {
        guard left > .zero else { return nil }
        let named = limits.cachedPictures > 0 && !item.missing.isDisjoint(with: [.picture, .orientations])
        let outcome = try await workers.run(limit: left) { [linking] _ in
            let start = ContinuousClock.now
            var fact = item.fact
            let file = source.file()
            if let file {
                fact.examine(
                    file.bytes, digests: item.missing.contains(.digests),
                    linking: item.missing.contains(.linking) ? linking : nil, named: named)
            }
            return (file, fact, ContinuousClock.now - start)
        }
        guard case .ended((let file, let fact, let took)) = outcome else { return nil }
        left -= took
        return (file, fact)
    }

    private func look(
        at file: MediaBytes, _ item: ReadingPlan.Item, _ fact: MediaFact, _ left: Duration
    ) async throws -> MediaFact {
        var fact = fact
        let orientations = item.missing.contains(.orientations)
        guard orientations || item.missing.contains(.picture), let type = fact.type else { return fact }
        guard type.isPicture else {
            if type == .unknown { fact.pictureFailure = DecodeFailure.picture(.unsupported).code }
            return fact
        }
        let hashes = try await cache.hashes(fact.sha256, orientations: orientations) {
            guard left > .zero else { return .failure(.timeout) }
            let outcome = try await workers.run(limit: left) { [hash, limits] _ in
                hash(file.bytes, limits.pixels, orientations, left)
            }
            return if case .ended(let hashes) = outcome { hashes } else { .failure(.timeout) }
        }
        switch hashes {
        case .success(let picture):
            fact.pdq = picture.displayed.hash
            fact.quality = picture.displayed.quality
            fact.views = picture.views
            fact.hasOrientations = orientations
        case .failure(let failure): fact.pictureFailure = failure.code
        }
        return fact
    }
}

extension ReadingPlan.Item {
    /// What an earlier stage has read stays true.
    fileprivate func failed(_ reason: Code) -> MediaFact {
        var fact = fact
        if fact.state == .read { fact.pictureFailure = reason } else { fact.state = .failed(reason) }
        return fact
    }
}
