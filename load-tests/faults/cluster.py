"""A real Kafka of one or more nodes whose clients may go through the proxy."""

import random
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from patience import until
from proxied import Proxy

from harness.broker import add_listener, is_alive, is_free, kafka_home
from harness.topics import QUIET

# Starts the nodes, waits for the end of its input, then stops and removes them: however the harness ends, so do they.
KEEPER = """
bash "$1" start "$2" --port "$3" --brokers "$4" </dev/null || exit 1
cat >/dev/null
bash "$1" stop "$2"
[ -n "$5" ] || rm -rf "$2"
"""


# A node that was killed reads through what it had not flushed, of each partition up to a segment, before it takes its
# place again. If that takes about as long as its session, it learns at once that it led, did not lead and leads again,
# and coordinators may answer before they have loaded (docs/architecture.md). So it does in a long run with Kafka's own
# gigabyte, and with 64 MiB.
SEGMENTS = "log.segment.bytes=8388608"


class ProxiedCluster:
    """The cluster and its proxy, for as long as the `with` statement lasts.

    Nodes talk to each other directly; only clients that begin at `proxied_bootstrap` go through the proxy.
    """

    proxy: Proxy

    def __init__(self, directory: Path, brokers: int = 1, keep: bool = False) -> None:
        """`directory` must not exist; it is removed at the end unless `keep` says otherwise."""
        self.directory = directory
        self.script = kafka_home() / "kafka-cluster"
        self.nodes = range(1, brokers + 1)
        self._keep = keep
        # A listener and a controller each, then a second listener each, then the proxy's port for each.
        self._port = free_ports(4 * brokers)
        self.bootstrap = ",".join(f"127.0.0.1:{self._port + 2 * number - 2}" for number in self.nodes)
        self.proxied_bootstrap = ",".join(f"127.0.0.1:{self.proxied_port(number)}" for number in self.nodes)

    def __enter__(self) -> "ProxiedCluster":
        brokers = len(self.nodes)
        self._keeper = subprocess.Popen(
            [
                *("bash", "-c", KEEPER, "keeper", str(self.script), str(self.directory), str(self._port)),
                *(str(brokers), "keep" if self._keep else ""),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.proxy.close()
        finally:
            self._stop()

    def node(self, action: str, number: int) -> None:
        """`kill`, `term`, `pause`, `resume` or `up`, which returns when all nodes are up and fails if one is away."""
        command = ["bash", str(self.script), action, str(self.directory), str(number)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def pid(self, number: int) -> int:
        return int((self._folder(number) / "pid").read_text())

    def proxied_port(self, number: int) -> int:
        """The proxy's port for a node."""
        return self._port + 3 * len(self.nodes) + number - 1

    def _start(self) -> None:
        assert self._keeper.stdout
        if self._keeper.stdout.readline().strip() != self.bootstrap:
            raise SystemExit("Kafka did not start; it says why above")
        upstream = {number: self._port + 2 * len(self.nodes) + number - 1 for number in self.nodes}
        # One after the other: most of them must be there to let one leave.
        for number in self.nodes:
            self._add_listener(number, upstream[number])
        self.proxy = Proxy({number: (self.proxied_port(number), upstream[number]) for number in self.nodes})
        try:
            self._wait()
        except BaseException:
            self.proxy.close()
            raise

    def _add_listener(self, number: int, port: int) -> None:
        """One whose clients are told the proxy's address."""
        old = self.pid(number)
        self.node("term", number)
        until(f"node {number} has ended", lambda: not is_alive(old))
        path = self._folder(number) / "server.properties"
        add_listener(path, "PROXIED", f"127.0.0.1:{port}", f"127.0.0.1:{self.proxied_port(number)}")
        with path.open("a") as properties:
            properties.write(f"{SEGMENTS}\n")
        self.node("up", number)

    def _wait(self) -> None:
        """Until every node is known by the address of the proxy."""
        wanted = {(number, self.proxied_port(number)) for number in self.nodes}
        admin = AdminClient({"bootstrap.servers": self.proxied_bootstrap, "log_level": QUIET})

        def is_there() -> bool:
            try:
                brokers = admin.list_topics(timeout=2).brokers.values()
            except KafkaException:
                return False
            return {(broker.id, broker.port) for broker in brokers} == wanted

        until("every node answers through the proxy", is_there)

    def _stop(self) -> None:
        assert self._keeper.stdin
        self._keeper.stdin.close()
        self._keeper.wait()

    def _folder(self, number: int) -> Path:
        return self.directory / f"node-{number}"


def free_ports(count: int) -> int:
    """The first of that many neighbouring ports that nobody listens on; below those that clients are given."""
    for _ in range(100):
        port = random.randrange(20_000, 32_000)
        if all(is_free(port + offset) for offset in range(count)):
            return port
    raise SystemExit("no free ports")
