// Still pictures: the bytes of a file to the pixels that a viewer shows, and back.
//
// Plain JPEG goes straight through libjpeg-turbo, everything else through libvips. All functions may be called from
// several threads at once.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weir_imaging_result {
    WEIR_IMAGING_OK = 0,
    WEIR_IMAGING_UNSUPPORTED,  // nothing here reads this format, or this variant of it
    WEIR_IMAGING_BROKEN,       // damaged, cut off, or not what it says it is
    WEIR_IMAGING_TOO_LARGE,    // more pixels than allowed
    WEIR_IMAGING_MEMORY,
};

/// 8-bit pixels, row by row without padding: grey (1 channel) or sRGB (3 channels).
struct weir_pixels {
    uint8_t *bytes;
    uint32_t width, height, channels;
    /// Whether something had to be put behind parts of the picture; for what was decoded.
    bool transparent;
};

/// For the bytes of pixels and files, whoever fills them; NULL if there is not enough memory.
uint8_t *weir_imaging_allocate(size_t count);
void weir_imaging_free(void *bytes);

// decode.c

/// Longest side that is decoded: the longest that JPEG can state (ITU-T T.81, B.2.2).
#define WEIR_IMAGING_LONGEST_SIDE 65535

/// The first picture of a file as displayed: turned as EXIF says, in sRGB, over black where it is transparent,
/// or over white.
///
/// JPEG, PNG, GIF, WebP, TIFF, HEIC and AVIF. The size is checked before anything is decoded. On any result but OK
/// `pixels` is left alone.
enum weir_imaging_result weir_decode(
    const uint8_t *file, size_t count, uint64_t max_pixels, bool over_white, struct weir_pixels *pixels);

// encode.c

/// Baseline JPEG with 4:2:0 chroma; quality 1…100.
enum weir_imaging_result weir_encode_jpeg(
    const struct weir_pixels *pixels, int quality, uint8_t **file, size_t *count);
enum weir_imaging_result weir_encode_png(const struct weir_pixels *pixels, uint8_t **file, size_t *count);

// transform.c

enum weir_imaging_result weir_resize(
    const struct weir_pixels *pixels, uint32_t width, uint32_t height, struct weir_pixels *out);
/// Clockwise by 90, 180 or 270 degrees.
enum weir_imaging_result weir_rotate(const struct weir_pixels *pixels, int degrees, struct weir_pixels *out);
/// Top and bottom exchanged, or left and right.
enum weir_imaging_result weir_mirror(const struct weir_pixels *pixels, bool top_bottom, struct weir_pixels *out);
enum weir_imaging_result weir_crop(
    const struct weir_pixels *pixels, uint32_t left, uint32_t top, uint32_t width, uint32_t height,
    struct weir_pixels *out);

/// As libvips names itself: "8.14.1".
const char *weir_vips_version(void);

#ifdef __cplusplus
}
#endif
