"""Arguments of an info verb: words to filter by and a few options, refused in the same words as any other bad input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from experiments.info.table import Row, cell
from sim.errors import InputError, Problem, nearest


@dataclass(frozen=True)
class Options:
    """What the user typed behind a verb.

    Attributes:
        words: everything that is no option, in order.
        flags: options without a value that were given, without their dashes.
        values: options with a value.
    """

    words: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    values: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> bool:
        """Whether the answer is for a machine."""
        return "json" in self.flags


def parse(verb: str, args: Sequence[str], *, flags: Iterable[str] = ("json",), values: Iterable[str] = ()) -> Options:
    """Split ``args`` into words, flags and values (``--name value`` or ``--name=value``).

    Raises:
        InputError: for an option that the verb doesn't have, or one that lacks its value.
    """
    flag_names, value_names = set(flags), set(values)
    words, given, found = [], set(), {}
    rest = list(args)
    while rest:
        arg = rest.pop(0)
        name, equals, value = arg.removeprefix("--").partition("=")
        if not arg.startswith("-"):
            words.append(arg)
        elif name in flag_names and not equals:
            given.add(name)
        elif name in value_names and (value or (rest and not equals and not rest[0].startswith("--"))):
            found[name] = value or rest.pop(0)
        else:
            raise _refused(verb, arg, name, flag_names, value_names)
    return Options(tuple(words), frozenset(given), found)


def _refused(verb: str, arg: str, name: str, flags: set[str], values: set[str]) -> InputError:
    legal = ", ".join([f"--{flag}" for flag in sorted(flags)] + [f"--{value} VALUE" for value in sorted(values)])
    message = "needs a value" if name in values else "is not an option of this verb"
    near = None if name in values else nearest(name.lstrip("-"), flags | values)
    return InputError(Problem(verb, arg, message, legal, f"--{near}" if near else None))


def matching(verb: str, rows: Sequence[Row], words: Sequence[str], names: Sequence[str]) -> list[Row]:
    """Return the rows in which every word occurs, in any column and any case.

    Raises:
        InputError: if there is none, with the name among ``names`` that is nearest to the words.
    """
    found = [row for row in rows if all(_holds(row, word) for word in words)]
    if found or not words:
        return list(found)
    query = " ".join(words)
    raise InputError(Problem(verb, query, "matches nothing", f"opengambit {verb} lists all", near_name(query, names)))


def near_name(query: str, names: Sequence[str]) -> str | None:
    """Return the name nearest to ``query``; the last part of a dotted name counts as the name too."""
    lower = {name.lower(): name for name in names} | {name.lower().rsplit(".", 1)[-1]: name for name in names}
    near = nearest(query.lower(), lower)
    return lower[near] if near else None


def only(verb: str, rows: Sequence[Row], key: str, name: str) -> Row:
    """Return the row whose ``key`` is ``name`` (case ignored).

    Raises:
        InputError: if there is none.
    """
    for row in rows:
        if str(row[key]).lower() == name.lower():
            return row
    names = [str(row[key]) for row in rows]
    raise InputError(Problem(verb, name, "is not known", ", ".join(names), near_name(name, names)))


def _holds(row: Row, word: str) -> bool:
    return any(word.lower() in cell(value).lower() for value in row.values())
