"""Texts and words of seven languages from the gettext catalogues of the machine (load-tests/text/catalogues.py)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "text"))

from catalogues import LANGUAGES, WORD, messages, plain, spelled, vocabulary
from disguises import DISGUISES, own

__all__ = ["DISGUISES", "LANGUAGES", "WORD", "Sources", "plain", "spelled"]


class Sources:
    def __init__(self, catalogues: Path) -> None:
        self.texts = {language: messages(catalogues, language) for language in LANGUAGES}
        self.words = {
            language: sorted(word for word in vocabulary(texts) if 5 <= len(word) <= 14 and own(word, language))
            for language, texts in self.texts.items()
        }
        """Words of five to fourteen letters in the language's own script."""

    def sentences(self, language: str) -> list[str]:
        """Messages of more than three words."""
        return [text for text in self.texts[language] if len(WORD.findall(text)) > 3]
