"""Segments of users and ways of splitting what they use."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.segments import ordered_sum, segments_of, split, within
from sim.world import BLOCS, CHANNEL_NAMES, CLASSES, LICENCES, World


def cube(world: World, months: int = 2) -> np.ndarray:
    shape = (months, len(world.region_codes), len(CLASSES), len(world.lab_names), 3, 3)
    return (np.arange(np.prod(shape)) % 97 + 1.0).reshape(shape)


def test_the_segments(world: World) -> None:
    found = segments_of(world)
    kinds = {kind: [s.name for s in found if s.kind == kind] for kind in {s.kind for s in found}}
    assert kinds == {
        "world": ["world"],
        "excl_CN": ["world outside CN"],
        "user_bloc": list(BLOCS),
        "region": list(world.region_codes),
        "class": list(CLASSES),
    }
    for kind in ("user_bloc", "region", "class"):
        assert (sum(s.cells.astype(int) for s in found if s.kind == kind) == 1).all()
    outside = next(s for s in found if s.kind == "excl_CN")
    assert outside.cells.all(axis=1).tolist() == [code != "CN" for code in world.region_codes]


def test_sums_within_a_segment(world: World) -> None:
    table = cube(world)
    for segment in segments_of(world):
        wanted = table[:, segment.cells].sum(axis=1)
        np.testing.assert_allclose(within(table, segment), wanted, rtol=1e-12)


def test_every_split_has_all_of_it(world: World) -> None:
    table = cube(world)[:, 0, 0]
    whole = table.sum(axis=(1, 2, 3))
    for by, wanted in (
        ("lab", list(world.lab_names)),
        ("bloc", list(BLOCS)),
        ("channel", list(CHANNEL_NAMES)),
        ("licence", list(LICENCES)),
        ("openness", ["closed", "open"]),
    ):
        keys, values = split(table, by, world)
        assert keys == wanted
        assert values.shape == (2, len(keys))
        np.testing.assert_allclose(values.sum(axis=1), whole, rtol=1e-12)
    chinese = [k for k, bloc in enumerate(world.lab_blocs) if bloc == "CN"]
    blocs = dict(zip(*split(table, "bloc", world)[:1], split(table, "bloc", world)[1].T, strict=True))
    np.testing.assert_allclose(blocs["CN"], table[:, chinese].sum(axis=(1, 2, 3)))
    np.testing.assert_allclose(split(table, "openness", world)[1][:, 0], table[..., 0].sum(axis=(1, 2)))
    np.testing.assert_allclose(split(table, "channel", world)[1][:, 2], table[:, :, 2].sum(axis=(1, 2)))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.integers(0, 40))
def test_a_row_of_zeros_changes_no_bit(values: list[float], at: int) -> None:
    table = np.array(values)[:, None] * np.array([1.0, np.pi])
    more = np.insert(table, min(at, len(values)), 0.0, axis=0)
    assert ordered_sum(more, 0).tobytes() == ordered_sum(table, 0).tobytes()
    assert ordered_sum(more.T, 1).tobytes() == ordered_sum(table, 0).tobytes()
    np.testing.assert_allclose(ordered_sum(table, 0), table.sum(axis=0), rtol=1e-12)
