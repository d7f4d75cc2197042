"""Money, chips and shares add up in every month (O17), budgets close on funding (O21), the dollar is a unit (O26)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from experiments.verify.check import Check, holds, oracle, same
from experiments.verify.toolkit import model, run, scenario, world
from sim import MarketModel, Scenario, Trajectory, simulate
from sim.roster import Roster
from sim.tables import load_world
from sim.world import World

LIMIT = 1e-9
RUNS: dict[str, dict[str, Any]] = {
    "status quo": {},
    "total_chip_ban": {"policy": "total_chip_ban"},
    "megaproject": {"policy": "megaproject"},
    "circle_of_friends": {"policy": "circle_of_friends"},
    "trust_shock with reactions": {"future": "trust_shock", "reactions": True},
    "preset under total_chip_ban": {"world": "stylised", "policy": "total_chip_ban"},
}
"""Runs to 2028-12 in which every month is also checked by the program itself (sim/invariants.py)."""


def largest(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest distance of two arrays, each over the size of the second where that is not 0."""
    there = np.abs(other) > 0
    return float((np.abs(one - other)[there] / np.abs(other)[there]).max()) if there.any() else 0.0


def money(found: Trajectory) -> float:
    """Return the largest relative imbalance of what buyers pay and what each lab, hosts and self-hosters get."""
    records = found.records
    received = records.revenue.sum(axis=1) + records.elsewhere.sum(axis=1)
    by_channel = records.spend.sum(axis=(1, 2, 5))
    return max(
        largest(received, records.payments),
        largest(by_channel.sum(axis=(1, 2)), records.payments),
        largest(by_channel[:, :, 0], records.revenue),
        largest(by_channel[:, :, 1:].sum(axis=2), records.elsewhere),
    )


def chips(found: Trajectory) -> float:
    """Return the largest relative imbalance of chips made and delivered, and of China's over their pathways."""
    path = found.supply.path
    made = path.us_output + path.cn_effective
    to_china = path.legal + path.smuggled + path.domestic
    return max(largest(path.deliveries.sum(axis=1), made), largest(to_china, path.deliveries[:, 1]))


def stocks(found: Trajectory) -> float:
    """Return the same of compute: the next stock is what is left and what came, and it is used once, wherever."""
    path, kept = found.supply.path, 1.0 - found.scenario.parameters.chips.depreciation
    moved = largest(path.stock[1:], kept * path.stock[:-1] + path.deliveries[:-1])
    return max(moved, largest(path.usable.sum(axis=1), path.stock.sum(axis=1)))


def unit_sums(found: Trajectory) -> float:
    """Return the largest distance from 1 of sums of shares over labs: tokens, spending, slots, choices, e_l."""
    off = [0.0]
    for measure in ("token_share", "spend_share", "slot_share", "new_choice_share", "ecosystem_share"):
        frame = found.frame(measure)
        frame = frame[(frame.segment_kind == "world") & (frame.by == "lab")]
        total = frame.groupby("month").value.sum(min_count=1).dropna().to_numpy(float)
        off.append(float(np.abs(total[total > 0] - 1.0).max()))
    return max(off)


def overfull(found: Trajectory) -> float:
    """Return the largest relative excess of filled slots over the slots of adopters, by month, region and class."""
    capacity, taken = found.records.capacity, found.records.slots.sum(axis=(3, 4, 5))
    return float((np.maximum(taken - capacity, 0.0) / np.where(capacity > 0, capacity, 1.0)).max())


LAWS: dict[str, Callable[[Trajectory], float]] = {
    "payments less receipts": money,
    "chips made less delivered": chips,
    "stocks of compute": stocks,
    "sums of shares less 1": unit_sums,
    "slots filled beyond those of adopters": overfull,
}


def negatives(found: Trajectory) -> int:
    """Return how many tables hold a negative or unknown stock, budget, flow or mass."""
    records, supply = found.records, found.supply
    tables = [
        getattr(records, name) for name in ("tokens", "spend", "slots", "chosen", "stock", "adopters", "capacity")
    ]
    tables += [
        supply.path.stock,
        supply.path.usable,
        supply.path.deliveries,
        supply.budget,
        supply.compute,
        supply.rent,
    ]
    return sum(bool((np.nan_to_num(table, nan=-1.0) < 0).any()) for table in tables)


