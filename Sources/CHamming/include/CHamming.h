// Comparing one 256-bit hash with many by Hamming distance.
//
// In C for one reason: the scan is compiled for several generations of processors, and the one that runs is chosen when
// the program starts. The same Swift code would count bits without the instruction for it.
#ifndef WEIR_HAMMING_H
#define WEIR_HAMMING_H

#include <stddef.h>
#include <stdint.h>

struct weir_hash256 {
    uint64_t words[4];
};

/// The positions from `start` on of hashes that differ from `query` in at most `threshold` bits, in order. Stops when
/// `room` are found. Returns how many were; `*next` is where to go on, `count` at the end.
size_t weir_hamming_scan(const struct weir_hash256 *hashes, size_t count, size_t start,
                         const struct weir_hash256 *query, unsigned threshold, uint32_t *found, size_t room,
                         size_t *next);

#endif
