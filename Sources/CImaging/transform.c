// Changes that re-uploads come with.
#include "internal.h"

/// Evaluates what one libvips call made of `image`, and releases both.
static enum weir_imaging_result finish(VipsImage *image, VipsImage *made, int failed, struct weir_pixels *out) {
    g_object_unref(image);
    if (failed) return vips_failure(WEIR_IMAGING_BROKEN);
    enum weir_imaging_result result = vips_to_pixels(made, out);
    g_object_unref(made);
    return result;
}

enum weir_imaging_result weir_resize(
    const struct weir_pixels *pixels, uint32_t width, uint32_t height, struct weir_pixels *out
) {
    VipsImage *image = vips_from_pixels(pixels);
    if (image == NULL) return vips_failure(WEIR_IMAGING_MEMORY);
    VipsImage *made = NULL;
    int failed = vips_thumbnail_image(
        image, &made, (int)width, "height", (int)height, "size", VIPS_SIZE_FORCE, NULL);
    return finish(image, made, failed, out);
}

enum weir_imaging_result weir_rotate(const struct weir_pixels *pixels, int degrees, struct weir_pixels *out) {
    VipsImage *image = vips_from_pixels(pixels);
    if (image == NULL) return vips_failure(WEIR_IMAGING_MEMORY);
    VipsImage *made = NULL;
    VipsAngle angle = degrees == 90 ? VIPS_ANGLE_D90 : degrees == 180 ? VIPS_ANGLE_D180 : VIPS_ANGLE_D270;
    int failed = vips_rot(image, &made, angle, NULL);
    return finish(image, made, failed, out);
}

enum weir_imaging_result weir_mirror(const struct weir_pixels *pixels, bool top_bottom, struct weir_pixels *out) {
    VipsImage *image = vips_from_pixels(pixels);
    if (image == NULL) return vips_failure(WEIR_IMAGING_MEMORY);
    VipsImage *made = NULL;
    int failed = vips_flip(image, &made, top_bottom ? VIPS_DIRECTION_VERTICAL : VIPS_DIRECTION_HORIZONTAL, NULL);
    return finish(image, made, failed, out);
}

enum weir_imaging_result weir_crop(
    const struct weir_pixels *pixels, uint32_t left, uint32_t top, uint32_t width, uint32_t height,
    struct weir_pixels *out
) {
    VipsImage *image = vips_from_pixels(pixels);
    if (image == NULL) return vips_failure(WEIR_IMAGING_MEMORY);
    VipsImage *made = NULL;
    int failed = vips_crop(image, &made, (int)left, (int)top, (int)width, (int)height, NULL);
    return finish(image, made, failed, out);
}
