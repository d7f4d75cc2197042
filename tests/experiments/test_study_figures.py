from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study_fakes import COST, GAMMA, MONTHS, SHARE, drawn, numbers, on_the_page, synthetic, texts

from experiments.figures.studies import scene_of, sweep_figures
from experiments.figures.studies.factors import FactorText, positions, undated
from experiments.figures.studies.look import packed, shade
from experiments.figures.studies.sample import coinciding, split_point, t_effect
from experiments.figures.studies.words import Quantity, effect, listed, pretty
from experiments.figures.style import ARMS
from experiments.show import read_provenance
from experiments.studies import Execution, Plan, Study, StudyRequest, arms_of, run_study
from experiments.studies.designs import Factor, grid
from sim import Trajectory, simulate
from sim.errors import InputError

SHORT = {"enterprises": 60, "history_until": "2023-03", "horizon": "2023-04"}


def failing(scenario: Any, seed: int) -> Trajectory:
    """Simulate, but for seed 1 of a policy, which fails."""
    if seed == 1 and scenario.name != "status_quo":
        raise ZeroDivisionError("not this one")
    return simulate(scenario, seed)


def study_of(outputs: Path, **request: Any) -> Study:
    request = {"verb": "sweep", "name": "tiny", "settings": SHORT, "seeds": (0, 1)} | request
    report = run_study(Plan.of(StudyRequest(**request)), outputs, Execution("serial"), quiet=True, simulate=failing)
    return Study.open(report.folder)


@pytest.fixture(scope="module")
def policies(tmp_path_factory) -> Study:
    """Two policies before either acts, in expected mode, so that the seed that fails takes no luck with it."""
    arms = arms_of(["status_quo", "allied_procurement_ban"])
    return study_of(tmp_path_factory.mktemp("policies"), policies=arms, settings=SHORT | {"choice": "expected"})


@pytest.fixture(scope="module")
def gridded(tmp_path_factory) -> Study:
    points = grid([Factor(GAMMA, (0.5, 1.5)), Factor("choice", ("sampled", "expected"))])
    return study_of(tmp_path_factory.mktemp("grid"), points=points)


