// Which Latin letters a character is mistaken for.
#pragma once

#include <string>

#include <unicode/utypes.h>

/// For letters of the Latin script and of none: read as these letters (small), wherever they stand. "" if as none.
std::string weir_latin_letters(UChar32 point);

/// For small letters of other scripts: looks like this in a word of Latin letters. "" if like none.
std::string weir_latin_lookalike(UChar32 point);

/// A script with letters that are mistaken for Latin ones.
bool weir_is_mistakable(UChar32 point);
