"""What a run that holds a mechanism takes from the status quo, and what it does not (docs/model.md, section 6)."""

from __future__ import annotations

from typing import Any

import numpy as np
from projected import CHIPS, CLOSING, LAST, T_H, held_run, projection, quiet, ran

from sim.hosting import Places
from sim.model import MarketModel
from sim.offers import NONE
from sim.paths import Twins
from sim.scenario import Scenario

ADDED = "{model: Oracle 1, line: gpt, tier: flagship, licence: closed, q: 150, active_b: 20, total_b: 80, price: 9}"


def twins(market: MarketModel) -> tuple[np.ndarray, np.ndarray]:
    """Return the releases of a run that the status quo has too, and their rows there."""
    rows = Twins(quiet().supply.offers, market.supply.offers).rows
    mine = np.flatnonzero(rows != NONE)
    return mine, rows[mine]


def test_held_prices_are_those_of_the_status_quo() -> None:
    held, loose = held_run(CHIPS, ("price",)), held_run(CHIPS)
    assert held.menu is not None and loose.menu is not None and quiet().menu is not None
    mine, there = twins(held)
    public = quiet().offers.opened[there] <= LAST
    for t in (T_H, LAST):
        for name, which in (("own_price", quiet().offers.served[there]), ("host_price", public)):
            wanted = getattr(quiet().offers, name)[there[which], t]
            np.testing.assert_array_equal(getattr(held.offers, name)[mine[which], t], wanted)
    assert (loose.offers.own_price[mine, LAST] != quiet().offers.own_price[there, LAST]).any()
    mine, there = mine[public], there[public]
    for place in range(len(held.world.region_codes)):
        paid = [m.menu.host_price[m.menu.places.group[place]] for m in (held, quiet(), loose)]  # type: ignore[union-attr]
        np.testing.assert_array_equal(paid[0][mine], paid[1][there])
        assert np.nanmax(np.abs(paid[2][mine] - paid[1][there])) > 0
    np.testing.assert_array_equal(held.menu.alone[mine], quiet().menu.alone[there])
    np.testing.assert_array_equal(held.menu.places.alone, quiet().menu.places.alone)


def test_held_prices_leave_what_serving_costs_and_how_much_is_served() -> None:
    held, loose = held_run(CHIPS, ("price",)), held_run(CHIPS)
    assert held.menu is not None and loose.menu is not None and quiet().menu is not None
    mine, there = twins(held)
    assert (held.menu.serving[mine] != quiet().menu.serving[there]).any()
    path, rent = held.supply, held.supply.rent[LAST]
    places = Places.of(held.world, rent, path.ration[LAST], held.law.local[LAST])
    np.testing.assert_array_equal(held.menu.places.served, places.served)


def test_what_the_status_quo_lacks_keeps_its_own_price() -> None:
    """A release that a policy adds, and a lab's own API that closing a line opens."""
    market = held_run({"release_scheduled.OpenAI": f"{ADDED}@2024-03"}, ("price",))
    added = next(k for k, model in enumerate(market.offers.models) if model.name == "Oracle 1")
    assert market.offers.own_price[added, T_H] == 9.0
    closing, loose = held_run(CLOSING, ("price",)), held_run(CLOSING)
    mine, there = twins(closing)
    new = mine[~quiet().offers.served[there] & closing.offers.served[mine]]
    assert new.size
    np.testing.assert_array_equal(closing.offers.own_price[new, T_H], loose.offers.own_price[new, T_H])


def test_prices_are_held_in_the_replay_too() -> None:
    """A release that a policy closes no longer takes over the price of its open predecessor, if prices are free."""
    held, loose = held_run(CLOSING, ("price",)), held_run(CLOSING)
    mine, there = twins(held)
    sold = quiet().offers.served[there]
    price = [m.offers.own_price[k[sold], : T_H + 1] for m, k in ((held, mine), (loose, mine), (quiet(), there))]
    known = np.isfinite(price[2])
    np.testing.assert_array_equal(price[0][known], price[2][known])
    assert (price[1][known] != price[2][known]).any()


