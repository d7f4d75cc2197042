"""Compiles a policy once per run to dense monthly arrays, so that the month loop never looks at a date.

Demand and releases; ``sim/supply_levers.py`` does the supply side.

In each month the highest layer in force wins on one actor, lever and target; different targets add up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import NamedTuple

import numpy as np

from sim.compiling import Named, at, own_labs, regions_of, vocabulary_of, winners
from sim.entries import Entry, ScheduledRelease
from sim.market.arrays import Bools, Floats
from sim.policy import Policy
from sim.release_modes import ReleaseModeRule, mode_rules
from sim.targets import labs_of
from sim.vocabulary import CHANNELS, CLASSES, Vocabulary
from sim.world import ModelRecord

__all__ = ["CHANNELS", "CLASSES", "EventMark", "LeverArrays", "ReleaseModeRule", "compile_levers"]


class EventMark(NamedTuple):
    """A dated event for a figure: month, words, who, lever."""

    t: int
    label: str
    actor: str
    lever: str


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
        supply: number of entries of supply levers, which ``sim/supply_levers.py`` compiles.
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
    withheld: list[str] = field(default_factory=list)
    scheduled: list[ScheduledRelease] = field(default_factory=list)

    def regions(self, places: Iterable[str], actor: str = "") -> list[int]:
        """Return region indices of places, or of the actor if none is named."""
        return regions_of(places, self.world, self.names, actor)

    def labs(self, developers: Iterable[str], actor: str) -> list[int]:
        chosen = set(labs_of(developers, actor, self.names))
        return [k for k, lab in enumerate(self.world.lab_names) if lab in chosen]

    def own_labs(self, entry: Entry) -> list[int]:
        """Return the actor's own labs that an entry names (all of them if it names none)."""
        return own_labs(entry, self.world, self.names)

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
        self.out.block[at(when, labs, users)] += self._amount(entry)

    def _add_ban(self, entry: Entry, when: Bools, labs: list[int], channels: list[int], classes: list[int]) -> None:
        region = self.regions((), entry.actor)
        self.out.ban[at(when, region, labs, channels, classes)] += self._amount(entry)

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
        self.out.local[at(when, self.regions((), entry.actor))] |= bool(entry.value)

    def _adoption_push(self, entry: Entry, when: Bools) -> None:
        self.out.push[at(when, self.regions((), entry.actor))] += self._amount(entry)

    def _alignment_requirement(self, entry: Entry, when: Bools) -> None:
        self.out.align[at(when, self.own_labs(entry))] += self._amount(entry)

    def _partner_programme(self, entry: Entry, when: Bools) -> None:
        trust = entry.part("trust") * entry.share
        users = self.regions(entry.target.get("users"))
        self.out.trust[at(when, users, self.labs((entry.actor,), entry.actor))] -= trust

    def _content_review(self, entry: Entry, when: Bools) -> None:
        later = when & (np.arange(self.n_months) > self.handover)
        self.out.review[at(later, self.own_labs(entry))] += entry.part("months") * entry.share

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
    names = vocabulary_of(world)
    work = _Compiler(world, n_months, t_handover, names, LeverArrays.none(world, n_months))
    dated = list(zip(policy.entries, winners(policy.entries, n_months, t_handover), strict=True))
    for entry, when in dated:
        if when.any():
            work.apply(entry, when)
    for capped in (work.out.block, work.out.ban):
        np.clip(capped, 0.0, 1.0, out=capped)
    return LeverArrays(
        **work.out.arrays(),  # type: ignore[arg-type]
        withheld=tuple(sorted(set(work.withheld))),
        scheduled=tuple(sorted(work.scheduled, key=lambda r: (r.lab, r.line, r.t))),
        release_modes=mode_rules(dated, world, names),
        starts=_marks(policy.entries, n_months, t_handover),
        supply=sum(entry.definition.phase == "supply" for entry in policy.entries),
    )


def _channels(entry: Entry) -> list[int]:
    return [CHANNELS.index(name) for name in entry.target.get("channel") or CHANNELS]


def _marks(entries: tuple[Entry, ...], n_months: int, t_handover: int) -> tuple[EventMark, ...]:
    marks = {
        EventMark(t, entry.label or f"{entry.lever} {entry.actor}", entry.actor, entry.lever)
        for entry in entries
        if 0 <= (t := entry.first_month(t_handover)) < n_months
    }
    return tuple(sorted(marks))
