"""What must hold in any world without history: shares answer to price and quality, names do not matter, shares sum up.

All in expected mode, where it holds to the last digits, through rosters that hypothesis makes up.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.verify.draws import ALIKE
from experiments.verify.toolkit import run, scenario, series, shares, world
from sim import MarketModel, Trajectory
from sim.policy import Policy
from sim.roster_policy import real_world

CHOOSY: dict[str, Any] = {
    "demand.price_sensitivity": 1.2,
    "demand.price_sensitivity_sd": 0.5,
    "demand.quality_sensitivity": 2.5,
    "demand.lab_taste_sd": 1.0,
    "demand.closed_premium": 1.0,
    "demand.outside": -1.0,
    "demand.dissimilarity": 0.6,
}
"""Tastes of all kinds; everybody chooses anew each month, at no cost."""
STICKY: dict[str, Any] = {
    "demand.switching_cost": 3.0,
    "demand.channel_cost": 0.5,
    "demand.review": 0.3,
    "demand.gamma": 1.5,
    "demand.awareness": 50.0,
    "usage.price_elasticity": 0.5,
    "prices.host_variety": 0.5,
}
"""The past counts, and so does what others use."""
NAMES = ("Ace", "Bee", "Cub")

quick = settings(max_examples=12, deadline=None)
lab = st.fixed_dictionaries(
    {"strength": st.floats(-2, 2), "q": st.floats(125, 150), "price": st.floats(0.3, 6), "cost": st.just(0.2)},
    optional={"mode": st.sampled_from(["closed", "open"])},
)
market = st.tuples(lab, lab, lab).map(lambda labs: dict(zip(NAMES, labs, strict=True)))


def held(labs: Mapping[str, Mapping[str, Any]], params: Mapping[str, Any] = CHOOSY) -> dict[str, float]:
    """Return each lab's share of all slots and of tokens (``lab tokens``), and the outside's, after a month."""
    found = run(scenario(world(labs), 1, params, enterprises=12))
    outside = series(found, "outside_share")[-1]
    slots = {name: path[-1] * (1 - outside) for name, path in shares(found, "slot_share").items()}
    return slots | {f"{name} tokens": path[-1] for name, path in shares(found).items()} | {"outside": outside}


def changed(labs: dict[str, dict[str, Any]], **values: float) -> dict[str, dict[str, Any]]:
    """Return the labs with some values of the first one changed; it is closed, so that its price is the only one."""
    return {**labs, "Ace": {**labs["Ace"], "mode": "closed", **values}}


@quick
@given(market, st.floats(1.05, 4))
def test_a_higher_price_loses_users_to_everybody_else(labs: dict[str, dict[str, Any]], factor: float) -> None:
    before, after = held(changed(labs)), held(changed(labs, price=labs["Ace"]["price"] * factor))
    assert after["Ace"] < before["Ace"]
    assert after["Ace tokens"] < before["Ace tokens"]
    for other in ("Bee", "Cub", "outside"):
        assert after[other] > before[other]


@quick
@given(market, st.floats(0.05, 3))
def test_strength_wins_users_from_everybody_else(labs: dict[str, dict[str, Any]], more: float) -> None:
    before, after = held(changed(labs)), held(changed(labs, strength=labs["Ace"]["strength"] + more))
    assert after["Ace"] > before["Ace"]
    assert after["Ace tokens"] > before["Ace tokens"]
    for other in ("Bee", "Cub", "outside"):
        assert after[other] < before[other]


@quick
@given(market, st.floats(0.5, 20))
def test_quality_wins_users(labs: dict[str, dict[str, Any]], points: float) -> None:
    before, after = held(changed(labs)), held(changed(labs, q=labs["Ace"]["q"] + points))
    assert after["Ace"] > before["Ace"]
    for other in ("Bee", "Cub", "outside"):
        assert after[other] < before[other]


def test_quality_beyond_every_requirement_is_worth_nothing() -> None:
    params = CHOOSY | {"demand.requirement": 100.0, "demand.requirement_sd": 0.0}
    labs: dict[str, dict[str, Any]] = {name: {"price": 1.0} for name in NAMES}
    assert held(changed(labs, q=130), params) == pytest.approx(held(changed(labs, q=160), params), abs=1e-12)


@quick
@given(market)
def test_shares_sum_to_one(labs: dict[str, dict[str, Any]]) -> None:
    regions = {code: {"bloc": code, "gdp": 1, "adoption": 0.5} for code in ("US", "CN")}
    found = run(scenario(world(labs, regions=regions), 2, CHOOSY | STICKY, enterprises=16))
    for measure in ("token_share", "slot_share", "spend_share", "new_choice_share"):
        sums = found.frame(measure).groupby(["month", "segment_kind", "segment", "by"]).value.sum()
        np.testing.assert_allclose(sums, 1.0, rtol=0, atol=1e-12)
    outside = found.frame("outside_share").value
    assert outside.between(0, 1).all()
    model = found.records.slots.sum(axis=(3, 4, 5)) / found.records.capacity
    whole = found.frame("outside_share").query("segment_kind == 'world'").value.to_numpy()
    filled = found.records.slots.sum(axis=(1, 2, 3, 4, 5)) / found.records.capacity.sum(axis=(1, 2))
    np.testing.assert_allclose(filled + whole, 1.0, atol=1e-12)
    assert ((model >= 0) & (model <= 1 + 1e-12)).all()


MEASURES = (
    "token_share",
    "slot_share",
    "spend_share",
    "adoption",
    "tokens",
    "revenue",
    "ecosystem_share",
    "price_list",
)
CELL = ["month", "segment_kind", "segment", "by", "key"]


def cells(found: Trajectory, rename: Mapping[str, str]) -> pd.Series:
    """Return measures as one series over (measure, cell), names replaced."""
    parts = {}
    for name in MEASURES:
        table = found.frame(name).replace({"key": dict(rename), "segment": dict(rename)})
        parts[name] = table.set_index(CELL).value
    return pd.concat(parts).sort_index()


@quick
@given(market, st.sampled_from(list(permutations(NAMES))))
def test_names_of_labs_do_not_matter(labs: dict[str, dict[str, Any]], names: tuple[str, ...]) -> None:
    """With tastes for labs off, which are keyed by their names."""
    rename = dict(zip(NAMES, names, strict=True))
    params = CHOOSY | STICKY | {"demand.lab_taste_sd": 0.0}
    start = dict(zip(NAMES, (0.5, 0.2, 0.2), strict=True))
    found = []
    for who in (dict(zip(NAMES, NAMES, strict=True)), rename):
        given_labs = {who[name]: entry for name, entry in labs.items()}
        init = {"shares": {who[name]: share for name, share in start.items()}}
        what = scenario(world(given_labs, init=init, pricing="market"), 4, params, enterprises=12)
        found.append(cells(run(what), {new: old for old, new in who.items()}))
    one, two = found
    assert (one.index == two.index).all()
    np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-9)


PLACES: dict[str, dict[str, Any]] = {
    "X": {"bloc": "AL", "gdp": 3, "adoption": 0.6},
    "Y": {"bloc": "AL", "gdp": 1, "adoption": 0.2},
    "Z": {"bloc": "NAL", "gdp": 2, "adoption": 0.35},
}


@quick
@given(market, st.sampled_from(list(permutations(PLACES))), st.floats(0, 1))
def test_codes_of_regions_do_not_matter(labs: dict[str, dict[str, Any]], codes: tuple[str, ...], trust: float) -> None:
    """With tastes, requirements and tasks off, which are keyed by enterprises and so by their region."""
    rename = dict(zip(PLACES, codes, strict=True))
    even = {"demand.lab_taste_sd": 0.0, "demand.price_sensitivity_sd": 0.0, "demand.quality_sensitivity_sd": 0.0}
    even |= {"demand.requirement_sd": 0.0, "usage.weight_coding": 1.0, "usage.weight_documents": 1.0}
    found = []
    for where in (dict(zip(PLACES, PLACES, strict=True)), rename):
        regions = {where[code]: entry for code, entry in PLACES.items()}
        homes = {name: {**labs[name], "home": where[code]} for name, code in zip(NAMES, PLACES, strict=True)}
        attitudes = {where["X"]: {where["Y"]: trust}, where["Z"]: {where["X"]: 0.3}}
        ordered = {code: regions[code] for code in sorted(regions)}
        init = {"shares": dict(zip(NAMES, (0.5, 0.2, 0.2), strict=True))}
        given_world = world(homes, regions=ordered, trust=attitudes, init=init, pricing="market", adoption=0.3)
        what = scenario(given_world, 4, CHOOSY | STICKY | ALIKE | even, enterprises=30)
        found.append(cells(run(what), {new: old for old, new in where.items()}))
    one, two = found
    assert (one.index == two.index).all()
    np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["Aaa", "Zzz"])
def test_a_lab_without_compute_moves_no_gap(name: str) -> None:
    """It settles more slowly than the others, and they do not go on because of it."""
    labs: dict[str, dict[str, Any]] = {"Ace": {"compute": 1500.0}, "Bee": {"mode": "open", "q": 144}, "Cub": {}}
    idle = {"compute": 0.0, "blocked": ["world"]}
    one, two = (MarketModel(scenario(world(given), 1, enterprises=4)) for given in (labs, {**labs, name: idle}))
    others = [k for k, lab_name in enumerate(two.world.lab_names) if lab_name != name]
    gaps = two.supply.past.gaps
    assert gaps[others].tobytes() == one.supply.past.gaps.tobytes()
    assert gaps[others].min() > gaps[two.world.lab_names.index(name)] > -10


def test_a_world_without_the_real_one_reads_no_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    roster = scenario(world({"Ace": {}}), 1, enterprises=4).roster

    def refuse(*_: Any) -> Policy:
        raise AssertionError("a policy file was read")

    monkeypatch.setattr(Policy, "load", refuse)
    assert real_world(roster).names == ("none",)
    assert not real_world(roster).entries
