"""The stock that applications are built on (E23)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.market.ecosystem import ecosystem_utility, next_stock, standard_index


def test_stock_gathers_and_depreciates() -> None:
    assert next_stock(2.0, 0.0, 0.0, 0.03, 2.0) == pytest.approx(1.94)
    assert next_stock(0.0, 0.3, 0.1, 0.03, 2.0) == pytest.approx(0.5)
    assert next_stock(5.0, 0.3, 0.1, 1.0, 1.0) == pytest.approx(0.4)


def test_a_constant_share_settles_where_gain_equals_loss() -> None:
    stock = 0.0
    for _ in range(2000):
        stock = next_stock(stock, 0.2, 0.1, 0.03, 2.0)
    assert stock == pytest.approx(0.4 / 0.03, rel=1e-10)


def test_index_is_zero_while_there_is_no_use() -> None:
    assert standard_index(np.zeros(3)).tolist() == [0, 0, 0]
    np.testing.assert_allclose(standard_index(np.array([1.0, 3.0, 0.0])), [0.25, 0.75, 0])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_index_sums_to_one_and_an_unused_family_moves_no_bit(stock: list[float]) -> None:
    index = standard_index(np.array(stock))
    assert index.sum() == pytest.approx(1.0 if sum(stock) > 0 else 0.0, abs=1e-12)
    more = standard_index(np.insert(np.array(stock), len(stock) // 2, 0.0))
    assert np.delete(more, len(stock) // 2).tobytes() == index.tobytes()


def test_utility_of_both_forms() -> None:
    index = np.array([0.25, 0.75, 0.0])
    np.testing.assert_allclose(ecosystem_utility(index, 1.5, "linear", 9.0), [0.375, 1.125, 0])
    log = ecosystem_utility(index, 9.0, "log", 2.0)
    np.testing.assert_allclose(log[:2], 2 * np.log([0.25, 0.75]))
    assert np.isfinite(log[2])
    assert log[2] < log[0]
