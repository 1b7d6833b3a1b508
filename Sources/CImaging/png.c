#include "internal.h"

#include <string.h>

enum { signature_size = 8, frame = 12 };  // each chunk has its length and name before it, and a checksum behind

static uint32_t read32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_png(const uint8_t *file, size_t count) {
    return count >= signature_size && memcmp(file, "\x89PNG\r\n\x1A\n", signature_size) == 0;
}

int png_orientation(const uint8_t *file, size_t count) {
    if (!is_png(file, count)) return 1;
    size_t at = signature_size;
    while (count - at >= frame) {
        size_t length = read32(file + at);
        if (length > count - at - frame) break;
        if (memcmp(file + at + 4, "eXIf", 4) == 0) {
            int orientation = exif_orientation(file + at + 8, length);
            return orientation == 0 ? 1 : orientation;
        }
        at += frame + length;
    }
    return 1;
}

bool png_is_cut_off(const uint8_t *file, size_t count) {
    if (!is_png(file, count)) return false;
    size_t at = signature_size;
    while (count - at >= frame && memcmp(file + at + 4, "IDAT", 4) != 0) {
        size_t length = read32(file + at);
        if (length > count - at - frame) return true;
        at += frame + length;
    }
    return false;
}

/// A compressed text says nothing of its length; deflate makes 1,032 bytes of one at most, and libpng stops at
/// `longest_text`.
static uint64_t most_expanded(size_t length) {
    enum { longest_text = 8000000, deflate_ratio = 1032 };
    return length > longest_text / deflate_ratio ? longest_text : (uint64_t)length * deflate_ratio;
}

/// iTXt (PNG, third edition, 11.3.3.4): a keyword, a zero, then whether the text is compressed.
static bool is_compressed(const uint8_t *text, size_t length) {
    const uint8_t *end = memchr(text, 0, length);
    return end != NULL && end + 1 < text + length && end[1] != 0;
}

bool png_texts_are_bomb(const uint8_t *file, size_t count) {
    if (!is_png(file, count)) return false;
    uint64_t expanded = 0;
    size_t at = signature_size;
    while (count - at >= frame) {
        size_t length = read32(file + at);
        if (length > count - at - frame) break;
        const uint8_t *name = file + at + 4, *body = file + at + 8;
        if (memcmp(name, "zTXt", 4) == 0 || (memcmp(name, "iTXt", 4) == 0 && is_compressed(body, length))) {
            expanded += most_expanded(length);
            if (expanded > png_most_text) return true;
        }
        at += frame + length;
    }
    return false;
}
