"""What an oracle is: a limit case whose answer is known, and the checks that compare a run with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import isfinite

EXACT = 1e-8
"""Tolerance of expected mode where an oracle names no other (docs/model.md, section 9)."""
ERRORS = 4.0
"""Sampled mode may lie so many standard errors off."""


@dataclass(frozen=True)
class Check:
    """One number with a known answer.

    Attributes:
        what: what is compared.
        expected: the answer.
        got: what the run gave.
        tolerance: largest legal error.
        relative: the error is relative to the answer.
        mode: ``expected`` or ``sampled`` where enterprises take part, else empty.
    """

    what: str
    expected: float
    got: float
    tolerance: float = EXACT
    relative: bool = False
    mode: str = ""

    @property
    def error(self) -> float:
        """Distance from the answer."""
        if self.expected == self.got:
            return 0.0
        scale = abs(self.expected) if self.relative else 1.0
        return abs(self.got - self.expected) / scale if scale else abs(self.got)

    @property
    def passed(self) -> bool:
        """Whether the error is within the tolerance; what is not a number never is."""
        return isfinite(self.got) and self.error <= self.tolerance


def sampled(what: str, expected: float, got: float, standard_error: float) -> Check:
    """Return a check of a mean over draws, to four of its standard errors."""
    return Check(what, expected, got, ERRORS * standard_error, mode="sampled")


def same(what: str, different: int) -> Check:
    """Return a check that nothing differs: the number of bytes, cells or tables that do is 0."""
    return Check(what, 0.0, float(different), 0.0)


def holds(what: str, condition: bool) -> Check:
    """Return a check of a statement that is true or false."""
    return Check(what, 1.0, float(condition), 0.0)


@dataclass(frozen=True)
class Oracle:
    """A limit case.

    Attributes:
        name: O1 to O30.
        title: what is tested, in few words.
        setting: how the limit case is set up, one or two sentences.
        answer: the exact or asymptotic answer, with its derivation where it is not the specification's.
        checks: runs it.
    """

    name: str
    title: str
    setting: str
    answer: str
    checks: Callable[[], Iterable[Check]]

    def run(self) -> Iterator[Check]:
        """Run the limit case and yield its checks."""
        yield from self.checks()


REGISTRY: dict[str, Oracle] = {}
"""Oracles by name, in the order of their numbers once ``experiments.verify.oracles`` is imported."""


def oracle(
    name: str, title: str, setting: str, answer: str
) -> Callable[[Callable[[], Iterable[Check]]], Callable[[], Iterable[Check]]]:
    """Register a function that yields the checks of a limit case."""

    def register(checks: Callable[[], Iterable[Check]]) -> Callable[[], Iterable[Check]]:
        if name in REGISTRY:
            raise ValueError(f"there are two oracles {name}")
        REGISTRY[name] = Oracle(name, title, setting, answer, checks)
        return checks

    return register
