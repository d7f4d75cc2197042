"""Months as integers, and problems that travel between processes."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calendar import LEVELS_MONTH, month_index, month_name, months
from sim.errors import InputError, Problem, nearest


def test_months_by_hand() -> None:
    assert month_index("2023-01") == 0
    assert month_index("2022-11") == -2
    assert month_index("2026-01") == LEVELS_MONTH == 36
    assert month_index("2025-08-05") == 31
    assert months(10, 13) == ["2023-11", "2023-12", "2024-01", "2024-02"]


@given(st.integers(-2000, 2000))
def test_names_and_indices_are_inverse(t: int) -> None:
    assert month_index(month_name(t)) == t


@pytest.mark.parametrize("text", ["2023-13", "2023-00", "2023", "23-01", "soon", "2023-1", "2023-01-"])
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="write it as YYYY-MM"):
        month_index(text)


def test_every_problem_survives_a_worker_process() -> None:
    problems = [
        Problem("run.yaml", "horizn", "there is no such key", "horizon", "horizon"),
        Problem("x", "y", "is wrong"),
    ]
    error = InputError(problems)
    assert pickle.loads(pickle.dumps(error)).problems == problems
    assert str(error) == (
        "run.yaml: horizn: there is no such key. Did you mean 'horizon'? Legal: horizon.\nx: y: is wrong"
    )


def test_the_nearest_name() -> None:
    assert nearest("token_shar", ["hhi", "token_share", "tokens"]) == "token_share"
    assert nearest("zzz", ["hhi", "token_share"]) is None
