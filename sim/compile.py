"""Compiles a policy once per run to dense monthly arrays, so that the month loop never looks at a date.

In each month the highest layer in force wins on one actor, lever and target; different targets add up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import NamedTuple, Protocol

import numpy as np

from sim.entries import Entry, ScheduledRelease
from sim.market.arrays import Bools, Floats, Ints
from sim.policy import Policy
from sim.targets import labs_of
from sim.vocabulary import CHANNELS, CLASSES, Vocabulary
from sim.world import ModelRecord

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


class EventMark(NamedTuple):
    """A dated event for a figure: month, words, who, lever."""

    t: int
    label: str
    actor: str
    lever: str


@dataclass(frozen=True)
class ReleaseModeRule:
    """Allowed modes of the releases of some labs from ``from_t`` to ``until_t`` (both included)."""

    from_t: int
    until_t: int
    labs: frozenset[str]
    lines: frozenset[str] | None
    tiers: frozenset[str] | None
    allowed: frozenset[str]

    def covers(self, lab: str, line: str, tier: str, t: int) -> bool:
        """Say whether the rule holds for a release of month t."""
        return (
            self.from_t <= t <= self.until_t
            and lab in self.labs
            and (self.lines is None or line in self.lines)
            and (self.tiers is None or tier in self.tiers)
        )


@dataclass(frozen=True)
class LeverArrays:
    """Levers in force by month. T months, R regions, L labs, C channels (A, H, S), K classes.

    Attributes:
        block: share of a region's users from whom a lab's own API is withheld, (T, L, R).
        ban: share of a class for which the option is banned, (T, R, L, C, K).
        local: hosting localisation, (T, R).
        align: multiple of tau_align on models released by a lab in the month, (T, L).
        push: addition to the adoption hazard, 1/yr, (T, R).
        trust: utils added to T of a region for a lab, negative for partners, (T, R, L).
        review: months of content review, 0 up to the hand-over, (T, L).
        withheld: releases that don't happen.
        scheduled: releases that are added.
        release_modes: allowed modes by date.
        starts: dated events from 2023-01 on, for figures.
        supply: entries of supply levers, carried and not yet acting.
    """

    block: Floats
    ban: Floats
    local: Bools
    align: Floats
    push: Floats
    trust: Floats
    review: Floats
    withheld: tuple[str, ...] = ()
    scheduled: tuple[ScheduledRelease, ...] = ()
    release_modes: tuple[ReleaseModeRule, ...] = ()
    starts: tuple[EventMark, ...] = ()
    supply: int = 0

    @classmethod
    def none(cls, world: Named, n_months: int) -> LeverArrays:
        """Return the arrays of a world without policy."""
        r, n = len(world.region_codes), len(world.lab_names)
        return cls(
            block=np.zeros((n_months, n, r)),
            ban=np.zeros((n_months, r, n, len(CHANNELS), len(CLASSES))),
            local=np.zeros((n_months, r), dtype=bool),
            align=np.zeros((n_months, n)),
            push=np.zeros((n_months, r)),
            trust=np.zeros((n_months, r, n)),
            review=np.zeros((n_months, n)),
        )

    def scheduled_records(self) -> tuple[ModelRecord, ...]:
        """Return the added releases as the world writes releases; every task version has the general q."""
        return tuple(
            ModelRecord(
                name=r.model,
                lab=r.lab,
                line=r.line,
                month=r.t,
                offered=r.t,
                licence=r.licence,
                q=r.q,
                q_task=(r.q,) * 4,
                active=r.active_b,
                total=r.total_b,
            )
            for r in self.scheduled
        )

    def arrays(self) -> dict[str, Floats | Bools]:
        """Return the monthly arrays by name, months first."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


