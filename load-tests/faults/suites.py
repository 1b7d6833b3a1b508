"""What is done in which suite."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from cluster_faults import (
    ALL_AWAY,
    COORDINATORS_BELOW,
    ELECTED,
    GROWN,
    OF_GROUP,
    OF_TRANSACTIONS,
    OUTPUTS_BELOW,
    REASSIGNED,
    TWO_AWAY,
)
from environment import MEMORY
from rolling import HASTY, ROLLING
from schedule import BROKER, BROKER_KILL, BROKER_TERM, KILL, PAUSE, TERM, TWIN, Fault
from terms import TERMS

FAILPOINT, HALT, JOIN, PROXY, CLUSTER = "failpoint", "halt", "join", "proxy", "cluster"

EXITS = [
    *(f"{FAILPOINT}:{place}=exit@2" for place in ("after-poll", "mid-detector", "before-produce", "dead-letter")),
    *(f"{FAILPOINT}:{place}=exit@2" for place in ("after-produce", "after-send-offsets", "after-commit")),
    f"{FAILPOINT}:during-commit=exit(3ms)@2",
    f"{FAILPOINT}:after-produce=error@2;recovery=exit@1",
    f"{FAILPOINT}:signal-reload=exit@1",
]
# Each fails now and then; a detector is only slow, since what it does not say would change verdicts.
ERRORS = (
    f"{FAILPOINT}:after-poll=delay(20ms)%0.05;mid-detector=delay(50ms)%0.05;before-produce=error%0.03*4;"
    "dead-letter=error%0.02*4;after-produce=error%0.03*4;after-send-offsets=error%0.03*4;during-commit=error%0.03*4;"
    "after-commit=error%0.03*4;recovery=error%0.3*4"
)

# As a lane asks what was committed of partitions that it was given: the first that asks in a process that starts, the
# second, and while the answer is under way. What only fails or waits does so again when a member has come and gone.
RESTORES = [
    f"{FAILPOINT}:restore=exit@1",
    f"{FAILPOINT}:restore=exit@2",
    f"{FAILPOINT}:restore=exit(40ms)@1",
    f"{FAILPOINT}:restore=delay(3s)*3;after-produce=error%0.1*3",
    f"{FAILPOINT}:restore=error%0.7*12",
    # A transaction fails while another partition's first records are between queue and window.
    f"{FAILPOINT}:after-poll=delay(2s)@1;after-produce=error@1",
]

# SIGTERM while a transaction has failed and can't be mended, and while they fail now and then: what has failed must not
# be committed on the way out.
HALTS = [
    *(f"{HALT}:{place}=error@3;recovery=error" for place in ("before-produce", "after-produce", "after-send-offsets")),
    *(f"{HALT}:{place}=error%0.3" for place in ("before-produce", "dead-letter", "after-send-offsets")),
]

# Longer than max.poll.interval.ms and a transaction, while the session goes on: only the client's own thread beats.
POLLS = f"{FAILPOINT}:during-commit=delay(24s)@3"
MAX_POLL = {"max.poll.interval.ms": 12_000}

LASTS = {
    # Longer than a session (6 s), than MAX_POLL, and than a transaction (10 s) and the brokers' looking for old ones.
    PAUSE: 25.0,
    JOIN: 6.0,
    f"{PROXY}:blackhole": 9.0,
    f"{PROXY}:blackhole-requests": 4.0,
    f"{PROXY}:blackhole-responses": 4.0,
    f"{PROXY}:partition": 9.0,
    f"{PROXY}:partition-one": 9.0,
    f"{PROXY}:blackhole-one": 9.0,
    f"{PROXY}:refuse-one": 6.0,
    f"{PROXY}:delay-one": 4.0,
    f"{PROXY}:refuse": 4.0,
    f"{PROXY}:delay": 4.0,
    f"{PROXY}:throttle": 4.0,
    f"{PROXY}:duplicate": 4.0,
    # Longer than a commit is waited for.
    f"{PROXY}:swallow-commit": 14.0,
    f"{PROXY}:swallow-and-reset-commit": 3.0,
    f"{PROXY}:late-commit": 4.0,
    f"{PROXY}:lost-produce": 0.7,
    f"{CLUSTER}:{ALL_AWAY}": 30.0,
    f"{CLUSTER}:{TWO_AWAY}": 10.0,
    f"{CLUSTER}:{OUTPUTS_BELOW}": 10.0,
    f"{CLUSTER}:{COORDINATORS_BELOW}": 10.0,
}
"""Seconds; others last up to two."""

# Where the brokers' answer to a commit is lost, nobody knows whether it happened.
LATE = [f"{PROXY}:late-commit"]
COMMITS = [f"{PROXY}:swallow-commit", f"{PROXY}:swallow-and-reset-commit"]
# Where the brokers' answer to records is lost and the transaction is then aborted, they have records that the library
# takes for never sent: what it sends next under their sequence numbers they would take for a repetition.
LOST = f"{PROXY}:lost-produce"
NETWORK = [f"{PROXY}:{name}" for name in ("reset", "cut", "delay", "throttle", "duplicate", "refuse")]
BLACKHOLES = [f"{PROXY}:{name}" for name in ("blackhole-requests", "blackhole-responses", "blackhole")]
# At one broker of several, for all processes.
ISLANDS = [f"{PROXY}:{name}" for name in ("partition-one", "blackhole-one", "refuse-one", "delay-one")]


@dataclass(frozen=True)
class Suite:
    kinds: list[str]
    spares: bool = False
    """Whether all that ends a process ends the first, so that the others live long enough to show what they leak."""
    uploads: int = 20_000
    processes: int = 2
    pace: float = 4.0
    """Seconds from fault to fault, about."""
    brokers: int = 1
    """At least."""
    is_dynamic: bool = False
    """Whether members have no names of their own."""
    properties: dict[str, str | int] = field(default_factory=dict)
    """Of Weir's Kafka clients, beside those of every play."""
    failpoints: str = ""
    """Armed in each of its processes at every start, unless a fault has others for it."""
    meaning: str = field(default="", compare=False)

    @property
    def is_proxied(self) -> bool:
        return any(kind.startswith(PROXY) for kind in self.kinds)


