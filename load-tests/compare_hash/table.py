"""Puts the last recorded recall into docs/matching.md, between its marks."""

import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.broker import PACKAGE
from harness.results import RESULTS

PAGE = PACKAGE / "docs" / "matching.md"
MARKS = re.compile(r"(<!-- recall: begin -->\n).*(<!-- recall: end -->)", re.DOTALL)


def last(part: str) -> list[dict[str, Any]]:
    """Of the last run that had such a part."""
    lines = (RESULTS / "compare-hash.jsonl").read_text().splitlines()
    found = [result for result in map(json.loads, lines) if result["part"] == part]
    return [result for result in found if result["time"] == found[-1]["time"]]


def table() -> str:
    rows = ["| what was done to it | found | with `dihedral` | bits: median; most |", "| --- | --- | --- | --- |"]
    for result in last("recall"):
        shares = [f"{100 * result[name] / result['pictures']:.0f} %" for name in ("found", "foundTurned")]
        bits = f"{result['medianBits']:g}; {result['mostBits']}"
        rows.append(f"| {result['transform']} | {shares[0]} | {shares[1]} | {bits} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    text = PAGE.read_text()
    if not MARKS.search(text):
        raise SystemExit(f"{PAGE} has no marks for the table")
    PAGE.write_text(MARKS.sub(lambda marks: marks[1] + "\n" + table() + "\n" + marks[2], text))


if __name__ == "__main__":
    main()
