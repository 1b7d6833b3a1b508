// Multi-index hashing (Norouzi, Punjani, Fleet: Fast Exact Search in Hamming Space with Multi-Index Hashing, 2014) with
// two levels of the pigeonhole principle, and a look at the other half of a pair before a hash is fetched.
//
// A hash has 8 pairs of 32 bits. If two hashes differ in at most T bits, then for any bounds with
// sum(bound + 1) = T + 1 there is a pair in which they differ in at most its bound. (Else the sum of the differences
// would be at least T + 1.) In such a pair either the first chunk differs in at most bound / 2 bits, or the second in at
// most (bound - 1) / 2. So the chunk's values within that radius are looked up, and nothing else.
//
// Of each posting found that way, 12 bits of the pair's other chunk are at hand: they may differ in no more than what
// the bound has left over. That is what saves most of the fetches, each of which is a cache miss.
//
// A hash may be come upon in several pairs. It counts in the first of them, so that none is reported twice and no memory
// of what was seen is needed.
#ifndef WEIR_SEARCH_H
#define WEIR_SEARCH_H

#include <stdlib.h>

#include "segment.h"

/// In how many bits a pair may differ for a hash to be found by it; -1: it need not be looked at.
struct bounds {
    int32_t of[pairs];
    /// The same for the first chunk of each pair, by the number of the chunk; of a second chunk it says nothing.
    int16_t of_first[weir_segment_chunks];
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

/// Keeps those candidates whose hashes are within the threshold, in place and in order. Returns how many.
typedef size_t keep_near(const struct weir_hash256 *hashes, const struct weir_hash256 *query, unsigned threshold,
                         uint32_t *candidates, size_t count);

/// Whether this chunk is the first that comes upon the hash. `*distance` is the hash's distance in any case.
typedef bool is_first_found(const struct weir_hash256 *hash, const struct weir_hash256 *query,
                            const struct bounds *bounds, unsigned found_by, unsigned *distance);

enum {
    /// Values of a chunk within two bits: itself, 16, and 120.
    most_ranges = 1 + 16 + 120,
    /// Hashes that are on their way into the cache while one is verified.
    ahead = 32,
};

/// One chunk in which to look.
struct step {
    unsigned chunk;
    unsigned bound;
    unsigned radius;
};

PART_OF_IT struct bounds bounds_for(unsigned threshold) {
    struct bounds bounds;
    for (unsigned number = 0; number < pairs; number++) {
        bounds.of[number] = (int)((threshold + 1) / pairs) - 1 + (number < (threshold + 1) % pairs);
        bounds.of_first[2 * number] = bounds.of_first[2 * number + 1] = (int16_t)(bounds.of[number] / 2);
    }
    return bounds;
}

/// The ranges of a step's values, on their way into the cache.
PART_OF_IT unsigned ranges_of(const struct weir_segment *segment, const struct weir_hash256 *query, struct step step,
                              struct range *ranges) {
    const unsigned bits = 16 - segment->shift;
    const uint32_t *directory = segment->directory + step.chunk * ((UINT32_C(1) << bits) + 1);
    const uint32_t *postings = segment->postings + (size_t)step.chunk * segment->count;
    const uint32_t key = chunk(query, step.chunk) >> segment->shift;
    unsigned count = 0;
#define LOOK_AT(value, differing)                                                                             \
    do {                                                                                                      \
        const uint32_t from = directory[value], to = directory[(value) + 1];                                  \
        __builtin_prefetch(postings + from);                                                                  \
        __builtin_prefetch(postings + from + 16);                                                             \
        ranges[count++] = (struct range){postings + from, to - from, step.bound - (differing)};               \
    } while (0)
    LOOK_AT(key, 0);
    if (step.radius >= 1)
        for (unsigned one = 0; one < bits; one++) LOOK_AT(key ^ 1u << one, 1);
    if (step.radius >= 2)
        for (unsigned one = 1; one < bits; one++)
            for (unsigned two = 0; two < one; two++) LOOK_AT(key ^ 1u << one ^ 1u << two, 2);
#undef LOOK_AT
    return count;
}

PART_OF_IT void prefetch(const struct weir_hash256 *hashes, const uint32_t *candidates, size_t from, size_t to) {
    for (size_t index = from; index < to; index++) __builtin_prefetch(&hashes[candidates[index] & position_mask]);
}

PART_OF_IT size_t keep_near_plainly(const struct weir_hash256 *hashes, const struct weir_hash256 *query,
                                    unsigned threshold, uint32_t *candidates, size_t count) {
    prefetch(hashes, candidates, 0, count < ahead ? count : ahead);
    size_t kept = 0;
    for (size_t index = 0; index < count; index++) {
        if (index + ahead < count) prefetch(hashes, candidates, index + ahead, index + ahead + 1);
        const uint32_t candidate = candidates[index];
        candidates[kept] = candidate;
        kept += distance(&hashes[candidate & position_mask], query) <= threshold;
    }
    return kept;
}

static bool add(struct weir_matches *matches, const uint32_t *kept, size_t count) {
    if (matches->room - matches->count < count) {
        const size_t enough = matches->count + count;
        const size_t room = enough < 16 ? 16 : enough + enough / 2;
        struct weir_match *elements = realloc(matches->elements, room * sizeof *elements);
        if (!elements) return false;
        matches->elements = elements;
        matches->room = room;
    }
    for (size_t index = 0; index < count; index++)
        matches->elements[matches->count++] =
            (struct weir_match){kept[index] & position_mask, kept[index] >> position_bits};
    return true;
}

/// Adds those candidates that are matches. First only by distance, since that is quick and drops most; each match then
/// takes the place of a candidate before it, with its distance where the chunk stood. Nowhere is there a branch by what a
/// candidate is: in a family of hashes nothing foretells that.
PART_OF_IT bool verify(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                       const struct bounds *bounds, uint32_t *candidates, size_t count, struct weir_matches *matches,
                       keep_near *keep, is_first_found *is_first) {
    const size_t near = keep(segment->hashes, query, threshold, candidates, count);
    size_t kept = 0;
    for (size_t index = 0; index < near; index++) {
        const uint32_t position = candidates[index] & position_mask;
        unsigned bits;
        const bool counts =
            is_first(&segment->hashes[position], query, bounds, candidates[index] >> position_bits, &bits);
        candidates[kept] = position | bits << position_bits;
        kept += counts;
    }
    return kept == 0 || add(matches, candidates, kept);
}

PART_OF_IT bool search(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                       struct weir_matches *matches, select_candidates *select, keep_near *keep,
                       is_first_found *is_first) {
    const struct bounds bounds = bounds_for(threshold);
    struct step steps[weir_segment_chunks];
    unsigned step_count = 0;
    for (unsigned number = 0; number < weir_segment_chunks; number++) {
        const int bound = bounds.of[number / 2];
        if (bound < (int)(number % 2)) continue;
        steps[step_count++] = (struct step){number, (unsigned)bound, ((unsigned)bound - number % 2) / 2};
    }

    // While the postings of one step are looked at, those of the next are on their way.
    struct range ranges[2][most_ranges];
    unsigned range_counts[2];
    uint32_t candidates[candidate_room + slack];
    size_t count = 0;
    range_counts[0] = ranges_of(segment, query, steps[0], ranges[0]);
    for (unsigned at = 0; at < step_count; at++) {
        if (at + 1 < step_count)
            range_counts[(at + 1) % 2] = ranges_of(segment, query, steps[at + 1], ranges[(at + 1) % 2]);
        const uint32_t other = (chunk(query, steps[at].chunk ^ 1) & other_mask) << position_bits;
        const uint32_t found_by = steps[at].chunk << position_bits;
        for (unsigned number = 0; number < range_counts[at % 2]; number++) {
            const struct range range = ranges[at % 2][number];
            for (uint32_t start = 0; start < range.count; start += block) {
                if (candidate_room - count < block) {
                    if (!verify(segment, query, threshold, &bounds, candidates, count, matches, keep, is_first))
                        return false;
                    count = 0;
                }
                const uint32_t some = range.count - start < block ? range.count - start : block;
                count += select(range.postings + start, some, other, range.left, found_by, candidates + count);
            }
        }
    }
    return verify(segment, query, threshold, &bounds, candidates, count, matches, keep, is_first);
}

#endif
