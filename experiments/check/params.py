"""Values of parameters in words: what each was, what it becomes, and whether that is outside its prior range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.check.document import Document
from experiments.check.places import Asked
from experiments.check.report import Report, together
from experiments.info.table import cell
from experiments.layers import read_mapping
from experiments.templates import reference, steps
from sim.errors import InputError
from sim.parameters import Parameters, catalogue
from sim.schema import ParameterInfo

OUTSIDE = "outside that range, so the answer rests on this value"


def report(asked: Asked, document: Document, horizon: str | None) -> Report:
    """Return a set of parameters in words; a horizon says nothing to it.

    Raises:
        InputError: everything that a run would refuse.
    """
    values = flattened(read_mapping(asked.path))
    try:
        Parameters.from_overrides(values, document.shown)
    except InputError as error:
        raise InputError(together(document, error.problems)) from error
    called = asked.name or reference(asked.path, "params")
    is_known = not called.endswith((".yaml", ".yml"))  # else it lies outside conf/params
    name = asked.path.stem
    lines = [*changes(values)] or ["It changes nothing: every parameter keeps its default."]
    if not is_known:
        lines += [
            "",
            f"A run finds it by name once it lies in conf/params of the working folder: conf/params/{name}.yaml",
        ]
    return Report(
        "params",
        f"a legal set of {len(values)} parameter{'s' * (len(values) != 1)}",
        tuple(lines),
        steps("params", name, None),
        {"name": name, "params": records(values)},
    )


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested sections as dotted paths."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= flattened(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def changes(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield each value that is set, beside the default, as one line."""
    for row in records(values):
        prior = (
            f"; prior {_prior(row)}{', ' + OUTSIDE if row['outside_prior'] else ''}" if row["low"] is not None else ""
        )
        same = " (its default)" if row["value"] == row["default"] else f" instead of {cell(row['default'])}"
        yield f"- {row['path']} is {cell(row['value'])}{same} ({row['unit']}{prior}): {row['meaning']} {row['tag']}"


def records(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each legal value that is set as plain data, in the order of the schema."""
    return [_row(info, values[info.path]) for info in catalogue() if info.path in values]


def _row(info: ParameterInfo, given: Any) -> dict[str, Any]:
    value = _as_default(given, info.default)
    return {
        "path": info.path,
        "value": value,
        "default": info.default,
        "unit": info.unit,
        "low": info.low,
        "high": info.high,
        "outside_prior": _is_outside(value, info),
        "tag": info.tag,
        "meaning": info.meaning,
    }


def _as_default(given: Any, default: Any) -> Any:
    """Return a value of the kind that the default has, as the schema reads it."""
    return type(default)(float(given)) if isinstance(default, (int, float)) and not isinstance(default, bool) else given


def _is_outside(value: Any, info: ParameterInfo) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return (info.low is not None and value < info.low) or (info.high is not None and value > info.high)


def _prior(row: Mapping[str, Any]) -> str:
    return f"{cell(float(row['low']))} to {cell(float(row['high']))}"
