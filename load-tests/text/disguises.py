# ruff: noqa: RUF001
"""Disguises words of seven languages in thirteen ways and counts what `weir text match` finds of them, and how many
benign sentences it finds terms in that plain matching of whole words does not. Prints the tables of docs/text.md.

Words and sentences come from the gettext catalogues of the machine's packages; none was used to write the rules.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catalogues import LANGUAGES, WORD, messages, plain, spelled, vocabulary

Disguise = Callable[[str, random.Random], str | None]

LEET = {
    "a": "4@", "e": "3", "i": "1", "l": "1", "o": "0", "s": "5$", "t": "7",
    "а": "4@", "е": "3", "з": "3", "и": "1", "о": "0", "т": "7", "с": "5",
    "ا": "1", "ع": "3", "ح": "7", "خ": "5",
}  # fmt: skip
SIMILAR = {
    "a": "аα", "c": "с", "e": "е", "i": "і", "o": "оο", "p": "р", "s": "ѕ", "x": "х", "y": "у", "k": "к", "m": "м",
    "t": "т", "h": "һ", "j": "ј", "n": "η", "u": "υ", "v": "ν",
    "а": "a", "с": "c", "е": "e", "о": "o", "р": "p", "х": "x", "у": "y", "к": "k", "м": "m", "т": "t",
    "ي": "یى", "ك": "کڪ", "ه": "ہە", "ا": "أإٱ", "ی": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه",
}  # fmt: skip
SMALL_CAPITALS = dict(zip("abcdefghijklmnopqrstuvwxyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ", strict=True))


def is_arabic(word: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in word)


def own(word: str, language: str) -> bool:
    """Of the language's script."""
    if language in ("ar", "ur"):
        return is_arabic(word)
    return all("\u0400" <= letter <= "\u04ff" for letter in word) == (language == "ru")


def replaced(table: dict[str, str]) -> Disguise:
    """Some of the letters that the table has, one at least; another one stays."""

    def apply(word: str, rng: random.Random) -> str | None:
        places = [place for place, letter in enumerate(word) if letter in table]
        most = min(len(places), len(word) - 1)
        if most < 1:
            return None
        letters = list(word)
        for place in rng.sample(places, rng.randint(1, most)):
            letters[place] = rng.choice(table[letters[place]])
        return "".join(letters)

    return apply


def scattered(signs: str, arabic: str | None = None) -> Disguise:
    """Signs behind some letters, one at least."""

    def apply(word: str, rng: random.Random) -> str:
        chosen = arabic if arabic and is_arabic(word) else signs
        first = rng.randrange(len(word) - 1)
        return "".join(
            letter + (rng.choice(chosen) if place == first or (place < len(word) - 1 and rng.random() < 0.5) else "")
            for place, letter in enumerate(word)
        )

    return apply


def latin(letter: Callable[[str, random.Random], str]) -> Disguise:
    """Each letter, in words of a to z."""

    def apply(word: str, rng: random.Random) -> str | None:
        if not all("a" <= one <= "z" for one in word):
            return None
        return "".join(letter(one, rng) for one in word)

    return apply


def spaced(word: str, rng: random.Random) -> str:
    return rng.choice([" ", ".", "-", "_", " . ", "  "]).join(word)


def turned(word: str, rng: random.Random) -> str:
    return ("\u202d" if is_arabic(word) else "\u202e") + word[::-1] + "\u202c"


