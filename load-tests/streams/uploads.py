"""Uploads of several hundred bytes, from a seed: accounts by Zipf's law with exponent 1.1, over two days.

Nine of ten have a text of 200 to 1,000 bytes, one in twenty of these the same as others; a third a file, a fifth links;
one in two hundred is a live segment, one in a hundred is delivered again, one in a hundred comes late, and one in two
hundred from a clock that runs ahead.
"""

import random
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

EXPONENT = 1.1
START = datetime(2026, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=2)
DRAWN_AT_ONCE = 10_000
SYLLABLES = ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "za"]


class Given(NamedTuple):
    account: str
    value: str
    recorded: int
    """Milliseconds since 1970."""


class Uploads:
    def __init__(self, count: int, accounts: int, seed: int) -> None:
        self._random = random.Random(f"uploads {seed}")
        self._count = count
        self._accounts = range(accounts)
        self._weights = list(accumulate(1 / (place + 1) ** EXPONENT for place in self._accounts))
        words = ["".join(self._random.choices(SYLLABLES, k=self._random.randint(1, 5))) for _ in range(4_096)]
        self._text = " ".join(self._random.choices(words, weights=[1 / (n + 5) for n in range(4_096)], k=200_000))

    def all(self) -> Iterator[Given]:
        lately: deque[Given] = deque(maxlen=2_000)
        draw = self._random
        for start in range(0, self._count, DRAWN_AT_ONCE):
            accounts = draw.choices(self._accounts, cum_weights=self._weights, k=DRAWN_AT_ONCE)
            for number, account in enumerate(accounts[: self._count - start], start):
                now = START + SPAN * (number / self._count)
                recorded = round(now.timestamp() * 1_000)
                if lately and draw.random() < 0.01:
                    given = draw.choice(lately)._replace(recorded=recorded)
                else:
                    given = Given(f"account-{account}", self._upload(number, account, now), recorded)
                    lately.append(given)
                yield given

    def _upload(self, number: int, account: int, now: datetime) -> str:
        draw = self._random
        chance = draw.random()
        if chance < 0.01:
            now -= timedelta(seconds=draw.uniform(0, 900))
        elif chance < 0.015:
            now += timedelta(seconds=draw.uniform(0, 120))
        kind, parts = "weir.upload.created.v1", ""
        if draw.random() < 0.005:
            kind, parts = "weir.live.segment.v1", f',"stream":{{"id":"stream-{account}","sequence":{number}}}'
        if draw.random() < 1 / 3:
            file = draw.randrange(1_000) if draw.random() < 0.2 else draw.getrandbits(64)
            parts += f',"media":[{{"id":"m-1","contentType":"image/jpeg","sha256":"{f"{file:016x}" * 4}"}}]'
        if draw.random() < 0.2:
            links = (
                f'"https://site{int(draw.random() ** 3 * 5_000)}.example/articles/{draw.randrange(1_000_000)}"'
                for _ in range(2 if draw.random() < 0.25 else 1)
            )
            parts += f',"links":[{",".join(links)}]'
        if draw.random() < 0.9:
            start = 0 if draw.random() < 0.05 else draw.randrange(len(self._text) - 1_000)
            body = self._text[start : start + (300 if start == 0 else draw.randint(200, 1_000))]
            parts += f',"text":{{"body":"{body}"}}'
        else:
            parts += ',"text":{"title":"Ohne Worte"}'
        time = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return (
            f'{{"specversion":"1.0","type":"{kind}","source":"/uploads/eu-central",'
            f'"id":"01980000-0000-7000-8000-{number:012}","time":"{time}","data":{{"account":'
            f'{{"id":"account-{account}","createdAt":"2024-02-29T12:00:00Z"}}{parts}}}}}'
        )
