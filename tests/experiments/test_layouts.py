from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from fakes import FakeRun
from matplotlib.figure import Figure
from page_checks import faults
from PIL import Image
from study_fakes import COST, GAMMA, MONTHS, SHARE, synthetic
from test_comparison_figures import SCENE as COMPARED
from test_comparison_figures import tables as contrast_tables
from test_figures import MATCHES, OBSERVATIONS, REGIONS
from test_figures import SCENE as PLAIN
from test_store import write

from experiments import reality
from experiments.figures import FAMILIES, FORMATS, Drawing, Event, Tables, draw, draw_all, save
from experiments.figures.layout import LAYOUTS, MEMO, SLIDE, columns, current, laid_out
from experiments.figures.sheet import Sheet
from experiments.figures.studies import comparison_figures
from experiments.figures.studies.comparison import drawings as compared
from experiments.figures.studies.sweep import drawings as swept
from experiments.figures.style import house
from experiments.run import made_on
from experiments.show import read_provenance
from sim.errors import InputError

SCENE = replace(PLAIN, handover=36, made="2026-11-22")
NO_MONTHS = "reality_telemetry_deepseek"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def regions(monkeypatch):
    monkeypatch.setattr(reality, "country_regions", lambda: REGIONS)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write(tmp_path_factory.mktemp("layouts"), [FakeRun(seed=seed) for seed in range(3)])


@pytest.fixture(scope="module")
def tables(study) -> Tables:
    return Tables(
        study.table("bands"), study.table("instrument_bands"), OBSERVATIONS, MATCHES, study.table("events")
    )  # fmt: skip


def right(drawing: Drawing, layout: str) -> None:
    """Check the page of a drawing: nothing outside it, no text on another, and the form of its layout."""
    assert drawing.layout == layout
    assert faults(drawing) == []
    width, height = drawing.figure.get_size_inches()
    if layout == "slide":
        assert height / width == pytest.approx(9 / 16, abs=1e-12)
        assert width >= SLIDE.width
    else:
        assert width == MEMO.width


EACH = ["memo", pytest.param("slide", marks=pytest.mark.slow)]


@pytest.mark.parametrize("layout", EACH)
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_fits_its_page_and_says_where_the_projection_begins(tables, name, layout):
    drawings = draw(name, tables, SCENE, layout)
    assert drawings
    for drawing in drawings:
        right(drawing, layout)
        said = " ".join(text.get_text() for text in drawing.figure.texts)
        assert "run on 2026-11-22" in said
        if drawing.name != NO_MONTHS and name != "reality":
            assert "paler: projection from 2026-02" in said
            for axes in drawing.figure.axes:
                if axes.axison:
                    assert any(set(line.get_xdata()) == {37} for line in axes.lines), drawing.name


def many_policies(number: int) -> dict[str, pd.DataFrame]:
    """Return effects and regrets of many policies, the later ones with more of both."""
    last = contrast_tables()["effects"].query("policy == 'us_all_closed' and month == @MONTHS[-1]")
    effects = [last.assign(policy=f"policy_{k}", mean=0.01 * (k + 1)) for k in range(number)]
    cells = itertools.product(("us", "cn"), range(number))
    regret = [(o, "none", f"policy_{k}", 0.01 * k * (o == "us"), 0.9) for o, k in cells]
    names = ["objective", "future", "policy", "mean", "worst"]
    return {"effects": pd.concat(effects), "regret": pd.DataFrame(regret, columns=names)}


@pytest.mark.parametrize("layout", EACH)
def test_every_figure_of_studies_fits_its_page(layout):
    names = ("status_quo", "us_weights_export_ban", "allied_procurement_ban", "us_all_closed")
    points = tuple(itertools.product((0.5, 1.5, 2.5), (2.0, 4.0)))
    grid = synthetic(names, points, (GAMMA, COST), lambda run: 0.02 * run[GAMMA], gridlike=True, made="2026-01-01")
    crowd = synthetic(tuple(f"policy_{k}" for k in range(14)), move=lambda run: 0.01 * len(run["policy"]))
    places = [(float(k), float(k * k % 7)) for k in range(9)]
    random = synthetic(points=places, keys=(GAMMA, COST), move=lambda run: 0.01 * run[GAMMA])
    when = [MONTHS[14], MONTHS[-1]]
    with house(layout=layout):
        made = [drawing for sweep in (grid, crowd, random) for drawing in swept(sweep, SHARE, when[1:])]
        made += compared(contrast_tables(), COMPARED, [SHARE], when)
        made += compared(many_policies(30), COMPARED, [SHARE], when[1:])
    kinds = {drawing.name.split("_")[0] for drawing in made}
    assert kinds == {
        "fans", "small", "heat", "response", "scatter", "difference", "dots", "regret", "attribution", "game"
    }  # fmt: skip
    for drawing in made:
        right(drawing, layout)


def test_a_slide_shows_the_policies_that_matter_and_says_how_many_it_leaves_out():
    given = many_policies(30)
    with house(layout="slide"):
        made = {d.name.split("_")[0]: d for d in compared(given, COMPARED, [SHARE], [MONTHS[-1]])}
    for name, kept, first in (("dots", 18, "policy 29"), ("regret", 14, "policy 0")):
        labels = [label.get_text() for label in made[name].figure.axes[0].get_yticklabels()]
        said = " ".join(text.get_text() for text in made[name].figure.texts)
        assert (len(labels), labels[0]) == (kept, first)
        assert f"{30 - kept} policies with" in said
        assert made[name].data["policy"].nunique() == 30


