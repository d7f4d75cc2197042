"""The verb ``validate``: forecasts from past origins against simple rules, the fit, and what was not fitted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.validation.asked import Asked, read
from sim.errors import InputError, Problem

if TYPE_CHECKING:
    from experiments.validation.conduct import Result

SECONDS = 0.5
"""Time of a run with 2,000 enterprises on one core, about [A]: a dry run multiplies with it."""
USUAL = 2000


def main(args: list[str]) -> int:
    """Validate; return the exit code.

    Args:
        args: overrides, options, and at most one YAML file.

    Raises:
        InputError: everything that is wrong, at once; nothing was written then.
    """
    from experiments.validation.conduct import conduct
    from experiments.validation.report import known_folder, publish, write

    asked = read(args)
    docs = _docs() if "--publish" in asked.flags else None
    if "--dry-run" in asked.flags:
        return _dry_run(asked)

    def tell(line: str) -> None:
        if not asked.quiet:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    result = conduct(asked, known_folder(asked), tell)
    folder, _ = write(asked, result)
    if not asked.quiet:
        _show(result)
    for path in publish(folder, docs) if docs is not None else []:
        sys.stdout.write(f"published: docs/{path.relative_to(docs or path).as_posix()}\n")
    sys.stdout.write(f"validation: {folder}\n")
    return 0


def _docs() -> Path:
    """Return the folder of the documentation.

    Raises:
        InputError: if this is no checkout.
    """
    from experiments.reference import DOCS

    if not DOCS.is_dir():
        message = "the page is published in a checkout, and there is no docs/ here"
        raise InputError(Problem("--publish", "docs", message, "without --publish the page is in the result folder"))
    return DOCS


def _dry_run(asked: Asked) -> int:
    """Say how many runs there are at most, and how long they take about."""
    from experiments.validation.conduct import counts, setup_of
    from experiments.validation.origins import named

    found = counts(asked)
    total = sum(found.values())
    seconds = total * SECONDS * max(0.2, asked.numbers["enterprises"] / USUAL) / asked.execution.width
    lines = [f"{what}: {number} runs" for what, number in found.items()]
    targets = setup_of(asked, Path()).targets
    if any("origins" in what for what in found):
        lines.append(f"{len(targets)} points from {named(sorted({t.origin for t in targets}))}")
    lines.append(f"{total} runs at most, about {max(1, round(seconds / 60))} min on {asked.execution.width} workers")
    sys.stdout.write("".join(f"{line}\n" for line in [*lines, "nothing was run"]))
    return 0


def _show(result: Result) -> None:
    """Print the findings."""
    from experiments.validation.page import short

    sys.stdout.write("".join(f"{line}\n" for line in short(result.tables)))