def test_free_offers_are_prices() -> None:
    """Developers had Gemini 2.0 Flash free at the lab's own API and DeepSeek-R1 at hosts: a policy swaps the two."""
    given: dict[str, Any] = {"horizon": "2025-02", "enterprises": 52}
    levers = {"release_mode.Google": "open@2024-01", "release_mode.DeepSeek": "closed@2024-01"}
    free, held, loose = (
        ran(Scenario.load(levers=chosen, hold=hold, **given))
        for chosen, hold in (({}, ()), (levers, ("price",)), (levers, ()))
    )

    def offered(market: MarketModel, name: str) -> tuple[float, float]:
        assert market.menu is not None
        k = [model.name for model in market.offers.models].index(name)
        return float(market.menu.own_free[k]), float(market.menu.host_free[k])

    for name, channel in (("Gemini 2.0 Flash", 0), ("DeepSeek-R1", 1)):
        quiet_offer, held_offer, loose_offer = (offered(market, name) for market in (free, held, loose))
        assert quiet_offer[channel] == held_offer[channel] == loose_offer[1 - channel] > 0
        assert loose_offer[channel] == 0


def test_held_quality_is_that_of_the_status_quo() -> None:
    held, loose = held_run(CHIPS, ("quality",)), held_run(CHIPS)
    mine, there = twins(held)
    np.testing.assert_array_equal(held.offers.q[mine], quiet().offers.q[there])
    np.testing.assert_array_equal(held.supply.knowledge, quiet().supply.knowledge)
    assert (held.supply.compute != quiet().supply.compute).any()
    fresh = held.offers.month[mine] > T_H
    assert (loose.offers.q[mine][fresh] != quiet().offers.q[there][fresh]).any()
    assert (loose.offers.q[mine][~fresh] != quiet().offers.q[there][~fresh]).any()


def test_twins_have_the_quality_of_the_status_quo_whatever_the_policy_adds() -> None:
    """One more strong release lifts what its lab has beyond E10, and so all later releases; not if quality is held."""
    levers = {"release_scheduled.OpenAI": f"{ADDED}@2024-05"}
    held, loose = held_run(levers, ("quality",)), held_run(levers)
    mine, there = twins(held)
    np.testing.assert_array_equal(held.offers.q[mine], quiet().offers.q[there])
    assert (loose.offers.q[mine] > quiet().offers.q[there]).any()


def test_held_quality_is_what_labs_without_a_twin_release_too() -> None:
    """One more release in the past shifts the dates of its lab's generations; chips then move none of their q."""
    sizes = "licence: open_permissive, q: 118, active_b: 21, total_b: 236"
    record = f"{{model: Extra, line: deepseek-chat, tier: flagship, {sizes}}}"
    added = {"release_scheduled.DeepSeek": f"{record}@2024-06"}
    held, both, loose = (
        held_run(levers, hold)
        for levers, hold in ((added, ("quality",)), (added | CHIPS, ("quality",)), (added | CHIPS, ()))
    )
    mine, _ = twins(held)
    alone = np.setdiff1d(np.flatnonzero((held.offers.month > T_H) & (held.offers.month <= LAST)), mine)
    assert alone.size
    np.testing.assert_array_equal(both.offers.q[alone], held.offers.q[alone])
    assert (loose.offers.q[alone] != held.offers.q[alone]).any()


def test_held_bans_are_those_of_the_status_quo() -> None:
    levers = {"model_ban.EU.CN": "1@2024-03", "api_access_block.US.IN": "true@2024-03", **CLOSING}
    held, loose = held_run(levers, ("bans",)), held_run(levers)
    for name in ("banned", "access"):
        one, two, three = (getattr(market.menu, name).tobytes() for market in (held, quiet(), loose))
        assert one == two != three
    assert held.levers.ban.any() and (held.law.ban == quiet().law.ban).all()


