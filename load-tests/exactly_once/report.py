"""What a check has counted and found."""

from dataclasses import dataclass, field
from typing import Any

from harness.topics import Record

INVARIANTS = {
    "input": "the input topics hold each upload and each decision once, as they were made",
    "missing": "each input record ends as a verdict or as a dead letter",
    "doubled": "no input record has two verdicts on audit, or two dead letters",
    "both": "no input record is both a verdict and a dead letter",
    "unknown": "each output record belongs to an input record",
    "malformed": "each output record is what the interface says",
    "wrong-verdict": "a verdict says what is right: action, labels, rule, content, times, and whose decision it is",
    "wrong-dead-letter": "a dead letter has the right code, and its key, value and headers are unchanged",
    "enforcement-missing": "each verdict that is not allow, and each that a person decided, is on enforcement",
    "enforcement-extra": "nothing else is on enforcement, and nothing twice",
    "enforcement-differs": "enforcement and audit say the same",
    "review-missing": "each verdict that needs a person is on review",
    "review-extra": "nothing else is on review, and nothing twice",
    "review-differs": "review and audit say the same",
    "supersedes": "a verdict takes the place of the one that was decided on, which is on audit; others of none",
    "audit-account": "on audit an account is one hash, the same in all verdicts and no other account's",
    "order": "in each output partition the records of one input partition are in its order",
    "verdict-id": "a verdict's id follows from its input record and the upload's event, and no two have one id",
    "offsets": "the groups' committed offsets are behind the last input record, and not behind the end",
    "open-transaction": "no transaction is left open on an output topic",
}


@dataclass
class Violation:
    count: int
    first: dict[str, Any]


@dataclass
class Report:
    counts: dict[str, int] = field(default_factory=dict)
    violations: dict[str, Violation] = field(default_factory=dict)

    def violate(self, invariant: str, topic: str, partition: int, offset: int, id: str, detail: str = "") -> None:
        """Counts it, and names it if it is the first of its kind."""
        if invariant not in INVARIANTS:
            raise KeyError(invariant)
        if known := self.violations.get(invariant):
            known.count += 1
            return
        first = {"topic": topic, "partition": partition, "offset": offset, "id": id, "detail": detail}
        self.violations[invariant] = Violation(1, first)

    def violate_at(self, invariant: str, record: Record, id: str, detail: str = "") -> None:
        self.violate(invariant, record.topic, record.partition, record.offset, id, detail)

    @property
    def holds(self) -> bool:
        return not self.violations

    def as_json(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "counts": self.counts,
            "invariants": {name: self.violations[name].count if name in self.violations else 0 for name in INVARIANTS},
            "first": {name: violation.first for name, violation in self.violations.items()},
        }
