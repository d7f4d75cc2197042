"""What a run is: a world, a policy, parameters, a horizon and a way of choosing, checked at the door.

``Scenario.load`` takes what a user writes and reports every problem at once; a ``Scenario`` that exists is legal.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict, field_validator, model_validator
from pydantic.dataclasses import dataclass

from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem
from sim.futures import NONE, Future
from sim.parameter_sets import named_set
from sim.parameters import Parameters
from sim.policy import BASE, ITSELF, Policy
from sim.roster import Roster
from sim.roster_check import HISTORY
from sim.roster_policy import NOTHING, real_world, roster_vocabulary
from sim.scenario_check import LAST_HORIZON, check_scenario
from sim.strengths import Strengths
from sim.vocabulary import Vocabulary

SWITCH = {"on": True, "off": False}
DEFAULT_HISTORY = "2026-07"
"""The last month with well-covered releases (docs/model.md, section 4)."""
SPAN = 59
"""Months that a world without history runs on if no horizon is given: five years in all."""

T = TypeVar("T")


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Scenario:
    """One simulated world.

    Attributes:
        name: for people; it changes no run.
        world: ``history``, the world of the data tables, or the name of the roster.
        start: first month (0 is 2023-01).
        history_until: t_h, the hand-over: the last month of the replay; of a roster, its first month.
        horizon: last month of the run.
        enterprises: number of weighted enterprises.
        choice: ``sampled`` draws decisions, ``expected`` moves mass.
        parameters: all parameters.
        policy: the stack of dated entries.
        strategy: ``adaptive`` lets labs choose release modes after the hand-over, ``fixed`` pins them to their habit.
        reactions: governments react to what they see after the hand-over (E30).
        future: what the world brings that nobody decides; its parameters are already in ``parameters``.
        resample_population: replicates draw their own enterprises.
        population_seed: seed of the enterprises that replicates share.
        roster: a world without history; None for the world of the data tables.
        hold: mechanisms that are held at the status quo of the same draw and seed (``sim.mechanisms``), sorted.
        strengths: lab strengths instead of those of the data tables.

    Raises:
        InputError: every illegal value at once.
    """

    name: str = BASE
    world: str = HISTORY
    start: int = 0
    history_until: int = dataclasses.field(default_factory=lambda: month_index(DEFAULT_HISTORY))
    horizon: int = dataclasses.field(default_factory=lambda: month_index(DEFAULT_HISTORY))
    enterprises: int = 2000
    choice: Literal["sampled", "expected"] = "sampled"
    parameters: Parameters = dataclasses.field(default_factory=Parameters)
    policy: Policy = dataclasses.field(default_factory=Policy)
    strategy: Literal["adaptive", "fixed"] = "adaptive"
    reactions: bool = False
    future: Future = dataclasses.field(default_factory=Future)
    resample_population: bool = False
    population_seed: int = 0
    roster: Roster | None = None
    hold: tuple[str, ...] = ()
    strengths: Strengths | None = None

    @field_validator("hold")
    @classmethod
    def _in_order(cls, hold: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(hold)))

    @model_validator(mode="after")
    def _legal(self) -> Scenario:
        values = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        problems = check_scenario(values, {}, "Scenario")
        if problems:
            raise InputError(problems)
        return self

    @classmethod
    def load(
        cls,
        policy: str | Path | Iterable[str | Path] = BASE,
        *,
        horizon: str | None = None,
        history_until: str = DEFAULT_HISTORY,
        enterprises: int = 2000,
        choice: str = "sampled",
        params: Mapping[str, Any] | None = None,
        levers: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        world: str | Path | Mapping[str, Any] | Roster = HISTORY,
        strategy: str = "adaptive",
        reactions: bool | str = False,
        future: str | Path = NONE,
        name: str | None = None,
        resample_population: bool = False,
        population_seed: int = 0,
        hold: str | Iterable[str] | None = (),
        strengths: str | Path | Strengths | None = None,
        centre: str | Path | Mapping[str, Any] | None = None,
        where: Mapping[str, str] | None = None,
    ) -> Scenario:
        """Return the scenario of what a user writes.

        Args:
            policy: a name or path, or several of them, later ones on top; the real world lies below.
            horizon: last month, YYYY-MM (default: ``history_until``; five years of a world without history).
            history_until: last month of the replay, YYYY-MM; a world without history has its start instead.
            enterprises: number of weighted enterprises.
            choice: ``sampled`` or ``expected``.
            params: dotted path to value, for example ``{"demand.gamma": 2}``.
            levers: ``<lever>.<actor>.<target>`` to ``value[@from[..until]]``; they lie on top.
            world: ``history``, or a world without history: the name of a shipped one, a file, a mapping, a roster.
            strategy: ``adaptive`` or ``fixed``.
            reactions: True or ``on``: governments react to what they see; False or ``off``: they keep to the policy.
            future: name or path of an exogenous future; values of ``params`` win over its parameters.
            name: for people (default: the policies' names).
            resample_population: replicates draw their own enterprises.
            population_seed: seed of the enterprises that replicates share.
            hold: mechanisms that are held at the status quo of the same draw and seed (names of
                ``sim.mechanisms``, one by one or with commas between them).
            strengths: a table of lab strengths (``sim.strengths``) instead of the shipped one.
            centre: a parameter set below ``params`` and the future: the name of a file of ``conf/params``, for example
                ``calibrated``, a path, or dotted path to value.
            where: key to the file or override that set it, for messages.

        Raises:
            InputError: everything that is wrong, at once.
        """
        places = dict(where or {})
        problems: list[Problem] = []
        roster = _roster(world, places)
        names, real = roster_vocabulary(roster), None if roster is None else real_world(roster)
        until = _month("history.until", history_until, places, problems)
        if roster is not None and history_until == DEFAULT_HISTORY:
            until = roster.start
        last = _default_horizon(until, roster) if horizon is None else _month("horizon", horizon, places, problems)
        stack = _collect(lambda: Policy.load_stack(policy, names, real), problems)
        single = _collect(lambda: Policy.from_levers(levers, names), problems)
        outlook = _collect(lambda: _future(future, params or {}, places, names), problems)
        coming = outlook or Future()
        below = _collect(lambda: named_set(centre), problems) or {}
        wanted, set_by = {**below, **dict(coming.params), **(params or {})}, {**dict(coming.places), **places}
        parameters = _collect(lambda: _parameters(wanted, set_by), problems)
        values = {
            "world": HISTORY if roster is None else roster.name,
            "start": 0 if roster is None else roster.start,
            "history_until": until,
            "horizon": last,
            "enterprises": enterprises,
            "choice": choice,
            "parameters": parameters,
            "policy": None
            if stack is None or single is None
            else Policy.stack([stack, *([single] * bool(single.names))]),
            "strategy": strategy,
            "reactions": SWITCH.get(str(reactions), reactions),
            "future": coming,
            "resample_population": resample_population,
            "population_seed": population_seed,
            "roster": roster,
            "hold": _names(hold),
            "strengths": _collect(lambda: _strengths(strengths), problems),
        }
        problems += check_scenario(values, places, "Scenario.load")
        if problems:
            raise InputError(problems)
        chosen: Any = values
        return cls(name=name or _name(chosen["policy"], roster), **chosen)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know before the figures: replaced entries, and entries that can't act in this run."""
        until, horizon = self.history_until, self.horizon
        notes = [
            f"{entry.origin}: {entry.lever} of {entry.actor} starts in {month_name(entry.first_month(until))}, after "
            f"the horizon ({month_name(horizon)}), and changes nothing: give horizon= or an earlier date"
            for entry in self.policy.entries
            if entry.origin != BASE and entry.first_month(until) > horizon
        ]
        notes += [
            f"{shock.where}: {shock.kind} of the future {self.future.name} comes in {month_name(shock.start)}, after "
            f"the horizon ({month_name(horizon)}), and changes nothing"
            for shock in self.future.shocks
            if shock.start > horizon
        ]
        notes += [
            f"{entry.origin}: {entry.lever} of {entry.actor} ends before the world {self.world} starts "
            f"({month_name(until)}), and changes nothing"
            for entry in self.policy.entries
            if self.roster is not None and entry.origin != BASE and _ended(entry.last_month(until), until)
        ]
        return (*self.policy.notes, *dict.fromkeys(notes))

    def canonical(self) -> dict[str, Any]:
        """Return the resolved scenario as plain data: all that can change a result, and nothing else."""
        left_out = {"name", "roster", "hold", "strengths"}
        plain = {item.name: getattr(self, item.name) for item in dataclasses.fields(self) if item.name not in left_out}
        if self.roster is not None:
            plain["roster"] = self.roster.canonical()
        if self.hold:
            plain["hold"] = list(self.hold)
        if self.policy.base == ITSELF:
            plain["yardstick"] = ITSELF
        if self.strengths is not None:
            plain["strengths"] = self.strengths.digest()
        return plain | {
            "parameters": dataclasses.asdict(self.parameters),
            "policy": self.policy.canonical(),
            "future": self.future.canonical(),
        }

    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON of the resolved scenario (64 hex digits)."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def _collect(make: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return make()
    except InputError as error:
        problems += error.problems
        return None


def _strengths(given: str | Path | Strengths | None) -> Strengths | None:
    return given if given is None or isinstance(given, Strengths) else Strengths.load(given)


def _names(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return names that are given one by one, or in a text with commas between them."""
    parts = given.split(",") if isinstance(given, str) else given or ()
    return tuple(name for part in parts if (name := str(part).strip()))


def _roster(world: str | Path | Mapping[str, Any] | Roster, places: Mapping[str, str]) -> Roster | None:
    """Return the roster that is meant, None for the world of the data; a name that there is not, where it was given."""
    if isinstance(world, Roster) or world == HISTORY:
        return world if isinstance(world, Roster) else None
    try:
        return Roster.load(world)
    except InputError as error:
        given = {f"world={world}": places.get("world", "Scenario.load")}
        raise InputError([dataclasses.replace(p, where=given.get(p.where, p.where)) for p in error.problems]) from error


def _default_horizon(until: int | None, roster: Roster | None) -> int | None:
    return until if roster is None or until is None else min(until + SPAN, LAST_HORIZON)


def _name(policy: Policy, roster: Roster | None) -> str:
    """Return what a scenario is called: its policies, on top of its world."""
    if roster is None:
        return policy.name
    return "+".join([roster.name, *(name for name in policy.names if name not in (BASE, NOTHING))])


def _ended(last: int | None, start: int) -> bool:
    return last is not None and last < start


def _future(name: str | Path, params: Mapping[str, Any], places: Mapping[str, str], names: Vocabulary) -> Future:
    """Return the future with the parameters that nobody overrides; a name that there is not, where it was given."""
    try:
        return Future.load(name, names).applied(params)
    except InputError as error:
        given = {f"future={name}": places.get("future", f"future={name}")}
        raise InputError([dataclasses.replace(p, where=given.get(p.where, p.where)) for p in error.problems]) from error


def _month(key: str, text: str, places: Mapping[str, str], problems: list[Problem]) -> int | None:
    try:
        return month_index(str(text))
    except ValueError as error:
        problems.append(Problem(places.get(key, "Scenario.load"), key, str(error), "YYYY-MM"))
        return None


def _parameters(params: Mapping[str, Any], places: Mapping[str, str]) -> Parameters:
    """Return the parameters; a problem names the place that set the parameter."""
    try:
        return Parameters.from_overrides(params, places.get("params", "params"))
    except InputError as error:
        moved = [dataclasses.replace(p, where=places.get(p.key, p.where)) for p in error.problems]
        raise InputError(moved) from error
