"""Chips: learning by doing, and export controls that do nothing, bind or leak (O15, O16)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from math import log
from typing import Any

import numpy as np

from experiments.verify.check import Check, holds, oracle, same
from experiments.verify.toolkit import START, model, run, scenario, world
from sim import MarketModel, Trajectory
from sim.calendar import LEVELS_MONTH, month_index
from sim.chip_path import ChipPath

CN = 1
LEARNING = -log(0.8) / log(2)
REGIONS = {"US": {"gdp": 1.0}, "CN": {"gdp": 1.0}}
LABS: dict[str, dict[str, Any]] = {
    "A": {"home": "US", "compute": None, "fund": 50.0},
    "C": {"home": "CN", "compute": None, "fund": 5.0},
}
FIRST = month_index(START) + 1
"""The first month that the equations move alone; up to START the series act."""
SINCE = f"@{START[:4]}-02"


def trade(
    params: Mapping[str, Any] | None = None, months: int = 60, levers: Mapping[str, str] | None = None
) -> Trajectory:
    """Run a lab at home in the US and one in China, with compute from the market for chips."""
    where = world(LABS, regions=REGIONS, compute="market")
    chips = {f"chips.{name}": value for name, value in dict(params or {}).items()}
    dated = {name: f"{value}{SINCE}" for name, value in dict(levers or {}).items()}
    return run(scenario(where, months, chips, levers=dated, enterprises=8))


def quota(value: float) -> dict[str, str]:
    """Return the lever that caps exports to China, H100e a month."""
    return {"chip_export_quota.US.CN": f"{value!r}" if np.isfinite(value) else ".inf"}


def differing(one: ChipPath, other: ChipPath) -> int:
    """Return how many arrays of two paths differ by a bit, but for the quota itself."""
    tables = [item.name for item in fields(ChipPath) if isinstance(getattr(one, item.name), np.ndarray)]
    return sum(getattr(one, name).tobytes() != getattr(other, name).tobytes() for name in tables)


def far(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest relative distance of two arrays."""
    return float((np.abs(one - other) / np.maximum(np.abs(other), 1e-300)).max())


def constant_output() -> dict[str, Any]:
    """Return parameters under which Chinese output stays as it is at the start and teaches alone.

    Cumulative output at 2026-01 is set to 24 months of it, so that it doubles in 24 months and is eight times as much
    after 168.
    """
    still = {"learning": LEARNING, "spillover": 0.0, "domestic_growth": 0.0, "crowding": 0.0}
    before = trade(still, 1)
    path, chips = before.supply.path, before.scenario.parameters.chips
    made = path.learning[LEVELS_MONTH] - chips.cn_cumulative
    return still | {"cn_cumulative": float(24 * chips.cn_output - made)}


def huawei(market: MarketModel) -> float:
    """Return the unit cost that the agent Huawei holds after the last month, $/H100e."""
    return float(next(s.unit_cost for s in market.suppliers if s.name == "Huawei"))


@oracle(
    "O15",
    "Wright's law",
    "Chinese output is constant from the start and 24 months of it have been made by then, so that it doubles in "
    "24 months and is eightfold in 168; imports teach nothing. And: output that grows as by default.",
    "c(2Q)/c(Q) = 1 - LR: with LR = .2, b = .321928, each doubling costs .8 and eight times the volume .512; the "
    "slope of ln c on ln Q is -b in every month.",
)
def wright() -> Iterator[Check]:
    """Yield the checks of O15."""
    yield Check("b at a learning rate of .2, number", 0.321928, LEARNING, 5e-7)
    params = constant_output()
    found = trade(params, 168).supply.path
    for months, volume, cost in ((24, 2, 0.8), (72, 4, 0.64), (168, 8, 0.512)):
        t = LEVELS_MONTH + months
        grown = float(found.learning[t] / found.learning[LEVELS_MONTH])
        yield Check(f"volume after {months} months", volume, grown, 1e-12)
        yield Check(
            f"unit cost at {volume} times the volume", cost, float(found.unit_cost[t] / found.unit_cost[36]), 1e-12
        )
    for what, path in (("constant", found), ("growing", trade({"learning": LEARNING, "spillover": 0.0}).supply.path)):
        slope = np.diff(np.log(path.unit_cost)) / np.diff(np.log(path.learning))
        yield Check(f"slope at {what} output, largest error", 0.0, float(np.abs(slope + LEARNING).max()), 1e-9)
    taught = trade({"learning": LEARNING, "spillover": 0.33}).supply.path
    alone = trade({"learning": LEARNING, "spillover": 0.0}).supply.path
    cheaper = taught.unit_cost[-1] / taught.unit_cost[36] < alone.unit_cost[-1] / alone.unit_cost[36]
    yield holds("imported chips teach too", bool(cheaper))
    where = world(LABS, regions=REGIONS, compute="market")
    end = model(scenario(where, 24, {f"chips.{k}": v for k, v in params.items()}, enterprises=8))
    yield Check("unit cost of the agent Huawei after a doubling", 0.8 * 30_000.0, huawei(end), relative=True)


