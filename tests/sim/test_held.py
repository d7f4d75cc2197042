"""Runs that hold a mechanism at the status quo (docs/model.md, section 6): bitwise claims, and what is held."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from projected import AFTER, BUYS, T_H, projection, quiet, ran, supply_differs
from worlds import different

from sim.calendar import month_index
from sim.hosting import Places
from sim.mechanisms import MECHANISMS
from sim.model import MarketModel
from sim.offers import NONE
from sim.paths import Twins
from sim.scenario import Scenario

EACH = [(name,) for name in MECHANISMS]
ALL = tuple(sorted(MECHANISMS))
CHIPS = {"chip_export_quota.US.CN": "0@2023-06", "enforcement.US.CN": "1@2023-06"}
"""China gets no US chips, in the past and ever after: rent, and with it prices, compute and knowledge, move."""
CLOSING = {"release_mode.CN": "closed@2024-02"}
ADDED = "{model: Oracle 1, line: gpt, tier: flagship, licence: closed, q: 150, active_b: 20, total_b: 80, price: 9}"
LAST = AFTER + 8
EAGER = {"params": {"demand.innovation": 0.7}}
"""Enterprises adopt fast, so that a ban has somebody to concern."""


def moved(one: MarketModel, two: MarketModel, before: int | None = None) -> list[str]:
    """Return all series that differ by a bit, of demand and of supply."""
    skip = () if before is None else ("model_tokens",)
    return supply_differs(one, two, before) + different(one.recorder.records, two.recorder.records, before, skip)


def under(levers: dict[str, str], hold: tuple[str, ...] = (), **changes: Any) -> MarketModel:
    return ran(projection(levers, hold=hold, **changes))


@pytest.mark.parametrize("hold", [*EACH, ALL], ids="+".join)
def test_the_status_quo_is_what_it_is_whatever_is_held(hold: tuple[str, ...]) -> None:
    assert moved(quiet(), ran(projection(hold=hold))) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"reactions": True, "enterprises": 60},
        {"choice": "expected", "enterprises": 60, "horizon": "2024-10"},
        {"horizon": "2024-03", "enterprises": 60},
        {"strategy": "fixed", "future": "price_war", "enterprises": 60},
    ],
    ids=["reactions", "expected", "inside the replay", "a future"],
)
def test_nor_does_it_matter_how_the_run_is_set(settings: dict[str, Any]) -> None:
    assert moved(ran(projection(**settings)), ran(projection(hold=ALL, **settings))) == []


@pytest.mark.parametrize("world", ["stylised", "minimal"])
def test_nor_in_a_world_without_history(world: str) -> None:
    given = {"world": world, "enterprises": 60, "horizon": "2027-01"}
    free, held = (ran(Scenario.load(hold=hold, **given)) for hold in ((), ALL))
    assert moved(free, held) == []


def test_the_whole_history_and_beyond() -> None:
    """At the hand-over of a default run, with 150 enterprises."""
    given: dict[str, Any] = {"enterprises": 150, "horizon": "2027-02"}
    free = ran(Scenario.load(**given))
    for hold in (*EACH, ALL):
        assert moved(free, ran(Scenario.load(hold=hold, **given))) == [], hold


@pytest.mark.parametrize("hold", EACH, ids="+".join)
def test_nothing_is_moved_before_the_policy(hold: tuple[str, ...]) -> None:
    """O19 of a held run, with a policy that acts through all mechanisms from 2027 on."""
    levers = {
        "release_mode.CN": "closed@2027-01",
        "open_model_subsidy.US": "0.4@2027-01",
        "model_ban.EU.CN": "0.5@2027-01",
        "hosting_localisation.US": "true@2027-01",
        BUYS: "1@2027-01",
    }
    given: dict[str, Any] = {"enterprises": 60, "horizon": "2027-06"}
    market = ran(Scenario.load(levers=levers, hold=hold, **given))
    free = ran(Scenario.load(**given))
    assert moved(free, market, before=month_index("2027-01")) == []
    assert {"tokens", "stock"} <= set(moved(free, market))


@pytest.mark.parametrize(
    ("levers", "hold", "changes"),
    [
        ({"procurement_ban.AL.US": "1@2024-03"}, ("bans",), EAGER),
        ({"model_ban.US.CN": "0.5@2024-09", "api_access_block.US.NAL": "true@2024-09"}, ("bans",), {}),
        ({"procurement_mandate.EU.open": "1@2024-03"}, ("bans",), EAGER),
        ({"alignment_requirement.CN": "3@2024-03", "content_review.CN": "6@2024-08"}, ("bans",), {}),
        ({"partner_programme.CN.NAL": "{trust: 1}@2024-03"}, ("bans",), {}),
        ({"hosting_localisation.US": "true@2024-03"}, ("hosting",), {}),
        ({"science_sharing.CN.world": "0.6@2024-03"}, ("quality",), {}),
        ({"api_distillation_limit.US.CN": "1@2024-03"}, ("quality",), {}),
        ({"weights_export_ban.CN": "true@2024-03"}, ("hosting", "quality"), {}),
        (CLOSING, ("modes",), {}),
        ({"release_mode.US": "open@2024-08"}, ("modes",), {}),
        ({"release_mode.US.{tier: [mid, economy]}": "open@2024-08"}, ("modes",), {}),
        ({"open_model_subsidy.US": "0.5@2024-08"}, ("funding",), {"strategy": "fixed"}),
        ({"open_model_subsidy.US": "0.5@2024-08"}, ("funding", "modes"), {}),
    ],
    ids=lambda value: next(iter(value), "") if isinstance(value, dict) else "+".join(value),
)
def test_a_policy_that_acts_through_what_is_held_does_nothing(
    levers: dict[str, str], hold: tuple[str, ...], changes: dict[str, Any]
) -> None:
    free = ran(projection(**changes)) if changes else quiet()
    held, loose = (under(levers, names, **changes) for names in (hold, ()))
    assert moved(free, held) == []
    assert {"tokens", "stock"} <= set(moved(free, loose))


def choices(one: MarketModel, two: MarketModel) -> set[str]:
    """Return which series of what people hold differ."""
    return {"slots", "chosen", "users", "adopters", "surplus"} & set(moved(one, two))


def test_chips_act_on_choices_through_price_quality_and_what_these_feed() -> None:
    """With modes fixed, chips move users by prices, capability and the ecosystem; rationing moves tokens alone."""
    shut = ("ecosystem", "price", "quality")
    free = ran(projection(strategy="fixed"))
    held = under(CHIPS, shut, strategy="fixed")
    assert choices(free, held) == set()
    assert {"rent", "compute"} <= set(moved(free, held))
    for name in ("price", "quality"):
        open_again = tuple(sorted(set(shut) - {name}))
        assert choices(free, under(CHIPS, open_again, strategy="fixed")), name


def twins(market: MarketModel) -> tuple[np.ndarray, np.ndarray]:
    """Return the releases of a run that the status quo has too, and their rows there."""
    rows = Twins(quiet().supply.offers, market.supply.offers).rows
    mine = np.flatnonzero(rows != NONE)
    return mine, rows[mine]


def test_held_prices_are_those_of_the_status_quo() -> None:
    held, loose = under(CHIPS, ("price",)), under(CHIPS)
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
    held, loose = under(CHIPS, ("price",)), under(CHIPS)
    assert held.menu is not None and loose.menu is not None and quiet().menu is not None
    mine, there = twins(held)
    assert (held.menu.serving[mine] != quiet().menu.serving[there]).any()
    path, rent = held.supply, held.supply.rent[LAST]
    places = Places.of(held.world, rent, path.ration[LAST], held.law.local[LAST])
    np.testing.assert_array_equal(held.menu.places.served, places.served)


def test_what_the_status_quo_lacks_keeps_its_own_price() -> None:
    """A release that a policy adds, and a lab's own API that closing a line opens."""
    market = under({"release_scheduled.OpenAI": f"{ADDED}@2024-03"}, ("price",))
    added = next(k for k, model in enumerate(market.offers.models) if model.name == "Oracle 1")
    assert market.offers.own_price[added, T_H] == 9.0
    closing, loose = under(CLOSING, ("price",)), under(CLOSING)
    mine, there = twins(closing)
    new = mine[~quiet().offers.served[there] & closing.offers.served[mine]]
    assert new.size
    np.testing.assert_array_equal(closing.offers.own_price[new, T_H], loose.offers.own_price[new, T_H])


