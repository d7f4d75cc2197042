"""``opengambit measures``: what a run reports, with denominators, and the instruments that meet real series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.info.options import matching, parse
from experiments.info.table import Column, Row, show, show_json

MEASURES = (
    Column("name", "measure", keep=True),
    Column("unit", "unit"),
    Column("denominator", "denominator"),
    Column("meaning", "meaning"),
    Column("by", "by"),
)
INSTRUMENTS = (
    Column("name", "instrument", keep=True),
    Column("unit", "unit"),
    Column("compared_with", "compared with"),
    Column("meaning", "what it would have seen"),
)
NOTES = ("Null, never 0, where a cell has no tokens. In Python: simulate(scenario).frame(NAME), .instrument(NAME).",)


def main(args: list[str]) -> int:
    """List measures and instruments that hold every given word."""
    options = parse("measures", args)
    measures, instruments = _measures(), _instruments()
    names = [str(row["name"]) for row in (*measures, *instruments)]
    kept = [row["name"] for row in matching("measures", [*measures, *instruments], options.words, names)]
    measures = [row for row in measures if row["name"] in kept]
    instruments = [row for row in instruments if row["name"] in kept]
    if options.json:
        show_json({"measures": measures, "instruments": instruments})
        return 0
    if measures:
        show(measures, MEASURES, title=f"{len(measures)} measures", as_json=False)
    if instruments:
        show(instruments, INSTRUMENTS, title=f"\n{len(instruments)} instruments", as_json=False, notes=NOTES)
    return 0


def _measures() -> list[Row]:
    from sim.measures import MEASURES as INFOS

    return _rows(INFOS)


def _instruments() -> list[Row]:
    from sim.instruments import INSTRUMENTS as INFOS

    return [dict(row) | {"compared_with": _series(row)} for row in _rows(INFOS)]


def _rows(infos: Mapping[str, Any]) -> list[Row]:
    fields = {name: vars(info) for name, info in infos.items()}
    return [{key: value for key, value in row.items() if not callable(value)} for row in fields.values()]


def _series(row: Row) -> str:
    return (
        ": ".join(str(part) for part in (row["observation"], row["series"]) if part)
        or "a survey figure, see its figure"
    )
