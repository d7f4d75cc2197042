"""What compiling a policy needs: who wins in which month, and open meshes of months and indices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from sim.entries import Entry
from sim.market.arrays import Bools, Floats, Ints
from sim.targets import labs_of
from sim.vocabulary import Vocabulary, shipped_vocabulary

NEVER = 10**6


class Named(Protocol):
    """What compiling needs of a world: its names, in canonical order."""

    @property
    def region_codes(self) -> tuple[str, ...]:
        """Regions."""

    @property
    def region_blocs(self) -> tuple[str, ...]:
        """Bloc of each region."""

    @property
    def lab_names(self) -> tuple[str, ...]:
        """Labs."""

    @property
    def lab_homes(self) -> tuple[str, ...]:
        """Home region of each lab."""


class Weighted(Named, Protocol):
    """A world that also weighs its regions and labs; supply-side levers act on blocs."""

    @property
    def region_gdp(self) -> Floats:
        """GDP weight of each region."""

    @property
    def lab_blocs(self) -> tuple[str, ...]:
        """Bloc of each lab."""


def vocabulary_of(world: Named) -> Vocabulary:
    """Return the world's own names, with the shipped releases (a release that it lacks changes nothing)."""
    return Vocabulary(
        regions=dict(zip(world.region_codes, world.region_blocs, strict=True)),
        labs=dict(zip(world.lab_names, world.lab_homes, strict=True)),
        lines={},
        models=shipped_vocabulary().models,
    )


def own_labs(entry: Entry, world: Named, names: Vocabulary) -> list[int]:
    """Return the actor's own labs that an entry names (all of them if it names none), as indices."""
    own = {entry.actor} if entry.actor in names.labs else set(names.own_labs(entry.actor))
    named = set(labs_of(entry.target.get("developer") or ("all",), entry.actor, names))
    return [k for k, lab in enumerate(world.lab_names) if lab in own & named]


def regions_of(places: Iterable[str], world: Named, names: Vocabulary, actor: str = "") -> list[int]:
    """Return region indices of places, or of the actor if none is named."""
    codes = {code for place in places for code in names.members(place)} or {actor}
    return [k for k, code in enumerate(world.region_codes) if code in codes]


def winners(entries: tuple[Entry, ...], n_months: int, t_handover: int) -> list[Bools]:
    """Return for each entry the months in which it is in force and nothing above it is, each of shape (T,)."""
    months = np.arange(n_months)
    best: dict[object, np.ndarray] = {}
    ranks = []
    for entry in entries:
        first, last = entry.first_month(t_handover), entry.last_month(t_handover)
        active = (months >= first) & (months <= (NEVER if last is None else last))
        rank = np.where(active, 1 + entry.layer * NEVER + first + 1000, 0)
        best[entry.key] = np.maximum(best.get(entry.key, np.zeros(n_months, dtype=np.int64)), rank)
        ranks.append(rank)
    return [(rank > 0) & (rank == best[entry.key]) for entry, rank in zip(entries, ranks, strict=True)]


def at(when: Bools, *indices: list[int]) -> tuple[Ints, ...]:
    """Return the open mesh of months and index lists."""
    axes = [np.flatnonzero(when), *(np.asarray(chosen, dtype=np.intp) for chosen in indices)]
    return tuple(np.ix_(*axes))


def spells(when: Bools) -> list[tuple[int, int]]:
    """Return first and last month of each unbroken spell."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], when, [False])).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
