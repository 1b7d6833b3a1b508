"""Words and sentences of seven languages, out of the gettext catalogues that Debian's packages install."""

import gettext
import re
import unicodedata
from collections import Counter
from pathlib import Path

LANGUAGES = ("id", "ar", "en", "ru", "fr", "de", "ur")
MARKUP = re.compile(r"<[^>]*>|[%$]\(?\w*\)?[-+ #0-9.*]*[a-zA-Z]?|\\.|&\w+;|https?://\S+")
WORD = re.compile(r"[^\W\d_]+")


def messages(root: Path, language: str) -> list[str]:
    """All translated messages of a language (English: those that were translated), without markup, sorted."""
    found: set[str] = set()
    for path in sorted(root.rglob(f"{'de' if language == 'en' else language}/LC_MESSAGES/*.mo")):
        try:
            with path.open("rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        except (IndexError, OSError, UnicodeDecodeError, ValueError):
            continue
        for key, value in catalogue.items():
            text = key if language == "en" else value
            if isinstance(text, str) and text and isinstance(key, str) and key:
                found.add(" ".join(MARKUP.sub(" ", text.replace("_", "")).split()))
    return sorted(found)


SPELLINGS = str.maketrans("ёأإآٱىیةکہھ", "еااااييهكهه", "\u0640" + "".join(map(chr, range(0x64B, 0x656))))


def plain(text: str) -> str:
    """As programs that match whole words do it: composed, small letters."""
    return unicodedata.normalize("NFC", text).casefold()


def spelled(text: str) -> str:
    """The same, with what is spelled in two ways as one: Russian yo; Arabic alef, yeh, teh marbuta, kaf, heh, marks."""
    return plain(text).translate(SPELLINGS)


def vocabulary(texts: list[str]) -> Counter[str]:
    """Words with the number of texts that they are in."""
    words: Counter[str] = Counter()
    for text in texts:
        words.update(set(WORD.findall(plain(text))))
    return words
