"""The table that ``opengambit verify`` prints: oracle, what is tested, expected, got, error, tolerance, pass."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.info.table import Column, plain, show_json

if TYPE_CHECKING:
    from experiments.verify import Outcome
    from experiments.verify.check import Oracle

COLUMNS = (
    Column("oracle", "oracle", keep=True),
    Column("what", "what is tested"),
    Column("mode", "mode", keep=True),
    Column("expected", "expected", right=True),
    Column("got", "got", right=True),
    Column("error", "error", right=True),
    Column("tolerance", "tolerance", right=True),
    Column("result", "pass", keep=True),
)


class Report:
    """Collects outcomes and writes them: a line of progress on stderr as they come, the table at the end.

    Args:
        as_json: write JSON instead of a table.
    """

    def __init__(self, as_json: bool = False) -> None:
        self._json = as_json
        self._done = 0

    def add(self, outcome: Outcome, total: int) -> Outcome:
        """Note an outcome and say how far the work is, if somebody watches."""
        self._done += 1
        if sys.stderr.isatty():
            end = "\r\x1b[K" if self._done == total else ""
            sys.stderr.write(f"\r\x1b[K{self._done} of {total}: {outcome.oracle.name} {outcome.oracle.title}{end}")
            sys.stderr.flush()
        return outcome

    def close(self, outcomes: Sequence[Outcome]) -> None:
        """Write everything."""
        rows = [row for outcome in outcomes for row in rows_of(outcome)]
        if self._json:
            show_json({"checks": rows, "summary": summary(outcomes)})
            return
        sys.stdout.write(plain(rows, COLUMNS))
        sys.stdout.write(f"\n{sentence(outcomes)}\n")

    def contents(self, oracles: Iterable[Oracle]) -> None:
        """Write what each oracle sets up, and its answer, without running it."""
        found = [{"oracle": o.name, "title": o.title, "setting": o.setting, "answer": o.answer} for o in oracles]
        if self._json:
            show_json(found)
            return
        for entry in found:
            head = f"{entry['oracle']}  {entry['title']}"
            sys.stdout.write(f"{head}\n    setting: {entry['setting']}\n    answer:  {entry['answer']}\n")


def rows_of(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Yield a row for each check, and one for the error that stopped the oracle."""
    name = outcome.oracle.name
    for check in outcome.checks:
        yield {
            "oracle": name,
            "what": check.what,
            "mode": check.mode,
            "expected": check.expected,
            "got": check.got,
            "error": float(f"{check.error:.2g}"),
            "tolerance": float(f"{check.tolerance:.2g}"),
            "result": "pass" if check.passed else "FAIL",
        }
    if outcome.stopped or not outcome.checks:
        yield {"oracle": name, "what": outcome.stopped or "no check was made", "mode": "", "result": "FAIL"}


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return how many oracles and checks there were, how many failed, and the seconds."""
    checks = [check for outcome in outcomes for check in outcome.checks]
    failed = [outcome.oracle.name for outcome in outcomes if not outcome.passed]
    return {
        "oracles": len(outcomes),
        "checks": len(checks),
        "failed": failed,
        "seconds": round(sum(outcome.seconds for outcome in outcomes), 1),
    }


def sentence(outcomes: Sequence[Outcome]) -> str:
    """Return the summary as a sentence."""
    found = summary(outcomes)
    verdict = f"failed: {', '.join(found['failed'])}" if found["failed"] else "all pass"
    return f"{found['oracles']} oracles, {found['checks']} checks, {verdict}; {found['seconds']} s"
