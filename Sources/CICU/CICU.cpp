#include "CICU.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/uversion.h>

extern "C" {

bool weir_icu_is_word(uint32_t code_point) {
    const auto point = static_cast<UChar32>(code_point);
    return (U_GET_GC_MASK(point) & (U_GC_M_MASK | U_GC_PC_MASK)) != 0 || u_isUAlphabetic(point) ||
           u_isdigit(point) || u_hasBinaryProperty(point, UCHAR_JOIN_CONTROL);
}

bool weir_icu_is_unspaced(uint32_t code_point) {
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(static_cast<UChar32>(code_point), &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR: return true;
    default: return false;
    }
}

bool weir_icu_is_right_to_left(uint32_t code_point) {
    const UCharDirection direction = u_charDirection(static_cast<UChar32>(code_point));
    return direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC;
}

const char *weir_icu_script(uint32_t code_point) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getShortName(uscript_getScript(static_cast<UChar32>(code_point), &status));
}

const char *weir_icu_version(void) { return U_ICU_VERSION; }

} // extern "C"
