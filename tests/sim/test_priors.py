"""Whole scenarios drawn from everything that a study may vary: nothing breaks, whatever is inside the prior ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim import Scenario, Trajectory, simulate
from sim.futures import future_files
from sim.parameters import catalogue
from sim.policy import policy_files
from sim.rng import Streams

RANGED = [info for info in catalogue() if info.low is not None and info.high is not None]
DRAWS = 200


def drawn(seed: int) -> dict[str, Any]:
    """Return a value inside its prior range for every parameter that has one."""
    streams = Streams(seed)
    values: dict[str, Any] = {}
    for info in RANGED:
        low, high = float(info.low or 0.0), float(info.high or 0.0)
        value = low + (high - low) * float(streams.uniform("prior", info.path)[0])
        values[info.path] = round(value) if isinstance(info.default, int) else value
    for prefix in ("count", "token", "task", "developer"):
        names = [path for path in values if path.startswith(f"population.{prefix}_")]
        total = sum(values[name] for name in names)
        video = 1.0 - sum(float(info.default) for info in RANGED if info.path in names)
        values |= {name: values[name] * (1.0 - video) / total for name in names}
    return values


def sound(run: Trajectory) -> None:
    """Check what the month's own checks do not: all that is recorded is finite, and shares lie in 0 to 1."""
    records, supply = run.records, run.supply
    for name in ("tokens", "spend", "revenue", "cost", "stock", "payments", "adopters"):
        table = getattr(records, name)
        assert np.isfinite(table).all() and (table >= 0).all(), name
    for name in ("budget", "rent", "compute", "ration"):
        table = getattr(supply, name)
        assert np.isfinite(table).all() and (table >= 0).all(), name
    assert np.isfinite(supply.knowledge).all()
    for name in ("token_share", "open_token_share", "adoption", "cn_token_share_outside_cn"):
        value = run.frame(name)["value"].dropna()
        assert ((value >= 0) & (value <= 1 + 1e-12)).all(), name


@pytest.mark.slow
@settings(
    max_examples=DRAWS,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    seed=st.integers(0, 2**32),
    policy=st.sampled_from(sorted(policy_files())),
    future=st.sampled_from(sorted(future_files())),
    strategy=st.sampled_from(["adaptive", "fixed"]),
    reactions=st.booleans(),
)
def test_any_parameters_inside_their_prior_ranges(
    seed: int, policy: str, future: str, strategy: str, reactions: bool
) -> None:
    """200 scenarios of 200 enterprises and 36 months, of which 10 are projected."""
    scenario = Scenario.load(
        policy, horizon="2025-12", history_until="2025-02", enterprises=200, params=drawn(seed),
        future=future, strategy=strategy, reactions=reactions,
    )  # fmt: skip
    sound(simulate(scenario, seed % 1000))


def test_most_parameters_have_a_prior_range() -> None:
    assert len(RANGED) > 0.9 * len(catalogue())
    assert all(info.low <= info.high for info in RANGED if info.low is not None and info.high is not None)
