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
    slack = 16,
};

PART_OF_IT uint32_t chunk(const struct weir_hash256 *hash, unsigned number) {
    return (uint32_t)(hash->words[number / 4] >> (number % 4 * 16)) & 0xffff;
}

PART_OF_IT uint32_t pair(const struct weir_hash256 *hash, unsigned number) {
    return (uint32_t)(hash->words[number / 2] >> (number % 2 * 32));
}

bool search_plainly(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                    struct weir_matches *matches);
bool search_with_avx2(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                      struct weir_matches *matches);
bool search_with_avx512(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                        struct weir_matches *matches);

#endif
