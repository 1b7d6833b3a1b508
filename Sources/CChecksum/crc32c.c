#include "CChecksum.h"

#include <string.h>

/// Eight tables, so that eight bytes are taken at once (slicing by eight; Kounavis and Berry, 2005).
static uint32_t tables[8][256];

__attribute__((constructor)) static void fill_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t rest = byte;
        for (int bit = 0; bit < 8; bit++) rest = rest >> 1 ^ (rest & 1 ? UINT32_C(0x82f63b78) : 0);
        tables[0][byte] = rest;
    }
    for (int table = 1; table < 8; table++)
        for (int byte = 0; byte < 256; byte++) {
            const uint32_t before = tables[table - 1][byte];
            tables[table][byte] = before >> 8 ^ tables[0][before & 0xff];
        }
}

static uint32_t by_byte(uint32_t rest, const unsigned char *bytes, size_t count) {
    while (count-- > 0) rest = rest >> 8 ^ tables[0][(rest ^ *bytes++) & 0xff];
    return rest;
}

uint32_t weir_crc32c_plainly(uint32_t before, const void *start, size_t count) {
    const unsigned char *bytes = start;
    uint32_t rest = ~before;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        word ^= rest;
        rest = 0;
        for (int table = 0; table < 8; table++) rest ^= tables[7 - table][word >> 8 * table & 0xff];
    }
#endif
    return ~by_byte(rest, bytes, count);
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("sse4.2"))) static uint32_t with_instruction(uint32_t before, const unsigned char *bytes,
                                                                   size_t count) {
    uint64_t rest = ~before;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        rest = _mm_crc32_u64(rest, word);
    }
    return ~by_byte((uint32_t)rest, bytes, count);
}

uint32_t weir_crc32c(uint32_t before, const void *bytes, size_t count) {
    return __builtin_cpu_supports("sse4.2") ? with_instruction(before, bytes, count)
                                            : weir_crc32c_plainly(before, bytes, count);
}
#else
uint32_t weir_crc32c(uint32_t before, const void *bytes, size_t count) {
    return weir_crc32c_plainly(before, bytes, count);
}
#endif
