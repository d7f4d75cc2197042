"""Chips of whole runs: against published totals, conserved, and moved by each lever in its own equation."""

from __future__ import annotations

import csv
import time
from math import inf

import numpy as np
import pytest
from chips_world import EMPTY, HANDOVER, MONTHS, STOP, history, make, no_levers, status_quo, with_levers

from sim.calendar import LEVELS_MONTH, month_index
from sim.chips import load_chips
from sim.data import FOLDER
from sim.market.compute import AL, CN, NAL, US
from sim.parameters_supply import Chips

LATER = 60


def published(year: int) -> tuple[float, float]:
    """Return the range of all US-bloc chips sold up to the end of a year, H100e."""
    with (FOLDER / "raw" / "chip_supply.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["metric"] == "Cumulative H100-equivalents sold" and row["period_end"] == f"{year}-12-31"
        ]
    assert len(rows) >= 2
    return sum(float(row["low"]) for row in rows), sum(float(row["high"]) for row in rows)


def without_stop(values: np.ndarray, since: int) -> np.ndarray:
    """Return the months from ``since`` on in which history itself kept to its quota."""
    kept = np.arange(values.shape[0]) >= since
    kept[STOP] = False
    return values[kept]


class TestHistory:
    @pytest.mark.parametrize("year", [2023, 2024, 2025])
    def test_chips_made_are_within_the_published_range(self, year: int) -> None:
        low, high = published(year)
        until = month_index(f"{year}-12") + 1
        made = load_chips().nvidia_before + history().us_output[:until].sum()
        assert low <= made <= high

    @pytest.mark.parametrize("year", [2023, 2024, 2025])
    def test_stocks_are_within_it_net_of_a_year_s_wear(self, year: int) -> None:
        """Half of all chips are younger than a year, so the stock lies between the range worn by 14 months and it."""
        low, high = published(year)
        stock = history().stock[month_index(f"{year}-12") + 1].sum()
        assert low * (1 - Chips().depreciation) ** 14 <= stock <= high

    def test_stock_of_2026_is_a_check(self) -> None:
        assert history().stock[LEVELS_MONTH].sum() == pytest.approx(16e6, rel=0.08)
        assert history().learning[LEVELS_MONTH] == pytest.approx(1.0e6, rel=0.01)
        assert history().kappa_sw[LEVELS_MONTH] == pytest.approx(0.6)
        assert history().unit_cost[LEVELS_MONTH] == pytest.approx(30_000)

    def test_start(self) -> None:
        assert history().stock[0] == pytest.approx(0.65e6 * np.array([0.70, 0.14, 0.10, 0.06]))

    def test_the_series_are_given_back(self) -> None:
        series, path = load_chips(), history()
        known = series.us.size
        assert known == LEVELS_MONTH
        assert (path.us_output[:known] == series.us).all()
        assert (path.legal[:known] == series.exports).all()
        assert (path.cn_output[: HANDOVER + 1] == series.chinese[: HANDOVER + 1]).all()

    def test_leakage_of_2024_is_in_the_published_range(self) -> None:
        assert 10_000 < history().smuggled[12:24].sum() < 400_000

    def test_an_earlier_hand_over_knows_no_later_chips(self) -> None:
        path, series = make(status_quo(), handover=23), load_chips()
        assert (path.us_output[:24] == series.us[:24]).all()
        assert (path.legal[:24] == series.exports[:24]).all()
        assert path.us_output[24] == pytest.approx(1.46e6 / 2 * np.exp(0.0), rel=0.01)
        assert path.legal[24] != series.exports[24]
        assert path.cn_output[24] != series.chinese[24]


