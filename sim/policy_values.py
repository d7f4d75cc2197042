"""Reads the value, the share and the dates of a policy entry."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from math import isnan
from typing import Any

from sim.calendar import month_index
from sim.entries import ScheduledRelease, Value, month_of
from sim.errors import Problem, nearest
from sim.lever import Lever, Part
from sim.policy_reader import Raw
from sim.vocabulary import LICENCES, MODES, TIERS, Vocabulary

RECORD_KEYS = ("model", "lab", "line", "tier", "date", "licence", "q", "active_b", "total_b", "price")
_FIRST_YEAR, _LAST_YEAR = 2015, 2050


def read_date(raw: Raw, key: str, problems: list[Problem]) -> date | None:
    """Return the first day (``from``) or the last day (``until``) that a month or a date means."""
    given = raw.values.get(key)
    if given is None:
        return None
    day = parse_day(str(given), last=key == "until")
    if day is None:
        legal = f"YYYY-MM or YYYY-MM-DD, {_FIRST_YEAR} to {_LAST_YEAR}"
        problems.append(Problem(raw.where(key), key, f"{given!r} is not a date", legal))
    return day


def parse_day(text: str, *, last: bool) -> date | None:
    """Return the day of ``YYYY-MM-DD``, or the first or last day of ``YYYY-MM``; None if it is neither."""
    try:
        t = month_index(text)
        year, month = 2023 + t // 12, t % 12 + 1
        day = int(text[8:10]) if len(text) == 10 else calendar.monthrange(year, month)[1] if last else 1
        found = date(year, month, day)
    except (ValueError, IndexError):
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def read_share(raw: Raw, lever: Lever, problems: list[Problem]) -> float:
    """Return the share of the target for which the entry holds."""
    share = _number(raw.values.get("share", 1.0))
    if share is None or not 0 <= share <= 1:
        problems.append(Problem(raw.where("share"), "share", f"{raw.values['share']!r} is not a share", "0 to 1"))
        return 1.0
    if share != 1 and not lever.shares:
        problems.append(Problem(raw.where("share"), "share", f"{lever.name} holds for all or nothing", "1"))
    return share


def read_value_of(
    raw: Raw, lever: Lever, actors: tuple[str, ...], names: Vocabulary, problems: list[Problem]
) -> Value | None:
    """Return the value in the shape that the lever has, or None after adding a problem."""
    given = raw.values.get("value", lever.kind == "flag" or None)
    if given is None:
        return None
    if lever.kind == "record":
        return _record(raw, given, actors, names, problems)
    value: Value | None
    if lever.kind == "flag":
        value = float(given) if given in (0, 1, True, False) else None
    elif lever.kind == "modes":
        modes = frozenset(str(mode) for mode in (given if isinstance(given, list) else [given]))
        value = modes if modes and modes <= set(MODES) else None
    elif lever.kind == "parts":
        value = _parts(given, lever)
    else:
        value = _in_range(given, lever.low, lever.high)
    if value is None:
        problems.append(
            Problem(raw.where("value"), "value", f"{given!r} is not a legal value of {lever.name}", lever.legal)
        )
    return value


def _number(given: Any) -> float | None:
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        return None
    try:
        number = float(given)
    except ValueError:
        return None
    return None if isnan(number) else number


def _in_range(given: Any, low: float, high: float) -> float | None:
    number = _number(given)
    return number if number is not None and low <= number <= high else None


def _parts(given: Any, lever: Lever) -> tuple[tuple[str, float], ...] | None:
    if not isinstance(given, Mapping):
        number = _in_range(given, lever.low, lever.high)
        return None if number is None else tuple((name, number) for name in lever.plain)
    known = {part.name: part for part in lever.parts}
    read = {str(name): _part(value, known.get(str(name))) for name, value in given.items()}
    parts = tuple((name, part) for name, part in sorted(read.items()) if part is not None)
    return parts if parts and len(parts) == len(given) else None


def _part(given: Any, part: Part | None) -> float | None:
    if part is None:
        return None
    if part.words:
        return float(part.words.index(given)) if given in part.words else None
    return _in_range(given, 0.0, part.high)


def _record(
    raw: Raw, given: Any, actors: tuple[str, ...], names: Vocabulary, problems: list[Problem]
) -> ScheduledRelease | None:
    where, before = raw.where("value"), len(problems)
    if not isinstance(given, Mapping):
        problems.append(Problem(where, "value", "a scheduled release is a record", ", ".join(RECORD_KEYS)))
        return None
    record = {"lab": actors[0] if actors else "", "date": raw.values.get("from"), **given}
    problems += [
        Problem(where, f"value.{key}", "a release has no such key", ", ".join(RECORD_KEYS), nearest(key, RECORD_KEYS))
        for key in record
        if key not in RECORD_KEYS
    ]
    required = [key for key in RECORD_KEYS if key != "price"]
    problems += [
        Problem(where, f"value.{key}", "this key is missing", ", ".join(required))
        for key in required
        if record.get(key) in (None, "")
    ]
    if len(problems) == before:
        problems += _record_problems(record, where, actors, names)
    if len(problems) > before:
        return None
    return _release(record)


def _record_problems(
    record: Mapping[str, Any], where: str, actors: tuple[str, ...], names: Vocabulary
) -> list[Problem]:
    line, lab = str(record["line"]), str(record["lab"])
    day = parse_day(str(record["date"]), last=False)
    checks: list[tuple[str, bool, str]] = [
        ("model", str(record["model"]) not in names.models, "a name that no release of the data has"),
        ("lab", not actors or lab == actors[0], f"the actor, {actors[0] if actors else ''}"),
        ("line", names.lines.get(line) == lab, ", ".join(own for own in names.lines if names.lines[own] == lab)),
        ("tier", record["tier"] in TIERS, ", ".join(TIERS)),
        ("licence", record["licence"] in LICENCES, ", ".join(LICENCES)),
        ("date", day is not None and month_of(day) >= 0, "YYYY-MM or YYYY-MM-DD from 2023-01"),
        ("q", _in_range(record["q"], 50, 300) is not None, "50 to 300 (ECI)"),
        ("active_b", _in_range(record["active_b"], 0.01, 1e5) is not None, "0.01 or more (10^9 parameters)"),
        ("total_b", _in_range(record["total_b"], 0.01, 1e5) is not None, "0.01 or more (10^9 parameters)"),
        ("price", record.get("price") is None or _in_range(record["price"], 0, 1e4) is not None, "0 to 10000 ($/Mtok)"),
    ]
    return [
        Problem(where, f"value.{key}", f"{record.get(key)!r} is not legal", legal)
        for key, fine, legal in checks
        if not fine
    ]


def _release(record: Mapping[str, Any]) -> ScheduledRelease:
    price = record.get("price")
    return ScheduledRelease(
        model=str(record["model"]),
        lab=str(record["lab"]),
        line=str(record["line"]),
        tier=str(record["tier"]),
        t=month_index(str(record["date"])),
        licence=str(record["licence"]),
        q=float(record["q"]),
        active_b=float(record["active_b"]),
        total_b=float(record["total_b"]),
        price=None if price is None else float(price),
    )