def test_free_offers_are_prices() -> None:
    """Gemini 2.0 Flash was free for developers: in the status quo at the lab's own API, opened at hosts."""
    given: dict[str, Any] = {"levers": {"release_mode.Google": "open@2024-01"}, "horizon": "2025-02", "enterprises": 52}
    free = ran(Scenario.load(horizon="2025-02", enterprises=52))
    held, loose = (ran(Scenario.load(hold=hold, **given)) for hold in ((("price",)), ()))
    assert free.menu is not None and held.menu is not None and loose.menu is not None
    name = next(m.name for m, share in zip(free.offers.models, free.menu.own_free, strict=False) if share > 0)
    at = [[m.name for m in market.offers.models].index(name) for market in (free, held, loose)]
    assert held.menu.own_free[at[1]] == free.menu.own_free[at[0]] > 0
    assert loose.menu.own_free[at[2]] == 0 < loose.menu.host_free[at[2]]


def test_held_quality_is_that_of_the_status_quo() -> None:
    held, loose = under(CHIPS, ("quality",)), under(CHIPS)
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
    held, loose = under(levers, ("quality",)), under(levers)
    mine, there = twins(held)
    np.testing.assert_array_equal(held.offers.q[mine], quiet().offers.q[there])
    assert (loose.offers.q[mine] > quiet().offers.q[there]).any()


