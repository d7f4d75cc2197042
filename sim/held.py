"""Mechanisms that a run holds at the path that they have under the status quo of the same draw and seed (section 6).

``Held`` holds nothing and hands back what it is given; ``HeldPaths`` puts the status quo's in the place of it. What is
held under the status quo is what it is, so that such a run is the status quo to the bit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from sim.compile import LeverArrays
from sim.hosting import Places
from sim.market.arrays import Bools, Floats
from sim.offers import NONE, Offers
from sim.paths import Paths, Twins
from sim.research import Past
from sim.supply_levers import SupplyLevers
from sim.world import World

LAW = {
    "bans": ("block", "ban", "trust", "align", "review"),
    "hosting": ("local",),
    "modes": ("release_modes",),
}
"""Demand-side levers (fields of ``LeverArrays``) that belong to a mechanism."""


@dataclass(frozen=True)
class Faced:
    """What users pay beside list prices.

    Attributes:
        own_free, host_free: share of developers who get a model for free on that channel, shape (M + 1,).
        alone: serving cost of who hosts for himself, in the lab's bloc, $/Mtok, shape (M + 1,).
        places: what hosting costs where.
    """

    own_free: Floats
    host_free: Floats
    alone: Floats
    places: Places


class Held:
    """Nothing is held."""

    def law(self, levers: LeverArrays) -> LeverArrays:
        """Return the demand-side levers that hold."""
        return levers

    def rules(self, levers: SupplyLevers, quiet: SupplyLevers) -> SupplyLevers:
        """Return the supply-side levers that hold, given those of the arm and of the status quo."""
        return levers

    def past(self, past: Past) -> Past:
        """Return knowledge up to the hand-over."""
        return past

    def begin(self, offers: Offers, months: int) -> None:
        """Take the catalogue over at the start of a run, with list prices of so many replayed months."""

    def catalogue(self, offers: Offers) -> Offers:
        """Return the catalogue as users see it; ``refresh`` keeps it up to date."""
        return offers

    def refresh(self, t: int) -> None:
        """Bring the catalogue that users see up to month t."""

    def list_prices(self, t: int, offers: Offers) -> None:
        """Write the list prices of month t that hold into the catalogue."""

    def faced(self, t: int, faced: Faced) -> Faced:
        """Return what users pay beside list prices in month t."""
        return faced

    def stock(self, t: int, stock: Floats) -> Floats:
        """Return the ecosystem stock that users look at in month t, shape (L,)."""
        return stock

    def budget(self, t: int, budget: Floats) -> Floats:
        """Return RD of month t, M$/mo, shape (L,)."""
        return budget

    def knowledge(self, t: int, knowledge: Floats) -> Floats:
        """Return a_l of month t, nat, shape (L,)."""
        return knowledge

    def embodied(self, months: slice, compute: Floats) -> Floats:
        """Return the compute of some months that models embody, H100e, shape (T, L)."""
        return compute

    def quality(self, name: str, q: Floats) -> Floats:
        """Return q by task of a release, ECI, shape (N,)."""
        return q

    def mode(self, t: int, lab: int, mode: int) -> int:
        """Return the mode of a lab's generation of month t, an index into ``MODES``."""
        return mode

    def opened(self, names: Iterable[str], opened: Bools) -> Bools:
        """Return which releases of a generation are open from their release on."""
        return opened


NOTHING = Held()


