"""The command line of ``opengambit validate``: what is asked for, checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.evidence.series import Series, load
from experiments.layers import conf_layers
from experiments.overrides import Grammar
from experiments.studies import asked
from experiments.studies.execution import Execution
from experiments.studies.line import Line, read_line
from experiments.validation.origins import FAMILIES, Wanted, headline, origins_of
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from experiments.calibration.sets import CalibrationSet

KEYS = (
    *("parts", "origins", "horizons", "data_until", "observations", "set", "draws", "posterior", "whole"),
    *("assimilation_half_life", "inversion_rounds", "inversion_seeds", "seed", "enterprises", "name", "outputs"),
    "seeds",  # a file with a seed says that there is no list of them (experiments/layers.py)
    *("execution", "execution.kind", "execution.workers", "execution.address", "execution.chunk"),
    "execution.recycle",
)
GRAMMAR = Grammar("validate", KEYS, "a validation takes one value")
LISTS = ("parts", "origins", "horizons")
FIT, ROLLING, CONDITIONAL, MOMENTS = PARTS = ("fit", "rolling", "conditional", "moments")
SPELT = {f"--{key.replace('_', '-')}": key for key in ("origins", "horizons", "data_until", "observations")}
"""Keys that may be written as options, too."""
PATHS = ("observations", "posterior", "set")
OWN_FLAGS = ("--quick", "--publish")
QUICK: dict[str, Any] = {
    "draws": 8, "whole": 2, "enterprises": 100, "inversion_rounds": 2, "inversion_seeds": 1,
    "execution": {"kind": "serial"},
}  # fmt: skip
"""What ``--quick`` makes smaller, beside the origins; spawning processes would take longer than so few runs."""
PRIOR = "prior"
POSTERIOR = Path("posterior") / "calibrated.csv"
HALF_LIVES = (3.0, 36.0)
RANGES = {"draws": 4, "whole": 1, "inversion_rounds": 0, "inversion_seeds": 1, "enterprises": 1}


@dataclass(frozen=True)
class Asked:
    """A checked command line.

    Attributes:
        parts: of the validation.
        series: all series of the observation table, cut at the last month of the data.
        wanted: origins and horizons that the user asks for.
        observations: file of the observations; None for that of the package.
        data_until: last month of the data, as given.
        chosen: what is free, and what it is fitted to.
        posterior: file of the posterior; None for prior draws.
        numbers: draws, whole, inversion_rounds, inversion_seeds, enterprises and seed.
        half_life: of residuals, months.
        execution, outputs, name, command: as typed.
        flags: options that were given.
    """

    parts: tuple[str, ...]
    series: Mapping[str, Series]
    wanted: Wanted
    observations: str | None
    data_until: str | None
    chosen: CalibrationSet
    posterior: Path | None
    numbers: Mapping[str, int]
    half_life: float
    execution: Execution
    outputs: Path
    name: str
    command: str
    flags: frozenset[str]

    @property
    def quiet(self) -> bool:
        """Whether progress is not shown."""
        return bool(self.flags & {"--quiet", "-q"})

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that the user may set and that changes a number, as plain data."""
        return {
            "parts": list(self.parts), "quick_origins": self.wanted.ends, "set": self.chosen.name,
            "assimilation_half_life": self.half_life,
            "origins": None if self.wanted.origins is None else [month_name(m) for m in self.wanted.origins],
            "horizons": None if self.wanted.horizons is None else list(self.wanted.horizons),
            "data_until": self.data_until,
            "observations": None if self.observations is None else _place(Path(self.observations)),
            "posterior": PRIOR if self.posterior is None else _place(self.posterior), **self.numbers,
        }  # fmt: skip


def _place(path: Path) -> str:
    """Return a path as a page may show it: below the working folder, or its name alone."""
    here, whole = Path.cwd(), path.resolve()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else whole.name


def read(argv: Sequence[str]) -> Asked:
    """Return what a command line asks for.

    Raises:
        InputError: everything that is wrong, at once.
    """
    problems: list[Problem] = []
    words, own = _spelt(argv, problems)
    line = read_line(GRAMMAR, words, problems, LISTS)
    line = replace(line, flags=line.flags | own)
    if not line.settings:
        raise InputError(problems)
    if "--quick" in own:
        small = {key: value for key, value in QUICK.items() if not _said(line, key)}
        line = replace(line, settings=line.settings | small)
    return _checked(line, argv, problems)


def _said(line: Line, key: str) -> bool:
    """Say whether the user set a key, or a part of it."""
    own = {place for place, where in line.places.items() if line.said(place) and not where.startswith(f"conf/{key}/")}
    return any(place == key or place.startswith(f"{key}.") for place in own)


def _spelt(argv: Sequence[str], problems: list[Problem]) -> tuple[list[str], frozenset[str]]:
    """Return the words with options as keys, and the options that only this verb has."""
    words, own, rest = [], set(), list(argv)
    while rest:
        word = rest.pop(0)
        option, equal, value = word.partition("=")
        if word in OWN_FLAGS:
            own.add(word)
        elif option in SPELT:
            if not equal and (not rest or rest[0].startswith("-")):
                problems.append(Problem(word, SPELT[option], "a value is missing here", f"{option} VALUE"))
                continue
            words.append(f"{SPELT[option]}={value if equal else rest.pop(0)}")
        else:
            words.append(word)
    return [_quoted(word) for word in words], frozenset(own)


def _quoted(word: str) -> str:
    """Return an override of a path so that any character of it is read as it stands."""
    key, equal, value = word.partition("=")
    plain = not equal or key not in PATHS or value in ("", "null") or value.startswith(("'", '"'))
    return word if plain else f"{key}='{value}'"


