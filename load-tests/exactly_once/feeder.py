"""What goes into the input topics: each record once and in order, however long the broker is away."""

import threading
import time
from collections import deque

from confluent_kafka import Producer
from inputs import Topics
from uploads import Headers, uploads

from harness.topics import ONCE, QUIET


class Sender:
    def __init__(self, bootstrap: str, topic: str, **more: str | int) -> None:
        """`more` properties than those that it needs."""
        self._topic = topic
        self._errors: deque[str] = deque(maxlen=3)
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                **ONCE,
                "linger.ms": 5,
                "compression.type": "lz4",
                "partitioner": "murmur2_random",
                "message.timeout.ms": 0,
                # Partitions that are added get their share soon.
                "topic.metadata.refresh.interval.ms": 2_000,
                "log_level": QUIET,
                "error_cb": lambda error: self._errors.append(str(error)),
                **more,
            }
        )

    def send(self, value: bytes | None, key: str, headers: Headers) -> None:
        while True:
            try:
                self._producer.produce(self._topic, value, key, headers=headers)
                return
            except BufferError:
                self._producer.poll(0.1)

    def state(self) -> str:
        """For people who want to know why nothing comes."""
        return f"{len(self._producer)} wait to be sent; last errors: {'; '.join(self._errors) or 'none'}"

    def wait(self, seconds: float) -> None:
        self._producer.poll(seconds)

    def flush(self) -> None:
        """Until all has arrived."""
        self._producer.flush()


class Feeder(threading.Thread):
    """Sends the uploads at a steady pace."""

    def __init__(self, bootstrap: str, seed: int, count: int, seconds: float) -> None:
        super().__init__(daemon=True)
        self._sender = Sender(bootstrap, Topics().uploads)
        self._seed, self._count, self._seconds = seed, count, seconds
        self.sent = 0
        """So many are on their way, or there."""

    def state(self) -> str:
        return f"{self.sent} of {self._count} uploads taken, of which {self._sender.state()}"

    def run(self) -> None:
        start = time.monotonic()
        for number, upload in enumerate(uploads(self._seed, self._count)):
            while number > (time.monotonic() - start) / self._seconds * self._count:
                self._sender.wait(0.005)
            self._sender.send(upload.value, upload.account, upload.headers)
            self.sent = number + 1
        self._sender.flush()
