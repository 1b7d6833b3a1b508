"""Made-up texts: news of one genre and notices of another, by a grammar (news.txt) and a seed.

An article is mostly of sentences that no other has, of made-up words as frequent as words are, with English between
them; and of formulae, which articles of one desk share: one of FORMULAE sentences is one. Two articles have no facts in
common.
"""

from itertools import accumulate
from pathlib import Path
from random import Random


def read(path: Path) -> dict[str, list[str]]:
    """The grammar's sections."""
    sections: dict[str, list[str]] = {}
    entries: list[str] = []
    for line in path.read_text().splitlines():
        if line.startswith("["):
            entries = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            entries.append(line)
    return sections


GRAMMAR = read(Path(__file__).with_suffix(".txt"))

# What a slot of a sentence is filled with, where that is one entry of a section.
SLOTS = {
    "place": "places",
    "group": "groups",
    "person": "people",
    "day": "days",
    "target": "targets",
    "deed": "deeds",
    "verb": "verbs",
    "feel": "feelings",
    "goods": "goods",
    "nouns": "nouns",
    "adj": "adjectives",
    "cause": "causes",
    "opener": "openers",
    "role": "roles",
}
ACTORS = ["{group}", "fighters of {group}", "armed men from {place}", "{n} masked men", "supporters of {person}"]
PREPOSITIONS = ["in", "at", "near", "for", "from", "with", "after", "before", "against", "without", "under", "on"]
SOURCES = [
    "{person}, {a_role}",
    "the {role}",
    "{a_role} in {place}",
    "officials",
    "the newspaper {place} Post",
    "witnesses",
]


SYLLABLES = [onset + nucleus for onset in [*"bdfgklmnprstv", "br", "st", "tr", "pl"] for nucleus in "aeiou"]


class Lexicon:
    """Made-up words of a kind; the first are the frequent ones (Zipf's law)."""

    def __init__(self, kind: str, count: int):
        chooser = Random(f"lexicon-{kind}")
        words: dict[str, None] = {}
        while len(words) < count:
            words["".join(chooser.choice(SYLLABLES) for _ in range(chooser.choice([2, 2, 3])))] = None
        self.words = list(words)
        self.totals = list(accumulate(1 / (rank + 3) for rank in range(count)))

    def choice(self, random: Random) -> str:
        return random.choices(self.words, cum_weights=self.totals)[0]


COUNTS = {"noun": 1_500, "verb": 600, "adjective": 500, "place": 400, "name": 150, "surname": 600}
LEXICA = {kind: Lexicon(kind, count) for kind, count in COUNTS.items()}

# Facts that are made up anew where a list would soon repeat them.
FACTS = {
    "place": ["{Place}", "{Place}", "{listed place}"],
    "person": ["{Name} {Surname}", "{Name} {Surname}", "{listed person}"],
    "group": [
        "Front of {Place}",
        "Sons of {Place}",
        "{Place} Banner",
        "Order of the {adjective} {noun}",
        "{listed group}",
    ],
    "target": ["the {adjective} {noun}", "a {noun} of {place}", "the {noun} of {person}", "{listed target}"],
    "cause": ["the {adjective} {noun}", "a quarrel over the {noun}", "the {noun} of {person}", "{listed cause}"],
    "goods": ["{noun}s", "{noun}s", "{listed goods}"],
    "nouns": ["{noun}s", "{noun}s", "{listed nouns}"],
    "adj": ["{adjective}", "{listed adj}"],
}


# One of so many sentences is a formula.
FORMULAE = 28


