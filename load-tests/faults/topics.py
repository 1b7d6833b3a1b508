"""What Weir does when somebody does something to its topics: truncates, deletes or lowers them, forgets one, or has a
transaction committed by halves.

One process a case, each with its own group and topics. Each must say what is wrong, by its exit code, its log or
/readyz; and once that is mended, everything that is still there must be judged exactly once.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "exactly_once")]

from confluent_kafka import KafkaException, TopicPartition
from patience import until
from topic_case import Case, Later, Remembering, Unexpected
from uploads import DeadLetter

from harness import results, weir
from harness.broker import Broker, kafka_home
from harness.topics import Place

COUNT = 2_000
RATE = 200
"""Uploads a second, while a topic is deleted; there are enough of them for some minutes."""
AT_ONCE = 3
"""Cases that are played beside each other; most of their time is spent waiting."""
TOO_SMALL = 300
"""Bytes, in which no verdict fits."""


@dataclass(frozen=True)
class Play:
    does: Callable[[Case], str]
    """Says what an operator sees."""
    count: int = COUNT
    properties: dict[str, str] = field(default_factory=dict)


def truncated(case: Case) -> str:
    """Uploads are removed before they were judged: stop, or go on with what there is."""
    case.start()
    case.send(0, COUNT // 2)
    case.finish()
    case.stop()
    case.send(COUNT // 2, COUNT)
    committed, ends = case.committed(), case.ends()
    begins = {partition: (offset + ends[partition]) // 2 for partition, offset in committed.items()}
    removed = [r for r in case.cluster.read([case.topics.uploads]) if r.offset < committed[r.partition]]
    places = [TopicPartition(case.topics.uploads, partition, offset) for partition, offset in begins.items()]
    for future in case.admin.delete_records(places).values():
        future.result(30)
    case.start()
    if is_strict(case):
        seen = case.must_end(1, "the committed offset is not in the topic any more")
        case.start()
        case.must_end(1, "the committed offset is not in the topic any more")
        case.set_committed(begins)
        case.start()
        took = case.finish()
    else:
        took = case.finish()
        seen = case.line("to BEGINNING: fetch failed due to requested offset not available")
    case.stop()
    there = [*removed, *case.cluster.read([case.topics.uploads])]
    ids = {dict(record.headers)["test-id"] for record in there}
    expected = [upload for upload in case.uploads if upload.id.encode() in ids]
    if len(expected) == COUNT:
        raise Unexpected("nothing was removed that had not been judged")
    case.check(Remembering(case.cluster.bootstrap, removed), expected)
    return f"{seen}; {took:.1f} s"


def is_strict(case: Case) -> bool:
    return '"auto.offset.reset": "error"' in case.config.read_text()


def deleted(role: str, case: Case) -> str:
    """An output topic is deleted while there is nothing to do, and what comes then waits for it."""
    topic: str = getattr(case.topics, role)
    case.start()
    case.send(0, COUNT // 2)
    case.finish()
    # Offsets may be seen as committed a moment before the records beside them are.
    until("all of it can be read", lambda: case.is_settled(topic))
    removed = list(case.cluster.read([topic]))
    case.delete(topic)
    before = case.committed()
    case.send(COUNT // 2, COUNT)
    reason = case.must_be_unready("transactions keep failing")
    seen = case.line("transaction failed")
    if case.committed() != before:
        raise Unexpected(f"without {topic} the group went from {before} to {case.committed()}")
    case.make_topics()
    took = case.finish()
    case.stop()
    case.check(Remembering(case.cluster.bootstrap, removed))
    return f"{reason} | {seen}; {took:.1f} s"


def deleted_under_load(role: str, case: Case) -> str:
    """The same while transactions are open on it. What it held is gone, and nobody but it knows what that was: of all
    that was not committed when it was made again, everything must be there once, and on it nothing else."""
    topic: str = getattr(case.topics, role)
    case.start()
    with case.sending(RATE):
        until("some are committed", lambda: sum(case.committed().values()) > RATE)
        case.delete(topic)
        reason = case.must_be_unready("transactions keep failing")
    seen = case.line("transaction failed")
    begins = case.committed()
    case.make_topics()
    took = case.finish()
    case.stop()
    later = Later(case.cluster.bootstrap, case.topics, begins)
    ids = {dict(r.headers)["test-id"] for r in later.read([case.topics.uploads])}
    case.check(later, [upload for upload in case.uploads if upload.id.encode() in ids])
    if again := [source for (on, source) in later.earlier if on == topic]:
        raise Unexpected(f"committed before {topic} was made again, and on it: {again[0]}")
    return f"{reason} | {seen}; {took:.1f} s"


def too_small(case: Case) -> str:
    """Verdicts that do not fit into their topic wait, and so does everything behind them."""
    topic = case.topics.audit
    case.start()
    case.send(0, COUNT // 2)
    case.finish()
    case.set(topic, "max.message.bytes", str(TOO_SMALL))
    before = case.committed()
    case.send(COUNT // 2, COUNT)
    reason = case.must_be_unready("Message size too large")
    seen = case.line("transaction failed")
    if case.committed() != before:
        raise Unexpected(f"with {TOO_SMALL} bytes the group went from {before} to {case.committed()}")
    case.process.send(SIGKILL)
    case.process.wait(10)
    case.start()
    refusal = case.must_end(78, f"topic {topic}: max.message.bytes is {TOO_SMALL}")
    case.set(topic, "max.message.bytes", "1048588")
    case.start()
    took = case.finish()
    case.stop()
    case.check()
    return f"{reason} | {seen} | {refusal}; {took:.1f} s"


def missing(case: Case) -> str:
    """Without a place for dead letters it does not start."""
    case.delete(case.topics.dead_letters)
    case.send(0, COUNT)
    case.start()
    seen = case.must_end(78, f"topic {case.topics.dead_letters} does not exist")
    if any(case.committed().values()):
        raise Unexpected("committed something")
    case.make_topics()
    case.start()
    took = case.finish()
    case.stop()
    case.check()
    return f"{seen}; {took:.1f} s"


def dead_letters_deleted(case: Case) -> str:
    """Good uploads go on; a broken one, and what comes behind it, waits."""
    good = [upload for upload in case.uploads if not isinstance(upload.answer, DeadLetter)]
    case.uploads = [*good, *(upload for upload in case.uploads if isinstance(upload.answer, DeadLetter))]
    case.start()
    case.send(0, len(good) // 2)
    case.finish()
    case.delete(case.topics.dead_letters)
    case.send(len(good) // 2, len(good))
    case.finish()
    before = case.committed()
    case.send(len(good), COUNT)
    reason = case.must_be_unready("transactions keep failing")
    seen = case.line("transaction failed")
    if case.committed() != before:
        raise Unexpected(f"without a dead letter the group went from {before} to {case.committed()}")
    case.make_topics()
    took = case.finish()
    case.stop()
    case.check()
    return f"{reason} | {seen}; {took:.1f} s"


OFFSETS = "__consumer_offsets"


def halved(what: str, case: Case) -> str:
    """The brokers commit a transaction but for its offsets, or but for one partition of the verdicts, and Weir does not
    know how it ended.

    As a coordinator may do it that comes back too early. Here Kafka's own tool aborts that part alone, while Weir
    stands still on its way to the commit; and the commit's answer counts for nothing."""
    case.start(failpoints="after-send-offsets=delay(30s)@20; after-commit=error@20")
    offsets = (OFFSETS, coordinated_in(case))

    def open_since(place: Place) -> int:
        """The first offset of the transaction that is open there; 0 if there is none."""
        stable = case.cluster.ends([place[0]], "read_committed")[place]
        return stable if stable < case.cluster.ends([place[0]], "read_uncommitted")[place] else 0

    def stands_still() -> bool:
        start = open_since(offsets)
        time.sleep(1)
        return start > 0 and open_since(offsets) == start

    with case.sending(RATE):
        until("a transaction stands still with its offsets", stands_still, 60)
        # As long as it takes the tool.
        case.process.send(SIGSTOP)
        verdicts = [(case.topics.audit, partition) for partition in case.cluster.partitions(case.topics.audit)]
        place = offsets if what == "offsets" else next(filter(open_since, verdicts), offsets)
        start = open_since(place)
        if what != "offsets" and place == offsets:
            raise Unexpected("the transaction was over before it could be halved")
        tool = kafka_home() / "bin" / "kafka-transactions.sh"
        where = ["--topic", place[0], "--partition", str(place[1]), "--start-offset", str(start)]
        command = [str(tool), "--bootstrap-server", case.cluster.bootstrap, "abort", *where]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not start or done.returncode != 0 or open_since(place):
            raise Unexpected(f"not halved at {start}: {done.returncode}: {done.stdout} {done.stderr}")
        case.process.send(SIGCONT)
        seen = case.must_log("the brokers committed a transaction by halves")
    took = case.finish()
    case.stop()
    case.check()
    return f"{seen}; {took:.1f} s"


