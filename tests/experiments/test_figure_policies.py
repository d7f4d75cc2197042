"""Policies side by side, and on one axis: what their figures say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_fakes import MONTHS, SHARE, numbers, on_the_page, synthetic, texts

from experiments.figures.frames import Drawing, Event, MissingMeasureError
from experiments.figures.studies import policies, policy_lines
from experiments.figures.studies.look import shade
from experiments.figures.studies.sample import t_effect
from experiments.figures.style import house

NAMES = ("status_quo", "us_open_push", "total_chip_ban", "megaproject", "us_all_closed", "api_cutoff", "cn_goes_closed",
         "allied_procurement_ban")  # fmt: skip
SIZES = dict(zip(NAMES, (0.0, 0.02, -0.09, 0.0, 0.04, 0.0101, 0.05, 0.06), strict=True))


def moved(run: dict[str, Any]) -> float:
    size = SIZES[run["policy"]]
    return size + 0.001 * run["seed"] * (size != 0)


def study(count: int) -> Any:
    starts = tuple((name, (Event(43, name, "lever"),)) for name in NAMES[1:count])
    return synthetic(NAMES[:count], move=moved, starts=starts)


def lined(count: int) -> Drawing:
    sweep = study(count)
    with house():
        return policy_lines.draw(sweep.sample, sweep.scene, SHARE, sweep.arms("policy"))


def shares(sweep: Any) -> pd.DataFrame:
    """Return shares of two blocs that add up to one, in which the policies move as much as the walk of the study."""
    wide = sweep.sample.wide(SHARE)
    tall = wide.rename_axis(columns="month").reset_index().melt("row", var_name="month", value_name="value")
    others = tall.assign(key="US", value=1 - tall["value"])
    return pd.concat([tall.assign(key="CN"), others], ignore_index=True)


def stacked(count: int) -> Drawing:
    sweep = study(count)
    with house():
        return policies.draw(shares(sweep), sweep.sample, sweep.scene, NAMES[:count])


def said(drawing: Drawing) -> str:
    return " ".join(" ".join(texts(drawing)).split())


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 8])
def test_text_stays_on_the_page_for_any_number_of_policies(count):
    on_the_page(lined(count))
    on_the_page(stacked(count))


def test_curves_that_coincide_are_one_line_whose_colours_take_turns_and_are_said():
    drawing = lined(4)
    assert "status quo and megaproject coincide" in said(drawing)
    assert {shade(place) for place in range(4)} <= {line.get_color() for line in drawing.figure.axes[0].lines}


def test_of_more_than_six_policies_those_with_least_effect_are_thin_and_counted():
    drawing = lined(8)
    assert "thin: 2 policies with less effect" in said(drawing)
    assert set(drawing.data["policy"]) == set(NAMES)
    assert not any(text.startswith("api cutoff") for text in texts(drawing))
    assert any(text.startswith("total chip ban") for text in texts(drawing))


def test_the_title_has_the_largest_effect_with_its_interval():
    want = t_effect(np.array([-0.09 + 0.001 * seed for seed in range(4)]))
    for drawing in (lined(4), stacked(4)):
        title = drawing.title.split("against status quo: ")[1]
        found = numbers(title)
        ends = sorted([100 * abs(want.low), 100 * abs(want.high)])
        assert abs(found[0]) == pytest.approx(100 * abs(want.mean), abs=0.051)
        assert sorted(map(abs, found[2:4])) == pytest.approx(ends, abs=0.051)
        assert (found[0] < 0) == drawing.title.startswith("Chinese")
        assert title.endswith("under total chip ban")


def test_no_difference_is_said_as_such():
    sweep = synthetic(NAMES[:3])
    with house():
        line = policy_lines.draw(sweep.sample, sweep.scene, SHARE, sweep.arms("policy"))
        stack = policies.draw(shares(sweep), sweep.sample, sweep.scene, NAMES[:3])
    assert line.title.endswith("no difference in any run")
    assert stack.title.endswith("no policy makes a difference in any run")
    assert said(stack).count("no change in any run") == 2
    assert "all 3 coincide" in said(line)


def test_panels_share_their_axes_and_the_rest_is_named():
    drawing = stacked(8)
    assert len(drawing.figure.axes) == 6
    assert {axes.get_ylim() for axes in drawing.figure.axes} == {(0.0, 1.0)}
    assert len({axes.get_xlim() for axes in drawing.figure.axes}) == 1
    assert "not shown: CN goes closed and allied procurement ban" in said(drawing)


def test_differences_stand_over_the_panels_and_in_the_csv():
    drawing = stacked(3)
    heads = [" ".join(axes.get_title(loc="left").split() or axes.get_title().split()) for axes in drawing.figure.axes]
    last = drawing.data[(drawing.data["month"] == MONTHS[-1]) & (drawing.data["policy"] == "us_open_push")]
    gap = last.set_index("key")["difference_mean"]
    assert gap["US"] == pytest.approx(-0.0215)
    assert gap.sum() == pytest.approx(0)
    assert heads[1].startswith("US open push: US −2.")
    assert numbers(heads[1]) == pytest.approx([-2.15, 2.15], abs=0.051)
    assert drawing.data[drawing.data["policy"] == "status_quo"]["difference_mean"].isna().all()


def test_a_policy_without_a_run_is_no_empty_panel():
    sweep = study(2)
    with house(), pytest.raises(MissingMeasureError, match="api_cutoff"):
        policies.draw(shares(sweep), sweep.sample, sweep.scene, ("status_quo", "api_cutoff"))
