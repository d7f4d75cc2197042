from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from study_fakes import MONTHS, SHARE, numbers, on_the_page, synthetic, texts

from experiments.figures.frames import Drawing, Event
from experiments.figures.studies import comparison_figures
from experiments.figures.studies.comparison import drawings as compared
from experiments.figures.studies.regret import never_worst
from experiments.figures.style import house
from experiments.show import read_provenance
from sim.errors import InputError

EFFECTS = ("policy", "future", "measure", "unit", "month", "n", "mean", "t_low", "t_high", "boot_low", "boot_high",
           "sign_agreement", "zero_share")  # fmt: skip


def tables() -> dict[str, pd.DataFrame]:
    size = {"us_all_closed": 0.002, "megaproject": 0.0, "total_chip_ban": -0.001, "api_cutoff": 0.0001}
    rows = []
    for name, slope in size.items():
        for k, month in enumerate(MONTHS):
            mean, half = slope * max(k - 11, 0), 0.004 if slope and k > 11 else 0.0
            ends = (mean - half, mean + half)
            rows.append((name, "none", SHARE, "share", month, 8, mean, *ends, *ends, 1.0, float(mean == 0)))
    cells = itertools.product(("us", "cn"), ("none", "price_war"), ("a", "b", "c"))
    regret = [(o, f, p, {"a": 0.2, "b": 0.1, "c": 0.0}[p] + 0.3 * (o == "cn" and p == "c"), 0.9) for o, f, p in cells]
    parts = [("alone", "quota", -0.02), ("alone", "cloud", 0.0), ("together", "all", -0.03),
             ("interaction", "both", -0.01), ("through", "chips", -0.03)]  # fmt: skip
    shares = [("total_chip_ban", part, kind, SHARE, "share", MONTHS[-1], v, v - 0.002 * (v != 0), v + 0.002 * (v != 0))
              for kind, part, v in parts]  # fmt: skip
    game = [
        (row, column, side, 0.1 * (row == "push") + 0.2 * (column == "closed"), 0.0, 0.4,
         row == "push" if side == "US" else column == "closed")
        for row, column, side in itertools.product(("none", "push"), ("none", "closed"), ("US", "CN"))
    ]  # fmt: skip
    return {
        "effects": pd.DataFrame(rows, columns=list(EFFECTS)),
        "regret": pd.DataFrame(regret, columns=["objective", "future", "policy", "mean", "worst"]),
        "attribution": pd.DataFrame(
            shares, columns=["policy", "part", "kind", "measure", "unit", "month", "mean", "low", "high"]
        ),
        "game": pd.DataFrame(game, columns=["row", "column", "side", "mean", "low", "high", "best"]),
    }


SCENE = synthetic(starts=(("us_all_closed", (Event(42, "closed", "lever"), Event(-4, "early", "lever"))),)).scene


@pytest.fixture(scope="module")
def comparison() -> dict[str, Drawing]:
    with house():
        return {d.name.split("_")[0]: d for d in compared(tables(), SCENE, [SHARE], [MONTHS[14], MONTHS[-1]])}


def test_every_figure_of_a_comparison_keeps_its_text_on_the_page(comparison):
    assert set(comparison) == {"difference", "dots", "regret", "attribution", "game"}
    for drawing in comparison.values():
        on_the_page(drawing)


def test_differences_say_what_is_exactly_zero_and_what_is_largest(comparison):
    made = comparison["difference"]
    assert sum("exactly zero in every run and month" in text for text in texts(made)) == 1
    assert made.title.endswith("none at all from megaproject")
    last = made.data[(made.data["policy"] == "us_all_closed") & (made.data["month"] == MONTHS[-1])].iloc[0]
    said = numbers(made.title.split(": ")[1])
    assert said[0] == pytest.approx(100 * last["mean"], abs=0.051)
    assert said[2:4] == pytest.approx([100 * last["t_low"], 100 * last["t_high"]], abs=0.051)
    marks = [line.get_marker() for line in made.figure.axes[0].lines]
    assert {"^", "<"} <= set(marks)


def test_dots_are_sorted_and_hollow_where_nothing_is_clear(comparison):
    made = comparison["dots"]
    names = [label.get_text() for label in made.figure.axes[0].get_yticklabels()]
    assert names == ["US all closed", "API cutoff", "megaproject", "total chip ban"]
    assert texts(made).count("  exactly 0") == 2
    fills = {
        line.get_ydata()[0]: line.get_markerfacecolor()
        for line in made.figure.axes[1].lines
        if line.get_marker() == "o"
    }
    assert [fills[k] == "white" for k in (0, 1, 3)] == [False, True, False]
    assert "2 of 4 policies have a clear effect" in made.title


