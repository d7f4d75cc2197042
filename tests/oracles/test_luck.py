"""Luck that never leaks: exact zeros at every output, also beyond the hand-over; and what benchmarks/luck.py measures.

tests/sim/test_determinism.py makes the same claims of the records of the replay; here they are made of everything that
a run reports, of whole policies, and of the plain twin, whose one stream of random numbers is the control: it leaks.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import different, finished, history_scenario, model, with_lab

from benchmarks import luck
from benchmarks.twin.agreement import holdings
from benchmarks.twin.market import PlainMarket
from sim.calendar import month_index, month_name
from sim.measure import MeasureInfo, scalar
from sim.measures import MEASURES
from sim.model import MarketModel
from sim.parameters import Parameters
from sim.running import simulate
from sim.scenario import Scenario
from sim.tables import load_world
from sim.trajectory import Trajectory

FAST = {"demand.innovation": 0.7}
PROJECTED: dict[str, Any] = {"history_until": "2024-06", "reactions": True}


def outputs(run: Trajectory) -> dict[str, pd.DataFrame]:
    """Return every measure, every instrument and the log of a run.

    The log is told in retrospect: who overtakes whom counts if it lasts, so its past may hang on what comes.
    """
    return (
        {name: run.frame(name) for name in run.measures}
        | {f"instrument {name}": run.instrument(name) for name in run.instruments}
        | {"events": run.events}
    )


def same_bits(one: pd.DataFrame, two: pd.DataFrame) -> bool:
    if not one.equals(two):
        return False
    numbers = one.select_dtypes("number").columns
    return all(one[name].to_numpy().tobytes() == two[name].to_numpy().tobytes() for name in numbers)


def moved(one: Trajectory, two: Trajectory, before: int | None = None) -> list[str]:
    """Return the outputs that differ in any bit (in the months before ``before``)."""
    last = "9999-12" if before is None else month_name(before)
    pairs = zip(outputs(one).items(), outputs(two).values(), strict=True)
    parts = ((name, *(table[table.month < last].reset_index(drop=True) for table in (a, b))) for (name, a), b in pairs)
    return [name for name, a, b in parts if not same_bits(a, b)]


@lru_cache(maxsize=2)
def status_quo(horizon: str, projected: bool = False) -> Trajectory:
    settings = PROJECTED if projected else {}
    return simulate(Scenario.load(enterprises=80, horizon=horizon, params=FAST, **settings), 3)


@pytest.mark.parametrize("projected", [False, True], ids=["replay", "projection"])
@pytest.mark.parametrize("levers", [{}, {"adoption_push.US": "0@2023-06"}, {"model_ban.EU.CN": "0@2023-09"}])
def test_identical_policies_differ_by_zero_at_every_output(levers: dict[str, str], projected: bool) -> None:
    """O19. In the projection the arm with entries of its own takes its yardstick from a run of the status quo."""
    settings = PROJECTED if projected else {}
    again = simulate(Scenario.load(enterprises=80, horizon="2024-12", params=FAST, levers=levers, **settings), 3)
    base = status_quo("2024-12", projected)
    assert moved(base, again) == (["events"] if levers else [])
    assert ((base.frame("token_share").value - again.frame("token_share").value).dropna() == 0.0).all()


@lru_cache(maxsize=1)
def yardstick() -> Trajectory:
    return simulate(shipped("status_quo"), 3)


def shipped(policy: str) -> Scenario:
    parameters = Parameters.from_overrides(FAST)
    return replace(luck.scenario_of(policy, 80), horizon=month_index("2025-12"), parameters=parameters)


@pytest.mark.parametrize("policy", luck.POLICIES)
def test_a_shipped_policy_gives_zero_before_it_starts(policy: str) -> None:
    """At every output and month before the first entry that the policy adds; the control: it acts from then on."""
    scenario = shipped(policy)
    arm = simulate(scenario, 3)
    start = min(e.first_month(scenario.history_until) for e in scenario.policy.entries if e.origin == policy)
    assert start >= month_index("2025-01")
    assert set(moved(yardstick(), arm, start)) <= {"events"}
    assert "tokens" in moved(yardstick(), arm)


def test_reading_outputs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A measure more, and every output read twice in another order, leave all outputs and records as they are."""
    base = status_quo("2024-12")
    before, records = outputs(base), simulate(base.scenario, 3).records
    twice = MeasureInfo("twice", "$", "", ("total",), "A test.", scalar(lambda c: 2 * c.records.payments))
    monkeypatch.setitem(MEASURES, "twice", twice)
    again = simulate(base.scenario, 3)
    backwards = {name: again.frame(name) for name in reversed(again.measures)}
    assert backwards["twice"].value.sum() == pytest.approx(2 * again.records.payments.sum())
    assert [name for name in base.measures if name != "twice" and not same_bits(before[name], backwards[name])] == []
    assert different(again.records, records) == []
    assert different(base.records, records) == []