def test_held_quality_is_what_labs_without_a_twin_release_too() -> None:
    """One more release in the past shifts the dates of its lab's generations; chips then move none of their q."""
    sizes = "licence: open_permissive, q: 118, active_b: 21, total_b: 236"
    record = f"{{model: Extra, line: deepseek-chat, tier: flagship, {sizes}}}"
    added = {"release_scheduled.DeepSeek": f"{record}@2024-06"}
    held, both, loose = (
        under(levers, hold)
        for levers, hold in ((added, ("quality",)), (added | CHIPS, ("quality",)), (added | CHIPS, ()))
    )
    mine, _ = twins(held)
    alone = np.setdiff1d(np.flatnonzero((held.offers.month > T_H) & (held.offers.month <= LAST)), mine)
    assert alone.size
    np.testing.assert_array_equal(both.offers.q[alone], held.offers.q[alone])
    assert (loose.offers.q[alone] != held.offers.q[alone]).any()


def test_held_bans_are_those_of_the_status_quo() -> None:
    levers = {"model_ban.EU.CN": "1@2024-03", "api_access_block.US.IN": "true@2024-03", **CLOSING}
    held, loose = under(levers, ("bans",)), under(levers)
    for name in ("banned", "access"):
        one, two, three = (getattr(market.menu, name).tobytes() for market in (held, quiet(), loose))
        assert one == two != three
    assert held.levers.ban.any() and (held.law.ban == quiet().law.ban).all()


def test_held_hosting_is_that_of_the_status_quo() -> None:
    """Weights that a policy closes stay on hosts and own machines; at the lab they count as closed."""
    held, loose = under(CLOSING, ("hosting",)), under(CLOSING)
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
    held, loose = under(CLOSING, ("ecosystem",)), under(CLOSING)
    one, two, three = (market.menu.base.tobytes() for market in (held, quiet(), loose))  # type: ignore[union-attr]
    assert one == two != three
    assert (held.recorder.records.stock[LAST] != quiet().recorder.records.stock[LAST]).any()


def test_held_budgets_are_those_of_the_status_quo() -> None:
    levers = {"open_model_subsidy.US": "0.5@2024-08", **CLOSING}
    held, loose = under(levers, ("funding",)), under(levers)
    assert held.supply.budget.tobytes() == quiet().supply.budget.tobytes() != loose.supply.budget.tobytes()
    assert (held.supply.expected != quiet().supply.expected).any()


def test_held_modes_are_those_of_the_status_quo() -> None:
    levers = {**CLOSING, "model_ban.US.CN": "1@2024-03"}
    held, loose = under(levers, ("modes",)), under(levers)
    mine, there = twins(held)
    for name in ("closed", "opened", "served"):
        np.testing.assert_array_equal(getattr(held.offers, name)[mine], getattr(quiet().offers, name)[there])
    assert held.supply.mode.tobytes() == quiet().supply.mode.tobytes()
    assert (loose.offers.closed[mine] != quiet().offers.closed[there]).any()


@pytest.mark.parametrize("hold", [*EACH, ALL], ids="+".join)
def test_the_order_of_agents_changes_nothing(hold: tuple[str, ...]) -> None:
    scenario = projection({**CHIPS, **CLOSING}, hold=hold, enterprises=60, horizon="2024-11")
    assert moved(ran(scenario), ran(scenario, reverse=True)) == []


def test_reacting_governments_do_not_move_what_is_held() -> None:
    """Their acts are bans too: held at those of the status quo, which has its own."""
    given: dict[str, Any] = {"reactions": True, "horizon": "2026-07", "enterprises": 60}
    free = ran(projection(**given))
    held = under(CHIPS, ("bans",), **given)
    assert (free.levers.trust != projected_trust()).any()
    np.testing.assert_array_equal(held.law.trust, free.levers.trust)
    np.testing.assert_array_equal(held.law.ban, free.levers.ban)


def projected_trust() -> np.ndarray:
    """Return the trust levers of the status quo where nobody reacts."""
    return ran(projection(horizon="2026-07", enterprises=60)).levers.trust


def test_a_run_that_holds_something_can_be_run_again() -> None:
    """The paths of the status quo are shared by all arms: none may change them."""
    first = under(CHIPS, ALL, reactions=True)
    again = under(CHIPS, ALL, reactions=True)
    assert moved(first, again) == []
    assert moved(ran(projection(reactions=True)), ran(projection(reactions=True, hold=ALL))) == []
