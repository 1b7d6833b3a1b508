"""Shows that check.py catches what it is for.

Plays a faithful Weir on a real broker, then one that breaks a single promise at a time, and compares the invariants
that the check finds violated with those that were. Exit code 0 if they are the same in every case.
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

import breaks
import decision_breaks
from breaks import (
    ALLOWED,
    APPEAL,
    HANDED_ON,
    LET_GO,
    POISON,
    REMOVED,
    REVIEWED,
    SPOILT,
    Break,
    alter,
    alter_all,
    audit,
    dead_letters,
    double,
    drop,
    drop_all,
    enforcement,
    outcomes,
    review,
    uploads,
)
from check import check
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]
from inputs import Topics
from plays import PARTITIONS, UPLOADS, Output, Play, faithful
from report import INVARIANTS

from harness.broker import Broker
from harness.topics import QUIET, Cluster, commit

CASES: list[tuple[str, Break, set[str]]] = [
    ("faithful", lambda play: None, set()),
    ("aborted-copies", breaks.abort_copies, set()),
    ("missing", drop(audit, ALLOWED), {"missing"}),
    ("missing-letter", drop(dead_letters, POISON), {"missing"}),
    ("aborted-verdict", breaks.abort(ALLOWED), {"missing"}),
    ("doubled", double(audit, ALLOWED), {"doubled", "verdict-id"}),
    ("doubled-other-id", breaks.double_under_another_id, {"doubled", "verdict-id"}),
    ("doubled-letter", double(dead_letters, POISON), {"doubled"}),
    ("swapped", breaks.swap(uploads), {"order"}),
    ("one-id-for-two", breaks.one_id_for_two, {"verdict-id"}),
    ("wrong-id", alter(audit, ALLOWED, "0" * 32), {"verdict-id"}),
    ("wrong-action", alter(audit, ALLOWED, action="remove"), {"wrong-verdict"}),
    ("wrong-labels", alter(audit, ALLOWED, labels=["TVEC1"]), {"wrong-verdict"}),
    ("wrong-rule", alter(audit, ALLOWED, rule="known-file"), {"wrong-verdict"}),
    ("wrong-preserve", alter(audit, ALLOWED, preserve=True), {"wrong-verdict"}),
    ("supersedes-at-first", alter(audit, ALLOWED, supersedes="0" * 32), {"supersedes"}),
    ("plain-account", breaks.plain_account, {"audit-account"}),
    ("account-of-another", alter(audit, ALLOWED, account="0" * 32), {"audit-account"}),
    ("both", breaks.both(ALLOWED, "json-code"), {"both", "wrong-dead-letter"}),
    ("dead-instead", breaks.dead_instead(ALLOWED), {"wrong-dead-letter"}),
    ("judged-poison", breaks.judge_poison, {"wrong-verdict"}),
    ("letter-code", breaks.letter_of_another_code(POISON), {"wrong-dead-letter"}),
    ("letter-value", breaks.letter_with(POISON, value=b"other"), {"wrong-dead-letter"}),
    ("letter-headers", breaks.letter_without_its_headers(POISON), {"wrong-dead-letter"}),
    ("no-input", breaks.of_no_input, {"unknown"}),
    ("other-event", alter(audit, ALLOWED, event="another"), {"unknown", "missing"}),
    ("not-json", breaks.not_json, {"malformed"}),
    ("other-key", breaks.under_another_key, {"malformed", "enforcement-missing"}),
    ("enforcement-missing", drop(enforcement, REMOVED), {"enforcement-missing"}),
    ("enforcement-extra", breaks.enforce_for_nothing, {"enforcement-extra"}),
    ("enforcement-differs", alter(enforcement, REMOVED, action="hold"), {"enforcement-differs"}),
    ("enforcement-account", alter(enforcement, REMOVED, account="another"), {"enforcement-differs"}),
    ("review-missing", drop(review, REVIEWED), {"review-missing"}),
    ("review-twice", double(review, REVIEWED), {"review-extra"}),
    ("review-differs", alter(review, REVIEWED, labels=[]), {"review-differs"}),
    ("offsets", breaks.behind(uploads), {"offsets"}),
    ("left-open", breaks.leave_open, {"open-transaction"}),
    ("input-lost", breaks.never_sent, {"input"}),
    # Of people's decisions.
    ("decision-lost", drop_all(LET_GO), {"missing", "enforcement-missing"}),
    ("decision-aborted", breaks.abort(LET_GO), {"missing", "enforcement-missing"}),
    ("decision-letter-lost", drop(dead_letters, SPOILT), {"missing"}),
    ("decision-doubled", double(audit, LET_GO), {"doubled", "verdict-id"}),
    ("decision-letter-doubled", double(dead_letters, SPOILT), {"doubled"}),
    ("decisions-swapped", breaks.swap(outcomes), {"order"}),
    ("decision-both", breaks.both(LET_GO, "field-code"), {"both", "wrong-dead-letter"}),
    ("decision-dead", breaks.dead_instead(LET_GO), {"wrong-dead-letter", "enforcement-missing"}),
    ("decision-judged-spoilt", decision_breaks.judge_spoilt, {"wrong-verdict"}),
    ("decision-letter-code", breaks.letter_of_another_code(SPOILT), {"wrong-dead-letter"}),
    ("decision-letter-key", breaks.letter_with(SPOILT, key="another"), {"wrong-dead-letter"}),
    ("decision-letter-headers", breaks.letter_without_its_headers(SPOILT), {"wrong-dead-letter"}),
    ("decision-action", alter_all(LET_GO, action="label"), {"wrong-verdict"}),
    ("decision-labels", alter_all(HANDED_ON, labels=["TVEC9"]), {"wrong-verdict"}),
    ("decision-rule", alter_all(LET_GO, rule="known-file"), {"wrong-verdict"}),
    ("decision-of-another", alter_all(LET_GO, outcome={"id": "d1-x", "ruling": "retract"}), {"wrong-verdict"}),
    ("decision-times", decision_breaks.received_with_the_upload, {"wrong-verdict"}),
    ("decision-event", alter_all(LET_GO, event="another"), {"unknown", "missing", "enforcement-missing"}),
    ("decision-policy", alter_all(LET_GO, policy="p 1"), {"malformed", "missing", "enforcement-missing"}),
    ("decision-id", decision_breaks.id_of_what_it_supersedes, {"verdict-id"}),
    ("decision-id-event", decision_breaks.id_by_the_decision, {"verdict-id"}),
    ("supersedes-the-first", decision_breaks.supersedes_the_first, {"supersedes"}),
    ("supersedes-another", decision_breaks.supersedes_that_of_another, {"supersedes"}),
    ("supersedes-unknown", decision_breaks.supersedes_what_nobody_was_told_of, {"supersedes"}),
    ("supersedes-nothing", alter_all(APPEAL, supersedes=None), {"supersedes"}),
    ("decision-not-enforced", drop(enforcement, LET_GO), {"enforcement-missing"}),
    ("decision-enforced-twice", double(enforcement, LET_GO), {"enforcement-extra"}),
    ("decision-differs", alter(enforcement, LET_GO, action="remove"), {"enforcement-differs"}),
    ("decision-account", alter(enforcement, LET_GO, account="another"), {"enforcement-differs"}),
    ("decision-audit-account", alter(audit, LET_GO, account="0" * 32), {"audit-account"}),
    ("decision-not-reviewed", drop(review, HANDED_ON), {"review-missing"}),
    ("decision-reviewed", decision_breaks.review_for_nothing, {"review-extra"}),
    ("decision-review-account", alter(review, HANDED_ON, account="another"), {"review-differs"}),
    ("decision-offsets", breaks.behind(outcomes), {"offsets"}),
    ("decided-twice", decision_breaks.decided_twice, {"input"}),
]


class Player:
    """Writes plays to a broker."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._cluster = Cluster(bootstrap)
        self._producer = self._transactional("player")

    def _transactional(self, id: str) -> Producer:
        producer = Producer(
            {"bootstrap.servers": self._bootstrap, "transactional.id": id, "linger.ms": 0, "log_level": QUIET}
        )
        producer.init_transactions(30)
        return producer

    def violated(self, name: str, fault: Break) -> tuple[set[str], bool]:
        """What the check finds in a play with a fault, and whether it left out what was not committed, and no more."""
        suffixes = ("uploads", "outcomes", "audit", "enforcement", "review", "dlq")
        topics = Topics(*(f"{name}.{topic}" for topic in suffixes))
        new = [NewTopic(topic, PARTITIONS, 1) for topic in [*topics.inputs, *topics.outputs]]
        for future in self._cluster.admin.create_topics(new).values():
            future.result()
        play = faithful(topics)
        fault(play)
        self._send_inputs(play)
        if play.aborted:
            self._begin(play.aborted)
            self._producer.abort_transaction(30)
        self._begin(play.outputs)
        self._producer.commit_transaction(30)
        self._commit_offsets(name, play, topics.uploads)
        self._commit_offsets(f"{name}-outcomes", play, topics.outcomes)
        other = None
        if play.unfinished:
            other = self._transactional(f"other-{name}")
            self._begin(play.unfinished, other)
        expected = UPLOADS if fault is not breaks.never_sent else [*UPLOADS, UPLOADS[0]._replace(id="never-sent")]
        report = check(self._cluster, name, expected, topics)
        if other:
            other.abort_transaction(30)
        unseen = [*play.aborted, *play.unfinished]
        of_decisions = sum(output.source.topic == topics.outcomes for output in unseen)
        counted = (report.counts["aborted"], report.counts["abortedDecisions"])
        return set(report.violations), counted == (len(unseen), of_decisions)

    def _send_inputs(self, play: Play) -> None:
        """In a transaction, so that there is a marker behind the last of them."""
        self._producer.begin_transaction()
        for given in play.given.values():
            topic, partition, _ = given.source
            self._producer.produce(
                topic, given.value, given.key, partition, timestamp=given.timestamp, headers=given.headers
            )
        self._producer.commit_transaction(30)

    def _begin(self, outputs: list[Output], producer: Producer | None = None) -> None:
        producer = producer or self._producer
        producer.begin_transaction()
        for output in outputs:
            value = json.dumps(output.value).encode() if isinstance(output.value, dict) else output.value
            producer.produce(output.topic, value, output.key, output.partition, headers=output.headers)
        producer.flush(30)

    def _commit_offsets(self, group: str, play: Play, topic: str) -> None:
        counts = Counter(source.partition for source in play.given if source.topic == topic)
        counts[0] -= play.behind == topic
        consumer = Consumer({"bootstrap.servers": self._bootstrap, "group.id": group, "log_level": QUIET})
        commit(consumer, [TopicPartition(topic, number, count) for number, count in counts.items()])
        consumer.close()


def main() -> int:
    failures = 0
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder) / "kafka") as broker:
        player = Player(broker.bootstrap)
        for name, fault, expected in CASES:
            violated, is_count_right = player.violated(name, fault)
            is_right = violated == expected and is_count_right
            failures += not is_right
            found = ", ".join(sorted(violated)) or "nothing"
            print(f"{'ok' if is_right else 'NOT OK'}: {name}: found {found}, should be {sorted(expected)}")
    untried = INVARIANTS.keys() - set().union(*(expected for _, _, expected in CASES))
    if untried:
        print(f"NOT OK: no case breaks {', '.join(sorted(untried))}")
    print(f"self-test of the check: {len(CASES) - failures} of {len(CASES)} cases as they should be")
    return 1 if failures or untried else 0


if __name__ == "__main__":
    sys.exit(main())
