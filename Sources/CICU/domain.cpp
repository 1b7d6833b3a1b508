#include "CICU.h"

#include <memory>

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/stringpiece.h>

namespace {

/// Without the checks that only say what may be registered: what a browser would go to is what counts here.
const icu::IDNA *idna() {
    static const std::unique_ptr<const icu::IDNA> instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        return std::unique_ptr<const icu::IDNA>(
            icu::IDNA::createUTS46Instance(UIDNA_NONTRANSITIONAL_TO_ASCII, status));
    }();
    return instance.get();
}

}  // namespace

extern "C" size_t weir_icu_domain_to_ascii(const char *name, size_t length, char *ascii, size_t room) {
    const icu::IDNA *mapping = idna();
    if (mapping == nullptr || room > INT32_MAX || length > INT32_MAX) return 0;
    icu::CheckedArrayByteSink sink(ascii, static_cast<int32_t>(room));
    icu::IDNAInfo info;
    UErrorCode status = U_ZERO_ERROR;
    mapping->nameToASCII_UTF8(icu::StringPiece(name, static_cast<int32_t>(length)), sink, info, status);
    // Empty and overlong labels harm nothing: no such name is known.
    const uint32_t harmless = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
                              UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
    if (U_FAILURE(status) || sink.Overflowed() || (info.getErrors() & ~harmless) != 0) return 0;
    return static_cast<size_t>(sink.NumberOfBytesWritten());
}
