"""Checks from outside that every upload ended exactly once, with the right verdict and in order.

Reads the topics from beginning to end as a subscriber would (`read_committed`), works out the right answers from the
seed, and compares. Prints one JSON object: counts, a counter for each invariant (report.py says what each means) and
the first violation of each kind by topic, partition, offset and id. Exit code 0 if all hold, 1 if not.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from report import Report
from uploads import DeadLetter, Upload, Verdict, uploads
from verdicts import Letter, Malformed, Outcome, Source, letter, original_headers, outcome

from harness.topics import Cluster, Group, Record

NEEDS_PERSON = {"review", "hold", "escalate"}


@dataclass(frozen=True)
class Topics:
    uploads: str = "uploads"
    audit: str = "audit"
    enforcement: str = "enforcement"
    review: str = "review"
    dead_letters: str = "uploads.dlq"

    @property
    def outputs(self) -> list[str]:
        return [self.audit, self.enforcement, self.review, self.dead_letters]


def check(cluster: Cluster, group: str, expected: list[Upload], topics: Topics) -> Report:
    """`expected` is what was sent, in any order."""
    check = Check(cluster, expected, topics)
    check.read()
    check.ends_once()
    check.right_verdicts()
    check.right_letters()
    check.copies("enforcement", topics.enforcement, lambda verdict: verdict.action != "allow")
    check.copies("review", topics.review, lambda verdict: verdict.action in NEEDS_PERSON)
    check.offsets(group)
    check.transactions()
    return check.report


class Check:
    def __init__(self, cluster: Cluster, expected: list[Upload], topics: Topics) -> None:
        self.report = Report()
        self._cluster = cluster
        self._topics = topics
        self._expected = {upload.id: upload for upload in expected}
        self._input: dict[Source, Upload] = {}
        self._verdicts: dict[str, list[Outcome]] = {topics.audit: [], topics.enforcement: [], topics.review: []}
        self._letters: list[Letter] = []
        self._order = Order(self.report)
        self._seen = 0

    def read(self) -> None:
        """All topics at once; what belongs to what can be said only when all is read."""
        for record in self._cluster.read([self._topics.uploads, *self._topics.outputs]):
            self._seen += record.topic != self._topics.uploads
            try:
                if record.topic == self._topics.uploads:
                    self._take_input(record)
                elif record.topic == self._topics.dead_letters:
                    dead = letter(record, self._topics.uploads)
                    self._order.follow(record, dead.source, "")
                    self._letters.append(dead)
                else:
                    verdict = outcome(record, self._topics.uploads)
                    self._order.follow(record, verdict.source, verdict.event)
                    self._verdicts[record.topic].append(verdict)
            except Malformed as malformed:
                self.report.violate_at("malformed", record, "", str(malformed))
        self._find_lost_input()
        self._drop_unknown()

    def _take_input(self, record: Record) -> None:
        """Learns where an upload stands. What is wrong here is the test's own fault."""
        id = next(
            (value.decode() for name, value in record.headers if name == "test-id" and isinstance(value, bytes)), ""
        )
        upload = self._expected.get(id)
        if not upload:
            self.report.violate_at("input", record, id, "was not sent")
            return
        self._input[(record.partition, record.offset)] = upload
        if (record.key, record.value) != (upload.account.encode(), upload.value):
            self.report.violate_at("input", record, id, "is not what was sent")

    def _find_lost_input(self) -> None:
        times = Counter(upload.id for upload in self._input.values())
        for id in self._expected:
            if times[id] != 1:
                self.report.violate("input", self._topics.uploads, -1, -1, id, f"is there {times[id]} times")
        self.report.counts["input"] = len(self._input)

    def _drop_unknown(self) -> None:
        for topic, verdicts in self._verdicts.items():
            self._verdicts[topic] = [v for v in verdicts if self._is_known(v.record, v.source, v.event)]
            self.report.counts[topic] = len(self._verdicts[topic])
        self._letters = [dead for dead in self._letters if self._is_known(dead.record, dead.source, None)]
        self.report.counts[self._topics.dead_letters] = len(self._letters)

    def _is_known(self, record: Record, source: Source, event: str | None) -> bool:
        upload = self._input.get(source)
        if upload and event in (None, upload.id):
            return True
        detail = "its event is another" if upload else "there is no such input record"
        self.report.violate_at("unknown", record, event or "", detail)
        return False

    def ends_once(self) -> None:
        audit = self._verdicts[self._topics.audit]
        judged, dead = self._once(audit), self._once(self._letters)
        for source, upload in self._input.items():
            if source in judged and source in dead:
                self.report.violate("both", self._topics.uploads, *source, upload.id)
            elif source not in judged and source not in dead:
                self.report.violate("missing", self._topics.uploads, *source, upload.id)
        ids: set[str] = set()
        for verdict in audit:
            if verdict.id in ids:
                self.report.violate_at("verdict-id", verdict.record, verdict.event, verdict.id)
            ids.add(verdict.id)

    def _once(self, found: list[Outcome] | list[Letter]) -> set[Source]:
        seen: set[Source] = set()
        for item in found:
            if item.source in seen:
                self.report.violate_at("doubled", item.record, self._input[item.source].id)
            seen.add(item.source)
        return seen

    def right_verdicts(self) -> None:
        for verdict in self._verdicts[self._topics.audit]:
            upload = self._input[verdict.source]
            said = Verdict(verdict.action, verdict.labels, verdict.rule)
            if said != upload.answer:
                detail = f"is {tuple(said)}, should be {tuple(upload.answer)}"
                self.report.violate_at("wrong-verdict", verdict.record, upload.id, detail)
            elif verdict.content != (upload.content or upload.id):
                self.report.violate_at("wrong-verdict", verdict.record, upload.id, f"content {verdict.content}")

    def right_letters(self) -> None:
        for dead in self._letters:
            upload = self._input[dead.source]
            record = dead.record
            if not isinstance(upload.answer, DeadLetter):
                self.report.violate_at("wrong-dead-letter", record, upload.id, f"{dead.code}, should be a verdict")
            elif not dead.code.startswith(upload.answer.code):
                self.report.violate_at("wrong-dead-letter", record, upload.id, f"{dead.code}, not {upload.answer.code}")
            elif (record.key, record.value) != (upload.account.encode(), upload.value):
                self.report.violate_at("wrong-dead-letter", record, upload.id, "key or value was changed")
            elif original_headers(record.headers) != upload.headers:
                self.report.violate_at("wrong-dead-letter", record, upload.id, "headers were changed")

    def copies(self, name: str, topic: str, wanted: Callable[[Verdict], bool]) -> None:
        """Compares a topic with the right answers, and with what audit says."""
        judged = {verdict.source: verdict for verdict in self._verdicts[self._topics.audit]}
        due = {
            source
            for source, upload in self._input.items()
            if isinstance(upload.answer, Verdict) and wanted(upload.answer)
        }
        found: set[Source] = set()
        for copy in self._verdicts[topic]:
            upload = self._input[copy.source]
            if copy.source not in due or copy.source in found:
                self.report.violate_at(f"{name}-extra", copy.record, upload.id)
            elif copy.source not in judged or copy.said() != judged[copy.source].said():
                self.report.violate_at(f"{name}-differs", copy.record, upload.id)
            elif copy.account != upload.account:
                self.report.violate_at(f"{name}-differs", copy.record, upload.id, f"account {copy.account}")
            found.add(copy.source)
        for source in due - found:
            self.report.violate(f"{name}-missing", self._topics.uploads, *source, self._input[source].id)

    def offsets(self, group: str) -> None:
        topic = self._topics.uploads
        committed = Group(self._cluster, group, topic).committed()
        last: dict[int, int] = {}
        for partition, offset in self._input:
            last[partition] = max(last.get(partition, -1), offset)
        for (_, partition), end in self._cluster.ends([topic], "read_uncommitted").items():
            offset = committed.get(partition, 0)
            # Behind the last record there may be transaction markers, which nobody needs to have read.
            if not last.get(partition, -1) + 1 <= offset <= end:
                self.report.violate("offsets", topic, partition, offset, "", f"committed {offset}, end {end}")
        self.report.counts["committed"] = sum(committed.values())

    def transactions(self) -> None:
        topics = self._topics.outputs
        stable = self._cluster.ends(topics, "read_committed")
        for (topic, partition), end in self._cluster.ends(topics, "read_uncommitted").items():
            if stable[(topic, partition)] != end:
                detail = f"open since {stable[(topic, partition)]}, end {end}"
                self.report.violate("open-transaction", topic, partition, stable[(topic, partition)], "", detail)
        written = sum(1 for _ in self._cluster.read(topics, "read_uncommitted"))
        self.report.counts["aborted"] = written - self._seen


class Order:
    """The records of an input partition must rise in every output partition."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last: dict[tuple[str, int, int], int] = {}

    def follow(self, record: Record, source: Source, id: str) -> None:
        partition, offset = source
        stream = (record.topic, record.partition, partition)
        last = self._last.get(stream, -1)
        if offset < last:
            self._report.violate_at("order", record, id, f"input {partition}/{offset} comes after {partition}/{last}")
        self._last[stream] = max(last, offset)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--group", default="weir")
    parser.add_argument("--seed", type=int, required=True, help="of the uploads that were sent")
    parser.add_argument("--uploads", type=int, required=True, help="how many were sent")
    options = parser.parse_args()
    expected = list(uploads(options.seed, options.uploads))
    report = check(Cluster(options.bootstrap), options.group, expected, Topics())
    json.dump(report.as_json(), sys.stdout)
    print()
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
