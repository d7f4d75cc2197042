"""The verb ``memo``, from its command line to its files."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import Studies
from memo_studies import SMALL, once, written

from experiments import cli
from experiments.manual import VERBS
from experiments.memo.command import FORMATS, _parser
from experiments.memo.document import memo
from experiments.memo.material import Material
from experiments.memo.screening import strongest
from experiments.show import read_provenance

HEADINGS = [
    "Question", "Bottom line", "Effects", "What drives the result", "Who gains, who loses", "What would change it",
    "Assumptions", "The policies in words", "Method", "Provenance",
]  # fmt: skip


def refused(capsys: pytest.CaptureFixture[str], *args: Any) -> str:
    capsys.readouterr()
    assert cli.main(["memo", *map(str, args)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


def headings(text: str) -> list[str]:
    return [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]


@pytest.mark.parametrize("command", [command for command, _ in VERBS["memo"].examples])
def test_the_examples_of_help_are_read(command: str) -> None:
    wanted = _parser().parse_args(shlex.split(command)[2:])
    assert wanted.study == Path("outputs/latest")


def test_all_formats_and_the_ledger(at_home: Studies, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = at_home("two")
    capsys.readouterr()
    assert cli.main(["memo", str(folder), "--out", str(tmp_path / "memo")]) == 0
    said = capsys.readouterr()
    made = [Path(line) for line in said.out.splitlines()]
    assert [path.name for path in made] == [*(f"memo.{kind}" for kind in FORMATS), "numbers.csv"]
    assert all(path.stat().st_size > 1000 for path in made)
    assert "drawing the figures" in said.err
    assert headings(made[0].read_text(encoding="utf-8")) == HEADINGS
    table = pd.read_csv(made[-1])
    assert set(table["section"]) >= {"Bottom line", "Effects", "Method"}
    nobody = "stands after Holm's correction for all of them" in made[0].read_text(encoding="utf-8")
    assert ("Who gains, who loses" in set(table["section"])) is not nobody
    plan = json.loads((folder / "plan.json").read_text())["plan"]
    assert {read_provenance(path)["run"] for path in made[:4]} == {plan}
    assert {path.suffix for path in (tmp_path / "memo" / "figures").iterdir()} == {".png", ".svg", ".pdf", ".csv"}


@pytest.mark.slow
def test_the_same_study_gives_the_same_text(at_home: Studies, tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert cli.main(["memo", str(at_home("two")), "--out", str(tmp_path / name), "--quiet"]) == 0
    for file in ("memo.md", "memo.html", "memo.docx", "memo.pdf", "numbers.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes(), file


def test_a_title_and_a_question_of_ones_own(at_home: Studies, tmp_path: Path) -> None:
    text, _, _ = written(at_home("two"), tmp_path, title="If Europe bans", question="What if Europe bans?")
    assert text.startswith("# If Europe bans\n")
    assert "What if Europe bans?" in text
    assert "Does paying for adoption" not in text


def test_policies_are_told_with_dates_and_sources(at_home: Studies, tmp_path: Path) -> None:
    text, _, _ = once(at_home("two"), tmp_path)
    said = text.partition("## The policies in words")[2].partition("## Method")[0]
    assert "From 2023-06, US (United States) sets adoption\\_push to 0.3" in said.replace(
        "adoption_push", "adoption\\_push"
    )
    assert "Source: made up" in said
    assert "**Still**: Nothing happens." in said


def test_a_policy_file_that_changed_is_not_told_as_what_was_run(
    studies: Studies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = studies("two").parents[2]
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    (copy / "push.yaml").write_text((copy / "push.yaml").read_text().replace("0.3", "0.4"))
    monkeypatch.chdir(copy)
    text, _, _ = written(next((copy / "outputs" / "compare-two").iterdir()), tmp_path)
    assert "**Push**: its file is not found from this folder, or is not what was run" in text


@pytest.mark.slow
def test_what_was_drawn_and_what_it_hangs_on(at_home: Studies, tmp_path: Path) -> None:
    text, ledger, material = once(at_home("drawn"), tmp_path)
    assert "over 8 parameter draws" in text
    assert "rank correlation" in text
    table = material.table("sensitivity")
    assert len(table) == len(set(table["parameter"])) > 100
    assert table["rho"].abs().is_monotonic_decreasing
    assert any(said.table == "sensitivity" for said in ledger.said)


@pytest.mark.slow
def test_a_package_taken_apart_has_its_table(at_home: Studies, tmp_path: Path) -> None:
    text, _, _ = once(at_home("apart"), tmp_path)
    assert "taken apart" in text
    assert "adoption push alone" in text
    assert "interaction of the levers" in text
    assert text.count("whole effect") == 1


def test_assumptions_of_the_screening_are_named(at_home: Studies, tmp_path: Path) -> None:
    text, _, material = once(at_home("ahead"), tmp_path)
    for row in strongest(material.spec.headline, 3):
        assert f"`{row.parameter}`" in text
    assert "a small sample, not corrected" in text
    assert "the assumptions that move it most" not in once(at_home("two"), tmp_path)[0]


def test_drawing_needs_no_more_than_four_figures(at_home: Studies, tmp_path: Path) -> None:
    material = Material.of(at_home("two"))
    document = memo(material, tmp_path / "figures")
    assert len(list((tmp_path / "figures").glob("*.png"))) == 4
    assert document.facts["created"]


def test_a_sweep_has_no_memo(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    args = ["policy=status_quo,us_all_closed", "horizon=2023-03", "record=summary"]
    assert cli.main(["sweep", *args, *SMALL[:4]]) == 0
    capsys.readouterr()
    said = refused(capsys, "outputs/latest")
    assert "holds no comparison" in said
    assert "opengambit compare 'policies=[us_all_closed]'" in said


def test_a_run_has_no_memo(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", "enterprises=60", "horizon=2023-02", "policy=us_all_closed", "--quiet"]) == 0
    capsys.readouterr()
    said = refused(capsys, "outputs/latest")
    assert "a run, which compares nothing" in said
    assert "policies=[us_all_closed]" in said


def test_wrong_words(at_home: Studies, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "pdf" in refused(capsys, at_home("two"), "--format", "pfd")
    assert "no_such" in refused(capsys, tmp_path / "no_such")
    (tmp_path / "taken").write_text("")
    assert "can't be written" in refused(capsys, at_home("two"), "--out", tmp_path / "taken", "--quiet").replace(
        "\n", " "
    )


@pytest.mark.parametrize(("kind", "module"), [("docx", "docx"), ("pdf", "typst")])
def test_a_missing_extra_is_named_before_anything_is_written(
    kind: str, module: str, at_home: Studies, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = at_home("two")
    monkeypatch.setitem(sys.modules, module, None)
    said = refused(capsys, folder, "--format", f"md,{kind}", "--out", tmp_path / "memo")
    assert "opengambit[memo]" in said
    assert not (tmp_path / "memo").exists()
    capsys.readouterr()
    assert cli.main(["memo", str(folder), "--format", "md,html", "--out", str(tmp_path / "memo"), "--quiet"]) == 0
