"""What may be wrong in a comparison: by itself, and against the runs of a study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, isfinite
from typing import TYPE_CHECKING

from sim.calendar import month_index
from sim.errors import InputError, Problem, nearest
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    from experiments.contrasts.pairs import Outcomes
    from experiments.contrasts.spec import Comparison

WHERE = "comparison"
MONTH = "a month as YYYY-MM"
LEAST = 100
"""[A] Fewest resamples at any level."""


def problems_of(spec: Comparison) -> list[Problem]:
    """Return what is wrong with a comparison whatever the study."""
    found = [*_names(spec), *_numbers(spec), *_rules(spec), *_months(spec), *_groups(spec), *_game(spec)]
    return list(dict.fromkeys(found))


def problems_in(spec: Comparison, outcomes: Outcomes) -> list[Problem]:
    """Return what a study does not have: arms, months; and objectives that can't be read."""
    found = []
    for key, names in _arms(spec):
        found += _unknown(key, names, outcomes.policies, "the study has no policy")
    months = outcomes.months
    legal = f"{months[0]} to {months[-1]}" if months else "a study with finished runs"
    found += [
        Problem(WHERE, key, f"the study has no month {name}", legal) for key, name in _used(spec) if name not in months
    ]
    found += _objectives((*spec.objectives, *(spec.game.sides if spec.game else ())))
    return list(dict.fromkeys(found))


def _objectives(names: Iterable[str]) -> list[Problem]:
    from experiments.objectives import Objective

    found: list[Problem] = []
    first: dict[str, str] = {}
    for path in dict.fromkeys(names):
        try:
            name = Objective.load(path).name
        except InputError as error:
            found += error.problems
            continue
        if first.setdefault(name, path) != path:
            message = f"{first[name]!r} and {path!r} are both called {name!r}"
            found.append(Problem(WHERE, "objectives", message, "each name once"))
    return found


def _unknown(key: str, names: Iterable[str], legal: Sequence[str] | dict[str, object], message: str) -> list[Problem]:
    return [
        Problem(WHERE, key, f"{message} {name!r}", ", ".join(legal), nearest(name, legal))
        for name in names
        if name not in legal
    ]


def _names(spec: Comparison) -> Iterator[Problem]:
    used = [("measures", spec.measures), ("headline", (spec.headline,))]
    used += [("thresholds", tuple(rule.measure for rule in spec.thresholds))]
    used += [("demands", tuple(rule.measure for rule in spec.demands))]
    for key, names in used:
        yield from _unknown(key, names, dict(HEADLINES), "there is no headline measure")
    if not spec.policies:
        yield Problem(WHERE, "policies", "there is nothing to compare with the baseline", "one policy or more")
    if spec.baseline in spec.policies:
        yield Problem(WHERE, "policies", f"{spec.baseline!r} is the baseline", "policies other than the baseline")
    if not spec.measures:
        yield Problem(WHERE, "measures", "there is no measure", "one headline measure or more")
    twice = [("policies", spec.policies), ("measures", spec.measures), ("dates", spec.dates)]
    for key, names in [*twice, ("objectives", spec.objectives)]:
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                yield Problem(WHERE, key, f"{name!r} comes twice", "each once")


def least_replicates(level: float) -> int:
    """Return the fewest resamples that reach the limits of an interval: 2 / (1 - level), and 100 at least."""
    return max(LEAST, ceil(round(2.0 / (1.0 - level), 6)))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _numbers(spec: Comparison) -> Iterator[Problem]:
    sure = _is_number(spec.level) and 0.5 <= spec.level < 1.0
    if not sure:
        given = f"{spec.level:g}" if _is_number(spec.level) else repr(spec.level)
        yield Problem(WHERE, "level", f"{given} is not legal", "0.5 or more and below 1, as 0.95")
    least = least_replicates(spec.level) if sure else LEAST
    if not _is_whole(spec.replicates) or (spec.replicates and spec.replicates < least):
        legal = f"0 (no bootstrap), or a whole number of {least} or more"
        yield Problem(WHERE, "replicates", f"{spec.replicates!r} is not legal", legal)
    if spec.precision is not None and not (isfinite(spec.precision) and spec.precision > 0):
        yield Problem(WHERE, "precision", f"{spec.precision:g} is not legal", "a half-width above 0")
    if spec.pairs is not None and spec.pairs < 0:
        yield Problem(WHERE, "pairs", f"{spec.pairs} is not legal", "0 or more")


def _rules(spec: Comparison) -> Iterator[Problem]:
    from experiments.contrasts.spec import SIGNS

    for key, rules in (("thresholds", spec.thresholds), ("demands", spec.demands)):
        for rule in rules:
            if rule.sign not in SIGNS:
                yield Problem(WHERE, key, f"{rule.sign!r} is no sign", " or ".join(SIGNS))
            if not isfinite(rule.value):
                yield Problem(WHERE, key, f"{rule.value} is no value", "a finite number")
            elif rule.measure in HEADLINES and HEADLINES[rule.measure].unit == "share" and abs(rule.value) > 1:
                message = f"{rule.measure} is a share, and {rule.value:g} can't be reached"
                yield Problem(WHERE, key, message, "a share between 0 and 1: 0.5 for 50 percent")


def _months(spec: Comparison) -> Iterator[Problem]:
    for key, name in _used(spec):
        try:
            month_index(name)
        except ValueError:
            yield Problem(WHERE, key, f"{name!r} is not a month", MONTH)


def _used(spec: Comparison) -> list[tuple[str, str]]:
    """Return the months that a comparison names, with the key under which they stand."""
    used = [("dates", name) for name in spec.dates] + [("demands", demand.month) for demand in spec.demands]
    used += [("thresholds", rule.month) for rule in spec.thresholds if rule.month]
    return used + ([("judged_at", spec.judged_at)] if spec.judged_at else [])


def _groups(spec: Comparison) -> Iterator[Problem]:
    for key in ("parts", "rests", "held"):
        groups = getattr(spec, key)
        yield from _unknown(key, groups, spec.policies, "the comparison has no policy")


def _game(spec: Comparison) -> Iterator[Problem]:
    game = spec.game
    if game is None:
        return
    if len(game.sides) != 2:
        yield Problem(WHERE, "game.sides", "a game has two sides", "two objectives")
    for row, column in game.cells:
        yield from _unknown("game.cells", [row], game.rows, "the game has no row")
        yield from _unknown("game.cells", [column], game.columns, "the game has no column")
    for row in game.rows:
        for column in game.columns:
            if (row, column) not in game.cells:
                yield Problem(WHERE, "game.cells", f"there is no arm for ({row}, {column})", "one for every cell")


def _arms(spec: Comparison) -> Iterator[tuple[str, list[str]]]:
    yield "baseline", [spec.baseline]
    yield "policies", list(spec.policies)
    for key in ("parts", "rests", "held"):
        yield key, [arm for arms in getattr(spec, key).values() for arm in arms.values()]
    if spec.game:
        yield "game.cells", list(spec.game.cells.values())
