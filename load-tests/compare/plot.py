"""Draws load-tests/results/compare.svg from compare.jsonl: each contender's rounds and their median, last run only."""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt

from harness.results import RESULTS

NAMES = {
    "weir": "Weir\n(full verdicts)",
    "c": "C loop\n(small verdicts)",
    "c-same-bytes": "C loop\n(verdicts as long as Weir's)",
    "python": "Python loop\n(small verdicts)",
    "python-same-bytes": "Python loop\n(verdicts as long as Weir's)",
}


def last_run() -> list[dict[str, Any]]:
    turns = [json.loads(line) for line in (RESULTS / "compare.jsonl").read_text().splitlines()]
    return [turn for turn in turns if turn["time"] == turns[-1]["time"]]


def main() -> None:
    turns = last_run()
    labels = [label for label in NAMES if any(turn["contender"] == label for turn in turns)]
    figure, axes = plt.subplots(figsize=(9, 0.9 * len(labels) + 1.6))
    for row, label in enumerate(labels):
        rates = [turn["eventsPerSecond"] / 1000 for turn in turns if turn["contender"] == label]
        median = statistics.median(rates)
        axes.barh(row, median, height=0.6, color="#2f6f9f" if label == "weir" else "#b8c4cc")
        axes.plot(rates, [row] * len(rates), "o", color="#222222", markersize=4)
        axes.annotate(f"{median:,.0f}", (max(rates), row), xytext=(8, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(labels)), [NAMES[label] for label in labels])
    axes.invert_yaxis()
    axes.set_xlabel("thousand events a second; bars: median, dots: rounds")
    first = turns[0]
    axes.set_title(
        f"{first['events']:,} uploads, exactly once, {first['machine']['cores']} cores with the broker beside it",
        fontsize=10,
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)
    figure.tight_layout()
    figure.savefig(RESULTS / "compare.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
