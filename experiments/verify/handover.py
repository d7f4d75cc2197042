"""From history to projection: nothing jumps (O27), and what did not differ in the past gives history back (O30)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from scipy.optimize import brentq

from experiments.verify.check import Check, holds, oracle, same
from experiments.verify.toolkit import model
from sim import MarketModel, Scenario, Trajectory, simulate
from sim.calendar import month_index

UNTIL, NEXT = "2024-06", "2024-07"
PERPETUAL = {"markup.constants_half_life": 1e15, "demand.closed_premium_half_life": 1e15}
"""Constants of the hand-over that never fade."""
STILL: dict[str, Any] = {
    "chips.us_growth": 1.0,
    "chips.us_growth_late": 1.0,
    "chips.price_performance": 1.0,
    "prices.serving_progress": 1.0,
    "prices.scale_decline": 1.0,
    "usage.growth": 1.0,
    "usage.tokens": 1e-3,
    "releases.size_growth": 1.0,
    "releases.interval_least": 24,
    "releases.interval_most": 24,
    "research.fund_scale": 1e-9,
    "research.fund_growth": 1.0,
    "research.fund_growth_late": 1.0,
    "research.progress": 0.0,
    "research.sharing": 0.0,
    "research.spill_all": 0.0,
    "research.spill_open": 0.0,
    "research.spill_api": 0.0,
    "finance.adjustment": 0.0,
    "demand.requirement_growth": 0.0,
    "demand.requirement_follow": 0.0,
    "demand.innovation": 0.0,
    "demand.imitation": 0.0,
}
"""Growth, learning and adoption off. Labs and users are so small that a growing stock of chips does not move rent, and
generations so rare that none falls in the month after the hand-over."""
NO_MEMORY: dict[str, float] = {
    "demand.awareness": 50.0,
    "demand.review": 1.0,
    "demand.review_developer": 1.0,
    "demand.switching_cost": 0.0,
    "demand.channel_cost": 0.0,
}
"""Users who know every release and choose anew each month: their shares move only with what is on offer."""
FADE = 0.5 ** (1 / 36)
STEP, CURVATURE, SCALE = 0.25, 0.25, 0.352


def across(params: Mapping[str, Any], until: str = UNTIL, after: str = NEXT) -> MarketModel:
    """Return the model of the data after the first month beyond the hand-over, without growth."""
    given: dict[str, Any] = {"history_until": until, "horizon": after, "choice": "expected", "enterprises": 52}
    return model(Scenario.load(params=STILL | dict(params), **given), seed=1)


def text(market: MarketModel) -> np.ndarray:
    """Return the text models released up to the hand-over."""
    offers = market.offers
    return np.flatnonzero((offers.month <= market.supply.handover) & ~offers.video)


def on_sale(market: MarketModel) -> np.ndarray:
    """Return the text models that labs sell themselves in both months."""
    t, offers = market.supply.handover, market.offers
    both = np.intersect1d(offers.own[:, t], offers.own[:, t + 1])
    return np.intersect1d(text(market), both[both >= 0])


def moved(market: MarketModel, name: str, models: np.ndarray) -> np.ndarray:
    """Return the change of a table's logs over the hand-over, for models with a positive number in both months."""
    t, table = market.supply.handover, getattr(market.offers, name)
    before, after = table[models, t], table[models, t + 1]
    live = np.isfinite(before) & (before > 0) & np.isfinite(after)
    return np.asarray(np.log(after[live] / before[live]))


def _most(error: np.ndarray) -> float:
    return float(np.abs(error).max())


