"""Worlds without history: a roster of labs and regions, checked at the door (docs/model.md, section 4).

`sim/roster_world.py` makes a `World` of it; the keys are explained in ``conf/world/stylised.yaml``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from sim.calendar import LEVELS_MONTH, month_index, month_name
from sim.errors import InputError
from sim.roster_check import HISTORY, check_roster
from sim.roster_places import Attitude, RegionEntry, read_attitudes, read_regions
from sim.roster_reader import Written, read_roster

EARLIEST, LATEST = month_index("2024-01"), month_index("2035-12")
"""A start needs some months of compute before it, and some years to run after it."""
KEYS = (
    *("name", "title", "history", "start", "base", "regions", "adoption", "attitudes", "trust", "bans", "fit"),
    *("labs", "init", "compute", "compute_growth", "pricing", "releases", "rent"),
)
INIT = ("shares", "stock", "knowledge", "budget")
STRICT = ConfigDict(extra="forbid", strict=True)


def _key(default: Any, legal: str, **limits: Any) -> Any:
    return Field(default=default, description=legal, **limits)


@dataclass(frozen=True, config=STRICT)
class LabEntry:
    """One lab at the start.

    Attributes:
        name: as policies call it.
        home: region code.
        q: capability of its flagship, ECI; smaller tiers lie below it by the size term of E10.
        fund: outside funding of compute, M$/mo; with fixed compute 1 if not given.
        income: theta_l, share of hosts' and self-hosters' spending that comes to it.
        active: active parameters of its flagship, 10^9; else ``cost``.
        total: all parameters, 10^9 (default: ten times the active ones).
        cost: serving cost of its flagship, $/Mtok, from which the size is read (E13) where none is given.
        price: own-API price of its flagship, $/Mtok; default: cost over `prices.closed_cost_share`, cost x (1 + mu_h)
            if open. Smaller tiers are priced in proportion to their cost.
        host_price: price of its open flagship at hosts, $/Mtok (default: E14).
        hosts: hosts of each open model.
        strength: xi in utils, in all tasks and classes.
        mode: closed, open or tiered, as its models are at the start.
        tiers: its lines, one each.
        blocked: regions in which its own API is not offered.
        compute: X_l, H100e, with fixed compute.
        age: months since its release at the start.
        habit: months of the year before the start in which it released in its mode: the more, the surer it stays (E29).
    """

    name: str
    home: str = _key(..., "a region code of the world")
    q: float = _key(..., "50 to 300 (ECI)", ge=50, le=300)
    fund: float | None = _key(None, "more than 0 (M$/mo)", gt=0, le=1e9)
    income: float = _key(0.05, "0 to 1 (share)", ge=0, le=1)
    active: float | None = _key(None, "more than 0 (10^9 parameters)", gt=0, le=1e6)
    total: float | None = _key(None, "more than 0 (10^9 parameters)", gt=0, le=1e7)
    cost: float | None = _key(None, "more than 0 ($/Mtok)", gt=0, le=1e6)
    price: float | None = _key(None, "more than 0 ($/Mtok)", gt=0, le=1e7)
    host_price: float | None = _key(None, "more than 0 ($/Mtok)", gt=0, le=1e7)
    hosts: int = _key(1, "a whole number, 1 or more", ge=1, le=10_000)
    strength: float = _key(0.0, "-50 to 50 (utils)", ge=-50, le=50)
    mode: Literal["closed", "open", "tiered"] = _key("closed", "closed, open or tiered")
    tiers: tuple[Literal["flagship", "mid", "economy"], ...] = _key(
        ("flagship",), "a list of flagship, mid, economy, each once", min_length=1, max_length=3
    )
    blocked: tuple[str, ...] = _key((), "a list of region codes, blocs or world")
    compute: float | None = _key(None, "0 or more (H100e)", ge=0, le=1e12)
    age: int = _key(1, "a whole number, 0 to 120 (months)", ge=0, le=120)
    habit: int = _key(2, "a whole number, 0 to 12 (months)", ge=0, le=12)


@dataclass(frozen=True, config=STRICT)
class Roster:
    """A world without history: what holds in its first month.

    Attributes:
        name: for people.
        start: first month of the run and hand-over, t; from the next month on everything moves by its own equations.
        regions: users' regions; GDP weights sum to 1.
        labs: by name.
        title: one line.
        base: what lies below every policy: ``status_quo`` or nothing.
        attitudes: trust, bans and fit by region and home of the developer, from the data tables or none.
        trust, bans, fit: values that replace them.
        shares, stock, knowledge, budget: lab to share of adopters' slots, G_l, a_l in nat and RD_l in M$/mo then.
        compute: ``market`` (E1 to E8), or ``fixed`` at each lab's ``compute``.
        compute_growth: growth of fixed compute, x/yr.
        pricing: ``market`` (E14, E16), or ``fixed`` at the prices of the start.
        releases: ``market`` (E11, E12), or ``none`` after the start.
        rent: $/H100e-hour; None: that of the data in each month up to the start.
    """

    name: str
    start: int
    regions: tuple[RegionEntry, ...]
    labs: tuple[LabEntry, ...]
    title: str = ""
    base: Literal["status_quo", "none"] = _key("status_quo", "status_quo or none")
    attitudes: Literal["history", "none"] = _key("history", "history or none")
    trust: tuple[Attitude, ...] = ()
    bans: tuple[Attitude, ...] = ()
    fit: tuple[Attitude, ...] = ()
    shares: tuple[tuple[str, float], ...] = ()
    stock: tuple[tuple[str, float], ...] = ()
    knowledge: tuple[tuple[str, float], ...] = ()
    budget: tuple[tuple[str, float], ...] = ()
    compute: Literal["market", "fixed"] = _key("market", "market or fixed")
    compute_growth: float = _key(1.0, "more than 0 (x/yr)", gt=0, le=1000)
    pricing: Literal["market", "fixed"] = _key("market", "market or fixed")
    releases: Literal["market", "none"] = _key("market", "market or none")
    rent: float | None = _key(None, "history, or more than 0 ($/H100e-hour)", gt=0, le=1e4)

    @classmethod
    def load(cls, source: str | Path | Mapping[str, Any]) -> Roster:
        """Return the roster of a shipped name, of a YAML file or of a mapping.

        Raises:
            InputError: everything that is wrong with it at once, each with its file, line and key.
        """
        written = read_roster(source)
        roster = _read(written)
        if roster is not None:
            check_roster(roster, written)
        if written.problems or roster is None:
            raise InputError(list(dict.fromkeys(written.problems)))
        return roster

    def canonical(self) -> dict[str, Any]:
        """Return what acts, as plain data for digests."""
        plain = dataclasses.asdict(self)
        return {key: value for key, value in plain.items() if key != "title"}


def _read(written: Written) -> Roster | None:
    values = written.values
    for key in values:
        if key not in KEYS:
            written.known([key], KEYS, "key")
    if values.get("history") != "none":
        legal = "none (the world with history is world=history)"
        written.refuse(("history",), "a world of its own says that it has none" if "history" in values else
                       "this key is missing", legal)  # fmt: skip
    start = _start(written)
    regions = read_regions(written)
    labs = _labs(written)
    init = _init(written)
    attitudes = {key: read_attitudes(written, key, regions) for key in ("trust", "bans", "fit")}
    keys = ("title", "base", "attitudes", "compute", "compute_growth", "pricing", "releases", "rent")
    given = {key: values[key] for key in keys if key in values}
    if given.get("rent") == HISTORY:
        given["rent"] = None
    rest: dict[str, Any] = {"name": str(values.get("name", "custom")), "start": start, "regions": regions, "labs": labs}
    return written.build(Roster, {**rest, **given, **init, **attitudes})


def _start(written: Written) -> int:
    text = str(written.values.get("start", month_name(LEVELS_MONTH)))
    legal = f"{month_name(EARLIEST)} to {month_name(LATEST)}"
    try:
        start = month_index(text)
    except ValueError as error:
        written.refuse(("start",), str(error), legal)
        return LEVELS_MONTH
    if not EARLIEST <= start <= LATEST:
        written.refuse(("start",), f"{text} is out of range", legal)
    return start


def _labs(written: Written) -> tuple[LabEntry, ...]:
    given = written.mapping(written.values.get("labs"), "labs")
    if not given and not written.problems:
        written.refuse(("labs",), "a world has at least one lab", "name: {home: ..., q: ..., ...}")
    found = []
    for name in sorted(given):
        values = written.mapping(given[name], "labs", name)
        if "name" in values:
            written.refuse(("labs", name, "name"), "a lab's name is its key")
        entry = written.build(LabEntry, {**values, "name": name}, "labs", name)
        found += [] if entry is None else [entry]
    return tuple(found)


def _init(written: Written) -> dict[str, tuple[tuple[str, float], ...]]:
    given = written.mapping(written.values.get("init"), "init")
    written.known(given, INIT, "initial value", "init")
    read: dict[str, tuple[tuple[str, float], ...]] = {}
    for key in INIT:
        pairs = []
        for lab, value in sorted(written.mapping(given.get(key), "init", key).items()):
            low = float("-inf") if key == "knowledge" else 0.0
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value < float("inf"):
                written.refuse(("init", key, lab), f"{value!r} is not legal", "a number" + ", 0 or more" * (low == 0))
            else:
                pairs.append((lab, float(value)))
        read[key] = tuple(pairs)
    return read
