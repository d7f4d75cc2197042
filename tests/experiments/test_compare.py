"""The verb ``compare``, from its command line to its tables."""

from __future__ import annotations

import shlex
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from experiments import Study, cli
from experiments.comparison.ask import Asked, compose_compare
from experiments.contrasts.spec import Comparison
from experiments.manual import VERBS
from experiments.studies.plan import Plan
from sim.errors import InputError

SMALL = ("enterprises=60", "history.until=2023-03", "horizon=2023-06", "execution=serial", "--quiet")
OWN = "entries:\n  - {actor: US, lever: adoption_push, value: 0.1, tag: A, source: made up}\n"


def asked(*args: str) -> Asked:
    return compose_compare(list(args))


def told(*args: str) -> str:
    with pytest.raises(InputError) as caught:
        asked(*args)
    return str(caught.value)


def table(name: str, folder: str = "outputs/latest") -> pd.DataFrame:
    return pd.read_csv(Path(folder) / "comparison" / f"{name}.csv")


@pytest.mark.parametrize("command", [command for command, _ in VERBS["compare"].examples])
def test_the_examples_of_the_manual_make_a_plan(command: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(OWN)
    found = asked(*shlex.split(command)[2:])
    assert len(Plan.of(found.request).rows) >= 16
    assert {arm.name for arm in found.request.policies} >= set(found.comparison.arms)


def test_the_baseline_comes_first_and_stands_once() -> None:
    found = asked("policies=[us_open_push,status_quo,[no_gpt_oss,us_all_closed]]", "seeds=3")
    assert [arm.name for arm in found.request.policies] == ["status_quo", "us_open_push", "no_gpt_oss+us_all_closed"]
    assert found.comparison.policies == ("us_open_push", "no_gpt_oss+us_all_closed")
    assert found.request.seeds == (0, 1, 2)


@pytest.mark.parametrize(
    ("args", "seeds", "draws"), [((), 32, 0), (("draws=6",), 4, 6), (("draws=6", "seeds=2"), 2, 6), (("seed=7",), 1, 0)]
)
def test_sensible_numbers_of_pairs(args: tuple[str, ...], seeds: int, draws: int) -> None:
    request = asked("policies=[us_open_push]", *args).request
    assert (len(request.seeds), len(request.draws.values)) == (seeds, draws)


def test_dates_after_the_horizon_are_left_out_unless_they_were_typed() -> None:
    assert asked("policies=[us_open_push]", "horizon=2029-06").comparison.dates == ("2028-12",)
    assert asked("policies=[us_open_push]", "horizon=2027-06").comparison.dates == ("2027-06",)
    assert "2030-12" in told("policies=[us_open_push]", "horizon=2029-06", "dates=[2030-12]")


def test_a_package_is_taken_apart_by_its_levers() -> None:
    found = asked("policies=[no_chip_controls,allied_procurement_ban]", "attribution=levers", "seeds=1")
    alone = found.comparison.parts["no_chip_controls"]
    assert set(alone) >= {"chip_export_quota", "chip_import_limit", "enforcement"}
    assert set(found.comparison.rests["no_chip_controls"]) == set(alone)
    plan = Plan.of(found.request)
    row = next(row for row in plan.rows if row.policy == alone["enforcement"])
    own = [e.lever for e in plan.scenarios[row.scenario].policy.entries if e.origin != "status_quo"]
    assert set(own) == {"enforcement"}


def test_a_policy_of_one_lever_has_nothing_to_take_apart() -> None:
    found = asked("policies=[cn_goes_closed]", "attribution=levers", "seeds=1")
    assert found.comparison.parts == {}
    assert any("nothing to take apart" in note for note in found.notes)


def test_mechanisms_are_arms_of_their_own() -> None:
    from sim.mechanisms import MECHANISMS

    found = asked("policies=[cn_goes_closed]", "attribution=mechanisms", "seeds=1")
    assert set(found.comparison.held["cn_goes_closed"]) == set(MECHANISMS)
    plan = Plan.of(found.request)
    assert {plan.scenarios[row.scenario].hold for row in plan.rows} == {(), *((name,) for name in MECHANISMS)}


def test_a_game_has_every_cell() -> None:
    found = asked("policies.us=[us_open_push]", "policies.cn=[cn_goes_closed,cn_open_mandate]", "seeds=1")
    game = found.comparison.game
    assert game is not None
    assert (game.sides, game.rows) == (("us", "cn"), ("status_quo", "us_open_push"))
    assert game.cells["us_open_push", "cn_goes_closed"] == "us_open_push+cn_goes_closed"
    assert game.cells["status_quo", "status_quo"] == "status_quo"
    assert len(found.request.policies) == 6


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), ["needs a policy"]),
        (("policies=[us_open_pusch]",), ["us_open_push"]),
        (("policies=[us_open_push]", "measures=[gap_month]"), ["gap_months", "override measures"]),
        (("policies=[us_open_push]", "objective=[uss]"), ["uss"]),
        (("policies=[us_open_push]", "futures=[slow_scalin]"), ["slow_scaling"]),
        (("policies=[us_open_push]", "precision=-1"), ["half-width above 0"]),
        (("policies=[us_open_push]", "precision=small"), ["precision=0.005"]),
        (("policies=[us_open_push]", "level=95"), ["0.95"]),
        (("policies=[us_open_push]", "level=abc"), ["0.95"]),
        (("policies=[us_open_push]", "replicates=200.5"), ["whole number"]),
        (("policies=[us_open_push]", "objective=[us,us]"), ["twice"]),
        (("policies=[us_open_push]", "attribution=lever"), ["levers"]),
        (("policies=[us_open_push]", "attribution=mechanisms", "baseline=expected_policy"), ["status_quo"]),
        (("policies=[us_open_push]", "thresholds=[gap_months]"), ["gap_months>=12"]),
        (("policies=[us_open_push]", "demands=['gap_months>=6']"), ["@2030-12"]),
        (("policies=[us_open_push]", "enterprises=100,200"), ["sweep"]),
        (("policies.us=[us_open_push]",), ["two sides"]),
        (("policies=[us_open_push]", "--xslx"), ["--xlsx"]),
        (("policies=[us_open_push]", "seeds=1", "seed=2"), ["either"]),
    ],
)
def test_what_is_wrong_is_told(args: tuple[str, ...], words: list[str]) -> None:
    message = told(*args)
    for word in words:
        assert word in message


