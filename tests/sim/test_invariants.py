"""What must hold in every month: a broken law stops the run and names the month."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from worlds import history_scenario

from sim.invariants import InvariantError, check_month
from sim.ledger import Accounts, Ledger
from sim.model import MarketModel

T = 17


def accounts_of(market: MarketModel) -> Accounts:
    assert market.menu is not None
    return Ledger(market.world, market.population, market.parameters).close(market.menu, market.holdings)


def test_a_sound_month_passes(market: MarketModel) -> None:
    check_month(T, accounts_of(market), market.recorder.records, market.holdings)


@pytest.mark.parametrize("name", ["tokens", "spend", "slots", "chosen"])
@pytest.mark.parametrize("value", [-1e-9, np.nan, np.inf])
def test_cubes_are_finite_and_not_negative(market: MarketModel, name: str, value: float) -> None:
    accounts = accounts_of(market)
    cube = getattr(accounts, name).copy()
    cube[0, 0, 0, 0, 0] = value
    with pytest.raises(InvariantError, match=f"2024-06: {name}"):
        check_month(T, replace(accounts, **{name: cube}), market.recorder.records, market.holdings)


@pytest.mark.parametrize("factor", [1 + 1e-8, 0.5])
def test_what_buyers_pay_sellers_receive(market: MarketModel, factor: float) -> None:
    accounts = accounts_of(market)
    broken = replace(accounts, payments=accounts.payments * factor)
    with pytest.raises(InvariantError, match="2024-06: buyers paid"):
        check_month(T, broken, market.recorder.records, market.holdings)


class Adopted:
    """Holdings that say no more than who has adopted."""

    def __init__(self, share: float) -> None:
        self.share = share

    def adopted(self) -> np.ndarray:
        return np.array([0.5, self.share])


@pytest.mark.parametrize("share", [-1e-12, 1 + 1e-6])
def test_adopted_masses_are_shares(market: MarketModel, share: float) -> None:
    holdings: Any = Adopted(share)
    with pytest.raises(InvariantError, match="2024-06: an adopted mass"):
        check_month(T, accounts_of(market), market.recorder.records, holdings)


def test_stocks_are_not_negative(market: MarketModel) -> None:
    stock = market.recorder.records.stock.copy()
    stock[T, 0] = -1e-12
    with pytest.raises(InvariantError, match="2024-06: an ecosystem stock"):
        check_month(T, accounts_of(market), replace(market.recorder.records, stock=stock), market.holdings)


def test_a_run_checks_every_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of the third month stops the run there."""
    market = MarketModel(history_scenario("2023-06", enterprises=52))
    close = Ledger.close

    def broken(self: Ledger, menu: Any, holdings: Any) -> Accounts:
        accounts = close(self, menu, holdings)
        return replace(accounts, payments=accounts.payments + 1e6 * (menu.t == 2))

    monkeypatch.setattr(Ledger, "close", broken)
    market.step()
    market.step()
    with pytest.raises(InvariantError, match="2023-03: buyers paid"):
        market.step()
    market.close()
