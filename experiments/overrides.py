"""Overrides as a user types them: which key each one sets, and what Hydra may see of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from experiments.layers import GROUPS
from sim.errors import Problem, nearest

SETTINGS = (
    *("policy", "levers", "params", "world", "history.until", "horizon", "enterprises", "choice"),
    *("future", "strategy", "reactions"),
    *("seed", "seeds", "resample_population", "population_seed", "name", "outputs", "record"),
)
_TEXT = ("name", "outputs", "future", "execution.address", "draws", "design")
_NUMBERS = re.compile(r"[-+\d.,\s]*")
_PREFIXES = ("++", "+", "~")


@dataclass(frozen=True)
class Grammar:
    """What a verb can be told.

    Attributes:
        verb: the verb.
        settings: keys that can be set; parameters and levers can always be.
        one: what is said where a key takes one value and several were given.
        aliases: other names of keys in files.
    """

    verb: str = "run"
    settings: tuple[str, ...] = SETTINGS
    one: str = "a run takes one value; several values would be several runs"
    aliases: Mapping[str, str] = field(default_factory=dict)

    def knows(self, key: str) -> bool:
        """Say whether a key can be set (parameters and levers are judged by their own schema)."""
        return key in self.settings or key.startswith(("params.", "lever."))


RUN = Grammar()


@dataclass(frozen=True)
class Override:
    """One ``key=value`` of the command line.

    Attributes:
        text: as typed.
        key: without the + or ~ before it.
        value: the part after the first ``=``.
    """

    text: str
    key: str
    value: str

    @property
    def place(self) -> str:
        """How a message names it."""
        return f"override {self.text}"

    @property
    def for_hydra(self) -> str:
        """The override in Hydra's grammar; groups are chosen, everything else is set."""
        number = self.key == "draws" and _NUMBERS.fullmatch(self.value)
        if self.key in _TEXT and self.value not in {"", "null"} and not number:
            quoted = self.value.strip("'\"").replace("\\", "\\\\").replace("'", "\\'")
            return f"++{self.key}='{quoted}'"
        return f"{self.key}={self.value}" if self.key in GROUPS else f"++{self.key}={self.value}"


@dataclass(frozen=True)
class Overrides:
    """The command line, sorted by who reads it.

    Attributes:
        hydra: composed by Hydra.
        policies: names and paths of ``policy=``, or None if it wasn't given.
        world: path of ``world=``, or None if it is a name or wasn't given.
        levers: pairs of ``<lever>.<actor>.<target>`` and ``value@dates``.
        places: key to the words that name the override.
    """

    hydra: tuple[Override, ...]
    policies: tuple[str, ...] | None
    levers: tuple[tuple[str, str], ...]
    places: dict[str, str]
    world: str | None = None


def sort_overrides(argv: Iterable[str], problems: list[Problem], grammar: Grammar = RUN) -> Overrides:
    """Return the sorted overrides; tokens that are none and unknown keys are added to ``problems``."""
    hydra: list[Override] = []
    policies: tuple[str, ...] | None = None
    world: str | None = None
    levers: list[tuple[str, str]] = []
    places: dict[str, str] = {}
    for text in argv:
        override = split(text, problems, grammar)
        if override is None:
            continue
        if override.key.startswith("lever."):
            levers.append((override.key.removeprefix("lever."), override.value))
            continue
        if override.key in places:
            message = f"this key is set twice (also by {places[override.key].removeprefix('override ')})"
            problems.append(Problem(override.place, override.key, message))
        places[override.key] = override.place
        if override.key == "policy":
            policies = _policies(override, problems)
        elif override.key == "world" and is_path(override.value):
            world = override.value.strip("'\"")
        else:
            hydra.append(override)
    if {"seed", "seeds"} <= set(places):
        message = "a run has either one seed or a number of seeds"
        problems.append(Problem(places["seeds"], "seeds", message, "seed=3, or seeds=32 for the seeds 0 to 31"))
    return Overrides(tuple(hydra), policies, tuple(levers), places, world)


def is_path(value: str) -> bool:
    """Say whether a value means a file, not a name of the library."""
    return value.strip("'\"").endswith((".yaml", ".yml")) or "/" in value or "\\" in value


def split(text: str, problems: list[Problem], grammar: Grammar = RUN) -> Override | None:
    """Return a word of the command line as an override; what is none is added to ``problems``."""
    prefix = next((mark for mark in _PREFIXES if text.startswith(mark)), "")
    key, sign, value = text.removeprefix(prefix).partition("=")
    key = key.strip()
    if prefix == "~":
        problems.append(Problem(f"override {text}", key, "a key can't be taken away", "key=value"))
        return None
    if key.startswith("-"):
        problems.append(Problem(f"override {text}", key, f"{grammar.verb} has no such option", "key=value, or --help"))
        return None
    if not sign:
        message = "an override is written key=value"
        near = nearest(key, grammar.settings)
        problems.append(Problem(f"override {text}", key, message, "key=value", near and f"{near}=..."))
        return None
    if not grammar.knows(key):
        problems.append(unknown_key(f"override {text}", key, grammar))
        return None
    return Override(text, key, value)


def unknown_key(where: str, key: str, grammar: Grammar = RUN) -> Problem:
    """Return the problem of a key that nothing reads, with the nearest one that is read."""
    from sim.parameters import catalogue

    paths = [f"params.{info.path}" for info in catalogue()]
    short = {path.rsplit(".", 1)[-1]: path for path in paths}
    near = nearest(key, (*grammar.settings, "lever.", *paths)) or short.get(
        nearest(key.rsplit(".", 1)[-1], short) or ""
    )
    legal = f"{', '.join(grammar.settings)}, params.<section>.<name>, lever.<name>.<actor>.<target>"
    return Problem(where, key, "there is no such setting", legal, near)


def _policies(override: Override, problems: list[Problem]) -> tuple[str, ...]:
    """Return the names of ``a`` or ``[a,b]``; ``a,b`` is a sweep, which a run is not."""
    value = override.value.strip()
    if value.startswith("[") and value.endswith("]"):
        names = tuple(name.strip().strip("'\"") for name in value[1:-1].split(","))
    elif "," in value:
        message = "a run has one policy; a,b would be two runs"
        problems.append(Problem(override.place, "policy", message, f"policy=[{value}] stacks them"))
        return ()
    else:
        names = (value.strip("'\""),)
    return tuple(name for name in names if name)
