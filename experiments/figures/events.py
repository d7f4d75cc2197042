"""Dated marks: well-known releases and policies of the past, and the levers of the user's scenario."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from experiments.figures.frames import Event
from sim.calendar import month_index


def known_events(withheld: Iterable[str] = ()) -> tuple[Event, ...]:
    """Return the dated events of ``events.csv``, without releases that a scenario withholds."""
    gone = set(withheld)
    with (Path(__file__).parent / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] not in gone]
    return tuple(Event(month_index(row["month"]), row["label"], row["kind"], int(row["rank"])) for row in rows)


def lever_events(starts: Iterable[tuple[int, str]]) -> tuple[Event, ...]:
    """Return marks for the user's own levers, one a month, which take their place before any other.

    Args:
        starts: (month index, label) of each lever.
    """
    together: dict[int, list[str]] = {}
    for month, label in starts:
        labels = together.setdefault(month, [])
        if label not in labels:
            labels.append(label)
    return tuple(Event(month, _joined(labels), "lever", -1) for month, labels in sorted(together.items()))


def _joined(labels: list[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{labels[0]} (+{len(labels) - 1})"
