"""Topics, a group and a process of its own, on a broker that several cases share, and what is seen of them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from threading import Event, Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from check import check
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from feeder import Sender
from inputs import Topics
from patience import until
from uploads import Upload, signals_file, uploads
from verdicts import Malformed, Source, read_copy, read_letter

from harness import weir
from harness.topics import QUIET, Cluster, Group, Isolation, Record

HERE = Path(__file__).resolve().parent
PARTITIONS = 4
ROLES = {"deadLetters": "dead_letters"}
"""Settings whose name is not that of the field."""


class Unexpected(Exception):
    """What should have happened has not."""


class Case:
    def __init__(
        self, name: str, folder: Path, bootstrap: str, count: int, properties: dict[str, str], seed: int
    ) -> None:
        self.name = name
        self.topics = Topics(
            **{role: f"{name}.{role}" for role in ("uploads", "outcomes", "audit", "enforcement", "review")},
            dead_letters=f"{name}.dlq",
        )
        self.uploads = list(uploads(seed, count))
        self.cluster = Cluster(bootstrap)
        self.admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": QUIET})
        self.group = f"group-{name}"
        signals = folder / "signals.jsonl"
        signals.write_text(signals_file())
        self.config = folder / f"{name}.yaml"
        roles = ("uploads", "outcomes", "audit", "enforcement", "review", "deadLetters")
        weir.Settings(
            bootstrap=bootstrap,
            group=self.group,
            pipeline=HERE.parent / "exactly_once" / "pipeline.yaml",
            policy=HERE.parent / "exactly_once" / "policy.yaml",
            signals=signals,
            properties={"session.timeout.ms": 6000, "heartbeat.interval.ms": 500, **properties},
            topics={role: getattr(self.topics, ROLES.get(role, role)) for role in roles} | {"state": f"{name}.state"},
            commit={"interval": "50ms"},
            listens=True,
        ).write(self.config)
        self._log = folder / f"{name}.log"
        self.process = weir.Weir(self.config, "member-0", self._log)
        self.make_topics()
        self._sender = Sender(bootstrap, self.topics.uploads)

    def make_topics(self) -> None:
        """Those that are missing; returns once the broker tells of all."""
        weir.make_topics(self.config, PARTITIONS)
        wanted = {*self.topics.inputs, *self.topics.outputs}
        until("the topics are there", lambda: wanted <= self.admin.list_topics(timeout=10).topics.keys())

    def delete(self, topic: str) -> None:
        for future in self.admin.delete_topics([topic]).values():
            future.result(30)
        until(f"{topic} is gone", lambda: topic not in self.admin.list_topics(timeout=10).topics)

    def set(self, topic: str, name: str, value: str) -> None:
        entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        wanted = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        for future in self.admin.incremental_alter_configs([wanted]).values():
            future.result(30)

    def send(self, start: int, end: int) -> None:
        """Uploads of these numbers."""
        for upload in self.uploads[start:end]:
            self._sender.send(upload.value, upload.account, upload.headers)
        self._sender.flush()

    @contextmanager
    def sending(self, rate: float) -> Iterator[None]:
        """Uploads a second, from the first on, as long as the block lasts; then `uploads` are those that were sent."""
        stop = Event()
        thread = Thread(target=self._send_until, args=(stop, rate), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _send_until(self, stop: Event, rate: float) -> None:
        began, sent = time.monotonic(), 0
        while not stop.is_set():
            due = min(int((time.monotonic() - began) * rate), len(self.uploads))
            self.send(sent, due)
            sent = due
            stop.wait(0.05)
        self.uploads = self.uploads[:sent]

    def start(self, failpoints: str = "") -> None:
        self._before = self._log.stat().st_size if self._log.exists() else 0
        self.process.start({"WEIR_FAILPOINTS": failpoints} if failpoints else {})

    def stop(self) -> None:
        """In good order."""
        self.process.send(SIGTERM)
        if (code := self.process.wait(40)) != 0:
            raise Unexpected(f"SIGTERM: exit code {code}; {self.process.last_words()}")

    def must_end(self, code: int, saying: str, seconds: float = 60) -> str:
        """By itself, with that code and these words on standard error; gives the line."""
        found = self.process.wait(seconds)
        if found != code:
            raise Unexpected(f"exit code {found}, not {code}; {self.process.last_words()}")
        return self.line(saying)

    def line(self, saying: str) -> str:
        """The first line of the log, since the last start, that holds these words."""
        if found := self._line(saying):
            return found
        raise Unexpected(f'the log does not say "{saying}"; {self.process.last_words()}')

    def must_log(self, saying: str, seconds: float = 150) -> str:
        until(f'the log says "{saying}"', lambda: self._line(saying), seconds)
        return self.line(saying)

    def must_be_unready(self, saying: str, seconds: float = 150) -> str:
        """A reason of /readyz that holds these words, while the process lives."""
        found: list[str] = []

        def says() -> bool:
            if (code := self.process.exit_code()) is not None:
                raise Unexpected(f"ended with {code}; {self.process.last_words()}")
            found[:] = [reason for reason in self.reasons() if saying in reason]
            return bool(found)

        until(f'/readyz says "{saying}"', says, seconds)
        return found[0]

    def reasons(self) -> list[str]:
        """Why it is not ready; none if it is, or can't be asked."""
        if not (address := self.process.address()):
            return []
        try:
            urlopen(f"http://{address}/readyz", timeout=5).close()
        except HTTPError as refusal:
            answer: dict[str, Any] = json.loads(refusal.read())
            return list(answer["reasons"])
        except OSError:
            pass
        return []

    def committed(self) -> dict[int, int]:
        return Group(self.cluster, self.group, self.topics.uploads).committed()

    def ends(self) -> dict[int, int]:
        ends = self.cluster.ends([self.topics.uploads], "read_uncommitted")
        return {partition: end for (_, partition), end in ends.items()}

    def finish(self, seconds: float = 150) -> float:
        """Until everything on the input is committed; gives the seconds that it took."""
        began = time.monotonic()
        wanted = self.ends()

        def is_done() -> bool:
            if (code := self.process.exit_code()) is not None:
                raise Unexpected(f"ended with {code}; {self.process.last_words()}")
            return self.committed() == wanted

        until(f"{wanted} is committed", is_done, seconds)
        return time.monotonic() - began

    def is_settled(self, topic: str) -> bool:
        """Whether no transaction is open on it."""
        return self.cluster.ends([topic], "read_committed") == self.cluster.ends([topic], "read_uncommitted")

    def set_committed(self, offsets: dict[int, int]) -> None:
        """As Kafka's own tool does it: once the brokers have forgotten the static member."""
        places = [TopicPartition(self.topics.uploads, partition, offset) for partition, offset in offsets.items()]

        def is_set() -> bool:
            wanted = [ConsumerGroupTopicPartitions(self.group, places)]
            try:
                answers = [future.result(10) for future in self.admin.alter_consumer_group_offsets(wanted).values()]
            except KafkaException:
                return False
            return not any(place.error for answer in answers for place in answer.topic_partitions)

        until("the group's offsets are set", is_set)

    def check(self, cluster: Cluster | None = None, expected: list[Upload] | None = None) -> None:
        """That everything is there once, rightly and in order; of a part if a cluster shows no more than that."""
        report = check(cluster or self.cluster, self.group, self.uploads if expected is None else expected, self.topics)
        if not report.holds:
            raise Unexpected(f"not exactly once: {json.dumps(report.as_json()['first'])}")

    def _line(self, saying: str) -> str:
        text = self._log.read_bytes()[self._before :].decode(errors="replace")
        return next((line for line in text.splitlines() if saying in line), "")


