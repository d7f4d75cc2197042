"""What must not matter: names (O18), what two policies share (O19), and what takes no part (O19b)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from experiments.verify.check import Check, holds, oracle, same
from experiments.verify.draws import ALIKE
from experiments.verify.toolkit import run, scenario, series, world
from sim import Scenario, Trajectory

CELL = ["month", "segment_kind", "segment", "by", "key"]
"""What a number of a measure belongs to."""
SWAP = {"US": "CN", "CN": "US"}
BY_NAME = {"cn_token_share_outside_cn", "cn_young_share", "us_closed_rd", "us_closed_revenue", "us_closed_profit"}
"""Measures of one of the two blocs only."""
CHIPS = {"chips", "chip_price", "compute_stock"}
"""Chips are made in either bloc as in reality; with fixed compute they move nothing else."""
PAIRS = {"capability_gap", "gap_months"}
"""Differences of one bloc and the other, which change their sign or their meaning."""
COUNTS = {"live_lines", "release_mode"}
"""Measures that count lines and labs, whoever they are."""


Tables = dict[str, pd.DataFrame]


def tables(found: Trajectory) -> Tables:
    """Return every measure and instrument of a run by name."""
    measures = {name: found.frame(name) for name in found.measures}
    return measures | {name: found.instrument(name) for name in found.instruments}


def differing(one: Tables, two: Tables, before: str | None = None, without: str | None = None) -> int:
    """Return the number of cells that are not equal to the bit.

    Args:
        one, two: tables of runs of the same months.
        before: count months before this one only, YYYY-MM.
        without: leave this lab out, which only one of them has.
    """
    names = sorted(set(one) - (COUNTS if without else set()))
    return sum(_cells(_part(one[name], before, without), _part(two[name], before, without)) for name in names)


def _part(table: pd.DataFrame, before: str | None, without: str | None) -> pd.DataFrame:
    if before is not None:
        table = table[table.month.astype(str) < before]
    for name in ("key", "entity"):
        if without is not None and name in table:
            table = table[table[name] != without]
    return table


def _cells(one: pd.DataFrame, two: pd.DataFrame) -> int:
    labels = [name for name in one.columns if name != "value"]
    if not one[labels].reset_index(drop=True).equals(two[labels].reset_index(drop=True)):
        return max(len(one), len(two))
    a, b = (table.value.to_numpy(float).view(np.uint64) for table in (one, two))
    return int((a != b).sum())


SYMMETRIC: dict[str, Any] = ALIKE | {
    "demand.price_sensitivity": 1.2,
    "demand.quality_sensitivity": 2.5,
    "demand.quality_sensitivity_sd": 0.0,
    "demand.requirement_sd": 0.0,
    "demand.closed_premium": 1.0,
    "demand.closed_premium_developer": 0.5,
    "demand.gamma": 1.5,
    "demand.switching_cost": 4.0,
    "demand.channel_cost": 0.5,
    "demand.review": 1 / 6,
    "demand.dissimilarity": 0.6,
    "demand.outside": -1.0,
    "demand.awareness": 50.0,
    "prices.host_variety": 0.5,
    "usage.price_elasticity": 0.5,
    "usage.weight_coding": 1.0,
    "usage.weight_documents": 1.0,
    "research.spill_api": 0.0,
    "strategy.state_bonus": 0.0,
}
"""Everything acts, and no draw is keyed by region: classes and tasks alike, one taste, one requirement, news at once.
What knows a Chinese lab is off: its smaller access to closed APIs (sigma_d) and its support (b_state)."""


def _two_blocs(homes: Mapping[str, str], flip: int, **changes: Any) -> dict[str, Any]:
    """Return a world of the US and China; ``flip`` gives each of them what the other had, labs included."""
    place = (lambda code: SWAP[code]) if flip else (lambda code: code)
    labs: dict[str, dict[str, Any]] = {
        "Ace": {"strength": 0.4, "tiers": ["flagship", "economy"], "q": 151, "age": 2, "compute": 1500.0},
        "Bee": {"mode": "open", "q": 146, "cost": 0.5, "income": 0.25, "hosts": 3},
        "Cub": {"q": 148, "cost": 0.7, "age": 5, "compute": 600.0},
    }
    regions: dict[str, dict[str, Any]] = {
        "US": {"bloc": "US", "gdp": 3, "adoption": 0.2},
        "CN": {"bloc": "CN", "gdp": 2, "adoption": 0.35},
    }
    table = {place(code): {"bloc": place(code), **_rest(entry)} for code, entry in regions.items()}
    trust = {"US": {"CN": 0.8}, "CN": {"US": 0.5}}
    given: dict[str, Any] = {
        "regions": {code: table[code] for code in ("US", "CN")},
        "trust": {place(user): {place(home): x for home, x in row.items()} for user, row in trust.items()},
        "pricing": "market",
        "releases": "market",
    }
    return world({name: {**labs[name], "home": place(home)} for name, home in homes.items()}, **(given | changes))


def _rest(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "bloc"}


@oracle(
    "O18",
    "the US and China relabelled",
    "Two blocs and three labs with everything that a projection has (prices, releases, research, adoption, ecosystem, "
    "adaptive modes), and the same with the US and China exchanged: regions, homes, trust. Expected mode, fixed "
    "compute, no review, no spread of tastes, requirements and volumes, news at once, sigma_d = 0 (Chinese labs have "
    "half the access) and b_state = 0.",
    "All outputs mirror, apart from measures of one bloc by name, of the gap between the two, and of chips, which are "
    "made as in reality. Two labs that differ in their home alone, in symmetric blocs, stay identical for ever.",
)
def relabelled() -> Iterator[Check]:
    """Compare every measure of a world with that of its mirror image, and two labs with each other."""
    homes = {"Ace": "US", "Bee": "CN", "Cub": "US"}
    one, two = (_measures(scenario(_two_blocs(homes, flip), 36, SYMMETRIC, strategy="adaptive")) for flip in (0, 1))
    largest, where, cells = 0.0, "", 0
    for name in sorted(set(one) - BY_NAME - CHIPS - PAIRS):
        a, b = _symmetric(one[name]), _mirrored(two[name])
        b = b.reindex(a.index)
        assert (a.isna() == b.isna()).all(), name
        gap = (a - b).abs() / max(1.0, a.abs().max())
        cells += int(gap.notna().sum())
        if gap.max() > largest:
            largest, where = float(gap.max()), name
    what = f"largest difference of {cells} numbers from the mirror image ({where})"
    yield Check(what, 0.0, largest, 1e-10, mode="expected")
    moved = abs(one["token_share"] - two["token_share"]).max()
    yield holds("without exchanging labels they differ by more than .01", bool(moved > 0.01))
    yield from _twins()


def _measures(what: Scenario) -> dict[str, pd.Series]:
    found = run(what)
    return {name: found.frame(name).set_index(CELL).value for name in found.measures}


def _symmetric(table: pd.Series) -> pd.Series:
    """Return the cells that have a mirror image: not those of the world outside China, or of US closed labs."""
    segment, by = (table.index.get_level_values(level) for level in ("segment_kind", "by"))
    return table[(segment != "excl_CN") & (by != "group")]


def _mirrored(table: pd.Series) -> pd.Series:
    names = {level: table.index.get_level_values(level).map(lambda x: SWAP.get(x, x)) for level in ("segment", "key")}
    index = table.index.to_frame()
    return table.set_axis(pd.MultiIndex.from_frame(index.assign(**{k: v.to_numpy() for k, v in names.items()})))


def _twins() -> Iterator[Check]:
    even: dict[str, Any] = {code: {"bloc": code, "gdp": 1, "adoption": 0.2} for code in ("US", "CN")}
    labs = {"Ace": {"home": "US", "habit": 8}, "Bee": {"home": "CN", "habit": 8}}
    given = {"trust": {"US": {"CN": 0.5}, "CN": {"US": 0.5}}, "pricing": "market", "releases": "market"}
    given["init"] = {"shares": dict.fromkeys(labs, 0.5)}  # else all begin with the first of equals
    found = run(scenario(world(labs, regions=even, **given), 120, SYMMETRIC))
    for measure in ("token_share", "ecosystem_share", "revenue", "knowledge", "rd_budget"):
        table = {lab: series(found, measure, "lab", lab) for lab in labs}
        gap = np.abs(table["Ace"] - table["Bee"]) / max(1.0, np.abs(table["Ace"]).max())
        what = f"identical labs, 120 months: largest difference of {measure}"
        yield Check(what, 0.0, float(gap.max()), 1e-10, mode="expected")


SINCE = "2026-06"
TWO_BANS = {"model_ban.US.CN": f"0.5@{SINCE}", "procurement_ban.EU.CN": f"1@{SINCE}"}


@oracle(
    "O19",
    "the same policy, and policies that differ from a month on",
    "The world `stylised` with all its parameters in both modes, and the replay of history: one policy twice, in "
    "another order and against the status quo that it repeats; and levers on demand and on supply that start in a "
    "month.",
    "Two runs of one policy and seed are equal to the bit. Policies that differ from month t0 on are equal to the bit "
    "before t0.",
)
def policies() -> Iterator[Check]:
    """Count the numbers that differ."""
    for choice in ("sampled", "expected"):
        quiet, bans = _stylised(choice), _stylised(choice, TWO_BANS)
        again = _stylised(choice, TWO_BANS)
        yield same(f"{choice}: numbers that differ between two runs of one policy", differing(bans, again))
        turned = _stylised(choice, dict(reversed(TWO_BANS.items())))
        yield same(f"{choice}: the same entries in another order", differing(bans, turned))
        nothing = _stylised(choice, {"adoption_push.US": "0"})
        yield same(f"{choice}: a policy of its own that repeats the status quo", differing(quiet, nothing))
        yield same(f"{choice}: bans, before they start", differing(quiet, bans, SINCE))
        yield holds(f"{choice}: bans act from then on", differing(quiet, bans) > 0)
        chips = _stylised(choice, {"chip_export_quota.US.CN": f".inf@{SINCE}", "chip_import_limit.CN": f"1@{SINCE}"})
        yield same(f"{choice}: open trade in chips, before it starts", differing(quiet, chips, SINCE))
        yield holds(f"{choice}: open trade in chips acts from then on", differing(quiet, chips) > 0)
    record, block = _history(), _history({"api_access_block.US.NAL": "1@2023-12"})
    yield same("history: a block of APIs, before it starts", differing(record, block, "2023-12"))
    yield holds("history: the block acts from then on", differing(record, block) > 0)


def _stylised(choice: str, levers: Mapping[str, str] | None = None) -> Tables:
    settings: dict[str, Any] = {"horizon": "2026-09", "enterprises": 60, "choice": choice}
    return tables(run(Scenario.load(world="stylised", levers=levers or {}, **settings), 3))


def _history(levers: Mapping[str, str] | None = None) -> Tables:
    return tables(run(Scenario.load(horizon="2024-03", enterprises=60, levers=levers or {}), 3))


UNUSED: dict[str, Any] = {
    "reactions.gap_threshold": 9.0,
    "prices.host_sensitivity": 5.0,
    "ecosystem.log_weight": 2.0,
    "strategy.precision": 1.0,
    "prices.video_fee": 900.0,
}
"""Reactions are off, hosts charge cost plus, the ecosystem is linear, modes are fixed, nobody sells video."""


@oracle(
    "O19b",
    "an inert lab, and parameters that are not used",
    "A lab that no region may use (its own API blocked everywhere, closed weights: utility -inf) and that has no "
    "compute, as first and as last by name; and other values of parameters that nothing reads under these settings. "
    "Tastes and luck are on.",
    "All other numbers stay what they are to the bit; the lab has no users.",
)
def inert() -> Iterator[Check]:
    """Count the numbers of the others that differ."""
    labs: dict[str, dict[str, Any]] = {
        "Acme": {"tiers": ["flagship", "economy"], "compute": 1500.0},
        "Cui": {"home": "CN", "mode": "open", "q": 146, "cost": 0.5},
        "Dom": {"q": 148, "age": 3},
    }
    nobody = {"home": "US", "q": 60, "cost": 1.0, "price": 1e6, "compute": 0.0, "fund": 1e-30, "blocked": ["world"]}
    for choice in ("sampled", "expected"):
        base = _market(labs, choice)
        for name in ("Aaa", "Zzz"):
            more = _market({**labs, name: nobody}, choice)
            yield same(f"{choice}: numbers that differ with the lab {name}", differing(base, more, without=name))
            used = more["token_share"].query("by == 'lab' and key == @name").value.max()
            yield Check(f"{choice}: largest token share of {name}", 0.0, float(used), 0.0)
        other = _market(labs, choice, UNUSED)
        yield same(f"{choice}: numbers that differ with unused parameters", differing(base, other))
        acts = _market(labs, choice, {"demand.gamma": 1.6})
        yield holds(f"{choice}: a parameter that is used makes a difference", differing(base, acts) > 0)


def _market(labs: Mapping[str, Mapping[str, Any]], choice: str, params: Mapping[str, Any] | None = None) -> Tables:
    regions = {code: {"bloc": code, "gdp": 1, "adoption": 0.3} for code in ("US", "CN")}
    where = world(labs, regions=regions, pricing="market", releases="market")
    settings: dict[str, Any] = {"enterprises": 80, "choice": choice, "strategy": "fixed", "policy": ()}
    return tables(run(Scenario.load(world=where, horizon="2026-12", params=params or {}, **settings), 5))
