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
#include "segment.h"

#include <stdlib.h>

void weir_segment_fill(const struct weir_hash256 *hashes, uint32_t count, uint32_t shift, uint32_t *directory,
                       uint32_t *postings) {
    const uint32_t keys = UINT32_C(1) << (16 - shift);
    for (unsigned number = 0; number < weir_segment_chunks; number++) {
        for (uint32_t key = 0; key <= keys; key++) directory[key] = 0;
        for (uint32_t position = 0; position < count; position++) directory[chunk(&hashes[position], number) >> shift]++;
        // Each key's end, from which its postings are then filled in downwards, until it is where they start.
        uint32_t end = 0;
        for (uint32_t key = 0; key < keys; key++) directory[key] = end += directory[key];
        directory[keys] = end;
        for (uint32_t position = count; position-- > 0;) {
            const uint32_t other = chunk(&hashes[position], number ^ 1) & other_mask;
            postings[--directory[chunk(&hashes[position], number) >> shift]] = other << position_bits | position;
        }
        directory += keys + 1;
        postings += count;
    }
}

/// Whether all are less than `count`; without a branch for each, so that it is done in vectors.
FOR_PROCESSORS
static bool are_positions(const uint32_t *postings, size_t length, uint32_t count) {
    uint32_t most = 0;
    for (size_t index = 0; index < length; index++) {
        const uint32_t position = postings[index] & position_mask;
        most = most < position ? position : most;
    }
    return length == 0 || most < count;
}

_Bool weir_segment_is_sound(const struct weir_segment *segment) {
    const uint32_t keys = UINT32_C(1) << (16 - segment->shift);
    const uint32_t *directory = segment->directory;
    for (unsigned number = 0; number < weir_segment_chunks; number++, directory += keys + 1) {
        bool rises = true;
        for (uint32_t key = 0; key < keys; key++) rises &= directory[key] <= directory[key + 1];
        if (!rises || directory[keys] > segment->count) return false;
    }
    return are_positions(segment->postings, (size_t)weir_segment_chunks * segment->count, segment->count);
}

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
    for (unsigned number = 0; number < pairs; number++)
        bounds.of[number] = (int)((threshold + 1) / pairs) - 1 + (number < (threshold + 1) % pairs);
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

static bool add(struct weir_matches *matches, uint32_t position, uint32_t distance) {
    if (matches->count == matches->room) {
        const size_t room = matches->room ? matches->room * 2 : 16;
        struct weir_match *elements = realloc(matches->elements, room * sizeof *elements);
        if (!elements) return false;
        matches->elements = elements;
        matches->room = room;
    }
    matches->elements[matches->count++] = (struct weir_match){position, distance};
    return true;
}

PART_OF_IT bool verify(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                       const struct bounds *bounds, const uint32_t *candidates, size_t count,
                       struct weir_matches *matches, verify_candidate *verified) {
    for (size_t index = 0; index < count && index < ahead; index++)
        __builtin_prefetch(&segment->hashes[candidates[index] & position_mask]);
    for (size_t index = 0; index < count; index++) {
        if (index + ahead < count) __builtin_prefetch(&segment->hashes[candidates[index + ahead] & position_mask]);
        const uint32_t position = candidates[index] & position_mask;
        const int distance =
            verified(&segment->hashes[position], query, threshold, bounds, candidates[index] >> position_bits);
        if (distance >= 0 && !add(matches, position, (uint32_t)distance)) return false;
    }
    return true;
}

PART_OF_IT bool search(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                       struct weir_matches *matches, select_candidates *select, verify_candidate *verified) {
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
                    if (!verify(segment, query, threshold, &bounds, candidates, count, matches, verified)) return false;
                    count = 0;
                }
                const uint32_t some = range.count - start < block ? range.count - start : block;
                count += select(range.postings + start, some, other, range.left, found_by, candidates + count);
            }
        }
    }
    return verify(segment, query, threshold, &bounds, candidates, count, matches, verified);
}

// MARK: Any processor

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

PART_OF_IT int verify_plainly(const struct weir_hash256 *hash, const struct weir_hash256 *query, unsigned threshold,
                              const struct bounds *bounds, unsigned found_by) {
    const unsigned bits = distance(hash, query);
    if (bits > threshold) return -1;
    unsigned first = 0;
    while (first < pairs && __builtin_popcount(pair(hash, first) ^ pair(query, first)) > bounds->of[first]) first++;
    return first == found_by / 2 && is_found_by(hash, query, bounds->of[first], found_by) ? (int)bits : -1;
}

