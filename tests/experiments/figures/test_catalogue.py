"""The catalogue: every family renders from a study that can have it, and says what it needs where it can't."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from experiments import figure, figures, run
from experiments.comparison.ask import compose_compare
from experiments.compose import compose_run
from experiments.figures import FAMILIES
from experiments.figures.advice import lack, remedy
from experiments.figures.asking import Asked
from experiments.figures.catalogue import CATALOGUE, NEEDS, OPTIONS, Family, defaults, family_of
from experiments.figures.making import MAKERS, make
from experiments.figures.retitle import retitled
from experiments.figures.studies.policy_tables import READS, Part, tables_of
from experiments.figures.subject import Subject
from experiments.show import read_provenance
from experiments.sweep import compose_sweep
from sim.errors import InputError

SVG = "{http://www.w3.org/2000/svg}"
HOMES = {"any": "gridded", "many": "gridded", "policies": "gridded", "grid": "gridded", "plane": "gridded",
         "random": "ranged", "comparison": "compared", "attribution": "compared", "game": "compared"}  # fmt: skip
"""Kind of study -> the fixture that is one."""
SILENT = ("reality",)
"""Families without a figure in a world that ends before anything was measured."""


def files(*args: Any, out: Path) -> list[Path]:
    assert figure.main([*map(str, args), "--out", str(out)]) == 0
    return sorted(out.iterdir())


def test_every_single_family_and_every_maker_stands_in_the_catalogue_and_no_other():
    assert {name for name, family in CATALOGUE.items() if family.single} == set(FAMILIES) == set(READS)
    assert set(CATALOGUE) - set(FAMILIES) <= set(MAKERS)
    assert {family.need for family in CATALOGUE.values()} <= set(NEEDS) == set(HOMES)
    assert {option for family in CATALOGUE.values() for option in family.options} <= set(OPTIONS)


@pytest.fixture(scope="module")
def subjects(single, gridded, ranged, compared) -> dict[str, Subject]:
    folders = {"single": single, "gridded": gridded, "ranged": ranged, "compared": compared}
    return {name: Subject.open(folder) for name, folder in folders.items()}


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name not in SILENT])
def test_every_family_renders_from_a_study_that_can_have_it(name, subjects, tmp_path):
    family = CATALOGUE[name]
    subject = subjects[HOMES[family.need]]
    policies = ("us_open_push",) if family.single else ()
    made, left = figure.write(subject, Asked((family,), False, tmp_path, policies=policies, formats=(".svg",)))
    assert not left
    assert sorted(tmp_path.iterdir()) == sorted(made)
    assert {path.suffix for path in made} == {".svg", ".csv"}
    assert all(path.name.startswith(name) for path in made)
    for path in made:
        if path.suffix == ".svg":
            said = " ".join(node.text or "" for node in ElementTree.parse(path).iter(f"{SVG}text"))
            assert "OpenGambit" in said
            assert read_provenance(path)["run"] == subject.stamp["run"]
        else:
            assert len(pd.read_csv(path)) > 0


@pytest.mark.parametrize("name", [family.name for family in defaults("run")])
def test_every_family_of_a_run_renders_from_a_run(name, subjects, tmp_path):
    made, _ = figure.write(subjects["single"], Asked((CATALOGUE[name],), False, tmp_path, formats=(".svg",)))
    assert {path.suffix for path in made} == {".svg", ".csv"}


@pytest.mark.slow
def test_a_figure_of_a_run_is_the_one_that_the_run_draws(single, tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FAMILIES", {"capability": FAMILIES["capability"]})
    words = shlex.split(json.loads((single / "provenance.json").read_text())["command"])[2:]
    request = compose_run(words)
    run.draw(single, request.scenario, run.provenance_of(request))
    made = files(single, "capability", "--format", "svg", out=tmp_path)
    for path in made:
        assert path.read_bytes() == (single / "figures" / path.name).read_bytes()


def test_bands_of_a_policy_are_those_of_its_runs(gridded):
    study = Subject.open(gridded).study
    part = Part("us_open_push", "none", 3)
    bands = tables_of(study, part, "outcomes").bands
    cell = {"measure": "adoption", "segment": "US", "by": "total", "month": "2023-05"}
    row = bands[np.logical_and.reduce([bands[name] == value for name, value in cell.items()])]
    runs = study.frame("adoption", segment_kind="user_bloc", segment="US", by="total", month="2023-05")
    mine = runs[(runs["policy"] == "us_open_push") & (runs["point"] == 3)]["value"].astype(float)
    assert row["n"].tolist() == [len(mine)] == [2]
    assert row["mean"].iloc[0] == pytest.approx(mine.mean(), rel=1e-6)
    assert row["q95"].iloc[0] == pytest.approx(np.quantile(mine, 0.95), rel=1e-6)
    few = bands[bands["measure"] == "welfare"]
    assert few["mean"].notna().any()
    assert few["q95"].isna().all()  # 60 enterprises: fewer than ten adopters anywhere


def test_the_usual_point_is_drawn_unless_another_is_asked_for(gridded, tmp_path):
    usual = files(gridded, "policy_lines", "--format", "svg", out=tmp_path / "usual")
    first = files(gridded, "policy_lines", "--format", "svg", "--point", 0, out=tmp_path / "first")
    assert all(path.stem.endswith("_point2") for path in usual)
    assert all(path.stem.endswith("_point0") for path in first)
    assert "gamma 1.5" in usual[1].read_text(encoding="utf-8")


def test_of_several_policies_each_has_a_file(gridded, tmp_path):
    made = files(gridded, "adoption", "--format", "png", out=tmp_path)
    assert {path.stem for path in made} == {"adoption_status_quo_point2", "adoption_us_open_push_point2"}


def test_the_future_is_in_the_name_where_there_are_several(compared, tmp_path):
    made = files(compared, "chips", "--format", "png", "--future", "slow_scaling", out=tmp_path)
    names = {"chips_status_quo_slow_scaling", "chips_us_open_push_slow_scaling"}
    assert {path.stem for path in made} == names


@pytest.mark.parametrize("fixture", ["single", "gridded", "compared"])
def test_what_a_study_lacks_has_a_command_that_makes_it(fixture, subjects):
    subject = subjects[fixture]
    for command, family in {remedy(f, subject): f for f in CATALOGUE.values() if lack(f, subject)}.items():
        words = shlex.split(command)
        if words[0] != "opengambit":
            assert f"record={family.record}" in words[-1]
        elif words[1] == "compare":
            assert compose_compare(words[2:]).request.policies
        else:
            assert compose_sweep(words[2:]).request.policies


def test_levels_are_named_with_the_command(ranged):
    subject = Subject.open(ranged)
    assert lack(CATALOGUE["adoption_labs"], subject) == "needs record=series"
    subject.stamp["command"] = "opengambit sweep 'policy=a,[b,c]' record=summary --quiet"
    assert remedy(CATALOGUE["adoption_regions"], subject) == "opengambit sweep 'policy=a,[b,c]' record=panel"


@pytest.mark.slow
def test_the_default_set_leaves_out_what_the_study_lacks(ranged, tmp_path):
    made = files(ranged, "all", "--format", "png", out=tmp_path)
    assert {path.stem.split("_cn_")[0] for path in made} == {"fans", "small_multiples", "scatter"}


def test_a_comparison_shows_what_is_asked_for(compared, tmp_path):
    made = files(compared, "dots", "--measure", "gap_months", "--policy", "us_open_push", "--future", "slow_scaling",
                 "--date", "2023-05", "--format", "png", out=tmp_path)  # fmt: skip
    assert {path.stem for path in made} == {"dots_gap_months_slow_scaling"}
    data = pd.read_csv(made[0])
    assert data[["policy", "future", "month"]].drop_duplicates().to_numpy().tolist() == [
        ["us_open_push", "slow_scaling", "2023-05"]
    ]


def test_a_date_of_ones_own_is_said_by_figures_that_judge_at_one(compared, tmp_path):
    made = files(compared, "regret", "--date", "2023-04", "--format", "svg", out=tmp_path)
    assert {path.stem for path in made} == {"regret_2023-04"}
    assert "judged in 2023-04" in made[1].read_text(encoding="utf-8")


@pytest.mark.parametrize("title", ["Short", "Many words " * 22])
def test_a_title_of_ones_own_takes_the_room_that_it_needs(title, gridded, monkeypatch):
    subject = Subject.open(gridded)
    asked = Asked((CATALOGUE["fans"],), False, Path())
    drawing = next(make(subject, asked, CATALOGUE["fans"], "memo"))
    before = [text.get_text() for text in drawing.figure.texts]
    height, axes = drawing.figure.get_figheight(), drawing.figure.axes[0]
    foot, tall = (float(v) * height for v in (axes.get_position().y0, axes.get_position().height))
    made = retitled(drawing, title.strip())
    after = [text.get_text() for text in made.figure.texts]
    assert " ".join(text for text in after if text not in before) == title.strip()
    assert "OpenGambit" in " ".join(after)
    new = made.figure.get_figheight()
    assert axes.get_position().y0 * new == pytest.approx(foot)
    assert axes.get_position().height * new == pytest.approx(tall)
    inside = [text.get_position()[1] for text in made.figure.texts]
    assert max(inside) < 1
    places = sorted((round(y, 4) for y in inside if y > 0.5), reverse=True)
    assert len(places) == len(set(places))


def test_a_study_of_whom_nobody_recorded_events_has_marks_of_its_levers_only(ranged):
    from experiments.figures.studies.policy_tables import scene_of

    subject = Subject.open(ranged)
    scene = scene_of(subject.study, Part("status_quo", "none", 0), subject.sweep)
    assert all(event.month <= 2 for event in scene.events)
    assert "1 run, 1 seed" in scene.sample


def test_families_are_found_by_their_nearest_name():
    with pytest.raises(InputError, match="Did you mean 'small_multiples'"):
        family_of("multiples")
    assert isinstance(family_of("dots"), Family)
    assert replace(family_of("dots"), name="x") != family_of("dots")
