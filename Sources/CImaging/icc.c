// Most tagged photographs are tagged as sRGB. Those need no conversion, but a name is no proof: a profile that calls
// itself sRGB may turn the colours into anything. So the figures are compared (ICC.1:2022, IEC 61966-2-1).
#include "internal.h"

#include <math.h>

struct tag {
    const uint8_t *bytes;
    size_t count;
};

static uint32_t read16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static uint32_t read32(const uint8_t *p) { return read16(p) << 16 | read16(p + 2); }
static double read_fixed(const uint8_t *p) { return (double)(int32_t)read32(p) / 65536; }

#define SIGNATURE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

enum { header_size = 128, entry_size = 12 };

static bool find(const uint8_t *profile, size_t count, uint32_t signature, struct tag *found) {
    uint32_t tags = read32(profile + header_size);
    for (uint32_t index = 0; index < tags; index++) {
        const uint8_t *entry = profile + header_size + 4 + (size_t)index * entry_size;
        if (read32(entry) != signature) continue;
        size_t offset = read32(entry + 4), size = read32(entry + 8);
        if (offset > count || size > count - offset || size < 12) return false;
        *found = (struct tag){profile + offset, size};
        return true;
    }
    return false;
}

/// sRGB's primaries as profiles state them, adapted to the D50 of the connection space.
static bool is_primary(const uint8_t *profile, size_t count, uint32_t signature, const double expected[3]) {
    struct tag tag;
    if (!find(profile, count, signature, &tag)) return false;
    if (tag.count < 20 || read32(tag.bytes) != SIGNATURE('X', 'Y', 'Z', ' ')) return false;
    for (int axis = 0; axis < 3; axis++) {
        if (fabs(read_fixed(tag.bytes + 8 + 4 * axis) - expected[axis]) > 0.002) return false;
    }
    return true;
}

static double srgb(double x) { return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4); }

/// parametricCurveType (ICC.1:2022, 10.18); NAN if it can't be followed.
static double parametric(struct tag tag, double x) {
    static const int parameters[] = {1, 3, 4, 5, 7};
    uint32_t kind = read16(tag.bytes + 8);
    if (kind > 4 || tag.count < 12 + 4 * (size_t)parameters[kind]) return NAN;
    double p[7] = {0};
    for (int index = 0; index < parameters[kind]; index++) p[index] = read_fixed(tag.bytes + 12 + 4 * index);
    double g = p[0], a = p[1], b = p[2], c = p[3], d = p[4], e = p[5], f = p[6];
    switch (kind) {
    case 0: return pow(x, g);
    case 1: return x >= -b / a ? pow(a * x + b, g) : 0;
    case 2: return x >= -b / a ? pow(a * x + b, g) + c : c;
    case 3: return x >= d ? pow(a * x + b, g) : c * x;
    default: return x >= d ? pow(a * x + b, g) + e : c * x + f;
    }
}

/// curveType (10.6): a gamma, or a table to be interpolated; NAN if it can't be followed.
static double sampled(struct tag tag, double x) {
    size_t entries = read32(tag.bytes + 8);
    if (entries > (tag.count - 12) / 2) return NAN;
    if (entries == 0) return x;
    if (entries == 1) return pow(x, read16(tag.bytes + 12) / 256.0);
    double place = x * (double)(entries - 1);
    size_t low = (size_t)place;
    if (low > entries - 2) low = entries - 2;
    double from = read16(tag.bytes + 12 + 2 * low), to = read16(tag.bytes + 12 + 2 * (low + 1));
    return (from + (to - from) * (place - (double)low)) / 65535;
}

static bool is_curve(const uint8_t *profile, size_t count, uint32_t signature) {
    struct tag tag;
    if (!find(profile, count, signature, &tag)) return false;
    enum { steps = 32 };
    for (int step = 0; step <= steps; step++) {
        double x = (double)step / steps, y;
        switch (read32(tag.bytes)) {
        case SIGNATURE('p', 'a', 'r', 'a'): y = parametric(tag, x); break;
        case SIGNATURE('c', 'u', 'r', 'v'): y = sampled(tag, x); break;
        default: return false;
        }
        if (!(fabs(y - srgb(x)) <= 0.002)) return false;  // NAN fails too
    }
    return true;
}

bool icc_is_srgb(const uint8_t *profile, size_t count) {
    if (count < header_size + 4 || read32(profile + 36) != SIGNATURE('a', 'c', 's', 'p')) return false;
    if (read32(profile + 16) != SIGNATURE('R', 'G', 'B', ' ')) return false;
    if (read32(profile + 20) != SIGNATURE('X', 'Y', 'Z', ' ')) return false;
    if (read32(profile + header_size) > (count - header_size - 4) / entry_size) return false;
    // Tables, where there are any, take precedence over primaries and curves (ICC.1:2022, 8.10).
    static const uint32_t tables[] = {
        SIGNATURE('A', '2', 'B', '0'), SIGNATURE('A', '2', 'B', '1'), SIGNATURE('A', '2', 'B', '2'),
        SIGNATURE('D', '2', 'B', '0'), SIGNATURE('D', '2', 'B', '1'), SIGNATURE('D', '2', 'B', '2'),
    };
    struct tag ignored;
    for (size_t index = 0; index < sizeof tables / sizeof *tables; index++) {
        if (find(profile, count, tables[index], &ignored)) return false;
    }
    static const double red[] = {0.43607, 0.22249, 0.01392};
    static const double green[] = {0.38515, 0.71687, 0.09708};
    static const double blue[] = {0.14307, 0.06061, 0.71410};
    return is_primary(profile, count, SIGNATURE('r', 'X', 'Y', 'Z'), red)
        && is_primary(profile, count, SIGNATURE('g', 'X', 'Y', 'Z'), green)
        && is_primary(profile, count, SIGNATURE('b', 'X', 'Y', 'Z'), blue)
        && is_curve(profile, count, SIGNATURE('r', 'T', 'R', 'C'))
        && is_curve(profile, count, SIGNATURE('g', 'T', 'R', 'C'))
        && is_curve(profile, count, SIGNATURE('b', 'T', 'R', 'C'));
}
