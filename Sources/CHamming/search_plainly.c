// On any processor.
#include "search.h"

PART_OF_IT size_t select_plainly(const uint32_t *postings, uint32_t count, uint32_t other, uint32_t left,
                                 uint32_t found_by, uint32_t *candidates) {
    size_t kept = 0;
    for (uint32_t index = 0; index < count; index++) {
        // Written down in any case, and kept by the count: most are not, which no branch could foretell.
        candidates[kept] = (postings[index] & position_mask) | found_by;
        kept += (uint32_t)__builtin_popcount((postings[index] ^ other) >> position_bits) <= left;
    }
    return kept;
}

PART_OF_IT bool is_first_plainly(const struct weir_hash256 *hash, const struct weir_hash256 *query,
                                 const struct bounds *bounds, unsigned found_by, unsigned *bits) {
    *bits = distance(hash, query);
    unsigned first = 0;
    while (first < pairs && __builtin_popcount(pair(hash, first) ^ pair(query, first)) > bounds->of[first]) first++;
    if (first != found_by / 2) return false;
    // The first chunk of a pair finds what is near in it, the second the rest.
    const unsigned number = 2 * first;
    const bool near = __builtin_popcount(chunk(hash, number) ^ chunk(query, number)) <= bounds->of_first[number];
    return near == (found_by % 2 == 0);
}

FOR_PROCESSORS
bool search_plainly(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                    struct weir_matches *matches) {
    return search(segment, query, threshold, matches, select_plainly, keep_near_plainly, is_first_plainly);
}
