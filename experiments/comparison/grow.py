"""Pairs until an interval is narrow enough: a comparison grows by batches of seeds, or of parameter draws.

Each look is a study of its own, which takes the runs of the one before; only the last one stays. A comparison that was
grown before is found by what its file says, so the same command runs nothing.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.comparison.ask import Asked
from experiments.contrasts.pairs import Outcomes
from experiments.contrasts.precision import decisions
from experiments.contrasts.sequential import FIRST, Decision
from experiments.contrasts.spec import FILE, Comparison
from experiments.contrasts.words import percent
from experiments.folders import write_bytes
from experiments.studies.draws import Draws, from_posterior, from_priors
from experiments.studies.plan import Plan
from experiments.studies.request import StudyRequest
from experiments.studies.runner import Report
from experiments.studies.store import Study
from sim.errors import InputError

LOOK = "log/look.json"
"""Marks a study that is a look on the way to a precision, and of which comparison."""
Run = Callable[[Plan], Report]


@dataclass(frozen=True)
class Grown:
    """A comparison that has grown.

    Attributes:
        report: of the last session.
        request: with the seeds or draws that were used.
        comparison: with the number of pairs.
        words: how the growing went, one sentence a policy.
    """

    report: Report
    request: StudyRequest
    comparison: Comparison
    words: tuple[str, ...] = ()


def grow(asked: Asked, run: Run) -> Grown:
    """Add pairs until the interval of the headline measure at the last date is as narrow as asked for.

    Args:
        asked: the comparison, with a precision.
        run: what runs a plan.
    """
    comparison = asked.comparison
    units = _known(asked) or FIRST
    while True:
        request = with_units(asked.request, units)
        plan = Plan.of(request)
        folder = plan.folder(asked.outputs)
        fresh = not folder.exists()
        report = run(plan)
        here = replace(comparison, pairs=units)
        if report.missing or report.stopped or report.failed == report.runs:
            return Grown(report, request, here)
        looks = decisions(Outcomes.of(Study.open(folder), (comparison.headline,)), comparison, asked.most)
        if all(decision.stop for decision in looks.values()):
            here.save(folder)
            (folder / LOOK).unlink(missing_ok=True)
            for path in _looks(folder, comparison):
                shutil.rmtree(path, ignore_errors=True)
            return Grown(report, request, here, tuple(_told(here, looks)))
        if fresh:
            write_bytes(folder / LOOK, _question(comparison))
        _progress(here, looks, "pairs" if request.draws.kind == "given" else "draws")
        units = max(decision.next_units for decision in looks.values())


def _question(comparison: Comparison) -> bytes:
    return json.dumps(replace(comparison, pairs=None).as_dict(), sort_keys=True).encode()


def _looks(folder: Path, comparison: Comparison) -> list[Path]:
    """Return the looks of a comparison that lie beside a study, those of sessions that were interrupted too."""
    mine = _question(comparison)
    found = [path.parent.parent for path in folder.parent.glob(f"*/{LOOK}") if path.read_bytes() == mine]
    return [path for path in found if path != folder]


def with_units(request: StudyRequest, units: int) -> StudyRequest:
    """Return a request with so many seeds, or so many draws if it has draws: the first ones are always the same."""
    draws = request.draws
    if draws.kind == "given":
        return replace(request, seeds=tuple(range(units)))
    return replace(request, draws=_drawn(draws, units))


def _drawn(draws: Draws, units: int) -> Draws:
    if draws.kind == "priors":
        return from_priors(units, draws.seed)
    return from_posterior(draws.source, units, draws.seed, one_by_one=True)


def _known(asked: Asked) -> int | None:
    """Return the number of pairs that an earlier session of the same comparison ended with."""
    for path in sorted((Plan.of(with_units(asked.request, FIRST)).folder(asked.outputs).parent).glob(f"*/{FILE}")):
        try:
            found = Comparison.load(path.parent)
        except InputError:
            continue
        same = replace(found, pairs=None) == replace(asked.comparison, pairs=None)
        if same and found.pairs and _is_plan(asked.request, found.pairs, path.parent):
            return found.pairs
    return None


def _is_plan(request: StudyRequest, units: int, folder: Path) -> bool:
    return Plan.of(with_units(request, units)).name == folder.name


def _progress(comparison: Comparison, looks: dict[tuple[str, str], Decision], units: str) -> None:
    widest = max(looks.items(), key=lambda item: item[1].half_width)
    decision = widest[1]
    ahead = "" if decision.forecast is None else f"; about {decision.forecast} {units} if the spread stays"
    sys.stderr.write(
        f"{comparison.pairs} {units}: {comparison.headline} of {widest[0][0]} is known within "
        f"{decision.half_width:.4g}, {comparison.precision:g} is asked for{ahead}\n"
    )


def _told(comparison: Comparison, looks: dict[tuple[str, str], Decision]) -> list[str]:
    lines = []
    for (policy, future), decision in looks.items():
        where = policy if future == "none" else f"{policy} in {future}"
        if decision.all_zero and decision.stop:
            lines.append(
                f"{where}: {comparison.headline} at {comparison.dates[-1]}: no difference in any of {decision.units} "
                f"pairs; a difference in up to {percent(decision.missed)} of histories would not have been seen"
            )
            continue
        reached = "as asked for" if decision.reached else f"{comparison.precision:g} was asked for: give max_pairs="
        lines.append(
            f"{where}: {decision.units} pairs, {comparison.headline} at {comparison.dates[-1]} "
            f"{decision.mean:+.4g} within {decision.half_width:.4g} at any stopping time ({reached})"
        )
    return lines
