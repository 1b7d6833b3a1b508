"""Plain matching of whole words, which all engines that take terms should agree on; needs no package."""

import re
from collections.abc import Iterable, Iterator

Match = tuple[int, int, str]
"""Where a term stands, in characters, and which it is."""


def is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on beyond either edge of a stretch."""
    before = start == 0 or not (is_word(text[start - 1]) and is_word(text[start]))
    return before and (end == len(text) or not (is_word(text[end - 1]) and is_word(text[end])))


def alternation(terms: Iterable[str]) -> re.Pattern[str]:
    """As people write it: whole words in any case, longer ones first."""
    ordered = sorted(terms, key=lambda term: (-len(term), term))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)", re.IGNORECASE)


def all_matches(text: str, terms: Iterable[str]) -> set[Match]:
    """Every place of every term, overlapping ones too: the plain model that fast engines are held against."""
    text = text.casefold()
    found = set()
    for term in terms:
        start = text.find(term)
        while start >= 0:
            if is_whole(text, start, start + len(term)):
                found.add((start, start + len(term), term))
            start = text.find(term, start + 1)
    return found


def lines_of(messages: Iterable[str], size: int) -> Iterator[str]:
    """Messages one after another, in lines of about so many bytes of UTF-8."""
    line: list[str] = []
    count = 0
    for message in messages:
        line.append(message)
        count += len(message.encode()) + 2
        if count >= size:
            yield ". ".join(line)
            line, count = [], 0
