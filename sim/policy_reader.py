"""Reads policy files and lever overrides into raw entries that still know the line on which each key stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.errors import InputError, Problem, nearest
from sim.levers import LEVERS

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FILE_KEYS = ("name", "title", "question", "reason", "base", "starts", "entries")


@dataclass(frozen=True)
class Raw:
    """A mapping as the user wrote it, with the place of each key."""

    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)
    place: str = ""

    def where(self, key: str = "") -> str:
        """Return ``file:line`` of a key, or the place of the mapping."""
        line = self.lines.get(key, self.lines.get(""))
        return self.place if line is None else f"{self.place}:{line}"


@dataclass(frozen=True)
class RawPolicy:
    """A policy file as written."""

    head: Raw
    entries: tuple[Raw, ...]


def read_policy_file(path: Path, shown: str | None = None) -> RawPolicy:
    """Return the raw content of a policy file.

    Raises:
        InputError: the file can't be read or is no mapping of the known keys with a list of entries.
    """
    return read_list_file(path, "entries", FILE_KEYS, "a policy file", shown or str(path))


def read_list_file(path: Path, key: str, keys: tuple[str, ...], kind: str, place: str) -> RawPolicy:
    """Return a file that holds a few known keys and, under one of them, a list of mappings.

    Args:
        path: the file.
        key: the key of the list.
        keys: all keys that it may have.
        kind: what to call it, for example ``a policy file``.
        place: its name in messages.

    Raises:
        InputError: the file can't be read or has another shape.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(Problem(f"{place}:{line}", path.stem, f"this is not YAML: {error.problem}")) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(place, path.stem, f"the file can't be read: {error}")) from error
    if not isinstance(node, yaml.MappingNode):
        raise InputError(Problem(place, path.stem, f"{kind} is a mapping", ", ".join(keys)))
    problems: list[Problem] = []
    head = _mapping(node, place, problems)
    problems += [
        Problem(head.where(name), name, f"{kind} has no such key", ", ".join(keys), nearest(name, keys))
        for name in head.values
        if name not in keys
    ]
    entries = _entries(node, key, place, problems)
    if problems:
        raise InputError(problems)
    return RawPolicy(head, entries)


def _entries(node: yaml.MappingNode, name: str, place: str, problems: list[Problem]) -> tuple[Raw, ...]:
    for key, value in node.value:
        if key.value != name:
            continue
        if not isinstance(value, yaml.SequenceNode):
            problems.append(Problem(f"{place}:{key.start_mark.line + 1}", name, f"this must be a list of {name}"))
            return ()
        rows = []
        for item in value.value:
            if isinstance(item, yaml.MappingNode):
                rows.append(_mapping(item, place, problems))
            else:
                line = item.start_mark.line + 1
                problems.append(Problem(f"{place}:{line}", name, "an entry is a mapping of keys to values"))
        return tuple(rows)
    return ()


def _mapping(node: yaml.MappingNode, place: str, problems: list[Problem]) -> Raw:
    values: dict[str, Any] = {}
    lines = {"": node.start_mark.line + 1}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in values:
            problems.append(Problem(f"{place}:{line}", key, "this key stands twice in one mapping"))
        values[key] = plain(value_node)
        lines[key] = line
    return Raw(values, lines, place)


def plain(node: yaml.Node) -> Any:
    """Return what a node holds as plain values; dates stay text."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    if node.tag == "tag:yaml.org,2002:timestamp":
        return str(node.value)
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, yaml.YAMLError):
        return str(node.value)


def read_value(text: str) -> Any:
    """Return a value as YAML reads it (numbers, booleans, lists, mappings), else the text itself."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return text
    return "" if node is None else plain(node)


def read_lever_override(key: str, text: object, actors: Mapping[str, str]) -> Raw:
    """Return the raw entry of ``<lever>.<actor>.<target>`` = ``value[@from[..until]]``.

    Args:
        key: the part after ``lever.``.
        text: the part after ``=``.
        actors: everything that may be an actor (names may hold dots).

    Raises:
        InputError: the key has no target, or its lever is unknown.
    """
    place = f"lever.{key}={text}"
    lever, _, rest = key.partition(".")
    if lever not in LEVERS:
        legal = "a name of `opengambit levers`"
        raise InputError(Problem(place, "lever", f"there is no lever {lever!r}", legal, nearest(lever, LEVERS)))
    actor = max((a for a in actors if rest == a or rest.startswith(f"{a}.")), key=len, default=rest.split(".")[0])
    target = rest[len(actor) + 1 :]
    value, _, dates = str(text).partition("@")
    start, _, until = dates.partition("..")
    values: dict[str, Any] = {"actor": actor, "lever": lever, "value": read_value(value)}
    if target:
        values["target"] = read_value(target) if target[0] in "{[" else target
    values |= {name: day for name, day in (("from", start), ("until", until)) if day}
    if "@" in str(text) and not start:
        raise InputError(Problem(place, "from", "no date stands after '@'", "value@YYYY-MM or value@YYYY-MM..YYYY-MM"))
    return Raw(values, {}, place)