def test_files_of_both_layouts_have_their_size_their_text_and_their_origin(tables, tmp_path):
    stamp = {"run": "1a2b3c4d"}
    made = [
        path
        for layout in LAYOUTS
        for drawing in draw("adoption", tables, SCENE, layout)
        for path in save(drawing, tmp_path, stamp)
    ]
    names = {f"adoption{end}{suffix}" for end in ("", "_slide") for suffix in FORMATS} | {"adoption.csv"}
    assert {path.name for path in made} == names
    assert all(read_provenance(path)["run"] == "1a2b3c4d" for path in made if path.suffix != ".csv")
    with Image.open(tmp_path / "adoption.png") as memo, Image.open(tmp_path / "adoption_slide.png") as slide:
        assert (memo.width, slide.size) == (1890, (2560, 1440))
        assert memo.info["dpi"][0] == pytest.approx(300, abs=0.01)
        assert slide.width / slide.info["dpi"][0] == pytest.approx(40 / 3, rel=1e-4)
    root = ElementTree.parse(tmp_path / "adoption_slide.svg").getroot()
    assert (root.get("width"), root.get("height")) == ("13.33in", "7.5in")
    box = np.array(root.get("viewBox", "").split(), dtype=float)
    assert box[3] / box[2] == pytest.approx(9 / 16)
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert draw("adoption", tables, SCENE)[0].title in texts
    boxes = [
        re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", path.read_bytes())
        for path in made
        if path.suffix == ".pdf"
    ]
    sides = [[float(side) for side in found.groups()] for found in boxes if found]
    assert sides[0][0] == pytest.approx(72 * MEMO.width)
    assert sides[1][1] / sides[1][0] == pytest.approx(9 / 16)


def test_the_data_of_a_figure_is_the_same_in_every_layout(tables):
    for name in ("release_modes", "adoption_regions", "reality"):
        for memo, slide in zip(draw(name, tables, SCENE), draw(name, tables, SCENE, "slide"), strict=True):
            assert (memo.name, memo.title) == (slide.name, slide.title)
            pd.testing.assert_frame_equal(memo.data, slide.data)


def test_a_slide_of_more_height_is_wider_and_a_grid_has_more_columns():
    assert SLIDE.canvas(2.0) == (7.2, 4.05)
    assert SLIDE.canvas(9.0) == (16.0, 9.0)
    assert SLIDE.canvas(2.0, 8.0) == (8.0, 4.5)
    assert MEMO.canvas(9.0, 8.0) == (6.3, 9.0)
    assert columns(14, 4, (1.3, 1.6)) == 4
    with laid_out("slide"):
        assert columns(14, 4, (1.3, 1.6)) > 4
        assert Sheet(9.0, "t", "s", SCENE).height == 4.5
        assert Sheet(9.0, "t", "s", SCENE, rigid=True).height == 9.0
    assert current() is MEMO


def test_unknown_layouts_are_refused_before_anything_is_written(tables, tmp_path):
    only = {"regret": contrast_tables()["regret"]}
    with pytest.raises(InputError, match="slide"):
        draw_all(tables, SCENE, tmp_path, {}, layouts=("memo", "slides"))
    with pytest.raises(InputError, match="slide"):
        comparison_figures(only, COMPARED, tmp_path, {}, measures=[], dates=[], layouts=("memo", "slides"))
    assert not list(tmp_path.iterdir())
    made = comparison_figures(
        only, COMPARED, tmp_path, {}, measures=[], dates=[], layouts=("slide", "memo"), formats=(".svg",)
    )
    assert [path.name for path in made] == ["regret_slide.svg", "regret.csv", "regret.svg"]


def test_a_long_source_line_is_written_smaller():
    with house():
        sheet = Sheet(3.0, "t", "s", replace(SCENE, scenario="a_scenario_with_a_long_name" * 4))
    assert faults(Drawing("long", sheet.figure, pd.DataFrame(), "t")) == []


def test_the_day_of_a_run_is_that_of_its_log(study, tmp_path):
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", made_on(study))
    assert PLAIN.source + " · run on 2026-11-22" == SCENE.source
    assert made_on(replace_folder(study, tmp_path)) == ""


def replace_folder(study, folder: Path):
    """Return something with another folder, in which there is no log."""
    return type("Elsewhere", (), {"folder": folder})()


def test_the_check_of_pages_sees_what_is_wrong():
    with house():
        figure = Figure(figsize=(2, 1))
        for x, text in ((0.1, "first of two"), (0.3, "second of two"), (0.95, "over the edge")):
            figure.text(x, 0.5 if x < 0.5 else 0.1, text)
    found = faults(Drawing("bad", figure, pd.DataFrame(), "t"))
    assert found == ["over the edge", ("first of two", "second of two")]


@pytest.mark.parametrize("name", FAMILIES)
def test_the_users_policies_are_marked_in_every_family(tables, name):
    policy = Event(38, "US: model ban", "lever", -1)
    for drawing in draw(name, tables, replace(SCENE, events=(policy,))):
        if name != "reality":
            whole = [axes for axes in drawing.figure.axes if axes.axison and axes.get_xlim() == (0, 43)]
            assert whole
            assert all(any(38.5 in line.get_xdata() for line in axes.lines) for axes in whole)
            assert faults(drawing) == []
