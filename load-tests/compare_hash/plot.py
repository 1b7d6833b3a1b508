"""Draws load-tests/results/compare-hash.svg from the last recorded run of each part."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from table import last

from harness.results import RESULTS

WEIR, PEER = "#2f6f9f", "#b8c4cc"


def bars(axes: Axes, labels: list[str], speeds: list[dict[str, float]], colours: dict[str, str], unit: str) -> None:
    """A group for each label, a bar for each contender, on a logarithmic scale."""
    height = 0.8 / len(colours)
    for place, (name, shade) in enumerate(colours.items()):
        rows = [row + (place - (len(colours) - 1) / 2) * height for row in range(len(labels))]
        values = [speed[name] for speed in speeds]
        axes.barh(rows, values, height=height * 0.9, color=shade, label=name)
        for row, value in zip(rows, values, strict=True):
            text = f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
            axes.annotate(text, (value, row), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7)
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel(unit, fontsize=8)
    axes.legend(fontsize=7, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.15)


def recalls(axes: Axes, rows: list[dict[str, Any]]) -> None:
    places = range(len(rows))
    turned = [100 * row["foundTurned"] / row["pictures"] for row in rows]
    plain = [100 * row["found"] / row["pictures"] for row in rows]
    axes.barh(places, turned, height=0.7, color=PEER, label="with dihedral")
    axes.barh(places, plain, height=0.7, color=WEIR, label="as it is")
    axes.set_yticks(places, [row["transform"] for row in rows], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("% of pictures found again at threshold 31", fontsize=8)
    axes.legend(fontsize=7, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    figure = plt.figure(figsize=(12, 8.5))
    halves: Any = figure.subfigures(1, 2)
    left, right = halves
    above, below = left.subplots(2, 1, height_ratios=[3, 8])
    speeds = last("speed")
    bars(
        above,
        [result["size"] for result in speeds],
        [result["hashesPerSecond"] for result in speeds],
        {"weir": WEIR, "pdqhash": PEER},
        "PDQ hashes a second from JPEG files, one core",
    )
    looked = last("look-ups")
    bars(
        below,
        [f"{result['signals']:,}\n{result['set']}, {result['queries']}" for result in looked],
        [result["lookUpsPerSecond"] for result in looked],
        {"weir": WEIR, "flat": PEER, "multi-16x16": "#8fa3ad", "multi-12x21": "#66808d"},
        "exact look-ups within 31 bits a second, one core; the others are faiss",
    )
    recalls(right.subplots(), last("recall"))
    left.subplots_adjust(left=0.2, right=0.97, top=0.98, bottom=0.06, hspace=0.25)
    right.subplots_adjust(left=0.48, right=0.97, top=0.98, bottom=0.06)
    figure.savefig(RESULTS / "compare-hash.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