LATER = {
    "strategy.precision": 1.0,
    "strategy.horizon": 24,
    "markup.adjustment": 0.9,
    "markup.constants_half_life": 12.0,
    "reactions.interval": 3,
    "releases.refile": 0.9,
    "research.fund_growth": 1.2,
    "demand.closed_premium_half_life": 12.0,
    "demand.requirement_follow": 0.0,
}
"""Parameters of what happens after the hand-over only."""


def test_parameters_of_the_future_leave_the_past_alone() -> None:
    """Up to the hand-over they change no bit of demand, though the projection that follows differs."""
    settings: dict[str, Any] = {"enterprises": 80, "horizon": "2024-12", **PROJECTED}
    records = status_quo("2024-12", projected=True).records
    other = simulate(Scenario.load(params=FAST | LATER, **settings), 3).records
    assert different(records, other, before=month_index("2024-06") + 1, skip=["model_tokens"]) == []
    assert {"tokens", "list_price"} <= set(different(records, other, skip=["model_tokens"]))


def test_the_order_of_agents_changes_nothing_beyond_the_hand_over() -> None:
    scenario = status_quo("2024-12", projected=True).scenario
    forth, back = (finished(scenario, 3, reverse=reverse).recorder.records for reverse in (False, True))
    assert different(forth, back) == []


@pytest.mark.filterwarnings("ignore:invalid value encountered in divide:RuntimeWarning")  # justification: 0/0
def test_an_inert_lab_changes_no_bit_beyond_the_hand_over() -> None:
    """O19b with chips, research and prices: a lab without funds (X = 0) whose only model nobody may choose."""
    world = load_world()
    wider = with_lab(world, "Kilo", model("inert", "inert line", 4, "Kilo", q=60.0))
    at = wider.lab_names.index("Kilo")
    assert not wider.access[:, at].any()
    assert wider.lab_fund[at] == 0.0
    scenario = history_scenario("2024-12", enterprises=60, params=FAST, history_until="2024-06")
    base, more = (finished(scenario, 6, world=each).recorder.records for each in (world, wider))
    for name in ("tokens", "spend", "slots", "chosen"):
        assert np.delete(getattr(more, name), at, axis=3).tobytes() == getattr(base, name).tobytes(), name
    for name in ("adopters", "payments", "surplus", "capacity", "switched", "models", "text_spend"):
        assert getattr(more, name).tobytes() == getattr(base, name).tobytes(), name
    for name in ("stock", "revenue", "cost", "elsewhere"):
        assert np.delete(getattr(more, name), at, axis=1).tobytes() == getattr(base, name).tobytes(), name


@pytest.mark.parametrize("kind", luck.KINDS)
def test_the_control_one_stream_leaks(kind: Any) -> None:
    """The same inert lab in the plain twin: nothing with keyed luck; with one stream the whole world changes."""
    world = load_world()
    wider = with_lab(world, "Kilo", model("inert", "inert line", 4, "Kilo", q=60.0))
    scenario = history_scenario("2023-12", enterprises=80, params=FAST)
    held = []
    for each in (world, wider):
        plain = PlainMarket(scenario, 6, kind, world=each)
        while plain.t < plain.n_months:
            plain.step()
        names = np.array([*(release.name for release in plain.catalogue.offers.models), ""])
        found = holdings(plain)
        held.append((names[found["model"]], found["joined"]))
        plain.close()
    same = [bool(np.array_equal(one, two)) for one, two in zip(*held, strict=True)]
    assert same == [kind == "keyed"] * 2


