"""Pairs of runs, read from outcomes made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from outcomes_by_hand import normals, outcomes

from experiments.contrasts.pairs import Pairs, difference

NAN = float("nan")


def test_pairs_carry_what_is_left_out():
    values = np.arange(2 * 1 * 1 * 3 * 2, dtype=float).reshape(2, 1, 1, 3, 2)
    values[1, 0, 0, 0, 1] = NAN  # a cell without users
    values[0, 0, 0, 2] = NAN  # a run that failed
    ran = np.ones((2, 1, 1, 3), bool)
    ran[0, 0, 0, 2] = False
    pairs = outcomes({"hhi": values}, ("base", "p"), ran=ran).pairs("p", "base", "none", "hhi")
    np.testing.assert_array_equal(pairs.differences, [[[6.0, NAN], [6.0, 6.0], [NAN, NAN]]])
    assert (pairs.complete.tolist(), pairs.left_out.tolist(), pairs.failed) == ([2, 1], [1, 2], 1)
    late = pairs.at(["2023-02"])
    assert (late.months, late.complete.tolist(), late.failed) == (("2023-02",), [1], 1)
    np.testing.assert_array_equal(pairs.swapped().differences, -pairs.differences)


def test_a_pair_is_put_in_the_order_of_draws_and_seeds():
    values = normals("order", 2, 3, 1)
    mixed = Pairs("p", "b", "f", "m", (5, 2), (9, 1, 4), ("2023-01",), values, 0 * values, values[..., 0] > 0)
    assert (mixed.draws, mixed.seeds) == ((2, 5), (1, 4, 9))
    np.testing.assert_array_equal(mixed.values, values[[1, 0]][:, [1, 2, 0]])
    np.testing.assert_array_equal(mixed.ran, values[[1, 0]][:, [1, 2, 0], 0] > 0)


def test_one_unit_in_the_last_stored_digit_is_no_difference():
    base = np.array([1.0, 107.3, 5e-9, 0.0, NAN])
    up = np.nextafter(base.astype(np.float32), np.float32(np.inf)).astype(float)
    base = base.astype(np.float32).astype(float)
    two = np.nextafter(up.astype(np.float32), np.float32(np.inf)).astype(float)
    np.testing.assert_array_equal(difference(up, base)[:4], 0.0)
    np.testing.assert_array_equal(difference(base, up)[:4], 0.0)
    assert (difference(two, base)[:3] > 0).all()
    assert np.isnan(difference(up, base)[4])


def test_values_at_a_month():
    values = normals("at", 3, 2, 1, 2, 4)
    board = outcomes({"hhi": values}, ("a", "b", "c"), ("f", "g"))
    found = board.at("hhi", "2023-03", ("c", "a"))
    np.testing.assert_array_equal(found, values[[2, 0], ..., 2].astype(np.float32))
    assert board.at("hhi", "2023-03").shape == (3, 2, 1, 2)
    with pytest.raises(ValueError):
        board.at("hhi", "2030-01")
