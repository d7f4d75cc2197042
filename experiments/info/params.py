"""``opengambit params``: every parameter with default, unit, prior range, meaning and source tag."""

from __future__ import annotations

import dataclasses
from typing import Any

from experiments.info.options import matching, parse
from experiments.info.table import Column, cell, show

COLUMNS = (
    Column("path", "parameter", keep=True),
    Column("default", "default", right=True),
    Column("unit", "unit"),
    Column("range", "range", keep=True),
    Column("tag", "tag", keep=True),
    Column("meaning", "meaning"),
)

NOTES = (
    "Range: the prior that sensitivity analysis draws from. "
    "Tags: V seen in source n of docs/model.md, D derived there, L standard literature, A assumption.",
    "Set one: opengambit run params.SECTION.NAME=VALUE",
)


def main(args: list[str]) -> int:
    """List the parameters that hold every given word (a section, part of a name, a word of the meaning)."""
    options = parse("params", args)
    rows = _rows()
    found = matching("params", rows, options.words, [row["path"] for row in rows])
    title = f"{len(found)} of {len(rows)} parameters" if options.words else f"{len(rows)} parameters"
    show(found, COLUMNS, title=title, as_json=options.json, notes=NOTES)
    return 0


def _rows() -> list[dict[str, Any]]:
    from sim.parameters import catalogue

    return [dataclasses.asdict(info) | {"range": _range(info.low, info.high)} for info in catalogue()]


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None and high is None else f"{cell(low)} to {cell(high)}"
