"""What must hold in every month of every run (O17); cheap enough to be checked always."""

from __future__ import annotations

import math

import numpy as np

from sim.calendar import month_name
from sim.holdings import Holdings
from sim.ledger import Accounts
from sim.recorder import Records

TOLERANCE = 1e-9


class InvariantError(RuntimeError):
    """A law of the model was broken: a defect of the program, not of the input."""


def check_month(t: int, accounts: Accounts, records: Records, holdings: Holdings) -> None:
    """Check money, stocks and masses of one month.

    Raises:
        InvariantError: names the month and the law.
    """
    receipts = math.fsum(accounts.revenue) + math.fsum(accounts.elsewhere)
    if abs(receipts - accounts.payments) > TOLERANCE * max(abs(accounts.payments), 1.0):
        raise InvariantError(f"{month_name(t)}: buyers paid {accounts.payments!r} but sellers received {receipts!r}")
    for name in ("tokens", "spend", "slots", "chosen"):
        cube = getattr(accounts, name)
        if not np.isfinite(cube).all() or (cube < 0).any():
            raise InvariantError(f"{month_name(t)}: {name} holds a negative or unknown value")
    adopted = holdings.adopted()
    if (adopted < 0).any() or (adopted > 1 + TOLERANCE).any():
        raise InvariantError(f"{month_name(t)}: an adopted mass lies outside 0 to 1")
    if (records.stock[t] < 0).any():
        raise InvariantError(f"{month_name(t)}: an ecosystem stock is negative")
