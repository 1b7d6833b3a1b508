"""What the tests of the classifier read: a hundred texts with their scores, and lines that training never saw."""

# ruff: noqa: RUF001 - letters that look like others are among them

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from features import Hasher, Vocabulary, readings
from grammar import LABELS, LANGUAGES, Line
from linear import Quantised

COUNT = 100
# Lines of each functionality and language.
EACH = 4
# Texts that show how symbols are made, rather than what the model knows.
ODD = [
    "",
    "...",
    "a",
    "K I L L  them",
    "4tt4ck at 10:30, call 112",
    "m*rket, h%lp and fi_e.",
    "sch**l ba*l w*ap*ns wяiting п*лиция",
    "aaaattttaaack!!!",
    "a.t.t.a.c.k",
    "Straße ﬁne",
    "см0тр1 3автра 6ыстро",
    "x" * 300,
    "١٢٣ مرحبا، أهلا؟",
    "a b c",
    "1337 $$$ @home 5tr1ke",
    "日本語 テスト。",
]


def entry(line: Line) -> str:
    return (
        json.dumps(
            {
                "text": line.text,
                "labels": line.labels,
                "language": line.language,
                "functionality": line.functionality,
            },
            ensure_ascii=False,
        )
        + "\n"
    )


def write(
    folder: Path,
    known: list[Line],
    held: list[Line],
    fold: Callable[[list[str]], list[str]],
    words: Vocabulary,
    hasher: Hasher,
    model: Quantised,
) -> None:
    chance = random.Random(1)
    lines = []
    for language in LANGUAGES:
        for functionality in dict.fromkeys(line.functionality for line in held):
            some = [line for line in held if (line.language, line.functionality) == (language, functionality)]
            lines += chance.sample(some, min(EACH, len(some)))
    (folder / "held-out.jsonl").write_text("".join(entry(line) for line in lines))
    texts = ODD + [line.text for line in chance.sample(known, 40) + chance.sample(held, COUNT - len(ODD) - 40)]
    folded = fold(texts)
    # One stretch each; how longer texts are cut is the Swift tests' affair.
    scores = [score(text, words, hasher, model) for text in folded]
    with (folder / "golden.jsonl").open("w") as file:
        for text, fold_of, row in zip(texts, folded, scores, strict=True):
            values = [round(value, 7) for value in row]
            file.write(json.dumps({"text": text, "folded": fold_of, "scores": values}, ensure_ascii=False) + "\n")


def score(folded: str, words: Vocabulary, hasher: Hasher, model: Quantised) -> list[float]:
    texts, allowance = readings(folded, words)
    texts = [text for text in texts if text.strip()]
    if not texts:
        return [0.0] * len(LABELS)
    logits = model.logits(hasher.buckets(texts)).max(axis=0) + allowance
    return [float(value) for value in 1 / (1 + np.exp(-logits))]
