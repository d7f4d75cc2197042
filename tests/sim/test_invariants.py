"""What must hold in every month: a broken law stops the run and names the month."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from projected import arm
from worlds import history_scenario

from sim.holdings import Block
from sim.invariants import InvariantError, check_chips, check_choices, check_masses, check_money, check_stocks
from sim.ledger import Accounts, Ledger
from sim.model import MarketModel

T = 17


def accounts_of(market: MarketModel) -> Accounts:
    assert market.menu is not None
    return Ledger(market.world, market.population, market.parameters).close(market.menu, market.holdings)


def test_a_sound_month_passes(market: MarketModel) -> None:
    accounts = accounts_of(market)
    check_money(T, accounts)
    check_masses(T, market.holdings, accounts, market.population)
    assert market.menu is not None
    check_choices(market.menu, market.holdings, market.population)
    check_chips(T, market.supply.chips.path)
    check_stocks(T, market.recorder.records.stock[T], market.supply)


@pytest.mark.parametrize("name", ["tokens", "spend", "slots", "chosen"])
@pytest.mark.parametrize("value", [-1e-9, np.nan, np.inf])
def test_cubes_are_finite_and_not_negative(market: MarketModel, name: str, value: float) -> None:
    accounts = accounts_of(market)
    cube = getattr(accounts, name).copy()
    cube[0, 0, 0, 0, 0] = value
    with pytest.raises(InvariantError, match=f"2024-06: {name}"):
        check_money(T, replace(accounts, **{name: cube}))


@pytest.mark.parametrize("factor", [1 + 1e-8, 0.5])
def test_what_buyers_pay_sellers_receive(market: MarketModel, factor: float) -> None:
    accounts = accounts_of(market)
    with pytest.raises(InvariantError, match="2024-06: buyers paid"):
        check_money(T, replace(accounts, payments=accounts.payments * factor))


class Adopted:
    """Holdings that say no more than who has adopted."""

    def __init__(self, adopted: np.ndarray) -> None:
        self._adopted = adopted

    def adopted(self) -> np.ndarray:
        return self._adopted


@pytest.mark.parametrize("share", [-1e-12, 1 + 1e-6])
def test_adopted_masses_are_shares(market: MarketModel, share: float) -> None:
    adopted = market.holdings.adopted().copy()
    adopted[0] = share
    holdings: Any = Adopted(adopted)
    with pytest.raises(InvariantError, match="2024-06: an adopted mass"):
        check_masses(T, holdings, accounts_of(market), market.population)


def test_slots_are_filled_once_and_tokens_served_were_demanded(market: MarketModel) -> None:
    accounts, population = accounts_of(market), market.population
    there = float((market.holdings.adopted() * population.count * population.slots).sum())
    full = accounts.slots * (1.001 * there / accounts.slots.sum())
    with pytest.raises(InvariantError, match=r"2024-06: .* slots are filled"):
        check_masses(T, market.holdings, replace(accounts, slots=full), population)
    short = replace(accounts, demanded=0.999 * float(accounts.tokens.sum()))
    with pytest.raises(InvariantError, match=r"2024-06: .* Mtok are served"):
        check_masses(T, market.holdings, short, population)


class Chosen:
    """Holdings in which one slot has just chosen an option."""

    def __init__(self, slot: int, model: int, channel: int) -> None:
        self._block = Block(np.array([slot]), np.array([model]), np.array([channel]), np.ones(1))

    def chosen(self) -> list[Block]:
        return [self._block]


def test_nobody_chooses_what_is_not_on_offer(market: MarketModel) -> None:
    menu, offers = market.menu, market.offers
    assert menu is not None
    later = int(np.flatnonzero(offers.month > menu.t)[0])
    withdrawn = int(np.flatnonzero(offers.usable_until[:-1] < menu.t)[0])
    closed = int(np.flatnonzero(offers.closed & (offers.month <= menu.t) & (offers.usable_until[:-1] >= menu.t))[0])
    for model, channel in ((later, 0), (withdrawn, 0), (closed, 1)):
        holdings: Any = Chosen(0, model, channel)
        with pytest.raises(InvariantError, match="is not on offer"):
            check_choices(menu, holdings, market.population)


def test_nobody_chooses_what_is_banned(market: MarketModel) -> None:
    """US labs' own APIs are not available in China."""
    menu, offers, population = market.menu, market.offers, market.population
    assert menu is not None
    lab = market.world.lab_names.index("OpenAI")
    model = int(np.flatnonzero((offers.lab == lab) & offers.closed & (offers.month <= T) & ~offers.video)[-1])
    region = market.world.region_codes.index("CN")
    slot = int(np.flatnonzero(population.region[population.slot_owner] == region)[0])
    holdings: Any = Chosen(slot, model, 0)
    with pytest.raises(InvariantError, match="banned or out of reach"):
        check_choices(menu, holdings, population)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("us_output", "H100e were delivered"),
        ("cn_effective", "H100e were delivered"),
        ("smuggled", "over the pathways"),
    ],
)
def test_chips_shipped_are_chips_made(market: MarketModel, name: str, words: str) -> None:
    path = market.supply.chips.path
    table = getattr(path, name).copy()
    table[T] += 1e-3 * path.us_output[T]
    with pytest.raises(InvariantError, match=rf"2024-06: .*{words}"):
        check_chips(T, replace(path, **{name: table}))


def test_stocks_and_budgets_are_not_negative(market: MarketModel) -> None:
    stock = market.recorder.records.stock[T].copy()
    stock[0] = -1e-12
    with pytest.raises(InvariantError, match="2024-06: an ecosystem stock"):
        check_stocks(T, stock, market.supply)
    supply: Any = type("Supply", (), {"budget": np.full((T + 1, 2), -1e-9)})()
    with pytest.raises(InvariantError, match="2024-06: an R&D budget"):
        check_stocks(T, np.ones(3), supply)


def test_chips_are_conserved_under_policies() -> None:
    """Partner programmes, megaprojects, leaks and licences move chips; none is made or lost."""
    levers = {
        "partner_programme.CN.NAL": "{chips: 0.2, trust: 0}",
        "compute_megaproject.EU": "60000",
        "chip_export_to_third_countries.US.NAL": "0.3",
        "chip_export_quota.US.CN": "24000",
        "chip_import_limit.CN": "1",
    }
    path = arm(tuple(sorted(levers.items()))).supply.chips.path
    for t in range(path.n_months):
        check_chips(t, path)
    assert float(path.partner.sum()) > 0 and float(path.smuggled.sum()) > 0


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
