# ruff: noqa: RUF001
"""How well `weir text language` tells languages, on texts that the rules were not written from. Prints the tables of
docs/text.md.

Texts are messages of the gettext catalogues of the machine's packages, cut or joined to a length at spaces. A message
is in one of two halves by its hash: thresholds were chosen with the half `develop`; what is printed by default is
`test`.
"""

import argparse
import hashlib
import json
import random
import subprocess
import tempfile
from pathlib import Path

from catalogues import messages

LENGTHS = (20, 40, 80, 200)
# Catalogue, and what the vote should call it.
KNOWN = {
    "id": "id", "ms": "ms", "ar": "ar", "en": "en", "ru": "ru", "fr": "fr", "de": "de", "ur": "ur", "fa": "fa",
    "tr": "tr", "es": "es", "pt": "pt", "pt_BR": "pt", "it": "it", "nl": "nl", "pl": "pl", "uk": "uk", "hi": "hi",
    "bn": "bn", "ps": "ps", "ku": "ku", "kmr": "ku", "ckb": "ku", "so": "so", "ha": "ha", "sw": "sw", "vi": "vi",
    "zh_CN": "zh", "ja": "ja", "ko": "ko", "he": "he", "cs": "cs", "sk": "sk", "sl": "sl", "hr": "sh", "bs": "sh",
    "sr@latin": "sh", "sr": "sr", "bg": "bg", "mk": "mk", "be": "be", "kk": "kk", "ky": "ky", "tg": "tg", "mn": "mn",
    "sv": "sv", "da": "da", "nb": "no", "nn": "no", "is": "is", "fi": "fi", "et": "et", "hu": "hu", "ro": "ro",
    "ca": "ca", "gl": "gl", "eu": "eu", "lt": "lt", "lv": "lv", "sq": "sq", "af": "af", "cy": "cy", "ga": "ga",
    "az": "az", "uz": "uz", "tl": "tl", "yo": "yo", "mr": "mr", "ne": "ne", "ug": "ug", "sd": "sd", "el": "el",
    "ka": "ka", "hy": "hy", "th": "th", "ta": "ta", "te": "te", "kn": "kn", "ml": "ml", "gu": "gu", "pa": "pa",
    "si": "si", "km": "km", "lo": "lo", "my": "und-Mymr", "am": "und-Ethi", "ti": "und-Ethi", "bo": "und-Tibt",
}  # fmt: skip
# What it does not know, and should say so.
UNKNOWN = (
    "eo", "oc", "br", "mt", "lb", "fo", "fy", "fur", "wa", "ia", "ast", "an", "crh", "tt", "xh", "zu", "rw", "mg",
    "mi", "ht", "csb", "hsb", "nds", "sc", "kw", "gd", "gv", "kab", "jv", "su", "ve", "ts", "tn", "st", "nso", "wo",
    "lg", "ig", "cv", "os", "be@latin", "ilo",
)  # fmt: skip
# CLD2's names for what the vote calls otherwise.
ALIASES = {"hr": "sh", "bs": "sh", "nn": "no", "iw": "he", "fil": "tl", "my": "und-Mymr", "am": "und-Ethi",
           "ti": "und-Ethi", "bo": "und-Tibt"}  # fmt: skip
SPACELESS = {"zh", "ja", "th", "lo", "km", "und-Mymr", "und-Tibt"}


def half(message: str) -> str:
    return ("develop", "test")[hashlib.sha256(message.encode()).digest()[0] & 1]


def usable(message: str) -> bool:
    """Prose: four words and more (or a long run of signs), nearly all letters."""
    letters = sum(one.isalpha() or one.isspace() or ord(one) > 0x300 for one in message)
    return letters >= 0.85 * len(message) and (message.count(" ") >= 3 or ord(max(message, default=" ")) > 0xE00)


def translated(roots: list[Path], catalogue: str, english: set[str]) -> list[str]:
    """Messages that are prose and not the original's; of another script most letters must be its own."""
    found = sorted({message for root in roots for message in messages(root, catalogue) if usable(message)})
    if catalogue == "en":
        return found
    found = [message for message in found if message not in english]
    other = sum(any(ord(one) > 0x36F and not 0x1E00 <= ord(one) < 0x1F00 for one in text) for text in found)
    if other * 2 > len(found):
        found = [text for text in found if sum(one.isalpha() and ord(one) < 0x80 for one in text) * 4 <= len(text)]
    return found


def cut(message: str, length: int, spaceless: bool) -> str | None:
    """The first `length` characters or a little less."""
    if len(message) < length:
        return None
    if spaceless or len(message) == length:
        return message[:length]
    text = message[: length + 1].rpartition(" ")[0]
    return text if len(text) >= 0.7 * length else None


