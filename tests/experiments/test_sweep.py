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


def written(folder: Path, text: str) -> str:
    file = folder / "settings.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_file_calls_policies_and_futures_as_the_command_line_does(tmp_path: Path) -> None:
    request = sweep(written(tmp_path, "policy: us_open_push,cn_goes_closed\nfuture: slow_scaling\n")).request
    assert [arm.name for arm in request.policies] == ["us_open_push", "cn_goes_closed"]
    assert request.futures == ("slow_scaling",)
    stack = sweep(written(tmp_path, "policy: [us_open_push, no_gpt_oss]\n")).request.policies
    assert [arm.name for arm in stack] == ["us_open_push+no_gpt_oss"]
    message = told(written(tmp_path, "policy: us_open_push\npolicies: [no_gpt_oss]\n"))
    assert "sets too" in message


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("params.demand.gamma: 3", "params: {demand: {gamma: 3}}"),
        ("execution.workers: 1", "execution: {workers: 1}"),
        ("lever.model_ban.US.CN: 1", "levers: {model_ban.US.CN: 1}"),
        ("lever: {model_ban.US.CN: 1}", "levers: {"),
        ("history.until: 2025-01", "history: {until: 2025-01}"),
    ],
)
def test_dotted_keys_of_a_file_are_refused_with_the_nested_way(tmp_path: Path, text: str, legal: str) -> None:
    message = told(written(tmp_path, f"{text}\n"))
    assert f"settings.yaml:1: {text.partition(':')[0]}" in message
    assert legal in message
    assert message.count("\n") == 0


@pytest.mark.parametrize(
    ("text", "seeds"), [("seed: range(8,16)", range(8, 16)), ("seed: [1, 2]", (1, 2)), ("seed: [4]", (4,))]
)
def test_seeds_of_a_file(tmp_path: Path, text: str, seeds: Any) -> None:
    file = written(tmp_path, f"{text}\n")
    assert sweep(file).request.seeds == tuple(seeds)
    assert sweep(file, "seeds=3").request.seeds == (0, 1, 2)
    assert sweep(file, "seed=7").request.seeds == (7,)
    assert "either" in told(written(tmp_path, f"{text}\nseeds: 3\n"))


def test_the_upper_file_says_which_seeds(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "sweep.yaml").write_text("seeds: 5\n")
    assert len(sweep().request.seeds) == 5
    assert sweep(written(tmp_path, "seed: 3\n")).request.seeds == (3,)


@pytest.mark.parametrize(
    "override", ["params.demand.gamma=3", "strategy=adaptive", "lever.model_ban.US.CN=0.5", "strategy=fixed,adaptive"]
)
def test_a_column_of_a_list_of_points_is_not_an_override(tmp_path: Path, override: str) -> None:
    file = tmp_path / "points.csv"
    file.write_text("params.demand.gamma,strategy,lever.model_ban.US.CN\n0,fixed,1\n2,adaptive,0\n")
    message = told(f"design={file}", override)
    assert f"override {override}: {override.partition('=')[0]}" in message
    assert message.count("\n") == 0


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["dates=[2020-01]"], ["2020-01", "2023-01 to 2030-12"]),
        (["dates=[2031-01]"], ["2031-01", "2023-01 to 2030-12"]),
        (["dates=[2026-13]"], ["2026-13", "YYYY-MM"]),
        (["world=minimal", "horizon=null", "dates=[2025-12]"], ["2025-12", "2026-01 to 2030-12"]),
        (["dates=[2029-01]", "horizon=2027-12,2028-12"], ["2029-01", "2027-12 or 2023-01 to 2028-12"]),
        (["draws_seed=abc"], ["draws_seed", "'abc'"]),
        (["draws_seed=-1", "draws=4"], ["draws_seed", "-1"]),
    ],
)
def test_months_and_seeds_that_no_run_has_are_one_problem(args: list[str], words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        sweep(*args)
    assert len(caught.value.problems) == 1
    assert all(word in str(caught.value) for word in words)


def test_months_of_some_runs_are_legal() -> None:
    assert sweep("dates=[2028-06]", "horizon=2027-12,2028-12").dates == ("2028-06",)
    assert sweep("world=minimal", "horizon=null", "dates=[2030-12]").dates == ("2030-12",)
    message = told("horizon=2027-13", "dates=[2027-01]")
    assert message.count("2027-13") <= message.count("not a month") + 1
    assert "dates" not in message


def test_choices_and_globs_of_policies_and_futures() -> None:
    def names(*args: str) -> list[str]:
        return [arm.name for arm in sweep(*args).request.policies]

    assert names("policy=choice(us_open_push,cn_goes_closed)") == ["us_open_push", "cn_goes_closed"]
    american = names("policy=glob(us_*)")
    assert names("policy=glob(us_*,exclude=us_all*)") == [name for name in american if not name.startswith("us_all")]
    assert len(american) > len(names("policy=glob(us_*,exclude=us_all*)")) > 0
    assert {"none", "slow_scaling", "price_war"} <= set(sweep("future=glob(*)").request.futures)
    assert "opengambit futures" in told("future=glob(x*)")


def test_one_bracket_of_policy_is_a_stack_as_in_a_run() -> None:
    assert [arm.name for arm in sweep("policy=[us_open_push,no_gpt_oss]").request.policies] == [
        "us_open_push+no_gpt_oss"
    ]
    assert len(sweep("policies=[us_open_push,no_gpt_oss]").request.policies) == 2
    assert len(sweep("policy=[[us_open_push,no_gpt_oss],cn_goes_closed]").request.policies) == 2


def test_paths_are_no_grammar(tmp_path: Path) -> None:
    folder = tmp_path / "my [old] (files), 2"
    folder.mkdir()
    (folder / "points.csv").write_text("params.demand.gamma\n0\n2\n")
    (folder / "draws.csv").write_text("demand.gamma\n1\n2\n3\n")
    assert len(sweep(f"design={folder}/points.csv").request.points.rows) == 2
    assert len(sweep(f"draws={folder}/draws.csv").request.draws.values) == 3
    assert len(sweep(f"draws={folder}/draws.csv:2").request.draws.values) == 2
    assert len(sweep("draws=5").request.draws.values) == 5


def test_a_study_is_named_by_what_varies() -> None:
    request = sweep("lever.model_ban.US.CN=0,1", "params.demand.gamma=0,1", "history.until=2025-01,2026-01").request
    assert request.name == "model_ban+gamma+history.until"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("levers: [a]", "levers: {model_ban"),
        ("params: 3", "params: {demand"),
        ("axes: [params.demand.gamma]", "axes: {params"),
        ("entries: []", "policies=["),
        ("params.demand.gamma: 3", "params: {demand: {gamma: 3}}"),
    ],
)
def test_files_that_are_not_what_they_should_be(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    assert word in told(str(file))


def test_a_plan_that_is_gone_is_written_anew(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["sweep", "seeds=2", *SMALL, "--no-figures"]
    assert cli.main(command) == 0
    (tmp_path / "outputs" / "latest" / "plan.parquet").unlink()
    assert cli.main(["results", "outputs/latest"]) == 2
    assert "start the study again" in capsys.readouterr().err
    assert cli.main(command) == 0
    assert "2 there already" in capsys.readouterr().out
    assert cli.main(["results", "outputs/latest", "--csv", str(tmp_path)]) == 2
    assert "can't be written" in capsys.readouterr().err
