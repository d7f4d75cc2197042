"""Prices after the hand-over: what a new model inherits, partial adjustment, price wars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from projected import AFTER, T_H, new_models, projection, quiet, ran

from sim.futures import Future, Shock
from sim.market.markup import LIMIT
from sim.price_book import FLAT, lab_markups


def test_closed_prices_stay_between_cost_and_the_limit() -> None:
    offers = quiet().offers
    for k in new_models(quiet()):
        months = slice(int(offers.month[k]), quiet().n_months)
        if offers.closed[k] and offers.served[k]:
            ratio = offers.own_price[k, months] / offers.cost[k, months]
            assert (ratio >= 1 - 1e-12).all() and (ratio <= LIMIT + 1e-9).all()


def test_hosts_charge_cost_and_mark_up_up_to_a_fading_constant() -> None:
    market = quiet()
    book, offers = market.supply.book, market.offers
    assert book is not None
    t = market.n_months - 1
    fade = 0.5 ** ((t - T_H) / 36)
    live = np.flatnonzero(offers.month <= t)
    rent, home = market.supply.rent[t], market.world.lab_bloc_index[offers.lab[live]]
    place = min(rent[0], rent[2], rent[3]) / rent[home]
    expected = offers.cost[live, t] * place * 1.25 * np.exp(fade * book.host[live])
    good = np.isfinite(expected)
    np.testing.assert_allclose(offers.host_price[live, t][good], expected[good], rtol=1e-12)


def test_a_new_model_inherits_the_constants_of_its_line() -> None:
    market = quiet()
    book, offers = market.supply.book, market.offers
    assert book is not None
    for k in new_models(market):
        mine = np.flatnonzero((offers.line == offers.line[k]) & (offers.month <= T_H))
        if mine.size:
            assert book.cost[k] in book.cost[mine]


def test_a_lab_at_war_sells_at_cost() -> None:
    future = Future("war", shocks=(Shock("price_war", ("OpenAI",), 0.0, AFTER + 2, AFTER + 3),))
    market = ran(replace(projection(), future=future))
    offers, lab = market.offers, market.world.lab_names.index("OpenAI")
    mine = np.flatnonzero((offers.lab == lab) & offers.served & offers.closed & (offers.month <= T_H) & ~offers.video)
    assert mine.size
    cost, price = offers.cost[mine], offers.own_price[mine]
    np.testing.assert_allclose(price[:, AFTER + 2 : AFTER + 4], cost[:, AFTER + 2 : AFTER + 4])
    assert (price[:, AFTER + 1] > cost[:, AFTER + 1]).all() and (price[:, AFTER + 4] > cost[:, AFTER + 4]).all()


def test_mark_ups_of_all_labs_are_positive() -> None:
    market = quiet()
    reading = market.supply.reading
    assert reading is not None
    markups = lab_markups(reading, market.supply.panel, market.population, market.parameters.demand.dissimilarity)
    assert (markups > 0).all() and np.isfinite(markups).all()
    assert (markups == FLAT).any()
    assert markups == pytest.approx(market.supply.markups)


def test_hosts_can_be_priced_by_the_logit_form() -> None:
    """The other form of E14 moves the prices of new releases; what hosts charged in the replay stays what it was."""
    market = ran(projection(params={"prices.host_pricing": "logit"}))
    offers, other = market.offers, quiet().offers
    seen = [price.model for price in market.world.host_prices if price.start <= T_H]
    names = [model.name for model in offers.models]
    old = [names.index(name) for name in seen if name in names]
    assert offers.host_price[old, T_H].tobytes() == other.host_price[old, T_H].tobytes()
    new = [k for k in new_models(market) if not offers.closed[k] and not offers.video[k]]
    assert new and not np.array_equal(offers.host_price[new, -1], other.host_price[new, -1])
