#include "CICU.h"
#include "lookalikes.h"

#include <cstring>
#include <string>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

namespace {

bool is_script(UChar32 point, std::initializer_list<UScriptCode> scripts) {
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(point, &status);
    for (const UScriptCode one : scripts)
        if (script == one) return true;
    return false;
}

bool is_voicing(UChar32 point) { return point == 0x3099 || point == 0x309A; }

/// Marks that a reader does without: not those that are letters, as the vowel signs of India and Thailand are.
bool is_stripped(UChar32 point) {
    if ((U_GET_GC_MASK(point) & (U_GC_MN_MASK | U_GC_ME_MASK)) == 0 || is_voicing(point)) return false;
    return is_script(point, {USCRIPT_INHERITED, USCRIPT_COMMON, USCRIPT_LATIN, USCRIPT_GREEK, USCRIPT_CYRILLIC,
                             USCRIPT_ARABIC, USCRIPT_HEBREW, USCRIPT_SYRIAC, USCRIPT_COPTIC});
}

bool is_jamo(UChar32 point) { return point >= 0x1161 && point <= 0x11C2; }

/// Spellings that are told apart by habit or keyboard rather than by sound; 0: goes away.
UChar32 arabic(UChar32 point) {
    switch (point) {
    case 0x0640: return 0;       // tatweel, which stretches a word
    case 0x0671:                 // alef wasla
    case 0x0672:                 // and with a wavy hamza
    case 0x0673:
    case 0x0675: return 0x0627;
    case 0x0649:                 // alef maksura
    case 0x06CC:                 // Persian yeh
    case 0x06CD:
    case 0x06D0: return 0x064A;
    case 0x0629:                 // teh marbuta
    case 0x06C3:
    case 0x06C1:                 // Urdu heh
    case 0x06BE:
    case 0x06D5: return 0x0647;
    case 0x06A9:                 // Persian kaf
    case 0x06AA: return 0x0643;
    default: return point;
    }
}

/// One code point of a casefolded, decomposed text.
void append(UChar32 point, std::string &folded) {
    if (is_stripped(point)) return;
    const int32_t digit = u_charDigitValue(point);
    if (u_charType(point) == U_DECIMAL_DIGIT_NUMBER && digit >= 0) {
        folded += static_cast<char>('0' + digit);
        return;
    }
    const std::string latin = weir_latin_letters(point);
    if (!latin.empty()) {
        folded += latin;
        return;
    }
    point = arabic(point);
    if (point != 0) icu::UnicodeString(point).toUTF8String(folded);
}

/// NFD, with Kana and Hangul composed again.
icu::UnicodeString decomposed(const icu::UnicodeString &text, UErrorCode &status) {
    const icu::UnicodeString parts = icu::Normalizer2::getNFDInstance(status)->normalize(text, status);
    icu::UnicodeString composed;
    for (int32_t place = 0; place < parts.length(); place = parts.moveIndex32(place, 1)) {
        const UChar32 next = parts.char32At(place);
        const int32_t last = composed.length() > 0 ? composed.moveIndex32(composed.length(), -1) : 0;
        const UChar32 joined = composed.length() > 0 ? weir_icu_compose(composed.char32At(last), next) : 0;
        if (joined != 0) {
            composed.truncate(last);
            composed.append(joined);
        } else {
            composed.append(next);
        }
    }
    return composed;
}

} // namespace

extern "C" {

uint32_t weir_icu_compose(uint32_t first, uint32_t second) {
    if (!is_voicing(second) && !is_jamo(second)) return 0;
    UErrorCode status = U_ZERO_ERROR;
    const UChar32 joined = icu::Normalizer2::getNFCInstance(status)->composePair(first, second);
    return joined > 0 ? static_cast<uint32_t>(joined) : 0;
}

int weir_icu_fold_of(uint32_t code_point, weir_icu_fold *fold) {
    std::memset(fold, 0, sizeof *fold);
    const auto point = static_cast<UChar32>(code_point);
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status)) return status;
    if (u_isUWhiteSpace(point)) {
        fold->space = true;
        return 0;
    }
    std::string text;
    const icu::UnicodeString original(point);
    // By its name, since compatibility sets ⒜ between brackets, and has nothing for 🅰.
    if ((U_GET_GC_MASK(point) & U_GC_SO_MASK) != 0) text = weir_latin_letters(point);
    if (text.empty()) {
        const icu::UnicodeString parts = decomposed(casefold->normalize(original, status), status);
        if (U_FAILURE(status)) return status;
        for (int32_t place = 0; place < parts.length(); place = parts.moveIndex32(place, 1))
            append(parts.char32At(place), text);
    }
    if (text.size() > sizeof fold->text) return U_BUFFER_OVERFLOW_ERROR;
    fold->length = static_cast<uint8_t>(text.size());
    std::memcpy(fold->text, text.data(), text.size());

    const icu::UnicodeString folded = icu::UnicodeString::fromUTF8(text);
    if (folded.countChar32() == 1) {
        const UChar32 only = folded.char32At(0);
        fold->combining_class = u_getCombiningClass(only);
        fold->mistakable = weir_is_mistakable(only);
        const std::string latin = weir_latin_lookalike(only);
        fold->latin_length = static_cast<uint8_t>(latin.size());
        std::memcpy(fold->latin, latin.data(), latin.size());
    }
    for (int32_t place = 0; place < folded.length(); place = folded.moveIndex32(place, 1)) {
        const UChar32 next = folded.char32At(place);
        if (is_voicing(next) || is_jamo(next)) fold->composes = true;
    }
    return 0;
}

int weir_icu_nfkc_casefold_nfd(const char *text, size_t length, char *folded, size_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
    const icu::Normalizer2 *nfd = icu::Normalizer2::getNFDInstance(status);
    if (U_FAILURE(status)) return -status;
    const auto original = icu::UnicodeString::fromUTF8(icu::StringPiece(text, static_cast<int32_t>(length)));
    std::string result;
    nfd->normalize(casefold->normalize(original, status), status).toUTF8String(result);
    if (U_FAILURE(status)) return -status;
    std::memcpy(folded, result.data(), std::min(capacity, result.size()));
    return static_cast<int>(result.size());
}

int weir_icu_skeleton(uint32_t code_point, char *skeleton, size_t capacity) {
    UErrorCode status = U_ZERO_ERROR;
    static USpoofChecker *const checker = [] {
        UErrorCode status = U_ZERO_ERROR;
        return uspoof_open(&status);
    }();
    UChar units[64];
    const icu::UnicodeString text(static_cast<UChar32>(code_point));
    const int32_t length = uspoof_getSkeleton(checker, 0, text.getBuffer(), text.length(), units, 64, &status);
    if (U_FAILURE(status)) return -status;
    std::string result;
    icu::UnicodeString(units, length).toUTF8String(result);
    std::memcpy(skeleton, result.data(), std::min(capacity, result.size()));
    return static_cast<int>(result.size());
}

} // extern "C"
