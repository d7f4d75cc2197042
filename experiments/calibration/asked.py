"""What ``opengambit calibrate`` is asked: the command line, checked against the set and the observations."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from experiments.calibration.sets import CalibrationSet, read_set
from experiments.compose import compose_settings
from experiments.evidence.series import Series, load
from experiments.overrides import Grammar, Override, Overrides, split
from experiments.provenance import digest, model_digests, tree_digest
from experiments.studies import asked as study
from experiments.studies.execution import Execution
from experiments.studies.line import Line
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem, nearest

COUNTS = ("generations", "draws", "seeds", "enterprises", "accepted")
"""Numbers of the set that the command line may change."""
EXECUTION = tuple(f"execution.{key}" for key in ("kind", "workers", "address", "chunk", "recycle"))
GRAMMAR = Grammar(
    "calibrate",
    ("set", *COUNTS, "observations", "data_until", "seed", "outputs", "execution", *EXECUTION),
    "a calibration takes one value",
)
FLAGS = ("--quick", "--dry-run", "--quiet", "-q", "--publish", "--no-figures", "--retry-failed")
PATHS = ("set", "observations")
QUICK = {
    "generations": 2, "draws": 24, "seeds": 1, "enterprises": 200, "accepted": 12, "quantile": 0.5, "inversions": 1,
}  # fmt: skip
"""A calibration that shows every stage in a few minutes, and calibrates nothing."""
METHOD = ("abc.py", "distance.py", "session.py", "strengths.py")
"""Modules of this package, beside experiments/evidence, on which numbers depend."""


@dataclass(frozen=True)
class Asked:
    """A checked command line.

    Attributes:
        set: what is free, what is fitted, how much is run.
        seed: of the sampler.
        observations: file of the observations; empty for those that ship.
        until: last month of the data as asked, YYYY-MM; empty for all.
        execution: how runs are shared out.
        outputs: folder of studies.
        flags: options that were given.
        command: the command line.
    """

    set: CalibrationSet
    seed: int
    observations: str
    until: str
    execution: Execution
    outputs: Path
    flags: frozenset[str] = frozenset()
    command: str = "opengambit calibrate"

    @property
    def quiet(self) -> bool:
        """Whether nothing is told on the way."""
        return bool(self.flags & {"--quiet", "-q"})

    @property
    def last(self) -> str:
        """The last month of the runs, YYYY-MM: the last one in which a target has a point."""
        return month_name(max(math.ceil(float(item.end.max())) - 1 for item in self.set.series))

    @property
    def digest(self) -> str:
        """Eight hex digits of all that defines the result: set, points, seed, code and data."""
        quick = "--quick" in self.flags
        return digest([repr(part) for part in (self._plain(), self.seed, quick, method(), *model_digests())])[:8]

    def _plain(self) -> list[Any]:
        free = [(item.path, item.low, item.high) for item in self.set.free]
        points = [
            (t.series.key, t.weight, t.series.weight, *(part.tolist() for part in (
                t.series.start, t.series.end, t.series.values, t.series.se))) for t in self.set.targets
        ]  # fmt: skip
        return [self.set.name, free, points, vars(self.set.numbers), self.set.tolerance]


@lru_cache(maxsize=1)
def method() -> str:
    """Return the sha256 of the sources of the method: sampler, distance, inversion."""
    here = Path(__file__).resolve().parent
    own = [(here / name).read_text(encoding="utf-8") for name in METHOD]
    return digest([tree_digest(here.parent / "evidence", {".py"}), *own])


def read(argv: Sequence[str]) -> Asked:
    """Return a checked command line.

    Raises:
        InputError: everything that is wrong, at once.
    """
    problems: list[Problem] = []
    words = [word for word in argv if word not in FLAGS]
    overrides = _overrides(words, problems)
    settings, places = compose_settings("calibrate", overrides, problems, GRAMMAR)
    flags = frozenset(argv) & frozenset(FLAGS)
    line = Line(GRAMMAR, settings, places, flags=flags, command=_command(argv))
    execution, outputs = study.execution(line, problems), study.folder_of(line, problems)
    seed = line.whole("seed", problems, low=0)
    until = _month(line, problems)
    chosen = _set(line, until, problems)
    if "--quick" in flags and "--publish" in flags:
        problems.append(Problem("--publish", "--quick", "a quick calibration is a trial and is not published"))
    if problems or chosen is None:
        raise InputError(list(dict.fromkeys(problems)))
    return Asked(
        chosen, seed, str(settings.get("observations") or ""), until or "", execution, outputs, flags, line.command
    )


def _command(argv: Sequence[str]) -> str:
    """Return the command line without what changes no number: where files go, who runs what, what is told."""
    silent = (*(f for f in FLAGS if f != "--quick"), "outputs=", "execution")
    return shlex.join(["opengambit", "calibrate", *(word for word in argv if not word.lstrip("+").startswith(silent))])


def _overrides(words: Sequence[str], problems: list[Problem]) -> Overrides:
    """Return the command line; ``seed`` (of the sampler) and ``seeds`` (of a draw) go together here."""
    found: list[Override] = []
    for word in words:
        override = _word(word, problems)
        if override is None:
            continue
        if any(other.key == override.key for other in found):
            problems.append(Problem(override.place, override.key, "this key is set twice"))
        found.append(override)
    return Overrides(tuple(found), None, (), {item.key: item.place for item in found})


def _word(word: str, problems: list[Problem]) -> Override | None:
    if word.startswith("--"):
        near = nearest(word, FLAGS)
        problems.append(Problem(word, word, "calibrate has no such option", ", ".join(FLAGS), near))
        return None
    override = split(word, problems, GRAMMAR)
    if override is None:
        return None
    if override.key.startswith(("params.", "lever.")):
        message = "a calibration has its parameters in its set"
        problems.append(Problem(override.place, override.key, message, f"free: {{{override.key[7:]}: {{}}}} in set="))
        return None
    if override.key in PATHS and override.value not in ("", "null"):
        quoted = override.value.strip("'\"").replace("\\", "\\\\").replace("'", "\\'")
        return replace(override, value=f"'{quoted}'")
    return override


def _month(line: Line, problems: list[Problem]) -> str | None:
    given = line.settings.get("data_until")
    if given in (None, ""):
        return None
    try:
        return month_name(month_index(str(given)))
    except ValueError as error:
        problems.append(Problem(line.place("data_until"), "data_until", str(error), "data_until=2025-06"))
        return None


def _set(line: Line, until: str | None, problems: list[Problem]) -> CalibrationSet | None:
    """Return the set with the numbers of the command line; None if something is wrong with it."""
    if not line.settings:
        return None
    path = line.settings.get("observations")
    quick = QUICK if "--quick" in line.flags else {}
    given = quick | {key: line.settings[key] for key in COUNTS if line.settings.get(key) is not None}
    try:
        everything = load(path)
        known = load(path, until) if until else everything
        return read_set(str(line.settings.get("set")), known, given, until, everything)
    except InputError as error:
        problems += error.problems
        return None


def check_cells(items: Sequence[Series], last: str) -> None:
    """Refuse targets that no run of the model shows: one small run says what its instruments have.

    Args:
        items: series of the targets.
        last: last month of the runs, YYYY-MM.

    Raises:
        InputError: every target whose instrument has no such entity or geography.
    """
    from experiments.reality import model_place
    from sim import Scenario, simulate

    run = simulate(Scenario.load(horizon=last, history_until=last, enterprises=SMALL), 0)
    cells: dict[str, dict[str, set[str]]] = {}
    for name in {item.instrument for item in items}:
        frame = run.instrument(name)[["entity", "geography"]].drop_duplicates()
        for entity, place in frame.itertuples(index=False):
            cells.setdefault(name, {}).setdefault(str(entity), set()).add(str(place))
    problems = []
    for item in items:
        entities = cells.get(item.instrument, {})
        message = f"the instrument {item.instrument} shows no {item.entity} in {item.geography}"
        if item.entity not in entities:
            problems.append(
                Problem(f"series {item.key}", "entity", message, _some(entities), nearest(item.entity, entities))
            )
        elif model_place(item.geography, entities[item.entity]) not in entities[item.entity]:
            problems.append(Problem(f"series {item.key}", "geography", message, _some(entities[item.entity])))
    if problems:
        raise InputError(problems)


SMALL = 60
"""Enterprises of the run that shows what instruments there are."""


def _some(names: Mapping[str, Any] | set[str]) -> str:
    return ", ".join(sorted(names)[:20])
