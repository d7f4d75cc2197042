"""Parameter sets: files of ``conf/params`` that hold what differs from the defaults of the schema."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.library import find, shown


def named_set(given: str | Path | Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a parameter set as dotted path to value.

    Args:
        given: the name of a file of ``conf/params``, a path, a mapping of either form, or None for the defaults.

    Raises:
        InputError: there is no such file, or it is no mapping.
    """
    if given is None or isinstance(given, Mapping):
        return _flat(given or {})
    import yaml

    path = find("params", given)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if content is not None and not isinstance(content, Mapping):
        raise InputError(Problem(shown(path), "params", "the file holds no mapping", "demand: {gamma: 2.0}"))
    return _flat(content or {})


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat
