#include "internal.h"

#include <string.h>

bool size_is_allowed(uint64_t width, uint64_t height, uint64_t max_pixels) {
    return width <= WEIR_IMAGING_LONGEST_SIDE && height <= WEIR_IMAGING_LONGEST_SIDE && width * height <= max_pixels;
}

/// Puts the result of one libvips call in the place of its input.
static bool replace(VipsImage **image, VipsImage **next, int failed) {
    if (failed) return false;
    g_object_unref(*image);
    *image = *next;
    *next = NULL;
    return true;
}

/// Ink to light as browsers do it for pictures without a profile: each ink takes its share of what black leaves.
static bool cmyk_to_rgb(VipsImage **image) {
    VipsImage *parts[5] = {NULL};
    VipsImage *colour = NULL;
    bool done = vips_extract_band(*image, &parts[0], 0, "n", 3, NULL) == 0
        && vips_extract_band(*image, &parts[1], 3, NULL) == 0
        && vips_invert(parts[0], &parts[2], NULL) == 0
        && vips_invert(parts[1], &parts[3], NULL) == 0
        && vips_multiply(parts[2], parts[3], &parts[4], NULL) == 0
        && vips_linear1(parts[4], &colour, 1.0 / 255, 0.5, "uchar", TRUE, NULL) == 0;
    for (int index = 0; index < 5; index++) {
        if (parts[index] != NULL) g_object_unref(parts[index]);
    }
    return replace(image, &colour, !done);
}

static bool to_srgb(VipsImage **image) {
    VipsImage *next = NULL;
    if (vips_image_get_typeof(*image, VIPS_META_ICC_NAME) != 0) {
        int failed = vips_icc_transform(
            *image, &next, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, "depth", 8, NULL);
        if (replace(image, &next, failed)) return true;
        // A profile that can't be used is passed over, as viewers do.
        vips_error_clear();
    }
    switch (vips_image_guess_interpretation(*image)) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_sRGB: return true;
    case VIPS_INTERPRETATION_CMYK: return cmyk_to_rgb(image);
    case VIPS_INTERPRETATION_GREY16:
        return replace(image, &next, vips_colourspace(*image, &next, VIPS_INTERPRETATION_B_W, NULL));
    case VIPS_INTERPRETATION_MULTIBAND: return vips_image_get_bands(*image) <= 4;
    default: return replace(image, &next, vips_colourspace(*image, &next, VIPS_INTERPRETATION_sRGB, NULL));
    }
}

static bool flatten(VipsImage **image, bool over_white) {
    // One value serves for all bands; 16 bits are brought down to 8 later.
    bool is_deep = vips_image_get_format(*image) == VIPS_FORMAT_USHORT;
    VipsArrayDouble *background = vips_array_double_newv(1, over_white ? (is_deep ? 65535.0 : 255.0) : 0.0);
    VipsImage *next = NULL;
    bool done = replace(image, &next, vips_flatten(*image, &next, "background", background, NULL));
    vips_area_unref(VIPS_AREA(background));
    return done;
}

/// Ends with 8 bits and one band or three.
static bool to_displayed(VipsImage **image, int orientation, bool over_white) {
    if (!to_srgb(image)) return false;
    VipsImage *next = NULL;
    if (vips_image_hasalpha(*image) && !flatten(image, over_white)) return false;
    if (vips_image_get_format(*image) != VIPS_FORMAT_UCHAR
        && !replace(image, &next, vips_cast_uchar(*image, &next, NULL))) {
        return false;
    }
    int bands = vips_image_get_bands(*image);
    if (bands != 1 && bands != 3) return false;
    if (orientation != 1) {
        // Files are read front to back; turning needs all rows at once.
        VipsImage *stored = vips_image_copy_memory(*image);
        if (!replace(image, &stored, stored == NULL)) return false;
        vips_image_set_int(*image, VIPS_META_ORIENTATION, orientation);
        if (!replace(image, &next, vips_autorot(*image, &next, NULL))) return false;
    }
    return true;
}

/// How a file that no reader takes has to be called: by its first bytes it may be one of ours, but damaged.
static enum weir_imaging_result unreadable(const uint8_t *file, size_t count) {
    static const struct {
        const char *bytes;
        size_t count;
    } beginnings[] = {{"\xFF\xD8\xFF", 3}, {"\x89PNG", 4}, {"GIF8", 4}, {"II*\0", 4}, {"MM\0*", 4}};
    for (size_t index = 0; index < sizeof beginnings / sizeof *beginnings; index++) {
        if (count >= beginnings[index].count && memcmp(file, beginnings[index].bytes, beginnings[index].count) == 0) {
            return WEIR_IMAGING_BROKEN;
        }
    }
    return WEIR_IMAGING_UNSUPPORTED;
}

static enum weir_imaging_result decode_with_vips(
    const uint8_t *file, size_t count, uint64_t max_pixels, bool over_white, struct weir_pixels *pixels
) {
    if (!vips_is_ready()) return WEIR_IMAGING_UNSUPPORTED;
    if (png_is_cut_off(file, count) || png_texts_are_bomb(file, count) || webp_frames_are_bomb(file, count)
        || tiff_directories_are_bomb(file, count)) {
        return WEIR_IMAGING_BROKEN;
    }
    if (heif_parts_are_bomb(file, count, max_pixels)) return WEIR_IMAGING_TOO_LARGE;
    if (!vips_has_reader(file, count)) return vips_failure(unreadable(file, count));
    VipsImage *image = vips_image_new_from_buffer(
        file, count, "", "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
    if (image == NULL) return vips_failure(WEIR_IMAGING_BROKEN);
    int orientation = vips_image_get_orientation(image);
    if (orientation == 1) orientation = png_orientation(file, count);
    bool transparent = vips_image_hasalpha(image);
    enum weir_imaging_result result;
    if (!size_is_allowed(
            (uint64_t)vips_image_get_width(image), (uint64_t)vips_image_get_height(image), max_pixels)) {
        result = WEIR_IMAGING_TOO_LARGE;
    } else if (!to_displayed(&image, orientation, over_white)) {
        result = vips_failure(WEIR_IMAGING_BROKEN);
    } else {
        result = vips_to_pixels(image, pixels);
        if (result == WEIR_IMAGING_OK) pixels->transparent = transparent;
    }
    g_object_unref(image);
    return result;
}

enum weir_imaging_result weir_decode(
    const uint8_t *file, size_t count, uint64_t max_pixels, bool over_white, struct weir_pixels *pixels
) {
    if (count == 0) return WEIR_IMAGING_UNSUPPORTED;
    struct jpeg_markers markers = jpeg_read_markers(file, count);
    if (markers.scans > jpeg_most_scans) return WEIR_IMAGING_BROKEN;
    if (markers.valid && markers.plain) {
        bool clean;
        enum weir_imaging_result result = jpeg_decode(file, count, max_pixels, pixels, &clean);
        if (clean) return result;
    }
    return decode_with_vips(file, count, max_pixels, over_white, pixels);
}
