"""A YAML file as its author sees it: lines, keys, and what is wrong with the writing, in plain words.

What the keys mean is judged by the readers that a run uses; this finds what keeps them from reading at all, and keys
that stand twice, of which YAML silently takes the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from experiments.check.syntax import plain_words
from sim.errors import InputError, Problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MISSING_SPACE = "a space is missing"
TOO_DEEP = "the brackets or lists are nested too deeply to be read"


@dataclass(frozen=True)
class Document:
    """A file that is YAML.

    Attributes:
        path: the file.
        shown: its name in messages.
        node: what it holds; None if nothing but comments.
        lines: dotted path of each key of a mapping to its line (1 is the first).
        problems: what is wrong with the writing, though it can be read.
    """

    path: Path
    shown: str
    node: yaml.Node | None
    lines: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the file, without those inside them."""
        return tuple(key for key, _ in self.shapes)

    @property
    def shapes(self) -> tuple[tuple[str, bool], ...]:
        """The keys of the file, each with whether a mapping stands under it."""
        pairs = self.node.value if isinstance(self.node, yaml.MappingNode) else ()
        return tuple((str(key.value), isinstance(value, yaml.MappingNode)) for key, value in pairs)

    def where(self, *keys: str) -> str:
        """Return ``file:line`` of the first of some dotted keys that stands there, else the file."""
        found = next((self.lines[key] for key in keys if key in self.lines), None)
        return self.shown if found is None else f"{self.shown}:{found}"

    def refuse(self, message: str, legal: str | None = None, near: str | None = None) -> InputError:
        """Return the error that the file as a whole has one problem."""
        return InputError(Problem(self.shown, self.path.stem, message, legal, near))


def read_document(path: Path, shown: str) -> Document:
    """Return a file as YAML.

    Raises:
        InputError: it can't be read, is no text, or is not YAML; with line and column.
    """
    text = _text(path, shown)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise InputError(plain_words(text, error, path.stem, shown)) from error
    except RecursionError as error:
        raise InputError(Problem(shown, path.stem, TOO_DEEP)) from error
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    for problem in _walk(node, "", shown, lines, ()):
        problems.append(problem)
        if problem.message.startswith("it refers to itself"):
            raise InputError(problem)
    return Document(path, shown, node, lines, tuple(problems))


def _text(path: Path, shown: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(Problem(shown, path.stem, f"the file can't be read: {error.strerror}")) from error
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise InputError(Problem(shown, path.stem, "the text is UTF-16", "UTF-8: choose it in the editor when saving"))
    if b"\0" in data:
        raise InputError(Problem(shown, path.stem, "this is a binary file, no text", "a YAML file"))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"byte {data[error.start]:#04x} is no character of UTF-8 text"
        legal = "UTF-8: choose it in the editor when saving"
        raise InputError(Problem(f"{shown}:{line}", path.stem, message, legal)) from error


def _walk(
    node: yaml.Node | None, prefix: str, shown: str, lines: dict[str, int], above: tuple[int, ...]
) -> Iterator[Problem]:
    """Note the line of every key; yield keys that stand twice and what looks like a slip of spaces."""
    if node is not None and id(node) in above:
        place, name = f"{shown}:{node.start_mark.line + 1}", prefix.rstrip(".")
        yield Problem(place, name, "it refers to itself, by an anchor (&) and an alias (*)")
        return
    above = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _walk(item, prefix, shown, {}, above)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key_node, value in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        yield from _slips(key, value, seen, f"{shown}:{line}", prefix)
        seen.add(key)
        lines[f"{prefix}{key}"] = line
        yield from _walk(value, f"{prefix}{key}.", shown, lines, above)


def _slips(key: str, value: yaml.Node, seen: set[str], place: str, prefix: str) -> Iterator[Problem]:
    if key in seen:
        yield Problem(place, f"{prefix}{key}", "this key stands twice in one mapping", "each once")
    if key.startswith("-") and key[1:2].isalpha():
        yield Problem(place, key, f"{MISSING_SPACE} after the dash of a list", f"- {key[1:]}: VALUE")
    name, colon, rest = key.partition(":")
    if colon and not value.value and name.replace("_", "").isalnum():
        yield Problem(place, key, f"{MISSING_SPACE} after the colon", f"{name}: {rest}")