def coordinated_in(case: Case) -> int:
    """The partition that keeps the group's offsets: by the hash that Java has of its name."""
    number = 0
    for letter in case.group:
        number = (31 * number + ord(letter)) & 0xFFFFFFFF
    return min(number, (1 << 32) - number) % len(case.cluster.partitions(OFFSETS))


# For longer than a process is made to stand still.
STEADY = {"session.timeout.ms": "60000", "transaction.timeout.ms": "90000"}
# By default the library goes on for 30 s as if the topic were only late; after that it refuses records by itself, where
# before it is the broker that does.
AT_ONCE_UNKNOWN = {"topic.metadata.propagation.max.ms": "0"}

PLAYS = {
    "truncated-error": Play(truncated, properties={"auto.offset.reset": "error"}),
    "truncated-earliest": Play(truncated),
    "audit-deleted": Play(partial(deleted, "audit"), properties=AT_ONCE_UNKNOWN),
    "enforcement-deleted": Play(partial(deleted, "enforcement"), properties=AT_ONCE_UNKNOWN),
    "audit-deleted-under-load": Play(partial(deleted_under_load, "audit"), count=200 * RATE),
    "enforcement-deleted-under-load": Play(partial(deleted_under_load, "enforcement"), count=200 * RATE),
    "audit-too-small": Play(too_small),
    "dead-letters-missing": Play(missing),
    "dead-letters-deleted": Play(dead_letters_deleted),
    "offsets-aborted": Play(partial(halved, "offsets"), 60 * RATE, STEADY),
    "verdicts-aborted": Play(partial(halved, "verdicts"), 60 * RATE, STEADY),
}