def unplaced(market: MarketModel) -> float:
    """Return the largest distance of a slot's mass over options and outside from what has adopted (expected mode)."""
    holdings: Any = market.holdings
    placed = sum(holdings.mass.values()) + sum(holdings.outside.values())
    return float(np.abs(placed - holdings.adopted()[market.population.slot_owner]).max())


@oracle(
    "O17",
    "money, chips and shares add up",
    "Runs of the data and of the preset to 2028 under several policies, one with a future and governments that "
    "react; in each month the program checks its own invariants and stops at a breach. The records are added up "
    "again here.",
    "Payments are receipts of labs, hosts and self-hosters; chips delivered are chips made; shares and e_l sum to "
    "1; stocks, budgets and masses are not negative; nobody chose what is banned, unreleased or withdrawn: 1e-9 "
    "relative.",
)
def invariants() -> Iterator[Check]:
    """Yield the checks of O17."""
    for name, settings in RUNS.items():
        given: dict[str, Any] = {"horizon": "2028-12", "enterprises": 52} | settings
        found = simulate(Scenario.load(**given), seed=0)
        for law, imbalance in LAWS.items():
            yield Check(f"{name}: {law}, largest", 0.0, imbalance(found), LIMIT)
        yield same(f"{name}: tables with a negative or unknown value", negatives(found))
    mass = Scenario.load(world="stylised", horizon="2026-12", enterprises=52, choice="expected")
    yield Check(
        "preset: mass of a slot less what has adopted, largest", 0.0, unplaced(model(mass)), LIMIT, mode="expected"
    )


@oracle(
    "O21",
    "budgets close on funding",
    "Two labs of constant funding of 100 and 40 M$ a month whose R&D begins at 300 and 10; theta_R = 0 and psi_F "
    "= 0; at rho_R = .1 and .3, and under a policy that takes most of a lab's profit.",
    "RD(t) = Fund + (RD0 - Fund)(1 - rho_R)^t, whatever profit does.",
)
def budgets() -> Iterator[Check]:
    """Yield the checks of O21."""
    fund, first = np.array([100.0, 40.0]), np.array([300.0, 10.0])
    ban = {"model_ban.US.{developer: A}": "0.9@2026-06"}
    for speed, levers in ((0.1, {}), (0.3, {}), (0.1, ban)):
        found = financed(fund, first, speed, levers)
        months = np.arange(found.supply.budget.shape[0])[:, None]
        goal = fund + (first - fund) * (1.0 - speed) ** months
        what = f"rho_R = {speed:g}" + (", banned" if levers else "")
        yield Check(
            f"{what}: budgets of five years, largest relative error", 0.0, largest(found.supply.budget, goal), 1e-12
        )
        profit = found.supply.profit[:, 0]
        yield holds(f"{what}: profit is not what moves them", bool(profit[-1] > 0))
    rest = financed(fund, first, 0.1, ban, {"finance.justification": 0.5}).supply.budget
    yield holds("with psi_F = .5 the ban does cost R&D", bool(rest[-1, 0] < fund[0] - 1.0))


def financed(
    fund: np.ndarray,
    first: np.ndarray,
    speed: float,
    levers: Mapping[str, str],
    params: Mapping[str, float] | None = None,
) -> Trajectory:
    """Run two closed labs whose funding does not grow."""
    labs = {name: {"fund": float(f), "price": 4.0} for name, f in zip("AB", fund, strict=True)}
    given: dict[str, Any] = {
        "research.fund_growth": 1.0,
        "research.fund_growth_late": 1.0,
        "finance.reinvest": 0.0,
        "finance.justification": 0.0,
        "finance.adjustment": speed,
    }
    where = world(labs, init={"budget": dict(zip("AB", first.tolist(), strict=True))})
    return run(scenario(where, 60, given | dict(params or {}), levers=dict(levers), enterprises=40))


