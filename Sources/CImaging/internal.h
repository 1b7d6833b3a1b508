// What the bridge's files share.
#pragma once

#include "CImaging.h"

#include <stdbool.h>
#include <vips/vips.h>

/// What a JPEG file's markers say, as far as they decide how it is decoded.
struct jpeg_markers {
    bool valid;        // the markers up to the first scan could be followed
    bool plain;        // displayed as it is stored: upright, and sRGB or untagged
    uint32_t scans;    // more than `jpeg_most_scans` is an attack on time, not a picture
};

enum { jpeg_most_scans = 500 };

struct jpeg_markers jpeg_read_markers(const uint8_t *file, size_t count);

/// Decodes a plain JPEG. `*clean` is false if the decoder had doubts: then libvips must judge.
enum weir_imaging_result jpeg_decode(
    const uint8_t *file, size_t count, uint64_t max_pixels, struct weir_pixels *pixels, bool *clean);

/// EXIF orientation (CIPA DC-008, 0x0112) of a TIFF structure: 1…8; 1 if there is none; 0 if it can't be followed.
int exif_orientation(const uint8_t *tiff, size_t count);

/// EXIF orientation of a PNG file (PNG, third edition, 11.3.4.5 eXIf), wherever it stands: libvips reads only
/// what stands before the pixels. 1…8; 1 if there is none that can be followed, or the file is no PNG.
int png_orientation(const uint8_t *file, size_t count);

/// Whether a chunk before the pixels of a PNG file says that it is longer than all that follows. libpng would take
/// memory for as much as it says, up to two gigabytes, before it looked.
bool png_is_cut_off(const uint8_t *file, size_t count);

/// Bytes of text that a PNG file may have when expanded: eight texts of the length at which libpng stops.
enum { png_most_text = 64000000 };

/// Whether the compressed texts of a PNG file could be more than that. Nobody looks at them, but libpng expands all.
bool png_texts_are_bomb(const uint8_t *file, size_t count);

/// libvips looks at every frame of an animation, and libwebp goes through all before it to find it.
enum { webp_most_frames = 10000 };

bool webp_frames_are_bomb(const uint8_t *file, size_t count);

/// How often each byte of a TIFF file may be read by its directories, on average.
enum { tiff_most_readings = 8 };

bool tiff_directories_are_bomb(const uint8_t *file, size_t count);

/// How many times the pixels of the largest picture the parts and planes of a HEIF picture may have together.
enum { heif_most_work = 3 };

bool heif_parts_are_bomb(const uint8_t *file, size_t count, uint64_t max_pixels);

/// Whether an ICC profile describes sRGB, by its figures and not by its name.
bool icc_is_srgb(const uint8_t *profile, size_t count);

/// Whether a picture of this size may be decoded.
bool size_is_allowed(uint64_t width, uint64_t height, uint64_t max_pixels);

/// Prepares libvips once; false if it can't be used.
bool vips_is_ready(void);

/// Whether one of the readers that are allowed knows this file.
bool vips_has_reader(const uint8_t *file, size_t count);

/// The result for what libvips last complained of on any thread; empties its message buffer.
enum weir_imaging_result vips_failure(enum weir_imaging_result otherwise);

/// Evaluates `image` (8 bits, 1 or 3 bands) and takes over the pixels.
enum weir_imaging_result vips_to_pixels(VipsImage *image, struct weir_pixels *pixels);

/// A view of `pixels`, which must outlive it; NULL if libvips can't be used.
VipsImage *vips_from_pixels(const struct weir_pixels *pixels);