ALONE = {"offsets-aborted", "verdicts-aborted"}
"""What is open where they look must be theirs."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=PLAYS, help="may be repeated")
    parser.add_argument("--seed", type=int, default=7, help="of the uploads")
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/topics.jsonl")
    chosen = parser.parse_args()
    signal(SIGTERM, default_int_handler)
    names = chosen.only or list(PLAYS)
    folder = Path(tempfile.mkdtemp(prefix="weir-topics-"))
    together = [name for name in names if name not in ALONE]
    with Broker(folder / "kafka") as broker, ThreadPoolExecutor(AT_ONCE) as pool:
        played = list(pool.map(lambda name: play(name, folder, broker.bootstrap, chosen.seed), together))
        played += [play(name, folder, broker.bootstrap, chosen.seed) for name in names if name in ALONE]
    held = sum(one["holds"] for one in played)
    if chosen.record:
        head = {"test": "topics", "time": results.stamp(), "command": results.command(), "machine": results.machine()}
        results.record("topics", [head | {"weir": weir.version(), "seed": chosen.seed} | one for one in played])
    if held == len(names):
        shutil.rmtree(folder)
    else:
        print(f"logs: {folder}")
    print(f"topic faults: {held} as they should be, {len(names) - held} not")
    return 0 if held == len(names) else 1


def play(name: str, folder: Path, bootstrap: str, seed: int) -> dict[str, Any]:
    """On a thread that outlives the process: their lives are tied."""
    what = PLAYS[name]
    case = Case(name, folder, bootstrap, what.count, what.properties, seed)
    try:
        result = {"name": name, "holds": True, "seen": what.does(case)}
        print(f"{name}: as it should be: {result['seen']}", flush=True)
    except (Unexpected, TimeoutError, KafkaException) as problem:
        result = {"name": name, "holds": False, "seen": f"{type(problem).__name__}: {problem}"}
        print(f"{name}: {result['seen']}", flush=True)
    finally:
        if case.process.has_started() and case.process.exit_code() is None:
            case.process.send(SIGKILL)
            case.process.wait(10)
    return result


if __name__ == "__main__":
    sys.exit(main())
