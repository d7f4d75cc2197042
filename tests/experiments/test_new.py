"""``opengambit new``: files to start from, which are legal, have an effect, and are never written over."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from verbs import rows_of, run

from experiments import cli, templates
from experiments import run as run_verb
from experiments.manual import VERBS
from experiments.objectives import FILE_KEYS as OBJECTIVE_KEYS
from experiments.objectives import ROW_KEYS, objective_files
from experiments.templates import NOUNS, steps
from sim import Policy, Scenario, simulate
from sim.calendar import month_index, month_name
from sim.futures import FILE_KEYS as FUTURE_KEYS
from sim.futures import KINDS, SHOCK_KEYS, future_files
from sim.headlines import HEADLINES
from sim.policy import BASE, policy_files
from sim.policy_check import ENTRY_KEYS
from sim.policy_reader import FILE_KEYS as POLICY_KEYS
from sim.scenario import DEFAULT_HISTORY

ROOT = Path(__file__).resolve().parents[2]
COMMENTED = re.compile(r"^  # (?=- |  [a-z_]+: |[a-z_.]+: )", re.MULTILINE)
SHIPPED = [
    *(("policy", name) for name in policy_files() if name != BASE),
    *(("future", name) for name in future_files()),
    *(("objective", name) for name in objective_files()),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    """Run a verb that must refuse its input, and return the message."""
    assert cli.main(list(args)) == 2, capsys.readouterr().out
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("opengambit: ")
    return said.err


def effect(policy: str, horizon: str) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Return chips delivered by month and pathway under a policy, less those of the real world, and the months."""
    frames = []
    for name in (policy, BASE):
        done = simulate(Scenario.load(name, enterprises=60, horizon=horizon), seed=1)
        frames.append(done.frame("chips").set_index(["segment_kind", "segment", "by", "key", "month"]).value)
    difference = (frames[0] - frames[1]).fillna(0.0)
    months = difference.index.get_level_values("month")
    return difference.to_numpy(), list(months)


# what is written


@pytest.mark.parametrize("noun", NOUNS)
def test_a_template_is_legal_as_written(noun: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "new", noun, "mine")
    assert said.startswith(f"mine.yaml: {NOUNS[noun].said}, legal as it stands")
    assert [path.name for path in folder.iterdir()] == ["mine.yaml"]
    text = (folder / "mine.yaml").read_text(encoding="utf-8")
    assert "<" not in text
    assert "opengambit check mine.yaml" in text
    (record,) = rows_of(capsys, "check", "mine.yaml")
    assert (record["kind"], record["name"], record["legal"]) == (noun, "mine", True)


@pytest.mark.parametrize(
    ("noun", "words"),
    [
        ("policy", {*ENTRY_KEYS, *POLICY_KEYS}),
        ("future", {*FUTURE_KEYS, *SHOCK_KEYS, *KINDS}),
        ("objective", {*OBJECTIVE_KEYS, *ROW_KEYS, *HEADLINES}),
    ],
)
def test_a_template_explains_every_key(noun: str, words: set[str]) -> None:
    text = NOUNS[noun].template
    assert {word for word in words if not re.search(rf"\b{word}\b", text)} == set()


def test_the_objective_lists_the_measures_that_there_are() -> None:
    listed = re.search(r"one of: (.*?)\n#   sign", NOUNS["objective"].template, re.DOTALL)
    assert listed
    assert set(re.findall(r"\w+", listed[1])) == set(HEADLINES)


def test_the_policy_says_when_entries_without_a_date_begin() -> None:
    begins = month_name(month_index(DEFAULT_HISTORY) + 1)
    assert f"the month after the replay: {begins}\n" in NOUNS["policy"].template


