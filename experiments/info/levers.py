"""``opengambit levers``: what a policy can set, who can set it, and what it is expected to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from math import isinf
from typing import TYPE_CHECKING

from experiments.info.options import only, parse
from experiments.info.table import Column, Row, cell, show, show_facts

if TYPE_CHECKING:
    from sim.levers import Lever

COLUMNS = (
    Column("name", "lever", keep=True),
    Column("acts", "acts", keep=True),
    Column("legal", "value"),
    Column("actors", "set by"),
    Column("expected", "expected effect of more"),
    Column("meaning", "meaning"),
)
NOTES = (
    "Acts: 'no' marks the supply side, which this version describes and refuses to run with.",
    "One lever in full: opengambit levers NAME. Set one: opengambit run lever.NAME.ACTOR.TARGET=VALUE@YYYY-MM",
)
SIGNS = {"+": "raises", "-": "lowers", "0": "leaves", "ambiguous": "moves, either way,"}


def main(args: list[str]) -> int:
    """List the levers, or show the one that is named."""
    options = parse("levers", args)
    rows = _rows()
    if options.words:
        row = only("levers", rows, "name", " ".join(options.words))
        show_facts(str(row["name"]), list(_facts(row)), row, as_json=options.json)
    else:
        show(rows, COLUMNS, title=f"{len(rows)} levers", as_json=options.json, notes=NOTES)
    return 0


def _rows() -> list[Row]:
    from sim.levers import LEVERS

    return [_row(lever) for lever in LEVERS.values()]


def _row(lever: Lever) -> dict[str, object]:
    bounds = {"low": _finite(lever.low), "high": _finite(lever.high)}
    acts = lever.phase != "supply"
    expected = f"{SIGNS[lever.expected_sign]} {lever.headline}"
    return dataclasses.asdict(lever) | bounds | {"legal": lever.legal, "acts": acts, "expected": expected}


def _finite(bound: float) -> float | None:
    return None if isinf(bound) else bound


def _facts(row: Row) -> Iterator[tuple[str, str]]:
    yield "meaning", str(row["meaning"])
    yield "value", str(row["legal"])
    yield "unit", str(row["unit"])
    yield "set by", cell(row["actors"])
    yield "target", cell(row["targets"])
    if row["needs"]:
        yield "must name", cell(row["needs"])
    yield "enters", str(row["equation"])
    yield "more of it", f"{row['expected']} (expected before the first run)"
    yield "because", str(row["reason"])
    yield "acts", "in this version" if row["acts"] else "not yet: the supply side is described, and refused by run"