def masked(word: str, rng: random.Random) -> str:
    sign = rng.choice("*%._")
    hidden = set(rng.sample(range(1, len(word) - 1), rng.randint(1, max(1, min(2, len(word) // 3)))))
    return "".join(sign if place in hidden else letter for place, letter in enumerate(word))


def repeated(word: str, rng: random.Random) -> str:
    stretched = set(rng.sample(range(len(word)), rng.randint(1, 2)))
    return "".join(letter * (rng.randint(3, 7) if place in stretched else 1) for place, letter in enumerate(word))


ZERO_WIDTH = scattered("\u200b\u200c\u200d\u2060\ufeff")
SOFT_HYPHEN = scattered("\u00ad")
MARKS = scattered("\u0301\u0308\u0336\u0323\u0302", "\u064b\u064e\u064f\u0650\u0651\u0652\u0640")
LEETED = replaced(LEET)
LOOKALIKES = replaced(SIMILAR)


def mixed(word: str, rng: random.Random) -> str | None:
    """Two of them."""
    first = rng.choice([LEETED, LOOKALIKES, repeated])(word, rng)
    return first and rng.choice([ZERO_WIDTH, SOFT_HYPHEN, MARKS])(first, rng)


DISGUISES: dict[str, tuple[str, Disguise]] = {
    "leet": ("leet", LEETED),
    "spaces": ("despaced", spaced),
    "zero width": ("word", ZERO_WIDTH),
    "full width": ("word", latin(lambda letter, _: chr(ord(letter) + 0xFEE0))),
    "look-alikes": ("word", LOOKALIKES),
    "small capitals": ("word", latin(lambda letter, _: SMALL_CAPITALS[letter])),
    "enclosed": ("word", latin(lambda letter, rng: chr(ord(letter) - 97 + rng.choice([0x24D0, 0x1F170, 0x249C])))),
    "turned": ("word", turned),
    "masked": ("masked", masked),
    "repeated": ("word", repeated),
    "soft hyphen": ("word", SOFT_HYPHEN),
    "marks, tatweel": ("word", MARKS),
    "mixed": ("leet", mixed),
}


class Weir:
    def __init__(self, binary: str) -> None:
        self.binary = binary

    def matches(self, terms: dict[str, str], texts: list[str]) -> list[list[dict[str, Any]]]:
        """Matches of each text; terms with their view."""
        with tempfile.TemporaryDirectory() as folder:
            signals, lines = Path(folder, "signals.jsonl"), Path(folder, "texts")
            signals.write_text(
                "".join(
                    json.dumps({"type": "term", "value": term, "match": view}) + "\n" for term, view in terms.items()
                )
            )
            lines.write_text("".join(text + "\n" for text in texts))
            run = subprocess.run(
                [self.binary, "text", "match", "--signals", str(signals), str(lines)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
        found = [json.loads(line)["matches"] for line in run.stdout.splitlines()]
        assert len(found) == len(texts)
        return found


def disguise_table(weir: Weir, texts: dict[str, list[str]], count: int, seed: int) -> list[list[str]]:
    rows = []
    for name, (view, disguise) in DISGUISES.items():
        row = [name, view]
        for language in LANGUAGES:
            rng = random.Random(f"{seed} {language}")
            words = sorted(word for word in vocabulary(texts[language]) if 5 <= len(word) <= 14 and own(word, language))
            chosen = rng.sample(words, min(count, len(words)))
            around = [" ".join(rng.sample(words, 3)) for _ in chosen]
            tries = []
            for word, before in zip(chosen, around, strict=True):
                changed = disguise(word, rng)
                if changed and changed != word:
                    tries.append((word, f"{before} ", changed))
            if len(tries) < count // 20:
                row.append("–")
                continue
            lines = [before + changed + ", x" for _, before, changed in tries]
            hits = 0
            for (word, before, changed), matches in zip(
                tries, weir.matches({word: view for word, _, _ in tries}, lines), strict=True
            ):
                start = len(before.encode())
                end = start + len(changed.encode())
                hits += any(m["value"] == word and start <= m["start"] and m["end"] <= end for m in matches)
            row.append(f"{100 * hits / len(tries):.1f}")
        rows.append(row)
        print("| " + " | ".join(row) + " |", flush=True)
    return rows


def mixed_words(texts: dict[str, list[str]], rng: random.Random, count: int) -> list[str]:
    """Common words of all languages, as many of each."""
    chosen: set[str] = set()
    for language in LANGUAGES:
        chosen.update(rng.sample(common_words(texts[language]), count // len(LANGUAGES) + 1))
    return sorted(chosen)[:count]


def common_words(texts: list[str]) -> list[str]:
    known = vocabulary(texts)
    return [word for word in sorted(known, key=lambda word: (-known[word], word)) if len(word) > 2][:1_000]


def benign_table(weir: Weir, texts: dict[str, list[str]], seed: int) -> list[list[str]]:
    """Sentences with a match that plain matching of whole words does not have, whatever else it has."""
    rows = []
    mixed_terms = mixed_words(texts, random.Random(f"{seed} terms"), 1_000)
    for language in LANGUAGES:
        rng = random.Random(f"{seed} benign {language}")
        sentences = [text for text in texts[language] if len(WORD.findall(text)) > 3]
        sentences = rng.sample(sentences, min(10_000, len(sentences)))
        row = [language, str(len(sentences))]
        for terms in (common_words(texts[language]), mixed_terms):
            found = weir.matches(dict.fromkeys(terms, "word"), sentences)
            for reading in (plain, spelled):
                extra: Counter[str] = Counter()
                hit = 0
                for text, matches in zip(sentences, found, strict=True):
                    words = set(WORD.findall(reading(text)))
                    new = {match["value"] for match in matches if reading(match["value"]) not in words}
                    hit += bool(new)
                    extra.update(new)
                row.append(f"{100 * hit / max(1, len(sentences)):.2f}")
            row.append(", ".join(word for word, _ in extra.most_common(3)) or "–")
        rows.append(row)
        print("| " + " | ".join(row) + " |", flush=True)
    return rows


def record(arguments: argparse.Namespace, found: list[list[str]], benign: list[list[str]]) -> None:
    """Each row of the tables as an object, with what is needed to judge and repeat it."""
    version = subprocess.run([arguments.weir, "version"], check=True, capture_output=True, text=True).stdout
    # Not where the command lies on this machine.
    options = [word for word in sys.argv[1:] if word not in ("--weir", arguments.weir)]
    head = {
        "test": "text-disguises",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "command": " ".join(["python3 load-tests/text/disguises.py", *options]),
        "weir": " ".join(version.split()),
        "words": arguments.words,
    }
    lines: list[dict[str, Any]] = []
    for name, view, *cells in found:
        shares = {language: float(cell) for language, cell in zip(LANGUAGES, cells, strict=True) if cell != "–"}
        lines.append({**head, "disguise": name, "view": view, "found": shares})
    for language, count, *cells in benign:
        for terms, (share, spelling, most) in (("own", cells[:3]), ("all", cells[3:])):
            alarms = {"language": language, "sentences": int(count), "terms": terms}
            lines.append({**head, **alarms, "beyondPlain": float(share), "butForSpelling": float(spelling), "by": most})
    path = Path(__file__).resolve().parents[1] / "results" / "text-disguises.jsonl"
    with path.open("a") as out:
        out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", default=".build/release/weir", help="the command")
    parser.add_argument("--catalogues", type=Path, default=Path("/usr/share/locale"))
    parser.add_argument("--words", type=int, default=500, help="words of each language")
    parser.add_argument("--only", choices=["disguises", "benign"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", action="store_true", help="append to results/text-disguises.jsonl")
    parser.add_argument("--least", type=float, default=95, help="exit code 1 if any share found is below that")
    arguments = parser.parse_args()
    weir = Weir(arguments.weir)
    benign: list[list[str]] = []
    texts = {language: messages(arguments.catalogues, language) for language in LANGUAGES}
    found: list[list[str]] = []
    if arguments.only != "benign":
        print("| disguise | view | " + " | ".join(LANGUAGES) + " |\n| --- | --- |" + " --- |" * len(LANGUAGES))
        found = disguise_table(weir, texts, arguments.words, arguments.seed)
    if arguments.only != "disguises":
        print("\n| language | sentences | own words: % beyond plain | but for spelling | most by", end="")
        print(" | words of all: % | but for spelling | most by |\n|" + " --- |" * 8)
        benign = benign_table(weir, texts, arguments.seed)
    if arguments.record:
        record(arguments, found, benign)
    shares = [100.0] + [float(cell) for row in found for cell in row[2:] if cell != "–"]
    if min(shares) < arguments.least:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
