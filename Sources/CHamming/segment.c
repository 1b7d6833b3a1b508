// What a segment's index is made of, and which of its searches this processor runs.
#include "segment.h"

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

#if defined(__x86_64__)
enum weir_way weir_best_way(void) {
    // Only what the processor has and the system saves.
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bitalg"))
        return weir_way_avx512;
    return __builtin_cpu_supports("avx2") ? weir_way_avx2 : weir_way_plain;
}
#else
enum weir_way weir_best_way(void) { return weir_way_plain; }
#endif

_Bool weir_segment_search_by(enum weir_way way, const struct weir_segment *segment, const struct weir_hash256 *query,
                             unsigned threshold, struct weir_matches *matches) {
    switch (way) {
#if defined(__x86_64__)
    case weir_way_avx512: return search_with_avx512(segment, query, threshold, matches);
    case weir_way_avx2: return search_with_avx2(segment, query, threshold, matches);
#endif
    default: return search_plainly(segment, query, threshold, matches);
    }
}

_Bool weir_segment_search(const struct weir_segment *segment, const struct weir_hash256 *query, unsigned threshold,
                          struct weir_matches *matches) {
    return weir_segment_search_by(weir_best_way(), segment, query, threshold, matches);
}
