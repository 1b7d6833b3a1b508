"""Trains the text classifier that Weir ships with, or one of your own, and says how good it is.

    make text-model

writes `topology/models/tvec-text.model`, its manifest beside it, and the vectors and lines that the tests read. The
same grammar, seed and folding give the same file. `--data FILE` adds labelled lines of your own, as `weir text
evaluate` reads them; `--only-data` leaves the templates out. The labels are always the four of `grammar.py`.
"""

import argparse
import hashlib
import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(HERE))

import golden
import linear
import numpy as np
import strange
from features import MASK, PROBE, Hasher, Vocabulary, fingerprint, symbols
from grammar import HELD_OUT, LABELS, LANGUAGES, MEANS, Grammar, Line

NAME = "tvec-linear-1"
FOLDS = 4
LEAST = 20_000
# Share of the texts in which letters are masked.
MASKED = 0.25


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", type=Path, default=REPOSITORY / ".build/release/weir", help="folds the texts")
    parser.add_argument("--model", type=Path, default=REPOSITORY / "topology/models/tvec-text.model")
    parser.add_argument("--name", default=NAME, help="stands in verdicts, before the file's hash")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--each", type=int, default=120, help="lines of each template")
    parser.add_argument("--gram-bits", type=int, default=16)
    parser.add_argument("--word-bits", type=int, default=15)
    parser.add_argument("--prior", type=float, default=0.15, help="share with a label for which scores are calibrated")
    parser.add_argument("--data", type=Path, action="append", default=[], help="labelled lines of your own")
    parser.add_argument("--only-data", action="store_true", help="train on them alone")
    parser.add_argument("--tests", type=Path, help="folder for the tests' vectors and lines")
    parser.add_argument("--held-out", type=Path, help="file for all lines that are held out")
    return parser.parse_args()


def fold(weir: Path, texts: list[str]) -> list[str]:
    lines = "".join(text.replace("\n", " ") + "\n" for text in texts)
    answer = subprocess.run([weir, "text", "fold", "-"], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line)["folded"] for line in answer.stdout.splitlines()]


def authored(seed: int, each: int) -> tuple[list[Line], list[Line]]:
    known: list[Line] = []
    held: list[Line] = []
    for language in LANGUAGES:
        grammar = Grammar.read(language)
        lines = list(grammar.lines(False, each, seed))
        if len({line.text for line in lines}) < LEAST and each >= 120:
            raise SystemExit(f"{language}: {len(lines)} lines are fewer than {LEAST}")
        known += lines
        held += grammar.lines(True, 60, seed)
    return known, held


def vocabulary(weir: Path, known: list[str], own: list[str]) -> Vocabulary:
    """Words of the templates, and of lines of one's own those that three of them have."""

    def words(texts: list[str]) -> list[set[str]]:
        return [{word for word in symbols(text).split() if MASK not in word} for text in fold(weir, texts)]

    of_lines = words(own)
    counts = Counter(word for line in of_lines for word in line)
    return Vocabulary.of(words(known) + [{word for word in line if counts[word] >= 3} for line in of_lines])


def disturbed(lines: list[Line], seed: int) -> list[str]:
    """As people write: with words left out, with something harmless before or behind it, with slips and masked letters.

    Equally in texts of all labels, so that none of it says anything.
    """
    chance = random.Random(seed)
    harmless: dict[str, list[str]] = {}
    for line in lines:
        if not line.labels:
            harmless.setdefault(line.language, []).append(line.text)
    texts = []
    for line in lines:
        text = line.text
        if chance.random() < 0.7:
            kept = [word for word in text.split(" ") if chance.random() >= 0.3]
            text = " ".join(kept) if len(kept) >= 3 else text
        if chance.random() < 0.35 and line.language in harmless:
            other = chance.choice(harmless[line.language])
            text = f"{other} {text}" if chance.random() < 0.5 else f"{text} {other}"
        if chance.random() < 0.2:
            text = slip(text, chance)
        if chance.random() < MASKED:
            text = masked(text, chance)
        texts.append(text)
    return texts


def masked(text: str, chance: random.Random) -> str:
    """A letter of most words as a sign."""
    words = text.split(" ")
    for place, word in enumerate(words):
        letters = [index for index, character in enumerate(word) if character.isalpha()]
        if len(letters) >= 4 and chance.random() < 0.8:
            at = letters[chance.randrange(1, len(letters) - 1)]
            words[place] = word[:at] + "*" + word[at + 1 :]
    return " ".join(words)


