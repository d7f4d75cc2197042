"""Strengths from shares (O22), and the two modes of choosing against each other (O25)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from experiments.verify.check import Check, oracle, sampled
from experiments.verify.draws import ALIKE, strengths, worst
from experiments.verify.toolkit import model, run, scenario, series, shares, world
from sim import MarketModel, Scenario
from sim.market.choice import Nests
from sim.market.inversion import invert_shares, mixed_shares, nested_logit_inversion

OUTSIDE = -1.0
MIXED: dict[str, Any] = {
    "demand.price_sensitivity": 1.2,
    "demand.price_sensitivity_sd": 0.5,
    "demand.price_sensitivity_bulk": 1.3,
    "demand.price_sensitivity_special": 0.7,
    "demand.price_sensitivity_developer": 1.5,
    "demand.quality_sensitivity": 2.5,
    "demand.lab_taste_sd": 1.0,
    "demand.closed_premium": 2.0,
    "demand.closed_premium_developer": 0.5,
    "demand.outside": OUTSIDE,
    "prices.host_variety": 0.5,
    "population.task_local": 0.2,
}
"""Tastes as they are by default, and no video slots."""
LABS: dict[str, dict[str, Any]] = {
    "A": {"strength": 0.8},
    "B": {"strength": 0.3, "price": 0.7, "q": 145},
    "C": {"strength": -0.5, "mode": "open", "q": 144, "cost": 0.5},
    "D": {"strength": 0.1, "mode": "open", "blocked": ["world"], "q": 140, "hosts": 4},
}


def _observed(market: MarketModel) -> tuple[np.ndarray, np.ndarray, Nests]:
    """Return lab and share of all slots of each option that is in use in the last month, and their grouping."""
    records, rows = market.recorder.records, _rows(market)
    share = records.slots[-1].sum(axis=(0, 1, 4)) / records.capacity[-1].sum()
    used = share[rows.lab, rows.channel] > 0
    lab, channel = rows.lab[used], rows.channel[used]
    return lab, share[lab, channel], Nests.of(lab, channel)


def _rows(market: MarketModel) -> Any:
    assert market.menu is not None
    return market.menu.text


@oracle(
    "O22",
    "share inversion",
    "Shares of a run are inverted: of a plain logit, of a nested logit with open weights on several channels, and of "
    "firms that differ in price sensitivity, requirements and tastes. The tastes are those of the run's own "
    "population, read from the menu of the same world with all strengths at 0.",
    "The inversion returns the strengths of the roster: V_j - V_0 = ln s_j - ln s_0 for the logit, less (1-rho) ln "
    "s_j|l for the nested logit, the fixed point of the contraction for the mixed one. Its shares are those observed.",
)
def inversion() -> Iterator[Check]:
    """Compare the inverted shares with the strengths that made them."""
    yield from _closed_forms()
    twins = {name: {**entry, "strength": 0.0} for name, entry in LABS.items()}
    for rho in (1.0, 0.6):
        params = MIXED | {"demand.dissimilarity": rho}
        market, bare = (model(scenario(world(labs), 2, params)) for labs in (LABS, twins))
        lab, share, nests = _observed(market)
        tastes, weight = _tastes(bare, lab.size)
        outside = np.full(weight.size, OUTSIDE)
        delta = invert_shares(share, tastes, nests, weight, outside, rho)
        for k, name in enumerate(LABS):
            answer = LABS[name]["strength"]
            got = delta[lab == k]
            yield worst(f"mixed, rho {rho:g}: strength of lab {name} by channel", np.full(got.size, answer), got)
        back, _ = mixed_shares(delta, tastes, nests, weight, outside, rho)
        yield worst(f"mixed, rho {rho:g}: shares at the inverted strengths", share, back, 1e-12)


def _closed_forms() -> Iterator[Check]:
    for rho in (1.0, 0.6):
        labs = {name: {"strength": entry["strength"], **_kind(entry)} for name, entry in LABS.items()}
        params = ALIKE | {"demand.outside": OUTSIDE, "demand.dissimilarity": rho}
        lab, share, nests = _observed(model(scenario(world(labs), 2, params)))
        found = nested_logit_inversion(share, nests, rho)
        for k, name in enumerate(LABS):
            answer, got = LABS[name]["strength"] - OUTSIDE, found[lab == k]
            what = f"no tastes, rho {rho:g}: V - V_0 of lab {name} by channel"
            yield worst(what, np.full(got.size, answer), got, 1e-12)
    plain = strengths({"A": 0.8, "B": 0.3})
    run_of = run(scenario(world(plain), 2, ALIKE | {"demand.outside": OUTSIDE}))
    away = series(run_of, "outside_share")[-1]
    for name, path in shares(run_of, "slot_share").items():
        odds = np.log(path[-1] * (1 - away)) - np.log(away)
        yield Check(f"ln s - ln s_0 of lab {name}", plain[name]["strength"] - OUTSIDE, odds, 1e-12, mode="expected")


def _kind(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("mode", "blocked") if key in entry}


def _tastes(bare: MarketModel, options: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what each slot adds to the strengths, by option in use, and its weight, shapes (J, S) and (S,)."""
    population, known = bare.population, bare.awareness
    assert bare.menu is not None
    slots = np.arange(population.slot_owner.size)
    utility = bare.menu.utility(population, slots, known.own, known.weights, False)
    used = utility[np.isfinite(utility).any(axis=1)]
    assert used.shape[0] == options
    return used, population.count[population.slot_owner]


