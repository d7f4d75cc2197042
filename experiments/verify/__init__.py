"""``opengambit verify``: does the model give the right answer where the answer is known (docs/model.md, section 9)?"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.verify.check import Check, Oracle


@dataclass(frozen=True)
class Outcome:
    """What an oracle gave: its checks, or the error that stopped it, and the seconds that it took."""

    oracle: Oracle
    checks: tuple[Check, ...]
    stopped: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether it ran to its end and every check holds."""
        return not self.stopped and bool(self.checks) and all(check.passed for check in self.checks)


def run(oracle: Oracle) -> Outcome:
    """Run one oracle; what stops it is its result."""
    began = time.perf_counter()
    found: list[Check] = []
    stopped = ""
    try:
        for check in oracle.run():
            found.append(check)
    except Exception as error:  # noqa: BLE001  # a broken oracle is a failed one, and the others still run
        stopped = f"{type(error).__name__}: {error}"
    return Outcome(oracle, tuple(found), stopped, time.perf_counter() - began)


def main(args: list[str]) -> int:
    """Run the oracles that are named (all of them by default) and print the table.

    Returns:
        0 if every check holds, 1 if one does not.
    """
    from experiments.info.options import parse
    from experiments.verify.oracles import ORACLES
    from experiments.verify.report import Report

    options = parse("verify", args, flags=("json", "list"))
    chosen = list(ORACLES.values()) if not options.words else [_pick(word, ORACLES) for word in options.words]
    if "list" in options.flags:
        Report(as_json=options.json).contents(chosen)
        return 0
    report = Report(as_json=options.json)
    outcomes = [report.add(run(oracle), len(chosen)) for oracle in chosen]
    report.close(outcomes)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _pick(word: str, known: dict[str, Oracle]) -> Oracle:
    from sim.errors import InputError, Problem, nearest

    name = word.upper() if word.upper() in known else next((n for n in known if n.lower() == word.lower()), "")
    if not name:
        near = nearest(word, known)
        raise InputError(Problem("verify", word, "there is no such oracle", _names(known), near))
    return known[name]


def _names(known: Iterable[str]) -> str:
    return ", ".join(known)