@pytest.mark.slow
def test_processes_share_no_luck() -> None:
    """Two fresh processes give the outcomes of this one, whichever of them does what."""
    jobs = [luck.Job(kind, policy, 4, 60) for kind in luck.KINDS for policy in ("status_quo", "cn_goes_closed")]
    here = [luck.run(job) for job in jobs]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        there = list(pool.map(luck.run, reversed(jobs)))[::-1]
    for one, two in zip(here, there, strict=True):
        assert one.shares == two.shares
        assert one.held.tobytes() == two.held.tobytes()
    assert luck.moved_slots(here[0].held, here[1].held) > 0


def test_the_page_measures_what_the_run_reports() -> None:
    job = luck.Job("keyed", "api_cutoff", 2, 60)
    run = simulate(luck.scenario_of(job.policy, job.enterprises), job.seed)
    for share, name in zip(luck.run(job).shares, ("cn_token_share_outside_cn", "open_token_share"), strict=True):
        assert share == pytest.approx(run.frame(name).value.iloc[-1], rel=1e-12)


def test_undated_entries_act_inside_the_replay() -> None:
    entries = luck.scenario_of("hosting_localisation", 60).policy.entries
    assert {e.start for e in entries if e.origin == "hosting_localisation"} == {luck.START}
    shipped = luck.scenario_of("no_gpt_oss", 60)
    assert shipped.policy.canonical() == Scenario.load("no_gpt_oss").policy.canonical()
    assert MarketModel(luck.scenario_of("hosting_localisation", 60)).levers.local[24:].any(axis=1).all()


def test_the_arithmetic_of_pairing() -> None:
    """Var(x + c) paired is 0; independent arms give 1; a shared part u with own parts e gives 1 + var(u)/var(e)."""
    from sim.rng import Streams

    draws = Streams(5)
    shared, one, two = (draws.normal(name, np.arange(4000)) for name in ("shared", "one", "two"))
    everybody = np.arange(4000)
    apart = luck.Comparison(one, two)
    assert apart.reduction(everybody) == pytest.approx(1.0, abs=0.1)
    assert apart.correlation(everybody) == pytest.approx(0.0, abs=0.05)
    both = luck.Comparison(2 * shared + one, 2 * shared + two)
    assert both.reduction(everybody) == pytest.approx(5.0, rel=0.1)
    assert both.correlation(everybody) == pytest.approx(0.8, abs=0.02)
    low, high = luck.Comparison(both.arm[:200], both.base[:200]).interval(400)
    assert 1.0 < low < 5.0 < high < 10.0
    assert luck.Comparison(one + 3.0, one + 3.0).reduction(everybody) == float("inf")


def test_moved_slots_are_a_share_of_those_filled_in_either_arm() -> None:
    assert luck.moved_slots(np.array([-1, 3, 4, -1]), np.array([-1, 3, 5, 6])) == pytest.approx(2 / 3)


def test_the_page_and_its_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def invented(pairs: int, enterprises: int) -> dict[tuple[str, str, int], luck.Outcome]:
        assert enterprises == 60
        found = {}
        for policy in ("status_quo", *luck.POLICIES):
            for seed, kind in product(range(pairs), luck.KINDS):
                gap = 0.0 if policy == "status_quo" else 1e-3 * (seed % 3)
                found[kind, policy, seed] = luck.Outcome(
                    (0.1 + 0.01 * seed + gap, 0.5 - 0.02 * seed), np.array([seed, -1])
                )
        return found

    monkeypatch.setattr(luck, "run_all", invented)
    assert luck.main(["--pairs", "5", "--enterprises", "60", "--docs", str(tmp_path)]) == 0
    text = (tmp_path / "luck.md").read_text(encoding="utf-8")
    assert "5 pairs of seeds, 60 enterprises" in text
    assert all(text.count(f"| `{policy}` |") == 3 for policy in luck.POLICIES)
    assert (tmp_path / "img" / "luck.png").stat().st_size > 5_000
    with pytest.raises(SystemExit):
        luck.main(["--pairs", "2"])
