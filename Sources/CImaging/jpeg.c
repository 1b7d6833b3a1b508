#include "internal.h"

#include <string.h>
#include <turbojpeg.h>

enum marker {
    SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, TEM = 0x01,
    RST0 = 0xD0, RST7 = 0xD7,
    APP1 = 0xE1, APP2 = 0xE2,
};

/// Where the next marker may be after entropy-coded data, in which 0xFF is followed by zero or a restart marker
/// (T.81, B.1.1.5).
static size_t skip_entropy_coded(const uint8_t *file, size_t count, size_t at) {
    while (at + 1 < count) {
        const uint8_t *found = memchr(file + at, 0xFF, count - at - 1);
        if (found == NULL) return count;
        at = (size_t)(found - file);
        uint8_t next = file[at + 1];
        if (next != 0 && next != 0xFF && !(next >= RST0 && next <= RST7)) return at;
        at += 1;
    }
    return count;
}

/// What could be the start of a scan, for files whose markers can't be followed.
static uint32_t count_possible_scans(const uint8_t *file, size_t count, size_t at) {
    uint32_t scans = 0;
    while (at + 1 < count && scans <= jpeg_most_scans) {
        const uint8_t *found = memchr(file + at, 0xFF, count - at - 1);
        if (found == NULL) break;
        at = (size_t)(found - file) + 1;
        if (file[at] == SOS) scans++;
    }
    return scans;
}

static bool is_upright(const uint8_t *segment, size_t size) {
    if (size < 6 || memcmp(segment, "Exif\0\0", 6) != 0) return true;
    return exif_orientation(segment + 6, size - 6) == 1;
}

static bool is_srgb(const uint8_t *segment, size_t size) {
    static const char name[] = "ICC_PROFILE";
    if (size < sizeof name || memcmp(segment, name, sizeof name) != 0) return true;
    // After the name: number of this part, number of parts.
    if (size < sizeof name + 2 || segment[sizeof name] != 1 || segment[sizeof name + 1] != 1) return false;
    return icc_is_srgb(segment + sizeof name + 2, size - sizeof name - 2);
}

struct jpeg_markers jpeg_read_markers(const uint8_t *file, size_t count) {
    struct jpeg_markers markers = {.valid = false, .plain = true, .scans = 0};
    if (count < 4 || file[0] != 0xFF || file[1] != SOI) return markers;
    size_t at = 2;
    while (count - at >= 4 && markers.scans <= jpeg_most_scans) {
        if (file[at] != 0xFF) break;
        uint8_t marker = file[at + 1];
        if (marker == 0xFF) {  // fill byte
            at += 1;
            continue;
        }
        if (marker == EOI) return markers;
        if (marker == TEM || (marker >= RST0 && marker <= RST7)) {
            at += 2;
            continue;
        }
        size_t length = (size_t)file[at + 2] << 8 | file[at + 3];
        if (length < 2 || length > count - at - 2) break;
        const uint8_t *segment = file + at + 4;
        if (!markers.valid) {  // decoders look at these only before the first scan
            if (marker == APP1 && !is_upright(segment, length - 2)) markers.plain = false;
            if (marker == APP2 && !is_srgb(segment, length - 2)) markers.plain = false;
        }
        at += 2 + length;
        if (marker == SOS) {
            markers.valid = true;
            markers.scans++;
            at = skip_entropy_coded(file, count, at);
        }
    }
    markers.scans += count_possible_scans(file, count, at);
    return markers;
}

/// With a decoder of the caller's, so that there is one place where it is released.
static enum weir_imaging_result decode(
    tjhandle decoder, const uint8_t *file, size_t count, uint64_t max_pixels, struct weir_pixels *pixels, bool *clean
) {
    int width, height, subsampling, colours;
    if (tjDecompressHeader3(decoder, file, (unsigned long)count, &width, &height, &subsampling, &colours) != 0) {
        *clean = false;
        return WEIR_IMAGING_OK;
    }
    if (colours != TJCS_GRAY && colours != TJCS_YCbCr && colours != TJCS_RGB) {
        *clean = false;
        return WEIR_IMAGING_OK;
    }
    if (!size_is_allowed((uint64_t)width, (uint64_t)height, max_pixels)) return WEIR_IMAGING_TOO_LARGE;
    uint32_t channels = colours == TJCS_GRAY ? 1 : 3;
    uint8_t *bytes = weir_imaging_allocate((size_t)width * (size_t)height * channels);
    if (bytes == NULL) return WEIR_IMAGING_MEMORY;
    int failed = tjDecompress2(
        decoder, file, (unsigned long)count, bytes, width, 0, height, channels == 1 ? TJPF_GRAY : TJPF_RGB,
        TJFLAG_LIMITSCANS);
    if (failed) {
        *clean = false;
        weir_imaging_free(bytes);
        return WEIR_IMAGING_OK;
    }
    *pixels = (struct weir_pixels){bytes, (uint32_t)width, (uint32_t)height, channels, false};
    return WEIR_IMAGING_OK;
}

enum weir_imaging_result jpeg_decode(
    const uint8_t *file, size_t count, uint64_t max_pixels, struct weir_pixels *pixels, bool *clean
) {
    *clean = true;
    tjhandle decoder = tjInitDecompress();
    if (decoder == NULL) return WEIR_IMAGING_MEMORY;
    enum weir_imaging_result result = decode(decoder, file, count, max_pixels, pixels, clean);
    tjDestroy(decoder);
    return result;
}
