"""The plain twin and the fast code choose the same, slot by slot and month by month; and the comparison can fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.twin import choice, timing
from benchmarks.twin.__main__ import main
from benchmarks.twin.agreement import Agreement, compare, holdings
from benchmarks.twin.catalogue import Catalogue
from benchmarks.twin.enterprise import Enterprise
from benchmarks.twin.market import PlainMarket
from benchmarks.twin.places import Lab, Region
from sim.errors import InputError
from sim.market.choice import Nests, inclusive, nest_values
from sim.parameters import catalogue
from sim.scenario import Scenario

QUICK = {"demand.innovation": 0.7}
"""Enterprises adopt fast, so that there is much that could differ in a short run."""


def agrees(found: Agreement) -> None:
    assert found.differences == 0, found
    assert found.near_ties == 0
    assert found.largest < 1e-12
    assert found.filled > 500


def test_the_default_parameters() -> None:
    found = compare(Scenario.load(enterprises=150, horizon="2024-12"))
    assert found.months == 24
    assert found.enterprises == 24 * 150
    agrees(found)


POLICIES = {
    "demand": {
        "model_ban.US.CN": "0.5@2024-02",
        "hosting_localisation.EU": "true@2023-06",
        "api_access_block.US.NAL": "true@2024-03",
        "adoption_push.IN": "0.5@2023-09",
        "procurement_mandate.JP.open": "1@2023-05",
        "partner_programme.CN.NAL": "{trust: 2}@2023-08",
    },
    "releases": {
        "release_mode.Meta": "closed@2023-06",
        "release_mode.OpenAI": "open@2023-10",
        "alignment_requirement.CN": "3@2023-06",
        "weights_export_ban.CN": "true@2023-09",
        "chip_export_quota.US.CN": "0@2023-03",
    },
}


@pytest.mark.parametrize("name", POLICIES)
def test_policies(name: str) -> None:
    agrees(compare(Scenario.load(enterprises=150, horizon="2024-12", levers=POLICIES[name], params=QUICK), seed=3))


def test_other_forms_of_the_equations() -> None:
    params: dict[str, Any] = QUICK | {"ecosystem.form": "log", "prices.curvature": 0.0, "trust.incident_hazard": 0.1}
    agrees(compare(Scenario.load(enterprises=80, horizon="2024-06", params=params), seed=5))


VARIED = [
    info
    for info in catalogue()
    if info.path.split(".")[0] in ("demand", "trust", "prices", "usage", "ecosystem")
    and info.low is not None
    and info.high is not None
]


def inside_priors() -> st.SearchStrategy[dict[str, Any]]:
    """Draw every parameter of demand inside its prior range, ends included."""
    ranges: dict[str, st.SearchStrategy[Any]] = {}
    for info in VARIED:
        assert info.low is not None
        assert info.high is not None
        whole = isinstance(info.default, int)
        ranges[info.path] = (
            st.integers(int(info.low), int(info.high)) if whole else st.floats(info.low, info.high, allow_nan=False)
        )
    return st.fixed_dictionaries(ranges)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(inside_priors(), st.integers(0, 1000))
def test_parameters_inside_their_priors(params: dict[str, Any], seed: int) -> None:
    """A difference is forgiven only where the two best scores of some decision lay within 1e-9."""
    found = compare(Scenario.load(enterprises=60, horizon="2024-09", params=params), seed)
    assert found.differences == 0 or found.near_ties > 0, (found, params)


@pytest.mark.slow
def test_the_whole_history() -> None:
    agrees(compare(Scenario.load(enterprises=400), seed=2))


def nothing(*_: Any) -> None:
    """Do nothing."""


BROKEN: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "no dissimilarity": (choice, "inclusive_value", lambda values, _: max(values)),
    "no bans": (Region, "_banned", lambda *_: 0.0),
    "no incidents": (Region, "remember", nothing),
    "nothing is ever gone": (Enterprise, "is_gone", lambda *_: False),
    "no upgrades": (Enterprise, "upgrade", nothing),
    "no heirs of ended lines": (Enterprise, "best_heir", nothing),
    "no prices remembered": (Enterprise, "_remember_price", nothing),
    "no ecosystem": (Lab, "gather", nothing),
    "news travels at once": (Catalogue, "_let_news_travel", nothing),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_twin_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the tests above: each part of the twin, taken out, shows in the comparison."""
    monkeypatch.setattr(*BROKEN[name])
    params, levers = QUICK | {"trust.incident_hazard": 0.1}, {"model_ban.SEA.US": "1@2024-02"}
    horizon = "2025-12" if name == "no heirs of ended lines" else "2024-09"
    found = compare(Scenario.load(enterprises=80, horizon=horizon, params=params, levers=levers))
    assert found.largest > 1e-6
    if name != "no prices remembered":
        assert found.differences > 0
        assert found.first