class TestAccounts:
    @pytest.mark.parametrize("free", [False, True])
    def test_chips_are_conserved(self, free: bool) -> None:
        path = make(no_levers(), history()) if free else history()
        made = path.us_output + path.cn_effective
        assert path.deliveries.sum(axis=1) == pytest.approx(made, rel=1e-12)
        at_home = path.legal + path.smuggled + path.domestic
        assert path.deliveries[:, CN] == pytest.approx(at_home, rel=1e-12)
        assert (path.legal + path.smuggled <= path.us_output).all()

    def test_nothing_is_negative(self) -> None:
        path = history()
        for values in (path.deliveries, path.stock, path.usable, path.legal, path.smuggled, path.domestic):
            assert (values >= 0).all()
        assert ((path.tau >= 0) & (path.tau <= 1)).all()
        assert ((path.self_sufficiency >= 0) & (path.self_sufficiency <= 1)).all()

    def test_stocks_follow_deliveries(self) -> None:
        path = history()
        assert path.stock[1:] == pytest.approx(path.stock[:-1] * (1 - 1 / 48) + path.deliveries[:-1])

    def test_a_path_is_quick(self) -> None:
        make(status_quo())
        begin = time.perf_counter()
        for _ in range(5):
            make(status_quo())
        assert (time.perf_counter() - begin) / 5 < 0.005 * 5  # 5 ms on an idle machine

    def test_a_short_run_learns_like_a_long_one(self) -> None:
        short, long = make(status_quo(), months=20), history()
        assert short.n_months == 20
        assert (short.unit_cost == long.unit_cost[:20]).all()
        assert (short.suppliers.output == long.suppliers.output[:20]).all()

    def test_the_baseline_must_be_long_enough(self) -> None:
        with pytest.raises(ValueError, match="the baseline has 20 months"):
            make(status_quo(), make(status_quo(), months=20))


