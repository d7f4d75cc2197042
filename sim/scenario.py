"""What a run is: a world, a policy, parameters, a horizon and a way of choosing, checked at the door.

``Scenario.load`` takes what a user writes and reports every problem at once; a ``Scenario`` that exists is legal.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

from sim.calendar import month_index, month_name
from sim.entries import Entry
from sim.errors import InputError, Problem, nearest
from sim.futures import NONE, Future
from sim.parameters import Parameters
from sim.policy import BASE, Policy
from sim.policy_check import overlaps, rivals
from sim.release_modes import unchoosable
from sim.vocabulary import shipped_vocabulary

WORLDS = ("history",)
CHOICES = ("sampled", "expected")
STRATEGIES = ("adaptive", "fixed")
SWITCH = {"on": True, "off": False}
DEFAULT_HISTORY = "2026-07"
"""The last month with well-covered releases (docs/model.md, section 4)."""
LAST_HORIZON = month_index("2040-12")
ENTERPRISES = (52, 1_000_000)

T = TypeVar("T")


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Scenario:
    """One simulated world.

    Attributes:
        name: for people; it changes no run.
        world: ``history``: the world of the data tables.
        start: first month (0 is 2023-01).
        history_until: t_h, the hand-over: the last month of the replay.
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

    Raises:
        InputError: every illegal value at once.
    """

    name: str = BASE
    world: str = "history"
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

    @model_validator(mode="after")
    def _legal(self) -> Scenario:
        values = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        problems = _check(values, {}, "Scenario")
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
        world: str = "history",
        strategy: str = "adaptive",
        reactions: bool | str = False,
        future: str | Path = NONE,
        name: str | None = None,
        resample_population: bool = False,
        population_seed: int = 0,
        where: Mapping[str, str] | None = None,
    ) -> Scenario:
        """Return the scenario of what a user writes.

        Args:
            policy: a name or path, or several of them, later ones on top; the real world lies below.
            horizon: last month, YYYY-MM (default: ``history_until``).
            history_until: last month of the replay, YYYY-MM.
            enterprises: number of weighted enterprises.
            choice: ``sampled`` or ``expected``.
            params: dotted path to value, for example ``{"demand.gamma": 2}``.
            levers: ``<lever>.<actor>.<target>`` to ``value[@from[..until]]``; they lie on top.
            world: name of the world.
            strategy: ``adaptive`` or ``fixed``.
            reactions: True or ``on``: governments react to what they see; False or ``off``: they keep to the policy.
            future: name or path of an exogenous future; values of ``params`` win over its parameters.
            name: for people (default: the policies' names).
            resample_population: replicates draw their own enterprises.
            population_seed: seed of the enterprises that replicates share.
            where: key to the file or override that set it, for messages.

        Raises:
            InputError: everything that is wrong, at once.
        """
        places = dict(where or {})
        problems: list[Problem] = []
        until = _month("history.until", history_until, places, problems)
        last = until if horizon is None else _month("horizon", horizon, places, problems)
        stack = _collect(lambda: Policy.load_stack(policy), problems)
        single = _collect(lambda: Policy.from_levers(levers), problems)
        outlook = _collect(lambda: _future(future, params or {}, places), problems)
        coming = outlook or Future()
        wanted, set_by = {**dict(coming.params), **(params or {})}, {**dict(coming.places), **places}
        parameters = _collect(lambda: _parameters(wanted, set_by), problems)
        values = {
            "world": world,
            "start": 0,
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
        }
        problems += _check(values, places, "Scenario.load")
        if problems:
            raise InputError(problems)
        chosen: Any = values
        return cls(name=name or chosen["policy"].name, **chosen)

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
        return (*self.policy.notes, *dict.fromkeys(notes))

    def canonical(self) -> dict[str, Any]:
        """Return the resolved scenario as plain data: all that can change a result, and nothing else."""
        plain = {item.name: getattr(self, item.name) for item in dataclasses.fields(self) if item.name != "name"}
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


def _future(name: str | Path, params: Mapping[str, Any], places: Mapping[str, str]) -> Future:
    """Return the future with the parameters that nobody overrides; a name that there is not, where it was given."""
    try:
        return Future.load(name).applied(params)
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


def _check(values: Mapping[str, Any], places: Mapping[str, str], default: str) -> list[Problem]:
    """Return what is illegal in the values that are there (None was reported before)."""
    problems = []

    def refuse(key: str, message: str, legal: str, near: str | None = None) -> None:
        problems.append(Problem(places.get(key, default), key, message, legal, near))

    until, horizon = values["history_until"], values["horizon"]
    last = shipped_vocabulary().last_month
    for key, what, options in (
        ("world", "world", WORLDS),
        ("choice", "way of choosing", CHOICES),
        ("strategy", "strategy", STRATEGIES),
    ):
        if values[key] not in options:
            refuse(key, f"there is no {what} {values[key]!r}", ", ".join(options), nearest(str(values[key]), options))
    if values["start"] != 0:
        refuse("start", "the history starts in 2023-01", "0")
    if until is not None and not 1 <= until <= last:
        which = "beyond the data" if until > last else "before the data"
        refuse("history.until", f"{month_name(until)} is {which}", f"2023-02 to {month_name(last)}")
    if horizon is not None and horizon < values["start"]:
        refuse("horizon", f"{month_name(horizon)} is before the start", f"2023-01 to {month_name(LAST_HORIZON)}")
    if horizon is not None and horizon > LAST_HORIZON:
        refuse("horizon", f"{month_name(horizon)} is too far", f"2023-01 to {month_name(LAST_HORIZON)}")
    count, seed = values["enterprises"], values["population_seed"]
    if isinstance(count, bool) or not isinstance(count, int) or not ENTERPRISES[0] <= count <= ENTERPRISES[1]:
        refuse("enterprises", f"{count!r} is not legal", f"a whole number, {ENTERPRISES[0]} to {ENTERPRISES[1]}")
    for key, legal in (("reactions", "on or off"), ("resample_population", "true or false")):
        if not isinstance(values[key], bool):
            refuse(key, f"{values[key]!r} is not legal", legal)
    if until is not None:
        problems += values["future"].early(until)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        refuse("population_seed", f"{seed!r} is not legal", "a whole number, 0 or more")
    if values["policy"] is not None:
        problems += _check_policy(values["policy"], until)
    return problems


def _check_policy(policy: Policy, t_handover: int | None) -> list[Problem]:
    """Return the entries that can't act as they are dated, and those that set one thing twice."""
    if t_handover is None:
        return []
    problems = [problem for entry in policy.entries for problem in _check_entry(entry, t_handover)]
    problems += overlaps(policy.entries, t_handover)
    return problems + rivals(policy.entries, shipped_vocabulary(), t_handover)


def _check_entry(entry: Entry, t_handover: int) -> Iterator[Problem]:
    start, last = entry.first_month(t_handover), entry.last_month(t_handover)
    if entry.start is None and last is not None and last < start:
        message = f"the entry ends before it starts, in {month_name(start)}, the month after the hand-over"
        yield Problem(entry.where, "until", message, "a later date, or a 'from'")
    if entry.lever == "content_review" and entry.origin != BASE and start <= t_handover:
        message = (
            f"content review delays releases after the hand-over ({month_name(t_handover)}) only, because the "
            f"replay keeps real release dates; this entry starts in {month_name(start)}"
        )
        yield Problem(entry.where, "from", message, "a later date, or history.until before it")
    refused = unchoosable(entry, shipped_vocabulary(), t_handover)
    if refused is not None:
        yield Problem(entry.where, "value", *refused)
