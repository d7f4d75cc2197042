from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from fakes import MATCHES, FakeRun
from hypothesis import given, settings
from hypothesis import strategies as st
from test_store import write

from experiments import figures, reality
from experiments.figures import FAMILIES, Event, MissingMeasureError, Scene, Tables, draw, draw_all
from experiments.figures.events import known_events, lever_events
from experiments.figures.frames import select, wide
from experiments.figures.marks import EVENT_SIZE, _stairs, event_marks, percent, spread
from experiments.figures.sheet import Sheet, inches
from experiments.figures.style import BLOCS, OPENNESS, WIDTH, house, text_width, wrap

REGIONS = {"CN": "CN", "SAN": "SAN", "US": "US", "AFR": "AFR", "RU": "SAN", "ET": "AFR"}


def observed(rows: list[tuple[str, str, str, str, str, str, float, float]]) -> pd.DataFrame:
    names = ["instrument", "series", "entity", "geography", "period_start", "period_end", "value", "se"]
    return pd.DataFrame(rows, columns=names).assign(low=np.nan, high=np.nan)


TOP9, USE = "token share inside the weekly top 9", "DeepSeek share of chatbot use"
OBSERVATIONS = observed(
    [
        ("openrouter_top9", TOP9, "CN", "OpenRouter", "2025-03-03", "2025-03-30", 0.2, 0.02),
        ("openrouter_top9", TOP9, "CN", "OpenRouter", "2025-04-01", "2025-04-30", 0.3, np.nan),
        ("openrouter_top9", TOP9, "undisclosed", "OpenRouter", "2025-04-01", "2025-04-30", 0.3, np.nan),
        ("menlo", "enterprise API spend share", "OpenAI", "US (mostly)", "2025-01-01", "2025-12-31", 0.27, np.nan),
        ("multihoming_models", "survey", reality.THE_ONE, "survey", "2025-12-01", "2025-12-28", 0.37, np.nan),
        ("telemetry", USE, "DeepSeek", "RU", "2025-07-01", "2025-12-31", 0.43, np.nan),
        ("telemetry", USE, "DeepSeek", "ET", "2025-07-01", "2025-12-31", 0.12, np.nan),
    ]
)


@pytest.fixture(autouse=True)
def regions(monkeypatch):
    monkeypatch.setattr(reality, "country_regions", lambda: REGIONS)


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Tables:
    study = write(tmp_path_factory.mktemp("many"), [FakeRun(seed=seed) for seed in range(3)])
    return Tables(study.table("bands"), study.table("instrument_bands"), OBSERVATIONS, MATCHES)


@pytest.fixture(scope="module")
def one(tmp_path_factory) -> Tables:
    study = write(tmp_path_factory.mktemp("one"), [FakeRun(length=14)])
    return Tables(study.table("bands"), study.table("instrument_bands"), OBSERVATIONS, MATCHES)


SCENE = Scene("status_quo", 3, "1a2b3c4d", "0.1.0", 0, 42, None, known_events())


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_draws_many_seeds_inside_the_page(many, name):
    drawings = draw(name, many, SCENE)
    assert drawings
    for drawing in drawings:
        assert drawing.figure.get_size_inches()[0] == WIDTH
        assert len(drawing.data)
        for text in drawing.figure.texts:
            box = text.get_window_extent().transformed(drawing.figure.transFigure.inverted())
            assert box.x1 <= 1.0, text.get_text()
            assert box.y1 <= 1.0
            assert box.y0 >= 0.0


@pytest.mark.parametrize("name", [name for name in FAMILIES if name != "reality"])
def test_every_family_draws_a_short_run_of_one_seed_without_a_band(one, name):
    for drawing in draw(name, one, replace(SCENE, seeds=1, last=13)):
        if "lines" in drawing.name:
            assert not drawing.figure.axes[0].collections
        assert "band" not in " ".join(text.get_text() for text in drawing.figure.texts)


def test_a_run_before_the_data_has_nothing_to_compare(one):
    scene = replace(SCENE, seeds=1, last=13)
    assert [drawing.name for drawing in draw("reality", one, scene)] == []


def test_a_projection_is_marked_at_the_hand_over(many):
    plain = draw("adoption_bloc", many, SCENE)[0].figure.axes[0]
    marked = draw("adoption_bloc", many, replace(SCENE, handover=36))[0].figure.axes[0]
    assert len(marked.lines) == len(plain.lines) + 1


