// With what AVX-512 has for counting bits and for keeping some of a register's lanes: sixteen postings at once, and four
// hashes at once.
#if defined(__x86_64__)
#include <immintrin.h>

#include "search.h"

#define WITH_AVX512                                                                                                   \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vpopcntdq,avx512bitalg,avx2,bmi,bmi2,popcnt")))

WITH_AVX512 PART_OF_IT size_t select_by_sixteen(const uint32_t *postings, uint32_t count, uint32_t other,
                                                uint32_t left, uint32_t found_by, uint32_t *candidates) {
    const __m512i others = _mm512_set1_epi32((int)other), lefts = _mm512_set1_epi32((int)left);
    const __m512i positions = _mm512_set1_epi32(position_mask), by = _mm512_set1_epi32((int)found_by);
    size_t kept = 0;
    for (uint32_t index = 0; index < count; index += 16) {
        const __mmask16 lanes = count - index < 16 ? (__mmask16)((1u << (count - index)) - 1) : 0xffff;
        const __m512i some = _mm512_maskz_loadu_epi32(lanes, postings + index);
        const __m512i differing = _mm512_srli_epi32(_mm512_xor_si512(some, others), position_bits);
        const __mmask16 near = _mm512_mask_cmple_epu32_mask(lanes, _mm512_popcnt_epi32(differing), lefts);
        const __m512i candidate = _mm512_or_si512(_mm512_and_si512(some, positions), by);
        _mm512_storeu_si512(candidates + kept, _mm512_maskz_compress_epi32(near, candidate));
        kept += (size_t)__builtin_popcount(near);
    }
    return kept;
}

/// The bits in which a candidate differs, by words.
WITH_AVX512 PART_OF_IT __m256i bits_in_words(const struct weir_hash256 *hash, __m256i query) {
    return _mm256_popcnt_epi64(_mm256_xor_si256(_mm256_loadu_si256((const __m256i *)hash->words), query));
}

WITH_AVX512 PART_OF_IT size_t keep_near_by_four(const struct weir_hash256 *hashes, const struct weir_hash256 *query,
                                                unsigned threshold, uint32_t *candidates, size_t count) {
    const __m256i asked = _mm256_loadu_si256((const __m256i *)query->words);
    const __m256i most = _mm256_set1_epi64x(threshold);
    prefetch(hashes, candidates, 0, count < ahead ? count : ahead);
    // What fills the last four up is looked at in vain.
    for (size_t index = count; index % 4 != 0; index++) candidates[index] = candidates[0];
    size_t kept = 0;
    for (size_t index = 0; index < count; index += 4) {
        const size_t later = index + ahead;
        if (later < count) prefetch(hashes, candidates, later, later + 4);
        const __m128i four = _mm_loadu_si128((const __m128i *)(candidates + index));
        const __m256i a = bits_in_words(&hashes[candidates[index] & position_mask], asked);
        const __m256i b = bits_in_words(&hashes[candidates[index + 1] & position_mask], asked);
        const __m256i c = bits_in_words(&hashes[candidates[index + 2] & position_mask], asked);
        const __m256i d = bits_in_words(&hashes[candidates[index + 3] & position_mask], asked);
        const __m256i ab = _mm256_add_epi64(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
        const __m256i cd = _mm256_add_epi64(_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
        const __m256i bits = _mm256_add_epi64(_mm256_permute2x128_si256(ab, cd, 0x20),
                                              _mm256_permute2x128_si256(ab, cd, 0x31));
        __mmask8 near = _mm256_cmple_epi64_mask(bits, most);
        if (count - index < 4) near &= (__mmask8)((1u << (count - index)) - 1);
        _mm_storeu_si128((__m128i *)(candidates + kept), _mm_maskz_compress_epi32(near, four));
        kept += (size_t)__builtin_popcount(near);
    }
    return kept;
}

WITH_AVX512 PART_OF_IT bool is_first_by_counts(const struct weir_hash256 *hash, const struct weir_hash256 *query,
                                               const struct bounds *bounds, unsigned found_by, unsigned *distance) {
    const __m256i differing = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)hash->words),
                                               _mm256_loadu_si256((const __m256i *)query->words));
    const unsigned near =
        _mm256_cmple_epi32_mask(_mm256_popcnt_epi32(differing), _mm256_loadu_si256((const __m256i *)bounds->of));
    const unsigned far_chunks = _mm256_cmpgt_epi16_mask(_mm256_popcnt_epi16(differing),
                                                        _mm256_loadu_si256((const __m256i *)bounds->of_first));
    const __m256i sums = _mm256_popcnt_epi64(differing);
    const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    *distance = (unsigned)_mm_cvtsi128_si32(_mm_add_epi64(half, _mm_unpackhi_epi64(half, half)));
    const unsigned is_first = (near & -near) >> (found_by / 2);
    const unsigned by = far_chunks >> (found_by & ~1u) ^ found_by;
    return (is_first == 1) & ((by & 1) == 0);
}

WITH_AVX512 bool search_with_avx512(const struct weir_segment *segment, const struct weir_hash256 *query,
                                    unsigned threshold, struct weir_matches *matches) {
    return search(segment, query, threshold, matches, select_by_sixteen, keep_near_by_four, is_first_by_counts);
}
#endif
