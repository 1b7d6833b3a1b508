#include "CHamming.h"

#include <stdbool.h>

#include "distance.h"

// A block is looked at without a branch for each hash, so that it is done in vectors where there are any; most blocks
// have no match, and those that have are looked at again.
enum { block = 64 };

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
