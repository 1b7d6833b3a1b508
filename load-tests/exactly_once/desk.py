"""The people who look at verdicts while the run goes on, and decide on some of them."""

import json
import threading
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from decisions import decide
from feeder import Sender
from inputs import Topics
from verdicts import NEEDS_PERSON

from harness.topics import QUIET, Cluster


class Desk(threading.Thread):
    """Sees what any subscriber sees: committed verdicts, in their order.

    Those that need a person come from review, the others from enforcement, so that none comes twice.
    """

    def __init__(self, bootstrap: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.sent = 0
        """Decisions, spoilt ones too."""
        self.trouble: Exception | None = None
        self._seed = seed
        self._closing = threading.Event()
        self._sender = Sender(bootstrap, Topics().outcomes)
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "no-group",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 20,
                "log_level": QUIET,
            }
        )
        cluster = Cluster(bootstrap)
        topics = (Topics().enforcement, Topics().review)
        self._places = [TopicPartition(topic, n, 0) for topic in topics for n in cluster.partitions(topic)]
        self._decided: set[str] = set()

    def close(self) -> None:
        """Nothing more is decided; the thread ends once all decisions have arrived."""
        self._closing.set()

    def is_done(self) -> bool:
        return not self.is_alive() and not self.trouble

    def run(self) -> None:
        try:
            self._consumer.assign(self._places)
            while not self._closing.is_set():
                for message in self._consumer.consume(500, timeout=0.05):
                    self._take(message)
                self._sender.wait(0)
            self._sender.flush()
        except Exception as error:
            self.trouble = error

    def _take(self, message: Message) -> None:
        if error := message.error():
            # Others pass: brokers come and go.
            if error.fatal() or error.code() == KafkaError._AUTO_OFFSET_RESET:
                raise KafkaException(error)
            return
        try:
            verdict: dict[str, Any] = json.loads(message.value() or b"")
            topic = Topics().review if verdict["data"]["action"] in NEEDS_PERSON else Topics().enforcement
            decision = decide(self._seed, verdict) if message.topic() == topic else None
        except (ValueError, KeyError, TypeError):
            return  # the check will say so
        # Should Weir write a verdict twice, the check must find it, and not a decision that was made twice.
        if decision and decision.id not in self._decided:
            self._decided.add(decision.id)
            self._sender.send(decision.value, decision.content, decision.headers)
            self.sent += 1
