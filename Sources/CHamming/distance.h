#ifndef WEIR_DISTANCE_H
#define WEIR_DISTANCE_H

#include "CHamming.h"
#include "processors.h"

PART_OF_IT unsigned distance(const struct weir_hash256 *a, const struct weir_hash256 *b) {
    unsigned bits = 0;
    for (int word = 0; word < 4; word++) bits += (unsigned)__builtin_popcountll(a->words[word] ^ b->words[word]);
    return bits;
}

#endif
