"""What tasks need (E19): a trend in the replay, the frontier's slope after the hand-over."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import line, model, parameters, price, small_world

from sim.requirement import requirement_path
from sim.world import World

HANDOVER = 40


def climbing(rate: float, video: bool = False) -> World:
    """Return a world whose best model gains ``rate`` ECI every month."""
    releases = [model(f"m{t}", "a", t, q=100 + rate * t) for t in range(60)]
    return small_world([line("a", video=video)], releases, [price("m0")])


def test_replay_is_the_trend() -> None:
    path = requirement_path(climbing(1.0), parameters(), HANDOVER, 41)
    assert path[36] == pytest.approx(152)
    assert path[24] == pytest.approx(140)
    np.testing.assert_allclose(np.diff(path), 1.0, rtol=1e-12)
    moved = requirement_path(
        climbing(1.0), parameters({"demand.requirement_offset": 5.0, "demand.requirement_growth": 6.0}), HANDOVER, 41
    )
    assert moved[36] == pytest.approx(157)
    np.testing.assert_allclose(np.diff(moved), 0.5, rtol=1e-12)


def test_afterwards_it_follows_the_frontier_of_a_year_before() -> None:
    path = requirement_path(climbing(0.5), parameters(), HANDOVER, 60)
    np.testing.assert_allclose(np.diff(path)[HANDOVER : HANDOVER + 12], 0.5, rtol=1e-12)
    half = requirement_path(climbing(0.5), parameters({"demand.requirement_follow": 0.5}), HANDOVER, 60)
    np.testing.assert_allclose(np.diff(half)[HANDOVER : HANDOVER + 12], 0.25, rtol=1e-12)


def test_releases_after_the_hand_over_are_not_known() -> None:
    """A year and the 24 months of the slope later, requirements stand still, whatever is released meanwhile."""
    path = requirement_path(climbing(0.5), parameters(), HANDOVER, 100)
    end = HANDOVER + 12 + 24
    assert path[end] > path[end - 2]
    assert (path[end:] == path[end]).all()


def test_video_models_move_no_text_requirement() -> None:
    world = climbing(0.5)
    clip = model("film", "v", 3, "Bolt", q=500.0)
    both = small_world([*world.lines, line("v", "Bolt", video=True)], [*world.models, clip], [price("m0")])
    np.testing.assert_array_equal(
        requirement_path(both, parameters(), HANDOVER, 60), requirement_path(world, parameters(), HANDOVER, 60)
    )
