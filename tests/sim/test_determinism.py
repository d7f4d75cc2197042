"""Bitwise claims: same seed, order of agents, months before a policy, identical policies, inert labs (O19, O19b)."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from worlds import LAB_AXIS, different, history_scenario, model, records_of, with_lab

from sim.calendar import month_name
from sim.history import Offers
from sim.model import MarketModel
from sim.recorder import Records
from sim.running import simulate
from sim.scenario import Scenario
from sim.world import World

CHOICES = ["sampled", "expected"]
SIZE = {"sampled": 100, "expected": 60}
ROOT = Path(__file__).resolve().parents[2]


def short(choice: str, horizon: str = "2023-12", params: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """Return a short history in which enterprises adopt fast, so that there is much that could differ."""
    values = {"demand.innovation": 0.7} | (params or {})
    return history_scenario(horizon, choice=choice, enterprises=SIZE[choice], params=values, **changes)


@pytest.mark.parametrize("choice", CHOICES)
def test_the_same_seed_gives_the_same_bytes(choice: str) -> None:
    one, two, other = (records_of(short(choice), seed) for seed in (4, 4, 5))
    assert different(one, two) == []
    assert {"tokens", "incident"} <= set(different(one, other))


@pytest.mark.parametrize("choice", CHOICES)
def test_the_order_of_agents_changes_nothing(choice: str) -> None:
    """Both directions of creation and activation; the reversed run keeps its agents in the reverse order."""
    scenario = short(choice, "2024-03")
    forth, back = (records_of(scenario, 4, reverse=reverse) for reverse in (False, True))
    assert different(forth, back) == []
    reverse = MarketModel(scenario, reverse=True)
    assert [lab.index for lab in reverse.labs] == list(range(len(reverse.labs)))[::-1]
    assert [g.index for g in reverse.governments] == list(range(len(reverse.governments)))[::-1]
    assert next(iter(reverse.agents)).name == reverse.world.lab_names[-1]
    reverse.close()


def test_another_process_gives_the_same_bytes() -> None:
    """Nothing hangs on the order of sets and hashes of names in a process."""
    code = (
        "from sim import Scenario, simulate; import hashlib;"
        "r = simulate(Scenario.load('status_quo', enterprises=60, horizon='2023-09'), seed=4).records;"
        "print(hashlib.sha256(r.tokens.tobytes() + r.stock.tobytes() + r.surplus.tobytes()).hexdigest())"
    )
    seen = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "12345")
    ]
    assert len(seen[0]) == 65
    assert seen[0] == seen[1]


LEVERS: dict[str, tuple[str, str]] = {
    "api_access_block.US.SEA": ("true", "demand"),
    "api_access_block.OpenAI.IN": ("true", "demand"),
    "model_ban.US.CN": ("0.9", "demand"),
    "model_ban.SEA.US": ("1", "demand"),
    "procurement_ban.EU.US": ("1", "demand"),
    "procurement_mandate.EU.home": ("1", "demand"),
    "hosting_localisation.US": ("true", "demand"),
    "adoption_push.US": ("1", "demand"),
    "alignment_requirement.CN": ("3", "demand"),
    "partner_programme.CN.NAL": ("{trust: 2}", "demand"),
    "release_mode.US": ("closed", "release"),
    "release_mode.Meta": ("closed", "release"),
    "release_mode.OpenAI": ("open", "release"),
    "release_scheduled.OpenAI": ("", "release"),
}
RECORD = (
    "{{model: Oracle 1, line: gpt, tier: flagship, licence: closed, q: 150, active_b: 20, total_b: 80, price: 0.5, "
    "date: {month}}}"
)


def with_lever(name: str, t: int, choice: str, horizon: str) -> Scenario:
    month = month_name(t)
    value = LEVERS[name][0] or RECORD.format(month=month)
    return short(choice, horizon, levers={name: f"{value}@{month}"})


@lru_cache(maxsize=4)
def status_quo(choice: str, horizon: str, seed: int) -> tuple[Records, Offers]:
    trajectory = simulate(short(choice, horizon), seed)
    return trajectory.records, trajectory.offers


def by_name(records: Records, offers: Offers) -> dict[str, np.ndarray]:
    """Return router tokens by model: a policy may add and remove models, whose rows are then of 0."""
    return {m.name: records.model_tokens[:, k] for k, m in enumerate(offers.models)}


def nothing_before(name: str, t: int, choice: str, horizon: str = "2024-06") -> list[str]:
    """Assert that no row before t moved; return what moved from t on."""
    records, offers = status_quo(choice, horizon, 3)
    arm = simulate(with_lever(name, t, choice, horizon), 3)
    assert different(records, arm.records, before=t, skip=["model_tokens"]) == []
    base, other = by_name(records, offers), by_name(arm.records, arm.offers)
    for release in base.keys() | other.keys():
        one, two = (table.get(release, np.zeros(len(records.payments))) for table in (base, other))
        assert one[:t].tobytes() == two[:t].tobytes()
    return different(records, arm.records, skip=["model_tokens"])


@hypothesis_settings(max_examples=25)
@given(st.sampled_from(sorted(LEVERS)), st.integers(1, 17))
def test_a_policy_changes_nothing_before_its_month(name: str, t: int) -> None:
    nothing_before(name, t, "sampled")


@hypothesis_settings(max_examples=4)
@given(st.sampled_from(sorted(LEVERS)), st.integers(1, 9))
def test_nor_in_the_expected_mode(name: str, t: int) -> None:
    nothing_before(name, t, "expected", "2023-10")


@pytest.mark.parametrize("name", LEVERS)
def test_every_lever_acts(name: str) -> None:
    """The control of the tests above: from its month on, each lever moves the market."""
    if name == "alignment_requirement.CN":
        moved = nothing_before(name, 6, "sampled", "2025-03")
    else:
        moved = nothing_before(name, 6, "sampled")
    assert {"slots", "tokens"} & set(moved)


def test_a_withheld_release_changes_nothing_before_its_month() -> None:
    records, offers = status_quo("sampled", "2024-06", 3)
    arm = simulate(short("sampled", "2024-06", levers={"release_withheld.OpenAI.GPT-4 Turbo": "true@2023-11"}), 3)
    month = next(m.month for m in offers.models if m.name == "GPT-4 Turbo")
    assert different(records, arm.records, before=month, skip=["model_tokens"]) == []
    assert "tokens" in different(records, arm.records)
    assert "GPT-4 Turbo" not in {m.name for m in arm.offers.models}


@pytest.mark.parametrize(
    "levers",
    [
        {},
        {"adoption_push.US": "0@2023-06"},
        {"model_ban.US.CN": "0@2023-06"},
        {"release_mode.US": "[closed, open]@2023-06"},
    ],
    ids=["nothing", "a push of nothing", "a ban for nobody", "every mode allowed"],
)
@pytest.mark.parametrize("choice", CHOICES)
def test_identical_policies_differ_by_nothing(choice: str, levers: dict[str, str]) -> None:
    """O19: also where the entries are others, as long as they say the same."""
    records, _ = status_quo(choice, "2023-12", 3)
    assert different(records, records_of(short(choice, levers=levers), 3)) == []


def without_lab(name: str, table: np.ndarray, at: int) -> np.ndarray:
    return np.delete(table, at, axis=LAB_AXIS[name]) if name in LAB_AXIS else table


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", ["AAA", "Kilo", "ZZZ"])
@pytest.mark.parametrize("offers", [True, False])
def test_an_inert_lab_changes_no_bit(world: World, choice: str, name: str, offers: bool) -> None:
    """O19b: a lab that nobody may choose, at either end of the canonical order or inside it."""
    release = model("inert", "inert line", 4, name, q=60.0) if offers else None
    wider = with_lab(world, name, release)
    access = wider.access.copy()
    at = wider.lab_names.index(name)
    assert not access[:, at].any()
    scenario = short(choice, "2024-01")
    base, more = (records_of(scenario, 6, world=w) for w in (world, wider))
    live = np.array([[t >= 4, 0] for t in range(13)], dtype=float) * offers
    np.testing.assert_array_equal(more.live, base.live + live)
    inert = [k for k, m in enumerate(sorted(wider.models, key=lambda m: (m.lab, m.line, m.month))) if m.name == "inert"]
    skipped = {"live", "model_tokens"}
    moved = [
        item.name
        for item in fields(Records)
        if item.name not in skipped
        and without_lab(item.name, getattr(more, item.name), at).tobytes() != getattr(base, item.name).tobytes()
    ]
    assert moved == []
    kept = np.delete(more.model_tokens, [k for k in inert if k < more.model_tokens.shape[1]], axis=1)
    assert kept.tobytes() == base.model_tokens.tobytes()
    assert not more.tokens[:, :, :, at].any()


def test_an_unused_parameter_changes_no_bit() -> None:
    """theta_e belongs to the log form of the ecosystem, which the default does not use."""
    records, _ = status_quo("sampled", "2023-12", 3)
    other = records_of(short("sampled", params={"ecosystem.log_weight": 3.0}), 3)
    assert different(records, other) == []
    used = records_of(short("sampled", params={"demand.gamma": 3.0}), 3)
    assert "slots" in different(records, used)


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    whole = records_of(short("sampled", "2024-06"), 3)
    part = records_of(short("sampled", "2023-12"), 3)
    months = len(part.payments)
    for item in fields(Records):
        if item.name != "model_tokens":
            assert getattr(whole, item.name)[:months].tobytes() == getattr(part, item.name).tobytes(), item.name


def test_replicates_share_their_population_unless_told_otherwise() -> None:
    scenarios = [short("sampled", "2023-02", resample_population=again) for again in (False, True)]
    keys = [[MarketModel(s, rng=seed).population.keys.tobytes() for seed in (1, 2)] for s in scenarios]
    assert keys[0][0] == keys[0][1]
    assert keys[1][0] != keys[1][1]
    other = short("sampled", "2023-02", population_seed=9)
    assert MarketModel(other, rng=1).population.keys.tobytes() != keys[0][0]
