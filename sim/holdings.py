"""What the two execution modes of the demand side share (docs/model.md, section 5).

`sampled` draws adoption, review, upgrade and choice; `expected` moves mass. Both read the same menu, tastes, bans and
awareness, and hand over what is held as blocks of (slot, model, channel, mass).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.awareness import Awareness
from sim.market.arrays import Bools, Floats, Ints
from sim.menu import Menu
from sim.parameters import Parameters
from sim.population import Population
from sim.world import CLASSES, TASKS


@dataclass(frozen=True)
class Block:
    """Slots that hold models: arrays of one length.

    Attributes:
        slot: slot index.
        model: model index.
        channel: 0 own API, 1 host, 2 self-hosted.
        mass: probability (1 in sampled mode).
    """

    slot: Ints
    model: Ints
    channel: Ints
    mass: Floats


@dataclass(frozen=True)
class Welfare:
    """Count-weighted expected maximum utility over price sensitivity of the slots that chose this month, by region."""

    total: Floats
    weight: Floats


def in_money(surplus: Floats, alpha: Floats) -> Floats:
    """Return surplus over price sensitivity; NaN for those to whom money means nothing."""
    return np.asarray(np.divide(surplus, alpha, out=np.full(surplus.size, np.nan), where=alpha > 0))


@dataclass(frozen=True)
class Variety:
    """How many models and families an enterprise runs at once, each of shape (E,).

    Attributes:
        models, families: (expected) distinct numbers; a family is a lab's, video apart.
        five_models, three_families: probability of at least that many.
    """

    models: Floats
    families: Floats
    five_models: Floats
    three_families: Floats


@dataclass(frozen=True)
class Habits:
    """Class- and task-specific constants of choosing, gathered to slots once per run."""

    review: Floats
    kappa_lab: Floats
    kappa_channel: float
    known: float
    rho: float
    outside: float
    upgrade: float
    video: Bools

    @classmethod
    def of(cls, population: Population, parameters: Parameters) -> Habits:
        """Return the habits of all slots."""
        demand = parameters.demand
        developer = population.kind[population.slot_owner] == CLASSES.index("developer")
        tool = population.slot_tool < demand.agents
        review = np.minimum(demand.review * np.where(developer, demand.review_developer, 1.0), 1.0)
        kappa = demand.switching_cost * np.where(developer, demand.switching_cost_developer, 1.0)
        return cls(
            review=np.where(tool, 1.0, review),
            kappa_lab=np.where(tool, 0.0, kappa),
            kappa_channel=demand.channel_cost,
            known=demand.switching_cost_known,
            rho=demand.dissimilarity,
            outside=demand.outside,
            upgrade=demand.upgrade,
            video=population.slot_task == TASKS.index("video"),
        )


class Holdings(Protocol):
    """The state of the demand side."""

    def start(self, menu: Menu, awareness: Awareness, initial: Floats, shares: Floats | None = None) -> None:
        """Place the adopters of the first month.

        Args:
            menu: options of the month.
            awareness: who knows what.
            initial: adopted share by region, shape (R,).
            shares: share of adopters' slots on each lab, shape (L,); None: all on the best admissible priced line.
        """

    def step(self, menu: Menu, awareness: Awareness, hazard: Floats) -> Welfare:
        """Let enterprises adopt (``hazard`` by enterprise), upgrade, review and choose."""

    def adopted(self) -> Floats:
        """Return the adopted mass of each enterprise, shape (E,)."""

    def held(self) -> Iterator[Block]:
        """Yield what is held."""

    def chosen(self) -> Iterator[Block]:
        """Yield what was chosen anew this month."""

    def lab_slots(self, own_only: bool = False) -> Floats:
        """Return the (expected) number of text and video slots of each enterprise by lab, shape (L, E)."""

    def reach(self, own_only: bool = False) -> Floats:
        """Return the probability that an enterprise has a slot with a lab, shape (L, E)."""

    def variety(self) -> Variety:
        """Return how many models and families enterprises run at once."""