SUITES = {
    "kills": Suite([KILL] * 4, meaning="kill -9 at any moment"),
    "failpoints": Suite(EXITS, pace=6.0, meaning="death at each named place"),
    "restores": Suite(
        [*RESTORES, KILL, JOIN],
        pace=7.0,
        meaning="death and failures as a member learns where its partitions were left",
    ),
    "errors": Suite([ERRORS, ERRORS, KILL], meaning="each step of a transaction fails now and then"),
    "ends": Suite([TERM, TWIN, TERM, TERM], meaning="SIGTERM under load, and two processes of one name"),
    "halts": Suite(HALTS, pace=6.0, meaning="SIGTERM while a transaction has failed"),
    "members": Suite(
        [JOIN, f"{FAILPOINT}:revocation-drain=exit@1", JOIN, TERM, JOIN], pace=7.0, meaning="1 to 3 members"
    ),
    "pauses": Suite(
        [PAUSE, POLLS],
        pace=35.0,
        properties=MAX_POLL,
        meaning="a process that stands still beyond its session, or a lane beyond its polls, and then goes on",
    ),
    "brokers": Suite([BROKER] * 3, pace=8.0, meaning="brokers killed and restarted"),
    "commits": Suite(COMMITS * 2, pace=10.0, meaning="commits whose outcome nobody knows"),
    "late": Suite(LATE * 4, pace=7.0, meaning="requests to commit that arrive in the next transaction"),
    "lost": Suite(
        [LOST] * 8,
        # So few that a transaction that is made again holds the same.
        uploads=800,
        pace=3.0,
        failpoints="before-produce=error%0.3",
        meaning="answers to records that get lost, in transactions of which some fail then",
    ),
    "network": Suite(NETWORK, pace=6.0, meaning="connections cut, delayed, refused, doubled"),
    "blackholes": Suite(
        BLACKHOLES, pace=12.0, meaning="connections that bring nothing, one way, both, beyond the session"
    ),
    "leaders": Suite(
        [f"{CLUSTER}:{kind}" for kind in (ELECTED, REASSIGNED, OF_TRANSACTIONS, OF_GROUP)],
        pace=25.0,
        brokers=3,
        meaning="leaders of inputs and outputs move, coordinators are restarted; three brokers",
    ),
    "away": Suite([f"{CLUSTER}:{ALL_AWAY}"], pace=45.0, meaning="all brokers away for 30 s"),
    "isr": Suite(
        [f"{CLUSTER}:{kind}" for kind in (TWO_AWAY, OUTPUTS_BELOW, COORDINATORS_BELOW)],
        pace=45.0,
        brokers=3,
        meaning="fewer replicas than min.insync.replicas for 10 s; three brokers",
    ),
    "grown": Suite([f"{CLUSTER}:{GROWN}"], pace=30.0, meaning="partitions added to inputs and outputs"),
    "partitions": Suite([f"{PROXY}:partition"] * 2, pace=14.0, meaning="one process cut off from the brokers"),
    "islands": Suite(
        ISLANDS, pace=14.0, brokers=3, meaning="one broker cut off from the processes, slow, gone; three brokers"
    ),
    "terms": Suite(TERMS, pace=14.0, meaning="SIGTERM twice, in a commit, after it, in a rebalance"),
    "rolling": Suite([ROLLING], processes=1, pace=80.0, meaning="1 to 4 to 1 static members, each restarted in turn"),
    "rolling-dynamic": Suite([ROLLING], processes=1, pace=80.0, is_dynamic=True, meaning="the same, dynamic members"),
    "hasty": Suite([HASTY], processes=1, pace=50.0, meaning="a static member that dies while it hands over"),
    "clock": Suite(["clock", "clock-too-far"], pace=45.0, meaning="the wall clock stepped by an hour and more"),
    "memory": Suite(MEMORY, pace=16.0, meaning="no more memory than a process has, or little more"),
    "disk": Suite(["disk-full", "disk-read-only"], pace=16.0, meaning="disks full, or read-only"),
    "hog": Suite(["hog"] * 3, pace=9.0, meaning="two busy processes beside it"),
}
SHORT = ["failpoints", "halts", "commits", "blackholes"]
"""What CI runs."""