class TestLevers:
    """Each lever in its own equation, in the past and in the projection."""

    @pytest.mark.parametrize("since", [20, LATER])
    def test_quota(self, since: int) -> None:
        path = make(with_levers(status_quo(), since, quota=5_000.0), history())
        assert (without_stop(path.legal, since) <= 5_000).all()
        assert path.stock[-1, CN] < history().stock[-1, CN]

    @pytest.mark.parametrize("since", [20, LATER])
    def test_a_total_ban(self, since: int) -> None:
        path = make(with_levers(status_quo(), since, quota=0.0, enforcement=1.0), history())
        assert (without_stop(path.legal, since) == 0).all()
        assert (path.smuggled[since:] == 0).all()
        assert (without_stop(path.deliveries[:, CN] - path.domestic, since) == 0).all()
        assert (without_stop(path.self_sufficiency, since) == 1).all()

    def test_performance(self) -> None:
        loose = make(with_levers(status_quo(), 12, performance=0.5), history())
        assert (loose.legal[12:24] > history().legal[12:24]).all()

    def test_a_looser_quota_never_means_fewer_chips(self) -> None:
        path = make(with_levers(status_quo(), 27, quota=24_000.0), history())
        assert (path.legal[STOP] >= history().legal[STOP]).all()

    def test_enforcement(self) -> None:
        path = make(with_levers(status_quo(), 12, enforcement=0.5), history())
        assert path.smuggled[12:20] == pytest.approx(history().smuggled[12:20] / 2, rel=1e-6)

    def test_licence(self) -> None:
        path = make(with_levers(no_levers(), LATER, licence=0.5), history())
        free = make(no_levers(), history())
        assert path.deliveries[LATER:, NAL] == pytest.approx(free.deliveries[LATER:, NAL] / 2)

    @pytest.mark.parametrize("bloc", [CN, AL, NAL])
    def test_import_limit(self, bloc: int) -> None:
        free = make(no_levers(), history())
        path = make(with_levers(no_levers(), LATER, bloc, import_limit=0.3), history())
        assert path.stock[-1, bloc] < free.stock[-1, bloc]
        if bloc == CN:
            assert path.legal[LATER:] == pytest.approx(0.3 * free.legal[LATER:])
            assert (path.self_sufficiency[LATER:] > free.self_sufficiency[LATER:]).all()
            assert path.tau[LATER:] == pytest.approx(np.full(MONTHS - LATER, 0.7))

    def test_cn_refuses_imports_in_the_past(self) -> None:
        path = make(with_levers(status_quo(), 12, CN, import_limit=0.0), history())
        assert (without_stop(path.legal + path.smuggled, 12) == 0).all()

    def test_levy(self) -> None:
        levers = with_levers(status_quo(), LATER, levy=0.4)
        path = make(levers, history(), levy_passed=0.5)
        price = path.suppliers.price[LATER, 0]
        assert path.chip_price_cn[LATER] == pytest.approx(price * 1.2)
        assert path.levy_revenue[LATER] == pytest.approx(0.4 * price * 1.2 * path.legal[LATER] / 1e6)
        assert (path.deliveries == make(status_quo(), history()).deliveries).all()

    @pytest.mark.parametrize("since", [20, LATER])
    def test_tools_and_fabs(self, since: int) -> None:
        slower = with_levers(status_quo(), since, tools=status_quo().tools[since] - 0.01)
        base = make(status_quo(), None, crowding=0.0)
        path = make(slower, base, crowding=0.0)
        assert path.cn_output[since] == base.cn_output[since]
        assert path.cn_output[since + 1] / base.cn_output[since + 1] < 1
        more = make(with_levers(status_quo(), since, CN, fab=0.02), base, crowding=0.0)
        assert more.cn_output[-1] > base.cn_output[-1]

    @pytest.mark.parametrize("since", [20, LATER])
    def test_us_fabs(self, since: int) -> None:
        extra = 0.01 - status_quo().fab[since, US]
        path = make(with_levers(status_quo(), since, US, fab=0.01), history())
        ratio = path.us_output / history().us_output
        assert (ratio[: since + 1] == 1).all()
        assert ratio[since + 2] > ratio[since + 1] > 1
        assert ratio[since + 1] == pytest.approx(np.exp(extra), rel=1e-9)

    def test_offshore_access(self) -> None:
        levers = with_levers(status_quo(), LATER, offshore=True)
        path, closed = make(levers, history()), history()
        assert (closed.offshore[LATER:] == 0).all()
        assert path.offshore[LATER:] == pytest.approx(0.3 * path.stock[LATER:, CN])
        assert (path.usable[LATER:, AL] < closed.usable[LATER:, AL]).all()
        assert path.usable.sum() == pytest.approx(path.stock.sum())

    @pytest.mark.parametrize("bloc", [US, AL, NAL])
    def test_megaprojects(self, bloc: int) -> None:
        path = make(with_levers(no_levers(), LATER, bloc, mega=200_000.0), history())
        free = make(no_levers(), history())
        phi = np.array([0.62, 0.20, 0.11, 0.07])
        got = path.deliveries[LATER] - free.deliveries[LATER]
        assert got[bloc] == pytest.approx(200_000 * (1 - phi[bloc]), rel=1e-6)
        assert got.sum() == pytest.approx(0, abs=1e-3)

    def test_a_chinese_megaproject_buys_what_its_own_suppliers_cannot_make(self) -> None:
        base = make(no_levers(), history())
        small = make(with_levers(no_levers(), LATER, CN, mega=0.5 * base.cn_output[LATER]), history())
        large = make(with_levers(no_levers(), LATER, CN, mega=10 * base.cn_output[LATER]), history())
        assert small.legal[LATER] == base.legal[LATER]
        assert large.legal[LATER] - base.legal[LATER] == pytest.approx(0.8 * 9 * base.cn_output[LATER])
        banned = make(with_levers(no_levers(), LATER, quota=0.0, enforcement=1.0), history())
        both = with_levers(with_levers(no_levers(), LATER, CN, mega=1e6), LATER, quota=0.0, enforcement=1.0)
        assert make(both, history()).legal[LATER] == banned.legal[LATER] == 0

    def test_chinese_partner_chips_leave_cn(self) -> None:
        path = make(with_levers(no_levers(), LATER, NAL, partner=0.25), history())
        free = make(no_levers(), history())
        sent = path.deliveries[LATER] - free.deliveries[LATER]
        assert sent[NAL] == pytest.approx(0.25 * path.cn_effective[LATER])
        assert sent[CN] == pytest.approx(-sent[NAL])

    def test_us_partner_chips_come_from_the_us(self) -> None:
        path = make(with_levers(no_levers(), LATER, AL, partner_us=0.05), history())
        free = make(no_levers(), history())
        sent = path.deliveries[LATER] - free.deliveries[LATER]
        assert sent[AL] == pytest.approx(0.05 * path.us_output[LATER])
        assert sent[US] == pytest.approx(-sent[AL])


class TestOddWorlds:
    def test_without_history_the_equations_run_alone(self) -> None:
        path = make(no_levers(), series=EMPTY)
        assert path.cn_output[0] == 40_000
        assert path.cn_output[1] == pytest.approx(40_000 * np.exp(0.02))
        assert (path.tau == 0).all()

    def test_chinese_output_scales_with_its_level(self) -> None:
        assert make(status_quo(), cn_output=20_000.0).cn_output[0] == pytest.approx(4_000)

    def test_no_performance_and_no_quota_is_no_chip(self) -> None:
        path = make(with_levers(status_quo(), 10, performance=0.0, quota=inf), history())
        assert (without_stop(path.legal, 10) == 0).all()