def test_regret_names_who_is_never_the_worst(comparison):
    assert never_worst(tables()["regret"]) == ["b"]
    assert never_worst(tables()["regret"].assign(mean=0.0)) == ["a", "b", "c"]
    made = comparison["regret"]
    assert made.title == "B has the least mean regret at its worst: 0.10 (US, none); never the worst: b"
    bold = [label.get_text() for label in made.figure.axes[0].get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["b"]
    assert set(made.data[made.data["never_worst"]]["policy"]) == {"b"}


def test_attributions_and_games_say_their_finding(comparison):
    title = comparison["attribution"].title
    assert numbers(title.split("together ")[1])[0] == -3.0
    assert "most through chips" in title
    assert "interaction −1.0" in title
    game = comparison["game"]
    assert game.title == "Push against closed is the one pair of best replies: US +0.30, CN +0.30"
    assert sum(text.endswith("●") for text in texts(game)) == 4


def test_a_comparison_writes_its_tables_beside_its_figures(tmp_path):
    only = {"regret": tables()["regret"], "game": tables()["game"].iloc[:0]}
    made = comparison_figures(only, SCENE, tmp_path, {"run": "1a2b3c4d"}, measures=[], dates=[])
    assert [path.name for path in made] == ["regret.png", "regret.svg", "regret.pdf", "regret.csv"]
    assert read_provenance(tmp_path / "regret.svg")["run"] == "1a2b3c4d"
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "regret.csv").drop(columns="never_worst"), only["regret"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: {"effects": t["effects"].drop(columns=["n", "t_low"])}, ["n:", "t_low"]),
        (lambda t: {"efects": t["effects"]}, ["effects"]),
        (lambda t: {"effects": t["effects"].assign(measure="hhi")}, [SHARE, "hhi"]),
        (lambda t: {"attribution": t["attribution"].assign(kind="aline")}, ["alone"]),
    ],
)
def test_wrong_tables_are_refused_in_one_message(change, said, tmp_path):
    with pytest.raises(InputError) as caught:
        comparison_figures(change(tables()), SCENE, tmp_path, {}, measures=[SHARE], dates=[MONTHS[-1]])
    assert all(word in str(caught.value) for word in said)


def of_one_seed() -> dict[str, pd.DataFrame]:
    """Return the tables as a study of one seed has them: a mean, and no interval."""
    ends = ["t_low", "t_high", "boot_low", "boot_high", "low", "high"]
    made = tables()
    for name, table in made.items():
        table[[end for end in ends if end in table.columns]] = None
        made[name] = table.assign(n=1) if name != "regret" else table
    return made


@pytest.mark.parametrize("named", [True, False])
def test_one_seed_has_dots_without_bars_and_says_so(named):
    given = of_one_seed()
    for name in () if named else ("attribution", "game"):
        given[name] = given[name].drop(columns="n")
    with house(), warnings.catch_warnings():
        warnings.simplefilter("error")
        made = {d.name.split("_")[0]: d for d in compared(given, SCENE, [SHARE], [MONTHS[14], MONTHS[-1]])}
        for drawing in made.values():
            on_the_page(drawing)
    assert set(made) == {"difference", "dots", "regret", "attribution", "game"}
    for name in ("difference", "dots", "attribution", "game"):
        said = " ".join(" ".join(texts(made[name])).split())
        assert "one pair of runs, which has no interval" in said
        assert "95" not in said
    assert not any(axes.collections for axes in made["dots"].figure.axes)
    assert "of one pair of runs, +3.6" in made["dots"].title.replace("\u00a0", " ")


def test_an_objective_without_values_has_an_empty_column_and_no_warning():
    table = tables()["regret"]
    lacking = table.assign(mean=table["mean"].where(table["objective"] != "cn"))
    with house(), warnings.catch_warnings():
        warnings.simplefilter("error")
        (made,) = compared({"regret": lacking}, SCENE, [], [])
        on_the_page(made)
    assert made.title.startswith("C has the least mean regret at its worst: 0.00 (US")


def test_without_any_regret_there_is_no_figure():
    for nothing in (np.nan, None):
        with house():
            assert list(compared({"regret": tables()["regret"].assign(mean=nothing)}, SCENE, [], [])) == []