def test_everything_in_the_policy_to_uncomment_is_legal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "new", "policy", "mine")
    path = folder / "mine.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(COMMENTED.sub("  ", text), encoding="utf-8")
    (record,) = rows_of(capsys, "check", "mine.yaml", "--horizon", "2030-12")
    entries = record["entries"]
    levers = ["chip_export_quota", "model_ban", "release_mode", "release_withheld"]
    assert [entry["lever"] for entry in entries] == levers
    assert [entry["idle"] for entry in entries] == [None] * 4
    assert all(entry["tag"] == "A" and entry["source"] for entry in entries)
    assert [entry["shift"] for entry in entries] == ["less", "more", "more", "more"]


def test_everything_in_the_future_to_uncomment_is_legal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "new", "future", "mine")
    path = folder / "mine.yaml"
    path.write_text(COMMENTED.sub("  ", path.read_text(encoding="utf-8")), encoding="utf-8")
    (record,) = rows_of(capsys, "check", "mine.yaml")
    assert {shock["kind"] for shock in record["shocks"]} == set(KINDS)
    assert len(record["params"]) == 3


def test_the_policy_has_an_effect_from_its_date_on(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "new", "policy", "mine")
    difference, months = effect("./mine.yaml", "2027-02")
    begun = np.array([month >= "2027-01" for month in months])
    assert not difference[~begun].any()
    assert np.abs(difference[begun]).max() > 1.0


def test_the_run_that_is_told_works(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def headline(place: Path, *_: Any) -> dict[str, str]:
        (place / "adoption.png").write_bytes((ROOT / "docs" / "img" / "gallery" / "adoption.png").read_bytes())
        return {}

    monkeypatch.setattr(run_verb, "draw", headline)
    said = run(capsys, "new", "policy", "mine")
    (command,) = [line for line in said.splitlines() if "opengambit run policy=./mine.yaml" in line]
    assert "horizon=" in command
    args = [arg for arg in shlex.split(command)[1:] if not arg.startswith("horizon=")]
    run(capsys, *args, "enterprises=60", "horizon=2027-01", "--quiet")
    assert (folder / "outputs" / "latest" / "adoption.png").is_file()
    assert "mine" in str((folder / "outputs" / "latest").resolve())


@pytest.mark.parametrize("noun", [*NOUNS, "params"])
def test_commands_that_are_told_exist(noun: str) -> None:
    for command, gives in steps(noun, "./mine.yaml"):
        assert shlex.split(command)[1] in VERBS
        assert gives


def test_comparing_is_told_once_there_is_a_verb_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS, "compare", VERBS["run"])
    command = steps("policy", "./mine.yaml")[-1][0]
    args = ["compare", "baseline=status_quo", "policies=[./mine.yaml]", "horizon=2030-12", "seeds=32"]
    assert shlex.split(command)[1:] == args


def test_examples_of_help_work_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("new", "check"):
        for command, _ in VERBS[verb].examples:
            assert len(run(capsys, *shlex.split(command)[1:]).splitlines()) > 3


# where it goes


def test_nothing_is_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.yaml").write_text("precious", encoding="utf-8")
    assert "mine.yaml: this file is there already" in refused(capsys, "new", "policy", "mine")
    assert "there already" in refused(capsys, "new", "future", "other", "--at", "mine.yaml")
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == "precious"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_dangling_link_is_not_written_through(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.yaml").symlink_to(folder / "elsewhere.yaml")
    refused(capsys, "new", "policy", "mine")
    assert not (folder / "elsewhere.yaml").exists()


def test_another_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "my files").mkdir()
    said = run(capsys, "new", "policy", "mine", "--at", "my files/first.yml")
    assert "opengambit check 'my files/first.yml'" in said
    assert "'policy=./my files/first.yml'" in said
    assert Policy.load(folder / "my files" / "first.yml").name == "mine"


