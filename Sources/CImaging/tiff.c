// libvips counts the pages of a TIFF file (TIFF 6.0; BigTIFF) by reading all of their directories, and nothing keeps
// directories from naming the same values: thousands of pages can each have the whole file as their list of strips.
#include "internal.h"

#include <string.h>

struct reader {
    const uint8_t *bytes;
    size_t count;
    bool big_endian, is_big;
};

/// Of `size` bytes, which must be there.
static uint64_t number(const struct reader *file, size_t at, size_t size) {
    uint64_t value = 0;
    for (size_t index = 0; index < size; index++) {
        value = value << 8 | file->bytes[at + (file->big_endian ? index : size - 1 - index)];
    }
    return value;
}

/// Bytes of a value by its type; 8, the most there are, for those not known.
static uint64_t value_size(uint64_t type) {
    static const uint8_t sizes[] = {8, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
    return type < sizeof sizes ? sizes[type] : 8;
}

/// What one entry's values take beside it; no more than the file, beyond which libtiff does not follow.
static uint64_t values_size(const struct reader *file, size_t entry) {
    size_t word = file->is_big ? 8 : 4;
    uint64_t values = number(file, entry + 4, word), size = value_size(number(file, entry + 2, 2));
    if (values > file->count / size) return file->count;
    return values * size > word ? values * size : 0;
}

bool tiff_directories_are_bomb(const uint8_t *bytes, size_t count) {
    if (count < 16 || (memcmp(bytes, "II", 2) != 0 && memcmp(bytes, "MM", 2) != 0)) return false;
    struct reader file = {bytes, count, bytes[0] == 'M', false};
    uint64_t version = number(&file, 2, 2);
    if (version != 42 && version != 43) return false;
    file.is_big = version == 43;
    size_t word = file.is_big ? 8 : 4, counter = file.is_big ? 8 : 2, entry_size = 4 + 2 * word;
    const uint64_t most = (uint64_t)count * tiff_most_readings;
    uint64_t read = 0, place = number(&file, word, word);
    while (place != 0 && place < count && count - place >= counter + word) {
        uint64_t entries = number(&file, place, counter);
        if (entries > (count - place - counter - word) / entry_size) break;
        read += counter + word + entries * entry_size;
        for (uint64_t index = 0; index < entries && read <= most; index++) {
            read += values_size(&file, place + counter + index * entry_size);
        }
        if (read > most) return true;  // also where the directories go round
        place = number(&file, place + counter + entries * entry_size, word);
    }
    return false;
}
