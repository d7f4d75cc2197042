from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import Study, cli
from experiments.manual import VERBS
from experiments.studies.plan import Plan
from experiments.sweep import Sweep, compose_sweep
from sim.errors import InputError

SMALL = ("enterprises=60", "history.until=2023-03", "horizon=2023-04", "execution=serial", "--quiet")


def sweep(*args: str) -> Sweep:
    return compose_sweep(list(args))


def told(*args: str) -> str:
    with pytest.raises(InputError) as caught:
        Plan.of(sweep(*args).request)
    return str(caught.value)


@pytest.mark.parametrize("command", [command for command, _ in VERBS["sweep"].examples])
def test_the_examples_of_the_manual_make_a_plan(command: str) -> None:
    words = [word for word in shlex.split(command)[2:] if word != "--dry-run"]
    asked = sweep(*words)
    assert len(Plan.of(asked.request).rows) >= 8


def test_the_grammar_of_the_specification() -> None:
    asked = sweep(
        "policy=us_open_push,cn_goes_closed",
        "seed=range(0,32)",
        "params.demand.gamma=0,1.5,4",
        "lever.chip_export_quota.US.CN=0,24000,48000@2027-01",
        "future=slow_scaling,fast_scaling",
    )
    request = asked.request
    assert [arm.name for arm in request.policies] == ["us_open_push", "cn_goes_closed"]
    assert request.seeds == tuple(range(32))
    assert request.futures == ("slow_scaling", "fast_scaling")
    assert request.points.keys == ("params.demand.gamma", "lever.chip_export_quota.US.CN")
    assert len(request.points.rows) == 9
    assert request.points.at(4)[1] == ("lever.chip_export_quota.US.CN", "24000@2027-01")


def test_stacks_globs_and_files_are_policies(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("entries:\n  - {actor: US, lever: adoption_push, value: 0.1, tag: A, source: made up}\n")
    arms = sweep(f"policy=[us_open_push,no_gpt_oss],{mine},glob(cn_*)").request.policies
    chinese = ["cn_goes_closed", "cn_open_mandate", "cn_refuses_imports"]
    assert [arm.name for arm in arms] == ["us_open_push+no_gpt_oss", "mine", *chinese]
    assert arms[0].policies == ("us_open_push", "no_gpt_oss")


def test_single_values_are_shared_by_all_runs() -> None:
    request = sweep("params.demand.gamma=3", "lever.model_ban.US.CN=0.5@2027-01", "enterprises=100").request
    assert request.settings["params"] == {"demand.gamma": 3}
    assert request.settings["levers"] == [("model_ban.US.CN", "0.5@2027-01")]
    assert request.settings["enterprises"] == 100
    assert request.points.keys == ()


def test_what_varies_can_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    axes = {"params": {"demand.gamma": [0, 2]}, "strategy": "adaptive,fixed"}
    file.write_text(yaml.safe_dump({"policies": ["status_quo", "us_open_push"], "axes": axes, "seeds": 3}))
    request = sweep(str(file)).request
    assert set(request.points.keys) == {"params.demand.gamma", "strategy"}
    assert len(Plan.of(request).rows) == 2 * 4 * 3
    assert sweep(str(file), "params.demand.gamma=0,1,2").request.points.rows[-1] in {("fixed", 2), (2, "fixed")}


@pytest.mark.parametrize(
    ("design", "points"), [(["design=latin_hypercube", "points=5"], 5), (["design=sobol", "points=8"], 8)]
)
def test_random_designs_take_intervals(design: list[str], points: int) -> None:
    request = sweep(*design, "params.demand.gamma=interval(0,4)", "enterprises=interval(60,80)").request
    assert len(request.points.rows) == points
    assert all(0 <= gamma <= 4 and 60 <= size <= 80 for gamma, size in request.points.rows)


def test_a_list_of_points_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text("params.demand.gamma,strategy\n0,fixed\n2,adaptive\n")
    assert sweep(f"design={file}").request.points.rows == ((0, "fixed"), (2, "adaptive"))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["polcy=a,b"], ["polcy", "polic"]),
        (["policy=us_open_pusch"], ["us_open_push"]),
        (["params.demand.gama=0,1"], ["params.demand.gamma"]),
        (["params.demand.gamma=interval(0,4)"], ["grid", "design=latin_hypercube"]),
        (["design=sobol", "params.demand.gamma=0,1"], ["interval(low,high)"]),
        (["design=sobl"], ["sobl", "sobol"]),
        (["design=sobol", "points=6", "params.demand.gamma=interval(0,4)"], ["power of two"]),
        (["seed=0,1", "seeds=3"], ["either"]),
        (["seed=0,-1"], ["seed"]),
        (["draws=0.5"], ["draws"]),
        (["draws=nowhere.csv"], ["nowhere.csv"]),
        (["measure=cn_share"], ["cn_share", "headline"]),
        (["execution=proceses"], ["proceses", "processes"]),
        (["execution.workers=-1"], ["workers"]),
        (["--dry-rn"], ["--dry-run"]),
        (["nothing.yaml"], ["no such file"]),
        (["record=everything"], ["everything", "panel"]),
        (["horizon=2027-13"], ["2027-13"]),
        (["enterprises=100", "enterprises=200,300"], ["twice"]),
        (["future=slow_scalin"], ["slow_scaling"]),
    ],
)
def test_what_is_wrong_is_told_in_one_message(args: list[str], words: list[str]) -> None:
    message = told(*args)
    for word in words:
        assert word in message


def test_everything_wrong_is_told_at_once() -> None:
    message = told("polcy=a", "design=sobl", "measure=x", "draws=-1")
    assert all(word in message for word in ("polcy", "sobl", "measure", "draws"))


def test_a_sweep_from_the_command_line(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["sweep", "params.demand.gamma=0,3", "seed=range(0,2)", *SMALL, "--no-figures"]
    assert cli.main(command) == 0
    first = capsys.readouterr().out
    assert "4 runs" in first
    study = Study.open("outputs/latest")
    assert sorted(set(study.runs["params.demand.gamma"])) == [0, 3]
    assert cli.main(command) == 0
    assert "4 there already" in capsys.readouterr().out
    assert cli.main([*command, "--dry-run"]) == 0
    assert "nothing was run" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sweep", "seeds=3", *SMALL, "--dry-run"]) == 0
    assert "plan       3 runs" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
