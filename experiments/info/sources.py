"""Reading the tables of ``sim/data`` as they stand, for verbs that show them."""

from __future__ import annotations

import csv

from sim.data import FOLDER


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of ``sim/data/<name>``, every value as the text that it is."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def number(text: str | None) -> float | None:
    """Return the number in a cell, None for an empty one."""
    return float(text) if text else None