def test_a_sweep_of_policies_leaves_figures_with_text_data_and_provenance(policies, tmp_path):
    made = sweep_figures(policies, tmp_path)
    names = {path.stem for path in made}
    assert names == {f"fans_{SHARE}", "small_multiples"}
    assert {path.suffix for path in made} == {".png", ".svg", ".pdf", ".csv"}
    for path in made:
        if path.suffix != ".csv":
            assert read_provenance(path)["run"] == policies.plan["plan"]
    tree = ElementTree.parse(tmp_path / "small_multiples.svg")
    said = [element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert any("coincide" in text for text in said)
    assert any(f"study {policies.plan['plan']}" in text for text in said)
    assert any("1 failed run left out" in " ".join(said[k : k + 2]) for k in range(len(said)))


def test_failed_runs_are_counted_and_left_out(policies):
    scene = scene_of(policies)
    assert (scene.runs, scene.failed, scene.missing) == (3, 1, 0)
    assert scene.sample == "3 runs, 2 seeds, parameters as given, 1 failed run left out"
    assert scene.handover == 2
    assert [event.month for event in scene.marks("allied_procurement_ban")] == [3]
    assert not scene.marks("status_quo")
    assert re.search(r"run on \d{4}-\d{2}-\d{2}$", scene.source)


def test_the_csv_of_a_fan_is_the_band_of_the_study(policies, tmp_path):
    sweep_figures(policies, tmp_path, measure="price_paid")
    data = pd.read_csv(tmp_path / "fans_price_paid.csv")
    band = policies.band("price_paid", across=("policy",), by="total", segment="world").astype({"policy": str})
    both = data.merge(band, on=["policy", "month"], suffixes=("", "_study"))
    assert len(both) == len(data) > 0
    for name in ("q05", "q50", "q95"):
        np.testing.assert_allclose(both[name], both[f"{name}_study"], rtol=1e-5)


def test_a_real_grid_has_a_heat_map_and_response_curves_that_agree_with_its_runs(gridded, tmp_path):
    made = sweep_figures(gridded, tmp_path, measure="us_token_share", months=["2023-04"])
    assert {path.stem.split("_")[0] for path in made} == {"fans", "small", "heat", "response"}
    cells = pd.read_csv(tmp_path / "heat_map_us_token_share_gamma_choice_2023-04.csv")
    runs = gridded.runs.set_index("row").join(gridded.wide("us_token_share")["2023-04"])
    want = runs.groupby([GAMMA, "choice"])["2023-04"].mean()
    np.testing.assert_allclose(cells.set_index([GAMMA, "choice"])["mean"].sort_index(), want.sort_index(), rtol=1e-5)
    assert cells[cells["reference"]][[GAMMA, "choice"]].to_numpy().tolist() == [[1.5, "sampled"]]
    curve = pd.read_csv(tmp_path / "response_us_token_share.csv")
    row = curve[(curve["factor"] == GAMMA) & (curve["level"].astype(str) == "0.5")].iloc[0]
    by_seed = runs.groupby(["seed", GAMMA])["2023-04"].mean().unstack()
    assert row["mean"] == pytest.approx((by_seed[0.5] - by_seed[1.5]).mean(), rel=1e-4, abs=1e-9)
    assert row["pairs"] == 2


def test_unknown_measures_and_months_are_refused_with_the_nearest(gridded, tmp_path):
    with pytest.raises(InputError, match="price_paid"):
        sweep_figures(gridded, tmp_path, measure="price_pait")
    with pytest.raises(InputError, match="2023-04"):
        sweep_figures(gridded, tmp_path, months=["2023-05", "2023-04"])
    assert not list(tmp_path.iterdir())


def test_equal_curves_say_so_and_each_colour_is_seen():
    names = ("status_quo", "us_all_closed", "cn_goes_closed")
    made = drawn(synthetic(names, move=lambda run: 0.1 * (run["policy"] == "cn_goes_closed")))
    said = "\n".join(texts(made["small"])).replace("\n", " ")
    assert "status quo and US all closed coincide" in said
    colours = {line.get_color() for line in made["small"].figure.axes[0].lines}
    assert {shade(0), shade(1), shade(2)} <= colours
    assert "coincides with status quo" in texts(made["fans"])
    assert ARMS[0] == shade(0)


def test_of_many_arms_six_have_a_colour_of_their_own_and_the_rest_is_counted():
    names = ("status_quo", *(f"policy_{k}" for k in range(8)))
    made = drawn(synthetic(names, move=lambda run: 0.01 * names.index(run["policy"])))["small"]
    colours = {line.get_color() for line in made.figure.axes[0].lines}
    assert set(ARMS) <= colours
    assert "3 arms with less effect" in " ".join(text.get_text() for text in made.figure.texts)
    assert set(made.data["arm"]) == {pretty(name) for name in names}


def test_one_run_is_drawn_without_a_word_on_intervals():
    made = drawn(synthetic(("status_quo",), seeds=1))
    for drawing in made.values():
        assert "interval" not in " ".join([drawing.title, *(text.get_text() for text in drawing.figure.texts)])
    assert "the one run" in " ".join(text.get_text() for text in made["fans"].figure.texts)


def test_the_number_in_a_title_is_the_effect_in_the_data():
    sweep = synthetic(move=lambda run: (0.04 + 0.01 * run["seed"]) * (run["policy"] != "status_quo"), seeds=5)
    title = drawn(sweep)["fans"].title
    want = t_effect(np.array([0.04 + 0.01 * seed for seed in range(5)]))
    said = numbers(title.split("status quo: ")[1])
    assert said[:1] + said[2:4] == pytest.approx([100 * want.mean, 100 * want.low, 100 * want.high], abs=0.051)
    assert "6.0\u00a0points" in title
    fan = drawn(sweep)["fans"].data
    last = fan[(fan["month"] == MONTHS[-1]) & (fan["policy"] == "us_all_closed")].iloc[0]
    assert any(
        f"US all closed: {100 * last['q50']:.0f}\u00a0%" in text.replace("\n", " ")
        for text in texts(drawn(sweep)["fans"])
    )


GRID = {"points": tuple(itertools.product((0.5, 1.5, 2.5), (2.0, 4.0))), "keys": (GAMMA, COST), "gridlike": True}


def wobble(run: dict[str, Any]) -> float:
    return 0.02 * (run[GAMMA] - 1.5) + 0.002 * (run["seed"] % 2) * (run[GAMMA] > 1)


def test_a_grid_marks_what_is_unsure_and_what_is_the_same():
    made = drawn(synthetic(move=wobble, **GRID))
    data = made["heat"].data
    reference = data[data["reference"]].iloc[0]
    assert (reference[GAMMA], reference[COST]) == (1.5, 4.0)
    assert data[data["zero"]].groupby("policy").size().to_dict() == {"status_quo": 2, "us_all_closed": 2}
    assert texts(made["heat"]).count("=") == 3
    sure = data[~data["reference"] & ((data["low"] > 0) | (data["high"] < 0))]
    assert f"{len(sure)} of {len(data) - 1} points differ clearly" in made["heat"].title
    low, high = numbers(made["heat"].title.split(": ")[1])[:2]
    assert [low, high] == pytest.approx([100 * data["mean"].min(), 100 * data["mean"].max()], abs=0.051)
    printed = [text for text in texts(made["heat"]) if re.fullmatch(r"\d\d\.\d", text)]
    assert len(printed) == len(data)


def test_a_flat_factor_is_said_and_the_other_has_its_effect_in_the_title():
    made = drawn(synthetic(move=wobble, **GRID))["response"]
    subtitle = " ".join(text.get_text() for text in made.figure.texts)
    assert f"flat, no change in any run: {COST.removeprefix('params.')}" in subtitle
    data = made.data[(made.data["factor"] == GAMMA) & (made.data["arm"] == "status quo")]
    most = data.loc[data["mean"].abs().idxmax()]
    assert numbers(made.title.split(": ")[1])[0] == pytest.approx(100 * most["mean"], abs=0.051)
    assert f"to {most['level']:g}" in made.title


def test_random_designs_and_words_are_drawn():
    points = [(float(x), float(y)) for x, y in zip(range(9), (3, 1, 4, 1, 5, 9, 2, 6, 8), strict=True)]
    two = drawn(synthetic(move=lambda run: 0.01 * run[GAMMA], points=points, keys=(GAMMA, COST)))["scatter"]
    assert len(two.data) == 18
    assert "demand.gamma (rank correlation +1.00)" in two.title
    mixed = synthetic(
        points=[(*p, w) for p, w in zip(points, "aabbaabba", strict=True)], keys=(GAMMA, COST, "strategy")
    )
    on_the_page(drawn(mixed)["scatter"])


def test_several_draws_make_the_interval_and_are_named():
    sweep = synthetic(move=lambda run: 0.01 * run["draw"] * (run["policy"] != "status_quo"), draws=(0, 1, 2))
    assert "3 draws" in sweep.scene.sample
    arms = sweep.arms("policy")
    gap = sweep.sample.effect(sweep.sample.wide(SHARE)[MONTHS[-1]], arms[1].rows, arms[0].rows)
    want = t_effect(np.array([0.0, 0.01, 0.02]))
    assert (gap.n, gap.mean, gap.low) == (3, pytest.approx(want.mean), pytest.approx(want.low))


def test_every_figure_of_a_sweep_keeps_its_text_on_the_page():
    names = ("status_quo", "us_weights_export_ban", "allied_procurement_ban", "us_all_closed")
    for drawing in drawn(synthetic(names, move=wobble, failed=2, missing=3, made="2026-01-01", **GRID)).values():
        on_the_page(drawing)
        assert "2 failed runs left out, 3 runs not there yet" in " ".join(t.get_text() for t in drawing.figure.texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 0.2)), min_size=1, max_size=7))
