"""Checks from outside that every upload and every decision ended exactly once, with the right verdict and in order.

Reads the topics from beginning to end as a subscriber would (`read_committed`), works out the right answers from the
seed and from what was decided, and compares. Prints one JSON object: counts, a counter for each invariant (report.py
says what each means) and the first violation of each kind by topic, partition, offset and id. Exit code 0 if all hold,
1 if not.
"""

import argparse
import gc
import json
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

import references
from inputs import Inputs, Topics
from report import Report
from uploads import DeadLetter, Upload, uploads
from verdicts import (
    NEEDS_PERSON,
    Copy,
    Letter,
    Malformed,
    Said,
    Source,
    original_headers,
    read_copy,
    read_letter,
)

from harness.topics import Cluster, Group, Record


def check(cluster: Cluster, group: str, expected: list[Upload], topics: Topics) -> Report:
    """`expected` is what was sent, in any order."""
    check = Check(cluster, expected, topics)
    check.read()
    check.ends_once()
    check.right_verdicts()
    check.references()
    check.right_letters()
    check.copies("enforcement", topics.enforcement, lambda said: said.action != "allow" or said.outcome is not None)
    check.copies("review", topics.review, lambda said: said.action in NEEDS_PERSON)
    check.offsets(topics.uploads, group, "committed")
    check.offsets(topics.outcomes, f"{group}-outcomes", "committedDecisions")
    check.transactions()
    return check.report


