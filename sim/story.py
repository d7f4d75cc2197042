"""The log of a run: releases, mode switches, policies, acts of governments, price moves, labs that overtake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.calendar import month_name
from sim.compile import EventMark
from sim.history import NONE, Offers
from sim.market.arrays import Bools, Floats, Ints
from sim.market.strategy import MODES
from sim.recorder import Records
from sim.segments import ordered_sum
from sim.supply import SupplySide
from sim.supply_records import SupplyRecords
from sim.world import BLOCS, NEVER, World

COLUMNS = ("month", "kind", "who", "what", "trigger", "weight")
IMPORTANCE = {
    "government": 6.0,
    "policy": 5.0,
    "funds": 5.0,
    "frontier": 4.0,
    "tokens": 4.0,
    "mode": 3.0,
    "release": 2.0,
    "price": 1.0,
}
"""Weight of a kind; a lab's share of tokens is added."""
PRICE_MOVE = 0.25
"""A list price that moves by more than this share in a month is told."""
MAJOR = 0.03
"""Share of tokens from which on a lab's releases, modes and prices belong into the story."""
POOL = "Other ("
"""Pools of smaller labs are no actors: they overtake nobody and have no mode of their own."""


@dataclass(frozen=True)
class Happening:
    """Something that happened: month t, kind, who, what, what set it off, and how much it weighs."""

    t: int
    kind: str
    who: str
    what: str
    trigger: str = ""
    weight: float = 0.0


@dataclass(frozen=True)
class _Run:
    """What the log is drawn from; shares of tokens by lab and best capability so far by lab have the shape (T, L)."""

    supply: SupplySide
    records: SupplyRecords
    world: World
    share: Floats
    best: Floats

    @property
    def offers(self) -> Offers:
        """The catalogue."""
        return self.supply.offers

    @property
    def named(self) -> Bools:
        """Labs that are no pools, shape (L,)."""
        return np.array([not name.startswith(POOL) for name in self.world.lab_names])

    def happening(self, t: int, kind: str, lab: int, what: str, trigger: str = "") -> Happening:
        """Return what a lab did."""
        return Happening(
            t, kind, self.world.lab_names[lab], what, trigger, IMPORTANCE[kind] + float(self.share[t, lab])
        )


def tell(
    supply: SupplySide, records: SupplyRecords, demand: Records, world: World, starts: Iterable[EventMark]
) -> tuple[Happening, ...]:
    """Return what happened in a run, month by month, the most important first.

    Args:
        supply: the supply side after the run.
        records: what was recorded of it.
        demand: what was recorded of demand.
        world: names of labs.
        starts: policy entries that begin in the run.
    """
    tokens = demand.tokens.sum(axis=(1, 2, 4, 5))
    total = ordered_sum(tokens, 1)[:, None]
    share = np.divide(tokens, total, out=np.zeros_like(tokens), where=total > 0)
    run = _Run(supply, records, world, share, _best(supply.offers, len(world.lab_names), records.n_months))
    found = [*_policies(starts, records.n_months), *_acts(supply), *_releases(run), *_switches(run), *_prices(run)]
    for chinese in (False, True):
        found += _frontier(run, chinese)
    found += _tokens(run)
    return tuple(sorted(found, key=lambda h: (h.t, -h.weight, h.kind, h.who, h.what)))


def story_frame(happenings: Iterable[Happening]) -> pd.DataFrame:
    """Return the log as a table: month, kind, who, what, trigger, weight."""
    rows = [(month_name(h.t), h.kind, h.who, h.what, h.trigger, h.weight) for h in happenings]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"weight": float})


def is_major(kind: str, weight: float) -> bool:
    """Say whether an event belongs into a short story: what labs do counts if they carry enough tokens."""
    return kind not in ("mode", "release", "price") or weight - IMPORTANCE[kind] >= MAJOR


def _policies(starts: Iterable[EventMark], months: int) -> Iterator[Happening]:
    """Yield policy entries; those of one actor, month and label are one event."""
    levers: dict[tuple[int, str, str], list[str]] = {}
    for mark in starts:
        if mark.t < months:
            levers.setdefault((mark.t, mark.actor, mark.label), []).append(mark.lever)
    for (t, actor, label), names in levers.items():
        trigger = ", ".join(sorted(set(names)))
        yield Happening(t, "policy", actor, label, trigger, IMPORTANCE["policy"])


def _acts(supply: SupplySide) -> Iterator[Happening]:
    """Yield what the supply side logged itself; releases are told from the catalogue."""
    for event in supply.events:
        if event.kind != "release":
            weight = IMPORTANCE.get(event.kind, IMPORTANCE["mode"])
            yield Happening(event.t, event.kind, event.who, event.what, event.trigger, weight)


def _best(offers: Offers, labs: int, months: int) -> Floats:
    """Return the best text capability that each lab has released so far, ECI, shape (T, L); -inf before its first."""
    table = np.full((months, labs), -np.inf)
    for k in _texts(offers, months):
        first = max(int(offers.month[k]), 0)
        table[first, offers.lab[k]] = max(table[first, offers.lab[k]], _general(offers, k))
    return np.asarray(np.maximum.accumulate(table, axis=0))


def _texts(offers: Offers, months: int) -> Ints:
    return np.flatnonzero(~offers.video & (offers.month < months))


def _general(offers: Offers, k: int) -> float:
    return float(offers.q[k, :4].mean())


