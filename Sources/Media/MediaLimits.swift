/// What reading media may cost.
package struct MediaLimits: Sendable {
    /// Threads for digests and pictures.
    package var workers = 2
    /// Fetches at once.
    package var fetches = 16
    /// The largest file that is fetched. What events carry is bounded by their own size.
    package var fileBytes = 64 << 20
    /// The largest picture that is decoded, as width × height. Each worker may hold one beside the budget: three bytes a
    /// pixel when it is done, up to twelve while it is decoded (interlaced PNG of 16 bits).
    package var pixels = 50_000_000
    /// Bytes of files in memory at once, over all batches; at least `fileBytes`.
    package var budget = 256 << 20
    /// For one item: its fetch, digests and picture together, without waiting for its turn.
    package var deadline = Duration.seconds(5)

    /// Pictures whose hashes are kept; 0: none.
    package var cachedPictures = 50_000

    package init() {}
}
