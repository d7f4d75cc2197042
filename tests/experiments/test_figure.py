"""The verb ``figure`` from its command line: what it prints, what it refuses, and that nothing is left half-written."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from test_study_figures import study_of

from experiments import cli, figure, figures
from experiments.figures.asking import Asked
from experiments.figures.catalogue import CATALOGUE, OPTIONS
from experiments.figures.making import parts_of
from experiments.figures.single import provenance_of
from experiments.figures.studies.policy_tables import Part
from experiments.figures.subject import Subject
from experiments.manual import figure as manual
from experiments.store import is_complete, write_manifest
from experiments.studies import arms_of

POLICIES = ("status_quo", "us_all_closed", "allied_procurement_ban")


@pytest.fixture(scope="module")
def study(tmp_path_factory: Any) -> Path:
    """A sweep of three policies at the lowest recording level."""
    found = study_of(tmp_path_factory.mktemp("outputs"), policies=arms_of(POLICIES), seeds=(0,), record="summary")
    return found.folder


def refused(capsys: pytest.CaptureFixture[str], *args: Any) -> str:
    assert cli.main(["figure", *map(str, args)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("opengambit: ")
    assert "Traceback" not in said.err
    return said.err


def test_the_help_names_every_family_and_every_option():
    assert all(len(line) <= 110 for line in manual.FIGURE.splitlines())
    assert all(name in manual.FIGURE for name in CATALOGUE)
    assert all(option in manual.FIGURE for option in OPTIONS)
    assert len(manual.EXAMPLES) >= 8


@pytest.mark.parametrize("command", [command for command, _ in manual.EXAMPLES])
def test_the_examples_of_the_help_are_well_formed(command):
    wanted = figure._read(shlex.split(command)[2:])
    assert wanted.list or wanted.family in (*CATALOGUE, "all")
    assert {f"--{key}" for key in ("policy", "measure", "date") if getattr(wanted, key)} <= set(
        OPTIONS if wanted.family in (None, "all") else CATALOGUE[wanted.family].options
    )


def test_the_list_of_all_families(capsys):
    assert cli.main(["figure", "--list"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in CATALOGUE)
    assert cli.main(["figure", "--list", "--json"]) == 0
    assert [row["family"] for row in json.loads(capsys.readouterr().out)] == list(CATALOGUE)


def test_the_list_of_a_study_says_what_it_can_have_and_what_to_type_for_the_rest(study, capsys):
    assert cli.main(["figure", str(study), "--list", "--json"]) == 0
    rows = {row["family"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["fans"]["lacks"] == ""
    assert rows["adoption"]["lacks"] == "needs record=series"
    assert rows["dots"]["lacks"] == "needs a comparison"
    assert "'policies=[us_all_closed,allied_procurement_ban]'" in rows["dots"]["command"]
    assert cli.main(["figure", str(study), "--list"]) == 0
    assert "opengambit compare" in capsys.readouterr().out


def test_the_files_are_printed_one_a_line(study, tmp_path, capsys):
    assert cli.main(["figure", str(study), "policy_lines", "--format", "png,svg", "--out", str(tmp_path / "new")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [Path(line).suffix for line in lines] == [".png", ".svg", ".csv"]
    assert sorted(map(str, (tmp_path / "new").iterdir())) == sorted(lines)


def test_figures_go_into_the_study(study, capsys):
    assert cli.main(["figure", str(study), "fans", "--format", "svg"]) == 0
    assert {Path(line).parent for line in capsys.readouterr().out.splitlines()} == {study / "figures"}


def test_without_a_word_the_baseline_of_many_policies_is_drawn(study, tmp_path):
    subject = Subject.open(study)
    asked = Asked((CATALOGUE["adoption"],), False, tmp_path)
    assert parts_of(subject, asked) == [Part("status_quo", "none")]
    two = parts_of(subject, replace(asked, policies=POLICIES[:0:-1]))
    assert [part.policy for part in two] == ["allied_procurement_ban", "us_all_closed"]


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        ((), "no study is named"),
        (("{}",), "No family is named"),
        (("{}x", "fans"), "there is no such study. Did you mean"),
        (("{}/..", "fans"), "this folder is no study"),
        (("{}/plan.json", "fans"), "this is a file"),
        (("fans", "{}"), "the study comes first"),
        (("{}", "fan"), "Did you mean 'fans'"),
        (("{}", "dots"), "needs a comparison, and this study is a sweep of 3 policies"),
        (("{}", "heat_map"), "To make one: opengambit sweep"),
        (("{}", "adoption_regions"), "needs record=panel"),
        (("{}", "fans", "--policy", "us_all_close"), "Did you mean 'us_all_closed'"),
        (("{}", "fans", "--future", "non"), "Did you mean 'none'"),
        (("{}", "fans", "--measure", "gap_month"), "Did you mean 'gap_months'"),
        (("{}", "fans", "--measure", "token_share"), "Did you mean 'us_token_share'"),
        (("{}", "fans", "--date", "2023-04"), "this figure does not take it"),
        (("{}", "policy_lines", "--point", "1"), "the design has no such point"),
        (("{}", "policy_lines", "--point", "one"), "invalid int value"),
        (("{}", "fans", "--polisy", "us_all_closed"), "Did you mean '--policy'"),
        (("{}", "fans", "--layout", "slides"), "Did you mean 'slide'"),
        (("{}", "fans", "--format", "gif"), "there is no such format"),
        (("{}", "all", "--title", "mine"), "the figures of a set have a finding each"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(args, wanted, study, capsys):
    assert wanted in refused(capsys, *(arg.format(study) for arg in args))


def test_everything_that_is_wrong_is_said_at_once(study, capsys):
    said = refused(capsys, study, "policy_lines", "--policy", "a", "--future", "b", "--measure", "c", "--point", "9")
    assert all(f"--{key}" in said for key in ("policy", "future", "measure", "point"))


def test_a_folder_that_is_a_file_is_refused_before_anything_is_drawn(study, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(figure, "write", lambda *_: pytest.fail("nothing should be drawn"))
    (tmp_path / "taken").write_text("")
    assert "it is a file" in refused(capsys, study, "fans", "--out", tmp_path / "taken")
    assert "is a file" in refused(capsys, study, "fans", "--out", tmp_path / "taken" / "deeper")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "permission denied" in refused(capsys, study, "fans", "--out", tmp_path / "closed")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_failure_half_way_leaves_nothing(study, tmp_path, capsys, monkeypatch):
    whole, calls = figures.save, []

    def failing(*args: Any) -> list[Path]:
        calls.append(args)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return whole(*args)

    monkeypatch.setattr(figures, "save", failing)
    said = refused(capsys, study, "all", "--format", "svg", "--out", tmp_path / "a" / "b")
    assert "No space left on device" in said
    assert len(calls) == 2
    assert not list(tmp_path.iterdir())


def test_a_figure_in_the_folder_of_a_run_does_not_make_the_run_anew(tmp_path):
    record = {"run": "0a0b0c0d", "command": "opengambit run", "name": "x", "scenario": "status_quo", "config": {},
              "scenario_digest": "d", "seeds": [0], "version": "0", "code": "c", "data": "d"}  # fmt: skip
    (tmp_path / "provenance.json").write_text(json.dumps(record))
    plan = provenance_of(record).plan
    write_manifest(tmp_path, provenance_of(record))
    (tmp_path / "figures").mkdir()
    (tmp_path / "provenance.json").write_text(json.dumps(record, indent=1))
    assert not is_complete(tmp_path, plan)
    figure._list_in_manifest(Subject(tmp_path, run=SimpleNamespace(provenance=record)), tmp_path / "figures")
    assert is_complete(tmp_path, plan)
