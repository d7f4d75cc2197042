"""Budgets of all labs month by month: replay, hand-over, plan and subsidy."""

from __future__ import annotations

import numpy as np
import pytest

from sim.budgets import Budgets
from sim.parameters import Parameters

FUND = np.outer(np.arange(1.0, 7.0), [100.0, 50.0])
GIVEN = Parameters()


def books(plan: np.ndarray | None = None) -> Budgets:
    return Budgets.of(FUND, plan, np.array([False, True]), GIVEN)


def test_in_the_replay_budgets_are_the_funds() -> None:
    book = books()
    for t in range(3):
        book.close_month(t, np.array([9.0, 9.0]), np.zeros(2), 3, GIVEN)
        np.testing.assert_array_equal(book.budget, FUND[t + 1])


def test_without_a_plan_nothing_has_to_be_justified() -> None:
    book = books()
    book.close_month(1, np.array([-9.0, 900.0]), np.zeros(2), 0, GIVEN)
    assert (book.factor == 1.0).all()


def test_profit_lost_against_plan_cuts_what_must_be_justified_only() -> None:
    book = books(np.full(FUND.shape, 500.0))
    book.close_month(1, np.zeros(2), np.zeros(2), 0, GIVEN)
    assert book.factor[0] < 1.0 and book.factor[1] == 1.0


def test_cash_adds_up() -> None:
    book = books()
    spent = book.budget.copy()
    book.close_month(0, np.array([3.0, -2.0]), np.array([0.1, 0.0]), 3, GIVEN)
    assert book.cash == pytest.approx(np.array([3.0, -2.0]) + FUND[0] + np.array([0.1, 0.0]) * spent - spent)
