#include "internal.h"

#include <string.h>

enum { header_size = 12, frame = 8 };  // "RIFF", size, "WEBP"; each chunk has its name and length before it

static size_t read32(const uint8_t *p) {
    return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
}

bool webp_frames_are_bomb(const uint8_t *file, size_t count) {
    if (count < header_size || memcmp(file, "RIFF", 4) != 0 || memcmp(file + 8, "WEBP", 4) != 0) return false;
    size_t frames = 0, at = header_size;
    while (count - at >= frame) {
        size_t length = read32(file + at + 4);
        if (memcmp(file + at, "ANMF", 4) == 0 && ++frames > webp_most_frames) return true;
        if (length > count - at - frame) break;
        at += frame + length;
        if (length % 2 == 1 && at < count) at++;  // chunks begin at even places
    }
    return false;
}
