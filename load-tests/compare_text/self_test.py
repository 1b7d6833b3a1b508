"""Tests of what the comparison rests on, without the packages that it compares: that whole words are told as Weir tells
them, in made-up ASCII texts, and that the helpers do what they say."""

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent))

from whole_words import all_matches, alternation, is_whole, lines_of

PIECES = ["ba", "no", "ri", "tu", "lem", "gas", "3", "x"]
BETWEEN = [" ", ", ", ". ", "-", "/", "_", "'", " (", ") ", "@", "", ": "]


def made_up(count: int, seed: int) -> tuple[list[str], list[str]]:
    """Texts in which words stand beside, in and behind each other, and terms of one and two words."""
    rng = Random(seed)
    words = ["".join(rng.choices(PIECES, k=rng.randint(1, 3))) for _ in range(60)]
    texts = ["".join(rng.choice(words) + rng.choice(BETWEEN) for _ in range(14)).strip() for _ in range(count)]
    terms = {word for word in words[:40] if len(word) > 2 and not word.isdigit()}
    terms |= {f"{first} {second}" for first, second in pairwise(words) if len(first + second) > 5}
    return [text.title() if number % 3 == 0 else text for number, text in enumerate(texts)], sorted(terms)


def weir_agrees(binary: str) -> int:
    """How many matches both have; ends if they differ."""
    texts, terms = made_up(400, 1)
    with tempfile.TemporaryDirectory(prefix="weir-text-") as folder:
        signals, lines = Path(folder, "signals.jsonl"), Path(folder, "texts")
        kinds = (("phrase" if " " in term else "term", term) for term in terms)
        signals.write_text("".join(json.dumps({"type": kind, "value": term}) + "\n" for kind, term in kinds))
        lines.write_text("".join(text + "\n" for text in texts))
        command = [binary, "text", "match", "--signals", str(signals), str(lines)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    equal = 0
    for text, line in zip(texts, done.stdout.splitlines(), strict=True):
        ours = {(match["start"], match["end"], match["value"]) for match in json.loads(line)["matches"]}
        plain = all_matches(text, terms)
        if ours != plain:
            raise SystemExit(f"whole words differ in {text!r}: weir alone {ours - plain}, plain alone {plain - ours}")
        equal += len(ours)
    return equal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the command")
    binary = parser.parse_args().weir
    assert is_whole("turnips, turnip", 9, 15)
    assert not is_whole("turnips", 0, 6)
    assert not is_whole("a_turnip", 2, 8)
    assert is_whole("(turnip)", 1, 7)
    assert alternation(["grey lantern", "grey"]).findall("Grey Lantern, grey! greyer") == ["Grey Lantern", "grey"]
    assert all_matches("a a a", ["a a"]) == {(0, 3, "a a"), (2, 5, "a a")}
    assert list(lines_of(["ab", "cd", "é"], 8)) == ["ab. cd"]
    equal = weir_agrees(binary)
    assert equal > 500, equal
    print(f"compare_text: {equal} whole words found alike")


if __name__ == "__main__":
    main()
