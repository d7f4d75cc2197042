"""Worlds without history in words, for ``opengambit world NAME``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.info.table import Column, plain, show_json, write_lines
from sim.calendar import month_name

if TYPE_CHECKING:
    from sim.roster import Roster

LABS = (
    Column("lab", "lab", keep=True),
    Column("home", "home"),
    Column("mode", "mode"),
    Column("q", "q (ECI)", right=True),
    Column("active", "active (10^9)", right=True),
    Column("money", "M$/mo", right=True),
    Column("tiers", "lines"),
    Column("blocked", "not offered in"),
    Column("share", "share", right=True),
)
SAID = {
    ("compute", "fixed"): "Compute is fixed: chips, rent and budgets move nothing.",
    ("pricing", "fixed"): "Prices stay as they are at the start.",
    ("releases", "none"): "Nothing is released after the start.",
}


def tell(name: str, *, as_json: bool) -> None:
    """Print what a world without history is.

    Args:
        name: a name of conf/world, or a path.
        as_json: for machines.

    Raises:
        InputError: there is no such world, or something is wrong with it.
    """
    from sim.roster import Roster

    roster = Roster.load(name)
    if as_json:
        show_json(roster.canonical() | {"title": roster.title, "start": month_name(roster.start)})
        return
    write_lines(_words(roster))


def _words(roster: Roster) -> Iterator[str]:
    yield f"{roster.name}: {roster.title} (a world without history: run with world={roster.name})"
    yield f"It starts in {month_name(roster.start)} and follows the equations from the month after."
    yield _regions(roster)
    origin = "those of the data tables" if roster.attitudes == "history" else "none"
    own = ", ".join(key for key in ("trust", "bans", "fit") if getattr(roster, key))
    yield f"Trust, bans and fit by origin: {origin}" + (f", but for its own {own}." if own else ".")
    below = "The status quo lies below every policy, as far as this world has what it names."
    yield below if roster.base != "none" else "Nothing lies below every policy."
    yield from (text for (key, value), text in SAID.items() if getattr(roster, key) == value)
    yield ""
    yield from plain(_rows(roster), LABS).splitlines()


def _regions(roster: Roster) -> str:
    total = sum(entry.gdp for entry in roster.regions)
    parts = [f"{entry.code} {entry.gdp / total:.0%}" for entry in roster.regions]
    known = [f"{entry.code} {entry.adoption:.0%}" for entry in roster.regions if entry.adoption is not None]
    start = f"adopters at the start: {', '.join(known)}" if known else "adopters at the start: 2023-01 moved on by E17"
    return f"{len(parts)} regions by weight: {', '.join(parts)}; {start}."


def _rows(roster: Roster) -> list[dict[str, object]]:
    shares = dict(roster.shares)
    return [
        {
            "lab": lab.name, "home": lab.home, "mode": lab.mode, "q": lab.q, "active": lab.active, "money": lab.fund,
            "tiers": ", ".join(lab.tiers), "blocked": ", ".join(lab.blocked), "share": shares.get(lab.name),
        }
        for lab in roster.labs
    ]  # fmt: skip
