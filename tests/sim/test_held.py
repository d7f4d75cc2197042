"""Runs that hold a mechanism at the status quo (docs/model.md, section 6): bitwise claims, and what is held."""

from __future__ import annotations

from typing import Any

import pytest
from projected import BUYS, CHIPS, CLOSING, held_run, projection, quiet, ran, supply_differs
from worlds import different

from sim.calendar import month_index
from sim.mechanisms import MECHANISMS
from sim.model import MarketModel
from sim.scenario import Scenario

EACH = [(name,) for name in MECHANISMS]
ALL = tuple(sorted(MECHANISMS))
EAGER = {"params": {"demand.innovation": 0.7}}
"""Enterprises adopt fast, so that a ban has somebody to concern."""


def moved(one: MarketModel, two: MarketModel, before: int | None = None) -> list[str]:
    """Return all series that differ by a bit, of demand and of supply."""
    skip = () if before is None else ("model_tokens",)
    return supply_differs(one, two, before) + different(one.recorder.records, two.recorder.records, before, skip)


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
    held, loose = (held_run(levers, names, **changes) for names in (hold, ()))
    assert moved(free, held) == []
    assert {"tokens", "stock"} <= set(moved(free, loose))


def choices(one: MarketModel, two: MarketModel) -> set[str]:
    """Return which series of what people hold differ."""
    return {"slots", "chosen", "users", "adopters", "surplus"} & set(moved(one, two))


def test_chips_act_on_choices_through_price_quality_and_what_these_feed() -> None:
    """With modes fixed, chips move users by prices, capability and the ecosystem; rationing moves tokens alone."""
    shut = ("ecosystem", "price", "quality")
    free = ran(projection(strategy="fixed"))
    held = held_run(CHIPS, shut, strategy="fixed")
    assert choices(free, held) == set()
    assert {"rent", "compute"} <= set(moved(free, held))
    for name in ("price", "quality"):
        open_again = tuple(sorted(set(shut) - {name}))
        assert choices(free, held_run(CHIPS, open_again, strategy="fixed")), name


@pytest.mark.parametrize("hold", [*EACH, ALL], ids="+".join)
def test_the_order_of_agents_changes_nothing(hold: tuple[str, ...]) -> None:
    scenario = projection({**CHIPS, **CLOSING}, hold=hold, enterprises=60, horizon="2024-11")
    assert moved(ran(scenario), ran(scenario, reverse=True)) == []


def test_a_run_that_holds_something_can_be_run_again() -> None:
    """The paths of the status quo are shared by all arms: none may change them."""
    first = held_run(CHIPS, ALL, reactions=True)
    again = held_run(CHIPS, ALL, reactions=True)
    assert moved(first, again) == []
    assert moved(ran(projection(reactions=True)), ran(projection(reactions=True, hold=ALL))) == []