def run(luck: Any, seed: int = 1, policy: str = "status_quo", shuffled: bool | None = None) -> dict[str, Any]:
    """Return what is held and used after a short run of the twin."""
    plain = PlainMarket(Scenario.load(policy, enterprises=80, horizon="2024-06", params=QUICK), seed, luck)
    plain.shuffled = plain.shuffled if shuffled is None else shuffled
    while plain.t < plain.n_months:
        plain.step()
    found = holdings(plain) | {"tokens": np.array(plain.tokens)}
    assert not plain.running
    plain.step()
    assert plain.t == plain.n_months
    plain.close()
    return found


def same(one: dict[str, Any], two: dict[str, Any]) -> bool:
    return all(np.array_equal(one[name], two[name]) for name in one)


def test_the_stream_is_deterministic_under_a_seed() -> None:
    assert same(run("stream"), run("stream"))
    assert not same(run("stream"), run("stream", seed=2))
    assert not same(run("stream"), run("keyed"))


def test_order_matters_to_the_stream_only() -> None:
    keyed, shuffled = run("keyed"), run("keyed", shuffled=True)
    np.testing.assert_allclose(keyed.pop("tokens"), shuffled.pop("tokens"), rtol=1e-12)
    assert same(keyed, shuffled)
    assert not same(run("stream"), run("stream", shuffled=False))


@pytest.mark.slow
def test_both_kinds_of_luck_are_of_one_law() -> None:
    """Means over seeds of adoption and of the open share lie within four standard errors of each other."""
    moments: dict[str, list[tuple[float, float]]] = {"keyed": [], "stream": []}
    for kind, found in moments.items():
        for seed in range(10):
            end = run(kind, seed)
            used = end["tokens"][-1]
            found.append((float(end["joined"].mean()), float(used[..., 1].sum() / used.sum())))
    one, two = (np.array(found) for found in moments.values())
    error = np.sqrt((one.var(axis=0, ddof=1) + two.var(axis=0, ddof=1)) / len(one))
    assert (np.abs(one.mean(axis=0) - two.mean(axis=0)) < 4 * error).all()


def test_it_refuses_what_it_cannot_do() -> None:
    scenario = Scenario.load(enterprises=60, horizon="2026-09", choice="expected")
    with pytest.raises(InputError) as caught:
        PlainMarket(scenario, luck="dice")  # type: ignore[arg-type]
    assert [problem.key for problem in caught.value.problems] == ["horizon", "choice", "luck"]
    assert "2026-09 is beyond the hand-over" in str(caught.value)
    assert "2023-01 to 2026-07" in str(caught.value)


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--enterprises", "60", "--horizon", "2023-03"]) == 0
    screen = capsys.readouterr().out
    for what in ("0 differences, 0 near ties", "without review", "with review", "time at 60", "own time"):
        assert what in screen
    assert len(screen.split("function\n")[1].splitlines()) == 12
    assert main(["--horizon", "2027-01"]) == 2
    assert "beyond the hand-over" in capsys.readouterr().err
    monkeypatch.setattr(Region, "remember", nothing)
    monkeypatch.setattr(choice, "inclusive_value", lambda values, _: min(values))
    assert main(["--enterprises", "60", "--horizon", "2024-01"]) == 1


def test_the_clock_counts_every_enterprise_month() -> None:
    found = timing.clock(Scenario.load(enterprises=60, horizon="2023-06", params=QUICK))
    assert found.idle_months + found.busy_months == 6 * 60
    assert 0 < found.busy_months < found.idle_months
    assert found.seconds > 0


def test_an_incumbent_far_below_the_best_option_still_binds() -> None:
    """E19: a slot pays kappa_L while its incumbent offers it anything, however far below the best."""
    utility, rho = np.array([[0.0], [-500.0]]), 0.6
    nests = Nests.of(np.array([0, 1]), np.array([0, 0]))
    held, channel = np.array([1]), np.array([0])
    values = inclusive(utility, nests, rho)
    seen = nest_values(values, held, channel, np.full((2, 1), 4.0), np.array([0.5]), rho)
    assert seen[0, 0] == pytest.approx(-4.0)
