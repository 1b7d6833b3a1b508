"""How long a partition stands still when another member takes it over, by what that member begins with.

Starts a broker and a member, has it learn accounts by an upload each, and then lets partitions change hands, with a few
uploads a second on their way:

* `standby`: another member follows the changelog; the owner is killed with SIGKILL;
* `snapshot`: a member ends, and starts again where its files are;
* `changelog`: the same without its files.

Measured are the time from the assignment, as the new owner's log has it, to the first verdict that a subscriber sees
(the group's own time-out has nothing to do with it), and what the log says of restoring. At the end `weir state verify`
computes the state anew from the input.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM, default_int_handler, signal
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(1, str(HERE / "metadata"))

from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as Place
from model import Settings

from compare import write_configuration
from harness import results, weir
from harness.broker import Broker
from harness.topics import FOLLOWS

PATIENCE = 900.0
RESTORED = "what is known of accounts is restored"
TRICKLE = 50
"""Uploads a second while partitions change hands."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--record", action="store_true", help="append to load-tests/results/failover.jsonl")
    chosen = parser.parse_args()
    signal(SIGTERM, default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="weir-failover-"))
    with Broker(folder / "kafka") as broker:
        config = configure(folder, broker)
        weir.make_topics(config, 1)
        figures = {"accounts": chosen.accounts, **run(folder, config, broker, chosen.accounts)}
        verified = weir.tool("state", "verify", "--config", config)
        figures["holds"] = all(json.loads(line)["equal"] for line in verified.splitlines())
        versions = {"weir": weir.version(), "kafka": broker.version(), **results.client_versions()}
    results.report("failover", versions, figures, is_kept=chosen.record)
    shutil.rmtree(folder)
    return 0 if figures["holds"] else 1


def configure(folder: Path, broker: Broker) -> Path:
    path = write_configuration(folder, Settings(), 256)
    config = json.loads(path.read_text())
    config["kafka"] = {
        "bootstrap": broker.bootstrap, "group": "failover", "instanceId": "${WEIR_MEMBER}",
        "properties": {"session.timeout.ms": 6_000, "heartbeat.interval.ms": 1_000},
    }  # fmt: skip
    config |= {
        "topics": {"live": None, "outcomes": None}, "signals": {"topic": None}, "admin": {"listen": "127.0.0.1:0"},
        "state": {"directory": str(folder / "${WEIR_MEMBER}"), "standby": "${WEIR_STANDBY:-0B}"},
        "drain": {"leave": True},
    }  # fmt: skip
    path.write_text(json.dumps(config))
    os.environ["WEIR_MEMBER"] = "tool"
    return path


def event(number: int, account: int) -> bytes:
    return json.dumps({
        "specversion": "1.0", "type": "weir.upload.created.v1", "source": "/failover", "id": f"e-{number}",
        "data": {"account": {"id": f"account-{account}"}, "text": {"body": f"words of {account}"}},
    }).encode()  # fmt: skip


class Trickle(threading.Thread):
    """Uploads of accounts that are known, until it is told to stop."""

    def __init__(self, bootstrap: str, accounts: int) -> None:
        super().__init__(daemon=True)
        self.producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 1, "log_level": 2})
        self.accounts = accounts
        self.number = accounts
        self.ended = threading.Event()
        self.flows = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(1 / TRICKLE):
            if self.flows.is_set():
                value = event(self.number, self.number * 7 % self.accounts)
                self.producer.produce("uploads", value=value, key=b"k", partition=0)
                self.number += 1
            self.producer.poll(0)
        self.producer.flush(30)


def learn(bootstrap: str, accounts: int) -> None:
    producer = Producer({
        "bootstrap.servers": bootstrap, "linger.ms": 20, "queue.buffering.max.messages": 200_000, "log_level": 2,
    })  # fmt: skip
    for account in range(accounts):
        while True:
            try:
                producer.produce("uploads", value=event(account, account), key=b"k", partition=0)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    producer.flush(120)


