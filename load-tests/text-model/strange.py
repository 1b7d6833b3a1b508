# ruff: noqa: RUF001 - letters of other scripts are what this is about
"""Texts that no template is like, without labels: a model that has seen nothing else than its templates takes whatever
it does not know for one of them.

Three kinds: babble, which has a language's letters in the order in which they follow each other there, and none of its
words; words of made-up languages, in several scripts; and harmless lines one behind the other, as long as texts are.
"""

import random
from collections import defaultdict

from grammar import Line

BABBLE = 4_000
JOINED = 2_000
FOREIGN = 10_000
# Letters by script: those that begin syllables, and those that they go on with; nothing where words have no vowels.
SCRIPTS = [
    ("b d f g h j k l m n p r s t v w z br st pl ng sch ll ch tr gr sz cz dz th nt", "a e i o u ai ou ie ea á é ö ü y"),
    ("п б д т к г в л м н р с ш ж з ч х ц ст пр тр", "а е и о у ы ю я і ї"),
    ("ب ت د ر س ش ع ف ق ك ل م ن و ي ح خ ج ه", "ا ي و ة"),
    ("π τ κ β δ γ λ μ ν ρ σ φ χ θ ξ ζ στ πρ", "α ε η ι ο υ ω ου αι ει"),
    ("क ख ग च ज त द न प ब म य र ल व श स ह", "ा ि ी ु े ो ं"),
    ("ก ข ค ง จ ช ด ต ท น บ ป พ ม ย ร ล ว ส ห", "า ิ ี ุ ู ะ ั"),
    ("か き く け こ さ し す た ち つ て と な に の は ま も や り", "日 本 人 大 国 年 学 中 う い ん"),
    ("가 나 다 라 마 바 사 아 자 하 고 도 로 보 소 오", "는 을 이 의 에 한 기 지"),
    ("ა ბ გ დ ე ვ ზ თ ი კ ლ მ ნ ო პ რ ს ტ უ", "ა ე ი ო უ"),
    ("א ב ג ד ה ו ח ט י כ ל מ נ ס ע פ ק ר ש ת", "ו י ה"),
]


def texts(lines: list[Line], seed: int) -> list[str]:
    languages = sorted({line.language for line in lines})
    found: list[str] = []
    for language in languages:
        chance = random.Random(f"{seed}/strange/{language}")
        own = [line for line in lines if line.language == language]
        follow = successors([line.text.lower() for line in own])
        found += [babble(follow, chance.randint(30, 260), chance) for _ in range(BABBLE)]
        harmless = [line.text for line in own if not line.labels]
        found += [" ".join(chance.choices(harmless, k=chance.randint(2, 5))) for _ in range(JOINED if harmless else 0)]
    chance = random.Random(f"{seed}/strange")
    return found + [foreign(chance) for _ in range(FOREIGN)]


def successors(texts: list[str]) -> dict[str, str]:
    """By two characters, all that ever followed them."""
    follow: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        text = f" {text} "
        for place in range(len(text) - 2):
            follow[text[place : place + 2]].append(text[place + 2])
    return {before: "".join(after) for before, after in follow.items()}


def babble(follow: dict[str, str], length: int, chance: random.Random) -> str:
    starts = [before for before in follow if before[0] == " "]
    text = ""
    while len(text) < length:
        if text[-2:] not in follow:
            text += chance.choice(starts)
        text += chance.choice(follow[text[-2:]])
    return text.strip()


def foreign(chance: random.Random) -> str:
    """Words of a language of its own: some of a script's letters, and few words that come often."""
    onsets, nuclei = (letters.split() for letters in chance.choice(SCRIPTS))
    onsets = chance.sample(onsets, k=max(6, len(onsets) // 2))
    nuclei = chance.sample(nuclei, k=max(3, len(nuclei) // 2))
    words = [
        "".join(chance.choice(onsets) + chance.choice(nuclei) for _ in range(chance.randint(1, 4))) for _ in range(60)
    ]
    return " ".join(words[int(len(words) * chance.random() * chance.random())] for _ in range(chance.randint(4, 45)))