class HeldPaths(Held):
    """Some mechanisms are held at the status quo's paths.

    Args:
        names: of the mechanisms, from ``sim.mechanisms``.
        paths: what the status quo of the same draw and seed left.
        world: labs and regions.
        handover: t_h; from then on prices differ by place.
    """

    def __init__(self, names: Iterable[str], paths: Paths, world: World, handover: int) -> None:
        self.names = frozenset(names)
        self.paths = paths
        self._world, self._handover = world, handover
        self._twins: Twins
        self._offers: Offers
        self._seen: Offers

    def law(self, levers: LeverArrays) -> LeverArrays:
        """Return the levers with those of the held mechanisms as the status quo has them."""
        held = [name for mechanism, fields in LAW.items() if mechanism in self.names for name in fields]
        return replace(levers, **{name: getattr(self.paths.levers, name) for name in held})

    def rules(self, levers: SupplyLevers, quiet: SupplyLevers) -> SupplyLevers:
        """Return the levers with the content review of the status quo, if bans are held."""
        if "bans" not in self.names:
            return levers
        return replace(levers, review=quiet.review, refile=quiet.refile, review_all=quiet.review_all)

    def past(self, past: Past) -> Past:
        """Return the knowledge of the status quo, which shifts no capability, if quality is held."""
        if "quality" not in self.names:
            return past
        knowledge, last = past.knowledge.copy(), min(len(past.knowledge), len(self.paths.knowledge))
        knowledge[:last] = self.paths.knowledge[:last]
        return replace(past, knowledge=knowledge, shift=np.zeros_like(past.shift))

    def begin(self, offers: Offers, months: int) -> None:
        """Find the twins of the catalogue's releases and write the list prices of the replay."""
        self._twins, self._offers, self._seen = Twins(self.paths.offers, offers), offers, offers
        for t in range(months):
            self.list_prices(t, offers)

    def catalogue(self, offers: Offers) -> Offers:
        """Return the catalogue with weights and hosts of its own, if hosting is held."""
        if "hosting" not in self.names:
            return offers
        kept = ("opened", "abroad", "hosts", "weights")
        self._seen = replace(offers, **{name: getattr(offers, name).copy() for name in kept})
        self.refresh(self.paths.start)
        return self._seen

    def refresh(self, t: int) -> None:
        """Give the releases that both have the status quo's weights and hosts; any other keeps its own."""
        if "hosting" not in self.names:
            return
        here, there, seen, rows = self._offers, self.paths.offers, self._seen, self._twins.rows
        has, twin = rows[:-1] != NONE, rows[:-1]
        seen.opened[:] = np.where(has, there.opened[twin], here.opened)
        seen.abroad[:] = np.where(has, there.abroad[twin], here.abroad)
        seen.hosts[:, t] = np.where(rows != NONE, there.hosts[rows, t], here.hosts[:, t])
        public = np.flatnonzero(seen.opened <= t)
        seen.weights[:, t] = NONE
        np.maximum.at(seen.weights[:, t], seen.line[public], public)

    def list_prices(self, t: int, offers: Offers) -> None:
        """Give each channel that the status quo has its list price there, if prices are held."""
        if "price" not in self.names:
            return
        there, rows = self.paths.offers, self._twins.rows
        own, public = self._twins.on_api(t), self._twins.public(t)
        offers.own_price[own, t] = there.own_price[rows[own], t]
        offers.host_price[public, t] = there.host_price[rows[public], t]

    def faced(self, t: int, faced: Faced) -> Faced:
        """Return free offers, costs of self-hosting and prices of places of the status quo, if prices are held."""
        if "price" not in self.names:
            return faced
        there, rows = self.paths.offers, self._twins.rows
        own, public = self._twins.on_api(t), self._twins.public(t)
        free, closed = np.nan_to_num(there.free[rows, t]), there.closed_padded[rows]
        places = faced.places
        if t > self._handover:
            quiet = Places.of(self._world, self.paths.rent[t], np.ones(4), self.paths.levers.local[t])
            places = replace(quiet, served=places.served)
        return Faced(
            own_free=np.where(own, np.where(closed, free, 0.0), faced.own_free),
            host_free=np.where(public, np.where(closed, 0.0, free), faced.host_free),
            alone=np.where(public, there.cost[rows, t], faced.alone),
            places=places,
        )

    def stock(self, t: int, stock: Floats) -> Floats:
        """Return the status quo's stock of the month before, if the ecosystem is held."""
        return self.paths.stock[t - 1] if "ecosystem" in self.names and t > self.paths.start else stock

    def budget(self, t: int, budget: Floats) -> Floats:
        """Return the status quo's budgets, if funding is held."""
        return self.paths.budget[t] if "funding" in self.names else budget

    def knowledge(self, t: int, knowledge: Floats) -> Floats:
        """Return the status quo's knowledge, if quality is held."""
        return self.paths.knowledge[t] if "quality" in self.names else knowledge

    def embodied(self, months: slice, compute: Floats) -> Floats:
        """Return the status quo's compute, if quality is held."""
        return self.paths.compute[months] if "quality" in self.names else compute

    def quality(self, name: str, q: Floats) -> Floats:
        """Return the capability of the status quo's release, if quality is held and it has one."""
        row = self._twins.named(name) if "quality" in self.names else NONE
        return self.paths.offers.q[row] if row != NONE else q

    def mode(self, t: int, lab: int, mode: int) -> int:
        """Return the status quo's mode, if modes are held and the lab completes a generation there."""
        quiet = int(self.paths.mode[t, lab]) if "modes" in self.names else NONE
        return mode if quiet == NONE else quiet

    def opened(self, names: Iterable[str], opened: Bools) -> Bools:
        """Return what the status quo opens at its release, if modes are held; any other keeps its own."""
        if "modes" not in self.names:
            return opened
        there, rows = self.paths.offers, [self._twins.named(name) for name in names]
        quiet = [bool(there.opened[k] == there.month[k]) for k in rows]
        return np.where(np.array(rows) != NONE, quiet, opened)


def hold(names: Collection[str], paths: Paths | None, world: World, handover: int) -> Held:
    """Return what a run holds; where it names no mechanism, nothing."""
    return HeldPaths(names, paths, world, handover) if names and paths is not None else NOTHING
