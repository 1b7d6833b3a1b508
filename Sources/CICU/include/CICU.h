// What Weir needs of ICU, under names that don't change with ICU's version (ICU renames its symbols).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One stretch that folding changed; byte offsets and lengths. Between two edits bytes were copied.
struct weir_icu_edit {
    uint32_t source, source_length;
    uint32_t folded, folded_length;
};

/// Folds one text after another, keeping its buffers. Belongs to one thread at a time.
typedef struct weir_icu_folder weir_icu_folder;

weir_icu_folder *weir_icu_folder_create(void);
void weir_icu_folder_destroy(weir_icu_folder *folder);

/// NFKC_Casefold (Unicode Standard, D146/UAX #44) of valid UTF-8. The result lives until the next call.
/// Returns 0, or ICU's error code.
int weir_icu_fold(weir_icu_folder *folder, const char *text, size_t length, const char **folded, size_t *folded_length);

/// The edits of the last fold, in order. They live until the next fold.
size_t weir_icu_edits(weir_icu_folder *folder, const struct weir_icu_edit **edits);

/// What NFKC_Casefold needs to know of a code point beside its mapping.
struct weir_icu_traits {
    /// Canonical_Combining_Class
    uint8_t combining_class;
    /// Folding may begin here afresh, whatever stands before.
    bool boundary_before;
    /// Never changed, whatever stands before or behind.
    bool inert;
    /// Quick_Check=Yes: folds to itself, and joins with nothing before it.
    bool stays;
};

struct weir_icu_traits weir_icu_fold_traits(uint32_t code_point);

/// Letters, marks, numbers and connectors (UTS #18 Annex C, `\w`): what a word is made of.
bool weir_icu_is_word(uint32_t code_point);

/// Scripts written without spaces between words, where every character is a possible boundary.
bool weir_icu_is_unspaced(uint32_t code_point);

/// A domain name as the Domain Name System has it (UTS #46, nontransitional ToASCII): mapped, composed, in lower case, and
/// each label that isn't ASCII in Punycode. Any thread may call it.
/// Returns how many bytes it has, 0 if it is no name or there is not enough room.
size_t weir_icu_domain_to_ascii(const char *name, size_t length, char *ascii, size_t room);

/// "72.1"
const char *weir_icu_version(void);

#ifdef __cplusplus
}
#endif