def schedule(suite: Suite, seed: int) -> list[Fault]:
    """One after the other at about the suite's pace, in an order drawn from the seed."""
    draw = random.Random(f"suite {seed}")
    kinds = draw.sample(suite.kinds, len(suite.kinds))
    return [
        fault(draw, (number + draw.uniform(0.3, 0.9)) * suite.pace, kind, suite) for number, kind in enumerate(kinds)
    ]


def soak(seed: int, seconds: float, pace: float = 10.0) -> Suite:
    """A suite of everything, mixed."""
    draw = random.Random(f"soak {seed}")
    pool = [
        *(KILL, TERM, TWIN, PAUSE, JOIN, BROKER),
        ERRORS,
        POLLS,
        f"{FAILPOINT}:revocation-drain=exit@1",
        *EXITS,
        *RESTORES,
        *HALTS,
        *TERMS,
        *LATE,
        *COMMITS,
        LOST,
        *NETWORK,
        *BLACKHOLES,
        f"{PROXY}:partition",
        "clock",
        "hog",
        *MEMORY,
    ]
    kinds = [draw.choice(pool) for _ in range(max(1, int(seconds / pace)))]
    uploads = int(seconds * 2_800)
    return Suite(
        kinds, spares=True, uploads=uploads, pace=pace, properties=MAX_POLL, meaning="all of one broker's, mixed"
    )


def fault(draw: random.Random, at: float, kind: str, suite: Suite) -> Fault:
    process, lasts = draw.randrange(suite.processes), LASTS.get(kind, draw.uniform(0, 2))
    if suite.spares and not kind.startswith(PROXY):
        process = 0
    if kind == BROKER:
        return Fault(at, draw.choice([BROKER_KILL, BROKER_TERM]), None, lasts)
    if kind.startswith(CLUSTER):
        return Fault(at, kind, None, lasts)
    return Fault(at, kind, process, lasts)


def names(wanted: list[str]) -> Iterator[str]:
    for name in wanted:
        yield from SUITES if name == "all" else SHORT if name == "short" else [name]