@dataclass
class _Compiler:
    world: Named
    n_months: int
    handover: int
    names: Vocabulary
    out: LeverArrays
    rules: list[ReleaseModeRule] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    scheduled: list[ScheduledRelease] = field(default_factory=list)

    def regions(self, places: Iterable[str], actor: str = "") -> list[int]:
        """Return region indices of places, or of the actor if none is named."""
        codes = {code for place in places for code in self.names.members(place)} or {actor}
        return [k for k, code in enumerate(self.world.region_codes) if code in codes]

    def labs(self, developers: Iterable[str], actor: str) -> list[int]:
        chosen = set(labs_of(developers, actor, self.names))
        return [k for k, lab in enumerate(self.world.lab_names) if lab in chosen]

    def own_labs(self, entry: Entry) -> list[int]:
        """Return the actor's own labs that an entry names (all of them if it names none)."""
        own = {entry.actor} if entry.actor in self.names.labs else set(self.names.own_labs(entry.actor))
        named = set(labs_of(entry.target.get("developer") or ("all",), entry.actor, self.names))
        return [k for k, lab in enumerate(self.world.lab_names) if lab in own & named]

    def apply(self, entry: Entry, when: Bools) -> None:
        """Write one entry into the months in which it wins."""
        act = getattr(self, f"_{entry.lever}", None)
        if act is not None and not entry.in_data:
            act(entry, when)

    def _amount(self, entry: Entry) -> float:
        assert isinstance(entry.value, float)
        return entry.value * entry.share

    def _api_access_block(self, entry: Entry, when: Bools) -> None:
        users = self.regions(entry.target.get("users"), entry.actor)
        home = self.regions((), entry.actor)
        if entry.actor in self.names.labs or users != home:
            labs = self.own_labs(entry)
        else:
            labs = self.labs(entry.target.get("developer") or ("foreign",), entry.actor)
        self.out.block[_at(when, labs, users)] += self._amount(entry)

    def _add_ban(self, entry: Entry, when: Bools, labs: list[int], channels: list[int], classes: list[int]) -> None:
        region = self.regions((), entry.actor)
        self.out.ban[_at(when, region, labs, channels, classes)] += self._amount(entry)

    def _model_ban(self, entry: Entry, when: Bools) -> None:
        labs = self.labs(entry.target.get("developer") or ("all",), entry.actor)
        classes = entry.target.get("class") or CLASSES
        self._add_ban(entry, when, labs, _channels(entry), [CLASSES.index(name) for name in classes])

    def _procurement_ban(self, entry: Entry, when: Bools) -> None:
        labs = self.labs(entry.target.get("developer") or ("all",), entry.actor)
        self._add_ban(entry, when, labs, _channels(entry), [CLASSES.index("public")])

    def _procurement_mandate(self, entry: Entry, when: Bools) -> None:
        everybody = range(len(self.world.lab_names))
        allowed = self.labs(entry.target.get("developer") or ("all",), entry.actor)
        public = [CLASSES.index("public")]
        others = [k for k in everybody if k not in allowed]
        self._add_ban(entry, when, others, [0, 1, 2], public)
        if entry.target.get("weights"):
            self._add_ban(entry, when, allowed, [0], public)

    def _hosting_localisation(self, entry: Entry, when: Bools) -> None:
        self.out.local[_at(when, self.regions((), entry.actor))] |= bool(entry.value)

    def _adoption_push(self, entry: Entry, when: Bools) -> None:
        self.out.push[_at(when, self.regions((), entry.actor))] += self._amount(entry)

    def _alignment_requirement(self, entry: Entry, when: Bools) -> None:
        self.out.align[_at(when, self.own_labs(entry))] += self._amount(entry)

    def _partner_programme(self, entry: Entry, when: Bools) -> None:
        assert isinstance(entry.value, tuple)
        trust = dict(entry.value).get("trust", 0.0) * entry.share
        users = self.regions(entry.target.get("users"))
        self.out.trust[_at(when, users, self.labs((entry.actor,), entry.actor))] -= trust

    def _content_review(self, entry: Entry, when: Bools) -> None:
        later = when & (np.arange(self.n_months) > self.handover)
        self.out.review[_at(later, self.own_labs(entry))] += self._amount(entry)

    def _release_mode(self, entry: Entry, when: Bools) -> None:
        assert isinstance(entry.value, frozenset)
        labs = frozenset(self.world.lab_names[k] for k in self.own_labs(entry))
        lines = frozenset(entry.target.get("line")) or None
        tiers = frozenset(entry.target.get("tier")) or None
        self.rules += [
            ReleaseModeRule(first, last, labs, lines, tiers, entry.value)
            for first, last in _spells(when, self.n_months)
        ]

    def _release_withheld(self, entry: Entry, when: Bools) -> None:
        months = {name: self.names.models[name].month for name in entry.target.get("model")}
        self.withheld += [name for name, t in months.items() if entry.value and when[min(max(t, 0), len(when) - 1)]]

    def _release_scheduled(self, entry: Entry, when: Bools) -> None:
        assert isinstance(entry.value, ScheduledRelease)
        if entry.value.t < self.n_months and when[entry.value.t]:
            self.scheduled.append(entry.value)


def compile_levers(policy: Policy, world: Named, n_months: int, t_handover: int) -> LeverArrays:
    """Return a policy as monthly arrays.

    Args:
        policy: the stack.
        world: regions and labs in canonical order.
        n_months: months of the run from 2023-01.
        t_handover: t_h; undated entries start in the month after it.
    """
    names = _vocabulary(world)
    work = _Compiler(world, n_months, t_handover, names, LeverArrays.none(world, n_months))
    for entry, when in zip(policy.entries, _winners(policy.entries, n_months, t_handover), strict=True):
        if when.any():
            work.apply(entry, when)
    for capped in (work.out.block, work.out.ban):
        np.clip(capped, 0.0, 1.0, out=capped)
    return LeverArrays(
        **work.out.arrays(),  # type: ignore[arg-type]
        withheld=tuple(sorted(set(work.withheld))),
        scheduled=tuple(sorted(work.scheduled, key=lambda r: (r.lab, r.line, r.t))),
        release_modes=tuple(work.rules),
        starts=_marks(policy.entries, n_months, t_handover),
        supply=sum(entry.definition.phase == "supply" for entry in policy.entries),
    )


def _winners(entries: tuple[Entry, ...], n_months: int, t_handover: int) -> list[Bools]:
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


def _at(when: Bools, *indices: list[int]) -> tuple[Ints, ...]:
    """Return the open mesh of months and index lists."""
    axes = [np.flatnonzero(when), *(np.asarray(chosen, dtype=np.intp) for chosen in indices)]
    return tuple(np.ix_(*axes))


def _spells(when: Bools, n_months: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], when, [False])).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _channels(entry: Entry) -> list[int]:
    return [CHANNELS.index(name) for name in entry.target.get("channel") or CHANNELS]


def _vocabulary(world: Named) -> Vocabulary:
    """Return the world's own names, with the shipped releases (a release that it lacks changes nothing)."""
    from sim.vocabulary import shipped_vocabulary

    return Vocabulary(
        regions=dict(zip(world.region_codes, world.region_blocs, strict=True)),
        labs=dict(zip(world.lab_names, world.lab_homes, strict=True)),
        lines={},
        models=shipped_vocabulary().models,
    )


def _marks(entries: tuple[Entry, ...], n_months: int, t_handover: int) -> tuple[EventMark, ...]:
    marks = {
        EventMark(t, entry.label or f"{entry.lever} {entry.actor}", entry.actor, entry.lever)
        for entry in entries
        if 0 <= (t := entry.first_month(t_handover)) < n_months
    }
    return tuple(sorted(marks))
