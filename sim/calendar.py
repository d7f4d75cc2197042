"""Months as integers: t = 0 is 2023-01 (docs/model.md, section 2)."""

from __future__ import annotations

import re

EPOCH_YEAR = 2023
LEVELS_MONTH = 36
"""t_L: 2026-01, the month at which the undated levels of the tables hold."""

_MONTH = re.compile(r"^(\d{4})-(\d{2})(?:-\d{2})?$")


def month_index(text: str) -> int:
    """Return t of ``YYYY-MM`` (or of the month of ``YYYY-MM-DD``).

    Raises:
        ValueError: if the text is not a month.
    """
    match = _MONTH.match(str(text).strip())
    if match is None or not 1 <= int(match[2]) <= 12:
        raise ValueError(f"{text!r} is not a month; write it as YYYY-MM, for example 2025-08")
    return (int(match[1]) - EPOCH_YEAR) * 12 + int(match[2]) - 1


def month_name(t: int) -> str:
    """Return ``YYYY-MM`` of t."""
    return f"{EPOCH_YEAR + t // 12:04d}-{t % 12 + 1:02d}"


def date_month(date: str) -> int:
    """Return t of the month that holds an ISO date."""
    return month_index(date)


def months(first: int, last: int) -> list[str]:
    """Return the names of the months from ``first`` to ``last``, both included."""
    return [month_name(t) for t in range(first, last + 1)]
