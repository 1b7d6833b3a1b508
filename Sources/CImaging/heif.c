// A HEIF file (ISO/IEC 23008-12; boxes: ISO/IEC 14496-12) may say that its picture is put together from others, those from
// others again, and each of them may be large: a few hundred bytes ask for any amount of decoding.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

enum { most_entries = 65536, most_visits = 65536, deepest = 8 };

struct span {
    const uint8_t *bytes;
    size_t count;
};

struct area {
    uint32_t item;
    uint64_t pixels;
};

struct reference {
    uint32_t from, to;
};

struct pictures {
    struct area *areas;
    struct reference *parts;  // "dimg": what a picture is put together from
    struct reference *planes;  // "auxl": alpha and others, from the plane to its picture
    size_t areas_count, parts_count, planes_count;
    uint32_t visits;
};

static uint64_t big(const uint8_t *p, size_t size) {
    uint64_t value = 0;
    for (size_t index = 0; index < size; index++) value = value << 8 | p[index];
    return value;
}

/// Takes the next box off; false at the end, or where boxes can't be followed.
static bool next_box(struct span *rest, const char **type, struct span *content) {
    if (rest->count < 8) return false;
    uint64_t size = big(rest->bytes, 4);
    size_t header = 8;
    if (size == 1) {
        if (rest->count < 16) return false;
        size = big(rest->bytes + 8, 8);
        header = 16;
    } else if (size == 0) {
        size = rest->count;
    }
    if (size < header || size > rest->count) return false;
    *type = (const char *)rest->bytes + 4;
    *content = (struct span){rest->bytes + header, (size_t)size - header};
    *rest = (struct span){rest->bytes + size, rest->count - (size_t)size};
    return true;
}

static bool find_box(struct span within, const char *wanted, struct span *content) {
    const char *type;
    while (next_box(&within, &type, content)) {
        if (memcmp(type, wanted, 4) == 0) return true;
    }
    return false;
}

/// Leaves out version and flags.
static struct span body(struct span box) {
    return box.count < 4 ? (struct span){box.bytes, 0} : (struct span){box.bytes + 4, box.count - 4};
}

/// Pixels by "ispe", by the place of the property; 0: another property.
static size_t read_sizes(struct span properties, uint64_t *pixels, size_t most) {
    const char *type;
    struct span content;
    size_t count = 0;
    while (count < most && next_box(&properties, &type, &content)) {
        bool is_size = memcmp(type, "ispe", 4) == 0 && content.count >= 12;
        pixels[count++] = is_size ? big(content.bytes + 4, 4) * big(content.bytes + 8, 4) : 0;
    }
    return count;
}

/// "ipma": which properties each picture has.
static void read_areas(struct span box, const uint64_t *pixels, size_t pixels_count, struct pictures *all, size_t most) {
    if (box.count < 8) return;
    size_t item_size = box.bytes[0] < 1 ? 2 : 4, index_size = box.bytes[3] & 1 ? 2 : 1;
    struct span rest = {box.bytes + 8, box.count - 8};
    while (rest.count > item_size && all->areas_count < most) {
        struct area area = {(uint32_t)big(rest.bytes, item_size), 0};
        size_t associations = rest.bytes[item_size], size = item_size + 1 + associations * index_size;
        if (rest.count < size) return;
        for (size_t index = 0; index < associations; index++) {
            uint64_t place = big(rest.bytes + item_size + 1 + index * index_size, index_size);
            place &= index_size == 2 ? 0x7FFF : 0x7F;
            if (place > 0 && place <= pixels_count && pixels[place - 1] > area.pixels) area.pixels = pixels[place - 1];
        }
        all->areas[all->areas_count++] = area;
        rest = (struct span){rest.bytes + size, rest.count - size};
    }
}

static void read_references(struct span box, struct pictures *all, size_t most) {
    if (box.count < 4) return;
    size_t item_size = box.bytes[0] < 1 ? 2 : 4;
    struct span rest = body(box), content;
    const char *type;
    while (next_box(&rest, &type, &content)) {
        bool is_part = memcmp(type, "dimg", 4) == 0, is_plane = memcmp(type, "auxl", 4) == 0;
        if ((!is_part && !is_plane) || content.count < item_size + 2) continue;
        uint32_t from = (uint32_t)big(content.bytes, item_size);
        size_t count = (size_t)big(content.bytes + item_size, 2);
        for (size_t index = 0; index < count && content.count >= item_size * (index + 2) + 2; index++) {
            uint32_t to = (uint32_t)big(content.bytes + item_size * (index + 1) + 2, item_size);
            struct reference reference = {from, to};
            if (is_part && all->parts_count < most) all->parts[all->parts_count++] = reference;
            if (is_plane && all->planes_count < most) all->planes[all->planes_count++] = reference;
        }
    }
}