class Verdicts:
    """The audit topic from its end on."""

    def __init__(self, bootstrap: str) -> None:
        self.consumer = Consumer(FOLLOWS | {"bootstrap.servers": bootstrap, "fetch.wait.max.ms": 10})
        place = Place("audit", 0)
        _, end = self.consumer.get_watermark_offsets(place, timeout=30)
        self.consumer.assign([Place("audit", 0, end)])

    def first(self) -> float:
        """By the clock, when the first one was seen."""
        deadline = time.time() + PATIENCE
        while time.time() < deadline:
            if (message := self.consumer.poll(0.5)) and not message.error():
                return time.time()
        raise SystemExit("there was no verdict")

    def close(self) -> None:
        self.consumer.close()


def run(folder: Path, config: Path, broker: Broker, accounts: int) -> dict[str, Any]:
    learn(broker.bootstrap, accounts)
    one, other = (weir.Weir(config, name, folder / f"{name}.log") for name in ("one", "other"))
    began = time.monotonic()
    one.start()
    wait_until(lambda: one.metrics().get("weir_state_accounts") == accounts, one)
    wait_until(lambda: one.metrics().get("weir_inflight_events") == 0, one)
    figures: dict[str, Any] = {"learnedSeconds": round(time.monotonic() - began, 1)}
    other.environment = {"WEIR_STANDBY": "4GiB"}
    began = time.monotonic()
    other.start()
    wait_until(lambda: other.has_said("what is known in another partition is at hand"), other)
    figures["followedSeconds"] = round(time.monotonic() - began, 1)
    figures["standbyBytes"] = round(other.metrics()["weir_state_standby_bytes"])
    trickle = Trickle(broker.bootstrap, accounts)
    trickle.start()
    trickle.flows.set()
    time.sleep(2)
    # Without a transaction of its own that is open: for how long that would be waited, brokers decide.
    trickle.flows.clear()
    wait_until(lambda: one.metrics().get("weir_inflight_events") == 0, one)
    time.sleep(1)
    figures["standby"] = change(folder, other, broker, trickle, lambda: (one.send(SIGKILL), one.wait(30)))
    for name in ("snapshot", "changelog"):
        trickle.flows.clear()
        stop(other)
        if name == "snapshot":
            figures["snapshotBytes"] = sum(file.stat().st_size for file in (folder / "other").iterdir())
        else:
            shutil.rmtree(folder / "other")
        other.environment = {}
        figures[name] = change(folder, other, broker, trickle, other.start)
    trickle.ended.set()
    trickle.join()
    wait_until(lambda: other.metrics().get("weir_lag_records") == 0, other)
    stop(other)
    return figures


def change(folder: Path, owner: weir.Weir, broker: Broker, trickle: Trickle, begin: Any) -> dict[str, Any]:
    """What it takes the new owner, once it is told that it is."""
    log = folder / "other.log"
    before = log.stat().st_size
    begin()
    verdicts = Verdicts(broker.bootstrap)
    trickle.flows.set()
    wait_until(lambda: lines(log, before, "assigned"), owner)
    assigned = lines(log, before, "assigned")[-1]
    seen = verdicts.first()
    verdicts.close()
    wait_until(lambda: lines(log, before, RESTORED), owner)
    restored = lines(log, before, RESTORED)[-1]
    seconds = float(restored["seconds"])
    return {
        "from": restored["from"],
        "records": int(restored["records"]),
        "restoreSeconds": round(seconds, 3),
        "firstVerdictSeconds": round(seen - when(assigned), 3),
    }


def lines(log: Path, start: int, message: str) -> list[dict[str, Any]]:
    with log.open("rb") as file:
        file.seek(start)
        found = [line for line in file.read().splitlines() if f'"message":"{message}"'.encode() in line]
    return [json.loads(line) for line in found]


def when(line: dict[str, Any]) -> float:
    return datetime.fromisoformat(line["time"].replace("Z", "+00:00")).timestamp()


def stop(member: weir.Weir) -> None:
    member.send(SIGTERM)
    if member.wait(60) != 0:
        raise SystemExit(f"it did not end well: {member.last_words()}")


def wait_until(condition: Any, member: weir.Weir) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if member.exit_code() is not None or time.monotonic() > deadline:
            raise SystemExit(f"it did not come to it: {member.last_words()}")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