def test_a_policy_in_the_library_of_the_folder_goes_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "conf" / "policy").mkdir(parents=True)
    said = run(capsys, "new", "policy", "mine", "--at", "conf/policy/mine.yaml")
    assert "opengambit check mine\n" in said
    assert "opengambit run policy=mine horizon" in said
    assert "policy=mine horizon" in (folder / "conf" / "policy" / "mine.yaml").read_text(encoding="utf-8")
    assert run(capsys, "check", "mine").startswith("mine: a legal policy")
    assert "of this name already" in refused(capsys, "new", "policy", "mine")


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        ((), "say what to write"),
        (("polcy", "mine"), "Did you mean 'policy'?"),
        (("policies", "mine"), "Did you mean 'policy'?"),
        (("policy",), "a policy needs a name"),
        (("policy", "my", "ban"), "Did you mean 'my_ban'?"),
        (("policy", "mine.yaml"), "Did you mean 'mine'?"),
        (("policy", "a/b"), "this can't be a name"),
        (("policy", "9lives"), "this can't be a name"),
        (("policy", "x" * 61), "this can't be a name"),
        (("policy", "status_quo"), "of this name already"),
        (("policy", "levers"), "of this name already"),
        (("policy", "total_chip_ban"), "new policy ANOTHER --from total_chip_ban"),
        (("policy", "mine", "--at", "nowhere/mine.yaml"), "there is no folder nowhere"),
        (("policy", "mine", "--at", "mine.txt"), "end in .yaml"),
        (("policy", "mine", "--from", "status_quo"), "lies below every policy already"),
        (("policy", "mine", "--from", "toal_chip_ban"), "Did you mean 'total_chip_ban'?"),
        (("policy", "mine", "--from", "slow_scaling"), "there is no policy 'slow_scaling'"),
        (("future", "mine", "--from", "slow_scalin"), "Did you mean 'slow_scaling'?"),
        (("policy", "mine", "--form", "total_chip_ban"), "Did you mean '--from'?"),
        (("policy", "mine", "--at"), "needs a value"),
    ],
)
def test_what_is_refused_writes_nothing(
    args: tuple[str, ...], hint: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hint in refused(capsys, "new", *args)
    assert list(folder.iterdir()) == []


def test_everything_wrong_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, "new", "policy", "9lives", "--at", "nowhere/mine.yaml")
    assert len(message.splitlines()) == 2


def test_a_folder_that_cannot_be_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr(templates.Noun, "template", "name: <name>\n# <steps>\n")
    assert "the file can't be written: Permission denied" in refused(capsys, "new", "policy", "mine")


@pytest.mark.parametrize("name", ["no", "On", "null"])
def test_a_name_that_yaml_takes_for_a_truth_value(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "new", "policy", name)
    assert Policy.load(f"./{name}.yaml").name == name


# copies


@pytest.mark.parametrize(("noun", "name"), SHIPPED)
def test_a_copy_says_the_same_under_its_name(
    noun: str, name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "new", noun, "mine", "--from", name)
    text = (folder / "mine.yaml").read_text(encoding="utf-8")
    origin = (ROOT / "conf" / noun / f"{name}.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == yaml.safe_load(origin) | {"name": "mine"}
    comments = [line for line in origin.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in comments if line not in text] == []
    assert text.startswith(f"# mine: copied from {name}.")
    assert run(capsys, "check", "mine.yaml").startswith(f"mine.yaml: a legal {noun}")


def test_a_copy_of_a_file_without_a_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "first.yaml").write_text("# why\nentries: []\n", encoding="utf-8")
    run(capsys, "new", "policy", "second", "--from", "./first.yaml")
    assert Policy.load("./second.yaml").name == "second"
    assert "# why" in (folder / "second.yaml").read_text(encoding="utf-8")


def test_nothing_illegal_is_copied(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "first.yaml").write_text("entries: [{actor: US}]\n", encoding="utf-8")
    assert "first.yaml:1: lever: this key is missing" in refused(
        capsys, "new", "policy", "second", "--from", "./first.yaml"
    )
    assert not (folder / "second.yaml").exists()
