"""Replay of releases and prices: what is offered in each month, after a policy (docs/model.md, section 4).

A lab offers the latest release of each of its lines on its own API until the line ends; the latest open-weight release
of a line stays a possible choice for hosts and self-hosting for ever, whatever the lab or a government does later.
After the hand-over the offers stay as they were (releases to come belong to the projection).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.compile import LeverArrays, ReleaseModeRule
from sim.market.arrays import Bools, Floats, Ints
from sim.market.pricing import host_price, host_price_logit, price_scale, serving_cost
from sim.offers import NONE, Offers, reserve
from sim.parameters import Parameters
from sim.rng import name_keys
from sim.world import NEVER, TASKS, ModelRecord, PriceRecord, World

FITTED_SLOPE = 10.8
"""Slope of the shipped crosswalk (sim/data/crosswalk.json): q was computed with it."""

__all__ = ["FITTED_SLOPE", "NONE", "Offers", "build_offers", "reserve"]


def build_offers(world: World, levers: LeverArrays, parameters: Parameters, handover: int, n_months: int) -> Offers:
    """Return the offers of a run.

    Args:
        world: the data.
        levers: compiled policy; releases withheld, scheduled and converted act here, in the past too.
        parameters: prices and crosswalk slope.
        handover: t_h; releases after it are not replayed.
        n_months: months of the run.
    """
    records = _releases(world, levers, handover)
    lab_of = {name: k for k, name in enumerate(world.lab_names)}
    line_of = {line.name: k for k, line in enumerate(world.lines)}
    lab = np.array([lab_of[r.lab] for r in records], dtype=np.intp)
    line = np.array([line_of[r.line] for r in records], dtype=np.intp)
    month = np.array([r.month for r in records], dtype=np.intp)
    closed = np.array([r.licence == "closed" for r in records])
    line_video = np.array([entry.video for entry in world.lines])
    scheduled = tuple(PriceRecord(r.model, r.t, NEVER, r.price) for r in levers.scheduled if r.price is not None)
    by_cost = frozenset(r.model for r in levers.scheduled if r.price is None)
    own_price = _own_prices(world.prices + scheduled, by_cost, records, line, line_video, handover, n_months)
    cost = _costs(world, records, closed, own_price, parameters, handover, n_months)
    own_price = _fill_converted(own_price, cost, closed, line_video[line], parameters.prices.closed_cost_share)
    own, usable_until = _own_lines(world, records, line, own_price, parameters.demand.grace, handover, n_months)
    return Offers(
        models=list(records),
        model_keys=name_keys([r.name for r in records]),
        lab=lab,
        line=line,
        month=month,
        opened=np.where(closed, NEVER, month),
        abroad=np.ones(month.size, dtype=bool),
        wait=np.zeros(month.size, dtype=np.intp),
        wait_all=np.zeros(month.size, dtype=bool),
        served=np.isin(np.arange(month.size), own),
        active=np.append([r.active for r in records], np.nan),
        size=np.append(np.sqrt([r.active * r.total for r in records]), np.nan),
        closed=closed,
        permissive=np.array([r.licence == "open_permissive" for r in records]),
        aligned=np.array(
            [levers.align[min(max(r.month, 0), n_months - 1), k] for r, k in zip(records, lab, strict=True)]
        ),
        video=line_video[line],
        q=_capability(records, parameters.prices.crosswalk_slope),
        own_price=_pad(own_price),
        host_price=_pad(_at_hosts(world.host_prices, records, handover, _unseen(cost, parameters), "price")),
        hosts=_pad(_hosts(world, records, line, {r.model for r in levers.scheduled}, handover, n_months)),
        free=_pad(_free(world, records, handover, n_months)),
        cost=_pad(cost),
        usable_until=np.append(usable_until, -1),
        line_lab=np.array([lab_of[entry.lab] for entry in world.lines]),
        line_tier=np.array([("flagship", "mid", "economy").index(entry.tier) for entry in world.lines]),
        line_video=line_video,
        line_keys=name_keys([entry.name for entry in world.lines]),
        own=own,
        weights=_open_lines(records, line, closed, len(world.lines), n_months),
    )


def _releases(world: World, levers: LeverArrays, handover: int) -> tuple[ModelRecord, ...]:
    if world.stylised is not None:
        return world.models  # what is on offer at the start is no policy's
    cut = _withheld_lines(world, levers.withheld)
    kept = [r for r in world.models if r.month <= handover and r.month < cut.get(r.line, NEVER)]
    kept += [r for r in levers.scheduled_records() if r.month <= handover]
    converted = [_convert(record, world, levers.release_modes) for record in kept]
    return tuple(sorted(converted, key=lambda r: (r.lab, r.line, r.month)))


def _withheld_lines(world: World, withheld: tuple[str, ...]) -> dict[str, int]:
    """Return the month from which a line ends because a release was withheld (its later versions go with it)."""
    cut: dict[str, int] = {}
    for record in world.models:
        if record.name in withheld:
            cut[record.line] = min(cut.get(record.line, NEVER), record.month)
    return cut


def _convert(record: ModelRecord, world: World, rules: tuple[ReleaseModeRule, ...]) -> ModelRecord:
    tier = next(line.tier for line in world.lines if line.name == record.line) if rules else ""
    for rule in rules:
        if not rule.covers(record.lab, record.line, tier, record.month):
            continue
        mode = "closed" if record.licence == "closed" else "open"
        if mode not in rule.allowed:
            record = replace(record, licence="closed" if mode == "open" else "open_permissive")
    return record


def _capability(records: tuple[ModelRecord, ...], slope: float) -> Floats:
    table = np.zeros((len(records) + 1, len(TASKS)))
    for k, record in enumerate(records):
        table[k, :4] = np.array(record.q_task) + (slope - FITTED_SLOPE) * np.array(record.beyond)
        table[k, 4] = record.q
    return table


def _by_month(rows: list[PriceRecord], n_months: int, handover: int) -> Floats:
    """Return the price in force in each month: the last row of the month; before the first row, the first row."""
    series = np.full(n_months, np.nan)
    ordered = sorted(rows, key=lambda row: row.start)
    for row in ordered:
        if row.start <= handover:
            series[max(row.start, 0) :] = row.price
    first = min(row.start for row in ordered)
    if first <= handover:
        series[: max(first, 0)] = ordered[0].price
    return series


def _own_prices(
    prices: tuple[PriceRecord, ...],
    by_cost: frozenset[str],
    records: tuple[ModelRecord, ...],
    line: Ints,
    line_video: Bools,
    handover: int,
    n_months: int,
) -> Floats:
    """Return list prices; a later release without a price takes over its predecessor's, unless cost is to price it."""
    by_model: dict[str, list[PriceRecord]] = {}
    for row in prices:
        by_model.setdefault(row.model, []).append(row)
    table = np.full((len(records), n_months), np.nan)
    for k, record in enumerate(records):
        if line_video[line[k]]:
            table[k] = 0.0
        elif record.name in by_model:
            table[k] = _by_month(by_model[record.name], n_months, handover)
        elif record.name in by_cost:
            continue
        elif k and line[k - 1] == line[k] and record.licence == records[k - 1].licence:
            table[k] = table[k - 1]
    return table


