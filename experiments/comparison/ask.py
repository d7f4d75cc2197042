"""What a comparison asks, from its command line: arms, runs, execution, and the specification of the contrasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from experiments.comparison.cast import Cast, distinct, names, taken_apart, with_game
from experiments.contrasts.sequential import FIRST
from experiments.contrasts.spec import Comparison, Demand, Threshold
from experiments.objectives import objective_files
from experiments.overrides import Grammar
from experiments.studies import asked
from experiments.studies.arms import Arm
from experiments.studies.execution import Execution
from experiments.studies.line import COMMON, Line, read_line
from experiments.studies.lists import flat
from experiments.studies.request import StudyRequest
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem

OWN = (
    *("baseline", "game", "precision", "max_pairs", "measures", "headline", "dates", "objective", "level"),
    *("replicates", "thresholds", "demands", "attribution"),
)
LISTS = ("policies", "futures", "baseline", "measures", "dates", "objective", "thresholds", "demands")
SEEDS, DRAWN_SEEDS = 32, 4
"""Seeds if none are asked for, and seeds per parameter draw."""
T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """A checked command line.

    Attributes:
        request: the study; with ``precision`` its seeds, or draws, are those of the first look.
        comparison: what is made of it.
        execution: how it is executed.
        outputs: folder of the studies.
        flags: options that were given.
        most: pairs at most, if a precision is asked for.
        notes: what was left out, as sentences.
    """

    request: StudyRequest
    comparison: Comparison
    execution: Execution
    outputs: Path
    flags: frozenset[str]
    most: int
    notes: tuple[str, ...]


def compose_compare(args: Sequence[str]) -> Asked:
    """Return the comparison of a command line.

    Raises:
        InputError: everything that is wrong, at once.
    """
    problems: list[Problem] = []
    sides = tuple(f"policies.{name}" for name in objective_files())
    grammar = Grammar("compare", (*COMMON, *OWN, *sides, *(f"game.{n}" for n in objective_files())), _ONE)
    line = read_line(grammar, args, problems, (*LISTS, *sides))
    cast = _cast(line, sides, problems)
    request = _request(line, cast, problems)
    execution, outputs = asked.execution(line, problems), asked.folder_of(line, problems)
    if not problems:
        how = str(line.settings.get("attribution") or "none")
        cast = _try(lambda: taken_apart(cast, how, request), problems) or cast
    told: list[Problem] = []
    comparison = _try(lambda: _comparison(line, cast, request, told), told)
    problems += [_placed(line, problem) for problem in told if cast.policies or problem.key != "policies"]
    most = line.whole("max_pairs", problems, FIRST)
    if line.settings.get("precision") is not None:
        most = _most(line, request, most, problems)
    if problems or comparison is None:
        raise InputError(list(dict.fromkeys(problems)))
    request = replace(request, policies=cast.arms)
    notes = (*cast.notes, *_late(line, request))
    return Asked(request, comparison, execution, outputs, line.flags, most, notes)


_ONE = "a comparison takes one value of this; `opengambit sweep` varies it"


def _cast(line: Line, sides: Sequence[str], problems: list[Problem]) -> Cast:
    policies = asked.arms(line, "policies", problems)
    stack = line.texts("baseline", problems)
    baseline = Arm.of(stack[0] if len(stack) == 1 else stack) if stack else Arm.of("status_quo")
    policies_given = bool(policies)
    policies = tuple(arm for arm in policies if arm != baseline)
    cast = Cast(baseline, policies)
    game = {side.removeprefix("policies."): asked.arms(line, side, problems) for side in sides}
    written = line.settings.get("game") or {}
    for name, given in written.items() if isinstance(written, dict) else ():
        game[name] = game.get(name) or asked.arms(replace(line, settings={"game": given}), "game", problems)
    typed = line.command.find
    order = [*sorted(game, key=lambda name: typed(f"policies.{name}="))]
    order = list(dict.fromkeys([*written, *order])) if isinstance(written, dict) else order
    game = {name: game[name] for name in order if game.get(name)}
    _try(lambda: distinct([baseline, *policies, *(arm for arms in game.values() for arm in arms)]), problems)
    if game:
        cast = _try(lambda: with_game(cast, game), problems) or cast
        cast = replace(cast, policies=cast.policies or _singles(cast, game))
    if not cast.policies and policies_given and not problems:
        message = f"{baseline.name} is the baseline: compared with itself it differs by nothing"
        problems.append(Problem(line.place("policies"), "policies", message, "another policy, or another baseline="))
    elif not cast.policies and not problems:
        legal = "policies=[us_open_push,./mine.yaml], or policies.us=[...] policies.cn=[...]"
        problems.append(Problem(line.place("policies"), "policies", "a comparison needs a policy", legal))
    return cast


def _singles(cast: Cast, game: dict[str, tuple[Arm, ...]]) -> tuple[Arm, ...]:
    """Return the policies of both sides as alternatives of their own."""
    return tuple({arm.name: arm for arms in game.values() for arm in arms if arm != cast.baseline}.values())


def _request(line: Line, cast: Cast, problems: list[Problem]) -> StudyRequest:
    draws = asked.draws(line, problems)
    seeds = asked.seeds(_with_seeds(line, drawn=draws.kind != "given"), problems)
    futures = asked.futures(line, problems)
    record = str(line.settings.get("record"))
    name = asked.name_of(line, asked.several(names(cast.policies)), problems)
    made = _try(
        lambda: StudyRequest(
            "compare", name, cast.arms, futures, draws=draws, seeds=seeds, settings=asked.shared(line), record=record,
            command=line.command, places=line.places,
        ),
        problems,
    )  # fmt: skip
    return made or StudyRequest("compare", "none")


def _most(line: Line, request: StudyRequest, most: int, problems: list[Problem]) -> int:
    """Return how many pairs a precision may take: as many as draws from the priors, if they are given."""
    drawn = len(request.draws.values)
    if drawn == 0:
        said = [key for key in ("seed", "seeds") if line.place(key).startswith("override")]
        message = "precision= finds the number of pairs itself"
        problems += [Problem(line.place(key), key, message, "precision=, and max_pairs= for a limit") for key in said]
    elif request.draws.kind == "priors":
        if drawn < FIRST:
            message = f"{drawn} draws are too few to look at the precision"
            problems.append(Problem(line.place("draws"), "draws", message, f"{FIRST} or more, which is then the limit"))
        return drawn
    return most


def _placed(line: Line, problem: Problem) -> Problem:
    """Return a problem of the comparison with the file or override that it comes from."""
    key = "objective" if problem.key == "objectives" else problem.key
    return replace(problem, where=line.place(key)) if problem.where == "comparison" else problem


def _with_seeds(line: Line, *, drawn: bool) -> Line:
    """Return the line with the default number of seeds, if nobody has said anything of seeds."""
    said = line.settings.get("seeds") is not None or line.said("seed")
    if said or any(axis.key == "seed" for axis in line.axes):
        return line
    return replace(line, settings=line.settings | {"seeds": DRAWN_SEEDS if drawn else SEEDS})


def _comparison(line: Line, cast: Cast, request: StudyRequest, problems: list[Problem]) -> Comparison:
    settings = line.settings
    precision = settings.get("precision")
    if precision is not None and (isinstance(precision, bool) or not isinstance(precision, (int, float))):
        problems.append(Problem(line.place("precision"), "precision", f"{precision!r} is no number", "precision=0.005"))
        precision = None
    thresholds = [t for text in flat(line.texts("thresholds", problems)) if (t := _parse(Threshold, text, problems))]
    demands = [d for text in flat(line.texts("demands", problems)) if (d := _parse(Demand, text, problems))]
    headline = str(settings.get("headline"))
    objectives = flat(line.texts("objective", problems))
    asked.known("objective", objectives, line.place("objective"), problems)
    measures = flat(line.texts("measures", problems))
    return Comparison(
        baseline=cast.baseline.name,
        policies=names(cast.policies),
        measures=measures if headline in measures else (headline, *measures),
        headline=headline,
        dates=_dates(line, request, problems),
        objectives=objectives,
        level=settings.get("level", 0.95),
        replicates=settings.get("replicates", 2000),
        thresholds=tuple(thresholds),
        demands=tuple(demands),
        parts=cast.parts,
        rests=cast.rests,
        held=cast.held,
        game=cast.game,
        precision=None if precision is None else float(precision),
    )


def _dates(line: Line, request: StudyRequest, problems: list[Problem]) -> tuple[str, ...]:
    """Return the dates within the runs; their last month if there are none, nothing if there are no runs."""
    given = asked.months_of(line, "dates", problems)
    if not request.settings:  # it could not be made, which was told
        return ()
    try:
        first, last = asked.spans(request)[0]
    except InputError as error:
        problems += error.problems
        return ()
    typed, run = line.place("dates").startswith("override"), f"{month_name(first)} to {month_name(last)}"
    for text in given:
        if (typed and month_index(text) > last) or (line.said("dates") and month_index(text) < first):
            which = f"after the horizon ({month_name(last)})" if month_index(text) > last else "before the runs start"
            problems.append(Problem(line.place("dates"), "dates", f"{text} is {which}", f"{run}; or another horizon="))
    return tuple(text for text in given if first <= month_index(text) <= last) or (month_name(last),)


def _late(line: Line, request: StudyRequest) -> list[str]:
    horizon = request.settings.get("horizon")
    until = str(request.settings.get("history_until", ""))
    world = request.settings.get("world", "history")
    if world == "history" and horizon is not None and until and str(horizon) <= until:
        return [f"the runs end with the replay ({until}): policies without dates begin after it, and do nothing here"]
    return []


def _parse(kind: Any, text: str, problems: list[Problem]) -> Any:
    return _try(lambda: kind.parse(text), problems)


def _try(make: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return make()
    except InputError as error:
        problems += error.problems
        return None