def test_a_comparison_from_the_command_line(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copy.yaml").write_text("reason: the status quo under another name\nentries: []\n")
    (tmp_path / "later.yaml").write_text(OWN.replace("value: 0.1", "value: 1.0, from: 2023-05"))
    command = ["compare", "policies=[./copy.yaml,./later.yaml]", "seeds=2", *SMALL, "--xlsx", "--no-figures"]
    command += ["measures=[adoption,us_token_share]", "headline=adoption", "horizon=2023-08"]
    command.remove("horizon=2023-06")
    assert cli.main(command) == 0, capsys.readouterr().err
    assert "6 runs" in capsys.readouterr().out
    effects = table("effects").query("n > 0")
    copy = effects[effects["policy"] == "copy"]
    assert len(copy) == 2 * 8
    assert (copy["mean"] == 0).all()
    assert (copy["zero_share"] == 1).all()
    later = effects[effects["policy"] == "later"]
    assert (later[later["month"] < "2023-05"]["mean"] == 0).all()
    assert (later[later["month"] >= "2023-05"]["mean"] != 0).any()
    study = Study.open("outputs/latest")
    assert Comparison.load(study.folder).policies == ("copy", "later")
    with zipfile.ZipFile(study.folder / "comparison.xlsx") as book:
        assert any("sheet2" in name for name in book.namelist())
    assert cli.main(command) == 0
    assert "6 there already" in capsys.readouterr().out


def test_tables_agree_with_the_runs(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        cli.main(["compare", "policies=[us_all_closed]", "measures=[adoption]", "headline=adoption", "seeds=3", *SMALL])
        == 0
    )
    study = Study.open("outputs/latest")
    runs = study.rows.set_index("row").assign(value=study.wide("adoption")["2023-06"])
    runs = runs.astype({"policy": str}).pivot_table(index="seed", columns="policy", values="value")
    wanted = runs["us_all_closed"] - runs["status_quo"]
    line = table("headline").query("measure == 'adoption' and month == '2023-06'").iloc[0]
    assert line["mean"] == pytest.approx(wanted.mean(), rel=1e-6, abs=1e-9)
    assert line["n"] == 3


@pytest.mark.slow
def test_a_comparison_grows_until_it_is_precise(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "push.yaml").write_text(OWN.replace("value: 0.1", "value: 0.5, from: 2023-02"))
    command = ["compare", "policies=[./push.yaml]", "headline=adoption", "precision=0.001", "max_pairs=24", *SMALL]
    command += ["--no-figures", "record=summary"]
    assert cli.main(command) == 0
    folders = [path for path in Path("outputs/compare-push").iterdir() if not path.name.startswith(".")]
    assert len(folders) == 1
    made = Comparison.load(folders[0])
    assert made.pairs in (16, 24)
    assert len(Study.open(folders[0]).runs) == 2 * made.pairs
    capsys.readouterr()
    assert cli.main(command) == 0
    assert "there already" in capsys.readouterr().out


def test_settings_can_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"policies": ["us_open_push"], "seeds": 5, "objective": "us", "horizon": "2027-12"}))
    found = asked(str(file), "seeds=6")
    assert found.comparison.policies == ("us_open_push",)
    assert found.comparison.objectives == ("us",)
    assert (len(found.request.seeds), found.comparison.dates) == (6, ("2027-12",))


