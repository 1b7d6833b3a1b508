#include "CICU.h"

#include <new>
#include <string>
#include <vector>

#include <unicode/bytestream.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uversion.h>

struct weir_icu_folder {
    std::string folded;
    icu::Edits edits;
    std::vector<weir_icu_edit> spans;
    bool spans_ready = false;
};

extern "C" {

weir_icu_folder *weir_icu_folder_create(void) { return new (std::nothrow) weir_icu_folder(); }

void weir_icu_folder_destroy(weir_icu_folder *folder) { delete folder; }

int weir_icu_fold(weir_icu_folder *folder, const char *text, size_t length, const char **folded, size_t *folded_length) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status)) return status;
    folder->folded.clear();
    folder->edits.reset();
    folder->spans_ready = false;
    icu::StringByteSink<std::string> sink(&folder->folded, static_cast<int32_t>(length));
    normalizer->normalizeUTF8(0, icu::StringPiece(text, static_cast<int32_t>(length)), sink, &folder->edits, status);
    if (U_FAILURE(status)) return status;
    *folded = folder->folded.data();
    *folded_length = folder->folded.size();
    return 0;
}

size_t weir_icu_edits(weir_icu_folder *folder, const weir_icu_edit **edits) {
    if (!folder->spans_ready) {
        folder->spans.clear();
        UErrorCode status = U_ZERO_ERROR;
        auto change = folder->edits.getFineChangesIterator();
        while (change.next(status)) {
            folder->spans.push_back({static_cast<uint32_t>(change.sourceIndex()),
                                     static_cast<uint32_t>(change.oldLength()),
                                     static_cast<uint32_t>(change.destinationIndex()),
                                     static_cast<uint32_t>(change.newLength())});
        }
        folder->spans_ready = true;
    }
    *edits = folder->spans.data();
    return folder->spans.size();
}

weir_icu_traits weir_icu_fold_traits(uint32_t code_point) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status)) return {0, false, false, false};
    const auto point = static_cast<UChar32>(code_point);
    return {normalizer->getCombiningClass(point), static_cast<bool>(normalizer->hasBoundaryBefore(point)),
            static_cast<bool>(normalizer->isInert(point)),
            normalizer->quickCheck(icu::UnicodeString(point), status) == UNORM_YES};
}

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

const char *weir_icu_version(void) { return U_ICU_VERSION; }

} // extern "C"