TEN = 10.0
DOLLARS: dict[str, float] = {
    "prices.scale": 0.352,
    "prices.self_host_fixed": 30_000.0,
    "prices.video_fee": 200.0,
    "usage.price_level": 1.4,
    "chips.chip_price": 23_000.0,
    "chips.unit_cost": 30_000.0,
}
"""All parameters in dollars, at their defaults."""
AMOUNTS = (
    "spend",
    "payments",
    "revenue",
    "cost",
    "elsewhere",
    "closed_spend",
    "closed_cost",
    "text_spend",
    "cheapest",
    "list_price",
)
ACCOUNTS = ("budget", "profit", "expected", "cash", "rent", "list_price")
CHIP_PRICES = ("unit_cost", "chip_price_cn", "smuggled_price", "levy_revenue")


def preset(factor: float, **settings: Any) -> Trajectory:
    """Run the preset with every sum of money multiplied."""
    roster = Roster.load("stylised")
    labs = tuple(replace(lab, fund=float(lab.fund or 0.0) * factor) for lab in roster.labs)
    params = {name: value * factor for name, value in DOLLARS.items()}
    where = replace(roster, labs=labs, rent=2.6 * factor)
    return simulate(Scenario.load(world=where, params=params, enterprises=52, **settings), seed=2)


def richer(data: World, factor: float) -> World:
    """Return a world with prices, rents and funds multiplied."""
    prices, hosts = (
        tuple(replace(row, price=row.price * factor) for row in table) for table in (data.prices, data.host_prices)
    )
    return replace(data, prices=prices, host_prices=hosts, rent=data.rent * factor, lab_fund=data.lab_fund * factor)


def handed_over(factor: float, params: Mapping[str, float] | None = None) -> Trajectory:
    """Run the data to 2024-06 and a half year beyond, with every sum of money multiplied."""
    given = {name: value * factor for name, value in DOLLARS.items()} | dict(params or {})
    what = Scenario.load(history_until="2024-06", horizon="2024-12", params=given, enterprises=52)
    return simulate(what, seed=2, world=richer(load_world(), factor))


def apart(one: Trajectory, ten: Trajectory) -> tuple[float, float]:
    """Return the largest relative errors of what should not change, and of money, which should be tenfold."""
    real, priced = [0.0], [0.0]
    parts = (one.records, ten.records, AMOUNTS), (one.supply, ten.supply, ACCOUNTS)
    paths = one.supply.path, ten.supply.path
    sellers = paths[0].suppliers, paths[1].suppliers, ("unit_cost", "price")
    for mine, theirs, dear in (*parts, (*paths, CHIP_PRICES), sellers):
        for item in fields(mine):
            a, b = getattr(mine, item.name), getattr(theirs, item.name)
            if isinstance(a, np.ndarray):
                money_here = item.name in dear
                (priced if money_here else real).append(_far(b, a * TEN if money_here else a))
    return max(real), max(priced)


def _far(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest distance over the value, at least a millionth of the table's largest; NaN must meet NaN."""
    if one.dtype != np.float64:
        return float((one != other).any())
    if (np.isnan(one) != np.isnan(other)).any():
        return float("inf")
    scale = np.abs(other) + 1e-6 * np.nanmax(np.abs(other), initial=0.0) + 1e-300
    return float(np.nanmax(np.abs(one - other) / scale, initial=0.0))


@oracle(
    "O26",
    "the dollar is a unit",
    "Every sum of money times ten (rents, p_0, F_S, fees, funds, prices of models and chips): the preset with its "
    "market for chips, research and release modes, in both modes of choice, and the data handed over in 2024-06.",
    "Tokens, shares, capability, knowledge, compute, chips and modes do not change; money is tenfold: 1e-9.",
)
def dollar() -> Iterator[Check]:
    """Yield the checks of O26."""
    runs: dict[str, Callable[[float], Trajectory]] = {
        "preset, sampled": lambda factor: preset(factor, horizon="2028-12"),
        "preset, expected": lambda factor: preset(factor, horizon="2026-12", choice="expected"),
        "data": handed_over,
    }
    for name, made in runs.items():
        real, priced = apart(made(1.0), made(TEN))
        yield Check(f"{name}: quantities, largest relative change", 0.0, real, LIMIT)
        yield Check(f"{name}: money over ten times as much, largest relative error", 0.0, priced, LIMIT)
    real, _ = apart(handed_over(1.0), handed_over(TEN, {"prices.scale": 0.352}))
    yield holds("data: with the price scale left behind, quantities do change", real > 1e-3)
