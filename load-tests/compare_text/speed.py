"""How fast each engine goes through the same texts on one core, with more and more terms."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from engines import Alternation, Automaton, BetterProfanity, Engine, ProfanityCheck, signals
from sources import Sources
from whole_words import lines_of

from harness.measuring import bench

BYTES = 1_000
"""Of a text, about."""
PLANTED = 20
"""One text of so many has a term in it."""
LONGEST = 20.0
"""Seconds of one text, as expected from fewer terms, beyond which an engine is left out."""

TERMED: dict[str, Callable[[list[str]], Engine]] = {
    "re": Alternation,
    "pyahocorasick": Automaton,
    "better_profanity": BetterProfanity,
}


def texts_and_terms(sources: Sources, count: int, most: int, seed: int) -> tuple[list[str], list[str]]:
    """Texts of seven languages and phrases of two words; one of the first hundred stands in every twentieth text."""
    rng = Random(f"{seed} speed")
    terms: dict[str, None] = {}
    vocabularies = [words for words in sources.words.values() if len(words) > 1_000]
    while len(terms) < most:
        words = rng.choice(vocabularies)
        terms[f"{rng.choice(words)} {rng.choice(words)}"] = None
    ordered = list(terms)
    lines: list[str] = []
    for messages in sources.texts.values():
        # Each text of one language.
        lines += lines_of(rng.sample(messages, len(messages)), BYTES)
    lines = rng.sample(lines, min(count, len(lines)))
    planted = [f"{line}. {rng.choice(ordered[:100])}" for line in lines[::PLANTED]]
    lines[::PLANTED] = planted
    return lines, ordered


def compare(
    sources: Sources, folder: Path, counts: list[int], texts: int, seconds: float, seed: int
) -> Iterator[dict[str, Any]]:
    lines, terms = texts_and_terms(sources, texts, max(counts), seed)
    (folder / "texts").write_text("".join(line + "\n" for line in lines))
    took: dict[str, tuple[int, float]] = {}
    for count in sorted(counts):
        for name, view in (("weir", "word"), ("weir, leet", "leet")):
            (folder / "signals.jsonl").write_text(signals(terms[:count], view))
            figure = bench("text", "--of", folder, "--seconds", str(max(1, round(seconds))))["text-given"]
            yield {
                "part": "speed", "engine": name, "terms": count, "texts": len(lines),
                "µs/KiB": figure["value"], "MB/s": figure["profile"]["MB/s"],
                "buildSeconds": figure["profile"]["building s"],
            }  # fmt: skip
        for name, make in TERMED.items():
            fewer, longest = took.get(name, (count, 0.0))
            if longest * count / fewer > LONGEST:
                reason = f"with {fewer} terms a text took up to {longest:.1f} s"
                yield {"part": "speed", "engine": name, "terms": count, "leftOut": reason}
                continue
            began = time.process_time()
            engine = make(terms[:count])
            building = time.process_time() - began
            result = measured(engine, lines, seconds)
            took[name] = (count, result.pop("longest"))
            yield {"part": "speed", "engine": name, "terms": count, **result, "buildSeconds": round(building, 3)}
    yield {"part": "speed", "engine": "alt-profanity-check", "terms": None, **by_batch(lines, seconds)}


def measured(engine: Engine, lines: list[str], seconds: float) -> dict[str, Any]:
    """Texts one after another, until the time is up; one at least."""
    began = time.process_time()
    done = size = flagged = 0
    longest = 0.0
    while done == 0 or time.process_time() - began < seconds:
        line = lines[done % len(lines)]
        start = time.process_time()
        flagged += engine.flag(line)
        longest = max(longest, time.process_time() - start)
        size += len(line.encode())
        done += 1
    return {**speeds(time.process_time() - began, size), "texts": done, "flagged": flagged, "longest": longest}


def by_batch(lines: list[str], seconds: float) -> dict[str, Any]:
    """All at once, as a model is best asked."""
    model = ProfanityCheck()
    model.flags(lines[:1])
    began = time.process_time()
    done = size = flagged = 0
    while done == 0 or time.process_time() - began < seconds:
        flagged += sum(model.flags(lines))
        size += sum(len(line.encode()) for line in lines)
        done += len(lines)
    return {**speeds(time.process_time() - began, size), "texts": done, "flagged": flagged}


def speeds(seconds: float, size: int) -> dict[str, float]:
    return {"µs/KiB": round(seconds * 1e6 * 1_024 / size, 3), "MB/s": float(f"{size / seconds / 1e6:.3g}")}