def slip(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    for _ in range(1 + len(words) // 6):
        place = chance.randrange(len(words))
        word = words[place]
        if len(word) < 4:
            continue
        at = chance.randrange(1, len(word) - 1)
        kind = chance.randrange(3)
        if kind == 0:
            word = word[:at] + word[at + 1 :]
        elif kind == 1:
            word = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        else:
            word = word[:at] + "*" + word[at + 1 :]
        words[place] = word
    return " ".join(words)


def own(paths: list[Path]) -> list[dict[str, Any]]:
    entries = []
    for path in paths:
        try:
            lines = path.read_text().split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SystemExit(f"{path}: can't be read: {error}") from None
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                text, labels = entry["text"], entry["labels"]
            except (ValueError, KeyError, TypeError):
                raise SystemExit(f'{path}:{number}: expected {{"text":"...","labels":["threat"]}}') from None
            if not isinstance(text, str) or not isinstance(labels, list):
                raise SystemExit(f"{path}:{number}: text is not text, or labels are no list")
            unknown = [label for label in labels if label not in LABELS]
            if unknown:
                raise SystemExit(f"{path}:{number}: no label is called {unknown[0]}; known: {', '.join(LABELS)}")
            if not any(character.isalnum() for character in text):
                raise SystemExit(f"{path}:{number}: the text has neither letters nor digits")
            entries.append(entry)
    return entries


def main() -> int:
    chosen = options()
    if not chosen.weir.is_file():
        raise SystemExit(f"{chosen.weir} folds the texts and is not there: make release, or --weir")
    if not 0 < chosen.prior < 1:
        raise SystemExit("--prior is a share: more than 0 and less than 1")
    began = time.process_time()
    known, held = authored(chosen.seed, chosen.each) if not chosen.only_data else ([], [])
    texts = disturbed(known, chosen.seed)
    labels = [line.labels for line in known]
    # A template is in one fold with all its lines: calibration must not know it.
    folds = [line.template % FOLDS for line in known]
    chance = random.Random(chosen.seed)
    # Masked as often as the others.
    unlike = [masked(text, chance) if chance.random() < MASKED else text for text in strange.texts(known, chosen.seed)]
    texts += unlike
    labels += [[] for _ in unlike]
    folds += [number % FOLDS for number in range(len(unlike))]
    entries = own(chosen.data)
    for number, entry in enumerate(entries):
        texts.append(entry["text"])
        labels.append(entry["labels"])
        folds.append(number % FOLDS)
    if not texts:
        raise SystemExit("nothing to train on: --only-data needs --data")
    targets = np.array([[label in some for label in LABELS] for some in labels], np.float32)
    hasher = Hasher(chosen.gram_bits, chosen.word_bits)
    templates = [] if chosen.only_data else [text for one in LANGUAGES for text in Grammar.read(one).known_texts()]
    words = vocabulary(chosen.weir, templates, [entry["text"] for entry in entries])
    buckets = hasher.buckets([symbols(text, words) for text in fold(chosen.weir, texts)])
    print(f"{len(texts)} lines, {len(buckets.buckets)} features, {time.process_time() - began:.0f} s", file=sys.stderr)

    settings = linear.Settings(seed=chosen.seed, prior=chosen.prior)
    of_fold = np.array(folds)
    unseen = np.zeros(targets.shape)
    for number in range(FOLDS):
        others, these = np.flatnonzero(of_fold != number), np.flatnonzero(of_fold == number)
        weights, intercepts = linear.train(buckets, targets, others, hasher.size, settings)
        unseen[these] = (linear.logits(buckets, weights) + intercepts)[these]
        print(f"fold {number + 1} of {FOLDS}, {time.process_time() - began:.0f} s", file=sys.stderr)
    calibration = [linear.platt(unseen[:, label], targets[:, label], settings.prior) for label in range(len(LABELS))]
    everything = np.arange(len(texts))
    weights, intercepts = linear.train(buckets, targets, everything, hasher.size, settings)
    model = linear.Quantised.of(weights, intercepts, calibration)
    folding = fingerprint(fold(chosen.weir, [PROBE])[0].encode())
    file = model.file(chosen.name, LABELS, chosen.gram_bits, chosen.word_bits, folding, words.words)
    chosen.model.parent.mkdir(parents=True, exist_ok=True)
    chosen.model.write_bytes(file)
    chosen.model.with_suffix(".json").write_text(
        json.dumps(manifest(chosen, known, texts, words, file), indent=2) + "\n"
    )
    if chosen.tests:
        golden.write(chosen.tests, known, held, lambda some: fold(chosen.weir, some), words, hasher, model)
    if chosen.held_out:
        chosen.held_out.write_text("".join(golden.entry(line) for line in held))
    print(f"{chosen.model}: {len(file)} bytes, {time.process_time() - began:.0f} s of processor time", file=sys.stderr)
    return 0


def manifest(
    chosen: argparse.Namespace, known: list[Line], texts: list[str], words: Vocabulary, file: bytes
) -> dict[str, Any]:
    def digest(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    own_data = {
        "heldOut": {},
        "licence": "that of the data, which this file can't know; no templates went in",
    }
    templates = {
        "heldOut": {"functionalities": sorted(HELD_OUT), "templates": "every fifth of each functionality"},
        "functionalities": len(MEANS),
        "lines": {language: sum(line.language == language for line in known) for language in LANGUAGES},
        "licence": "the templates are this project's own work, under its licence; "
        + ("that of the data this file can't know" if chosen.data else "no other data went in"),
    }
    sources = [] if chosen.only_data else [HERE / "grammar" / f"{language}.txt" for language in LANGUAGES]
    return {
        "model": chosen.name,
        "sha256": digest(file),
        "bytes": len(file),
        "labels": LABELS,
        "hashBits": {"ngrams": chosen.gram_bits, "words": chosen.word_bits},
        "vocabulary": len(words.words),
        "seed": chosen.seed,
        "settings": vars(linear.Settings(seed=chosen.seed, prior=chosen.prior)),
        **(own_data if chosen.only_data else templates),
        "linesInAll": len(texts),
        "textsSha256": digest("\n".join(texts).encode()),
        "sources": [{"file": f"grammar/{path.name}", "sha256": digest(path.read_bytes())} for path in sources]
        + [{"file": path.name, "sha256": digest(path.read_bytes())} for path in chosen.data],
        "code": [{"file": path.name, "sha256": digest(path.read_bytes())} for path in sorted(HERE.glob("*.py"))],
        "numpy": np.__version__,
    }


if __name__ == "__main__":
    sys.exit(main())