def test_labels_of_any_height_never_overlap_and_keep_their_order(items):
    places, sizes = [p for p, _ in items], [s for _, s in items]
    moved = packed(places, sizes, 0.0, 1.0)
    order = np.argsort(places, kind="stable")
    for below, above in itertools.pairwise(order):
        assert moved[above] - moved[below] >= (sizes[above] + sizes[below]) / 2 - 1e-9
    if sum(sizes) <= 1.0:
        assert min(m - s / 2 for m, s in zip(moved, sizes, strict=True)) >= -1e-9
        assert max(m + s / 2 for m, s in zip(moved, sizes, strict=True)) <= 1 + 1e-9


def test_curves_part_where_they_first_differ():
    one, other = pd.Series([np.nan, 1.0, 2.0]), pd.Series([np.nan, 1.0, 2.001])
    assert split_point([one, other]) == 2
    assert split_point([one, one]) == 3
    assert coinciding([one, other, one], 0.1) == [([0, 2], True), ([1], True)]
    assert coinciding([one, other], 10.0) == [([0, 1], False)]


def test_words_of_numbers_and_names():
    share, money = Quantity.of(SHARE), Quantity.of("us_closed_rd")
    assert effect(share, -0.0213, -0.03, -0.0126) == "−2.1\u00a0points (95\u00a0% interval −3.0 to −1.3)"
    assert effect(share, 0.0, 0.0, 0.0) == "no change in any run"
    assert effect(share, 0.02, np.nan, np.nan) == "+2.0\u00a0points"
    assert money.level([15000.0, 17335.0]).text(17335.0) == "$17.3\u00a0bn/mo"
    assert money.level([15000.0, 17335.0]).unit == "bn $/mo"
    assert pretty("us_all_closed+no_deepseek_r1") == "US all closed + no DeepSeek R1"
    assert listed("abcdef", 3) == "a, b and 4 more"


def test_factors_know_their_unit_and_what_the_status_quo_has():
    quota = FactorText.of("lever.chip_export_quota.US.CN", "@2027-01")
    assert quota.axis == "chip export quota US → CN, from 2027-01 (H100e/mo)"
    assert quota.reference([0.0, 100000.0, 4e6]) == (100000.0, True)
    assert quota.reference([0.0, 4e6]) == (0.0, False)
    assert FactorText.of(GAMMA).reference([0.5, 1.5]) == (1.5, True)
    assert FactorText.of("strategy").reference(["fixed", "adaptive"]) == ("adaptive", True)
    dated = pd.Series(["0@2027-01", "1e5@2027-01"])
    assert undated(dated)[0].tolist() == [0.0, 1e5]
    assert undated(dated)[1] == "@2027-01"
    assert undated(pd.Series(["0@2027-01", "1@2028-01"]))[1] == ""
    assert positions([0.0, 1e5, 4e6]) == ([0.0, 1.0, 2.0], False)
    assert positions([0.5, 1.0, 2.0]) == ([0.5, 1.0, 2.0], True)