def _costs(
    world: World,
    records: tuple[ModelRecord, ...],
    closed: Bools,
    own_price: Floats,
    parameters: Parameters,
    handover: int,
    n_months: int,
) -> Floats:
    """Return serving costs: E13 where sizes are known, else a share of the list price."""
    prices = parameters.prices
    size = np.sqrt(np.array([[r.active * r.total] for r in records]))
    t = np.arange(n_months)
    rent = world.rent[np.minimum(t, min(handover, world.rent.size - 1))]
    progress = prices.serving_progress ** ((t - LEVELS_MONTH) / 12)
    by_size = serving_cost(size, rent, prices.utilisation_flops, progress)
    share = np.where(closed[:, None], prices.closed_cost_share, 1.0 / (1.0 + prices.host_markup))
    return np.where(np.isnan(by_size), own_price * share, by_size)


def _hosts(
    world: World, records: tuple[ModelRecord, ...], line: Ints, added: set[str], handover: int, n_months: int
) -> Floats:
    """Return the number of hosts, shape (M, T): 1 where nobody is known; what a policy adds finds its line's hosts."""
    table = _at_hosts(world.host_prices, records, handover, np.ones((len(records), n_months)), "hosts")
    for k, record in enumerate(records):
        if record.name in added and k and line[k - 1] == line[k] and records[k - 1].licence != "closed":
            table[k] = table[k - 1]
    return table


