from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import SETTINGS, a_plan

from experiments import provenance
from experiments.studies import Plan, StudyRequest, arms_of, plan
from experiments.studies.designs import Factor, grid
from experiments.studies.draws import GIVEN, from_posterior, from_priors
from experiments.studies.execution import Execution
from experiments.studies.request import DRAW_STRIDE
from sim import Scenario
from sim.errors import InputError
from sim.parameters import catalogue


def test_an_id_is_that_of_the_single_run():
    row = a_plan().rows[0]
    made = provenance.collect(
        command="", name="", scenario="", scenario_digest=row.scenario, config={}, seeds=(row.seed,)
    )
    assert row.run_id.startswith(made.run_id(row.seed))
    assert row.scenario == Scenario.load("status_quo", **SETTINGS).digest()


@settings(max_examples=6, deadline=None)
@given(
    seeds=st.lists(st.integers(0, 2**40), min_size=1, max_size=4, unique=True),
    policies=st.lists(st.sampled_from(["status_quo", "us_all_closed", "api_cutoff"]), min_size=1, unique=True),
    levels=st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=1, unique=True),
)
def test_ids_depend_on_scenario_and_seed_alone(seeds, policies, levels):
    request = StudyRequest(
        "sweep", "ids", arms_of(policies), points=grid([Factor("params.demand.gamma", tuple(levels))]),
        seeds=tuple(seeds), settings=SETTINGS,
    )  # fmt: skip
    made = Plan.of(request)
    assert len({row.run_id for row in made.rows}) == len(made.rows) == len(seeds) * len(policies) * len(levels)
    turned = Plan.of(replace(request, seeds=tuple(seeds[::-1]), policies=arms_of(policies[::-1]), name="other"))
    alone = Plan.of(replace(request, seeds=(seeds[0],), policies=arms_of(policies[:1])))
    assert {row.run_id for row in turned.rows} == {row.run_id for row in made.rows}
    assert {row.run_id for row in alone.rows} <= {row.run_id for row in made.rows}
    assert Plan.of(request).digest == made.digest


def test_each_draw_has_its_own_seeds_and_more_draws_change_none():
    made = a_plan(2, ("status_quo", "us_all_closed"), draws=from_priors(3), futures=("none", "price_war"))
    seeds = {d: {row.seed for row in made.rows if row.draw == d} for d in range(3)}
    assert seeds == {d: {d * DRAW_STRIDE, d * DRAW_STRIDE + 1} for d in range(3)}
    for arm in {(row.policy, row.future) for row in made.rows}:
        mine = {(row.draw, row.seed) for row in made.rows if (row.policy, row.future) == arm}
        assert mine == {(draw, seed) for draw in seeds for seed in seeds[draw]}
    fewer = a_plan(2, ("status_quo", "us_all_closed"), draws=from_priors(2), futures=("none", "price_war"))
    assert {row.run_id for row in fewer.rows} <= {row.run_id for row in made.rows}


def test_with_draws_seeds_must_not_reach_those_of_the_next():
    with pytest.raises(InputError, match="seeds below 1000000"):
        StudyRequest("sweep", "x", seeds=(0, DRAW_STRIDE), draws=from_priors(2))
    assert StudyRequest("sweep", "x", seeds=(DRAW_STRIDE - 1,), draws=from_priors(2)).seeds == (DRAW_STRIDE - 1,)
    assert StudyRequest("sweep", "x", seeds=(DRAW_STRIDE,)).seeds == (DRAW_STRIDE,)


def test_changed_code_or_data_changes_every_id_and_the_plan(monkeypatch):
    before = a_plan()
    for digests in (("aa" * 32, before.data), (before.code, "bb" * 32)):
        monkeypatch.setattr(plan, "model_digests", lambda found=digests: found)
        after = a_plan()
        assert after.name != before.name
        assert not {row.run_id for row in after.rows} & {row.run_id for row in before.rows}


def test_rows_of_a_draw_and_seed_lie_together_status_quo_first():
    made = a_plan(3, ("us_all_closed", "status_quo", "api_cutoff"), draws=from_priors(2))
    blocks = [[row for row in made.rows if row.block == block] for block in range(6)]
    assert [row for block in blocks for row in block] == list(made.rows)
    assert [[row.policy for row in block] for block in blocks] == [["status_quo", "us_all_closed", "api_cutoff"]] * 6
    assert all(len({(row.draw, row.seed) for row in block}) == 1 for block in blocks)
    assert [row.row for row in made.rows] == list(range(18))