class Remembering(Cluster):
    """A cluster whose topics still hold what was removed from them."""

    def __init__(self, bootstrap: str, removed: list[Record]) -> None:
        super().__init__(bootstrap)
        self._removed = removed

    def read(self, topics: list[str], isolation: Isolation = "read_committed") -> Iterator[Record]:
        yield from (record for record in self._removed if record.topic in topics)
        yield from super().read(topics, isolation)


class Later(Cluster):
    """A cluster without input records before some offset, and without what came of them."""

    def __init__(self, bootstrap: str, topics: Topics, begins: dict[int, int]) -> None:
        super().__init__(bootstrap)
        self._topics, self._begins = topics, begins
        self.earlier: dict[tuple[str, Source], int] = {}
        """What was left out, by topic and input record: how often it is there."""

    def read(self, topics: list[str], isolation: Isolation = "read_committed") -> Iterator[Record]:
        for record in super().read(topics, isolation):
            source = self._source(record)
            if source and source.topic == self._topics.uploads and source.offset < self._begins[source.partition]:
                if isolation == "read_committed":
                    key = (record.topic, source)
                    self.earlier[key] = self.earlier.get(key, 0) + 1
            else:
                yield record

    def _source(self, record: Record) -> Source | None:
        if record.topic in self._topics.inputs:
            return Source(*record[:3])
        read = read_letter if record.topic == self._topics.dead_letters else read_copy
        try:
            return read(record, self._topics.inputs).source
        except Malformed:
            return None
