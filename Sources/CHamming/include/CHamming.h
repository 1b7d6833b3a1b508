// Finding the 256-bit hashes near one of them by Hamming distance: by comparing with each (`weir_hamming_scan`), and by
// an index (`weir_segment_search`).
//
// In C for one reason: these loops are compiled for several generations of processors, and the ones that run are chosen
// when the program starts. The same Swift code would count bits without the instruction for it.
#ifndef WEIR_HAMMING_H
#define WEIR_HAMMING_H

#include <stddef.h>
#include <stdint.h>

struct weir_hash256 {
    uint64_t words[4];
};

/// The positions from `start` on of hashes that differ from `query` in at most `threshold` bits, in order. Stops when
/// `room` are found. Returns how many were; `*next` is where to go on, `count` at the end.
size_t weir_hamming_scan(const struct weir_hash256 *hashes, size_t count, size_t start,
                         const struct weir_hash256 *query, unsigned threshold, uint32_t *found, size_t room,
                         size_t *next);

/// Sends for the cache line at an address, which need not be valid, and does not wait for it.
static inline void weir_prefetch(const void *address) { __builtin_prefetch(address); }

enum {
    /// A hash is 16 chunks of 16 bits, two of which are a pair.
    weir_segment_chunks = 16,
    /// Hashes that a segment can hold: what 20 bits of a posting can tell apart.
    weir_segment_capacity = 1 << 20,
    /// The largest distance that the index answers for; beyond it, a scan is the faster way.
    weir_segment_threshold = 47,
    /// So many numbers behind the postings are read, whatever they are.
    weir_segment_padding = 8,
};

/// An index over hashes: for each chunk, where in the hashes each of its values stands.
///
/// A chunk's key is its value without the lowest `shift` bits. `directory` has for each chunk 2^(16 - shift) + 1
/// offsets into the chunk's `count` postings: those of key k stand from the k-th to the next. A posting is a position
/// (the lowest 20 bits) and the lowest 12 bits of the other chunk of the pair.
struct weir_segment {
    const struct weir_hash256 *hashes;
    const uint32_t *directory;
    const uint32_t *postings;
    uint32_t count;
    uint32_t shift;
};

/// Fills the directory (16 * (2^(16 - shift) + 1) numbers) and the postings (16 * count numbers) of a
/// segment. There has to be memory for `weir_segment_padding` more postings.
void weir_segment_fill(const struct weir_hash256 *hashes, uint32_t count, uint32_t shift, uint32_t *directory,
                       uint32_t *postings);

/// Whether a search of a segment that somebody else filled stays within it: the directory rises up to the postings' end,
/// and every posting is the position of a hash.
_Bool weir_segment_is_sound(const struct weir_segment *segment);

struct weir_match {
    uint32_t position;
    uint32_t distance;
};

/// Grows by `realloc`; who made it frees `elements`, which is null while there are none.
struct weir_matches {
    struct weir_match *elements;
    size_t count;
    size_t room;
};

/// Adds each hash of the segment within `threshold` (at most `weir_segment_threshold`) bits of the query, once, in no
/// order. Returns false if there is no memory for them.
_Bool weir_segment_search(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                          struct weir_matches *matches);

/// How a processor searches: the ways differ in the registers they use, and in nothing that is found.
enum weir_way { weir_way_plain, weir_way_avx2, weir_way_avx512 };

/// The fastest that this processor has; it has all those before it too.
enum weir_way weir_best_way(void);

/// The same in one of the ways that this processor has.
_Bool weir_segment_search_by(enum weir_way way, const struct weir_segment *segment, const struct weir_hash256 *query,
                             unsigned threshold, struct weir_matches *matches);

#endif