@oracle(
    "O27",
    "the hand-over is continuous",
    "The world of the data, handed over in 2024-06, with all growth, learning, adoption and fades off, and no "
    "release in the month after; compute of labs and users is small against the stocks, which go on growing. Then "
    "the fades at default.",
    "Prices, costs, capability, rent, compute and R&D equal those of t_h; token shares of users without memory "
    "move by less than a point. With fades at a half-life of 36 months the log of a host's price moves by .0191 "
    "of the log of its constants, and mark-ups a quarter of the way to the root of E16. Departure: the "
    "specification's 3 percent hold where constants are below e^1.57, as for nine in ten closed lines at the "
    "default hand-over, not for all.",
)
def continuity() -> Iterator[Check]:
    """Yield the checks of O27."""
    market = across(PERPETUAL)
    supply, t = market.supply, market.supply.handover
    for name in ("rent", "compute", "budget"):
        table = getattr(supply, name)
        yield Check(f"{name}, largest relative change", 0.0, _most(table[t + 1] / table[t] - 1.0), 1e-9)
    yield Check("knowledge, largest change", 0.0, _most(supply.knowledge[t + 1] - supply.knowledge[t]), 1e-9)
    yield Check("share of compute that is served", 1.0, float(supply.ration[t + 1].min()), 0.0)
    frontier = market.recorder.records.frontier
    yield Check(
        "frontier by bloc and openness, ECI", 0.0, float(np.nanmax(np.abs(frontier[t + 1] - frontier[t]))), 1e-9
    )
    yield same("releases in the month after", int((market.offers.month == t + 1).sum()))
    for name, models in (("own_price", on_sale(market)), ("host_price", text(market)), ("cost", text(market))):
        change = moved(market, name, models)
        yield Check(f"{name} of {change.size} models, largest change of the log", 0.0, _most(change), 1e-9)
    yield from _shares()
    yield from _fades()


def _shares() -> Iterator[Check]:
    market = across(PERPETUAL | NO_MEMORY)
    t = market.supply.handover
    tokens = market.recorder.records.tokens[: t + 2].sum(axis=(1, 2, 4, 5))
    share = tokens / tokens.sum(axis=1, keepdims=True)
    yield Check("token shares of labs, largest change", 0.0, _most(share[t + 1] - share[t]), 0.01, mode="expected")


def _fades() -> Iterator[Check]:
    market = across({"demand.closed_premium_half_life": 1e15})
    t, offers, book = market.supply.handover, market.offers, market.supply.book
    assert book is not None
    models = text(market)
    live = models[offers.host_price[models, t] > 0]
    goal = -(1.0 - FADE) * (book.cost[live] + book.host[live])
    yield Check(
        "fades: log of hosts' prices, largest error", 0.0, _most(moved(market, "host_price", live) - goal), 1e-9
    )
    closed = on_sale(market)
    closed = closed[offers.closed[closed] & (offers.own_price[closed, t] > 0)]
    goal = np.array([_closed_price(market, k) for k in closed.tolist()])
    error = offers.own_price[closed, t + 1] / goal - 1.0
    yield Check(f"fades: prices of {closed.size} closed models, largest relative error", 0.0, _most(error), 1e-9)
    default = across({}, "2026-07", "2026-08")
    lines = on_sale(default)
    change = np.abs(moved(default, "own_price", lines[default.offers.closed[lines]]))
    calm = bool((change < 0.03).mean() > 0.9)
    yield holds("default hand-over: nine in ten closed lines move by less than 3 percent", calm)
    yield holds("default hand-over: the median moves by less than 1 percent", bool(np.median(change) < 0.01))


def _closed_price(market: MarketModel, k: int) -> float:
    """Return what E16 makes of a closed model's price a month after the hand-over, with faded constants."""
    t, offers, book = market.supply.handover, market.offers, market.supply.book
    assert book is not None
    price, cost = float(offers.own_price[k, t]), float(offers.cost[k, t])
    later = cost * float(np.exp((FADE - 1.0) * book.cost[k]))
    power = float(market.supply.hand_over_markups[offers.lab[k]] * np.exp(FADE * book.markup[k]))
    factor = power * SCALE**CURVATURE

    def excess(p: float) -> float:
        return float(p - later - factor * p ** (1.0 - CURVATURE))

    most = 20.0 * later
    goal = float(brentq(excess, later, most, xtol=1e-15, rtol=1e-14)) if excess(most) > 0 else most
    before = price / cost
    return later * (before + STEP * (goal / later - before))


ALIKE = {
    "chip_export_performance.US.CN": "0.15@2023-11..2024-05",
    "fab_subsidy.US": "0.001@2024-02..2024-05",
    "science_sharing.CN.world": "0@2023-06..2023-12",
    "open_model_subsidy.US": "0@2023-06..2024-03",
}
"""Supply-side entries of the past that say what the record says."""
ELSE = {"chip_export_quota.US.CN": ".inf@2024-01..2024-06", "chip_export_performance.US.CN": "1@2024-01..2024-06"}
SINCE = month_index("2024-01")


