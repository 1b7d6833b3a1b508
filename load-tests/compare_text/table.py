"""Puts the last recorded comparison into docs/text.md, between its marks."""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.broker import PACKAGE
from harness.results import RESULTS

PAGE = PACKAGE / "docs" / "text.md"
MARKS = re.compile(r"(<!-- compare-text: begin -->\n).*(<!-- compare-text: end -->)", re.DOTALL)
Result = dict[str, Any]


def last(part: str) -> list[Result]:
    """Of the last run that had such a part."""
    lines = (RESULTS / "compare-text.jsonl").read_text().splitlines()
    found = [result for result in map(json.loads, lines) if result["part"] == part]
    return [result for result in found if result["time"] == found[-1]["time"]]


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]) + "\n"


def rounded(value: float) -> str:
    """To three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def speeds() -> str:
    found = last("speed")
    counts = sorted({result["terms"] for result in found if result["terms"]})
    names = {"weir": "Weir, `word`", "weir, leet": "Weir, `leet`", "re": "`re`"}

    def cell(engine: str, terms: int | None) -> str:
        for result in found:
            if result["engine"] == engine and result["terms"] == terms:
                if "leftOut" in result:
                    return "left out"
                speed = 1_024 / result["µs/KiB"]
                return f"{rounded(result['µs/KiB'])} ({rounded(speed) if speed >= 0.001 else 'under 0.001'})"
        return "-"

    rows = []
    for engine in dict.fromkeys(result["engine"] for result in found):
        has_terms = any(result["terms"] for result in found if result["engine"] == engine)
        cells = [cell(engine, count) for count in counts] if has_terms else [cell(engine, None)] * len(counts)
        rows.append([names.get(engine, engine), *cells])
    return table(["µs/KiB (MB/s)", *(f"{count:,} terms" for count in counts)], rows)


def disguises() -> str:
    engines = ["weir", "weir, word", "better_profanity", "re", "pyahocorasick"]
    tries: Counter[str] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    views = {}
    for result in last("disguises"):
        name = result["disguise"]
        views[name] = result["view"]
        tries[name] += result["tries"]
        for engine, count in result["found"].items():
            hits[name, engine] += count
    mild = {result["disguise"]: result for result in last("mild word")}

    def share(name: str) -> str:
        one = mild.get(name)
        return f"{100 * one['found']['alt-profanity-check'] / one['tries']:.1f}" if one else "-"

    rows = [
        [name, view, *(f"{100 * hits[name, engine] / tries[name]:.1f}" for engine in engines), share(name)]
        for name, view in views.items()
    ]
    head = ["disguise", "view", "Weir", "Weir, `word`", "better_profanity", "`re`", "pyahocorasick"]
    return table([*head, "alt-profanity-check"], rows)


def alarms() -> str:
    found = last("alarms")
    engines = list(found[0]["flagged"])
    rows = []
    for engine in engines:
        cells = [
            f"{100 * result['flagged'][engine] / result['sentences']:.2f}" if result["sentences"] else "-"
            for result in found
        ]
        rows.append([engine.replace("weir", "Weir"), *cells])
    counts = [f"{result['language']} ({result['sentences']:,})" for result in found]
    return table(["% of sentences flagged", *counts], rows)


def main() -> None:
    text = PAGE.read_text()
    if not MARKS.search(text):
        raise SystemExit(f"{PAGE} has no marks for the tables")
    tables = "\n".join(
        [
            speeds(),
            "Found, in per cent of words in seven languages (alt-profanity-check: of one mild English word that it "
            "knows):\n",
            disguises(),
            "Sentences that hold none of the terms as whole words, and are flagged all the same:\n",
            alarms(),
        ]
    )
    PAGE.write_text(MARKS.sub(lambda marks: marks[1] + "\n" + tables + "\n" + marks[2], text))


if __name__ == "__main__":
    main()
