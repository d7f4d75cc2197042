"""Rent, rationing and suppliers as the month loop sees them."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from chips_world import HANDOVER, MONTHS, Settings, history, status_quo, with_levers

from sim.agents.supplier import create_suppliers
from sim.chips import SUPPLIERS, ChipMarket
from sim.market.compute import CN, US
from sim.tables import load_world

AFTER = HANDOVER + 1
LATER = 60


class TestMarket:
    world = load_world()

    def market(self, levers: object = None, baseline: object = None) -> ChipMarket:
        chosen = levers or status_quo()
        return ChipMarket(self.world, Settings(), chosen, MONTHS, HANDOVER, baseline)  # type: ignore[arg-type]

    def test_rent_of_the_past_is_history_s(self) -> None:
        market = self.market()
        for t in range(HANDOVER + 1):
            assert (market.replay_rent(t) == self.world.rent[t]).all()

    def test_scarcer_compute_is_dearer(self) -> None:
        baseline = self.market().path
        banned = self.market(with_levers(status_quo(), 3, quota=0.0, enforcement=1.0), baseline)
        t = HANDOVER - 20
        rent = banned.replay_rent(t)
        assert rent[CN] > self.world.rent[t] > rent[US]
        ratio = baseline.usable[t, CN] / banned.path.usable[t, CN]
        assert rent[CN] == pytest.approx(self.world.rent[t] * ratio)

    def test_rent_goes_on_from_the_hand_over(self) -> None:
        market = self.market()
        stock = market.path.usable[HANDOVER]
        demand = 0.3 * stock
        outside = market.other_use(HANDOVER, demand)
        assert outside == pytest.approx(np.full(4, 0.4))
        grown = demand * market.path.usable[AFTER] / stock
        fall = 1.15 ** (-1 / 12)
        assert market.rent(AFTER, grown, outside) == pytest.approx(np.full(4, self.world.rent[HANDOVER] * fall))
        assert (market.ration(AFTER, grown, outside) == 1).all()
        assert (market.rent(AFTER, 2 * grown, outside) > market.rent(AFTER, grown, outside)).all()

    def test_others_keep_what_they_use_under_status_quo(self) -> None:
        baseline = self.market().path
        market = self.market(with_levers(status_quo(), AFTER, quota=0.0, enforcement=1.0), baseline)
        demand = 0.3 * baseline.usable[HANDOVER]
        outside = market.other_use(HANDOVER, demand)
        late = MONTHS - 1
        busy = 0.45 * baseline.usable[late]
        served = market.ration(late, busy, outside)
        room = 0.9 * market.path.usable[late] - outside * baseline.usable[late]
        assert served[CN] == pytest.approx(max(room[CN], 0.05 * market.path.usable[late, CN]) / busy[CN])
        assert served[CN] < served[US] <= 1
        assert (market.ration(HANDOVER, 10 * busy, outside) == 1).all()

    def test_levers_that_change_on_the_way_leave_what_was(self) -> None:
        market = self.market()
        other = market.again(with_levers(status_quo(), LATER, CN, fab=0.02))
        assert other.baseline is market.path
        assert (other.path.cn_output[: LATER + 1] == market.path.cn_output[: LATER + 1]).all()
        assert (other.path.cn_output[LATER + 1 :] > market.path.cn_output[LATER + 1 :]).all()


class TestSuppliers:
    def test_agents_show_the_path(self) -> None:
        model, path = mesa.Model(), history()
        suppliers = create_suppliers(model, path)
        assert tuple(supplier.name for supplier in suppliers) == SUPPLIERS
        assert [supplier.bloc for supplier in suppliers] == ["US", "US", "CN", "CN"]
        for t in (0, 30, 80):
            for supplier in suppliers:
                supplier.advance(t, path)
            made = [supplier.output for supplier in suppliers]
            assert made[0] + made[1] == pytest.approx(path.us_output[t])
            assert made[2] == pytest.approx(0.7 * path.cn_output[t])
            assert suppliers[2].cumulative + suppliers[3].cumulative == pytest.approx(path.learning[t])
            assert suppliers[3].price == pytest.approx(1.3 * path.unit_cost[t])
        assert len(model.agents) == 4

    def test_order_does_not_matter(self) -> None:
        names = [supplier.name for supplier in create_suppliers(mesa.Model(), history(), reverse=True)]
        assert names == list(SUPPLIERS)[::-1]

    def test_cumulative_output_grows_by_output(self) -> None:
        paths = history().suppliers
        assert np.diff(paths.cumulative, axis=0) == pytest.approx(paths.output[:-1], rel=1e-6)
        assert paths.cumulative[0, 0] == pytest.approx(289_698, rel=1e-4)
