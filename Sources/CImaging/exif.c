#include "internal.h"

#include <string.h>

struct tiff {
    const uint8_t *bytes;
    size_t count;
    bool big_endian;
};

static uint32_t read16(const struct tiff *tiff, size_t at) {
    const uint8_t *p = tiff->bytes + at;
    return tiff->big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static uint32_t read32(const struct tiff *tiff, size_t at) {
    return tiff->big_endian ? read16(tiff, at) << 16 | read16(tiff, at + 2)
                            : read16(tiff, at + 2) << 16 | read16(tiff, at);
}

int exif_orientation(const uint8_t *bytes, size_t count) {
    struct tiff tiff = {bytes, count, false};
    if (count < 8) return 0;
    if (memcmp(bytes, "MM\0*", 4) == 0) {
        tiff.big_endian = true;
    } else if (memcmp(bytes, "II*\0", 4) != 0) {
        return 0;
    }
    size_t directory = read32(&tiff, 4);
    if (directory > count - 2) return 0;
    uint32_t entries = read16(&tiff, directory);
    if ((count - directory - 2) / 12 < entries) return 0;
    for (uint32_t index = 0; index < entries; index++) {
        size_t entry = directory + 2 + 12 * (size_t)index;
        if (read16(&tiff, entry) != 0x0112) continue;
        enum { type_short = 3 };
        if (read16(&tiff, entry + 2) != type_short || read32(&tiff, entry + 4) != 1) return 0;
        uint32_t value = read16(&tiff, entry + 8);
        return value >= 1 && value <= 8 ? (int)value : 0;
    }
    return 1;
}
