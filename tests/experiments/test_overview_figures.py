"""Winners and losers, and the overview of a comparison, drawn from tables and outcomes made by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from study_fakes import MONTHS, SHARE, numbers, on_the_page, synthetic, texts

from experiments.contrasts import Comparison, Outcomes
from experiments.figures.apart import ink
from experiments.figures.frames import Event
from experiments.figures.studies.comparison import drawings as compared
from experiments.figures.studies.overview import LINES, ROWS, drawings
from experiments.figures.studies.winners import MOST
from experiments.figures.style import BLOCS, house
from sim.policy import BASE

LAST = MONTHS[-1]
SCENE = synthetic(starts=(("up", (Event(42, "up", "lever"),)),)).scene


def rows(policy, group, measure, unit, effects, future="none", half=1.0):
    """Return rows of ``actors``: actor to bloc, mean, p; a mean of 0.0 is exact."""
    return [
        (policy, future, group, actor, bloc, measure, unit, LAST, 8, mean, mean - half * (mean != 0.0),
         mean + half * (mean != 0.0), p, float(mean == 0.0))
        for actor, (bloc, mean, p) in effects.items()
    ]  # fmt: skip


NAMES = ("policy", "future", "group", "actor", "bloc", "measure", "unit", "month", "n", "mean", "t_low", "t_high", "p",
         "zero_share")  # fmt: skip
REVENUE = {"OpenAI": ("US", 40.0, 1e-6), "Google": ("US", 3.0, 0.01), "DeepSeek": ("CN", -25.0, 1e-6),
           "Mistral AI": ("AL", 0.4, 0.6), "Other (CN, home market)": ("CN", 0.0, 1.0)}  # fmt: skip
USERS = {"US": ("US", 0.0, 1.0), "CN": ("CN", 0.0, 1.0), "AL": ("AL", 0.0, 1.0)}


def actors(revenue=REVENUE, policies=("up",), future="none"):
    found = []
    for policy in policies:
        found += rows(policy, "labs", "revenue", "M$/mo", revenue, future)
        found += rows(policy, "labs", "token_share", "share", {k: (b, m / 1e3, p) for k, (b, m, p) in revenue.items()},
                      future, 0.001)  # fmt: skip
        found += rows(policy, "user blocs", "welfare", "$/Mtok", {"US": ("US", 0.2, 0.9), "CN": ("CN", -3.0, 0.0)},
                      future)  # fmt: skip
        found += rows(policy, "user blocs", "adoption", "share", USERS, future)
    return pd.DataFrame(found, columns=list(NAMES))


def winners(table):
    with house(), warnings.catch_warnings():
        warnings.simplefilter("error")
        made = list(compared({"actors": table}, SCENE, [], [LAST]))
        for drawing in made:
            on_the_page(drawing)
    return made


def test_winners_name_the_ends_of_what_stands():
    (made,) = winners(actors())
    assert made.name == "winners_up"
    title = made.title.replace("\u00a0", " ")
    assert title.startswith(f"Up, {LAST}: largest clear gain of revenue OpenAI, +$40.0 M/mo (+39.0 to +41.0); largest")
    assert title.endswith("largest loss DeepSeek, −$25.0 M/mo (−26.0 to −24.0)")
    assert set(made.data["measure"]) == {"revenue", "token_share", "welfare", "adoption"}
    assert len(made.data) == 15


def test_actors_are_sorted_in_the_colours_of_their_blocs_and_hollow_where_nothing_is_clear():
    (made,) = winners(actors())
    panel = made.figure.axes[0]
    labels = panel.get_yticklabels()
    assert [label.get_text() for label in labels] == [
        "OpenAI", "Google", "Mistral AI", "Other (CN, home market)", "DeepSeek"
    ]  # fmt: skip
    assert [label.get_color() for label in labels] == [ink(BLOCS[bloc]) for bloc in ("US", "US", "AL", "CN", "CN")]
    dots = {line.get_ydata()[0]: line for line in panel.lines if line.get_marker() == "o"}
    assert [dots[k].get_markerfacecolor() == "white" for k in (0, 1, 2, 4)] == [False, False, True, False]
    assert 3 not in dots and any("exactly 0" in text.get_text() for text in panel.texts)


def test_users_whom_nothing_touches_are_one_row():
    (made,) = winners(actors())
    adoption = made.figure.axes[-1]
    assert [label.get_text() for label in adoption.get_yticklabels()] == ["all 3"]
    assert [text.get_text() for text in adoption.texts] == ["  exactly 0"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m, p: (m, 0.02), "no lab's revenue can be told apart from the baseline's; 3 of 5 intervals leave out"),
        (lambda m, p: (0.5 * (m != 0), p), "no lab's revenue can be told apart from the baseline's"),
        (lambda m, p: (0.0, 1.0), "the revenue of no lab differs in any run"),
        (lambda m, p: (abs(m), p), "no clear loss"),
        (lambda m, p: (-abs(m), p), "no clear gain"),
    ],
)
def test_the_title_claims_no_more_than_there_is(change, said):
    (made,) = winners(actors({lab: (bloc, *change(mean, p)) for lab, (bloc, mean, p) in REVENUE.items()}))
    assert said in made.title


def test_of_many_labs_the_largest_effects_are_drawn():
    many = {f"lab {k}": ("US", float(k - 20), 1e-6) for k in range(40)}
    (made,) = winners(actors(many))
    shown = [label.get_text() for label in made.figure.axes[0].get_yticklabels()]
    assert len(shown) == MOST and {"lab 0", "lab 39"} <= set(shown)
    assert f"the {MOST} labs with the largest effects of 40" in " ".join(" ".join(texts(made)).split())


def test_over_several_futures_their_mean_is_drawn():
    both = [actors({"OpenAI": ("US", k, 1e-6)}, future=f) for k, f in ((9.0, "none"), (5.0, "all futures"))]
    (made,) = winners(pd.concat([both[0], both[0].assign(future="price_war"), both[1]], ignore_index=True))
    assert numbers(made.title.split("OpenAI")[1])[0] == 5.0
    assert "mean of 2 futures" in " ".join(" ".join(texts(made)).split())
    assert set(made.data["future"]) == {"all futures"}


def test_one_pair_of_runs_has_no_intervals():
    table = actors().assign(n=1)
    table[["t_low", "t_high", "p"]] = None
    (made,) = winners(table)
    assert "revenue in one pair of runs" in made.title
    assert "95" not in " ".join(texts(made))


def outcomes(moves, seeds=6, futures=("none",), measure=SHARE):
    """Return outcomes in which each policy moves a walk of the seed from month 12 on."""
    steps = np.arange(len(MONTHS))
    walk = 0.4 + 0.05 * np.sin(steps / 5 + 2.0 * np.arange(seeds)[:, None])
    noise = 0.002 * np.cos(7.0 * np.arange(seeds)[:, None])
    cell = np.stack([walk + (move + noise * (move != 0.0)) * (steps > 11) for move in (0.0, *moves.values())])
    cell = np.repeat(cell[:, None, None], len(futures), axis=1).astype(np.float32)
    ran = np.ones(cell.shape[:4], bool)
    return Outcomes((BASE, *moves), futures, (-1,), tuple(range(seeds)), tuple(MONTHS), ran, {measure: cell})


def overview(board, **asked):
    spec = Comparison(BASE, board.policies[1:], (SHARE,), SHARE, (LAST,), objectives=(), **asked)
    with house(), warnings.catch_warnings():
        warnings.simplefilter("error")
        (made,) = drawings(board, spec, SCENE)
        on_the_page(made)
    return made


MOVES = {"up": 0.2, "down": -0.1, "idle": 0.0, "slight": 0.0004}


def test_the_overview_says_the_finding_and_writes_its_data():
    made = overview(outcomes(MOVES))
    assert made.name == "overview"
    said = made.title.replace("\u00a0", " ")
    assert "points (" in said and "under up, −10.02 (" in said and said.endswith("under down")
    assert numbers(said.split(": ")[1])[0] == pytest.approx(20.0, abs=0.2)
    last = made.data[(made.data["policy"] == "up") & (made.data["month"] == LAST)].iloc[0]
    base = made.data[(made.data["policy"] == BASE) & (made.data["month"] == LAST)].iloc[0]
    assert last["mean"] - base["mean"] == pytest.approx(last["effect"], abs=1e-6)
    assert numbers(said.split(": ")[1])[:3] == pytest.approx(
        [100 * last[name] for name in ("effect", "t_low", "t_high")], abs=0.06
    )  # fmt: skip


def test_effects_are_sorted_and_an_exact_zero_is_said():
    made = overview(outcomes(MOVES))
    right = made.figure.axes[1]
    found = [text.get_text() for text in right.texts]
    names = [text for text in found if text in MOVES]
    assert names == ["up", "slight", "idle", "down"]
    assert found.count("  exactly 0") == 1
    hollow = {line.get_ydata()[0] for line in right.lines if line.get_markerfacecolor() == "white"}
    assert hollow == {1}


def test_lines_that_coincide_take_turns_and_are_said():
    made = overview(outcomes(MOVES))
    labels = " ".join(" ".join(text.get_text() for text in made.figure.axes[0].texts).split())
    assert "status quo, slight and idle nearly coincide" in labels
    assert "history" in labels and "projection" in labels


def test_of_many_policies_few_have_lines_and_rows():
    made = overview(outcomes({f"p{k}": 0.01 * k for k in range(1, 16)}))
    names = [text.get_text() for text in made.figure.axes[1].texts if text.get_text().startswith("p")]
    assert len(names) == ROWS and names[0] == "p15" and "p3" not in names
    labels = " ".join(text.get_text() for text in made.figure.axes[0].texts)
    assert [f"p{k}:" in labels for k in (15, 14, 13, 12, 11)] == [True] * LINES + [False]
    said = " ".join(" ".join(texts(made)).split())
    assert f"the {ROWS} largest of 15" in said
    assert set(made.data["policy"]) == {BASE, *(f"p{k}" for k in range(1, 16))}


@pytest.mark.parametrize(
    ("board", "said"),
    [
        (outcomes({"idle": 0.0, "still": 0.0}), "no policy makes a difference in any run"),
        (outcomes({"slight": 0.0004, "idle": 0.0}), "none of 2 policies can be told apart from status quo"),
        (outcomes({"up": 0.2}, seeds=1), "one pair of runs a policy, so nothing can be told apart from status quo"),
    ],
)
def test_the_overview_claims_no_more_than_there_is(board, said):
    assert said in overview(board).title


def test_an_overview_of_several_futures_and_another_level_says_so():
    made = overview(outcomes(MOVES, futures=("none", "price_war")), level=0.9)
    said = " ".join(" ".join(texts(made)).split())
    assert "mean of 2 futures" in said and "90 % interval" in said and "95" not in said


def test_a_headline_without_any_value_has_no_overview():
    board = outcomes(MOVES)
    nothing = Outcomes(**(vars(board) | {"cells": {SHARE: board.cells[SHARE] * np.nan}}))
    spec = Comparison(BASE, board.policies[1:], (SHARE,), SHARE, objectives=())
    assert list(drawings(nothing, spec, SCENE)) == []
