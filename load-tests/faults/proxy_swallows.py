"""Requests that are done and whose answers never come: one function a case."""

from collections.abc import Callable

from confluent_kafka import KafkaException, Producer
from proxied import API_VERSIONS, END_TXN, PRODUCE
from stage import QUICK, Disturb, Stage, Wire, exactly_once


def swallowed_commit(stage: Stage) -> None:
    """The client does not know, the broker has committed; to ask again is safe."""
    topic = stage.topic("swallowed-commit")
    producer = Producer(
        {
            "bootstrap.servers": stage.cluster.proxied_bootstrap,
            "transactional.id": "swallowed",
            "transaction.timeout.ms": 20_000,
            "socket.timeout.ms": 3000,
            **QUICK,
        }
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, b"committed")
    producer.flush(30)
    stage.proxy.swallow(END_TXN, count=1)
    try:
        producer.commit_transaction(1)
    except KafkaException as failure:
        assert failure.args[0].retriable(), failure
    else:
        raise AssertionError("the commit was heard")
    assert stage.swallowed(END_TXN) == 1
    assert stage.values(topic) == [b"committed"]
    stage.proxy.heal()
    producer.commit_transaction(30)
    assert stage.values(topic) == [b"committed"]


def swallow_in_silence(stage: Stage) -> None:
    with Wire(stage) as wire:
        stage.proxy.swallow(API_VERSIONS, count=1)
        wire.ask(1)
        wire.ask(2)
        assert wire.hears(0.5) is None
        with Wire(stage) as other:
            other.ask(3)
            assert other.hears() == 3, "it counted wrong"
        stage.proxy.heal()
        assert wire.is_reset()


def swallow_one(stage: Stage) -> None:
    before = stage.swallowed(API_VERSIONS)
    with Wire(stage) as wire:
        stage.proxy.swallow(API_VERSIONS, count=2, then="pass")
        for number in range(4):
            wire.ask(number)
        assert (wire.hears(), wire.hears()) == (2, 3)
    assert stage.swallowed(API_VERSIONS) == before + 2


def swallow_and_reset(stage: Stage) -> None:
    with Wire(stage) as wire:
        wire.ask(1)
        assert wire.hears() == 1
        stage.proxy.swallow(API_VERSIONS, then="reset")
        wire.ask(2)
        assert wire.is_reset()


def swallowed_produce(stage: Stage) -> None:
    """The producer sends again what the broker already has, which knows it by its sequence numbers."""
    before = stage.swallowed(PRODUCE)
    disturb: list[Disturb] = [lambda proxy: proxy.swallow(PRODUCE, count=1, node=1, then="reset")] * 3
    exactly_once(stage, "swallowed-produce", disturb)
    assert stage.swallowed(PRODUCE) == before + 3


SWALLOWS: list[Callable[[Stage], None]] = [
    swallowed_commit,
    swallowed_produce,
    swallow_in_silence,
    swallow_one,
    swallow_and_reset,
]