def test_levers_of_all_runs_are_kept_in_every_part_of_a_package() -> None:
    shared = "lever.api_access_block.US.CN=1@2026-08"
    found = asked("policies=[no_chip_controls]", "attribution=levers", "seeds=1", shared)
    assert "api_access_block" not in found.comparison.parts["no_chip_controls"]
    plan = Plan.of(found.request)
    for scenario in plan.scenarios.values():
        assert sum(entry.origin == "levers" for entry in scenario.policy.entries) == 1


def test_levers_are_taken_apart_on_the_status_quo_only() -> None:
    message = told("policies=[no_chip_controls]", "attribution=levers", "baseline=tight_enforcement")
    assert "baseline=status_quo" in message


@pytest.mark.parametrize(
    ("args", "word"), [(("seeds=64",), "seeds"), (("seed=3",), "seed"), (("draws=4",), "draws are too few")]
)
def test_a_precision_finds_the_number_of_pairs_itself(args: tuple[str, ...], word: str) -> None:
    assert word in told("policies=[us_open_push]", "precision=0.01", *args)
    assert asked("policies=[us_open_push]", "precision=0.01", "draws=40").most == 40


def test_two_policies_of_one_name_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "us_open_push.yaml"
    other.write_text(OWN)
    message = told("policies=[us_open_push]", f"policies.us=[{other}]", "policies.cn=[cn_goes_closed]")
    assert "two different policies" in message
    assert "is the baseline" in told("policies=[status_quo]")


def test_a_file_under_the_name_of_the_real_world_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "status_quo.yaml"
    mine.write_text(OWN)
    found = asked(f"policies=[[{mine},us_open_push]]", "seeds=1")
    with pytest.raises(InputError, match="real world"):
        Plan.of(found.request)


def test_a_new_question_to_the_same_runs_leaves_nothing_of_the_old_one(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["compare", "policies=[us_all_closed]", "seeds=2", *SMALL, "measures=[adoption]", "headline=adoption"]
    assert cli.main([*command, "--xlsx", "--no-figures"]) == 0
    assert Path("outputs/latest/comparison.xlsx").is_file()
    assert cli.main([*command, "objective=us", "--no-figures"]) == 0
    assert not Path("outputs/latest/comparison.xlsx").exists()
    assert set(table("objectives")["objective"]) == {"us"}


@pytest.mark.parametrize(
    ("text", "seeds"), [("seed: 7", (7,)), ("seeds: 3", (0, 1, 2)), ("seed: [1, 2]", (1, 2)), ("level: 0.9", range(32))]
)
@pytest.mark.parametrize("name", ["conf/compare.yaml", "mine.yaml"])
def test_seeds_of_a_file_are_said(tmp_path: Path, monkeypatch: Any, text: str, seeds: Any, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf").mkdir()
    (tmp_path / name).write_text(f"{text}\n")
    words = ("./mine.yaml",) if name == "mine.yaml" else ()
    assert asked("policies=[us_open_push]", *words).request.seeds == tuple(seeds)


def test_a_file_of_a_comparison_has_no_axes(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("policies: [us_open_push]\naxes: {params.demand.gamma: [0, 1]}\n")
    message = told(str(file))
    assert "axes" in message
    assert "opengambit sweep" in message
    file.write_text("policy: us_open_push\nfuture: [slow_scaling, none]\n")
    found = asked(str(file))
    assert found.comparison.policies == ("us_open_push",)
    assert found.request.futures == ("slow_scaling", "none")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("dates=[2020-01]",), "2020-01"),
        (("dates=[2031-01]",), "2031-01"),
        (("world=minimal", "horizon=null", "dates=[2025-12]"), "2025-12"),
        (("record=nothing",), "nothing"),
        (("draws_seed=-1",), "draws_seed"),
        (("horizon=2027-13",), "2027-13"),
        (("baseline=us_all_closd",), "us_all_closd"),
        (("enterprises=-4",), "enterprises"),
        (("enterprises=-4", "attribution=levers"), "enterprises"),
    ],
)
def test_one_mistake_is_one_problem(args: tuple[str, ...], word: str) -> None:
    with pytest.raises(InputError) as caught:
        asked("policies=[us_open_push]", *args)
    assert len(caught.value.problems) == 1
    assert word in str(caught.value)


def test_dates_of_a_world_of_its_own() -> None:
    levers = "policies=[us_open_push]", "world=minimal", "horizon=null"
    assert asked(*levers, "dates=[2027-01]").comparison.dates == ("2027-01",)
    assert asked(*levers).comparison.dates == ("2028-12", "2030-12")