def test_held_hosting_is_that_of_the_status_quo() -> None:
    """Weights that a policy closes stay on hosts and own machines; at the lab they count as closed."""
    held, loose = held_run(CLOSING, ("hosting",)), held_run(CLOSING)
    names = [np.array([m.name for m in market.offers.models] + ["none"]) for market in (held, quiet())]
    shown = [
        names[k][np.where(market.awareness.weights == NONE, names[k].size - 1, market.awareness.weights)]
        for k, market in enumerate((held, quiet()))
    ]
    np.testing.assert_array_equal(*shown)
    mine, there = twins(held)
    for t in (T_H, LAST):
        np.testing.assert_array_equal(held.offers.hosts[mine, t], quiet().offers.hosts[there, t])
    kept = mine[held.offers.closed[mine] & (held.offers.opened[mine] <= LAST)]
    assert kept.size and (loose.offers.opened[kept] > LAST).all()
    assert (held.supply.offers.opened[kept] > LAST).all(), "rivals do not learn from them"
    assert held.menu is not None
    assert (held.menu.premium[kept, 1] > held.menu.plain[kept, 1]).all()
    hosted = held.recorder.records.tokens[LAST, :, :, labs_of(held, "CN")][:, :, :, 1:, 0]
    assert hosted.sum() > 0 == loose.recorder.records.tokens[LAST, :, :, labs_of(held, "CN")][:, :, :, 1:, 0].sum()


def labs_of(market: MarketModel, bloc: str) -> np.ndarray:
    return np.flatnonzero(np.array(market.world.lab_blocs) == bloc)


def test_the_held_ecosystem_is_that_of_the_status_quo() -> None:
    """Fit and strength do not move, and nothing is banned: what is left of the base of utility is the ecosystem."""
    held, loose = held_run(CLOSING, ("ecosystem",)), held_run(CLOSING)
    one, two, three = (market.menu.base.tobytes() for market in (held, quiet(), loose))  # type: ignore[union-attr]
    assert one == two != three
    assert (held.recorder.records.stock[LAST] != quiet().recorder.records.stock[LAST]).any()


def test_held_budgets_are_those_of_the_status_quo() -> None:
    levers = {"open_model_subsidy.US": "0.5@2024-08", **CLOSING}
    held, loose = held_run(levers, ("funding",)), held_run(levers)
    assert held.supply.budget.tobytes() == quiet().supply.budget.tobytes() != loose.supply.budget.tobytes()
    assert (held.supply.expected != quiet().supply.expected).any()


def test_held_modes_are_those_of_the_status_quo() -> None:
    levers = {**CLOSING, "model_ban.US.CN": "1@2024-03"}
    held, loose = held_run(levers, ("modes",)), held_run(levers)
    mine, there = twins(held)
    for name in ("closed", "opened", "served"):
        np.testing.assert_array_equal(getattr(held.offers, name)[mine], getattr(quiet().offers, name)[there])
    assert held.supply.mode.tobytes() == quiet().supply.mode.tobytes()
    assert (loose.offers.closed[mine] != quiet().offers.closed[there]).any()


def test_reacting_governments_do_not_move_what_is_held() -> None:
    """Their acts are bans too: held at those of the status quo, which has its own."""
    given: dict[str, Any] = {"reactions": True, "horizon": "2026-07", "enterprises": 60}
    free = ran(projection(**given))
    held = held_run(CHIPS, ("bans",), **given)
    assert (free.levers.trust != projected_trust()).any()
    np.testing.assert_array_equal(held.law.trust, free.levers.trust)
    np.testing.assert_array_equal(held.law.ban, free.levers.ban)


def projected_trust() -> np.ndarray:
    """Return the trust levers of the status quo where nobody reacts."""
    return ran(projection(horizon="2026-07", enterprises=60)).levers.trust
