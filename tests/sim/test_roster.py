"""Worlds without history: loading, what is refused, and the arrays that a roster gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rosters import SMALL, by_lab, lab, scenario, world
from worlds import t_of

from sim import Scenario, simulate
from sim.errors import InputError
from sim.parameters import Parameters
from sim.roster import Roster
from sim.roster_world import roster_world
from sim.tables import load_world


@pytest.mark.parametrize("name", ["minimal", "stylised"])
def test_shipped_worlds_load_and_run(name: str) -> None:
    run = simulate(Scenario.load(world=name, enterprises=60, horizon="2026-08"), seed=1)
    assert run.months[0] == "2026-01"
    assert run.months[-1] == "2026-08"
    assert sum(by_lab(run).values()) == pytest.approx(1.0)
    assert run.scenario.name == name


def test_a_file_and_a_mapping_give_the_same_world(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(
        "history: none\nbase: none\nattitudes: none\nregions:\n  US: {adoption: 0.5}\n  CN: {adoption: 0.5}\nlabs:\n"
        "  B: {home: CN, q: 140, active: 20, fund: 10, mode: open}\n  A: {home: US, q: 150, cost: 0.4, fund: 100}\n"
    )
    assert Roster.load(path) == Roster.load(SMALL)
    assert Scenario.load(world=path).digest() == Scenario.load(world=SMALL).digest()


@pytest.mark.parametrize(
    ("given", "key", "message", "near"),
    [
        (world(atitudes="none"), "atitudes", "no key", "attitudes"),
        ({k: v for k, v in SMALL.items() if k != "history"}, "history", "missing", None),
        (world(start="2019-01"), "start", "out of range", None),
        (world(start="soon"), "start", "not a month", None),
        (world(regions=["US", "UKC"]), "regions.UKC", "no region", "UKCA"),
        (world(regions={"XX": {"bloc": "US", "adoption": 0.1}}, labs={}), "regions.XX.gdp", "missing", None),
        (world(regions={"XX": {"bloc": "USA", "gdp": 1, "adoption": 0.1}}), "regions.XX.bloc", "no bloc", "US"),
        (lab(home="CNN"), "labs.A.home", "no region", "CN"),
        ({**SMALL, "labs": {"A": {"q": 150, "cost": 1, "fund": 1}}}, "labs.A.home", "missing", None),
        (lab(fund=-1), "labs.A.fund", "not legal", None),
        (lab(cost=0), "labs.A.cost", "not legal", None),
        (lab(price=-2.0), "labs.A.price", "not legal", None),
        (lab(active=3), "labs.A.cost", "either", None),
        (lab(stength=1), "labs.A.stength", "no such key", "strength"),
        (lab(mode="delayed"), "labs.A.mode", "not legal", None),
        (lab(mode="tiered"), "labs.A.mode", "can't be tiered", None),
        (lab(compute=5), "labs.A.compute", "market decides", None),
        (world(compute="fixed"), "labs.A.compute", "this lab has none", None),
        (world(init={"shares": {"A": 0.7, "B": 0.4}}), "init.shares", "sum to 1.1", None),
        (world(init={"shares": {"AA": 0.7}}), "init.shares.AA", "no lab", None),
        (world(init={"share": {"A": 0.7}}), "init.share", "no initial value", "shares"),
        (world(trust={"US": {"CNN": 1}}), "trust.US.CNN", "no region", "CN"),
        (world(bans={"US": {"CN": {"API": 1}}}), "bans.US.CN.API", "no 'API'", None),
    ],
)
def test_bad_input_names_the_key(given: dict[str, Any], key: str, message: str, near: str | None) -> None:
    with pytest.raises(InputError) as caught:
        Roster.load(given)
    found = [problem for problem in caught.value.problems if problem.key == key]
    assert found, caught.value
    assert message in found[0].message
    assert near is None or found[0].nearest == near


def test_problems_name_the_line_and_come_together(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "history: none\nregions: [US]\nlabs:\n  A: {home: US, q: 150, cost: 1, fund: 1}\n"
        "  B: {home: UK, q: 150, cost: 1, fund: -1}\n  A: {home: CN, q: 150, cost: 1, fund: 1}\n"
    )
    with pytest.raises(InputError) as caught:
        Scenario.load(world=path)
    found = {(problem.where.rsplit(":", 1)[-1], problem.key) for problem in caught.value.problems}
    assert {("6", "labs.A"), ("5", "labs.B.fund")} <= found


def test_a_world_that_there_is_not() -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load(world="styised")
    assert caught.value.problems[0].nearest == "stylised"


def test_history_has_no_roster_and_its_digest_says_nothing_of_one() -> None:
    history = Scenario.load(horizon="2023-06", enterprises=60)
    assert history.roster is None
    assert "roster" not in history.canonical()
    assert "roster" in scenario().canonical()


def test_a_roster_has_no_other_handover() -> None:
    with pytest.raises(InputError, match="no history"):
        scenario(history_until="2025-01")
    assert scenario(history_until="2026-01").history_until == t_of("2026-01")


def test_arrays_of_the_world() -> None:
    roster = Roster.load(
        lab(tiers=["flagship", "economy"], mode="tiered", blocked=["CN"], strength=0.5, income=0.1)
        | {"trust": {"US": {"CN": 1.2}}, "bans": {"world": {"CN": {"A": 0.6}}}, "fit": {"CN": {"CN": 0.3}}}
    )
    parameters = Parameters()
    made = roster_world(roster, parameters)
    assert made.lab_names == ("A", "B")
    assert made.lab_blocs == ("US", "CN")
    assert made.region_gdp.sum() == pytest.approx(1.0)
    assert [line.name for line in made.lines] == ["A economy", "A flagship", "B flagship"]
    small, large, opened = made.models
    assert (small.licence, large.licence, opened.licence) == ("open_permissive", "closed", "open_permissive")
    assert large.q - small.q == pytest.approx(parameters.research.size_scale)
    assert large.active / small.active == pytest.approx(10.0)
    assert large.month == t_of("2025-12")
    prices = {row.model: row.price for row in made.prices}
    assert prices[large.name] == pytest.approx(0.4 / parameters.prices.closed_cost_share)
    assert prices[small.name] == pytest.approx(0.04 * (1 + parameters.prices.host_markup))
    assert made.access[-1].tolist() == [[1.0, 0.0], [1.0, 1.0]]
    assert made.trust.tolist() == [[0.0, 1.2], [0.0, 0.0]]
    assert made.bans[:, 1].tolist() == [[0.6, 0.0, 0.0]] * 2
    assert made.fit[1, 1].tolist() == [0.3] * 5
    assert (made.strengths[0] == 0.5).all()


def test_attitudes_of_the_data_go_by_home() -> None:
    made, data = roster_world(Roster.load("stylised"), Parameters()), load_world()
    alibaba, chinese = data.lab_names.index("Alibaba"), made.lab_names.index("CN-3")
    for name in ("trust", "bans", "fit"):
        assert getattr(made, name)[:, chinese].tolist() == getattr(data, name)[:, alibaba].tolist()


def test_fewer_enterprises_than_cells_are_refused() -> None:
    with pytest.raises(InputError, match="8 to"):
        scenario(enterprises=7)


def test_a_scenario_keeps_to_its_roster() -> None:
    given = scenario()
    with pytest.raises(InputError, match="no world"):
        replace(given, roster=None)
