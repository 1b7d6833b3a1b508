"""Known documents: how many changed copies `weir text near` finds, and how many other texts it takes for one.

Made-up news (news.py) become signals by `weir text fingerprint`. Copies of them are changed in each way, other
articles of the same grammar and notices of another are not, and all go through `weir text near`. One JSON object a
figure; a row with a target says whether it is met. With --record they go to results/text-near.jsonl.

    python3 load-tests/text/near.py --documents 1000 --queries 150
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from subprocess import PIPE, run
from typing import Any
from zlib import crc32

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent.parent
sys.path.insert(0, str(HERE))

from news import HAN, THAI, Unspaced, Writer

# Letters of Cyrillic that look like these of Latin.
LOOKS = str.maketrans(
    {"a": 0x430, "c": 0x441, "e": 0x435, "o": 0x43E, "p": 0x440, "x": 0x445, "y": 0x443, "s": 0x455, "i": 0x456}
)


class Texts:
    """What the queries are made of."""

    def __init__(self, documents: int, seed: int):
        writer = Writer(f"known-{seed}")
        self.known = [writer.article().split() for _ in range(documents)]
        self.other = Writer(f"other-{seed}")
        self.random = Random(f"edits-{seed}")
        self.vocabulary = [word for words in self.known[:50] for word in words]

    def word(self) -> str:
        return self.random.choice(self.vocabulary)

    def substituted(self, words: list[str], share: float) -> list[str]:
        return [self.word() if self.random.random() < share else word for word in words]

    def inserted(self, words: list[str], share: float) -> list[str]:
        out = []
        for word in words:
            if self.random.random() < share:
                out.append(self.word())
            out.append(word)
        return out

    def deleted(self, words: list[str], share: float) -> list[str]:
        return [word for word in words if self.random.random() >= share]

    def excerpt(self, words: list[str], count: int) -> list[str]:
        start = self.random.randrange(max(1, len(words) - count))
        return words[start : start + count]

    def inside(self, words: list[str], around: int) -> list[str]:
        other = self.other.article().split()
        while len(other) < around:
            other += self.other.article().split()
        place = self.random.randrange(around)
        return other[:place] + words + other[place:around]


def fullwidth(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def zero_width(text: str) -> str:
    return "".join(letter + "\u200b" if index % 3 == 0 else letter for index, letter in enumerate(text))


def soft_hyphens(text: str) -> str:
    return "".join(
        letter + "\u00ad" if index % 4 == 1 and letter.isalpha() else letter for index, letter in enumerate(text)
    )


def mathematical(text: str) -> str:
    out = []
    for letter in text:
        if "a" <= letter <= "z":
            out.append(chr(0x1D41A + ord(letter) - ord("a")))
        elif "A" <= letter <= "Z":
            out.append(chr(0x1D400 + ord(letter) - ord("A")))
        else:
            out.append(letter)
    return "".join(out)


def joined(words: list[str]) -> str:
    return " ".join(words)


Answer = dict[str, Any]
Row = tuple[str, float, float | None, float | None]
Change = Callable[[Texts, list[str]], str]

# Name, change, least recall asked for (the last row of the reference's table where it has the edit).
CHANGES: list[tuple[str, Change, float | None]] = [
    ("copy", lambda t, w: joined(w), 1.0),
    ("substitute 10 %", lambda t, w: joined(t.substituted(w, 0.1)), 1.0),
    ("substitute 30 %", lambda t, w: joined(t.substituted(w, 0.3)), 1.0),
    ("insert 5 %", lambda t, w: joined(t.inserted(w, 0.05)), 1.0),
    ("insert 10 %", lambda t, w: joined(t.inserted(w, 0.1)), 1.0),
    ("insert 20 %", lambda t, w: joined(t.inserted(w, 0.2)), 1.0),
    ("delete 5 %", lambda t, w: joined(t.deleted(w, 0.05)), 1.0),
    ("delete 10 %", lambda t, w: joined(t.deleted(w, 0.1)), 1.0),
    ("delete 20 %", lambda t, w: joined(t.deleted(w, 0.2)), 1.0),
    (
        "insert, delete and substitute 10 % each",
        lambda t, w: joined(t.substituted(t.inserted(t.deleted(w, 0.1), 0.1), 0.1)),
        None,
    ),
    ("excerpt of 25 %", lambda t, w: joined(t.excerpt(w, len(w) // 4)), 1.0),
    ("60 words", lambda t, w: joined(t.excerpt(w, 60)), 1.0),
    ("30 words", lambda t, w: joined(t.excerpt(w, 30)), 1.0),
    ("20 words", lambda t, w: joined(t.excerpt(w, 20)), 0.99),
    ("12 words", lambda t, w: joined(t.excerpt(w, 12)), None),
    ("60 words in 300 others", lambda t, w: joined(t.inside(t.excerpt(w, 60), 300)), 1.0),
    (
        "60 words, 10 % substituted, in 300 others",
        lambda t, w: joined(t.inside(t.substituted(t.excerpt(w, 60), 0.1), 300)),
        1.0,
    ),
    (
        "60 words, 10 % inserted, in 300 others",
        lambda t, w: joined(t.inside(t.inserted(t.excerpt(w, 60), 0.1), 300)),
        None,
    ),
    ("full-width", lambda t, w: fullwidth(joined(w)), 1.0),
    ("zero width spaces", lambda t, w: zero_width(joined(w)), 1.0),
    ("soft hyphens", lambda t, w: soft_hyphens(joined(w)), 1.0),
    ("mathematical letters", lambda t, w: mathematical(joined(w)), 1.0),
    ("capitals", lambda t, w: joined(w).upper(), 1.0),
    ("Cyrillic look-alikes", lambda t, w: joined(w).translate(LOOKS), None),
]


def binary() -> str:
    return os.environ.get("WEIR_BINARY", str(PACKAGE / ".build/release/weir"))


def weir(*arguments: str, allowed: tuple[int, ...] = (0,)) -> list[Answer]:
    done = run([binary(), *arguments], stdout=PIPE, text=True)
    if done.returncode not in allowed:
        sys.exit(f"weir {' '.join(arguments[:2])} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def fingerprints(texts: list[str], folder: Path, name: str) -> list[Answer]:
    """A signal for each text, with its place as its id."""
    paths = []
    (folder / name).mkdir()
    for index, text in enumerate(texts):
        path = folder / name / str(index)
        path.write_text(text)
        paths.append(str(path))
    return [line for at in range(0, len(paths), 500) for line in weir("text", "fingerprint", *paths[at : at + 500])]


def near(signals: Path, texts: list[str], folder: Path) -> list[Answer]:
    queries = folder / "queries.txt"
    queries.write_text("".join(text.replace("\n", " ") + "\n" for text in texts))
    return weir("text", "near", "--signals", str(signals), str(queries))


def recall(answers: list[Answer], ids: list[str]) -> tuple[float, float, float]:
    """Share found, and the mean coverage of text and document of what was."""
    found = [
        match
        for answer, wanted in zip(answers, ids, strict=True)
        for match in answer["matches"]
        if match["id"] == wanted
    ]
    count = max(1, len(found))
    return (
        len(found) / len(ids),
        sum(match["coverageOfText"] for match in found) / count,
        sum(match["coverageOfDocument"] for match in found) / count,
    )


def fingerprints_of(text: str) -> set[int]:
    """By winnowing with k = 5 and w = 8, as the reference's table has it."""
    words = re.findall(r"\w+", text.lower())
    hashes = [crc32(" ".join(words[at : at + 5]).encode()) for at in range(len(words) - 4)]
    return {min(hashes[at : at + 8]) for at in range(max(1, len(hashes) - 7))} if hashes else set()


