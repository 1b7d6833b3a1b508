// libvips as this bridge uses it: set up once, and pixels taken out of it.
#include "internal.h"

#include <pthread.h>
#include <string.h>

static bool ready;

// The readers for uploads.
static const char *const readers[] = {
    "VipsForeignLoadJpeg", "VipsForeignLoadPng",  "VipsForeignLoadNsgif",
    "VipsForeignLoadWebp", "VipsForeignLoadTiff", "VipsForeignLoadHeif",
};
enum { readers_count = sizeof readers / sizeof *readers };

static void ignore_message(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    // Damaged files make libvips write to standard error; what matters comes back as a result.
    (void)domain, (void)level, (void)message, (void)data;
}

static void prepare(void) {
    if (VIPS_INIT("weir") != 0) return;
    g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG, ignore_message, NULL);
    // Each upload is seen once, and the callers are what runs in parallel.
    vips_cache_set_max(0);
    vips_concurrency_set(1);
    // Block every reader, then allow those that were chosen: whatever else a later version or a module on this
    // machine brings (ImageMagick, SVG, PDF, whole-slide formats) stays shut.
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (int index = 0; index < readers_count; index++) vips_operation_block_set(readers[index], FALSE);
    ready = true;
}

bool vips_is_ready(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    return ready;
}

bool vips_has_reader(const uint8_t *file, size_t count) {
    // libvips names the reader that would be taken, blocked or not.
    const char *name = vips_foreign_find_load_buffer(file, count);
    if (name == NULL) return false;
    for (int index = 0; index < readers_count; index++) {
        if (g_type_is_a(g_type_from_name(name), g_type_from_name(readers[index]))) return true;
    }
    return false;
}

enum weir_imaging_result vips_failure(enum weir_imaging_result otherwise) {
    char *message = vips_error_buffer_copy();
    bool memory = strstr(message, "out of memory") != NULL;
    g_free(message);
    return memory ? WEIR_IMAGING_MEMORY : otherwise;
}

enum weir_imaging_result vips_to_pixels(VipsImage *image, struct weir_pixels *pixels) {
    size_t size;
    uint8_t *bytes = vips_image_write_to_memory(image, &size);
    if (bytes == NULL) return vips_failure(WEIR_IMAGING_BROKEN);
    *pixels = (struct weir_pixels){
        bytes, (uint32_t)vips_image_get_width(image), (uint32_t)vips_image_get_height(image),
        (uint32_t)vips_image_get_bands(image), false};
    return WEIR_IMAGING_OK;
}

VipsImage *vips_from_pixels(const struct weir_pixels *pixels) {
    if (!vips_is_ready()) return NULL;
    size_t size = (size_t)pixels->width * pixels->height * pixels->channels;
    VipsImage *image = vips_image_new_from_memory(
        pixels->bytes, size, (int)pixels->width, (int)pixels->height, (int)pixels->channels, VIPS_FORMAT_UCHAR);
    if (image != NULL) image->Type = pixels->channels == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    return image;
}

uint8_t *weir_imaging_allocate(size_t count) { return g_try_malloc(count); }

void weir_imaging_free(void *bytes) { g_free(bytes); }

const char *weir_vips_version(void) { return vips_version_string(); }
