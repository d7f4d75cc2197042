"""Policies in worlds without history: their words, their past, and the status quo below them."""

from __future__ import annotations

import numpy as np
import pytest
from rosters import scenario, world
from worlds import finished, t_of

from sim import MarketModel, simulate
from sim.baseline import needs_baseline, status_quo_of
from sim.errors import InputError
from sim.roster_policy import real_world


def test_the_status_quo_is_cut_to_the_world_and_says_so() -> None:
    given = scenario("stylised", enterprises=60)
    (note,) = given.notes
    assert "left out" in note
    assert "DeepSeek" in note
    assert given.policy.names == ("status_quo",)
    assert not needs_baseline(given)
    left = {entry.actor for entry in given.policy.entries}
    assert left <= {entry.code for entry in given.roster.regions}  # type: ignore[union-attr]


def test_a_policy_is_read_in_the_words_of_the_world() -> None:
    given = scenario("stylised", levers={"release_mode.CN.CN-1": "closed@2026-03"}, enterprises=60)
    assert given.name == "stylised+levers"
    assert needs_baseline(given)
    assert status_quo_of(given).policy.canonical() == real_world(given.roster).canonical()
    with pytest.raises(InputError) as caught:
        scenario("stylised", levers={"model_ban.US.CN-9": 1})
    assert caught.value.problems[0].nearest in {"CN-1", "CN-2", "CN-3", "CN-4", "CN-5"}
    with pytest.raises(InputError, match="there is no model 'DeepSeek-R1'"):
        scenario("stylised", policy="no_deepseek_r1")


def test_entries_from_before_act_from_the_start() -> None:
    ban = {"model_ban.US.B": "1@2025-03"}
    shares = {"init": {"shares": {"A": 0.5, "B": 0.5}}}
    run = simulate(scenario(world(**shares), levers=ban, enterprises=200), seed=0)
    tokens = run.records.tokens.sum(axis=(2, 4, 5))
    assert (tokens[0, 0, 1], tokens[0, 1, 1] > 0) == (0.0, True)
    quiet = simulate(scenario(world(**shares), enterprises=200), seed=0)
    assert quiet.records.tokens.sum(axis=(2, 4, 5))[0, 0, 1] > 0


def test_a_supply_lever_of_the_past_changes_nothing_before_the_start() -> None:
    given = scenario("stylised", levers={"chip_export_quota.US.CN": "0@2023-06"}, enterprises=60)
    model = MarketModel(given, baseline=None)
    quiet = MarketModel(status_quo_of(given))
    t = t_of("2026-01")
    assert (model.supply.chips.path.stock[: t + 1] == quiet.supply.chips.path.stock[: t + 1]).all()
    assert (model.supply.past.knowledge == quiet.supply.past.knowledge).all()
    assert (model.offers.q == quiet.offers.q).all()
    later = scenario("stylised", levers={"chip_export_quota.US.CN": "0@2023-06"}, horizon="2028-01", enterprises=60)
    arms = [MarketModel(each).supply.chips.path.legal[t + 1 :].sum() for each in (later, status_quo_of(later))]
    assert arms[0] == 0 < arms[1]


def test_a_mode_of_the_past_leaves_what_is_on_offer() -> None:
    given = scenario(levers={"release_mode.CN.B": "closed@2024-01"}, horizon="2026-12", strategy="fixed")
    offers = finished(given).offers
    mine = np.flatnonzero((offers.lab == 1) & (offers.month < 10**6))
    assert offers.closed[mine].tolist() == [False] + [True] * (mine.size - 1)
    assert mine.size > 1


def test_an_entry_that_ended_before_the_start_is_noted() -> None:
    given = scenario(levers={"model_ban.US.B": "1@2024-03..2024-09"})
    assert any("ends before the world small starts" in note for note in given.notes)


def test_made_up_regions_have_no_real_instruments() -> None:
    regions = {"North": {"bloc": "US", "gdp": 2, "adoption": 0.4}, "South": {"bloc": "NAL", "gdp": 1, "adoption": 0.2}}
    labs = {"A": {"home": "North", "q": 150, "cost": 0.4, "fund": 100}}
    run = simulate(scenario(world(regions=regions, labs=labs), enterprises=8), seed=0)
    assert run.instrument("ramp_firms").empty
    assert run.instrument("telemetry_deepseek").empty
    assert len(run.instrument("menlo_spend")) == 6