def arm(levers: Mapping[str, str], **changes: Any) -> Trajectory:
    """Run the data to 2024-06 and three months beyond."""
    given: dict[str, Any] = {"history_until": UNTIL, "horizon": "2024-09", "choice": "sampled", "enterprises": 52}
    return simulate(Scenario.load(levers=dict(levers), **(given | changes)), seed=1)


def differing(one: Trajectory, other: Trajectory, before: int | None = None) -> list[str]:
    """Return the recorded tables of two runs that differ by a bit, up to a month (default: in all months)."""
    found = []
    pairs = ((one.records, other.records), (one.supply, other.supply), (one.supply.path, other.supply.path))
    for mine, theirs in pairs:
        for item in fields(mine):
            a, b = getattr(mine, item.name), getattr(theirs, item.name)
            if isinstance(a, np.ndarray) and a[:before].tobytes() != b[:before].tobytes():
                found.append(item.name)
    return found


@oracle(
    "O30",
    "differences of the past",
    "Runs of the data to 2024-06 and three months beyond: the status quo, the same with entries on chips, fabs, "
    "science and subsidies that say what the record says, and one with chip controls lifted from 2024-01 on.",
    "Zero differences give history back to the bit, in all months and tables. Chips of month s stand in the "
    "stock, and so in rent and compute, from s + 1 on, in knowledge from s + 2 on. Departure: a release of s + 1 "
    "embodies the compute of its own month, so releases up to s, not s + 1, keep their capability to the bit.",
)
def zero_difference() -> Iterator[Check]:
    """Yield the checks of O30."""
    quiet = arm({})
    yield same("the status quo again: tables that differ", len(differing(arm({}), quiet)))
    alike = arm(ALIKE)
    yield same("entries equal to the record: tables that differ", len(differing(alike, quiet)))
    yield same("entries equal to the record: capabilities that differ", _moved(alike, quiet, np.inf))
    other = arm(ELSE)
    yield same("controls lifted: tables that differ before that month", len(differing(other, quiet, SINCE)))
    yield same("controls lifted: capabilities of releases up to that month that differ", _moved(other, quiet, SINCE))
    error = _gain(other, quiet, SINCE + 1) - _compute_gain(other, quiet, SINCE + 1)
    yield Check("controls lifted: capability in the month after, from rent alone, ECI", 0.0, _most(error), 1e-9)
    same_a = other.supply.knowledge[: SINCE + 2].tobytes() == quiet.supply.knowledge[: SINCE + 2].tobytes()
    yield holds("controls lifted: knowledge moves from the second month after on", same_a)
    chinese = np.array([other.world.lab_blocs[lab] == "CN" for lab in other.offers.lab])
    later = chinese & (quiet.offers.month > SINCE + 1) & (quiet.offers.month <= month_index(UNTIL))
    gained = (other.offers.q[:-1] - quiet.offers.q[:-1]).max(axis=1)[later]
    yield holds("controls lifted: later Chinese releases gain", bool((gained >= 0).all() and (gained > 0).any()))


def _gain(one: Trajectory, other: Trajectory, t: int) -> np.ndarray:
    """Return what each text release of a month gains, ECI, shape (releases,)."""
    rows = np.flatnonzero((other.offers.month == t) & ~other.offers.video)
    return np.asarray((one.offers.q[rows] - other.offers.q[rows])[:, 0])


def _compute_gain(one: Trajectory, other: Trajectory, t: int) -> np.ndarray:
    """Return the same from E10: b_q times the log of the ratio of effective compute over four months."""
    rows = np.flatnonzero((other.offers.month == t) & ~other.offers.video)
    window = slice(t - 3, t + 1)
    flows = [np.exp(run.supply.knowledge[window]) * run.supply.compute[window] for run in (one, other)]
    return np.asarray(11.8 * np.log10(flows[0].sum(axis=0) / flows[1].sum(axis=0)))[other.offers.lab[rows]]


def _moved(one: Trajectory, other: Trajectory, last: float) -> int:
    """Return how many releases up to a month differ in capability by a bit."""
    rows = np.flatnonzero(other.offers.month <= last)
    return sum(one.offers.q[k].tobytes() != other.offers.q[k].tobytes() for k in rows.tolist())
