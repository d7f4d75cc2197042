"""The command line of a study: what varies, what all runs share, how it is executed, and what is only for the verb.

``opengambit sweep`` and ``opengambit compare`` read theirs here. Hydra composes one configuration: ``conf/<verb>.yaml``
with a file of the user on top, single values of the command line on top of that. What varies is expanded by the plan.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.compose import compose_settings, flatten
from experiments.layers import is_shipped, read_mapping
from experiments.overrides import Grammar, Override, is_path, sort_overrides, split
from experiments.studies.axes import Axis, read_axis
from experiments.studies.designs import SETTINGS as VARIABLE
from experiments.studies.lists import one_stack, read_list
from sim.errors import Problem, nearest

COMMON = (
    *("policies", "futures", "params", "levers", "world", "history.until", "horizon", "enterprises", "choice"),
    *("strategy", "reactions", "resample_population", "population_seed", "seed", "seeds", "draws", "draws_seed"),
    *("execution", "execution.kind", "execution.workers", "execution.address", "execution.chunk"),
    *("execution.recycle", "name", "outputs", "record"),
)
"""Keys that every study verb takes."""
LISTS = ("policies", "futures")
ALIASES = {"policy": "policies", "future": "futures"}
"""What ``run`` calls one of them stands for the list."""
FLAGS = ("--dry-run", "--fail-fast", "--retry-failed", "--quiet", "-q", "--no-figures", "--xlsx")


@dataclass(frozen=True)
class Line:
    """A command line that was read, and what stands in the configuration below it.

    Attributes:
        grammar: of the verb.
        settings: the composed configuration; lists are as typed.
        places: key to the file or override that set it.
        axes: what varies.
        levers: of the command line, single ones.
        world: path of ``world=``, if it is one.
        flags: those that were given.
        command: the command line.
    """

    grammar: Grammar
    settings: dict[str, Any]
    places: dict[str, str]
    axes: tuple[Axis, ...] = ()
    levers: tuple[tuple[str, str], ...] = ()
    world: str | None = None
    flags: frozenset[str] = field(default_factory=frozenset)
    command: str = ""

    def place(self, key: str) -> str:
        """Return how a message names what set a key."""
        return self.places.get(key, f"conf/{self.grammar.verb}.yaml")

    def said(self, key: str) -> bool:
        """Say whether a key is set by the user: on the command line, or in a file other than the one that ships."""
        return key in self.places and not is_shipped(self.places[key], self.grammar.verb)

    def texts(self, key: str, problems: list[Problem]) -> tuple[Any, ...]:
        """Return a list of the settings: texts, and tuples of texts where lists stand inside it."""
        try:
            return read_list(self.settings.get(key))
        except ValueError as error:
            problems.append(Problem(self.place(key), key, str(error), f"{key}=[a,b]"))
            return ()

    def whole(self, key: str, problems: list[Problem], low: int = 1) -> int:
        """Return a whole number of the settings."""
        if not self.settings:  # nothing could be composed, which was told
            return low
        given = self.settings.get(key)
        if isinstance(given, bool) or not isinstance(given, int) or given < low:
            problems.append(Problem(self.place(key), key, f"{given!r} is not legal", f"a whole number, {low} or more"))
            return low
        return given


def read_line(grammar: Grammar, argv: Sequence[str], problems: list[Problem], lists: Sequence[str] = LISTS) -> Line:
    """Return a command line of a study verb.

    Args:
        grammar: the verb and its keys.
        argv: overrides, options, and at most one YAML file that lies on top of ``conf/<verb>.yaml``.
        problems: whatever is wrong is added.
        lists: keys that hold lists.
    """
    grammar = replace(grammar, aliases=ALIASES)
    words = [word for word in argv if word not in FLAGS]
    top, words = _file_of(words, grammar, problems)
    axes: list[Axis] = []
    plain: list[str] = []
    given: dict[str, Override] = {}
    for word in words:
        override = _known(word, grammar, problems)
        if override is None:
            continue
        key = ALIASES.get(override.key, override.key)
        if key in given and not key.startswith("lever."):
            problems.append(Problem(override.place, key, f"this key is set twice (also by {given[key].text})"))
        given[key] = override
        axis = None if key in lists else read_axis_of(key, override.value, override.place, grammar, problems)
        axes += [axis] if axis is not None else []
        plain += [word] if axis is None and key not in lists else []
    if {"seed", "seeds"} <= set(given):
        message = "a study has either a list of seeds or a number of seeds"
        problems.append(Problem(given["seeds"].place, "seeds", message, "seed=range(0,32), or seeds=32"))
    settings, places, levers, world = _composed(grammar, plain, top, problems)
    for key in lists:
        if key in given:
            value = given[key].value
            settings[key] = one_stack(value) if given[key].key == "policy" else value
            places[key] = given[key].place
    taken = {axis.key for axis in axes}
    axes = [*_written(settings.get("axes"), taken | set(given), grammar, problems), *axes]
    if not {"seed", "seeds"} & {*given, *(axis.key for axis in axes)}:
        axes += _seeds_of_file(settings, places, problems)
    command = shlex.join(["opengambit", grammar.verb, *argv])
    return Line(grammar, settings, places, tuple(axes), levers, world, frozenset(argv) & frozenset(FLAGS), command)


def read_axis_of(key: str, text: str, place: str, grammar: Grammar, problems: list[Problem]) -> Axis | None:
    """Return the axis of a key that may vary, None if it is given one value; refuse one that may not."""
    if not (key in VARIABLE or key == "seed" or key.startswith(("params.", "lever."))) or key == "world":
        return None
    axis = read_axis(key, text, place, problems)
    if axis is not None and "axes" not in grammar.settings and key != "seed":
        problems.append(Problem(place, key, grammar.one, "one value"))
        return None
    return axis


def _file_of(words: list[str], grammar: Grammar, problems: list[Problem]) -> tuple[Path | None, list[str]]:
    """Return the YAML file among the words, and the other words."""
    files = [word for word in words if "=" not in word and is_path(word)]
    rest = [word for word in words if word not in files]
    for word in files[1:]:
        problems.append(Problem(word, grammar.verb, "a study has one file of settings", "one file, then overrides"))
    if files and not Path(files[0]).is_file():
        near = nearest(files[0], [str(path) for path in Path(files[0]).parent.glob("*.y*ml")])
        problems.append(Problem(files[0], grammar.verb, "there is no such file", "a YAML file of settings", near))
        return None, rest
    if files and "entries" in read_mapping(Path(files[0])):
        legal = f"opengambit {grammar.verb} 'policies=[{files[0]}]'"
        problems.append(Problem(files[0], grammar.verb, "this is a policy, and a study's file holds settings", legal))
        return None, rest
    return (Path(files[0]) if files else None), rest


def _known(word: str, grammar: Grammar, problems: list[Problem]) -> Override | None:
    if word.startswith("--"):
        near = nearest(word, FLAGS)
        problems.append(Problem(word, word, f"{grammar.verb} has no such option", ", ".join(FLAGS), near))
        return None
    known = Grammar(grammar.verb, (*grammar.settings, *ALIASES), grammar.one)
    return split(word, problems, known)


def _composed(
    grammar: Grammar, words: Iterable[str], top: Path | None, problems: list[Problem]
) -> tuple[dict[str, Any], dict[str, str], tuple[tuple[str, str], ...], str | None]:
    overrides = sort_overrides(words, [], grammar)  # what is wrong with a word was told when it was read
    settings, places = compose_settings(grammar.verb, overrides, problems, grammar, top)
    return settings, places, overrides.levers, overrides.world


def _seeds_of_file(settings: Mapping[str, Any], places: Mapping[str, str], problems: list[Problem]) -> list[Axis]:
    """Return the seeds of a file as an axis: ``seed: range(8,16)`` or ``seed: [1, 2]``."""
    seed, place = settings.get("seed"), places.get("seed", "conf")
    if not isinstance(seed, (str, list)):
        return []
    if settings.get("seeds") is not None:
        problems.append(
            Problem(place, "seed", "a study has either a list of seeds or a number of seeds", "one of them")
        )
        return []
    text = f"choice({','.join(map(str, seed))})" if isinstance(seed, list) else seed
    axis = read_axis("seed", text, place, problems)
    return [axis] if axis is not None else []


def _written(axes: Any, taken: set[str], grammar: Grammar, problems: list[Problem]) -> Iterable[Axis]:
    """Return the axes of the configuration that the command line does not set."""
    if axes in (None, {}):
        return []
    if not isinstance(axes, Mapping):
        problems.append(Problem("conf", "axes", "axes are no mapping", "params.demand.gamma: [0, 1.5, 4]"))
        return []
    found = []
    for key, value in flatten(axes).items():
        text = ",".join(str(item) for item in value) if isinstance(value, (list, tuple)) else str(value)
        axis = None if key in taken else read_axis(key, text, f"axes.{key}", problems)
        if axis is None and key not in taken:
            problems.append(Problem(f"axes.{key}", key, "this is one value", "a list, or a text of the sweep grammar"))
        found += [axis] if axis is not None else []
    return found
