"""Model against reality with defaults and structure alone (issue 2): means over eight seeds of the default world.

Loose on purpose: a later issue calibrates. A figure that fails here is absurd, or the data have changed.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim.data
from sim.calendar import month_index, month_name
from sim.instruments import INSTRUMENTS
from sim.model import MarketModel
from sim.sampled import SampledHoldings
from sim.scenario import Scenario
from sim.tables import load_world
from sim.trajectory import Trajectory

pytestmark = pytest.mark.slow
SEEDS = 8
YEAR = [month_name(t) for t in range(month_index("2025-02"), month_index("2025-12") + 1)]
"""The months in which the router's list exists."""
Row = dict[str, str]


def largest_portfolio(market: MarketModel) -> tuple[int, int]:
    """Return distinct models at once, and those of Chinese open weights, of the large SEA firm with most of both."""
    holdings, population = market.holdings, market.population
    assert isinstance(holdings, SampledHoldings)
    large = market.recorder._large == 1
    firms = np.flatnonzero(large & (population.region == market.world.region_codes.index("SEA")))
    filled = np.flatnonzero((holdings.model >= 0) & np.isin(population.slot_owner, firms))
    pairs = np.unique(np.stack([population.slot_owner[filled], holdings.model[filled]], axis=1), axis=0)
    chinese = np.array([market.world.lab_blocs[lab] == "CN" for lab in market.offers.lab]) & ~market.offers.closed
    distinct = np.bincount(pairs[:, 0], minlength=population.size)
    opened = np.bincount(pairs[chinese[pairs[:, 1]], 0], minlength=population.size)
    many = [(int(opened[i]), int(distinct[i])) for i in firms if distinct[i] >= 9]
    best = max(many, default=(0, int(distinct.max(initial=0))))
    return best[1], best[0]


@pytest.fixture(scope="module")
def runs() -> list[tuple[Trajectory, list[tuple[int, int]]]]:
    """Eight runs of the whole history, and the largest portfolio of a SEA firm in each month."""
    scenario, found = Scenario.load("status_quo"), []
    for seed in range(SEEDS):
        market = MarketModel(scenario, rng=seed)
        portfolios = []
        while market.t < market.n_months:
            market.step()
            portfolios.append(largest_portfolio(market))
        market.close()
        records = market.recorder.records
        found.append((Trajectory(scenario, seed, records, market.world, market.offers, 0.0), portfolios))
    return found


@pytest.fixture(scope="module")
def readings(runs: list[tuple[Trajectory, list[tuple[int, int]]]]) -> dict[tuple[str, str, str], np.ndarray]:
    """Return (instrument, entity, geography) to the mean over seeds by month; null where no seed sees anything."""
    tables: dict[tuple[str, str, str], list[np.ndarray]] = defaultdict(list)
    for trajectory, _ in runs:
        for name in INSTRUMENTS:
            for key, part in trajectory.instrument(name).groupby(["entity", "geography"], sort=False):
                tables[(name, *key)].append(part["value"].to_numpy())
    return {key: mean_of(np.array(values)) for key, values in tables.items()}


def mean_of(table: np.ndarray) -> np.ndarray:
    """Return the mean over axis 0 of what is known."""
    known = np.isfinite(table)
    return np.divide(
        np.where(known, table, 0).sum(0), known.sum(0), out=np.full(table.shape[1], np.nan), where=known.any(0)
    )