def texts(found: list[str], length: int, spaceless: bool, most: int, rng: random.Random) -> list[str]:
    pool = found[:]
    rng.shuffle(pool)
    made: list[str] = []
    joined = ""
    for message in pool:
        # Short ones are put together, as sentences are.
        joined = f"{joined} {message}".strip()
        text = cut(joined, length, spaceless)
        if text:
            made.append(text)
        if text or len(joined) > 2 * length:
            joined = ""
        if len(made) == most:
            break
    return made


def ask(binary: str, found: list[str]) -> list[tuple[str, list[str], str]]:
    """For each text what it is called, the languages to which it was narrowed down, and what CLD2 says of the rest."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(text + "\n" for text in found))
        file.flush()
        run = subprocess.run(
            [binary, "text", "language", "--identify", file.name],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )
    answers = (json.loads(line) for line in run.stdout.splitlines())
    return [(one["language"], one.get("among", []), one.get("identified", "")) for one in answers]


def percent(count: int, of: int) -> str:
    return f"{100 * count / of:.1f}" if of else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", default=".build/release/weir")
    parser.add_argument("--root", type=Path, action="append", help="of catalogues; may be repeated")
    parser.add_argument("--half", choices=("test", "develop"), default="test")
    parser.add_argument("--texts", type=int, default=1000, help="of each language and length, at most")
    parser.add_argument("--least", type=int, default=30, help="texts without which a row is left out")
    parser.add_argument("--wrong", action="store_true", help="print what was called wrongly, for development")
    options = parser.parse_args()
    rng = random.Random(1)
    roots = options.root or [Path("/usr/share/locale")]
    english = {message for root in roots for message in messages(root, "en")}
    header = " | ".join(f"{length}" for length in LENGTHS)
    print(f"| catalogue | texts | {header} |\n| --- | --- |{' --- |' * len(LENGTHS)}")
    sums = {length: [0, 0, 0, 0] for length in LENGTHS}
    identified = {length: [0, 0, 0] for length in LENGTHS}
    worst = {length: (0.0, "") for length in LENGTHS}
    for catalogue, tag in KNOWN.items():
        found = [one for one in translated(roots, catalogue, english) if half(one) == options.half]
        cells, counts = [], []
        for length in LENGTHS:
            made = texts(found, length, tag in SPACELESS, options.texts, rng)
            answers = ask(options.weir, made) if len(made) >= options.least else []
            right = sum(answer == tag for answer, _, _ in answers)
            narrowed = sum(tag in among and answer != tag for answer, among, _ in answers)
            wrong = sum(bool(among) and tag not in among for _, among, _ in answers)
            if options.wrong:
                for text, (answer, among, _) in zip(made, answers, strict=False):
                    if among and tag not in among:
                        print("WRONG", tag, length, answer, among, text)
            counts.append(len(answers))
            shares = [percent(count, len(answers)) for count in (right, narrowed, wrong)]
            cells.append(f"{shares[0]} + {shares[1]}; {shares[2]}" if answers else "–")
            if answers:
                for place, value in enumerate((right, narrowed, wrong, len(answers))):
                    sums[length][place] += value
                unsure = [one for answer, among, one in answers if answer == "und" and not among]
                identified[length][0] += sum(ALIASES.get(one, one) == tag for one in unsure)
                identified[length][1] += sum(bool(one) and ALIASES.get(one, one) != tag for one in unsure)
                identified[length][2] += len(unsure)
                worst[length] = max(worst[length], (wrong / len(answers), catalogue))
        if any(counts):
            print(f"| {catalogue} | {max(counts)} | {' | '.join(cells)} |")
    total = (f"{percent(r, n)} + {percent(m, n)}; {percent(w, n)}" for r, m, w, n in sums.values())
    print("| all | | " + " | ".join(total) + " |")
    print("| most wrong | | " + " | ".join(f"{100 * share:.1f} ({name})" for share, name in worst.values()) + " |")
    total = (f"{percent(r, n)}; {percent(w, n)}" for r, w, n in identified.values())
    print("| CLD2, of those left unsure | | " + " | ".join(total) + " |")
    print(f"\n| not known | texts |{header} |\n| --- | --- |{' --- |' * len(LENGTHS)}")
    unknown = {length: [0, 0] for length in LENGTHS}
    for catalogue in UNKNOWN:
        found = [one for one in translated(roots, catalogue, english) if half(one) == options.half]
        cells, counts = [], []
        for length in LENGTHS:
            made = texts(found, length, False, options.texts, rng)
            answers = ask(options.weir, made) if len(made) >= options.least else []
            called = [answer for answer, _, _ in answers if answer not in ("und", "mul")]
            counts.append(len(answers))
            unknown[length][0] += len(called)
            unknown[length][1] += len(answers)
            often = max(set(called), key=called.count, default="")
            cells.append(f"{percent(len(called), len(answers))} {often}".strip() if answers else "–")
        if any(counts):
            print(f"| {catalogue} | {max(counts)} | {' | '.join(cells)} |")
    print("| all | | " + " | ".join(percent(w, n) for w, n in unknown.values()) + " |")


if __name__ == "__main__":
    main()