@oracle(
    "O16",
    "export controls",
    "A world of the US and China under the lever chip_export_quota from the month after the start, with ell = 0 "
    "or 1; the months before it follow the series.",
    "Imports keep to the quota in each month. quota = 0, no leakage, no growth, no learning and no rental abroad: "
    "K_CN falls to kappa_sw Y_CN/delta_K along K(t+1) = (1 - delta_K) K + kappa_sw Y_CN. A quota at the wish is "
    "none, to the bit, with tau = 0; full leakage is none in quantity.",
)
def export_controls() -> Iterator[Check]:
    """Yield the checks of O16."""
    free = trade({"smuggling": 0.0}).supply
    yield from _binding()
    yield from _alone()
    wish = float(free.path.wanted[FIRST:, CN].max())
    allowed = trade({"smuggling": 0.0}, levers=quota(wish)).supply
    yield same("a quota at the wish: arrays of the chip path that differ", differing(allowed.path, free.path))
    money = ("rent", "ration", "compute", "budget", "knowledge")
    moved = sum(getattr(allowed, name).tobytes() != getattr(free, name).tobytes() for name in money)
    yield same("a quota at the wish: tables of compute and research that differ", moved)
    yield Check("a quota at the wish: largest tau", 0.0, float(allowed.path.tau[FIRST:].max()), 0.0)
    yield Check(
        "no control: imports over phi_CN Y_US", 1.0, float((free.path.legal / free.path.us_output)[-1] / 0.2), 1e-12
    )
    yield from _leaking()


def _binding() -> Iterator[Check]:
    for cap in (0.0, 1_000.0, 48_000.0):
        path = trade({"smuggling": 0.0}, levers=quota(cap)).supply.path
        shipped = path.legal[FIRST:] + path.smuggled[FIRST:]
        yield Check(f"quota {cap:g}: largest imports", cap, float(shipped.max()), 0.0)
        wanted = path.wanted[FIRST:, CN]
        yield Check(f"quota {cap:g}: tau", 0.0, float(np.abs(path.tau[FIRST:] - (1 - cap / wanted)).max()), 1e-12)


def _alone() -> Iterator[Check]:
    off = {"chip_export_quota.US.CN": "0", "offshore_cloud_access.US.CN": "false"}
    still = {"smuggling": 0.0, "domestic_growth": 0.0, "crowding": 0.0, "learning": 0.0, "software": 0.6}
    for wear in (1 / 48, 0.25):
        path = trade(still | {"depreciation": wear}, 168, off).supply.path
        stock, made = path.stock[FIRST:, CN], 0.6 * 40_000.0
        limit = made / wear
        expected = limit + (stock[0] - limit) * (1.0 - wear) ** np.arange(stock.size)
        yield Check(f"delta_K = {wear:.3g}: arrivals are kappa_sw Y_CN", made, float(path.deliveries[-1, CN]), 1e-9)
        yield Check(f"delta_K = {wear:.3g}: path of K_CN, relative error", 0.0, far(stock, expected), 1e-11)
        yield Check(f"delta_K = {wear:.3g}: no compute rented abroad", 0.0, float(path.offshore[FIRST:].max()), 0.0)
    yield Check("delta_K = .25: K_CN after 14 years over its limit", 1.0, float(stock[-1] / limit), 1e-11)


def _leaking() -> Iterator[Check]:
    leaks = {"smuggling": 1.0, "smuggling_cap": 1.0}
    free = trade(leaks).supply.path
    for performance in (1.0, 0.15):
        levers = quota(5_000.0) | {"chip_export_performance.US.CN": f"{performance}"}
        path = trade(leaks, levers=levers).supply.path
        what = f"full leakage, d = {performance:g}"
        got = (path.legal + path.smuggled)[FIRST:]
        yield Check(f"{what}: imports, relative error", 0.0, far(got, free.legal[FIRST:]), 1e-12)
        yield Check(f"{what}: largest tau", 0.0, float(path.tau[FIRST:].max()), 1e-12)
        yield Check(f"{what}: stocks, relative error", 0.0, far(path.stock, free.stock), 1e-12)
