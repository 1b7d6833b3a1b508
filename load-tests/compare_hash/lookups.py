"""Look-ups of PDQ hashes within 31 bits: Weir's index beside faiss' exact ones, the same signals and queries, one core.

Exact are `IndexBinaryFlat`, which compares with each, and `IndexBinaryMultiHash` where a hash that differs in 31 bits
must, in one of its parts, differ in no more bits than are tried: 16 parts of 16 bits with one bit tried (as
ThreatExchange's PDQ index has it), or 12 of 21 with two. A radius of 32 is faiss' way to say at most 31.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
from tool import bench, medians, rate, ratio

Hashes = npt.NDArray[np.uint8]
"""(n, 32)"""
Matches = npt.NDArray[np.int64]
"""(n, 3): query, signal, distance; sorted."""
RADIUS = 32
QUERIES = 1_000
FAMILY = 1_000
"""Variants of one picture, in the sets that are made of families."""
AIMS = {"flat": 20.0, "multi-16x16": 10.0, "multi-12x21": 10.0}
TOTAL_BITS = 256


def flipped(draw: np.random.Generator, hashes: Hashes, counts: npt.NDArray[np.int64]) -> Hashes:
    """Each with so many other bits, at random places."""
    bits = draw.permuted(np.arange(TOTAL_BITS) < counts[:, None], axis=1)
    return hashes ^ np.packbits(bits, axis=1)


def known(draw: np.random.Generator, count: int, families: bool) -> Hashes:
    hashes = draw.integers(0, 256, (count, 32), dtype=np.uint8)
    if families:
        for start in range(0, count, FAMILY):
            few = hashes[start : start + FAMILY]
            few[1:] = flipped(draw, np.repeat(few[:1], len(few) - 1, axis=0), draw.integers(0, 61, len(few) - 1))
    return hashes


def asked(draw: np.random.Generator, signals: Hashes, kind: str) -> Hashes:
    """`miss` is near nothing, `near` 0 to 31 bits from a signal, `edge` by turns exactly 31 and exactly 32."""
    if kind == "miss":
        return draw.integers(0, 256, (QUERIES, 32), dtype=np.uint8)
    chosen = signals[draw.integers(0, len(signals), QUERIES)]
    counts = draw.integers(0, 32, QUERIES) if kind == "near" else 31 + np.arange(QUERIES) % 2
    return flipped(draw, chosen, counts)


def indexes(signals: Hashes) -> dict[str, Any]:
    made: dict[str, Any] = {"flat": faiss.IndexBinaryFlat(TOTAL_BITS)}
    for parts, bits, tried in ((16, 16, 1), (12, 21, 2)):
        index = faiss.IndexBinaryMultiHash(TOTAL_BITS, parts, bits)
        index.nflip = tried
        made[f"multi-{parts}x{bits}"] = index
    for index in made.values():
        index.add(signals)
    return made


def ask(index: Any, queries: Hashes) -> int:
    """All in one call, which is fastest for faiss; the answer is let go."""
    index.range_search(queries, RADIUS)
    return len(queries)


def matches(index: Any, queries: Hashes) -> Matches:
    limits, distances, found = index.range_search(queries, RADIUS)
    query = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
    return in_order(np.column_stack([query, found.astype(np.int64), distances.astype(np.int64)]))


def in_order(rows: Matches) -> Matches:
    return rows[np.lexsort((rows[:, 1], rows[:, 2], rows[:, 0]))]


def compare(folder: Path, counts: list[int], rounds: int) -> Iterator[dict[str, Any]]:
    faiss.omp_set_num_threads(1)
    for count in counts:
        for families in (False, True):
            draw = np.random.default_rng(count + families)
            signals = known(draw, count, families)
            signals.tofile(folder / "signals.pdq")
            peers = indexes(signals)
            for kind in ("miss", "near", "edge"):
                queries = asked(draw, signals, kind)
                yield {
                    "part": "look-ups",
                    "signals": count,
                    "set": "families" if families else "random",
                    "queries": kind,
                    **measure(folder, peers, queries, rounds),
                }


def measure(folder: Path, peers: dict[str, Any], queries: Hashes, rounds: int) -> dict[str, Any]:
    queries.tofile(folder / "queries.pdq")
    turns = []
    for _ in range(rounds):
        figure = bench("index", "--of", folder, "--seconds", "1")["index-given"]
        turn = {"weir": figure["value"]}
        for name, index in peers.items():
            turn[name] = rate(partial(ask, index, queries), 0.5)
        turns.append(turn)
    path = folder / "matches.tsv"
    ours = np.loadtxt(path, dtype=np.int64, ndmin=2) if path.stat().st_size else np.empty((0, 3), np.int64)
    theirs = {name: matches(index, queries) for name, index in peers.items()}
    ratios = {name: round(ratio(turns, name), 1) for name in peers}
    differing = [name for name, found in theirs.items() if not np.array_equal(found, in_order(ours))]
    return {
        "pairs": len(queries) * int(peers["flat"].ntotal),
        "found": len(ours),
        "foundAtDistance31": int(np.sum(ours[:, 2] == RADIUS - 1)),
        "differingFrom": differing,
        "lookUpsPerSecond": {name: round(speed) for name, speed in medians(turns).items()},
        "ratios": ratios,
        "aims": AIMS,
        "met": {name: ratios[name] >= AIMS[name] for name in peers} | {"sameMatches": not differing},
    }
