// How a segment's numbers are made up, and the steps of a search that each kind of processor takes its own way.
#ifndef WEIR_SEGMENT_H
#define WEIR_SEGMENT_H

#include <stdbool.h>

#include "distance.h"

enum {
    pairs = weir_segment_chunks / 2,
    position_bits = 20,
    position_mask = weir_segment_capacity - 1,
    other_bits = 12,
    other_mask = (1 << other_bits) - 1,
    /// Candidates that are verified together.
    candidate_room = 4096,
    /// Postings that are looked at between two looks at the room for candidates.
    block = 512,
    /// Candidates that may be written beyond those that count.
    slack = 8,
};

PART_OF_IT uint32_t chunk(const struct weir_hash256 *hash, unsigned number) {
    return (uint32_t)(hash->words[number / 4] >> (number % 4 * 16)) & 0xffff;
}

PART_OF_IT uint32_t pair(const struct weir_hash256 *hash, unsigned number) {
    return (uint32_t)(hash->words[number / 2] >> (number % 2 * 32));
}

/// In how many bits a pair may differ for a hash to be found by it; -1: it need not be looked at.
struct bounds {
    int32_t of[pairs];
};

/// The postings of one value of a chunk.
struct range {
    const uint32_t *postings;
    uint32_t count;
    /// In so many bits the other chunk may differ.
    uint32_t left;
};

/// Writes the candidates among up to `block` postings: those whose other chunk may be near enough, as far as its 12 bits
/// tell. A candidate is a position, and above it the chunk (`found_by`). Returns how many; writes up to `slack` more.
typedef size_t select_candidates(const uint32_t *postings, uint32_t count, uint32_t other, uint32_t left,
                                 uint32_t found_by, uint32_t *candidates);

/// The hash's distance, if that is within the threshold and this chunk is the first that comes upon it; else -1.
typedef int verify_candidate(const struct weir_hash256 *hash, const struct weir_hash256 *query, unsigned threshold,
                             const struct bounds *bounds, unsigned found_by);

/// The same for each way of searching: in a pair near enough, the first chunk finds what is near in it, else the second.
PART_OF_IT bool is_found_by(const struct weir_hash256 *hash, const struct weir_hash256 *query, int bound,
                            unsigned found_by) {
    const unsigned first = found_by & ~1u;
    const bool near = __builtin_popcount(chunk(hash, first) ^ chunk(query, first)) <= bound / 2;
    return near == (found_by % 2 == 0);
}

#endif
