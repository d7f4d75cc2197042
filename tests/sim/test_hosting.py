"""Where open weights are served, and what it costs there (E13, E14, E7)."""

from __future__ import annotations

import numpy as np
import pytest
from projected import AFTER, BUYS, T_H, arm, quiet, under

from sim.hosting import Places, cheapest_abroad, host_blocs
from sim.menu import HOST, OWN, SELF
from sim.tables import load_world
from sim.world import BLOCS

WORLD = load_world()
RENT = np.array([2.0, 6.0, 1.5, 1.8])
HOME = np.array([BLOCS.index(bloc) for bloc in WORLD.region_blocs])
NOWHERE = np.zeros(HOME.size, dtype=bool)
CHINA, EU, US = (WORLD.region_codes.index(code) for code in ("CN", "EU", "US"))


def test_hosts_stand_in_the_cheapest_bloc_outside_china() -> None:
    assert cheapest_abroad(RENT) == BLOCS.index("AL")
    assert cheapest_abroad(np.array([2.0, 0.1, 3.0, 4.0])) == BLOCS.index("US")
    blocs = host_blocs(WORLD, RENT, NOWHERE)
    assert blocs[CHINA] == BLOCS.index("CN")
    assert set(np.delete(blocs, CHINA).tolist()) == {BLOCS.index("AL")}


def test_localisation_keeps_hosts_in_the_users_region() -> None:
    local = NOWHERE.copy()
    local[US] = True
    assert host_blocs(WORLD, RENT, local)[US] == BLOCS.index("US")
    places = Places.of(WORLD, RENT, np.ones(4), local)
    factor = places.factor[places.group]
    assert factor[US] == pytest.approx(2.0 / 1.5) and factor[EU] == 1.0 and factor[CHINA] == pytest.approx(4.0)


def test_who_hosts_for_itself_pays_the_rent_of_its_bloc() -> None:
    alone = Places.of(WORLD, RENT, np.ones(4), NOWHERE).alone
    np.testing.assert_allclose(alone, RENT[HOME][:, None] / RENT[WORLD.lab_bloc_index][None, :])


def test_what_is_rationed_is_not_served_where_it_runs() -> None:
    ration = np.array([1.0, 0.6, 0.9, 1.0])
    served = Places.of(WORLD, RENT, ration, NOWHERE).served
    chinese = WORLD.lab_bloc_index == BLOCS.index("CN")
    assert (served[:, chinese, OWN] == 0.6).all() and (served[:, ~chinese, OWN] >= 0.9).all()
    assert (served[CHINA, :, HOST] == 0.6).all() and (np.delete(served, CHINA, axis=0)[:, :, HOST] == 0.9).all()
    assert (served[CHINA, :, SELF] == 0.6).all() and (served[US, :, SELF] == 1.0).all()


def test_one_rent_is_one_price() -> None:
    places, one = Places.of(WORLD, np.full(4, 2.5), np.ones(4), NOWHERE), Places.one(WORLD)
    for name in ("group", "factor", "alone", "served"):
        assert getattr(places, name).tobytes() == getattr(one, name).tobytes()


def test_dear_compute_in_china_leaves_hosts_abroad_cheap() -> None:
    """A chip ban makes compute dear in China: Chinese labs' own prices follow, those at hosts elsewhere do not."""
    free = arm(tuple(sorted({BUYS: "1", "chip_export_quota.US.CN": ".inf"}.items())))
    banned = under(**{"chip_import_limit__CN": "0"})
    t, offers = free.n_months - 1, free.offers
    assert banned.supply.rent[t, 1] > 1.2 * free.supply.rent[t, 1]
    chinese = free.world.lab_bloc_index[offers.lab] == BLOCS.index("CN")
    old = np.flatnonzero(chinese & ~offers.closed & (offers.month <= T_H) & ~offers.video & offers.served)
    ratio = {
        name: np.nanmedian(getattr(banned.offers, name)[old, t] / getattr(free.offers, name)[old, t])
        for name in ("own_price", "host_price")
    }
    assert ratio["own_price"] > 1.2
    assert ratio["host_price"] == pytest.approx(
        min(banned.supply.rent[t, [0, 2, 3]]) / min(free.supply.rent[t, [0, 2, 3]]), rel=1e-9
    )


def test_utility_and_bills_agree_on_prices_by_place() -> None:
    """V of an option is that of the price that the slot pays there, on every channel."""
    market = under(**{"chip_import_limit__CN": "0", "hosting_localisation__EU": "1"})
    menu, population = market.menu, market.population
    assert menu is not None and menu.t >= AFTER and menu.places.factor.size > 1
    rows, awareness = menu.text, market.awareness
    text = np.flatnonzero(population.slot_task != 4)
    slots = text[:: max(1, text.size // 60)]
    utility = menu.utility(population, slots, awareness.own, awareness.weights, video=False)
    owner = population.slot_owner[slots]
    for row in range(0, rows.line.size, 7):
        table = awareness.own if rows.channel[row] == OWN else awareness.weights
        model = table[rows.line[row], owner]
        there = np.flatnonzero((model >= 0) & np.isfinite(utility[row]))
        channel = np.full(there.size, rows.channel[row])
        held = menu.held_utility(population, slots[there], model[there], channel, video=False)
        np.testing.assert_allclose(utility[row, there], held, atol=1e-9)


def test_the_replay_has_one_price() -> None:
    market = quiet()
    assert market.supply.rent[T_H].tolist() == [market.supply.rent[T_H, 0]] * 4
