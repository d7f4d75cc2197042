"""The arms of a comparison: the baseline, the policies, the cells of a game, and policies taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from experiments.contrasts.spec import Game
from experiments.studies.arms import SHARED, Arm
from experiments.studies.request import Scenarios, StudyRequest
from sim.baseline import status_quo_of
from sim.errors import InputError, Problem, nearest
from sim.mechanisms import MECHANISMS
from sim.policy import BASE

ATTRIBUTION = ("none", "levers", "mechanisms", "all")
ArmNames = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Cast:
    """All arms of a comparison, and what each is for.

    Attributes:
        baseline: what the others are compared with.
        policies: the alternatives.
        extra: arms that only attribution and a game need.
        parts, rests, held: policy -> {lever or mechanism: name of the arm}.
        game: two sides' choices.
        notes: what was left out, as sentences.
    """

    baseline: Arm
    policies: tuple[Arm, ...]
    extra: tuple[Arm, ...] = ()
    parts: ArmNames = field(default_factory=dict)
    rests: ArmNames = field(default_factory=dict)
    held: ArmNames = field(default_factory=dict)
    game: Game | None = None
    notes: tuple[str, ...] = ()

    @property
    def arms(self) -> tuple[Arm, ...]:
        """All arms, each name once, the baseline first."""
        found = {arm.name: arm for arm in (self.baseline, *self.policies, *self.extra)}
        return tuple(found.values())


def with_game(cast: Cast, sides: Mapping[str, Sequence[Arm]]) -> Cast:
    """Return the cast with the cells of a game: each side's policies, and doing nothing, against the other's.

    Args:
        cast: baseline and policies.
        sides: two objectives, each with the policies of that side.

    Raises:
        InputError: if there are not two sides.
    """
    if len(sides) != 2:
        message = f"a game has two sides, and this one has {len(sides)}"
        raise InputError(Problem("game", ", ".join(sides), message, "policies.us=[a,b] policies.cn=[c,d]"))
    own = {name: [arm for arm in arms if arm != cast.baseline] for name, arms in sides.items()}
    (first, rows), (second, columns) = ((name, [cast.baseline, *arms]) for name, arms in own.items())
    cells: dict[tuple[str, str], Arm] = {}
    for row in rows:
        for column in columns:
            cells[row.name, column.name] = _both(cast.baseline, row, column)
    names = {place: arm.name for place, arm in cells.items()}
    game = Game((first, second), tuple(arm.name for arm in rows), tuple(arm.name for arm in columns), names)
    known = {arm.name for arm in cast.arms}
    extra = tuple(arm for arm in cells.values() if arm.name not in known)
    return replace(cast, extra=(*cast.extra, *{arm.name: arm for arm in extra}.values()), game=game)


def _both(baseline: Arm, row: Arm, column: Arm) -> Arm:
    """Return the arm in which both sides' policies are in force; the column's lies on top."""
    if row.name == baseline.name:
        return column
    if column.name == baseline.name:
        return row
    policies = tuple(dict.fromkeys(p for p in (*row.policies, *column.policies) if p != BASE))
    return Arm(f"{row.name}+{column.name}", policies, (*row.levers, *column.levers))


def taken_apart(cast: Cast, how: str, request: StudyRequest) -> Cast:
    """Return the cast with the arms of attribution.

    Args:
        cast: baseline and policies.
        how: ``none``, ``levers``, ``mechanisms`` or ``all``.
        request: the study so far, from which the policies' levers are read.

    Raises:
        InputError: another word, or mechanisms against another baseline than the status quo.
    """
    if how not in ATTRIBUTION:
        message = f"there is no attribution {how!r}"
        raise InputError(Problem("attribution", how, message, ", ".join(ATTRIBUTION), nearest(how, ATTRIBUTION)))
    scenarios = Scenarios(request)
    future, draw = request.futures[0], request.draws.numbers[0]
    if how in ("levers", "all"):
        if set(cast.baseline.policies) - {BASE}:
            message = "levers are taken apart on top of the status quo, and this is another baseline"
            raise InputError(Problem("attribution", how, message, "baseline=status_quo"))
        levers = {arm.name: _levers(scenarios.at(arm, future, 0, draw)) for arm in cast.policies}
        cast = _by_lever(cast, levers)
    if how in ("mechanisms", "all"):
        base = scenarios.at(cast.baseline, future, 0, draw)
        if status_quo_of(base).digest() != base.digest():
            message = "mechanisms are held at the path of the status quo, and this is another baseline"
            legal = "baseline=status_quo without levers for all runs, or attribution=levers"
            raise InputError(Problem("attribution", how, message, legal))
        cast = _by_mechanism(cast)
    return cast


def _levers(scenario: Any) -> tuple[str, ...]:
    """Return the levers that a policy sets of its own, in order."""
    return tuple(dict.fromkeys(entry.lever for entry in scenario.policy.entries if entry.origin not in SHARED))


def _by_lever(cast: Cast, levers: Mapping[str, tuple[str, ...]]) -> Cast:
    parts: ArmNames = {}
    rests: ArmNames = {}
    extra, notes = [], []
    for arm in cast.policies:
        names = levers[arm.name]
        if len(names) < 2:
            notes.append(f"{arm.name} has one lever ({', '.join(names) or 'none'}): there is nothing to take apart")
            continue
        alone = {lever: replace(arm, name=f"{arm.name}: only {lever}", only=(lever,)) for lever in names}
        others = {lever: replace(arm, name=f"{arm.name}: without {lever}", without=(lever,)) for lever in names}
        extra += [*alone.values(), *(others.values() if len(names) > 2 else ())]
        parts[arm.name] = _named(alone)
        if len(names) > 2:  # of two levers, all but one is the other one
            rests[arm.name] = _named(others)
    return replace(cast, extra=(*cast.extra, *extra), parts=parts, rests=rests, notes=(*cast.notes, *notes))


def _by_mechanism(cast: Cast) -> Cast:
    held: ArmNames = {}
    extra: list[Arm] = []
    for arm in cast.policies:
        arms = {name: replace(arm, name=f"{arm.name}: {name} held", hold=(name,)) for name in MECHANISMS}
        extra += arms.values()
        held[arm.name] = _named(arms)
    return replace(cast, extra=(*cast.extra, *extra), held=held)


def _named(arms: Mapping[str, Arm]) -> dict[str, str]:
    return {key: arm.name for key, arm in arms.items()}


def distinct(arms: Iterable[Arm]) -> None:
    """Refuse arms that share a name and are not the same.

    Raises:
        InputError: every such name.
    """
    whole = dict.fromkeys(arms)
    called = [arm.name for arm in whole]
    problems = [
        Problem("policies", name, "two different policies have this name", "a file name of its own for each")
        for name in dict.fromkeys(called)
        if called.count(name) > 1
    ]
    if problems:
        raise InputError(problems)


def names(arms: Iterable[Arm]) -> tuple[str, ...]:
    """Return the names of arms."""
    return tuple(arm.name for arm in arms)
