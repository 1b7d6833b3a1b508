// Pixels to files, for demonstrations, tests and benchmarks; nothing here sees an upload.
#include "internal.h"

#include <string.h>
#include <turbojpeg.h>

enum weir_imaging_result weir_encode_jpeg(
    const struct weir_pixels *pixels, int quality, uint8_t **file, size_t *count
) {
    tjhandle encoder = tjInitCompress();
    if (encoder == NULL) return WEIR_IMAGING_MEMORY;
    bool grey = pixels->channels == 1;
    unsigned char *encoded = NULL;
    unsigned long size = 0;
    int failed = tjCompress2(
        encoder, pixels->bytes, (int)pixels->width, 0, (int)pixels->height, grey ? TJPF_GRAY : TJPF_RGB, &encoded,
        &size, grey ? TJSAMP_GRAY : TJSAMP_420, quality, 0);
    enum weir_imaging_result result = failed ? WEIR_IMAGING_BROKEN : WEIR_IMAGING_OK;
    if (!failed) {
        // One allocator for all that is handed out.
        *file = weir_imaging_allocate(size);
        if (*file == NULL) {
            result = WEIR_IMAGING_MEMORY;
        } else {
            memcpy(*file, encoded, size);
            *count = size;
        }
    }
    tjFree(encoded);
    tjDestroy(encoder);
    return result;
}

enum weir_imaging_result weir_encode_png(const struct weir_pixels *pixels, uint8_t **file, size_t *count) {
    VipsImage *image = vips_from_pixels(pixels);
    if (image == NULL) return vips_failure(WEIR_IMAGING_MEMORY);
    void *encoded = NULL;
    int failed = vips_pngsave_buffer(image, &encoded, count, "strip", TRUE, NULL);
    g_object_unref(image);
    if (failed) return vips_failure(WEIR_IMAGING_BROKEN);
    *file = encoded;
    return WEIR_IMAGING_OK;
}