def _unseen(cost: Floats, parameters: Parameters) -> Floats:
    """Return what hosts would charge by E14, shape (M, T)."""
    prices = parameters.prices
    if prices.host_pricing == "cost_plus":
        return host_price(cost, prices.host_markup)
    months = range(cost.shape[1])
    scale = np.array([price_scale(t, prices.scale, prices.scale_decline, LEVELS_MONTH) for t in months])
    return host_price_logit(cost, scale, prices.host_sensitivity, prices.hosts)


def _fill_converted(own_price: Floats, cost: Floats, closed: Bools, video: Bools, cost_share: float) -> Floats:
    """Give a closed release of known size but without a list price the price of its cost share."""
    missing = closed & ~video & np.isnan(own_price).all(axis=1)
    return np.where(missing[:, None] & ~np.isnan(cost), cost / cost_share, own_price)


def _at_hosts(
    rows: tuple[PriceRecord, ...], records: tuple[ModelRecord, ...], handover: int, table: Floats, field: str
) -> Floats:
    """Return a column of the host table where it is known, else ``table`` (E14: cost plus mark-up; one host).

    The host table begins in 2025-02: what it first shows of an older model holds before, too.
    """
    index = {record.name: k for k, record in enumerate(records)}
    n_months = table.shape[1]
    seen: set[str] = set()
    for row in sorted(rows, key=lambda row: row.start):
        if row.model in index and row.start <= handover:
            last = n_months if row.end >= handover else row.end + 1
            first = max(row.start, 0) if field == "price" or row.model in seen else 0
            table[index[row.model], first:last] = getattr(row, field)
            seen.add(row.model)
    return table


def _free(world: World, records: tuple[ModelRecord, ...], handover: int, n_months: int) -> Floats:
    index = {name: k for k, name in enumerate(world.model_names)}
    table = np.zeros((len(records), n_months))
    last = min(handover + 1, n_months, world.n_months)
    for k, record in enumerate(records):
        if record.name in index:
            table[k, :last] = world.promotions[index[record.name], :last]
    return table


def _own_lines(
    world: World,
    records: tuple[ModelRecord, ...],
    line: Ints,
    own_price: Floats,
    grace: int,
    handover: int,
    n_months: int,
) -> tuple[Ints, Ints]:
    current = np.full((len(world.lines), n_months), NONE, dtype=np.intp)
    usable = np.full(len(records), NEVER, dtype=np.intp)
    priced = np.isfinite(own_price).sum(axis=1) > 0
    for k, record in enumerate(records):
        if priced[k] and record.offered <= handover:
            start = max(record.offered, 0)
            previous = current[line[k], min(start, n_months - 1)]
            if previous != NONE:
                usable[previous] = min(usable[previous], record.offered + grace)
            current[line[k], start:] = k
    for z, entry in enumerate(world.lines):
        if entry.live_until >= handover:
            continue
        last = current[z, min(max(entry.live_until, 0), n_months - 1)]
        if last != NONE:
            usable[last] = min(usable[last], entry.live_until + (0 if entry.withdrawn else grace))
        later = [record.month for record in records if record.line == entry.name and record.month > entry.live_until]
        current[z, entry.live_until + 1 : min(later, default=n_months)] = NONE  # a policy's release revives a line
    return current, usable


def _open_lines(records: tuple[ModelRecord, ...], line: Ints, closed: Bools, n_lines: int, n_months: int) -> Ints:
    current = np.full((n_lines, n_months), NONE, dtype=np.intp)
    for k, record in enumerate(records):
        if not closed[k]:
            current[line[k], max(record.month, 0) :] = k
    return current


def _pad(table: Floats) -> Floats:
    """Append the row that stands for 'no model'."""
    return np.vstack([table, np.full((1, table.shape[1]), np.nan)])
