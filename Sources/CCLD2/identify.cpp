#include "CCLD2.h"

// Before the library's own header, which needs it and does not say so.
#include <cstdio>

#include <algorithm>
#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>
#include <cstring>

namespace {

constexpr size_t padding = 64;

/// The last edge of a character at or before `length`.
size_t cut(const char *text, size_t length, size_t count) {
    while (length > 0 && length < count && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) length -= 1;
    return length;
}

} // namespace

extern "C" {

bool weir_cld2_identify(const char *text, size_t count, char *tag) {
    // The library reads some bytes beyond the text (`GetOneScriptSpan`), and they must not change the answer.
    char padded[weir_cld2_longest + padding] = {};
    const size_t length = cut(text, std::min<size_t>(count, weir_cld2_longest), count);
    std::memcpy(padded, text, length);
    const CLD2::CLDHints no_hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    CLD2::Language languages[3];
    int percents[3];
    double scores[3];
    int text_bytes = 0;
    int valid_prefix_bytes = 0;
    bool is_reliable = false;
    const CLD2::Language language = CLD2::ExtDetectLanguageSummaryCheckUTF8(
        padded, static_cast<int>(length), true, &no_hints, 0, languages, percents, scores, nullptr, &text_bytes,
        &is_reliable, &valid_prefix_bytes);
    if (!is_reliable || language == CLD2::UNKNOWN_LANGUAGE) return false;
    const char *code = CLD2::LanguageCode(language);
    if (std::strlen(code) >= weir_cld2_tag_size) return false;
    std::strcpy(tag, code);
    return true;
}

const char *weir_cld2_version(void) { return CLD2::DetectLanguageVersion(); }
}
