"""That Weir finds the whole words that pyahocorasick finds in ASCII texts, at the same places."""

import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

from engines import Automaton, Weir
from sources import WORD, Sources

STRETCHED = re.compile(r"([a-z])\1\1", re.IGNORECASE)


def why(written: str, term: str) -> str | None:
    """Why Weir may find a term that plain matching does not: a difference that is meant. None if there is no reason."""
    if STRETCHED.search(written):
        return "a letter stands three times in a row"
    if "  " in written or "\t" in written:
        return "white space of another length"
    return None


def compare(sources: Sources, texts: int, seed: int) -> Iterator[dict[str, Any]]:
    rng = Random(f"{seed} equality")
    lines = [text for text in sources.texts["en"] if text.isascii()]
    lines = rng.sample(lines, min(texts, len(lines)))
    words = sorted({word for line in lines for word in WORD.findall(line.casefold())})
    pairs = sorted({" ".join(pair) for line in lines for pair in pairwise(line.casefold().split(" "))})
    pairs = [pair for pair in pairs if pair.replace(" ", "").isalnum()]
    terms = rng.sample(words, min(2_000, len(words))) + rng.sample(pairs, min(1_000, len(pairs)))
    automaton = Automaton(terms)
    both = 0
    allowed: dict[str, int] = {}
    differing: list[dict[str, Any]] = []
    for line, answers in zip(lines, Weir(terms).found(lines), strict=True):
        theirs = automaton.matches(line)
        ours = {(match["start"], match["end"], match["value"]) for match in answers}
        both += len(ours & theirs)
        for start, end, term in sorted(ours ^ theirs):
            is_ours = (start, end, term) in ours
            reason = why(line[start:end], term) if is_ours else None
            if reason:
                allowed[reason] = allowed.get(reason, 0) + 1
            else:
                by = "weir" if is_ours else "pyahocorasick"
                differing.append({"by": by, "term": term, "text": line[max(0, start - 9) : end + 9]})
    yield {
        "part": "equality", "against": "pyahocorasick", "texts": len(lines), "terms": len(terms),
        "equal": both, "meant": allowed, "differ": len(differing), "differing": differing[:20],
        "met": both > 0 and not differing,
    }  # fmt: skip
