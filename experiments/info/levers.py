"""``opengambit levers``: what a policy can set, who can set it, and what it is expected to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from math import isinf
from typing import TYPE_CHECKING

from experiments.info.options import only, parse
from experiments.info.table import Column, Row, cell, show, show_facts
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    from sim.lever import Lever

COLUMNS = (
    Column("name", "lever", keep=True),
    Column("phase", "side", keep=True),
    Column("legal", "value"),
    Column("actors", "set by"),
    Column("expected", "expected effect of more"),
    Column("meaning", "meaning"),
)
NOTES = (
    "Side: demand, release or supply. All act in the past too: supply as history plus the difference of the equations.",
    "One lever in full: opengambit levers NAME. Set one: opengambit run lever.NAME.ACTOR.TARGET=VALUE@YYYY-MM",
)
PAST = {
    "demand": "acts from its date, in the replay too",
    "release": "turns, removes or adds releases of the replay; modes act after the hand-over too, review only there",
    "supply": "acts as history plus the difference that the equations make; zero difference gives history back",
}
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
    low, high = lever.trial.arms()
    return (
        dataclasses.asdict(lever)
        | bounds
        | {
            "legal": lever.legal,
            "expected": f"{SIGNS[lever.expected_sign]} {lever.headline}",
            "headline_unit": HEADLINES[lever.headline].unit,
            "headline_meaning": HEADLINES[lever.headline].meaning,
            "tried": " ".join(high),
            "tried_against": " ".join(low),
        }
    )


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
    yield "that is", f"{row['headline_meaning']} ({row['headline_unit']})"
    yield "because", str(row["reason"])
    yield "tried with", str(row["tried"])
    yield "against", str(row["tried_against"])
    yield "in the past", PAST[str(row["phase"])]
