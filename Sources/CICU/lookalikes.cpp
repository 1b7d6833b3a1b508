#include "lookalikes.h"

#include <array>
#include <memory>

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

namespace {

struct Skeletons {
    USpoofChecker *checker = nullptr;
    std::array<icu::UnicodeString, 26> small, capital;

    Skeletons() {
        UErrorCode status = U_ZERO_ERROR;
        checker = uspoof_open(&status);
        for (int index = 0; index < 26; index++) {
            small[index] = of('a' + index);
            capital[index] = of('A' + index);
        }
    }

    /// Without marks: those of `ø` and `é` are written over the letter, and taken off.
    icu::UnicodeString of(UChar32 point) const {
        UErrorCode status = U_ZERO_ERROR;
        UChar skeleton[64];
        const icu::UnicodeString text(point);
        const int32_t length = uspoof_getSkeleton(checker, 0, text.getBuffer(), text.length(), skeleton, 64, &status);
        icu::UnicodeString kept;
        if (U_FAILURE(status)) return kept;
        for (int32_t place = 0; place < length;) {
            UChar32 next;
            U16_NEXT(skeleton, place, length, next);
            if ((U_GET_GC_MASK(next) & (U_GC_MN_MASK | U_GC_ME_MASK)) == 0) kept.append(next);
        }
        return kept;
    }

    /// The letter that looks the same: among small ones first, or among capitals.
    static std::string letter(const icu::UnicodeString &skeleton, const std::array<icu::UnicodeString, 26> &letters) {
        for (int index = 0; index < 26; index++)
            if (letters[index] == skeleton) return std::string(1, static_cast<char>('a' + index));
        return "";
    }
};

const Skeletons &skeletons() {
    static const Skeletons shared;
    return shared;
}

/// "LATIN SMALL LETTER D WITH HOOK", "LATIN LETTER SMALL CAPITAL T", "NEGATIVE SQUARED LATIN CAPITAL LETTER A": the
/// name's letter, if it is one letter by itself.
std::string letter_by_name(UChar32 point) {
    UErrorCode status = U_ZERO_ERROR;
    char buffer[128];
    const int32_t length = u_charName(point, U_UNICODE_CHAR_NAME, buffer, sizeof buffer, &status);
    if (U_FAILURE(status) || length <= 0 || length >= static_cast<int32_t>(sizeof buffer)) return "";
    std::string name(buffer, length);
    for (const char *prefix : {"NEGATIVE CIRCLED ", "NEGATIVE SQUARED ", "PARENTHESIZED ", "CROSSED NEGATIVE SQUARED "})
        if (name.rfind(prefix, 0) == 0) name = name.substr(std::string(prefix).size());
    bool found = false;
    for (const char *prefix : {"LATIN SMALL LETTER ", "LATIN CAPITAL LETTER ", "LATIN LETTER SMALL CAPITAL "}) {
        if (name.rfind(prefix, 0) != 0) continue;
        name = name.substr(std::string(prefix).size());
        found = true;
        break;
    }
    if (!found) return "";
    if (name.rfind("DOTLESS ", 0) == 0) name = name.substr(8);
    const bool alone = name.size() == 1 || name.rfind(" WITH ", 1) == 1;
    if (!alone || name[0] < 'A' || name[0] > 'Z') return "";
    return std::string(1, static_cast<char>(name[0] | 0x20));
}

} // namespace

std::string weir_latin_letters(UChar32 point) {
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(point, &status);
    if (point < 0x80 || (script != USCRIPT_LATIN && script != USCRIPT_COMMON)) return "";
    const std::string named = letter_by_name(point);
    if (!named.empty()) return named;
    if (script != USCRIPT_LATIN || !u_isUAlphabetic(point)) return "";
    const Skeletons &known = skeletons();
    const icu::UnicodeString skeleton = known.of(point);
    std::string letter = Skeletons::letter(skeleton, known.small);
    if (letter.empty()) letter = Skeletons::letter(known.of(u_toupper(point)), known.capital);
    if (!letter.empty()) return letter;
    // Two and more, as in æ.
    std::string letters;
    for (int32_t place = 0; place < skeleton.length(); place++) {
        const UChar unit = skeleton[place];
        if (unit >= 'A' && unit <= 'Z') {
            letters += static_cast<char>(unit | 0x20);
        } else if (unit >= 'a' && unit <= 'z') {
            letters += static_cast<char>(unit);
        } else {
            return "";
        }
    }
    return letters.size() <= 4 ? letters : "";
}

std::string weir_latin_lookalike(UChar32 point) {
    if (!weir_is_mistakable(point)) return "";
    const Skeletons &known = skeletons();
    const std::string letter = Skeletons::letter(known.of(point), known.small);
    if (!letter.empty()) return letter;
    // Of these Unicode knows less than people who write names in faux Cyrillic.
    switch (point) {
    case 0x043F: return "n";
    case 0x0448: return "w";
    case 0x044C: return "b";
    case 0x044F: return "r";
    default: return Skeletons::letter(known.of(u_toupper(point)), known.capital);
    }
}

bool weir_is_mistakable(UChar32 point) {
    UErrorCode status = U_ZERO_ERROR;
    if (!u_isUAlphabetic(point)) return false;
    switch (uscript_getScript(point, &status)) {
    case USCRIPT_CYRILLIC:
    case USCRIPT_GREEK:
    case USCRIPT_ARMENIAN:
    case USCRIPT_CHEROKEE:
    case USCRIPT_COPTIC:
    case USCRIPT_LISU: return true;
    default: return false;
    }
}