class Check:
    def __init__(self, cluster: Cluster, expected: list[Upload], topics: Topics) -> None:
        self.report = Report()
        self._cluster = cluster
        self._topics = topics
        self._inputs = Inputs(self.report, topics, expected)
        self._given = self._inputs.records
        self._verdicts: dict[str, list[Copy]] = {topics.audit: [], topics.enforcement: [], topics.review: []}
        self._letters: list[Letter] = []
        self._order = Order(self.report)
        self._seen: set[tuple[str, int, int]] = set()

    def read(self) -> None:
        """All topics at once; what belongs to what can be said only when all is read."""
        inputs = self._topics.inputs
        for record in self._cluster.read([*inputs, *self._topics.outputs]):
            try:
                if record.topic in inputs:
                    self._inputs.take(record)
                    continue
                self._seen.add(record[:3])
                if record.topic == self._topics.dead_letters:
                    dead = read_letter(record, inputs)
                    self._order.follow(record, dead.source, "")
                    self._letters.append(dead)
                else:
                    verdict = read_copy(record, inputs)
                    self._order.follow(record, verdict.source, verdict.said.event)
                    self._verdicts[record.topic].append(verdict)
            except Malformed as malformed:
                self.report.violate_at("malformed", record, "", str(malformed))
        self._inputs.find_lost()
        self._drop_unknown()

    def _drop_unknown(self) -> None:
        for topic, verdicts in self._verdicts.items():
            self._verdicts[topic] = [v for v in verdicts if self._is_known(v.record, v.source, v.said.event)]
            self.report.counts[topic] = len(self._verdicts[topic])
        self._letters = [dead for dead in self._letters if self._is_known(dead.record, dead.source, None)]
        self.report.counts[self._topics.dead_letters] = len(self._letters)
        superseding = [verdict for verdict in self._audit if verdict.said.supersedes]
        self.report.counts["superseding"] = len(superseding)

    def _is_known(self, record: Record, source: Source, event: str | None) -> bool:
        given = self._given.get(source)
        if given and (event is None or given.event in (None, event)):
            return True
        detail = "its event is another" if given else "there is no such input record"
        self.report.violate_at("unknown", record, event or "", detail)
        return False

    @property
    def _audit(self) -> list[Copy]:
        return self._verdicts[self._topics.audit]

    def ends_once(self) -> None:
        judged, dead = self._once(self._audit), self._once(self._letters)
        for source, given in self._given.items():
            if source in judged and source in dead:
                self.report.violate("both", *source, given.id)
            elif source not in judged and source not in dead:
                self.report.violate("missing", *source, given.id)

    def _once(self, found: list[Copy] | list[Letter]) -> set[Source]:
        seen: set[Source] = set()
        for item in found:
            if item.source in seen:
                self.report.violate_at("doubled", item.record, self._given[item.source].id)
            seen.add(item.source)
        return seen

    def right_verdicts(self) -> None:
        for verdict in self._audit:
            given = self._given[verdict.source]
            if isinstance(given.end, DeadLetter):
                detail = f"is {verdict.said.action}, should be a dead letter, {given.end.code}"
                self.report.violate_at("wrong-verdict", verdict.record, given.id, detail)
                continue
            wrong = verdict.said.differences(given.end)
            if detail := wrong.pop("supersedes", ""):
                self.report.violate_at("supersedes", verdict.record, given.id, detail)
            if wrong:
                self.report.violate_at("wrong-verdict", verdict.record, given.id, "; ".join(wrong.values()))

    def references(self) -> None:
        references.ids(self.report, self._audit)
        references.supersedes(self.report, self._audit)
        references.accounts(self.report, [(v, self._given[v.source].account) for v in self._audit])

    def right_letters(self) -> None:
        for dead in self._letters:
            given = self._given[dead.source]
            record = dead.record
            if not isinstance(given.end, DeadLetter):
                self.report.violate_at("wrong-dead-letter", record, given.id, f"{dead.code}, should be a verdict")
            elif not dead.code.startswith(given.end.code):
                self.report.violate_at("wrong-dead-letter", record, given.id, f"{dead.code}, not {given.end.code}")
            elif (record.key, record.value) != (given.key, given.value):
                self.report.violate_at("wrong-dead-letter", record, given.id, "key or value was changed")
            elif original_headers(record.headers) != given.headers:
                self.report.violate_at("wrong-dead-letter", record, given.id, "headers were changed")

    def copies(self, name: str, topic: str, wanted: Callable[[Said], bool]) -> None:
        """Compares a topic with the right answers, and with what audit says."""
        judged = {verdict.source: verdict for verdict in self._audit}
        due = {source for source, given in self._given.items() if isinstance(given.end, Said) and wanted(given.end)}
        found: set[Source] = set()
        for copy in self._verdicts[topic]:
            given = self._given[copy.source]
            first = judged.get(copy.source)
            if copy.source not in due or copy.source in found:
                self.report.violate_at(f"{name}-extra", copy.record, given.id)
            elif not first or (copy.id, copy.said) != (first.id, first.said):
                self.report.violate_at(f"{name}-differs", copy.record, given.id)
            elif copy.account != given.account:
                self.report.violate_at(f"{name}-differs", copy.record, given.id, f"account {copy.account}")
            found.add(copy.source)
        for source in due - found:
            self.report.violate(f"{name}-missing", *source, self._given[source].id)

    def offsets(self, topic: str, group: str, count: str) -> None:
        committed = Group(self._cluster, group, topic).committed()
        last: dict[int, int] = {}
        for source in self._given:
            if source.topic == topic:
                last[source.partition] = max(last.get(source.partition, -1), source.offset)
        for (_, partition), end in self._cluster.ends([topic], "read_uncommitted").items():
            offset = committed.get(partition, 0)
            # Behind the last record there may be transaction markers, which nobody needs to have read.
            if not last.get(partition, -1) + 1 <= offset <= end:
                self.report.violate("offsets", topic, partition, offset, "", f"committed {offset}, end {end}")
        self.report.counts[count] = sum(committed.values())

    def transactions(self) -> None:
        topics = self._topics.outputs
        stable = self._cluster.ends(topics, "read_committed")
        for (topic, partition), end in self._cluster.ends(topics, "read_uncommitted").items():
            if stable[(topic, partition)] != end:
                detail = f"open since {stable[(topic, partition)]}, end {end}"
                self.report.violate("open-transaction", topic, partition, stable[(topic, partition)], "", detail)
        unseen = [r for r in self._cluster.read(topics, "read_uncommitted") if r[:3] not in self._seen]
        self.report.counts["aborted"] = len(unseen)
        # Proof that faults met the lane of decisions too, which are few.
        self.report.counts["abortedDecisions"] = sum(self._is_of_decision(record) for record in unseen)

    def _is_of_decision(self, record: Record) -> bool:
        read = read_letter if record.topic == self._topics.dead_letters else read_copy
        try:
            return read(record, self._topics.inputs).source.topic == self._topics.outcomes
        except Malformed:
            return False


class Order:
    """The records of an input partition must rise in every output partition."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last: dict[tuple[str, int, str, int], int] = {}

    def follow(self, record: Record, source: Source, id: str) -> None:
        topic, partition, offset = source
        stream = (record.topic, record.partition, topic, partition)
        last = self._last.get(stream, -1)
        if offset < last:
            detail = f"{topic} {partition}/{offset} comes after {partition}/{last}"
            self._report.violate_at("order", record, id, detail)
        self._last[stream] = max(last, offset)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--group", default="weir")
    parser.add_argument("--seed", type=int, required=True, help="of the uploads that were sent")
    parser.add_argument("--uploads", type=int, required=True, help="how many were sent")
    options = parser.parse_args()
    # Millions of tuples that all stay, none of them in a circle: to look for garbage among them is what takes longest.
    gc.disable()
    expected = list(uploads(options.seed, options.uploads))
    report = check(Cluster(options.bootstrap), options.group, expected, Topics())
    json.dump(report.as_json(), sys.stdout)
    print()
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
