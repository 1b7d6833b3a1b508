#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Longest tag that `weir_cld2_identify` gives, its zero byte included.
enum { weir_cld2_tag_size = 12 };

/// So many bytes of a text are looked at: 33 µs and some 0.2 µs a byte are enough.
enum { weir_cld2_longest = 1024 };

/// Tells what language a text is in, without hints, so that the answer follows from the text alone.
///
/// Any number of threads may ask at once.
///
/// - Parameters:
///   - text: UTF-8; what follows its first byte that is none is not looked at.
///   - tag: where the language's tag goes, `weir_cld2_tag_size` bytes, ended by a zero byte.
/// - Returns: false if the library does not take its answer for reliable.
bool weir_cld2_identify(const char *text, size_t count, char *tag);

/// The library's version and that of its tables, as it states them.
const char *weir_cld2_version(void);

#ifdef __cplusplus
}
#endif
