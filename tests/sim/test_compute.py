"""The equations of chips and compute, one by one."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from sim.market import compute as eq

PHI = eq.market_split(0.62, 0.20, 0.11, 0.07)


class TestOutputAndPurchases:
    def test_trend_runs_both_ways_and_slows_in_2029(self) -> None:
        trend = eq.us_trend(np.array([24.0, 36.0, 48.0, 71.0, 83.0]), 100.0, 2.0, 1.3)
        assert trend[:3] == pytest.approx([50, 100, 200])
        assert trend[4] / trend[3] == pytest.approx(1.3)

    def test_split_keeps_the_share_of_cn(self) -> None:
        assert pytest.approx([0.62, 0.20, 0.11, 0.07]) == PHI
        other = eq.market_split(0.62, 0.30, 0.11, 0.07)
        assert other[eq.CN] == 0.30
        assert other.sum() == pytest.approx(1.0, abs=1e-15)
        assert other[eq.US] / other[eq.AL] == pytest.approx(0.62 / 0.11)

    def test_partners_get_their_share_from_the_us(self) -> None:
        extra = np.array([[0.0, 0.0, 0.1, 0.02], [0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.9, 0.3]])
        split = eq.shared_split(PHI, extra)
        assert split[0] == pytest.approx([0.50, 0.20, 0.21, 0.09])
        assert split[1] == pytest.approx(PHI)
        assert split.min() >= 0
        assert split.sum(axis=1) == pytest.approx(np.ones(3))

    def test_orders_come_before_the_split(self) -> None:
        bought = eq.purchases(1000.0, eq.served_orders(1000.0, np.array([200.0, 0.0, 0.0, 0.0])), PHI)
        assert bought == pytest.approx([200 + 0.62 * 800, 160, 88, 56])

    def test_orders_beyond_the_output_are_cut_in_proportion(self) -> None:
        orders = eq.served_orders(100.0, np.array([300.0, 0.0, 100.0, 0.0]))
        assert eq.purchases(100.0, orders, PHI) == pytest.approx([75, 0, 25, 0])


class TestExports:
    @pytest.mark.parametrize(
        ("quota", "performance", "delivered"), [(inf, 1, 200), (50, 1, 50), (inf, 0.15, 30), (50, 0.5, 25), (0, 1, 0)]
    )
    def test_legal_exports(self, quota: float, performance: float, delivered: float) -> None:
        assert eq.legal_exports(200.0, quota, performance) == pytest.approx(delivered)

    def test_the_past_moves_by_the_difference_and_no_difference_gives_it_back(self) -> None:
        assert eq.replayed_exports(7613.1, 8000.3, 8000.3, inf) == 7613.1
        assert eq.replayed_exports(7613.1, 0.0, 0.0, 7613.1) == 7613.1
        assert eq.replayed_exports(100.0, 250.0, 80.0, inf) == pytest.approx(270)
        assert eq.replayed_exports(100.0, 250.0, 80.0, 120.0) == 120.0

    def test_a_ban_in_the_past_leaves_nothing(self) -> None:
        assert eq.replayed_exports(100.0, 0.0, 80.0, inf) == 0.0
        assert eq.replayed_exports(100.0, 40.0, 80.0, inf) == pytest.approx(50)

    def test_leakage(self) -> None:
        assert eq.smuggled_exports(200.0, 30.0, 1000.0, 0.1, 0.05) == pytest.approx(17)
        assert eq.smuggled_exports(200.0, 30.0, 1000.0, 0.9, 0.05) == pytest.approx(50)
        assert eq.smuggled_exports(20.0, 30.0, 1000.0, 0.9, 0.05) == 0.0

    def test_tightness(self) -> None:
        assert eq.tightness(50.0, 200.0) == pytest.approx(0.75)
        assert eq.tightness(300.0, 200.0) == 0.0
        assert eq.tightness(0.0, 0.0) == 0.0


class TestAllocation:
    def shipments(self, to_cn: float, allowed: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
        output, desired = np.array([1000.0]), eq.purchases(1000.0, np.zeros(4), PHI)[None]
        limits = np.array([[1.0, 1.0, *allowed]])
        return eq.allocate(output, desired, np.array([to_cn]), PHI[None], limits)[0]

    def test_without_controls_everybody_gets_their_wish(self) -> None:
        assert self.shipments(200.0) == pytest.approx(1000 * PHI)

    def test_what_cn_does_not_get_goes_to_the_others_by_phi(self) -> None:
        shipped = self.shipments(40.0)
        assert shipped == pytest.approx([620 + 160 * 0.775, 40, 110 + 160 * 0.1375, 70 + 160 * 0.0875])

    @pytest.mark.parametrize("allowed", [(1.0, 0.5), (0.5, 1.0), (0.3, 0.0), (0.0, 0.0), (1.0, 0.999)])
    def test_everything_made_is_shipped(self, allowed: tuple[float, float]) -> None:
        shipped = self.shipments(40.0, allowed)
        assert shipped.sum() == pytest.approx(1000, rel=1e-12)
        assert shipped.min() >= 0

    def test_half_a_licence_is_half_the_chips(self) -> None:
        assert self.shipments(40.0, (1.0, 0.5))[eq.NAL] == pytest.approx(self.shipments(40.0)[eq.NAL] / 2)

    def test_own_limit(self) -> None:
        free, limited = self.shipments(40.0), self.shipments(40.0, (0.25, 1.0))
        assert limited[eq.AL] == pytest.approx(free[eq.AL] / 4)
        assert limited[eq.US] > free[eq.US]
        assert limited[eq.CN] == free[eq.CN]


class TestLearningAndStocks:
    def test_growth_of_chinese_output(self) -> None:
        assert eq.domestic_growth(0.02, 0.02, 0.5, 0.004, -0.012) == pytest.approx(0.022)

    def test_experience_is_what_was_made_before(self) -> None:
        assert eq.experience(10.0, np.array([1.0, 2.0, 3.0])) == pytest.approx([10, 11, 13])

    def test_software_share_has_a_floor(self) -> None:
        factor = eq.wright(np.array([0.01, 0.5, 1.0, 8.0]), 1.0, 0.321928)
        share = eq.software_share(0.6, factor)
        assert share[0] == eq.LEAST_SOFTWARE
        assert share[2] == pytest.approx(0.6)
        assert share[3] == pytest.approx(1 - 0.4 * 0.512, abs=1e-6)

    def test_stocks_stand_at_the_start_of_the_month(self) -> None:
        table = eq.stocks(np.full(4, 100.0), np.array([[10.0] * 4, [20.0] * 4, [0.0] * 4]), 0.1)
        assert table[:, 0] == pytest.approx([100, 100, 110])

    def test_offshore_rental_takes_from_hosts_two_to_one(self) -> None:
        stock = np.array([[1000.0, 100.0, 90.0, 50.0], [1000.0, 100.0, 90.0, 50.0], [1000.0, 100.0, 90.0, 50.0]])
        rented = eq.offshore_rental(stock, 0.3, np.array([True, False, True]))
        assert rented == pytest.approx([25, 0, 25])  # half of the non-aligned stock binds
        usable = eq.usable_stock(stock, rented)
        assert usable[0] == pytest.approx([1000, 125, 90 - 50 / 3, 50 - 25 / 3])
        assert usable.sum(axis=1) == pytest.approx(stock.sum(axis=1))
        assert (eq.usable_stock(stock, eq.offshore_rental(stock, 5.0, np.ones(3, bool))) > 0).all()


class TestRent:
    stock = np.array([100.0, 50.0, 20.0, 10.0])

    def test_the_past_keeps_its_rent_where_stocks_are_as_they_were(self) -> None:
        assert (eq.past_rent(2.6, self.stock, self.stock, 0.7) == 2.6).all()

    def test_scarcity_in_the_past_is_clipped(self) -> None:
        rent = eq.past_rent(2.0, self.stock, self.stock / np.array([1.0, 2.0, 100.0, 0.01]), 1.0)
        assert rent == pytest.approx([2, 4, 8, 1])

    def test_use_is_one_at_the_hand_over(self) -> None:
        demand = np.array([30.0, 30.0, 0.0, 0.0])
        outside = eq.outside_share(demand, self.stock, 0.7)
        assert outside == pytest.approx([0.4, 0.1, 0.7, 0.7])
        assert eq.relative_use(demand, outside, self.stock, self.stock, 0.7) == pytest.approx(np.ones(4))

    def test_labs_that_use_more_than_there_is_leave_no_share_to_others(self) -> None:
        assert eq.outside_share(np.array([90.0, 0, 0, 0]), self.stock, 0.7)[0] == 0.0

    def test_rent_falls_with_hardware_and_rises_with_use(self) -> None:
        rent = eq.future_rent(2.6, 1.0, 1.15, np.array([1.0, 4.0, 100.0, 0.01]), 2.0)
        assert rent == pytest.approx(2.6 / 1.15 * np.array([1, 2, 4, 0.5]))

    def test_ration(self) -> None:
        outside = np.array([0.4, 0.4, 0.4, 0.9])
        served = eq.compute_ration(np.array([50.0, 50.0, 0.0, 2.0]), outside, self.stock, self.stock, 0.9)
        assert served == pytest.approx([1, 0.5, 1, 0.05 * 10 / 2])

    def test_chip_prices_fall_by_a_year_s_progress(self) -> None:
        assert eq.falling_price(23000.0, 1.15, np.array([36.0, 48.0])) == pytest.approx([23000, 20000])
