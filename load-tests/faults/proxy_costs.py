"""What the proxy costs when nothing is wrong: time, memory, and what it leaves behind."""

import gc
import os
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from patience import until
from stage import QUICK, Stage

from harness.usage import cpu_seconds, peak_memory

MIB = 1 << 20
RECORDS, SIZE = 60_000, 1000


def large_frame(stage: Stage) -> str:
    """It goes through piece by piece."""
    topic = stage.topic("large", **{"max.message.bytes": str(80 * MIB), "segment.bytes": str(80 * MIB)})
    proxied = stage.cluster.proxied_bootstrap
    before = peak_memory(stage.proxy.pid)
    producer = Producer({"bootstrap.servers": proxied, "message.max.bytes": 80 * MIB, **QUICK})
    errors: list[KafkaError | None] = []
    producer.produce(topic, bytes(40 * MIB), partition=0, on_delivery=lambda error, _: errors.append(error))
    producer.flush(30)
    assert errors == [None], f"not delivered: {errors}"
    consume(proxied, topic, 1)
    grown = peak_memory(stage.proxy.pid) - before
    assert grown < 10, f"the proxy's memory grew by {grown:.1f} MiB"
    return f"40 MiB, for which its memory grew by {grown:.1f} MiB"


def throughput(stage: Stage) -> str:
    """No speed is right or wrong here: others work on the same machine."""
    figures = [speed(stage.cluster.bootstrap, stage.topic("speed"), "directly")]
    before = cpu_seconds(stage.proxy.pid)
    figures.append(speed(stage.cluster.proxied_bootstrap, stage.topic("proxied-speed"), "through the proxy"))
    used = cpu_seconds(stage.proxy.pid) - before
    return f"{', '.join(figures)}; the proxy used {used / (2 * RECORDS * SIZE / 1e9):.2f} s of CPU time per GB"


def speed(bootstrap: str, topic: str, way: str) -> str:
    start = time.monotonic()
    produce(bootstrap, topic)
    middle = time.monotonic()
    consume(bootstrap, topic, RECORDS)
    end = time.monotonic()
    megabytes = RECORDS * SIZE / 1e6
    return f"{way} {megabytes / (middle - start):.0f} MB/s in, {megabytes / (end - middle):.0f} MB/s out"


def produce(bootstrap: str, topic: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "queue.buffering.max.messages": RECORDS, **QUICK})
    value = os.urandom(SIZE)
    for _ in range(RECORDS):
        producer.produce(topic, value, partition=0)
    assert producer.flush(60) == 0, "not delivered"


def consume(bootstrap: str, topic: str, count: int) -> None:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "no-group", **QUICK})
    consumer.assign([TopicPartition(topic, 0, 0)])
    deadline = time.monotonic() + 60
    while count > 0:
        for message in consumer.consume(10_000, timeout=0.05):
            if error := message.error():
                raise KafkaException(error)
            count -= 1
        if time.monotonic() > deadline:
            raise TimeoutError(f"{count} records are missing")
    consumer.close()


def nothing_left(stage: Stage) -> str:
    """Once the clients of all cases are gone, so are their connections, and all that worked for them."""
    gc.collect()
    until("no connection", lambda: not any(status.open for status in stage.proxy.status().values()), 20)
    tasks = stage.proxy.tasks()
    assert tasks <= 1 + len(stage.cluster.nodes), f"{tasks} tasks"
    return f"{stage.total()['accepted']} connections"
