// A pull reader over simdjson's On-Demand parser, for callers that cannot see C++.
//
// The reader walks one JSON text (RFC 8259) front to back and hands out each value once. It keeps a
// stack of the containers that are open, so the caller needs no C++ iterators. Whatever the caller
// passes over is still checked: after `weir_json_finish` has returned 0 the whole text was valid.
//
// After an error every call returns that error, until the next `weir_json_begin`.
//
// A reader belongs to one thread at a time. Pointers it returns live until the next `weir_json_begin`.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weir_json weir_json;

/// Readable bytes that must follow the text (simdjson loads whole vectors). Their values don't matter.
#define WEIR_JSON_PADDING 64

/// What stands at the current place; negative values are errors.
enum {
    WEIR_JSON_END = 0,  // no further child: the innermost container is closed now
    WEIR_JSON_OBJECT = 1,
    WEIR_JSON_ARRAY = 2,
    WEIR_JSON_STRING = 3,
    WEIR_JSON_NUMBER = 4,
    WEIR_JSON_BOOLEAN = 5,
    WEIR_JSON_NULL = 6,

    WEIR_JSON_SYNTAX = -1,      // not JSON
    WEIR_JSON_TRUNCATED = -2,   // ends before the outermost value does, or holds nothing
    WEIR_JSON_UTF8 = -3,        // not UTF-8
    WEIR_JSON_ESCAPE = -4,      // a string with a broken escape or a lone surrogate
    WEIR_JSON_CONTROL = -5,     // a string with an unescaped control character
    WEIR_JSON_DEPTH = -6,       // nested deeper than the limit
    WEIR_JSON_TRAILING = -7,    // something follows the outermost value
    WEIR_JSON_NUMBER_FORM = -8, // a malformed number
    WEIR_JSON_RANGE = -9,       // a number that does not fit the type asked for
    WEIR_JSON_TYPE = -10,       // a value of another type than asked for
    WEIR_JSON_MEMORY = -11,
};

/// `max_depth`: containers that may be open at once. NULL when memory is short.
weir_json *weir_json_create(size_t max_depth);
void weir_json_destroy(weir_json *reader);

/// Starts on `length` bytes; `length + WEIR_JSON_PADDING` must be readable and stay unchanged while
/// the text is walked. Returns the kind of the outermost value.
int weir_json_begin(weir_json *reader, const uint8_t *bytes, size_t length);

/// Goes into the container that was returned last.
int weir_json_enter(weir_json *reader);

/// The next child of the innermost open container, or WEIR_JSON_END, which closes it. In objects
/// `*key` is the member's name, unescaped. The child before, if not consumed, is checked and passed.
int weir_json_next(weir_json *reader, const uint8_t **key, size_t *key_length);

/// The value returned last, as the type asked for. 0, or an error.
int weir_json_string(weir_json *reader, const uint8_t **start, size_t *length);
int weir_json_number(weir_json *reader, bool *is_integer, int64_t *integer, double *value);
int weir_json_bool(weir_json *reader, bool *value);

/// Checks what is left: closes all open containers and makes sure that nothing follows. 0, or an error.
int weir_json_finish(weir_json *reader);

/// Whether the bytes are UTF-8 (RFC 3629).
bool weir_json_is_utf8(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
