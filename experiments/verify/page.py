"""``python -m experiments.verify.page``: run every oracle and write docs/verify.md."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from experiments.verify import Outcome, run
from experiments.verify.check import Check, Oracle
from experiments.verify.oracles import ORACLES
from experiments.verify.report import sentence

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verify.md"
HEAD = """\
# Exact answers

A simulator is trusted when it gives the right answer where the answer is known. `opengambit verify` sets the model up
as a limit case, runs it like any other scenario (the same doors, the same code), and compares: `opengambit verify O3`
for one of them, `--list` for how each is set up. Exit code 1 if one number is off by more than its tolerance. The
oracles are those of [model.md](model.md), section 9; where the model departs from the specification, the answer is
derived anew here. Renewed by `python -m experiments.verify.page`.

Tolerances: 1e-8 in expected mode and four standard errors in sampled mode, unless the table says otherwise; checks
without a mode have no enterprises in them, or compare bytes.
"""


def contents(oracle: Oracle) -> list[str]:
    """Return what an oracle is about, without running it."""
    return [
        f"### {oracle.name}: {oracle.title}",
        "",
        f"*Setting.* {oracle.setting}",
        "",
        f"*Answer.* {oracle.answer}",
        "",
    ]


def table(checks: Sequence[Check]) -> list[str]:
    """Return the checks of an oracle as a table."""
    rows = [
        f"| {check.what} | {check.mode or '-'} | {check.expected:.9g} | {check.got:.9g} | {check.error:.1e} | "
        f"{check.tolerance:.1e} | {'yes' if check.passed else '**no**'} |"
        for check in checks
    ]
    head = ["| what | mode | expected | got | error | tolerance | pass |", "|---|---|---|---|---|---|---|"]
    return [*head, *rows, ""]


def page(outcomes: Iterable[Outcome]) -> str:
    """Return docs/verify.md."""
    found = list(outcomes)
    lines = [HEAD, f"{sentence(found)} (one core).", ""]
    for outcome in found:
        lines += [*contents(outcome.oracle), *table(outcome.checks)]
    return "\n".join(lines)


def main() -> int:
    """Run everything and write the page."""
    outcomes = []
    for oracle in ORACLES.values():
        sys.stderr.write(f"{oracle.name} {oracle.title}\n")
        outcomes.append(run(oracle))
    PAGE.write_text(page(outcomes), encoding="utf-8")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
