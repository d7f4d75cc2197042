"""Models of the projection: capability, size, place in the catalogue (E10 to E12)."""

from __future__ import annotations

import numpy as np
import pytest
from projected import T_H, new_models, quiet

from sim.model import MarketModel
from sim.scenario import Scenario
from sim.world import NEVER


def constants() -> object:
    return quiet().supply.desk.constants  # type: ignore[union-attr]


def test_the_leaders_residual_is_nought() -> None:
    market, found = quiet(), constants()
    leader = int(market.supply.past.quiet_compute[T_H].argmax())
    assert found.residual[leader] == pytest.approx(0.0, abs=1e-9)  # type: ignore[attr-defined]
    assert np.isfinite(found.residual).all()  # type: ignore[attr-defined]


def test_rows_are_filled_in_order_and_the_rest_stays_empty() -> None:
    market, offers = quiet(), quiet().offers
    used = len(offers.models)
    assert (offers.month[:used] < market.n_months).all() and (offers.month[used:] == NEVER).all()
    fresh = new_models(market)
    assert fresh == list(range(fresh[0], used))
    assert (np.diff(offers.month[fresh]) >= 0).all()
    assert len({m.name for m in offers.models}) == used


def test_models_of_one_generation_differ_by_size_alone() -> None:
    """q - offset of the line differs inside a generation by b_g log10 of the relative size."""
    market, offers, found = quiet(), quiet().offers, constants()
    scale = market.parameters.research.size_scale
    seen = 0
    for k in new_models(market):
        for j in new_models(market):
            if j < k and offers.lab[j] == offers.lab[k] and offers.month[j] == offers.month[k]:
                if offers.video[j] or offers.video[k]:
                    continue
                q = [offers.q[m, 0] - found.offset[offers.line[m], 0] for m in (j, k)]  # type: ignore[attr-defined]
                gap = scale * np.log10(offers.active[j] / offers.active[k])
                assert q[0] - q[1] == pytest.approx(gap, abs=1e-9)
                seen += 1
    assert seen > 5


def test_the_latest_of_a_line_is_what_it_serves() -> None:
    market, offers = quiet(), quiet().offers
    last = market.n_months - 1
    for z in np.unique(offers.line[new_models(market)]):
        mine = [k for k in new_models(market) if offers.line[k] == z]
        assert offers.own[z, last] == mine[-1] or offers.weights[z, last] == mine[-1]


def test_old_models_may_be_kept_for_the_grace_only() -> None:
    market, offers = quiet(), quiet().offers
    grace = market.parameters.demand.grace
    for k in new_models(market):
        before = offers.own[offers.line[k], offers.month[k] - 1]
        if offers.served[k] and before >= 0 and before != k:
            assert offers.usable_until[before] <= offers.month[k] + grace


def test_an_early_hand_over_is_measured_from_a_lab_that_has_released_something() -> None:
    """In April 2023 the lab with most compute had no model yet: capability must not become unknown for all."""
    market = MarketModel(Scenario.load(history_until="2023-04", horizon="2023-12", enterprises=52), rng=0)
    while market.t < market.n_months:
        market.step()
    market.close()
    made = np.flatnonzero((market.offers.month > 3) & (market.offers.month < market.n_months))
    assert made.size and np.isfinite(market.offers.q[made]).all()
    text = made[~market.offers.video[made]]
    assert (market.offers.q[text, :4] > 80).all() and (market.offers.q[text, :4] < 160).all()
