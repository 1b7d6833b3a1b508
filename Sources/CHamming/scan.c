#include "CHamming.h"

#include <stdbool.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// What chooses between the versions would run, instrumented, before the sanitizer is there.
#define FOR_PROCESSORS
#endif
#endif
#if defined(FOR_PROCESSORS)
#elif defined(__x86_64__)
#define FOR_PROCESSORS __attribute__((target_clones("arch=x86-64-v4", "popcnt", "default")))
#else
#define FOR_PROCESSORS
#endif

// A block is looked at without a branch for each hash, so that it is done in vectors where there are any; most blocks
// have no match, and those that have are looked at again.
enum { block = 64 };

static inline __attribute__((always_inline)) unsigned distance(const struct weir_hash256 *a, const struct weir_hash256 *b) {
    unsigned bits = 0;
    for (int word = 0; word < 4; word++) bits += (unsigned)__builtin_popcountll(a->words[word] ^ b->words[word]);
    return bits;
}

FOR_PROCESSORS
size_t weir_hamming_scan(const struct weir_hash256 *hashes, size_t count, size_t start,
                         const struct weir_hash256 *query, unsigned threshold, uint32_t *found, size_t room,
                         size_t *next) {
    size_t matches = 0;
    for (size_t first = start; first < count; first += block) {
        const size_t end = count - first < block ? count : first + block;
        bool any = false;
        for (size_t index = first; index < end; index++) any |= distance(&hashes[index], query) <= threshold;
        if (!any) continue;
        for (size_t index = first; index < end; index++) {
            if (distance(&hashes[index], query) > threshold) continue;
            if (matches == room) {
                *next = index;
                return matches;
            }
            found[matches++] = (uint32_t)index;
        }
    }
    *next = count;
    return matches;
}
