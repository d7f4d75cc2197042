"""What a calibration is fitted to: observed series, and moments that the set states itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.calibration.moments import MOMENT_KEYS, moment_of
from experiments.evidence.series import Series
from sim.errors import Problem, nearest

TARGET_KEYS = ("instrument", "entity", "geography", "weight")


@dataclass(frozen=True)
class Target:
    """A series that is fitted.

    Attributes:
        series: its points.
        weight: beside that by confidence and effective size.
    """

    series: Series
    weight: float = 1.0


def targets_of(
    content: Mapping[str, Any], known: Mapping[str, Series], everything: Mapping[str, Series], where: str,
    problems: list[Problem], until: str | None,
) -> tuple[tuple[Target, ...], tuple[str, ...]]:  # fmt: skip
    """Return targets with points, and keys of those that have none by the last month of the data.

    Args:
        content: of the set.
        known: observed series by key, cut at ``until``.
        everything: the same without the cut.
        where: file of the set, for messages.
        problems: whatever is wrong is added.
        until: last month of the data, YYYY-MM; later moments are left out.
    """
    found: dict[str, Target] = {}
    left_out: list[str] = []
    for key, entry in _entries(content, "targets", TARGET_KEYS, where, problems):
        series, name = _observed(entry, known, everything, where, key, problems)
        if series is not None:
            _add(found, Target(series, _weight(entry, where, key, problems)), where, key, problems)
        left_out += [name] if name else []
    for key, entry in _entries(content, "moments", MOMENT_KEYS, where, problems):
        moment = moment_of(entry, where, key, problems)
        if moment is None:
            continue
        series = moment.known_by_end(until)
        if series is None:
            left_out.append(moment.series.key)
        else:
            _add(found, Target(series, _weight(entry, where, key, problems)), where, key, problems)
    return tuple(found.values()), tuple(left_out)


def _entries(
    content: Mapping[str, Any], part: str, keys: Sequence[str], where: str, problems: list[Problem]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each entry of a list with its place; what is no mapping of known keys is told."""
    given = content.get(part) or []
    if not isinstance(given, list):
        problems.append(Problem(where, part, "this is no list", "- {instrument: ..., entity: ...}"))
        return
    for number, entry in enumerate(given, 1):
        key = f"{part}[{number}]"
        if not isinstance(entry, Mapping):
            problems.append(Problem(where, key, f"{entry!r} is no target", "{instrument: ..., entity: ...}"))
            continue
        strange = [str(name) for name in entry if name not in keys]
        problems += [Problem(where, f"{key}.{name}", "a target has no such key", ", ".join(keys), nearest(name, keys))
                     for name in strange]  # fmt: skip
        yield key, entry


def _observed(
    entry: Mapping[str, Any], known: Mapping[str, Series], everything: Mapping[str, Series], where: str, key: str,
    problems: list[Problem],
) -> tuple[Series | None, str]:  # fmt: skip
    """Return the series of a target, or its key if it has no point by the last month of the data."""
    name = f"{entry.get('instrument', '')}/{entry.get('entity', '')}"
    places = [name, f"{name}@{entry.get('geography', '')}"]
    at = next((place for place in places if place in everything), "")
    if not at:
        near = nearest(places[-1].rstrip("@"), everything)
        problems.append(Problem(where, key, f"there is no series {name}", "a series of the observations", near))
        return None, ""
    return (known[at], "") if at in known else (None, at)


def _weight(entry: Mapping[str, Any], where: str, key: str, problems: list[Problem]) -> float:
    value = entry.get("weight", 1.0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        problems.append(Problem(where, f"{key}.weight", f"{value!r} is not legal", "a number, 0 or more"))
        return 1.0
    return float(value)


def _add(found: dict[str, Target], target: Target, where: str, key: str, problems: list[Problem]) -> None:
    if target.series.key in found:
        problems.append(Problem(where, key, f"{target.series.key} is a target already", "each series once"))
    found[target.series.key] = target
