"""The stratified population: minima, weights, effective samples, keyed tastes."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import model, parameters, with_lab

from sim.parameters import Parameters
from sim.population import CELL_MINIMUM, REGION_MINIMUM, Population, build_population, stratify
from sim.world import CLASSES, TASKS, World

SHARES = np.array([0.30, 0.45, 0.15, 0.10])


@pytest.fixture(scope="module")
def population(world: World) -> Population:
    return build_population(world, Parameters(), 2000, 0)


def tables(population: Population, skip: tuple[str, ...] = ()) -> dict[str, bytes]:
    return {f.name: getattr(population, f.name).tobytes() for f in fields(population) if f.name not in skip}


def effective(weight: np.ndarray) -> float:
    return float(weight.sum() ** 2 / (weight**2).sum())


def test_every_region_and_class_has_its_minimum(population: Population, world: World) -> None:
    cells = np.zeros((len(world.region_codes), len(CLASSES)), dtype=int)
    np.add.at(cells, (population.region, population.kind), 1)
    assert population.size == cells.sum() == 2000
    assert cells.sum(axis=1).min() >= REGION_MINIMUM == 60
    assert cells.min() >= CELL_MINIMUM == 10
    assert cells.sum(axis=1)[world.region_codes.index("US")] == cells.sum(axis=1).max()


@given(st.integers(52, 3000), st.lists(st.floats(0.001, 1), min_size=13, max_size=13))
def test_stratification_uses_every_representative(size: int, gdp: list[float]) -> None:
    weights = np.array(gdp) / sum(gdp)
    cells = stratify(weights, SHARES, size)
    assert cells.shape == (13, 4)
    assert cells.sum() == size
    assert cells.min() >= max(1, int(10 * min(1.0, size / 2000)))
    assert cells.sum(axis=1).min() >= min(size // 13, int(60 * min(1.0, size / 2000)))


def test_count_weights_restore_gdp_and_size(population: Population, world: World) -> None:
    cells = np.zeros((len(world.region_codes), len(CLASSES)))
    np.add.at(cells, (population.region, population.kind), population.count)
    gdp = world.region_gdp / world.region_gdp.sum()
    np.testing.assert_allclose(cells, np.outer(gdp, SHARES), rtol=1e-10)
    assert population.count.sum() == pytest.approx(1, abs=1e-12)
    assert population.count.min() > 0


def test_token_weights_restore_the_classes(population: Population) -> None:
    by_class = np.bincount(population.kind, population.tokens)
    np.testing.assert_allclose(by_class, [0.40, 0.40, 0.12, 0.08], rtol=1e-12)
    ratio = population.tokens / (population.count * population.volume)
    for kind in range(len(CLASSES)):
        np.testing.assert_allclose(ratio[population.kind == kind], ratio[population.kind == kind][0], rtol=1e-10)


def test_both_weights_rest_on_many_enterprises(population: Population) -> None:
    """Section 5.5 says about 750 of 2000; plain sampling of volumes would leave about 85 for tokens."""
    assert effective(population.count) > 400
    assert effective(population.tokens) > 400


def test_weighted_volumes_are_lognormal(population: Population) -> None:
    """The likelihood ratio undoes the size bias (of 2 in logs): medians and spread are those of the parameters."""
    for kind, median in enumerate((300.0, 1000.0, 1000.0, 500.0)):
        member = population.kind == kind
        log, weight = np.log(population.volume[member]), population.count[member] / population.count[member].sum()
        mean = (weight * log).sum()
        assert mean == pytest.approx(np.log(median), abs=0.25)
        assert np.sqrt((weight * (log - mean) ** 2).sum()) == pytest.approx(2.0, abs=0.25)


def test_slots_by_hand(population: Population) -> None:
    medians = np.array([300.0, 1000.0, 1000.0, 500.0])[population.kind]
    wanted = np.clip(np.round(6 * (population.volume / medians) ** 0.25), 1, 12)
    np.testing.assert_array_equal(population.slots, wanted)
    np.testing.assert_array_equal(np.bincount(population.slot_owner), population.slots)
    np.testing.assert_array_equal(population.slot_owner[population.slot_start], np.arange(population.size))


def test_tasks_of_slots(population: Population) -> None:
    developer = population.kind[population.slot_owner] == 0
    for who, law in ((developer, [0.20, 0.60, 0.15, 0.05, 0.0]), (~developer, [0.35, 0.25, 0.20, 0.15, 0.05])):
        n, share = who.sum(), np.array(law)
        seen = np.bincount(population.slot_task[who], minlength=5) / n
        assert (np.abs(seen - share) <= 4 * np.sqrt(share * (1 - share) / n)).all()


def test_tokens_of_a_firm_are_split_by_task(population: Population) -> None:
    video = population.slot_task == TASKS.index("video")
    assert (population.slot_share[video] == 0).all()
    whole = np.bincount(population.slot_owner, population.slot_share)
    text = np.bincount(population.slot_owner, ~video) > 0
    np.testing.assert_allclose(whole, text.astype(float), rtol=1e-12)
    firm = np.flatnonzero(text)[3]
    own = population.slot_owner == firm
    weight = np.array([1.0, 6.0, 2.0, 1.0, 0.0])[population.slot_task[own]]
    np.testing.assert_allclose(population.slot_share[own], weight / weight.sum(), rtol=1e-12)


def test_price_sensitivity_by_class_and_task(population: Population) -> None:
    task, developer = population.slot_task, population.kind[population.slot_owner] == 0
    factor = np.array([1.3, 0.7, 1.3, 0.7, 1.0])[task] * np.where(developer, 1.5, 1.0)
    log = np.log(population.slot_alpha / (1.2 * factor))
    for who in [developer, ~developer, *(task == k for k in range(len(TASKS)))]:
        assert abs(log[who].mean()) < 4 * 0.5 / np.sqrt(who.sum())
    assert log.std() == pytest.approx(0.5, rel=4 / np.sqrt(2 * log.size))


def test_tastes_are_standard(population: Population) -> None:
    n = population.taste.size
    assert abs(population.taste.mean()) < 4 / np.sqrt(n)
    assert abs(population.taste.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs(np.log(population.beta / 2.5).mean()) < 4 * 0.4 / np.sqrt(population.size)
    assert abs(population.slot_z.mean()) < 4 / np.sqrt(population.slot_z.size)


def test_only_developers_get_free_offers(population: Population) -> None:
    developer = population.kind == 0
    assert (population.free_draw[~developer] > 1).all()
    assert ((population.free_draw[developer] > 0) & (population.free_draw[developer] < 1)).all()
    draws = [population.ban_draw, population.access_draw, population.free_draw[developer]]
    assert abs(np.corrcoef(draws[0], draws[1])[0, 1]) < 4 / np.sqrt(population.size)


@pytest.mark.parametrize("name", ["AAA", "Kilo", "ZZZ"])
def test_a_new_lab_moves_nobody(population: Population, world: World, name: str) -> None:
    wider = build_population(with_lab(world, name, model("x", "x", 3, name)), Parameters(), 2000, 0)
    at = sorted((*world.lab_names, name)).index(name)
    assert tables(wider, ("taste",)) == tables(population, ("taste",))
    assert np.delete(wider.taste, at, axis=0).tobytes() == population.taste.tobytes()
    assert wider.taste[at].std() == pytest.approx(1, abs=0.1)


def test_the_seed_makes_the_population(world: World) -> None:
    one, same, other = (build_population(world, Parameters(), 104, seed) for seed in (3, 3, 4))
    assert tables(one) == tables(same)
    changed = {name for name, table in tables(other).items() if table != tables(one)[name]}
    assert {"keys", "volume", "ban_draw", "beta", "taste", "slot_alpha", "slot_z"} <= changed
    np.testing.assert_array_equal(one.region, other.region)


def test_parameters_scale_tastes_and_draw_nothing(world: World) -> None:
    base, wide = (build_population(world, parameters(p), 104, 0) for p in ({}, {"demand.lab_taste_sd": 2.0}))
    np.testing.assert_allclose(wide.taste, 2 * base.taste, rtol=1e-15)
    assert tables(wide, ("taste",)) == tables(base, ("taste",))


def test_a_smaller_world_keeps_its_cells(world: World) -> None:
    small = build_population(world, Parameters(), 52, 0)
    cells = np.zeros((13, 4), dtype=int)
    np.add.at(cells, (small.region, small.kind), 1)
    assert (cells == 1).all()
    assert small.count.sum() == pytest.approx(1)
    poorer = build_population(replace(world, region_gdp=world.region_gdp * 7), Parameters(), 52, 0)
    np.testing.assert_allclose(poorer.count, small.count, rtol=1e-12)
