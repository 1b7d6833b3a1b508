// With AVX2: eight postings at once, and the eight pairs of a hash at once.
#if defined(__x86_64__)
#include <immintrin.h>

#include "search.h"

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

WITH_AVX2 PART_OF_IT bool is_first_by_pairs(const struct weir_hash256 *hash, const struct weir_hash256 *query,
                                            const struct bounds *bounds, unsigned found_by, unsigned *distance) {
    const __m256i differing = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)hash->words),
                                               _mm256_loadu_si256((const __m256i *)query->words));
    const __m256i bytes = bits_in_bytes(differing);
    const __m256i chunks = _mm256_maddubs_epi16(bytes, _mm256_set1_epi8(1));
    const __m256i bits = _mm256_madd_epi16(chunks, _mm256_set1_epi16(1));
    const __m256i far = _mm256_cmpgt_epi32(bits, _mm256_loadu_si256((const __m256i *)bounds->of));
    const __m256i far_chunks = _mm256_cmpgt_epi16(chunks, _mm256_loadu_si256((const __m256i *)bounds->of_first));
    const unsigned near = ~(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(far)) & 0xff;
    const unsigned far_bytes = (unsigned)_mm256_movemask_epi8(far_chunks);
    const __m256i sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
    const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    *distance = (unsigned)_mm_cvtsi128_si32(_mm_add_epi64(half, _mm_unpackhi_epi64(half, half)));
    // Of the pairs that are near enough, only the first; of its chunks, the first finds what is near in it.
    const unsigned is_first = (near & -near) >> (found_by / 2);
    const unsigned by = far_bytes >> (found_by / 2 * 4) ^ found_by;
    return (is_first == 1) & ((by & 1) == 0);
}

WITH_AVX2 bool search_with_avx2(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                                struct weir_matches *matches) {
    return search(segment, query, threshold, matches, select_by_eight, keep_near_plainly, is_first_by_pairs);
}
#endif