@settings(max_examples=25, deadline=None)
@given(workers=st.integers(1, 40), chunk=st.integers(0, 20), first=st.integers(0, 20))
def test_chunks_hold_every_row_once_and_blocks_whole(workers, chunk, first):
    rows = PLAN.rows[first:]
    parts = Execution(chunk=chunk).portions(rows, workers)
    assert [row for part in parts for row in part] == list(rows)
    homes = {row.block: number for number, part in enumerate(parts) for row in part}
    assert all(homes[row.block] == number for number, part in enumerate(parts) for row in part)


PLAN = a_plan(9)


def test_a_draw_is_the_scenario_that_a_user_would_load():
    draws = from_priors(2, seed=4)
    made = a_plan(1, ("us_all_closed",), draws=draws, futures=("slow_scaling",))
    scenario = made.scenarios[made.rows[1].scenario]
    values = draws.at(1, ("chips.us_growth", "chips.us_growth_late", "chips.domestic_growth", "research.progress",
                          "research.fund_growth", "research.fund_growth_late"))  # fmt: skip
    by_hand = Scenario.load("us_all_closed", future="slow_scaling", params=values, **SETTINGS)
    assert scenario == replace(by_hand, name=scenario.name)
    assert scenario.parameters.chips.us_growth == 1.5


def test_what_the_user_or_the_design_sets_is_not_drawn():
    points = grid([Factor("params.demand.gamma", (0.25,))])
    user = {"params": {"demand.review": 0.2, "population.count_public": 0.1}}
    made = a_plan(1, ("status_quo",), draws=from_priors(3), points=points, settings=SETTINGS | user)
    for scenario in made.scenarios.values():
        parameters = scenario.parameters
        assert (parameters.demand.gamma, parameters.demand.review) == (0.25, 0.2)
        assert parameters.population.count_developer == 0.3, "the group of a share that is set stays"
    assert len({s.parameters.demand.awareness for s in made.scenarios.values()}) == 3


@settings(max_examples=30, deadline=None)
@given(number=st.integers(1, 20), seed=st.integers(0, 2**32))
def test_prior_draws_lie_in_their_ranges_and_do_not_depend_on_their_number(number, seed):
    draws = from_priors(number, seed)
    for place, path in enumerate(draws.paths):
        info = INFO[path]
        assert (info.low <= draws.values[:, place]).all() and (draws.values[:, place] <= info.high).all()
    np.testing.assert_array_equal(from_priors(number + 3, seed).values[:number], draws.values)
    shares = draws.at(0)
    assert sum(v for p, v in shares.items() if p.startswith("population.count_")) == pytest.approx(1, abs=1e-12)


INFO = {info.path: info for info in catalogue()}


def test_a_posterior_is_taken_row_by_row_or_by_weight(tmp_path: Path):
    path = tmp_path / "posterior.csv"
    frame = pd.DataFrame({"demand.gamma": [1.0, 2.0, 3.0], "params.demand.grace": [6, 7, 8], "weight": [0, 1, 3]})
    frame.to_csv(path, index=False)
    whole = from_posterior(path)
    assert whole.numbers == (0, 1, 2)
    assert whole.at(2) == {"demand.gamma": 3.0, "demand.grace": 8}
    chosen = from_posterior(path, 8).values[:, 0]
    assert sorted(chosen) == [2.0, 2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    frame.rename(columns={"demand.gamma": "demand.gama"}).to_parquet(tmp_path / "wrong.parquet")
    with pytest.raises(InputError, match=r"Did you mean 'demand\.gamma'\?"):
        from_posterior(tmp_path / "wrong.parquet")


def test_without_draws_parameters_are_as_given():
    assert {row.draw for row in a_plan().rows} == {GIVEN}


def test_everything_wrong_is_told_at_once():
    with pytest.raises(InputError) as caught:
        a_plan(1, ("us_all_close", "statusquo"))
    assert "us_all_closed" in str(caught.value) and "status_quo" in str(caught.value)
    with pytest.raises(InputError) as caught:
        StudyRequest("sweep", "x", seeds=(1, 1), record="serie", settings={"horizn": "2030-12"})
    assert all(word in str(caught.value) for word in ("'series'", "seeds", "'horizon'"))
    with pytest.raises(InputError, match="this name"):
        arms_of(["status_quo", "status_quo"])


def test_the_plan_is_written_with_the_factors(tmp_path: Path):
    made = a_plan(1, points=grid([Factor("params.demand.gamma", (0, 2.5)), Factor("strategy", ("fixed",))]))
    table = made.table().to_pandas()
    assert sorted(table["params.demand.gamma"]) == [0.0] * 3 + [2.5] * 3
    assert set(table["strategy"]) == {"fixed"}
    assert made.folder(tmp_path) == tmp_path / "sweep-small" / made.name