SIZES = (500, 2000, 8000)
SEEDS = {500: range(12), 2000: range(12, 17), 8000: range(17, 19)}
"""More seeds where a run is cheap: errors are pooled over seeds, labs and months."""


@oracle(
    "O25",
    "sampled against expected choice",
    "Four regions with tastes, requirements, awareness of new releases, reviews, upgrades and adoption, run in both "
    "modes with equal seeds at 500, 2,000 and 8,000 enterprises. What is joint over the slots of a firm is off (the "
    "discount on the cost of switching to a lab that it already runs), as is what feeds shares back into choices "
    "(imitation, ecosystem).",
    "The sampled share of each lab, by region and class, is the expected one plus an error of mean 0 whose largest "
    "value over labs falls with N^-1/2.",
)
def two_modes() -> Iterator[Check]:
    """Compare the largest errors over the number of enterprises, and the mean error with its spread."""
    errors = {size: np.concatenate([_difference(size, seed) for seed in SEEDS[size]]) for size in SIZES}
    largest = [np.abs(errors[size]).max(axis=2).mean(axis=1) for size in SIZES]
    size = np.log(SIZES) - np.log(SIZES).mean()
    slope = float(size @ np.log([each.mean() for each in largest]) / (size @ size))
    spread = np.array([each.std(ddof=1) / each.mean() / np.sqrt(each.size) for each in largest])
    error = float(np.sqrt((size * spread) @ (size * spread)) / (size @ size))
    yield sampled("slope of the log of the largest error over the log of N", -0.5, slope, error)
    root = np.concatenate([np.full(len(errors[number]), np.sqrt(number)) for number in SIZES])
    scaled = root[:, None] * np.concatenate([errors[number] for number in SIZES]).mean(axis=1)
    for name, each in zip("ABC", scaled.T, strict=True):
        mean, error = float(root @ each / (root @ root)), float(each.std(ddof=1) / np.sqrt(root @ root))
        yield sampled(f"mean error of the share of lab {name}, weighted by N", 0.0, mean, error)


def _difference(size: int, seed: int) -> np.ndarray:
    """Return sampled less expected slot shares of each region and class, shape (cells, months, labs)."""
    found = []
    for choice in ("sampled", "expected"):
        slots = run(_mode(size, choice), seed).records.slots.sum(axis=(4, 5))
        found.append(slots / slots.sum(axis=3, keepdims=True))
    cells = (found[0] - found[1]).reshape(slots.shape[0], -1, slots.shape[3])
    return np.asarray(cells.transpose(1, 0, 2))


def _mode(size: int, choice: str) -> Scenario:
    labs: dict[str, dict[str, Any]] = {
        "A": {"strength": 0.5},
        "B": {"age": 4},
        "C": {"mode": "open", "q": 144, "cost": 0.5},
    }
    params = MIXED | {
        "demand.switching_cost": 2.0,
        "demand.switching_cost_known": 1.0,
        "demand.channel_cost": 0.5,
        "demand.review": 0.3,
        "demand.dissimilarity": 0.6,
        "demand.imitation": 0.0,
        "demand.innovation": 0.5,
        "demand.awareness": 1.0,
        "research.sharing": 0.0,
        "population.volume_sd": 0.0,
    }
    regions = {"US": {"bloc": "US", "gdp": 1}, **{name: {"bloc": "NAL", "gdp": 1} for name in ("X", "Y", "Z")}}
    start = {"shares": {"A": 0.9, "B": 0.1}}
    where = world(labs, regions=regions, adoption=0.4, releases="market", init=start)
    return scenario(where, 6, params, enterprises=size, choice=choice)
