"""The world as it was known at an origin: a forecast must not read a policy that came later (model.md, section 10)."""

from __future__ import annotations

from pathlib import Path

import yaml

from sim.calendar import month_index, month_name
from sim.library import find
from sim.policy import BASE, ITSELF

AFTER_ONLY = ("content_review",)
"""Levers that delay no release of the replay: what began before the origin acts from there on."""
TITLE = "What was in force or announced"


def policy_file(month: int, folder: Path) -> Path:
    """Write the entries of the status quo that start by the end of a month as a policy of their own, and return it.

    Entries that began later are left out; one that had begun keeps its later end only if it was lifted by then, since
    nobody knew how long it would last.

    Args:
        month: the origin, 2023-01 being 0.
        folder: where it is written, named by the month.
    """
    table = yaml.safe_load(find("policy", BASE).read_text(encoding="utf-8"))
    kept = [_as_known(dict(entry), month) for entry in table["entries"] if _start(entry) <= month]
    text = {
        "name": f"known_{month_name(month)}", "title": f"{TITLE} by the end of {month_name(month)}", "base": ITSELF,
        "entries": kept,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"known_{month_name(month)}.yaml"
    path.write_text(yaml.safe_dump(text, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")
    return path


def _start(entry: dict[str, object]) -> int:
    return month_index(str(entry["from"])) if entry.get("from") else -1


def _as_known(entry: dict[str, object], month: int) -> dict[str, object]:
    until = entry.get("until")
    if until and month_index(str(until)) > month:
        entry.pop("until")
    if entry["lever"] in AFTER_ONLY:
        entry.pop("from", None)
    return entry
