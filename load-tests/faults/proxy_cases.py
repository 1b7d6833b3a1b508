"""What each fault must do to real clients and a real broker: one function a case."""

import time
from collections.abc import Callable

from patience import until
from proxied import END_TXN, PRODUCE, Side
from stage import Disturb, Sender, Stage, Wire, exactly_once


def seconds(action: Callable[[], object]) -> float:
    start = time.monotonic()
    action()
    return time.monotonic() - start


def advertises_itself(stage: Stage) -> None:
    brokers = stage.admin().list_topics(timeout=10).brokers.values()
    wanted = {(number, stage.cluster.proxied_port(number)) for number in stage.cluster.nodes}
    assert {(broker.id, broker.port) for broker in brokers} == wanted, brokers
    assert stage.proxy.status()[1].requests.frames > 0


def delay(stage: Stage) -> None:
    admin = stage.admin()
    admin.list_topics(timeout=10)
    cases: tuple[tuple[Side, float], ...] = (("request", 0.5), ("response", 0.5), ("both", 1.0))
    for side, least in cases:
        stage.proxy.delay(0.5, direction=side)
        took = seconds(lambda: admin.list_topics(timeout=10))
        assert least <= took < least + 1, f"{side}: {took}"
        stage.proxy.heal()
    assert seconds(lambda: admin.list_topics(timeout=10)) < 0.5


def delay_holds_order(stage: Stage) -> None:
    """And delays what is under way together, not one after the other."""
    with Wire(stage) as wire:
        stage.proxy.delay(0.3)
        for number in range(20):
            wire.ask(number)
        start = time.monotonic()
        assert [wire.hears() for _ in range(20)] == list(range(20))
        assert 0.6 <= time.monotonic() - start < 2
        stage.proxy.delay(60)
        wire.ask(20)
        assert wire.hears(0.5) is None
        stage.proxy.heal()
        assert wire.hears() == 20


def throttle(stage: Stage) -> None:
    sender = Sender(stage, stage.topic("throttle"))
    sender.send(b"first")
    assert sender.sees(1)
    stage.proxy.throttle(200_000, direction="request")
    sender.send(bytes(400_000))
    took = seconds(lambda: sender.sees(2))
    assert 1.5 <= took < 6, took


def reset(stage: Stage) -> None:
    exactly_once(stage, "reset", [lambda proxy: proxy.reset()] * 5)
    assert stage.total()["reset"] >= 5


def cut(stage: Stage) -> None:
    before = stage.total()["cut"]
    # By api, and whatever comes next; the latter may meet another frame than the producer's.
    disturb: list[Disturb] = [
        lambda proxy: proxy.cut(1, "request", PRODUCE),
        lambda proxy: proxy.cut(1, "response", PRODUCE),
        lambda proxy: proxy.cut(1, "request"),
        lambda proxy: proxy.cut(1, "response"),
    ]
    exactly_once(stage, "cut", disturb)
    done = stage.total()["cut"] - before
    assert done == len(disturb), done


def refuse(stage: Stage) -> None:
    sender = Sender(stage, stage.topic("refuse"))
    sender.send(b"first")
    assert sender.sees(1)
    stage.proxy.refuse()
    for _ in range(2):
        try:
            Wire(stage)
        except ConnectionRefusedError:
            pass
        else:
            raise AssertionError("a connection was made")
    sender.send(b"second")
    assert sender.sees(2), "a connection that was there did not go on"
    stage.proxy.reset()
    sender.send(b"third")
    assert not sender.sees(3, within=1)
    stage.proxy.heal()
    assert sender.sees(3)


def blackhole(stage: Stage) -> None:
    topic = stage.topic("blackhole")
    sender = Sender(stage, topic)
    sender.send(b"0")
    assert sender.sees(1)
    cases: tuple[tuple[Side, int], ...] = (("request", 1), ("response", 3), ("both", 3))
    for number, (side, arrived) in enumerate(cases, start=1):
        before = stage.total()
        stage.proxy.blackhole(direction=side)
        sender.send(b"%d" % number)
        assert not sender.sees(number + 1, within=0.7), side
        assert len(stage.values(topic)) == arrived, side
        stage.proxy.heal()
        assert sender.sees(number + 1), side
        after = stage.total()
        assert (after["reset"], after["lost"]) == (before["reset"], before["lost"]), f"{side}: {before}, {after}"
    assert stage.values(topic) == [b"0", b"1", b"2", b"3"]


def duplicate(stage: Stage) -> None:
    stage.proxy.duplicate()
    exactly_once(stage, "duplicate", [lambda proxy: proxy.reset()])
    done = stage.total()["duplicates"]
    assert done > 0, done


def partition(stage: Stage) -> None:
    topic = stage.topic("partition")
    partitions = range(len(stage.cluster.nodes))
    senders = {client: Sender(stage, topic, client) for client in ("a-1", "b-1")}
    for sender in senders.values():
        for number in partitions:
            sender.send(b"", number)
            assert sender.sees(1, number)
    before = stage.proxy.status()[1]
    stage.proxy.partition("a", [1])
    assert stage.proxy.status()[1].reset > before.reset, "connections were left"
    for sender in senders.values():
        for number in partitions:
            sender.send(b"", number)
    assert all(senders["b-1"].sees(2, number) for number in partitions)
    assert all(senders["a-1"].sees(2, number) for number in partitions if number != 0)
    # The partitions are led by the nodes in their order.
    assert not senders["a-1"].sees(2, 0, within=1)
    stage.proxy.heal()
    assert senders["a-1"].sees(2, 0)


def in_crumbs(stage: Stage) -> None:
    """Frames that come byte by byte, while a fault needs to know where they begin and while none does."""
    with Wire(stage) as wire:
        for number in range(4):
            wire.ask(number, at_once=1)
            assert wire.hears() == number
            stage.proxy.swallow(END_TXN)


def no_kafka(stage: Stage) -> None:
    """Rather an end than a guess at where frames begin."""
    with Wire(stage) as wire:
        wire.say(b"GET / HTTP/1.1\r\n\r\n")
        assert wire.is_reset()


def ended_by_one_side(stage: Stage) -> None:
    """What was asked before the client's end of the stream is answered, and nothing stays behind."""
    before = sum(status.open for status in stage.proxy.status().values())
    with Wire(stage) as wire:
        stage.proxy.delay(0.3)
        wire.ask(1)
        wire.end()
        assert wire.hears() == 1
        assert not wire.is_reset()
    until("gone", lambda: sum(status.open for status in stage.proxy.status().values()) <= before)


FAULTS: list[Callable[[Stage], None]] = [
    advertises_itself,
    delay,
    delay_holds_order,
    throttle,
    reset,
    cut,
    refuse,
    blackhole,
    duplicate,
    partition,
    in_crumbs,
    no_kafka,
    ended_by_one_side,
]
