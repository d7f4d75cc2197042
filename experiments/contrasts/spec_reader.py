"""Plain data -> the fields of a comparison, with every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from experiments.contrasts.spec import FORMAT, Demand, Game, Threshold
from sim.errors import InputError, Problem, nearest

NEEDED = ("baseline", "policies")


def read(given: Any, where: str) -> dict[str, Any]:
    """Return keyword arguments of ``Comparison``.

    Args:
        given: a mapping.
        where: what messages call it.

    Raises:
        InputError: unknown or missing keys, another format, values that are not of their kind.
    """
    if not isinstance(given, Mapping):
        raise InputError(Problem(where, "comparison", "this is no comparison", "keys and values"))
    problems = [
        Problem(where, str(key), "a comparison has no such key", ", ".join(READERS), nearest(str(key), READERS))
        for key in given
        if key not in READERS and key != "format"
    ]
    problems += [Problem(where, key, "this key is missing", READERS[key][1]) for key in NEEDED if key not in given]
    if given.get("format", FORMAT) != FORMAT:
        message = f"this comparison has format {given['format']!r}, and this version reads format {FORMAT}"
        problems.append(Problem(where, "format", message, "the version that made it"))
    found = {}
    for key, (reader, legal) in READERS.items():
        if key in given:
            try:
                found[key] = reader(given[key])
            except (TypeError, ValueError, KeyError, AttributeError):
                problems.append(Problem(where, key, "this value is not legal", legal))
    if problems:
        raise InputError(problems)
    return found


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        raise TypeError(value)
    return tuple(_word(item) for item in value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(value)
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def _rules(kind: type[Threshold] | type[Demand]) -> Callable[[Any], tuple[Any, ...]]:
    def rules(value: Any) -> tuple[Any, ...]:
        return tuple(_rule(kind, row) for row in value)

    return rules


def _rule(kind: type[Threshold] | type[Demand], row: Any) -> Threshold | Demand:
    names = kind._fields
    if isinstance(row, Mapping):
        row = dict(kind._field_defaults) | dict(row)
        if set(row) != set(names):
            raise ValueError(row)
        row = [row[name] for name in names]
    row = [*row, *list(kind._field_defaults.values())[: max(len(names) - len(row), 0)]]
    values: list[Any] = [_number(v) if name == "value" else _word(v) for name, v in zip(names, row, strict=True)]
    return kind(*values)


def _arms(value: Any) -> dict[str, dict[str, str]]:
    return {_word(policy): {_word(k): _word(arm) for k, arm in arms.items()} for policy, arms in value.items()}


def _game(value: Any) -> Game:
    if set(value) != {"sides", "rows", "columns", "cells"}:
        raise ValueError(value)
    cells = {(_word(cell["row"]), _word(cell["column"])): _word(cell["arm"]) for cell in value["cells"]}
    sides = _words(value["sides"])
    if len(sides) != 2:
        raise ValueError(value)
    return Game((sides[0], sides[1]), _words(value["rows"]), _words(value["columns"]), cells)


def _maybe(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else reader(value)


_ARMS = (_arms, "policy to {lever or mechanism: arm}")
READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "baseline": (_word, "a policy of the study"),
    "policies": (_words, "a list of policies of the study"),
    "measures": (_words, "a list of headline measures"),
    "headline": (_word, "a headline measure"),
    "dates": (_words, "a list of months"),
    "judged_at": (_word, "a month"),
    "objectives": (_words, "a list of objectives"),
    "level": (_number, "a number, as 0.95"),
    "replicates": (_whole, "a whole number"),
    "seed": (_whole, "a whole number"),
    "thresholds": (_rules(Threshold), "a list of measure, sign, value and, if wanted, month"),
    "demands": (_rules(Demand), "a list of measure, sign, value, month"),
    "parts": _ARMS,
    "rests": _ARMS,
    "held": _ARMS,
    "game": (_maybe(_game), "sides, rows, columns and cells (row, column, arm)"),
    "precision": (_maybe(_number), "a number, or null"),
    "pairs": (_maybe(_whole), "a whole number, or null"),
}