FOR_PROCESSORS
_Bool weir_segment_search_plainly(const struct weir_segment *segment, const struct weir_hash256 *query,
                                  unsigned threshold, struct weir_matches *matches) {
    return search(segment, query, threshold, matches, select_plainly, verify_plainly);
}

// MARK: x86-64 with AVX2: eight postings at once, and the eight pairs of a hash at once

#if defined(__x86_64__)
#include <immintrin.h>

#define WITH_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/// For each set of eight lanes, the numbers of those in it, in order, one byte each.
static uint64_t lanes_of[256];

__attribute__((constructor)) static void fill_lanes(void) {
    for (unsigned set = 0; set < 256; set++) {
        uint64_t lanes = 0;
        unsigned count = 0;
        for (unsigned lane = 0; lane < 8; lane++)
            if (set >> lane & 1) lanes |= (uint64_t)lane << 8 * count++;
        lanes_of[set] = lanes;
    }
}

/// The bits set in each byte, from a table of those in four.
WITH_AVX2 PART_OF_IT __m256i bits_in_bytes(__m256i bytes) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i four = _mm256_set1_epi8(15);
    const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(bytes, four));
    const __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), four));
    return _mm256_add_epi8(low, high);
}

WITH_AVX2 PART_OF_IT size_t select_by_eight(const uint32_t *postings, uint32_t count, uint32_t other, uint32_t left,
                                            uint32_t found_by, uint32_t *candidates) {
    const __m256i others = _mm256_set1_epi32((int)other), lefts = _mm256_set1_epi32((int)left);
    const __m256i positions = _mm256_set1_epi32(position_mask), by = _mm256_set1_epi32((int)found_by);
    size_t kept = 0;
    for (uint32_t index = 0; index < count; index += 8) {
        const __m256i some = _mm256_loadu_si256((const __m256i *)(postings + index));
        const __m256i differing = _mm256_srli_epi32(_mm256_xor_si256(some, others), position_bits);
        // The 12 bits stand in the two lowest bytes of a lane, the others are zero.
        const __m256i bits = _mm256_maddubs_epi16(bits_in_bytes(differing), _mm256_set1_epi8(1));
        unsigned near = ~(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(bits, lefts))) & 0xff;
        if (count - index < 8) near &= (1u << (count - index)) - 1;
        const __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)lanes_of[near]));
        const __m256i candidate = _mm256_or_si256(_mm256_and_si256(some, positions), by);
        _mm256_storeu_si256((__m256i *)(candidates + kept), _mm256_permutevar8x32_epi32(candidate, order));
        kept += (size_t)__builtin_popcount(near);
    }
    return kept;
}

WITH_AVX2 PART_OF_IT int verify_by_pairs(const struct weir_hash256 *hash, const struct weir_hash256 *query,
                                         unsigned threshold, const struct bounds *bounds, unsigned found_by) {
    const __m256i differing = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)hash->words),
                                               _mm256_loadu_si256((const __m256i *)query->words));
    const __m256i bytes = bits_in_bytes(differing);
    const __m256i bits = _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, _mm256_set1_epi8(1)), _mm256_set1_epi16(1));
    const __m256i far = _mm256_cmpgt_epi32(bits, _mm256_loadu_si256((const __m256i *)bounds->of));
    const unsigned near = ~(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(far)) & 0xff;
    // Of the pairs that are near enough, only the first: most candidates of a family end here.
    const unsigned pair = 1u << (found_by / 2);
    if ((near & pair) == 0 || (near & (pair - 1)) != 0) return -1;
    const __m256i sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
    const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    const unsigned distance = (unsigned)(_mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1));
    return distance <= threshold && is_found_by(hash, query, bounds->of[found_by / 2], found_by) ? (int)distance : -1;
}

WITH_AVX2 static bool search_with_avx2(const struct weir_segment *segment, const struct weir_hash256 *query,
                                       unsigned threshold, struct weir_matches *matches) {
    return search(segment, query, threshold, matches, select_by_eight, verify_by_pairs);
}

_Bool weir_segment_search(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                          struct weir_matches *matches) {
    return __builtin_cpu_supports("avx2") ? search_with_avx2(segment, query, threshold, matches)
                                          : weir_segment_search_plainly(segment, query, threshold, matches);
}
#else
_Bool weir_segment_search(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                          struct weir_matches *matches) {
    return weir_segment_search_plainly(segment, query, threshold, matches);
}
#endif
