"""Reads a roster as written, with the line of each key, and turns what is wrong into problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from sim.errors import InputError, Problem, nearest
from sim.library import find, shown
from sim.policy_reader import plain

T = TypeVar("T")
GROUP = "world"


@dataclass
class Written:
    """A roster as the user wrote it, and what is wrong with it so far.

    Attributes:
        values: the mapping.
        place: file, or ``world`` for a mapping.
        lines: dotted path of each key to its line.
        problems: what was found.
    """

    values: dict[str, Any]
    place: str
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def where(self, *path: str) -> str:
        """Return ``file:line`` of a key, of the nearest key around it if it is not there, or the place."""
        for depth in range(len(path), 0, -1):
            if path[:depth] in self.lines:
                return f"{self.place}:{self.lines[path[:depth]]}"
        return self.place

    def refuse(self, path: tuple[str, ...], message: str, legal: str | None = None, near: str | None = None) -> None:
        """Add a problem of a key."""
        self.problems.append(Problem(self.where(*path), ".".join(path), message, legal, near))

    def mapping(self, given: object, *path: str) -> dict[str, Any]:
        """Return a mapping with plain keys; empty, with a problem, if it is none (None is an empty one)."""
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self.refuse(path, "this must be a mapping of keys to values")
            return {}
        return {str(key): value for key, value in given.items()}

    def known(self, given: Iterable[str], legal: Iterable[str], what: str, *path: str) -> None:
        """Refuse the keys of a mapping that nothing reads."""
        options = tuple(legal)
        for key in given:
            if key not in options:
                self.refuse((*path, key), f"there is no {what} {key!r}", ", ".join(options), nearest(key, options))

    def build(self, kind: type[T], values: Mapping[str, Any], *path: str) -> T | None:
        """Return a record of ``kind``, or None with a problem for each unknown, missing or illegal value."""
        names = [item.name for item in fields(kind) if item.name not in HIDDEN]  # type: ignore[arg-type]
        legal = {item.name: _legal(item) for item in fields(kind)}  # type: ignore[arg-type]
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
        try:
            return kind(**given)
        except ValidationError as error:
            for item in error.errors():
                key = str(item["loc"][0]) if item["loc"] else ""
                if item["type"] == "unexpected_keyword_argument":
                    self.refuse((*path, key), "there is no such key", ", ".join(names), nearest(key, names))
                elif item["type"] == "missing":
                    self.refuse((*path, key), "this key is missing", legal.get(key))
                else:
                    self.refuse((*path, key), f"{values.get(key)!r} is not legal", legal.get(key))
        self.problems = list(dict.fromkeys(self.problems))
        return None


HIDDEN = ("name", "code")
"""Fields of records that stand as the key of their mapping."""


def read_roster(source: str | Path | Mapping[str, Any]) -> Written:
    """Return a roster as written.

    Args:
        source: name of a shipped world, path of a YAML file, or the mapping itself.

    Raises:
        InputError: there is no such world, or the file can't be read.
    """
    if isinstance(source, Mapping):
        return Written({str(key): value for key, value in source.items()}, GROUP)
    path = find(GROUP, source)
    place = shown(path)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(Problem(f"{place}:{line}", path.stem, f"this is not YAML: {error.problem}")) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(place, path.stem, f"the file can't be read: {error}")) from error
    if not isinstance(node, yaml.MappingNode):
        raise InputError(Problem(place, path.stem, "a world is a mapping of keys to values"))
    written = Written({"name": path.stem, **plain(node)}, place)
    _walk(node, (), written)
    return written


def _walk(node: yaml.Node, path: tuple[str, ...], written: Written) -> None:
    """Note the line of every key; a key that stands twice in one mapping is a problem."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key_node, value in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in seen:
            what = f"there are two labs of the name {key!r}" if path == ("labs",) else "this key stands twice"
            written.problems.append(Problem(f"{written.place}:{line}", ".".join((*path, key)), what, "one of each"))
        seen.add(key)
        written.lines[(*path, key)] = line
        _walk(value, (*path, key), written)


def _legal(item: Any) -> str | None:
    return getattr(item.default, "description", None)
