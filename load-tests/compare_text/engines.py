"""The engines that are compared, each asked the same: which of these texts have one of these terms?"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import ahocorasick  # type: ignore[import-not-found]
import profanity_check  # type: ignore[import-untyped]
from better_profanity import Profanity  # type: ignore[import-untyped]
from whole_words import Match, alternation, is_whole

from harness import weir


class Engine(Protocol):
    def flag(self, text: str) -> bool:
        """Whether it finds anything in a text."""


class Alternation:
    """Python's `re`, all terms in one pattern."""

    def __init__(self, terms: Iterable[str]) -> None:
        re.purge()
        self.pattern = alternation(terms)

    def flag(self, text: str) -> bool:
        return sum(1 for _ in self.pattern.finditer(text)) > 0


class Automaton:
    """pyahocorasick over the case-folded text, with a look at what stands beside each match."""

    def __init__(self, terms: Iterable[str], *, whole: bool = True) -> None:
        self.whole = whole
        self.automaton = ahocorasick.Automaton()
        for term in terms:
            self.automaton.add_word(term.casefold(), term.casefold())
        self.automaton.make_automaton()

    def matches(self, text: str) -> set[Match]:
        text = text.casefold()
        found = set()
        for last, term in self.automaton.iter(text):
            start = last + 1 - len(term)
            if not self.whole or is_whole(text, start, last + 1):
                found.add((start, last + 1, term))
        return found

    def flag(self, text: str) -> bool:
        return bool(self.matches(text))


class BetterProfanity:
    """better_profanity with these terms in place of its own."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.profanity = Profanity(list(terms))

    def flag(self, text: str) -> bool:
        return bool(self.profanity.contains_profanity(text))


class ProfanityCheck:
    """alt-profanity-check, a model with words of its own; takes no terms."""

    def flag(self, text: str) -> bool:
        return bool(profanity_check.predict([text])[0])

    def flags(self, texts: list[str]) -> list[bool]:
        return [bool(answer) for answer in profanity_check.predict(texts)]


class Weir:
    """`weir text match`."""

    def __init__(self, terms: Iterable[str], view: str = "word") -> None:
        self.signals = signals(terms, view)

    def found(self, texts: list[str]) -> list[list[dict[str, Any]]]:
        """The matches of each text."""
        with tempfile.TemporaryDirectory(prefix="weir-text-") as folder:
            known, lines = Path(folder, "signals.jsonl"), Path(folder, "texts")
            known.write_text(self.signals)
            lines.write_text("".join(text + "\n" for text in texts))
            command = [str(weir.binary()), "text", "match", "--signals", str(known), str(lines)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        answers = [json.loads(line)["matches"] for line in done.stdout.splitlines()]
        if len(answers) != len(texts):
            raise SystemExit(f"weir text match answered {len(answers)} of {len(texts)} texts")
        return answers

    def flags(self, texts: list[str]) -> list[bool]:
        return [bool(matches) for matches in self.found(texts)]


def signals(terms: Iterable[str], view: str) -> str:
    """A signals file of terms and phrases."""
    kinds = ((term, "phrase" if " " in term else "term") for term in terms)
    return "".join(json.dumps({"type": kind, "value": term, "match": view}) + "\n" for term, kind in kinds)
