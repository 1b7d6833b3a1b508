"""What checks say, and how it is told."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: which check says so, of what, and what to do."""

    check: str
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.message} [{self.check}]"


@dataclass
class Report:
    """Problems, and what could not be looked at."""

    problems: list[Problem] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    done: int = 0

    def add(self, problems: Iterable[Problem]) -> None:
        """Takes in the outcome of one check."""
        self.problems += problems
        self.done += 1

    def skip(self, what: str) -> None:
        if what not in self.skipped:
            self.skipped.append(what)

    @property
    def failed(self) -> bool:
        """In CI, what is skipped has failed: nobody would notice it there."""
        return bool(self.problems) or (bool(self.skipped) and os.environ.get("CI") == "true")

    def print(self) -> None:
        for problem in sorted(set(self.problems)):
            print(f"FAIL {problem}")
        for what in self.skipped:
            print(f"SKIP {what}")
