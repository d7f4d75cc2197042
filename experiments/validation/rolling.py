"""The two kinds of forecasts, origin by origin.

*Rolling*: strict real time. Prior draws run from history that ends at the origin, with the policies and the strengths
that were known then, are weighted by their distance to what was known, and are assimilated. *Conditional*: the draws
that were kept, with the same strengths and weights, run through the releases, prices and policies that really came;
adoption is never shown to them, and nothing is assimilated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.readings import Readings
from experiments.evidence.series import Series
from experiments.studies.arms import Arm
from experiments.studies.draws import Draws
from experiments.studies.request import StudyRequest
from experiments.validation.assimilation import HALF_LIFE
from experiments.validation.forecast import CONDITIONAL, ROLLING, How, forecasts
from experiments.validation.origins import Target, Wanted, ends, headline, targets
from experiments.validation.weights import effective, epanechnikov
from experiments.validation.world import Sources
from sim.calendar import month_name

Floats = NDArray[np.float64]
VERB, KNOWN = "validate", "known"


@dataclass(frozen=True)
class Setup:
    """What all forecasts share.

    Attributes:
        series: all series, whole.
        wanted: origins and horizons that the user asks for.
        draws: prior draws of an origin.
        seed: of draws, runs and noise.
        enterprises: of each run.
        half_life: of residuals, months.
        folder: where strengths and policies of the origins go.
        last: last month of the data.
        command: for the record.
    """

    series: Mapping[str, Series]
    wanted: Wanted
    draws: int
    seed: int
    enterprises: int
    folder: Path
    last: int
    half_life: float = HALF_LIFE
    command: str = ""

    @property
    def targets(self) -> tuple[Target, ...]:
        """Every point that is forecast."""
        return targets(self.series, self.wanted)


@dataclass(frozen=True)
class Origin:
    """What was known and believed at an origin.

    Attributes:
        month: of the origin.
        last: last month of its forecasts.
        targets: its points.
        strengths: table of strengths; None: as shipped.
        policy: policy file.
        draws: prior draws.
        readings: of their runs.
        weights: of these runs, shape (runs,).
    """

    month: int
    last: int
    targets: tuple[Target, ...]
    strengths: Path | None
    policy: Path
    draws: Draws
    readings: Readings
    weights: Floats

    @property
    def facts(self) -> dict[str, Any]:
        """What the table of origins says of it."""
        return {
            "origin": month_name(self.month), "last_month": month_name(self.last), "targets": len(self.targets),
            "draws": len(self.draws.values), "runs": self.readings.draws.size,
            "kept": int((self.weights > 0).sum()), "effective_draws": effective(self.weights),
        }  # fmt: skip


def at_origins(setup: Setup, sources: Sources, tell: Callable[[str], None]) -> list[Origin]:
    """Return every origin with its runs and weights.

    Args:
        setup: what all forecasts share.
        sources: what they stand on.
        tell: takes one line of progress.
    """
    found = []
    wanted = setup.targets
    spans = ends(wanted, setup.series)
    tell(f"lab strengths as they could be inferred at {len(spans)} origins")
    setup.folder.mkdir(parents=True, exist_ok=True)
    strengths = sources.strengths(list(spans), setup.folder / "strengths")
    for month, last in spans.items():
        tell(f"origin {month_name(month)}: {setup.draws} prior draws to {month_name(last)}")
        mine = tuple(target for target in wanted if target.origin == month)
        found.append(_origin(setup, sources, month, last, mine, strengths[month]))
    return found


def _origin(
    setup: Setup, sources: Sources, month: int, last: int, wanted: tuple[Target, ...], strengths: Path | None
) -> Origin:
    policy = sources.policy(month, setup.folder)
    draws = sources.prior(setup.draws, setup.seed)
    settings = {"history_until": month_name(month), "horizon": month_name(last)}
    arm = Arm(KNOWN, (str(policy),))
    readings = sources.run(
        _request(setup, f"{ROLLING}-{month_name(month)}", draws, settings, strengths, arm), known_at(setup, month)
    )
    return Origin(
        month, last, wanted, strengths, policy, draws, readings, epanechnikov(sources.distance(readings, month))
    )  # fmt: skip


def known_at(setup: Setup, month: int) -> list[Series]:
    """Return the series whose instruments an origin needs: those with known points, and those that are forecast."""
    judged = headline(setup.series)
    return [item for key, item in setup.series.items() if key in judged or item.known_by(month).size]


def _request(
    setup: Setup, name: str, draws: Draws, settings: Mapping[str, Any], strengths: Path | None, arm: Arm | None
) -> StudyRequest:
    shared = {"enterprises": setup.enterprises, **settings}
    shared |= {"strengths": str(strengths)} if strengths is not None else {}
    arms = (arm,) if arm is not None else StudyRequest(VERB, name).policies
    return StudyRequest(
        VERB, name, arms, draws=draws, seeds=(setup.seed,), settings=shared, record="readings", command=setup.command
    )  # fmt: skip


def rolling(setup: Setup, origins: Sequence[Origin]) -> list[dict[str, Any]]:
    """Return the rows of the rolling forecasts."""
    how = How(True, setup.half_life, setup.seed)
    return [
        row for o in origins for row in forecasts(ROLLING, setup.series, o.targets, o.readings, o.weights, how)
    ]  # fmt: skip


def conditional(
    setup: Setup, origins: Sequence[Origin], sources: Sources, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Return the rows of the conditional forecasts."""
    how = How(False, setup.half_life, setup.seed)
    rows: list[dict[str, Any]] = []
    for origin in origins:
        tell(f"origin {month_name(origin.month)}: {origin.facts['kept']} kept draws through what really came")
        readings, weights = _replayed(setup, origin, sources)
        rows += forecasts(CONDITIONAL, setup.series, origin.targets, readings, weights, how)
    return rows


def _replayed(setup: Setup, origin: Origin, sources: Sources) -> tuple[Readings, Floats]:
    """Return readings of the draws that were kept, run through the real history, and their weights."""
    kept = origin.readings.draws[origin.weights > 0]
    of_draw = np.zeros(len(origin.draws.values))
    of_draw[origin.readings.draws] = origin.weights
    settings = {"history_until": month_name(setup.last), "horizon": month_name(setup.last)}
    draws = replace(origin.draws, values=origin.draws.values[kept])
    name = f"{CONDITIONAL}-{month_name(origin.month)}"
    request = _request(setup, name, draws, settings, origin.strengths, None)
    readings = sources.run(request, known_at(setup, origin.month))
    weights = of_draw[kept][readings.draws]
    return readings, weights / weights.sum()