class Writer:
    """Texts of one seed."""

    def __init__(self, seed: int | str):
        self.random = Random(f"news-{seed}")

    def article(self, sentences: int = 22) -> str:
        return " ".join(self.sentence() for _ in range(sentences))

    def notice(self, sentences: int = 24) -> str:
        return " ".join(upper(self.filled(self.random.choice(GRAMMAR["notices"]))) for _ in range(sentences))

    def sentence(self) -> str:
        if self.random.randrange(FORMULAE) == 0:
            return upper(self.filled(self.random.choice(GRAMMAR["sentences"])))
        parts = [self.clause()]
        if self.random.random() < 0.3:
            parts.insert(0, self.random.choice(GRAMMAR["openers"]) + ",")
        if self.random.random() < 0.4:
            parts.append(
                self.random.choice(["and", "but", "while", "because", "although", "after"]) + " " + self.clause()
            )
        if self.random.random() < 0.2:
            parts[-1] += ", " + self.filled("{source} {verb}")
        return upper(" ".join(parts)) + "."

    def clause(self) -> str:
        verb = LEXICA["verb"].choice(self.random)
        form = self.random.choice(["{}ed", "had {}ed", "was {}ed by", "would {}", "will {}", "has not {}ed", "{}s"])
        out = f"{self.noun_phrase(2)} {form.format(verb)} {self.noun_phrase(1)}"
        if self.random.random() < 0.5:
            out += f" {self.random.choice(PREPOSITIONS)} {self.noun_phrase(0)}"
        return out

    def noun_phrase(self, depth: int) -> str:
        draw = self.random.random()
        if draw < 0.12:
            return self.slot(self.random.choice(["place", "person", "group", "actor"]))
        words = [self.random.choice(["the", "the", "the", "a", "its", "their", "this", self.slot("n"), "some", "no"])]
        if self.random.random() < 0.35:
            words.append(LEXICA["adjective"].choice(self.random))
        words.append(LEXICA["noun"].choice(self.random))
        if depth > 0 and self.random.random() < 0.35:
            words.append(f"{self.random.choice(['of', 'of', 'in', 'for', 'with'])} {self.noun_phrase(depth - 1)}")
        return " ".join(words)

    def filled(self, rule: str) -> str:
        out = []
        place = 0
        while (start := rule.find("{", place)) >= 0:
            end = rule.index("}", start)
            out.append(rule[place:start] + self.slot(rule[start + 1 : end]))
            place = end + 1
        return "".join(out) + rule[place:]

    def slot(self, name: str) -> str:
        choice = self.random.choice
        if name in FACTS:
            return self.filled(choice(FACTS[name]))
        if name != "verb" and name.lower() in LEXICA:
            word = LEXICA[name.lower()].choice(self.random)
            return upper(word) if name[0].isupper() else word
        match name:
            case "Harm" | "Actor" | "Source":
                return upper(self.slot(name.lower()))
            case "n" | "m":
                return str(self.random.randint(2, 90))
            case "nth":
                return choice(["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"])
            case "actor":
                return self.filled(choice(ACTORS))
            case "source":
                return self.filled(choice(SOURCES))
            case "harm" | "time":
                return self.filled(choice(GRAMMAR[name + "s"]))
            case "a_role":
                role = choice(GRAMMAR["roles"])
                return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"
        return choice(GRAMMAR[SLOTS[name.removeprefix("listed ")]])


def upper(text: str) -> str:
    return text[0].upper() + text[1:]


class Unspaced:
    """Texts of a script without spaces: made-up words, the frequent ones often."""

    def __init__(self, letters: str, lengths: list[int], seed: int):
        self.random = Random(f"unspaced-{seed}")
        chooser = Random(f"lexicon-{letters[0]}")
        self.words = ["".join(chooser.choices(letters, k=chooser.choice(lengths))) for _ in range(3_000)]
        self.weights = [1 / (rank + 3) for rank in range(len(self.words))]

    def text(self, words: int) -> list[str]:
        return self.random.choices(self.words, self.weights, k=words)


HAN = "".join(chr(0x4E00 + 7 * place) for place in range(800))
THAI = "".join(chr(code) for code in [*range(0x0E01, 0x0E2F), *range(0x0E30, 0x0E3A), *range(0x0E40, 0x0E45)])