def _releases(run: _Run) -> Iterator[Happening]:
    """Yield the flagships of each lab and month as one line."""
    offers, found = run.offers, dict[tuple[int, int], list[int]]()
    for k in _texts(offers, run.records.n_months):
        if offers.month[k] >= 0 and offers.line_tier[offers.line[k]] == 0:
            found.setdefault((int(offers.month[k]), int(offers.lab[k])), []).append(int(k))
    for (t, lab), models in sorted(found.items()):
        words = ", ".join(_release(offers, k) for k in models)
        yield run.happening(t, "release", lab, f"releases {words}")


def _release(offers: Offers, k: int) -> str:
    opened, month = int(offers.opened[k]), int(offers.month[k])
    mode = "open" if opened <= month else "closed" if opened >= NEVER else f"closed, open from {month_name(opened)}"
    return f"{offers.models[k].name} ({mode}, {_general(offers, k):.0f} ECI)"


def _switches(run: _Run) -> Iterator[Happening]:
    """Yield mode switches: against the last generation, or in the replay when a release shows another mode."""
    mode, offers = run.records.mode, run.offers
    released = np.zeros(mode.shape, dtype=bool)
    for k in _texts(offers, run.records.n_months):
        if offers.month[k] >= 0:
            released[offers.month[k], offers.lab[k]] = True
    changed = (mode[1:] != mode[:-1]) & (mode[:-1] >= 0) & released[1:] & run.named
    for before, lab in zip(*np.nonzero(changed), strict=True):
        t = int(before) + 1
        what = f"goes from {MODES[mode[before, lab]]} to {MODES[mode[t, lab]]} releases"
        yield run.happening(t, "mode", int(lab), what, _reason(run, t, int(lab)))


def _reason(run: _Run, t: int, lab: int) -> str:
    if t <= run.records.handover:
        return "history"
    name = run.world.lab_names[lab]
    ruled = any(rule.from_t <= t <= rule.until_t and name in rule.labs for rule in run.supply.levers.modes)
    return "release_mode rule" if ruled else "payoff" if run.supply.adaptive else "habit"


def _prices(run: _Run) -> Iterator[Happening]:
    """Yield the largest move of a lab's flagship list prices in a month, if it is large."""
    price, sold, offers = run.records.list_price, run.records.sold, run.offers
    flagship = (offers.line_tier == 0) & run.named[offers.line_lab]
    known = (price[1:] > 0) & (price[:-1] > 0) & flagship
    change = np.divide(price[1:], price[:-1], out=np.ones_like(price[1:]), where=known) - 1.0
    largest: dict[tuple[int, int], int] = {}
    for before, line in zip(*np.nonzero(np.abs(change) > PRICE_MOVE), strict=True):
        key = int(before), int(offers.line_lab[line])
        if key not in largest or abs(change[before, line]) > abs(change[before, largest[key]]):
            largest[key] = int(line)
    for (before, lab), line in sorted(largest.items()):
        step, verb = float(change[before, line]), "cuts" if change[before, line] < 0 else "raises"
        name = run.world.lines[line].name
        old, new = (_dollars(float(value)) for value in price[before : before + 2, line])
        what = f"{verb} the price of {name} from {old} to {new} per Mtok ({step:+.0%})"
        yield run.happening(before + 1, "price", lab, what, _cause(offers, sold[before, line], sold[before + 1, line]))


def _dollars(value: float) -> str:
    return f"${value:.3g}"


def _cause(offers: Offers, before: int, after: int) -> str:
    return "list price" if after in (before, NONE) else f"new model {offers.models[after].name}"


def _frontier(run: _Run, chinese: bool) -> Iterator[Happening]:
    """Yield changes of the lab that has the best model, of all or of the Chinese ones."""
    member = run.named & (run.world.lab_bloc_index == BLOCS.index("CN") if chinese else True)
    best = np.where(member, run.best, -np.inf)
    holder = -1
    for t in range(best.shape[0]):
        lab = int(best[t].argmax())
        if not np.isfinite(best[t, lab]) or (holder >= 0 and best[t, lab] <= best[t, holder]):
            continue
        if holder >= 0 and lab != holder:
            place = "among Chinese labs" if chinese else "at the frontier"
            what = f"takes the lead {place} from {run.world.lab_names[holder]} with {best[t, lab]:.0f} ECI"
            yield run.happening(t, "frontier", lab, what, _newest(run, t, lab))
        holder = lab


def _newest(run: _Run, t: int, lab: int) -> str:
    offers = run.offers
    mine = [k for k in _texts(offers, run.records.n_months) if offers.lab[k] == lab and offers.month[k] == t]
    return offers.models[max(mine, key=lambda k: _general(offers, k))].name if mine else ""


def _tokens(run: _Run) -> Iterator[Happening]:
    """Yield changes of the lab with most tokens that last two months or more."""
    share = np.where(run.named, run.share, 0.0)
    leader, holder = share.argmax(axis=1), -1
    for t in range(share.shape[0]):
        lab = int(leader[t])
        if share[t, lab] <= 0 or (t + 1 < share.shape[0] and leader[t + 1] != lab):
            continue
        if holder >= 0 and lab != holder:
            numbers = f"{share[t, lab]:.1%} against {share[t, holder]:.1%}"
            what = f"overtakes {run.world.lab_names[holder]} in tokens, {numbers}"
            yield run.happening(t, "tokens", lab, what)
        holder = lab
