"""What must hold in every month of every run (O17); cheap enough to be checked always."""

from __future__ import annotations

import math

import numpy as np

from sim.calendar import month_name
from sim.chip_path import ChipPath
from sim.holdings import Holdings
from sim.ledger import Accounts
from sim.market.arrays import Floats
from sim.market.ecosystem import standard_index
from sim.menu import OWN, Menu
from sim.population import Population
from sim.recorder import Records
from sim.supply import SupplySide

TOLERANCE = 1e-9


class InvariantError(RuntimeError):
    """A law of the model was broken: a defect of the program, not of the input."""


def check_month(
    t: int,
    accounts: Accounts,
    records: Records,
    holdings: Holdings,
    menu: Menu,
    population: Population,
    supply: SupplySide,
) -> None:
    """Check money, tokens, masses, choices, chips and stocks of one month.

    Raises:
        InvariantError: names the month and the law.
    """
    check_money(t, accounts)
    check_masses(t, holdings, accounts, population)
    check_choices(menu, holdings, population)
    check_chips(t, supply.chips.path)
    check_stocks(t, records.stock[t], supply)


def check_money(t: int, accounts: Accounts) -> None:
    """Check that buyers' payments are lab, host and self-host receipts, and that no cell is negative or unknown."""
    receipts = math.fsum(accounts.revenue) + math.fsum(accounts.elsewhere)
    if not _equal(receipts, accounts.payments):
        raise InvariantError(f"{month_name(t)}: buyers paid {accounts.payments!r} but sellers received {receipts!r}")
    for name in ("tokens", "spend", "slots", "chosen"):
        cube = getattr(accounts, name)
        if not np.isfinite(cube).all() or (cube < 0).any():
            raise InvariantError(f"{month_name(t)}: {name} holds a negative or unknown value")


def check_masses(t: int, holdings: Holdings, accounts: Accounts, population: Population) -> None:
    """Check that adopted masses lie in 0 to 1, that slots are filled at most once, and tokens served were demanded."""
    adopted = holdings.adopted()
    if (adopted < 0).any() or (adopted > 1 + TOLERANCE).any():
        raise InvariantError(f"{month_name(t)}: an adopted mass lies outside 0 to 1")
    there = float((adopted * population.count * population.slots).sum())
    filled = float(accounts.slots.sum())
    if filled > there * (1 + TOLERANCE):
        raise InvariantError(f"{month_name(t)}: {filled!r} slots are filled, adopters have {there!r}")
    served = float(accounts.tokens.sum())
    if served > accounts.demanded * (1 + TOLERANCE):
        raise InvariantError(f"{month_name(t)}: {served!r} Mtok are served, {accounts.demanded!r} are demanded")


def check_choices(menu: Menu, holdings: Holdings, population: Population) -> None:
    """Check that nobody chose what is banned, not released, not public or withdrawn."""
    offers, t = menu.offers, menu.t
    for block in holdings.chosen():
        model, own = block.model, block.channel == OWN
        ready = np.where(own, t <= offers.usable_until[model], offers.opened[model] <= t) & (offers.month[model] <= t)
        if not ready.all():
            name = offers.models[int(model[~ready][0])].name
            raise InvariantError(f"{month_name(t)}: {name} was chosen, but it is not on offer")
        groups = (offers.lab[model] * 3 + block.channel)[None, :]
        if np.isneginf(menu.common(population, block.slot, groups)).any():
            raise InvariantError(f"{month_name(t)}: an option was chosen that is banned or out of reach")


def check_chips(t: int, path: ChipPath) -> None:
    """Check that chips shipped are chips made, and that no stock is negative."""
    made = float(path.us_output[t] + path.cn_effective[t])
    shipped = math.fsum(path.deliveries[t])
    if not _equal(shipped, made):
        raise InvariantError(f"{month_name(t)}: {shipped!r} H100e were delivered, {made!r} were made")
    if not _equal(float(path.legal[t] + path.smuggled[t] + path.domestic[t]), float(path.deliveries[t, 1])):
        raise InvariantError(f"{month_name(t)}: chips that reached China do not add up over the pathways")
    for name in ("deliveries", "stock", "usable"):
        if (getattr(path, name)[t] < 0).any():
            raise InvariantError(f"{month_name(t)}: {name} of chips is negative")


def check_stocks(t: int, stock: Floats, supply: SupplySide) -> None:
    """Check that ecosystem stocks and R&D budgets are not negative, and that the standard index sums to 1 or is 0."""
    if (stock < 0).any():
        raise InvariantError(f"{month_name(t)}: an ecosystem stock is negative")
    if (supply.budget[t] < 0).any():
        raise InvariantError(f"{month_name(t)}: an R&D budget is negative")
    total = math.fsum(standard_index(stock))
    if total != 0.0 and not _equal(total, 1.0):
        raise InvariantError(f"{month_name(t)}: the standard index adds up to {total!r}")


def _equal(one: float, two: float) -> bool:
    return abs(one - two) <= TOLERANCE * max(abs(one), abs(two), 1.0)