def alike(known: list[str], others: list[str]) -> float:
    """Share of texts that have three fingerprints in common with one known text: how alike they are anyway."""
    holders: dict[int, list[int]] = {}
    for place, text in enumerate(known):
        for value in fingerprints_of(text):
            holders.setdefault(value, []).append(place)
    count = 0
    for text in others:
        shared = Counter(place for value in fingerprints_of(text) for place in holders.get(value, []))
        count += any(number >= 3 for number in shared.values())
    return count / len(others)


def unspaced_figures(
    name: str, letters: str, syllables: list[int], options: argparse.Namespace, folder: Path
) -> list[Row]:
    """The same of a script without spaces; what is exchanged, put in and left out are words of it."""
    maker = Unspaced(letters, syllables, options.seed)
    known = [maker.text(370) for _ in range(options.documents // 4)]
    signals = folder / f"{name}.jsonl"
    lines = fingerprints(["".join(words) for words in known], folder, name)
    signals.write_text("".join(json.dumps(line) + "\n" for line in lines))
    random = Random(f"{name}-{options.seed}")
    places = [random.randrange(len(known)) for _ in range(options.queries)]

    def edited(words: list[str], share: float, kind: str) -> str:
        out = []
        for word in words:
            if random.random() >= share:
                out.append(word)
            elif kind == "substitute":
                out.append(random.choice(maker.words))
            elif kind == "insert":
                out += [random.choice(maker.words), word]
        return "".join(out)

    figures: list[Row] = []
    for kind, share in (("substitute", 0.1), ("insert", 0.1), ("delete", 0.1), ("substitute", 0.2)):
        answers = near(signals, [edited(known[place], share, kind) for place in places], folder)
        figures.append((f"{name}: {kind} {share:.0%}", *recall(answers, [str(place) for place in places])))
    starts = [random.randrange(300) for _ in places]
    answers = near(signals, ["".join(known[p][s : s + 60]) for p, s in zip(places, starts, strict=True)], folder)
    figures.append((f"{name}: 60 words", *recall(answers, [str(place) for place in places])))
    others = near(signals, ["".join(maker.text(370)) for _ in range(options.negatives // 4)], folder)
    figures.append(
        (f"{name}: other texts", sum(bool(answer["matches"]) for answer in others) / len(others), None, None)
    )
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--queries", type=int, default=150, help="of each change")
    parser.add_argument("--negatives", type=int, default=2_000, help="articles of the same grammar")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", action="store_true", help="append to results/text-near.jsonl")
    options = parser.parse_args()
    texts = Texts(options.documents, options.seed)
    figures = []

    def add(name: str, value: float, of_text: float | None, of_document: float | None, **target: float) -> None:
        figure: Answer = {"name": name, "value": round(value, 4), "documents": options.documents, "seed": options.seed}
        if of_text is not None and of_document is not None:
            figure |= {"coverageOfText": round(of_text, 3), "coverageOfDocument": round(of_document, 3)}
        if "least" in target:
            figure |= {"atLeast": target["least"], "met": value >= target["least"]}
        if "most" in target:
            figure |= {"atMost": target["most"], "met": value <= target["most"]}
        figures.append(figure)
        print(json.dumps(figure), flush=True)

    with tempfile.TemporaryDirectory(prefix="weir-near-") as temporary:
        folder = Path(temporary)
        lines = fingerprints([joined(words) for words in texts.known], folder, "known")
        signals = folder / "signals.jsonl"
        signals.write_text("".join(json.dumps(line) + "\n" for line in lines))
        for name, change, least in CHANGES:
            places = [texts.random.randrange(options.documents) for _ in range(options.queries)]
            answers = near(signals, [change(texts, texts.known[place]) for place in places], folder)
            found = recall(answers, [str(place) for place in places])
            add(f"recall: {name}", *found, **({"least": least} if least is not None else {}))
        others = [texts.other.article() for _ in range(options.negatives)]
        same = near(signals, others, folder)
        add("false positives: same genre", sum(bool(a["matches"]) for a in same) / len(same), None, None, most=0.005)
        add("same genre: three fingerprints in common", alike([joined(w) for w in texts.known], others), None, None)
        notices = near(signals, [texts.other.notice() for _ in range(options.negatives // 4)], folder)
        add(
            "false positives: other genre",
            sum(bool(a["matches"]) for a in notices) / len(notices),
            None,
            None,
            most=0.001,
        )
        for name, letters, syllables in (("Han", HAN, [1, 2, 2, 2, 3]), ("Thai", THAI, [3, 4, 5, 6])):
            for figure in unspaced_figures(name, letters, syllables, options, folder):
                add(*figure)
    if options.record:
        path = PACKAGE / "load-tests/results/text-near.jsonl"
        head = {
            "test": "text-near",
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "command": " ".join(["python3 load-tests/text/near.py", *sys.argv[1:]]),
            "weir": " ".join(run([binary(), "version"], stdout=PIPE, text=True, check=True).stdout.split()),
        }
        with path.open("a") as out:
            out.writelines(json.dumps({**head, **figure}) + "\n" for figure in figures)
    return 0 if all(figure.get("met", True) for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
