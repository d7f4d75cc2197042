"""The lists of ``opengambit figure --list``: every family, or what a study can have and what the others need."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from experiments.figures.catalogue import CATALOGUE, EVERY, NEEDS, Family

if TYPE_CHECKING:
    from experiments.figures.subject import Subject


def list_all(*, as_json: bool) -> int:
    """Show the whole catalogue; return the exit code."""
    from experiments.info.table import Column, show

    rows = [_row(family) for family in CATALOGUE.values()]
    columns = [Column("family", "family", keep=True), Column("shows", "shows"), Column("needs", "needs"),
               Column("record", "record="), Column("options", "options")]  # fmt: skip
    notes = [f"Every family takes {', '.join(EVERY)}. record= is the level that a study of many runs needs."]
    show(rows, columns, title="Families of figures", as_json=as_json, notes=notes)
    return 0


def _row(family: Family) -> dict[str, Any]:
    return {"family": family.name, "shows": family.shows, "needs": NEEDS[family.need].short,
            "record": family.record, "options": list(family.options)}  # fmt: skip


def list_of(subject: Subject, *, as_json: bool) -> int:
    """Show which families a study can have, and what the others need with commands; return the exit code."""
    from experiments.figures.advice import lack, remedy
    from experiments.info.table import Column, show

    rows = [_row(family) | {"lacks": lack(family, subject)} for family in CATALOGUE.values()]
    if as_json:
        show([row | {"command": remedy(CATALOGUE[row["family"]], subject) if row["lacks"] else ""} for row in rows],
             [], title="", as_json=True)  # fmt: skip
        return 0
    have, others = [row for row in rows if not row["lacks"]], [row for row in rows if row["lacks"]]
    if subject.many is None:
        have = [row | {"options": []} for row in have]
    show(have, [Column("family", "family", keep=True), Column("shows", "shows"), Column("options", "options")],
         title=f"{subject.folder} is {subject.words}. It can have:", as_json=False,
         notes=[f"Every family takes {', '.join(EVERY)}."])  # fmt: skip
    if others:
        commands: dict[str, str] = {}
        for row in others:
            commands.setdefault(row["lacks"], remedy(CATALOGUE[row["family"]], subject))
        notes = [f"{lack.removeprefix('needs ')}: {command}" for lack, command in commands.items()]
        sys.stdout.write("\n")
        show(others, [Column("family", "family", keep=True), Column("shows", "shows"), Column("lacks", "")],
             title="It lacks what these need:", as_json=False, notes=notes)  # fmt: skip
    return 0
