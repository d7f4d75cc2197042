"""Origins, horizons and targets follow from the data."""

from __future__ import annotations

import numpy as np
import pytest
from validation_fakes import changed, line, series

from experiments.evidence.links import ELO, MONTHS
from experiments.validation.origins import FAMILIES, Wanted, ends, headline, origins_of, targets
from sim.calendar import month_index, month_name

ROUTER, RAMP, ARENA, LAG = FAMILIES
END = month_index("2025-12")


def names(months: tuple[int, ...]) -> list[str]:
    """Return months as YYYY-MM."""
    return [month_name(month) for month in months]


def test_default_origins_are_those_of_the_specification() -> None:
    assert names(origins_of(ROUTER, END)) == [f"2025-{m:02d}" for m in range(5, 10)]
    assert names(origins_of(RAMP, END)) == [
        "2024-01", "2024-04", "2024-07", "2024-10", "2025-01", "2025-04", "2025-06",
    ]  # fmt: skip
    assert names(origins_of(ARENA, END)) == [
        "2024-01", "2024-04", "2024-07", "2024-10", "2025-01", "2025-04", "2025-07",
    ]  # fmt: skip
    assert origins_of(LAG, END) == origins_of(ARENA, END)


def test_longer_data_have_later_origins() -> None:
    assert names(origins_of(ROUTER, END + 2))[-1] == "2025-11"
    assert names(origins_of(RAMP, END + 3))[-2:] == ["2025-07", "2025-09"]
    assert names(origins_of(ARENA, END + 6))[-2:] == ["2025-10", "2026-01"]


def test_wanted_origins_win_and_quick_takes_both_ends() -> None:
    assert origins_of(RAMP, END, Wanted(origins=(3, 9))) == (3, 9)
    assert names(origins_of(ROUTER, END, Wanted(ends=True))) == ["2025-05", "2025-09"]


def test_targets_are_points_that_were_not_known() -> None:
    table = {"ramp_firms/OpenAI": series(line(36)), "menlo_spend/OpenAI": series([0.3], instrument="menlo_spend")}
    assert set(headline(table)) == {"ramp_firms/OpenAI"}
    found = targets(table, Wanted(horizons=(3,)))
    assert [t.month for t in found] == [t.origin + 3 for t in found]
    assert [t.point for t in found] == [t.month for t in found]
    item = table["ramp_firms/OpenAI"]
    assert all(item.known[t.point] > t.origin + 1 for t in found)
    assert list(ends(found, table)) == sorted({t.origin for t in found})
    assert all(last == origin + 3 for origin, last in ends(found, table).items())


def test_a_monthly_series_has_no_target_beyond_its_data() -> None:
    found = targets({"ramp_firms/OpenAI": series(line(36))})
    assert max(t.month for t in found) == 35
    assert {t.horizon for t in found if t.origin == month_index("2025-04")} == {3, 6}


def test_uneven_series_take_the_nearest_point_within_a_month() -> None:
    sparse = series(np.linspace(100, 50, 36), instrument="arena_gap", entity="US-China", scale=ELO)
    sparse = sparse.where(~np.isin(np.arange(36), [15, 18, 17]))  # 2024-04, 2024-06, 2024-07
    found = {(t.origin, t.horizon): sparse.month[t.point] for t in targets({sparse.key: sparse})}
    assert found[(12, 3)] == 14  # 2024-01 + 3: 2024-03 and 2024-05 are as near, the earlier one counts
    assert found[(12, 6)] == 19
    assert (12, 3) in found


def test_a_series_of_which_nothing_was_known_is_no_target() -> None:
    late = series(line(24), first=12, instrument="eci_lag", entity="closed-open", scale=MONTHS, lag=30)
    assert targets({late.key: late}) == ()


@pytest.mark.parametrize("by", [-0.1, 0.2])
def test_values_do_not_matter_for_targets(by: float) -> None:
    item = series(line(36))
    assert targets({item.key: item}) == targets({item.key: changed(item, 0, by)})
