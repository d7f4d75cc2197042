"""What the keys of a roster must be to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import nearest
from sim.roster_places import members
from sim.roster_reader import Written
from sim.world import BLOCS

if TYPE_CHECKING:
    from sim.roster import LabEntry, Roster

SUM_TOLERANCE = 1e-9
HISTORY = "history"
"""Name of the world of the data tables, which is no roster."""


def check_roster(roster: Roster, written: Written) -> None:
    """Add a problem for everything in which the parts of a roster don't fit."""
    if roster.name == HISTORY:
        written.refuse(("name",), "that is the name of the world of the data tables", "another name")
    for lab in roster.labs:
        _check_lab(lab, roster, written)
    names = sorted(written.mapping(written.values.get("labs"), "labs"))
    for key in ("shares", "stock", "knowledge", "budget"):
        written.known([name for name, _ in getattr(roster, key)], names, "lab", "init", key)
    total = sum(share for _, share in roster.shares)
    if total > 1.0 + SUM_TOLERANCE:
        written.refuse(("init", "shares"), f"the shares sum to {total:g}", "shares that sum to at most 1")
    if roster.compute == "fixed" and not any(lab.compute for lab in roster.labs):
        written.refuse(("labs",), "no lab has any compute", "compute: more than 0 (H100e) for one lab at least")
    if roster.compute == "market" and "compute_growth" in written.values:
        written.refuse(("compute_growth",), "compute grows as the market lets it", "compute: fixed with it")


def _check_lab(lab: LabEntry, roster: Roster, written: Written) -> None:
    path = ("labs", lab.name)
    codes = [entry.code for entry in roster.regions]
    if lab.name in {*codes, *BLOCS, "world"}:
        written.refuse(path, f"{lab.name!r} is the name of a place, so no policy could name this lab", "another name")
    if lab.home not in codes:
        message = f"this world has no region {lab.home!r}"
        written.refuse((*path, "home"), message, ", ".join(codes), nearest(lab.home, codes))
    for place in lab.blocked:
        if not members(place, roster.regions):
            message = f"this world has no region {place!r}"
            written.refuse((*path, "blocked"), message, ", ".join([*codes, "world"]), nearest(place, codes))
    if len(set(lab.tiers)) < len(lab.tiers):
        written.refuse((*path, "tiers"), "a tier stands twice", "a list of flagship, mid, economy, each once")
    if lab.mode == "tiered" and len(lab.tiers) < 2:
        message = f"{lab.name} can't be tiered: it takes lines of two tiers, and it has {lab.tiers[0]} only"
        written.refuse((*path, "mode"), message, "closed, open; or tiers: [flagship, economy]")
    _check_size(lab, path, written)
    if roster.compute == "fixed" and lab.compute is None:
        written.refuse((*path, "compute"), "compute is fixed, and this lab has none", "0 or more (H100e)")
    if roster.compute == "market" and lab.compute is not None:
        written.refuse((*path, "compute"), "the market decides what compute it has", "compute: fixed for the world")
    if roster.compute == "market" and lab.fund is None:
        written.refuse((*path, "fund"), "this key is missing", "more than 0 (M$/mo)")
    if lab.mode == "closed" and lab.host_price is not None:
        written.refuse((*path, "host_price"), "no host has closed weights", "mode: open or tiered with it")


def _check_size(lab: LabEntry, path: tuple[str, ...], written: Written) -> None:
    if (lab.active is None) == (lab.cost is None):
        message = "give either the size of the flagship or its serving cost"
        written.refuse((*path, "active" if lab.active is None else "cost"), message, "active: 10^9, or cost: $/Mtok")
    if lab.total is not None and lab.active is None:
        written.refuse((*path, "total"), "it says nothing without the active parameters", "active with it")
    if lab.total is not None and lab.active is not None and lab.total < lab.active:
        written.refuse((*path, "total"), f"{lab.total:g} is less than the active parameters", f"{lab.active:g} or more")
