"""Composition: what a user types becomes one checked request, or one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.compose import RunRequest, compose_run
from experiments.layers import conf_layers
from experiments.studies.request import Scenarios
from experiments.sweep import compose_sweep
from sim import Scenario
from sim.calendar import month_index
from sim.errors import InputError
from sim.parameter_sets import named_set


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def local(folder: Path, name: str, text: str) -> Path:
    path = folder / "conf" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused(*argv: str) -> InputError:
    with pytest.raises(InputError) as caught:
        compose_run(argv)
    return caught.value


def test_the_default() -> None:
    request = compose_run([])
    assert isinstance(request, RunRequest)
    assert (request.seeds, request.outputs, request.name) == ((0,), Path("outputs"), "status_quo")
    assert request.settings["record"] == "series"
    assert request.command == "opengambit run"


def test_overrides_as_users_type_them(folder: Path) -> None:
    argv = [
        *("policy=[no_gpt_oss,api_cutoff]", "horizon=2026-09", "history.until=2025-06", "enterprises=500"),
        *("choice=expected", "params.demand.gamma=2", "seeds=32", "outputs=deep/er", "name=foo", "params=default"),
        *("lever.hosting_localisation.US.US=1@2025-01", "lever.model_ban.EU.DeepSeek=0.5@2025-01..2025-06"),
    ]
    request = compose_run(argv)
    scenario = request.scenario
    assert scenario.policy.names == ("status_quo", "no_gpt_oss", "api_cutoff", "levers")
    assert (scenario.horizon, scenario.history_until) == (month_index("2026-09"), month_index("2025-06"))
    assert (scenario.enterprises, scenario.choice, scenario.parameters.demand.gamma) == (500, "expected", 2.0)
    assert request.seeds == tuple(range(32))
    assert (request.outputs, request.name) == (Path("deep/er"), "foo")
    assert [item.actor for item in scenario.policy.entries if item.origin == "levers"] == ["US", "EU"]
    assert "'lever" not in request.command and "policy=[no_gpt_oss,api_cutoff]" in request.command
    assert not (folder / "deep").exists()


@pytest.mark.parametrize(("text", "value"), [("on", True), ("off", False), ("true", True)])
def test_reactions(text: str, value: bool) -> None:
    assert compose_run([f"reactions={text}"]).scenario.reactions is value


def test_a_future_and_fixed_strategies(folder: Path) -> None:
    scenario = compose_run([]).scenario
    assert (scenario.future.name, scenario.strategy, scenario.reactions) == ("none", "adaptive", False)
    request = compose_run(["future=price_war", "strategy=fixed", "horizon=2029-12"])
    assert (request.scenario.future.name, request.scenario.strategy) == ("price_war", "fixed")
    assert request.settings["future"] == "price_war"
    assert compose_run(["horizon=2040-12"]).scenario.horizon == month_index("2040-12")
    local(folder, "future/mine.yaml", "shocks:\n  - {kind: compute, who: US, value: 0.1, from: 2027-01}\n")
    local(folder, "run.yaml", "future: mine\nreactions: on\n")
    assert [s.who for s in compose_run([]).scenario.future.shocks] == [("US",)]
    assert compose_run([]).scenario.reactions


def test_what_the_user_sets_wins_over_the_future() -> None:
    scenario = compose_run(["future=slow_scaling", "params.research.progress=0.07"]).scenario
    assert scenario.parameters.research.progress == 0.07
    assert scenario.parameters.research.fund_growth == 1.4
    assert "research.progress" not in dict(scenario.future.params)


def test_one_seed() -> None:
    assert compose_run(["seed=3"]).seeds == (3,)


@pytest.mark.parametrize("argv", [["policy=api_cutoff"], ["policy=[status_quo,api_cutoff]"], ["policy=[api_cutoff]"]])
def test_a_policy_lies_on_the_real_world(argv: list[str]) -> None:
    assert compose_run(argv).scenario.policy.names == ("status_quo", "api_cutoff")


def test_a_policy_may_be_a_path(folder: Path) -> None:
    (folder / "mine.yaml").write_text("entries:\n  - {actor: EU, lever: adoption_push, value: 0.1}\n", encoding="utf-8")
    assert compose_run(["policy=./mine.yaml"]).scenario.policy.names == ("status_quo", "mine")
    assert compose_run([f"policy={folder / 'mine.yaml'}"]).name == "status_quo+mine"


@pytest.mark.parametrize(
    ("override", "key", "words"),
    [
        ("horizn=2027-01", "horizn", "'horizon'"),
        ("+horizn=2027-01", "horizn", "'horizon'"),
        ("++horizn=2027-01", "horizn", "'horizon'"),
        ("typo=1", "typo", "no such setting"),
        ("+typo=1", "typo", "no such setting"),
        ("hydra.run.dir=x", "hydra.run.dir", "no such setting"),
        ("gamma=2", "gamma", "'params.demand.gamma'"),
        ("~seed", "seed", "taken away"),
        ("--fast", "--fast", "no such option"),
        ("status_quo", "status_quo", "key=value"),
        ("horizon=[1", "horizon", "can't be read"),
        ("horizon=2022-12", "horizon", "before the start"),
        ("horizon=???", "horizon", "a value is missing"),
        ("history.until=2027-01", "history.until", "beyond the data"),
        ("enterprises=many", "enterprises", "52 to 1000000"),
        ("choice=expcted", "choice", "'expected'"),
        ("strategy=fxied", "strategy", "'fixed'"),
        ("reactions=perhaps", "reactions", "on or off"),
        ("future=slow_scalin", "future", "'slow_scaling'"),
        ("future=./none.yaml", "future", "no such file"),
        ("lever.chip_export_quota.US.CN=-1", "value", "0 or more"),
        ("lever.offshore_cloud_access.JP.CN=0", "actor", "two governments can't set one lever on one target"),
        ("lever.release_mode.US.US=tiered@2025-01", "value", "in the past"),
        ("world=histry", "world", "'history'"),
        ("params=defualt", "params", "'default'"),
        ("params.demand.gama=2", "params.demand.gama", "'params.demand.gamma'"),
        ("params.demand.gamma=-2", "params.demand.gamma", "not legal"),
        ("policy=a,b", "policy", "policy=[a,b]"),
        ("policy=hosting_localization", "policy", "'hosting_localisation'"),
        ("policy=./none.yaml", "policy", "no such file"),
        ("seed=1,2", "seed", "one value"),
        ("seed=-1", "seed", "0 to"),
        ("seeds=0", "seeds", "1 to"),
        ("record=all", "record", "summary, series"),
        ("name=a/b", "name", "can't name a folder"),
        ("lever.hosting_localisaton.US.US=1", "lever", "'hosting_localisation'"),
        ("lever.procurement_ban.OpenAI.CN=1", "actor", "can't set"),
        ("lever.adoption_push.CN.CN=7@2025-01", "value", "0 to 1"),
    ],
)
def test_a_wrong_override_is_named(override: str, key: str, words: str) -> None:
    error = refused(override)
    assert [problem.key for problem in error.problems] == [key]
    assert words in str(error)
    assert override.removeprefix("++") in str(error)


def test_all_problems_come_at_once() -> None:
    error = refused("typo=3", "horizon=x", "params.demand.gamma=zz", "policy=nope", "seeds=0", "name=a/b", "record=all")
    assert {p.key for p in error.problems} == {
        *("typo", "horizon", "params.demand.gamma", "policy", "seeds", "name", "record"),
    }


def test_a_seed_or_seeds() -> None:
    assert "either one seed or a number" in str(refused("seed=1", "seeds=2"))
    assert "set twice" in str(refused("seed=1", "seed=2"))


def test_an_output_folder_that_cannot_be_written(folder: Path) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    error = refused("outputs=file/below")
    assert "is a file" in str(error)
    assert sorted(path.name for path in folder.iterdir()) == ["file"]


def test_the_working_folder_lies_on_top(folder: Path) -> None:
    local(
        folder,
        "run.yaml",
        "enterprises: 300\nhistory: {until: 2025-06}\nhorizon: 2025-12\nseeds: 4\ndefaults: [{params: mine}]\n",
    )
    local(folder, "params/mine.yaml", "demand:\n  gamma: 2.5\n  review: 0.2\n")
    local(folder, "policy/home.yaml", "entries:\n  - {actor: EU, lever: adoption_push, value: 0.1}\n")
    assert len(conf_layers()) == 2
    request = compose_run(["policy=home", "params.demand.gamma=3"])
    scenario = request.scenario
    assert (scenario.enterprises, scenario.choice, scenario.horizon) == (300, "sampled", month_index("2025-12"))
    assert scenario.history_until == month_index("2025-06")
    assert (scenario.parameters.demand.gamma, scenario.parameters.demand.review) == (3.0, 0.2)
    assert request.seeds == (0, 1, 2, 3)
    assert compose_run(["seed=7"]).seeds == (7,)
    assert compose_run(["params=default"]).scenario.parameters.demand.gamma != 2.5
    assert scenario.policy.names == ("status_quo", "home")


def test_a_problem_in_a_file_names_file_and_line(folder: Path) -> None:
    local(folder, "run.yaml", "horizn: 3\nenterprises: 3\nname: ???\n")
    local(folder, "params/calibrated.yaml", "demand:\n  gamma: -1\n  gama: 1\n")
    error = refused()
    assert {(p.where.replace("\\", "/"), p.key) for p in error.problems} == {
        ("conf/run.yaml:1", "horizn"),
        ("conf/run.yaml:2", "enterprises"),
        ("conf/run.yaml:3", "name"),
        ("conf/params/calibrated.yaml:2", "params.demand.gamma"),
        ("conf/params/calibrated.yaml:3", "params.demand.gama"),
    }


@pytest.mark.parametrize("text", ["a: [", "- 1\n"])
def test_a_broken_file_is_named(folder: Path, text: str) -> None:
    local(folder, "run.yaml", text)
    assert "run.yaml" in str(refused())


def test_nothing_of_hydra_is_left_behind() -> None:
    from hydra.core.global_hydra import GlobalHydra

    compose_run([])
    assert not GlobalHydra.instance().is_initialized()


@pytest.mark.parametrize("text", ["axes: {params.demand.gamma: [0, 1]}", "params.demand.gamma: 3", "lever: {a.b.c: 1}"])
def test_no_key_of_a_file_is_dropped(folder: Path, text: str) -> None:
    local(folder, "run.yaml", f"{text}\n")
    assert f"run.yaml:1: {text.partition(':')[0]}" in str(refused())


def test_a_parameter_set_lies_below_futures_and_draws_and_single_values_above(folder: Path) -> None:
    """What is chosen by name is a centre; what is set one by one wins over all."""
    (folder / "conf" / "params").mkdir(parents=True)
    (folder / "conf" / "params" / "mine.yaml").write_text("demand: {gamma: 0.25}\nresearch: {progress: 0.1}\n")
    plain = compose_run(["params=mine"]).scenario.parameters
    assert plain.demand.gamma == 0.25
    typed = compose_run(["params=mine", "params.demand.gamma=3"]).scenario.parameters
    assert typed.demand.gamma == 3
    assert typed.research.progress == 0.1
    posterior = folder / "draws.csv"
    posterior.write_text("demand.gamma,weight\n1.5,1\n2.5,1\n")
    request = compose_sweep(["params=mine", f"draws={posterior}", "horizon=2023-03"]).request
    drawn = [Scenarios(request).at(request.policies[0], "none", 0, k).parameters for k in (0, 1)]
    assert [given.demand.gamma for given in drawn] == [1.5, 2.5]
    assert [given.research.progress for given in drawn] == [0.1, 0.1]
    fixed = compose_sweep(["params=mine", "params.demand.gamma=4", f"draws={posterior}", "horizon=2023-03"]).request
    assert Scenarios(fixed).at(fixed.policies[0], "none", 0, 1).parameters.demand.gamma == 4


def test_commands_take_the_calibrated_set_unless_told(folder: Path) -> None:
    centre = named_set("calibrated")
    assert centre
    assert compose_run([]).scenario.digest() == Scenario.load(centre="calibrated").digest()
    assert compose_run(["params=default"]).scenario.digest() == Scenario.load().digest()
    request = compose_sweep(["draws=calibrated:4", "horizon=2023-03"]).request
    assert request.draws.values.shape[0] == 4
    with pytest.raises(InputError, match="calibrated"):
        compose_sweep(["draws=calibratd:4"])
