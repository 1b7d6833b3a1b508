"""Runs Weir with exactly the rights that docs/integrating.md lists, on a broker with TLS, SASL and ACLs.

With all of them, uploads become verdicts and a broken record a dead letter. Then each right is taken away in turn, and
Weir must say which one it misses: by ending with exit code 78, or by a reason of /readyz. The same with leave to
describe a topic and none to use it. Where it has not ended, it must go on once it has the right.

    python load-tests/secure/run.py
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "load-tests"))

from harness import weir
from harness.broker import Broker
from harness.rights import client, give_documented_rights, secure_properties

ADMIN = "127.0.0.1:29464"
PATIENCE = 60
UPLOADS = 20
OUTPUTS = ("audit", "enforcement", "review", "uploads.dlq")


def rights(admin: AdminClient) -> list[AclBinding]:
    everything = AclBindingFilter(
        ResourceType.ANY, None, ResourcePatternType.ANY, "User:weir", None, AclOperation.ANY, AclPermissionType.ANY
    )
    return sorted(admin.describe_acls(everything).result(), key=lambda right: (right.restype.name, right.name))


def give(admin: AdminClient, right: AclBinding) -> None:
    for future in admin.create_acls([right]).values():
        future.result()


def take(admin: AdminClient, right: AclBinding) -> None:
    exact = AclBindingFilter(
        right.restype,
        right.name,
        right.resource_pattern_type,
        right.principal,
        right.host,
        right.operation,
        right.permission_type,
    )
    for future in admin.delete_acls([exact]).values():
        future.result()


@contextmanager
def without(admin: AdminClient, right: AclBinding) -> Iterator[None]:
    take(admin, right)
    try:
        yield
    finally:
        give(admin, right)


@dataclass
class Answer:
    """What Weir said: its exit code, or none while it runs; reasons of /readyz or standard error."""

    code: int | None
    text: str


class Weir:
    """`weir run` on the secure broker."""

    def __init__(self, folder: Path) -> None:
        self.binary = weir.binary()
        self.folder = folder
        self.config = folder / "weir.yaml"
        self.log = (folder / "weir.log").open("w+")
        self.process = subprocess.Popen(
            [self.binary, "run", "--config", self.config], stdout=subprocess.DEVNULL, stderr=self.log, cwd=ROOT
        )

    def probe(self) -> tuple[bool, str]:
        answer = subprocess.run(
            [self.binary, "probe", "--address", ADMIN], capture_output=True, text=True, check=False, cwd=ROOT
        )
        return answer.returncode == 0, answer.stdout

    def wait(self, until: str | None) -> Answer:
        """Until it ends, is ready (for "ready"), or names `until` as a reason; for none, only until it ends."""
        deadline = time.monotonic() + PATIENCE
        said = ""
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return Answer(self.process.returncode, self.errors())
            ready, said = self.probe()
            if (ready and until == "ready") or (not ready and until and until in said):
                return Answer(None, said)
            time.sleep(0.2)
        raise SystemExit(f"waited {PATIENCE} s for {until!r}; last: {said or self.errors()}")

    def errors(self) -> str:
        self.log.seek(0)
        return "\n".join(line for line in self.log.read().splitlines() if not line.startswith("{"))

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.log.close()


def write_configuration(broker: Broker, folder: Path, user: str) -> Path:
    path = folder / ("weir.yaml" if user == "weir" else f"{user}.yaml")
    properties = secure_properties(broker, user, folder)
    # JSON is YAML.
    path.write_text(
        json.dumps(
            {
                "kafka": {"bootstrap": broker.bootstrap, "instanceId": "weir-0", "properties": properties},
                "admin": {"listen": ADMIN},
                # Named, so that it has to be there.
                "signals": {"topic": "signals"},
            }
        )
    )
    return path


def publish(broker: Broker, run: str) -> None:
    """Uploads, and a record that is none."""
    producer = Producer(client(broker, "admin-client.properties"))
    for number in range(UPLOADS):
        event = {
            "specversion": "1.0",
            "type": "weir.upload.created.v1",
            "source": "/secure",
            "id": f"{run}-{number}",
            "data": {"account": {"id": "a-1"}, "text": {"body": "turnips"}},
        }
        producer.produce("uploads", key="a-1", value=json.dumps(event))
    producer.produce("uploads", key="a-1", value=b"{")
    if producer.flush(30):
        raise SystemExit("uploads could not be sent")


def count_committed(broker: Broker, topic: str, expected: int, patience: float = PATIENCE) -> int:
    """Records that a reader of committed ones sees, waiting for as many as expected."""
    consumer = Consumer(
        client(broker, "admin-client.properties")
        | {"group.id": "check", "isolation.level": "read_committed", "auto.offset.reset": "earliest"}
    )
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(2)])
    count = 0
    deadline = time.monotonic() + patience
    while count < expected and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is not None and not message.error():
            count += 1
    consumer.close()
    return count


def expected_complaint(right: AclBinding) -> tuple[str, int | None]:
    """What must be said without a right, and the exit code, or none if Weir waits for the right."""
    match right.restype:
        case ResourceType.TOPIC:
            return f"topic {right.name} does not exist, or may not be seen", 78
        case ResourceType.GROUP:
            lane = {"live": "live", "outcomes": "outcomes"}.get(right.name.rpartition("-")[2], "bulk")
            return f"lane-{lane}-rights: Read on group {right.name} is not allowed", None
        case _:
            return f"Write on transactional id {right.name}", 78


def check_with_all(broker: Broker, folder: Path) -> list[str]:
    publish(broker, "all")
    process = Weir(folder)
    try:
        answer = process.wait("ready")
        found = {
            topic: count_committed(broker, topic, count) for topic, count in (("audit", UPLOADS), ("uploads.dlq", 1))
        }
    finally:
        code = process.stop()
    problems = []
    if answer.code is not None:
        problems.append(f"with all rights it ended with {answer.code}: {answer.text}")
    if found != {"audit": UPLOADS, "uploads.dlq": 1}:
        problems.append(f"with all rights there are {found}, not {UPLOADS} verdicts and one dead letter")
    if code != 0:
        problems.append(f"with all rights it stopped with {code}")
    return problems


def check_described_only(broker: Broker, folder: Path, admin: AdminClient, right: AclBinding) -> list[str]:
    """With leave to see a topic and none to use it, which is another answer of the brokers."""
    describe = AclBinding(
        right.restype,
        right.name,
        right.resource_pattern_type,
        right.principal,
        right.host,
        AclOperation.DESCRIBE,
        right.permission_type,
    )
    publish(broker, f"described-{right.name}")
    give(admin, describe)
    try:
        with without(admin, right):
            found = check_topology(folder, right, is_described=True)
            says = (
                f"{right.name}[0]: Read is not allowed"
                if right.operation == AclOperation.READ
                else f"Write on topic {right.name} is not allowed"
            )
            return found + complaint(folder, admin, right, says, None)
    finally:
        take(admin, describe)


def check_without(folder: Path, admin: AdminClient, right: AclBinding) -> list[str]:
    text, code = expected_complaint(right)
    return complaint(folder, admin, right, text, code)


def topology_check(folder: Path) -> tuple[int, str]:
    """Exit code and output of `weir topology check`, which must leave no trace."""
    done = subprocess.run(
        [weir.binary(), "topology", "check", "--config", folder / "weir.yaml"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    return done.returncode, done.stdout + done.stderr


def check_topology(folder: Path, right: AclBinding, is_described: bool) -> list[str]:
    """It names the right, and no other."""
    operation = right.operation.name.title()
    match right.restype:
        case ResourceType.TOPIC if is_described:
            wanted = f"{operation} on topic {right.name} is not allowed"
        case ResourceType.TOPIC:
            wanted = f"topic {right.name} does not exist, or may not be seen: "
        case ResourceType.GROUP:
            wanted = f"{operation} on group {right.name} is not allowed"
        case _:
            wanted = f"{operation} on transactional id {right.name}"
    code, said = topology_check(folder)
    others = [line for line in said.splitlines() if "not allowed" in line and wanted not in line]
    if right.restype == ResourceType.TRANSACTIONAL_ID:
        # One right for the ids of all lanes.
        others = [line for line in others if " transactional id " not in line]
    if code != 1 or wanted not in said or operation not in said or others:
        return [f"topology check without {name(right)}: expected {wanted!r}, found {code}: {said}"]
    return []


def complaint(folder: Path, admin: AdminClient, right: AclBinding, text: str, code: int | None) -> list[str]:
    process = Weir(folder)
    try:
        answer = process.wait(text if code is None else None)
        if answer.code != code or text not in answer.text:
            return [f"without {name(right)}: expected {text!r} and {code}, found {answer.code}: {answer.text}"]
        if code is None:
            give(admin, right)
            again = process.wait("ready")
            if again.code is not None:
                return [f"with {name(right)} again it ended with {again.code}: {again.text}"]
    finally:
        process.stop()
    return []


def name(right: AclBinding) -> str:
    return f"{right.operation.name.title()} on {right.restype.name.lower()} {right.name}"


def main() -> int:
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="weir-secure-") as scratch:
        folder = Path(scratch)
        with Broker(folder / "kafka", secure=True) as broker:
            admin = AdminClient(client(broker, "admin-client.properties"))
            write_configuration(broker, folder, "weir")
            by_admin = write_configuration(broker, folder, "admin")
            weir.tool("topology", "apply", "--config", by_admin, "--partitions", "2")
            give_documented_rights(broker, folder)
            given = rights(admin)
            print("rights:", "; ".join(name(right) for right in given))
            problems += check_with_all(broker, folder)
            ends = {topic: count_committed(broker, topic, 10_000, patience=3) for topic in OUTPUTS}
            code, said = topology_check(folder)
            if "not allowed" in said or "not be seen" in said:
                problems.append(f"topology check with all rights: {code}: {said}")
            if (after := {topic: count_committed(broker, topic, 10_000, patience=3) for topic in OUTPUTS}) != ends:
                problems.append(f"topology check left a trace: {ends} records before, {after} after")
            for right in given:
                with without(admin, right), ThreadPoolExecutor(1) as pool:
                    check = pool.submit(check_topology, folder, right, is_described=False)
                    if right.restype != ResourceType.TOPIC:
                        # Weir gets the right back while it runs.
                        wait([check])
                    found = check_without(folder, admin, right) + check.result()
                print(f"without {name(right)}: {'; '.join(found) or 'says so'}")
                problems += found
            for right in given:
                if right.restype == ResourceType.TOPIC and right.name in ("uploads", "audit"):
                    found = check_described_only(broker, folder, admin, right)
                    print(f"Describe in place of {name(right)}: {'; '.join(found) or 'says so'}")
                    problems += found
    for problem in problems:
        print(f"wrong: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
