// The brightness of four RGB pixels at once, for PDQ: (299 R + 587 G + 114 B) / 1000 as the nearest 32-bit float.

#pragma once

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef float weir_four_floats __attribute__((ext_vector_type(4)));

#if defined(__SSE2__)

static inline int weir_four_bytes(const uint8_t *at) {
    int bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/// Reads 13 bytes: the twelve of the pixels, and one more.
static inline weir_four_floats weir_luma_of_four(const uint8_t *rgb) {
    // A pixel in each 32 bits: red, green, blue, and what follows it, which counts nothing.
    __m128i pixels = _mm_set_epi32(
        weir_four_bytes(rgb + 9), weir_four_bytes(rgb + 6), weir_four_bytes(rgb + 3), weir_four_bytes(rgb));
    __m128i red_and_blue = _mm_and_si128(pixels, _mm_set1_epi32(0x00FF00FF));
    __m128i green = _mm_srli_epi16(pixels, 8);
    // Products of 16-bit halves, added up in pairs. Sums stay below 2^24, so that they are floats without rounding.
    __m128i thousandths = _mm_add_epi32(
        _mm_madd_epi16(red_and_blue, _mm_set1_epi32(114 << 16 | 299)), _mm_madd_epi16(green, _mm_set1_epi32(587)));
    return (weir_four_floats)_mm_div_ps(_mm_cvtepi32_ps(thousandths), _mm_set1_ps(1000));
}

#else

static inline weir_four_floats weir_luma_of_four(const uint8_t *rgb) {
    weir_four_floats luma;
    for (int pixel = 0; pixel < 4; pixel++, rgb += 3) {
        luma[pixel] = (float)(299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000;
    }
    return luma;
}

#endif