static int by_item(const void *a, const void *b) {
    uint32_t x = ((const struct area *)a)->item, y = ((const struct area *)b)->item;
    return x < y ? -1 : x > y;
}

static int by_from(const void *a, const void *b) {
    uint32_t x = ((const struct reference *)a)->from, y = ((const struct reference *)b)->from;
    return x < y ? -1 : x > y;
}

/// The first of a sorted list that does not come before `key`; its first member is what it is sorted by.
static size_t lower_bound(const void *list, size_t count, size_t size, uint32_t key) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t value;
        memcpy(&value, (const char *)list + middle * size, sizeof value);
        if (value < key) low = middle + 1; else high = middle;
    }
    return low;
}

/// Sorts, and leaves one for each picture, the largest: it may be named more than once.
static void sort_areas(struct pictures *all) {
    qsort(all->areas, all->areas_count, sizeof *all->areas, by_item);
    size_t kept = 0;
    for (size_t index = 0; index < all->areas_count; index++) {
        struct area area = all->areas[index];
        if (kept == 0 || all->areas[kept - 1].item != area.item) {
            all->areas[kept++] = area;
        } else if (area.pixels > all->areas[kept - 1].pixels) {
            all->areas[kept - 1] = area;
        }
    }
    all->areas_count = kept;
}

static uint64_t pixels_of(const struct pictures *all, uint32_t item) {
    size_t area = lower_bound(all->areas, all->areas_count, sizeof *all->areas, item);
    return area < all->areas_count && all->areas[area].item == item ? all->areas[area].pixels : 0;
}

/// Pixels to decode for one picture; `most` + 1 stands for more.
static uint64_t work(struct pictures *all, uint32_t item, int depth, uint64_t most) {
    if (depth > deepest || ++all->visits > most_visits) return most + 1;
    size_t part = lower_bound(all->parts, all->parts_count, sizeof *all->parts, item);
    if (part == all->parts_count || all->parts[part].from != item) {
        uint64_t pixels = pixels_of(all, item);
        return pixels <= most ? pixels : most + 1;
    }
    uint64_t sum = 0;
    for (; part < all->parts_count && all->parts[part].from == item; part++) {
        sum += work(all, all->parts[part].to, depth + 1, most);
        if (sum > most) return most + 1;
    }
    return sum;
}

static bool is_heif(const uint8_t *file, size_t count) { return count >= 12 && memcmp(file + 4, "ftyp", 4) == 0; }

bool heif_parts_are_bomb(const uint8_t *file, size_t count, uint64_t max_pixels) {
    struct span meta, primary, properties, references, sizes, association;
    if (!is_heif(file, count) || !find_box((struct span){file, count}, "meta", &meta)) return false;
    struct span boxes = body(meta);
    if (!find_box(boxes, "pitm", &primary) || !find_box(boxes, "iprp", &properties)
        || !find_box(properties, "ipco", &sizes)) {
        return false;
    }
    size_t item_size = primary.count > 0 && primary.bytes[0] < 1 ? 2 : 4;
    if (primary.count < 4 + item_size) return false;
    uint32_t item = (uint32_t)big(primary.bytes + 4, item_size);
    // No list can have more entries than that, and none that is meant well has as many as `most_entries`.
    size_t most_here = meta.count / 2 + 1 < most_entries ? meta.count / 2 + 1 : most_entries;
    struct pictures all = {0};
    uint64_t *pixels = calloc(most_here, sizeof *pixels);
    all.areas = calloc(most_here, sizeof *all.areas);
    all.parts = calloc(most_here, sizeof *all.parts);
    all.planes = calloc(most_here, sizeof *all.planes);
    bool is_bomb = true;
    if (pixels != NULL && all.areas != NULL && all.parts != NULL && all.planes != NULL) {
        size_t pixels_count = read_sizes(sizes, pixels, most_here);
        const char *type;
        while (next_box(&properties, &type, &association)) {
            if (memcmp(type, "ipma", 4) == 0) read_areas(association, pixels, pixels_count, &all, most_here);
        }
        if (find_box(boxes, "iref", &references)) read_references(references, &all, most_here);
        bool is_full = all.areas_count == most_entries || all.parts_count == most_entries
            || all.planes_count == most_entries || pixels_count == most_entries;
        sort_areas(&all);
        qsort(all.parts, all.parts_count, sizeof *all.parts, by_from);
        const uint64_t most = max_pixels * heif_most_work;
        uint64_t sum = work(&all, item, 0, most);
        for (size_t index = 0; index < all.planes_count && sum <= most; index++) {
            if (all.planes[index].to == item) sum += work(&all, all.planes[index].from, 0, most);
        }
        is_bomb = sum > most || is_full;
    }
    free(pixels);
    free(all.areas);
    free(all.parts);
    free(all.planes);
    return is_bomb;
}
