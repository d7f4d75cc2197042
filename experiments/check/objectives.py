"""A perspective in words: which measures count, which way, and how much."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from experiments.check.document import Document
from experiments.check.places import Asked
from experiments.check.report import Report, together
from experiments.info.table import Column, plain
from experiments.objectives import Aim, Objective
from experiments.templates import reference, steps
from sim.errors import InputError
from sim.headlines import HEADLINES

COLUMNS = (
    Column("measure", "measure", keep=True),
    Column("better", "better if"),
    Column("weight", "weight", right=True),
    Column("scale", "large change", right=True),
    Column("unit", "unit"),
    Column("tag", "tag"),
)
BETTER = {1: "higher", -1: "lower"}


def report(asked: Asked, document: Document, horizon: str | None) -> Report:
    """Return a legal perspective in words; a horizon says nothing to it.

    Raises:
        InputError: everything that is wrong with it.
    """
    try:
        objective = Objective.load(asked.path)
    except InputError as error:
        raise InputError(together(document, error.problems)) from error
    rows = [_row(aim) for aim in objective.aims]
    texts = (("Title: ", objective.title), ("Reason: ", objective.reason))
    lines = [f"{label}{' '.join(text.split())}" for label, text in texts if text]
    lines += ["", *plain(rows, COLUMNS).splitlines(), "", *_score(objective), ""]
    lines += [f"- {row['measure']}: {row['meaning']} Why it counts: {row['reason']}." for row in rows]
    return Report(
        "objective",
        f"a legal objective of {len(rows)} measure{'s' * (len(rows) != 1)}",
        tuple(lines),
        steps("objective", asked.name or reference(asked.path, "objective")),
        {"name": objective.name, "title": objective.title, "reason": objective.reason, "measures": rows},
    )


def _row(aim: Aim) -> dict[str, Any]:
    about = HEADLINES[aim.measure]
    return asdict(aim) | {"better": BETTER[aim.sign], "unit": about.unit, "meaning": about.meaning}


def _score(objective: Objective) -> list[str]:
    """Return what a score means, with the first measure as example."""
    aim = objective.aims[0]
    way, unit = "more" if aim.sign > 0 else "less", HEADLINES[aim.measure].unit
    return [
        "A run scores, against another one, the weighted sum of its changes in large changes: "
        f"{aim.scale:g} {way} of {aim.measure} ({unit}) counts {aim.weight:g}."
    ]