def _checked(line: Line, argv: Sequence[str], problems: list[Problem]) -> Asked:
    import shlex

    parts = _parts(line, problems)
    wanted = Wanted(_origins(line, problems), _horizons(line, problems), ends="--quick" in line.flags)
    until = _until(line, problems)
    numbers = {key: line.whole(key, problems, low) for key, low in RANGES.items()}
    numbers["seed"] = line.whole("seed", problems, 0)
    if line.settings.get("seeds") is not None:
        problems.append(Problem(line.place("seeds"), "seeds", "a validation has one seed", "seed=0"))
    half_life = _half_life(line, problems)
    execution, outputs = asked.execution(line, problems), asked.folder_of(line, problems)
    posterior = _posterior(line, parts, problems)
    series, chosen = _evidence(line, until, problems)
    name = asked.name_of(line, chosen.name if chosen else "", problems)
    _reachable(line, series, wanted, parts, problems)
    if problems or chosen is None:
        raise InputError(list(dict.fromkeys(problems)))
    given = line.settings.get("observations")
    return Asked(
        parts, series, wanted, None if given is None else str(given), until, chosen, posterior, numbers, half_life,
        execution, outputs, name, shlex.join(["opengambit", "validate", *argv]), line.flags,
    )  # fmt: skip


def _parts(line: Line, problems: list[Problem]) -> tuple[str, ...]:
    found = [str(item) for item in _flat(line, "parts", problems)]
    legal = ", ".join(PARTS)
    problems += [
        Problem(line.place("parts"), "parts", f"there is no part {item!r}", legal, nearest(item, PARTS))
        for item in found
        if item not in PARTS
    ]
    if not found:
        problems.append(Problem(line.place("parts"), "parts", "no part is asked for", legal))
    return tuple(part for part in PARTS if part in found)


def _flat(line: Line, key: str, problems: list[Problem]) -> tuple[Any, ...]:
    from experiments.studies.lists import flat

    return () if line.settings.get(key) is None else tuple(flat(line.texts(key, problems)))


def _origins(line: Line, problems: list[Problem]) -> tuple[int, ...] | None:
    given = asked.months_of(line, "origins", problems)
    return tuple(sorted({month_index(month) for month in given})) or None


def _horizons(line: Line, problems: list[Problem]) -> tuple[int, ...] | None:
    found = set()
    for item in _flat(line, "horizons", problems):
        if not str(item).isdigit() or int(item) < 1:
            message = f"{item!r} is no horizon"
            problems.append(Problem(line.place("horizons"), "horizons", message, "months ahead: horizons=[1,3,6]"))
        else:
            found.add(int(item))
    return tuple(sorted(found)) or None


def _until(line: Line, problems: list[Problem]) -> str | None:
    given = line.settings.get("data_until")
    if given is None:
        return None
    try:
        return month_name(month_index(str(given)))
    except ValueError as error:
        problems.append(Problem(line.place("data_until"), "data_until", str(error), "data_until=2025-12"))
        return None


def _half_life(line: Line, problems: list[Problem]) -> float:
    given, (low, high) = line.settings.get("assimilation_half_life"), HALF_LIVES
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not low <= given <= high:
        key = "assimilation_half_life"
        problems.append(Problem(line.place(key), key, f"{given!r} is not legal", f"{low:g} to {high:g} months"))
        return low
    return float(given)


def _posterior(line: Line, parts: Sequence[str], problems: list[Problem]) -> Path | None:
    """Return the file of the posterior; None for prior draws, and where no part needs one."""
    given, needed = line.settings.get("posterior"), bool({FIT, MOMENTS} & set(parts))
    if given is not None and given != PRIOR:
        path = Path(str(given))
        if not path.is_file():
            legal = "a CSV of `opengambit calibrate`, or prior"
            problems.append(Problem(line.place("posterior"), "posterior", f"there is no file {given}", legal))
        return path if needed else None
    if given == PRIOR or not needed:
        return None
    found = [layer / POSTERIOR for layer in reversed(conf_layers()) if (layer / POSTERIOR).is_file()]
    if found or "--quick" in line.flags:
        return found[0] if found else None
    message = f"the parts fit and moments need a posterior, and there is no conf/{POSTERIOR.as_posix()}"
    legal = "opengambit calibrate --publish makes it; or posterior=FILE; posterior=prior judges the prior"
    problems.append(Problem(line.place("posterior"), "posterior", message, legal))
    return None


def _evidence(
    line: Line, until: str | None, problems: list[Problem]
) -> tuple[dict[str, Series], CalibrationSet | None]:  # fmt: skip
    from experiments.calibration.sets import read_set

    given = line.settings.get("observations")
    try:
        series, everything = load(given, until), load(given)
    except InputError as error:
        problems += error.problems
        return {}, None
    try:
        return series, read_set(str(line.settings.get("set")), series, None, until, everything)
    except InputError as error:
        problems += error.problems
        return series, None


def _reachable(
    line: Line, series: Mapping[str, Series], wanted: Wanted, parts: Sequence[str], problems: list[Problem]
) -> None:
    """Refuse origins and horizons of which no forecast has a point in the data."""
    from experiments.validation.origins import last_month, targets

    if problems or not series or not {ROLLING, CONDITIONAL} & set(parts) or targets(series, wanted):
        return
    judged = headline(series)
    message = "no point of the data lies at these horizons from these origins"
    legal = "; ".join(
        f"{family.name}: {len(found)} origins from {month_name(found[0])} to {month_name(found[-1])}"
        for family in FAMILIES
        if (found := origins_of(family, last_month(s for s in judged.values() if s.instrument == family.instrument)))
    )
    key = "origins" if wanted.origins is not None else "horizons" if wanted.horizons is not None else "data_until"
    problems.append(Problem(line.place(key), key, message, legal or "observations of the headline series"))
