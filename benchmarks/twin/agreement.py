"""Both implementations side by side, month by month: what each slot holds, who has adopted, what was used and paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.twin.market import PlainMarket
from sim.calendar import month_name
from sim.history import NONE
from sim.market.arrays import Floats
from sim.model import MarketModel
from sim.scenario import Scenario
from sim.world import World

HELD = ("model", "channel", "lab")


@dataclass
class Agreement:
    """What the comparison of a run found.

    Attributes:
        months, slots, enterprises: months compared; slot-months and enterprise-months compared.
        filled: slot-months that held a model.
        differences: slot-months in which model, channel or lab differ, plus enterprise-months in which adoption does.
        near_ties: decisions of the twin whose two best scores lay closer than 1e-9.
        largest: largest relative difference of tokens, paid prices, stocks and incidents.
        first: the first difference, in words.
    """

    months: int = 0
    slots: int = 0
    enterprises: int = 0
    filled: int = 0
    differences: int = 0
    near_ties: int = 0
    largest: float = 0.0
    first: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return self.differences == 0

    def __str__(self) -> str:
        text = (
            f"{self.slots:,} slot-months ({self.filled:,} filled) and {self.enterprises:,} enterprise-months compared: "
            f"{self.differences:,} differences, {self.near_ties:,} near ties; largest relative difference of tokens, "
            f"prices, stocks and incidents {self.largest:.1e}"
        )
        return f"{text}; first: {self.first}" if self.first else text


def compare(scenario: Scenario, seed: int = 1, world: World | None = None) -> Agreement:
    """Run both implementations of a scenario with the same keyed luck and compare every month."""
    fast, plain = MarketModel(scenario, rng=seed, world=world), PlainMarket(scenario, seed, world=world)
    found = Agreement()
    for _ in range(plain.n_months):
        fast.step()
        plain.step()
        _compare_month(fast, plain, found)
    found.near_ties = plain.near_ties
    fast.close()
    plain.close()
    return found


def holdings(plain: PlainMarket) -> dict[str, Any]:
    """Return model (NONE outside), channel and lab of every slot, and adoption by enterprise, as arrays."""
    slots = [slot for enterprise in plain.enterprises for slot in enterprise.slots]
    return {
        "model": np.array([NONE if slot.release is None else slot.release.index for slot in slots]),
        "channel": np.array([slot.channel for slot in slots]),
        "lab": np.array([slot.lab for slot in slots]),
        "joined": np.array([enterprise.adopted for enterprise in plain.enterprises]),
    }


def _compare_month(fast: Any, plain: PlainMarket, found: Agreement) -> None:
    held = holdings(plain)
    wrong = np.any([held[name] != getattr(fast.holdings, name) for name in HELD], axis=0)
    joined = held["joined"] != fast.holdings.joined
    found.months += 1
    found.slots += wrong.size
    found.enterprises += joined.size
    found.filled += int((held["model"] != NONE).sum())
    found.differences += int(wrong.sum() + joined.sum())
    if not found.first and (wrong.any() or joined.any()):
        what = f"slot {wrong.argmax()}" if wrong.any() else f"enterprise {joined.argmax()}"
        found.first = f"{what} in {month_name(fast.t - 1)}"
    for one, two in _sizes(fast, plain):
        found.largest = max(found.largest, _distance(one, two))


def _sizes(fast: Any, plain: PlainMarket) -> list[tuple[Floats, Floats]]:
    """Return pairs of what is measured rather than chosen, fast and plain."""
    records, t = fast.recorder.records, fast.t - 1
    by_licence = records.tokens[t].sum(axis=(1, 3))
    tokens = np.stack([by_licence[..., 0], by_licence[..., 1:].sum(axis=-1)], axis=-1)
    paid = [np.nan if enterprise.paid is None else enterprise.paid for enterprise in plain.enterprises]
    return [
        (tokens, np.array(plain.tokens[t])),
        (fast.ledger.paid, np.array(paid)),
        (records.stock[t], np.array([lab.stock for lab in plain.labs])),
        (records.incident[t], np.array([region.incident for region in plain.regions])),
    ]


def _distance(one: Floats, two: Floats) -> float:
    """Return the largest relative difference, infinite where one is null and the other is not."""
    if not np.array_equal(np.isnan(one), np.isnan(two)):
        return float("inf")
    scale = np.maximum(np.maximum(np.abs(one), np.abs(two)), 1e-300)
    return float(np.nanmax(np.abs(one - two) / scale, initial=0.0))
