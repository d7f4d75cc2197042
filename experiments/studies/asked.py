"""What a study's command line asks for: the parts of a `StudyRequest` and of its execution, each judged on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.compose import MAX_SEEDS, NAME, flatten, outputs_of, part, seeds_of, split_params
from experiments.studies.arms import Arm, arms_of
from experiments.studies.designs import SETTINGS as VARIABLE
from experiments.studies.draws import AS_GIVEN, GIVEN, Draws, from_posterior, from_priors
from experiments.studies.execution import Execution
from experiments.studies.line import Line
from experiments.studies.lists import expand, flat
from experiments.studies.request import Scenarios, StudyRequest
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem
from sim.futures import NONE


def shared(line: Line) -> dict[str, Any]:
    """Return what all runs share, as `StudyRequest.settings` holds it."""
    settings, varied = line.settings, {axis.key for axis in line.axes}
    found: dict[str, Any] = {}
    for key, keyword in VARIABLE.items():
        group, _, name = key.partition(".")
        value = part(settings, group, name or "name")
        if key not in varied and value is not None:
            found[keyword] = value
    for key in ("horizon", "history_until"):
        if key in found:
            found[key] = str(found[key])
    found["world"] = line.world or found.get("world", "history")
    found["centre"], own = split_params(settings, line.places)
    found["params"] = {path: value for path, value in own.items() if f"params.{path}" not in varied}
    written = [(key, str(value)) for key, value in flatten(settings.get("levers") or {}).items()]
    found["levers"] = [*written, *line.levers]
    return {key: value for key, value in found.items() if value not in ({}, [])}


def seeds(line: Line, problems: list[Problem]) -> tuple[int, ...]:
    """Return the seeds of ``seed=range(0,32)``, ``seed=3`` or ``seeds=32``."""
    for axis in line.axes:
        if axis.key == "seed":
            if not axis.values:
                problems.append(Problem(axis.place, "seed", "seeds are no interval", "seed=range(0,32) or seeds=32"))
            bad = [v for v in axis.values if isinstance(v, bool) or not isinstance(v, int) or v < 0]
            if bad or len(axis.values) > MAX_SEEDS:
                problems.append(Problem(axis.place, "seed", f"{bad[:3]} are no seeds", "whole numbers of 0 or more"))
                return (0,)
            return axis.values or (0,)
    return seeds_of(line.settings, line.places, problems) or (0,)


def draws(line: Line, problems: list[Problem]) -> Draws:
    """Return the parameter draws of ``draws=64``, ``draws=FILE`` or ``draws=FILE:64``."""
    given, seed = line.settings.get("draws"), line.whole("draws_seed", problems, low=0)
    if given in (None, 0, "none"):
        return AS_GIVEN
    file, _, number = str(given).rpartition(":")
    try:
        if isinstance(given, int) and not isinstance(given, bool):
            return from_priors(given, seed)
        if file and number.isdigit():
            return from_posterior(file, int(number), seed)
        return from_posterior(str(given))
    except InputError as error:
        problems += [Problem(line.place("draws"), p.key, p.message, p.legal or "", p.nearest) for p in error.problems]
        return AS_GIVEN


def execution(line: Line, problems: list[Problem]) -> Execution:
    """Return how the study is executed."""
    given = line.settings.get("execution")
    values: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {"kind": given}
    values["address"] = str(values.get("address") or "")
    flags: dict[str, Any] = {"fail_fast": "--fail-fast" in line.flags, "retry_failed": "--retry-failed" in line.flags}
    for key in ("workers", "chunk", "recycle"):
        if key in values and (isinstance(values[key], bool) or not isinstance(values[key], int)):
            full = f"execution.{key}"
            problems.append(Problem(line.place(full), full, f"{values[key]!r} is not legal", "a whole number"))
            values.pop(key)
    try:
        return Execution(**values, **flags)
    except InputError as error:
        problems += error.problems
        return Execution()


def arms(line: Line, key: str, problems: list[Problem]) -> tuple[Arm, ...]:
    """Return the arms of a list of policies; ``glob(us_*)`` stands for all names that match."""
    from sim.library import files

    items = expand(key, line.texts(key, problems), files("policy"), line.place(key), problems)
    try:
        found = arms_of(items) if items else ()
    except InputError as error:
        problems += error.problems
        return ()
    known("policy", (name for arm in found for name in arm.policies), line.place(key), problems)
    return found


def futures(line: Line, problems: list[Problem]) -> tuple[str, ...]:
    """Return the futures that are crossed with the policies."""
    from sim.library import files

    place = line.place("futures")
    found = flat(expand("futures", line.texts("futures", problems), files("future"), place, problems)) or (NONE,)
    known("future", found, line.place("futures"), problems)
    return found


def known(group: str, names: Iterable[str], place: str, problems: list[Problem]) -> None:
    """Refuse names of a group of files (policy, future, objective) that there are not, with the nearest ones."""
    from sim.library import find

    for name in names:
        try:
            find(group, name)
        except InputError as error:
            problems += [Problem(place, name, p.message, p.legal or "", p.nearest) for p in error.problems]


def name_of(line: Line, default: str, problems: list[Problem]) -> str:
    """Return the name of the study."""
    given = line.settings.get("name")
    if given is not None and not NAME.match(str(given)):
        legal = "letters, digits, '.', '_', '+' and '-', at most 80"
        problems.append(Problem(line.place("name"), "name", f"{given!r} can't name a folder", legal))
    return default if given is None else str(given)


def several(names: Sequence[str], shown: int = 3) -> str:
    """Return the name of a study of some things: the first few, and how many more."""
    rest = len(names) - shown
    return "+".join(names[:shown]) + (f"+{rest}_more" if rest > 0 else "")


def folder_of(line: Line, problems: list[Problem]) -> Path:
    """Return the outputs folder."""
    return outputs_of(line.settings, line.places, problems)


def months_of(line: Line, key: str, problems: list[Problem]) -> tuple[str, ...]:
    """Return a list of months of the settings; what is no month is left out and told."""
    found = []
    for text in flat(line.texts(key, problems)):
        try:
            found.append(month_name(month_index(text)))
        except ValueError as error:
            problems.append(Problem(line.place(key), key, str(error), f"{key}=[2028-12,2030-12]"))
    return tuple(found)


def spans(request: StudyRequest) -> tuple[tuple[int, int], ...]:
    """Return first and last month (t) of the runs of a study: one pair, or several if a design varies them.

    Raises:
        InputError: whatever is wrong with the scenarios of the first policy.
    """
    points, keys = request.points, ("world", "horizon", "history.until")
    places = [place for place, key in enumerate(points.keys) if key in keys]
    first: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(points.rows):
        first.setdefault(tuple(row[place] for place in places), number)
    source = Scenarios(request)
    found = (source.at(request.policies[0], NONE, number, GIVEN) for number in first.values())
    return tuple(dict.fromkeys((scenario.start, scenario.horizon) for scenario in found))


def within(line: Line, months: Iterable[str], request: StudyRequest, problems: list[Problem]) -> None:
    """Refuse months of ``dates`` that no run of a study has; what is wrong with the runs is left to the plan."""
    months = tuple(months)
    try:
        found = spans(request) if months else ()
    except InputError:
        return
    legal = " or ".join(f"{month_name(first)} to {month_name(last)}" for first, last in found)
    for text in months:
        if not any(first <= month_index(text) <= last for first, last in found):
            problems.append(Problem(line.place("dates"), "dates", f"no run has the month {text}", legal))
