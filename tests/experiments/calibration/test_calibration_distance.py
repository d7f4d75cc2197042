"""The distance: numbers by hand, and what must hold for any readings."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_made import readings, series
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.calibration.distance import MISS, TOLERANCE, distances, luck_of, series_weights
from experiments.evidence.links import link


def logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def test_one_series_by_hand() -> None:
    item = series("ramp/A", [0.2, 0.3], se=[0.02, float("nan")])
    found = distances(readings([0, 0, 1], [0, 1, 0], {"ramp/A": [[0.1, 0.3], [0.4, 0.3], [0.2, 0.3]]}), [item])
    gap = (logit(0.1) + logit(0.4)) / 2 - logit(0.2)
    error = 0.02 / (0.2 * 0.8)
    mse = (gap**2 / (error**2 + 0.3**2) + 0.0) / 2
    assert found.draws.tolist() == [0, 1]
    assert found.total == pytest.approx([np.sqrt(mse), 0.0])
    assert found.by_series[:, 0] == pytest.approx(found.total)
    assert found.weights.tolist() == [1.0]


def test_series_weigh_by_confidence_effective_size_and_set() -> None:
    trend = series("x/A", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], weight=1.0)
    point = series("x/B", [0.5], weight=0.5)
    assert 1 <= trend.effective < 6
    raw = np.array([trend.effective, 0.5 * 3.0])
    assert series_weights([trend, point], [1.0, 3.0]) == pytest.approx(raw / raw.sum())
    runs = readings([0], [0], {"x/A": [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]], "x/B": [[0.7] + [0.0] * 5]})
    found = distances(runs, [trend, point], [1.0, 3.0])
    one = (logit(0.7) / TOLERANCE) ** 2
    assert found.by_series[0] == pytest.approx([0.0, np.sqrt(one)])
    assert found.total[0] == pytest.approx(np.sqrt(raw[1] * one / raw.sum()))


def test_a_point_without_a_reading_is_a_miss_and_a_seed_without_one_is_left_out() -> None:
    nan = float("nan")
    item = series("x/A", [0.2, 0.3])
    runs = readings([0, 0, 1, 2], [0, 1, 0, 0], {"x/A": [[0.2, nan], [nan, 0.3], [0.2, nan], [nan, nan]]})
    found = distances(runs, [item])
    assert found.total == pytest.approx([0.0, np.sqrt(MISS**2 / 2), MISS])
    other = distances(runs, [series("x/nobody", [0.2])])
    assert other.total == pytest.approx([MISS] * 3)


def test_a_wider_tolerance_forgives_more() -> None:
    item, runs = series("x/A", [0.2]), readings([0], [0], {"x/A": [[0.4]]})
    assert distances(runs, [item], tolerance=0.6).total[0] == pytest.approx(distances(runs, [item]).total[0] / 2)


def test_series_without_points_count_nothing() -> None:
    known, later = series("x/A", [0.2, 0.4]), series("x/B", [0.9])
    runs = readings([0, 1], [0, 0], {"x/A": [[0.3, 0.4], [0.2, 0.2]], "x/B": [[0.1, 0.1], [0.9, 0.9]]})
    cut = later.known_by(-1)
    assert cut.size == 0
    found = distances(runs, [known, cut])
    assert np.isnan(found.by_series[:, 1]).all()
    assert found.total == pytest.approx(distances(runs, [known]).total)
    assert found.weights.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("weights", [[0.0], [1.0, 1.0], [-1.0]])
def test_no_weight_or_too_many_is_an_error(weights: list[float]) -> None:
    with pytest.raises(ValueError, match=r"weight"):
        distances(readings([0], [0], {"x/A": [[0.4]]}), [series("x/A", [0.2])], weights)


shares = st.floats(0.01, 0.99)
runs_of = st.integers(1, 4).flatmap(
    lambda draws: st.integers(1, 3).flatmap(
        lambda seeds: st.tuples(
            st.just(draws), st.just(seeds),
            st.lists(st.lists(shares, min_size=3, max_size=3), min_size=draws * seeds, max_size=draws * seeds),
            st.permutations(range(draws * seeds)),
        )
    )
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(runs_of)
def test_the_order_of_runs_changes_nothing(made: tuple[int, int, list[list[float]], list[int]]) -> None:
    draws, seeds, rows, order = made
    items = [series("x/A", [0.2, 0.3, 0.5]), series("x/B", [0.6], weight=0.25)]
    labels = [(draw, seed) for draw in range(draws) for seed in range(seeds)]
    cells = {"x/A": rows, "x/B": [row[::-1] for row in rows]}
    straight = distances(readings(*zip(*labels, strict=True), cells), items)
    mixed = readings(
        *zip(*[labels[k] for k in order], strict=True), {n: [c[k] for k in order] for n, c in cells.items()}
    )
    assert np.array_equal(distances(mixed, items).total, straight.total)
    assert straight.weights.sum() == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(shares, min_size=3, max_size=3), st.lists(shares, min_size=3, max_size=3))
def test_zero_means_equal(model: list[float], data: list[float]) -> None:
    found = distances(readings([0], [0], {"x/A": [model]}), [series("x/A", data)]).total[0]
    assert found >= 0
    gap = float(np.abs(link(np.array(model), "share") - link(np.array(data), "share")).max())
    assert (found == 0) == (gap == 0)


def test_what_is_luck_need_not_be_explained() -> None:
    """The variance over seeds joins the tolerance, less of it where a draw has more seeds."""
    item = series("x/A", [0.2])
    runs = readings([0] * 3, [0, 1, 2], {"x/A": [[0.1], [0.2], [0.4]]})
    z = np.array([logit(0.1), logit(0.2), logit(0.4)])
    (luck,) = luck_of(runs, [item])
    assert luck == pytest.approx([z.var(ddof=1)])
    one = readings([0], [0], {"x/A": [[0.4]]})
    gap = logit(0.4) - logit(0.2)
    assert distances(one, [item], luck=[luck]).total[0] == pytest.approx(gap / np.sqrt(0.3**2 + luck[0]))
    two = readings([0, 0], [0, 1], {"x/A": [[0.4], [0.4]]})
    assert distances(two, [item], luck=[luck]).total[0] == pytest.approx(gap / np.sqrt(0.3**2 + luck[0] / 2))
    assert luck_of(one, [item])[0].tolist() == [0.0]