def observations() -> list[Row]:
    with (Path(sim.data.__file__).parent / "observations.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def middle(row: Row) -> str:
    """Return the month of the middle of an observation's period."""
    start, end = date.fromisoformat(row["period_start"]), date.fromisoformat(row["period_end"])
    return date.fromordinal((start.toordinal() + end.toordinal()) // 2).isoformat()[:7]


def region_of(country: str) -> str:
    with (Path(sim.data.__file__).parent / "regions.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if country == row["region"] or country in row["members"].replace(";", " ").replace(",", " ").split():
                return row["region"]
    raise AssertionError(country)


def router(entity: str) -> dict[str, float]:
    """Return the observed share of the router's list by month."""
    rows = [r for r in observations() if r["instrument"] == "openrouter_top9" and r["entity"] == entity]
    return {middle(row): float(row["value"]) for row in rows}


def over(series: np.ndarray, months: list[str]) -> float:
    return float(np.nanmean(series[[month_index(month) for month in months]]))


@pytest.mark.parametrize("entity", ["CN", "open"])
def test_yearly_means_of_the_router(readings: dict[tuple[str, str, str], np.ndarray], entity: str) -> None:
    observed = router(entity)
    assert sorted(observed) == YEAR
    data = np.mean(list(observed.values()))
    got = over(readings["openrouter_token_share", entity, "OpenRouter"], YEAR)
    assert data / 2 < got < data * 2, (entity, got, data)


@pytest.mark.parametrize("entity", ["CN", "open"])
def test_directions_on_the_router(readings: dict[tuple[str, str, str], np.ndarray], entity: str) -> None:
    """Up from February to the summer, down after the free coding models of late August; as in the data."""
    series = readings["openrouter_token_share", entity, "OpenRouter"]
    model = {month: over(series, [month]) for month in YEAR}
    for share in (model, router(entity)):
        summer = (share["2025-07"] + share["2025-08"]) / 2
        autumn = (share["2025-09"] + share["2025-10"]) / 2
        assert share["2025-02"] < summer, (entity, share)
        assert autumn < share["2025-08"], (entity, share)


def compared(readings: dict[tuple[str, str, str], np.ndarray]) -> Iterator[tuple[str, str, float, float]]:
    """Yield instrument, entity, data and model of 2025: means over the year, countries pooled by region."""
    for name, info in INSTRUMENTS.items():
        cells: dict[tuple[str, str], list[tuple[float, list[str]]]] = defaultdict(list)
        for row in observations():
            if (row["instrument"], row["series"]) == (info.observation, info.series) and middle(row)[:4] == "2025":
                place = region_of(row["geography"]) if name == "telemetry_deepseek" else row["geography"]
                first, last = month_index(row["period_start"]), month_index(row["period_end"])
                point = name in ("openrouter_token_share", "ramp_firms")
                months = [middle(row)] if point else [month_name(t) for t in range(first, last + 1)]
                cells[row["entity"], place].append((float(row["value"]), months))
        for (entity, place), points in cells.items():
            if entity == "undisclosed" or (name, entity, place) not in readings:
                continue
            series = readings[name, entity, place]
            data, model = (float(np.mean(v)) for v in ([p[0] for p in points], [over(series, p[1]) for p in points]))
            yield f"{name} {place}", entity, data, model


MISSED = {
    ("hf_derivatives", "Alibaba"): "most derivatives build on its small models, one line here",
    ("hf_downloads", "US"): "another denominator, and marked as not for calibration",
    ("menlo_usage", "Anthropic"): "firms buy the cheapest line of a lab that is good enough",
    ("telemetry_deepseek", "DeepSeek"): "chat apps in the data, all assistant slots of firms here",
}
"""What the calibrated strengths leave off by more than a factor of three, and why (docs/reality.md): no target of the
calibration is among them."""


def test_no_large_lab_is_off_by_a_factor_of_three(readings: dict[tuple[str, str, str], np.ndarray]) -> None:
    table = list(compared(readings))
    names = {name.split()[0] for name, *_ in table}
    assert {
        "openrouter_token_share",
        "ramp_firms",
        "menlo_spend",
        "menlo_usage",
        "etr_usage",
        "hf_derivatives",
    } <= names
    assert {"telemetry_deepseek CN", "telemetry_deepseek SAN", "telemetry_deepseek AFR"} <= {n for n, *_ in table}
    large = [row for row in table if row[2] > 0.10]
    assert len(large) >= 15
    off = {(name.split(" ")[0], entity) for name, entity, data, model in large if not data / 3 <= model <= data * 3}
    assert off <= MISSED.keys(), off


def test_american_enterprises_are_mostly_closed(runs: list[tuple[Trajectory, list[tuple[int, int]]]]) -> None:
    year = slice(month_index("2025-01"), month_index("2025-12") + 1)
    us = load_world().region_codes.index("US")
    for cube in ("tokens", "slots"):
        parts = [getattr(t.records, cube)[year, us, 1:].sum(axis=(0, 1, 2, 3)) for t, _ in runs]
        licence = np.mean([part / part.sum() for part in parts], axis=0)
        assert licence[0] > 0.6, (cube, licence)


@pytest.mark.xfail(strict=True, reason="strengths are shrunk below what the telemetry asks: docs/reality.md")
def test_deepseek_is_far_larger_in_china_and_the_sanctioned_countries(
    readings: dict[tuple[str, str, str], np.ndarray],
) -> None:
    half = [month_name(t) for t in range(month_index("2025-07"), month_index("2025-12") + 1)]
    share = {code: over(readings["telemetry_deepseek", "DeepSeek", code], half) for code in ("CN", "SAN", "US")}
    assert share["US"] > 0
    assert share["CN"] > 3 * share["US"], share
    assert share["SAN"] > 3 * share["US"], share


def test_large_firms_in_south_east_asia_run_many_models(runs: list[tuple[Trajectory, list[tuple[int, int]]]]) -> None:
    """Multi-homing as reported of OCBC: nine models or more at once, three or more of them open Chinese ones."""
    best = [max(portfolios, key=lambda pair: (min(pair[0], 9), pair[1])) for _, portfolios in runs]
    assert any(models >= 9 and chinese >= 3 for models, chinese in best), best