def test_files_carry_text_and_their_data(many, tmp_path):
    made, missing = draw_all(many, SCENE, tmp_path, {"run": "1a2b3c4d"}, (".svg",))
    assert missing == {}
    assert (tmp_path / "adoption.svg") in made
    tree = ElementTree.parse(tmp_path / "adoption.svg")
    texts = [element.text for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert any(text and text.startswith("OpenGambit 0.1.0 · run 1a2b3c4d") for text in texts)
    data = pd.read_csv(tmp_path / "figures" / "adoption_bloc_stacked.csv")
    assert set(data["key"]) == set(BLOCS)
    shown = select(many.bands, "token_share", by="bloc")
    np.testing.assert_allclose(data["mean"].dropna(), shown["mean"].dropna(), rtol=1e-5)


def test_the_same_tables_give_the_same_bytes(many, tmp_path, monkeypatch):
    few = {name: figures.FAMILIES[name] for name in ("adoption", "adoption_regions")}
    monkeypatch.setattr(figures, "FAMILIES", few)
    for folder in ("a", "b"):
        draw_all(many, SCENE, tmp_path / folder, {"run": "1"})
    for name in ("adoption.png", "adoption.svg", "figures/adoption_regions.svg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_drawing_leaves_no_global_state_behind(many, monkeypatch):
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    before = {key: mpl.rcParams[key] for key in mpl.rcParams if key != "backend"}
    draw("adoption", many, SCENE)
    assert {key: mpl.rcParams[key] for key in before} == before
    assert "matplotlib.pyplot" not in sys.modules


def test_a_family_whose_measure_was_not_recorded_is_left_out_and_named(many, tmp_path):
    tables = replace(many, bands=many.bands[many.bands["measure"] == "token_share"], instruments=many.instruments[:0])
    with pytest.raises(MissingMeasureError, match="price_paid"):
        draw("prices", tables, SCENE)
    made, missing = draw_all(tables, SCENE, tmp_path, {}, (".svg",))
    assert set(missing) == {name for name in FAMILIES if not name.startswith("adoption")} - {"reality"}
    assert made


def test_months_without_tokens_are_blank_not_zero(many):
    table = wide(select(many.bands, "token_share", by="bloc"))
    assert table.iloc[:2].isna().all().all()
    axes = draw("adoption_bloc", many, SCENE)[1].figure.axes[0]
    assert np.isnan(axes.lines[0].get_ydata()[:2]).all()


def test_an_observation_meets_the_months_of_its_period(many):
    compared = reality.compare(many.instruments, OBSERVATIONS, MATCHES)
    assert "undisclosed" not in set(compared["entity"])
    model = many.instruments
    model = model[(model["instrument"] == "menlo_spend") & (model["entity"] == "OpenAI")].set_index("month")
    row = compared[compared["instrument"] == "menlo_spend"].iloc[0]
    assert (row["start"], row["end"]) == (24.0, 36.0)
    np.testing.assert_allclose(row["mean"], model.loc["2025-01":"2025-12", "mean"].mean())
    march = compared[compared["instrument"] == "openrouter_token_share"].iloc[0]
    assert 26.0 < march["start"] < march["end"] < 27.0


def test_countries_meet_their_region(many):
    compared = reality.compare(many.instruments, OBSERVATIONS, MATCHES)
    rows = compared[compared["instrument"] == "telemetry_deepseek"].set_index("place")
    model = many.instruments[many.instruments["instrument"] == "telemetry_deepseek"]
    for country, region in (("RU", "SAN"), ("ET", "AFR")):
        known = model[
            (model["geography"] == region)
            & model["month"].isin(["2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12"])
        ]
        np.testing.assert_allclose(rows.loc[country, "mean"], known["mean"].mean())


def test_the_ratio_of_a_year_is_model_to_data(many):
    yearly = reality.yearly(reality.compare(many.instruments, OBSERVATIONS, MATCHES))
    row = yearly[yearly["entity"] == "CN"].iloc[0]
    assert row["data"] == pytest.approx(0.25)
    assert row["ratio"] == pytest.approx(row["model"] / 0.25)
    assert row["n"] == 2


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=9))
def test_labels_are_moved_apart_and_keep_their_order(places):
    moved = spread(places, 0.1, 0.0, 1.0)
    ordered = sorted(moved)
    assert all(b - a >= 0.1 - 1e-9 for a, b in pairwise(ordered))
    assert [moved[i] for i in np.argsort(places, kind="stable")] == ordered


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 42), st.sampled_from(["GPT-4", "OpenAI leaves China", "R1"])), max_size=12))
def test_no_event_label_hits_a_line_or_a_label(marks):
    events = [Event(month, label) for month, label in dict(marks).items()]
    unit = 43 / 4.6
    rows = _stairs(events, unit)
    for first in events:
        end = first.month + text_width(first.label, EVENT_SIZE) * unit
        for other in events:
            if first.month < other.month < end:
                assert rows[first] > rows[other]


def test_the_users_levers_come_first_and_withheld_releases_vanish():
    labels = [event.label for event in known_events(["DeepSeek-R1"])]
    assert "DeepSeek R1" not in labels
    marks = lever_events([(24, "US: model ban"), (24, "EU: model ban"), (30, "push")])
    assert [mark.label for mark in marks] == ["US: model ban (+1)", "push"]
    with house():
        sheet = Sheet(3, "t", "s", SCENE)
        (axes,) = sheet.axes(strip=0.34)
        axes.set_xlim(0, 43)
        crowd = [Event(t, "a release of some length", "release", 3) for t in range(20, 26)]
        drawn = event_marks([axes], [*crowd, marks[0]])
    assert marks[0] in drawn
    assert len(drawn) == 3


def test_titles_wrap_to_the_page():
    lines = wrap("word " * 60, 9.5, 3.0, bold=True)
    assert len(lines) > 1
    assert all(text_width(line, 9.5, True) <= 3.0 for line in lines)
    assert wrap("", 9, 3.0) == [""]


def test_axes_stay_inside_the_sheet():
    sheet = Sheet(4, "A title", "a subtitle", SCENE)
    for axes in sheet.axes(2, 3, heights=(2, 1)):
        box = axes.get_position()
        assert 0 < box.x0 < box.x1 < 1
        assert 0 < box.y0 < box.y1 < 1
        assert min(inches(axes)) > 0.3


def test_shares_are_written_in_percent():
    assert [percent(v) for v in (0.643, 0.0321, 0.0999, 0.0)] == ["64\u00a0%", "3.2\u00a0%", "10\u00a0%", "0.0\u00a0%"]
    assert percent(float("nan")) == "n/a"


def luminance(shade: str) -> float:
    red, green, blue = (int(shade[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_open_and_closed_stay_apart_in_greyscale():
    assert abs(luminance(OPENNESS["open"]) - luminance(OPENNESS["closed"])) > 0.3
