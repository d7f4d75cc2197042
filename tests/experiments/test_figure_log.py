from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from fakes import FakeRun
from page_checks import boxes, faults
from test_figures import MATCHES, OBSERVATIONS, SCENE
from test_store import write

from experiments.figures import Tables, draw
from experiments.figures.log import LANES, of_first_seed
from experiments.figures.style import INK

COLUMNS = ["seed", "month", "kind", "who", "what", "trigger", "weight"]
ROWS = [
    (4, "2024-01", "release", "Meta", "releases A (open, 120 ECI)", "", 2.1),
    (4, "2024-02", "release", "Meta", "releases B (closed, 121 ECI)", "", 2.1),
    (4, "2024-03", "release", "Meta", "releases B (closed, 121 ECI), C (open, 119 ECI)", "", 2.1),
    (4, "2024-04", "release", "Meta", "releases D (closed, open from 2024-09, 125 ECI)", "", 2.1),
    (4, "2024-04", "release", "Nobody", "releases E (open, 90 ECI)", "", 2.0),
    (4, "2025-01", "mode", "Meta", "goes from open to closed releases", "payoff", 3.1),
    (5, "2025-06", "mode", "OpenAI", "goes from closed to open releases", "payoff", 3.4),
]


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Tables:
    study = write(tmp_path_factory.mktemp("log"), [FakeRun(seed=seed) for seed in range(2)])
    return Tables(study.table("bands"), study.table("instrument_bands"), OBSERVATIONS, MATCHES)


def logged(tables: Tables, rows: list[tuple[object, ...]]) -> Tables:
    return replace(tables, events=pd.DataFrame(rows, columns=COLUMNS))


def test_each_release_has_a_mark_filled_where_it_is_open(bare):
    (made,) = draw("release_modes", logged(bare, ROWS), SCENE)
    marks = [line for line in made.figure.axes[0].lines if line.get_marker() == "o"]
    found = {(m.get_fillstyle(), m.get_markerfacecolor()): sorted(m.get_xdata()) for m in marks}
    assert found == {("full", INK): [12.5], ("full", "white"): [13.5, 15.5], ("left", INK): [14.5]}


def test_the_strip_has_the_first_seed_only_and_says_so(bare):
    (made,) = draw("release_modes", logged(bare, ROWS), SCENE)
    said = [text for text, _ in boxes(made)]
    assert "Meta closed" in said
    assert "OpenAI open" not in said
    assert "flagship releases of seed 4" in " ".join(text.get_text() for text in made.figure.texts)
    told = made.data[made.data["measure"] == "event"]
    assert set(told["segment"]) == {"4"}
    assert len(told) == 5


def test_of_a_crowd_acts_of_governments_come_first_and_nothing_overlaps(bare):
    crowd = [
        (0, f"{2023 + k % 4}-{k % 7 + 1:02d}", "policy", "EU", f"a policy of some length {k}", "", 5.0)
        for k in range(12)
    ]
    crowd += [(0, "2024-06", "government", "US", f"halves quota {k}", "gap", 6.0) for k in range(LANES)]
    crowd += [(0, f"2024-{k + 1:02d}", "mode", "Meta", "goes from open to closed releases", "", 3.1) for k in range(12)]
    for layout in ("memo", "slide"):
        (made,) = draw("release_modes", logged(bare, crowd), SCENE, layout)
        assert faults(made) == []
        said = [text for text, _ in boxes(made)]
        assert sum("halves quota" in text for text in said) == LANES
        assert 0 < sum("a policy" in text for text in said) < 12


def test_without_a_log_the_timeline_stands_alone(bare):
    (made,) = draw("release_modes", bare, SCENE)
    assert len(made.figure.axes) == 1
    assert "seed 0" not in " ".join(text.get_text() for text in made.figure.texts)
    assert of_first_seed(pd.DataFrame(columns=COLUMNS), 0, 10) is None


def test_a_mode_that_lasts_takes_its_place_before_a_short_one(bare):
    flips = [(0, f"2024-{k:02d}", "mode", "OpenAI", "goes from open to closed releases", "", 3.9) for k in range(1, 13)]
    lasting = (0, "2024-06", "mode", "TII", "goes from closed to open releases", "", 3.0)
    (made,) = draw("release_modes", logged(bare, [*flips, lasting]), SCENE)
    assert "TII open" in [text for text, _ in boxes(made)]
