// What Weir needs of ICU, under names that don't change with ICU's version (ICU renames its symbols).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What becomes of one code point when texts are folded, whatever stands around it.
struct weir_icu_fold {
    /// White space of any kind.
    bool space;
    /// Canonical_Combining_Class, of a mark that stays.
    uint8_t combining_class;
    /// The last code point may compose with what stands before: a voicing mark of Kana, a jamo.
    bool composes;
    /// The text that it becomes; none where it goes away.
    uint8_t length;
    char text[64];
    /// A letter of a script whose letters are mistaken for Latin ones (Cyrillic, Greek, …).
    bool mistakable;
    /// The Latin letters that this one is mistaken for; none if there are none.
    uint8_t latin_length;
    char latin[7];
};

/// NFKC_Casefold, decomposed but for Kana and Hangul, without marks in scripts that can be read without them, with
/// Latin look-alikes and Arabic spellings as one (docs/text.md).
/// Returns 0, or ICU's error code.
int weir_icu_fold_of(uint32_t code_point, struct weir_icu_fold *fold);

/// What two code points compose to canonically, of Kana and Hangul; 0 if to nothing.
uint32_t weir_icu_compose(uint32_t first, uint32_t second);

/// Letters, marks, numbers and connectors (UTS #18 Annex C, `\w`): what a word is made of.
bool weir_icu_is_word(uint32_t code_point);

/// Scripts written without spaces between words, where every character is a possible boundary.
bool weir_icu_is_unspaced(uint32_t code_point);

/// A domain name as the Domain Name System has it (UTS #46, nontransitional ToASCII): mapped, composed, in lower case, and
/// each label that isn't ASCII in Punycode. Any thread may call it.
/// Returns how many bytes it has, 0 if it is no name or there is not enough room.
size_t weir_icu_domain_to_ascii(const char *name, size_t length, char *ascii, size_t room);

/// Letters that are read from right to left (Bidi_Class R or AL).
bool weir_icu_is_right_to_left(uint32_t code_point);

/// ISO 15924, as in "Latn"; lives for ever.
const char *weir_icu_script(uint32_t code_point);

/// NFKC_Casefold (UAX #44), then NFD, of all of a text at once.
/// Returns the length, of which `capacity` bytes at most are written; negative: ICU's error code.
int weir_icu_nfkc_casefold_nfd(const char *text, size_t length, char *folded, size_t capacity);

/// UTS #39's skeleton of one code point; for tests. Same result.
int weir_icu_skeleton(uint32_t code_point, char *skeleton, size_t capacity);

/// "72.1"
const char *weir_icu_version(void);

#ifdef __cplusplus
}
#endif
