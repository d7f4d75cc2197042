"""Lists as people type them: ``a,b``, ``[a,b]``, ``[[a,b],./c.yaml]``; a list inside a list is a stack of policies.

``choice(a,b)`` and ``glob(us_*)`` are items of their own, which `expand` replaces by what they stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from experiments.studies.axes import read_axis
from sim.errors import Problem


def read_list(given: Any) -> tuple[Any, ...]:
    """Return the items of a list: texts, and tuples of texts where lists stand inside.

    Args:
        given: a text, or the value of a YAML key.

    Raises:
        ValueError: if the brackets do not match.
    """
    if given is None:
        return ()
    if isinstance(given, (list, tuple)):
        return tuple(read_list(item) if isinstance(item, (list, tuple)) else str(item) for item in given)
    text = str(given).strip()
    if _is_bracketed(text):
        text = text[1:-1]
    return tuple(_item(part) for part in _parts(text))


def one_stack(text: str) -> str:
    """Return ``[a,b]`` as the list of one stack, as a run reads it; any other list as it is."""
    text = text.strip()
    return f"[{text}]" if _is_bracketed(text) and "[" not in text[1:] else text


def expand(key: str, items: Iterable[Any], names: Iterable[str], place: str, problems: list[Problem]) -> list[Any]:
    """Return a list with the items that ``choice(...)`` and ``glob(...)`` stand for.

    Args:
        key: whose list it is.
        items: texts and stacks.
        names: what ``glob`` chooses from.
        place: how a message names it.
        problems: what can't be read is added.
    """
    found: list[Any] = []
    for item in items:
        if isinstance(item, str) and item.startswith(("glob(", "choice(")):
            axis = read_axis(key, item, place, problems, names)
            found += axis.values if axis is not None else []
        else:
            found.append(item)
    return found


def _item(text: str) -> Any:
    return tuple(_item(part) for part in _parts(text[1:-1])) if _is_bracketed(text) else text.strip("'\"")


def _is_bracketed(text: str) -> bool:
    """Say whether one pair of brackets encloses the whole text."""
    if not (text.startswith("[") and text.endswith("]")):
        return False
    return all(depth > 0 for depth in list(_depths(text))[:-1])


def _depths(text: str) -> Iterator[int]:
    depth = 0
    for letter in text:
        depth += (letter in "[(") - (letter in "])")
        yield depth


def _parts(text: str) -> list[str]:
    """Return what commas outside brackets divide."""
    parts, start = [], 0
    depths = list(_depths(text))
    if depths and (depths[-1] != 0 or min(depths) < 0):
        raise ValueError("the brackets do not match")
    for place, (letter, depth) in enumerate(zip(text, depths, strict=True)):
        if letter == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def flat(items: Iterable[Any]) -> tuple[str, ...]:
    """Return the texts of a list, with those of lists inside it."""
    return tuple(text for item in items for text in (flat(item) if isinstance(item, tuple) else (item,)))
