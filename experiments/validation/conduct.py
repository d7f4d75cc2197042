"""One validation from its command line to its tables: runs what is missing, and scores it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.readings import Readings
from experiments.studies.draws import Draws, from_posterior
from experiments.studies.request import StudyRequest
from experiments.validation import fit as fitting
from experiments.validation import moments, single, verdicts
from experiments.validation.asked import CONDITIONAL, FIT, MOMENTS, ROLLING, Asked
from experiments.validation.origins import headline, last_month
from experiments.validation.rolling import VERB, Setup, at_origins, conditional, rolling
from experiments.validation.scores import resample
from experiments.validation.world import Running, Sources, prior, sources
from sim.calendar import month_name

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Result:
    """What a validation found.

    Attributes:
        tables: name of the CSV to table; a part that was not asked for has none.
        facts: numbers that the page states beside the tables.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Posterior:
    """Runs of the posterior.

    Attributes:
        draws: parameter draws.
        weights: of the draws, shape (draws,).
        readings: of their runs.
        of_runs: weights of the runs, shape (runs,).
    """

    draws: Draws
    weights: Floats
    readings: Readings
    of_runs: Floats


def conduct(asked: Asked, folder: Path, tell: Tell, found: Sources | None = None) -> Result:
    """Run what is missing of a validation and return its tables.

    Args:
        asked: the command line.
        folder: where strengths and policies of the origins go.
        tell: takes one line of progress.
        found: what forecasts stand on; default: that of the project.

    Raises:
        KeyboardInterrupt: the session was stopped; the same command goes on from there.
    """
    given = found or sources(asked.series, asked.chosen, _running(asked))
    result = Result()
    if {ROLLING, CONDITIONAL} & set(asked.parts):
        _forecast(asked, folder, given, tell, result)
    if {FIT, MOMENTS} & set(asked.parts):
        posterior = _posterior(asked, given, tell)
        if FIT in asked.parts:
            _fit(asked, posterior, result)
        if MOMENTS in asked.parts:
            _moments(asked, posterior, tell, result)
    return result


def _running(asked: Asked) -> Running:
    numbers = asked.numbers
    return Running(
        asked.outputs, asked.execution, numbers["enterprises"], numbers["inversion_rounds"],
        numbers["inversion_seeds"], asked.quiet,
    )  # fmt: skip


def setup_of(asked: Asked, folder: Path) -> Setup:
    """Return what all forecasts share."""
    return Setup(
        asked.series, asked.wanted, asked.numbers["draws"], asked.numbers["seed"], asked.numbers["enterprises"],
        folder, data_end(asked), asked.half_life, asked.command,
    )  # fmt: skip


def data_end(asked: Asked) -> int:
    """Return the last month of the data: of the series that forecasts are judged on."""
    return last_month(headline(asked.series).values())


def _forecast(asked: Asked, folder: Path, given: Sources, tell: Tell, result: Result) -> None:
    import pandas as pd

    setup = setup_of(asked, folder)
    origins = at_origins(setup, given, tell)
    rows = rolling(setup, origins) if ROLLING in asked.parts else []
    rows += conditional(setup, origins, given, tell) if CONDITIONAL in asked.parts else []
    forecasts = pd.DataFrame(rows)
    skills = verdicts.skills(forecasts, asked.numbers["seed"])
    result.tables.update({
        "origins": pd.DataFrame([origin.facts for origin in origins]), "forecasts": forecasts, "skill": skills,
        "observed": _observed(asked), "final": verdicts.paired(skills),
        "judged": pd.DataFrame(list(verdicts.judged(skills))),
    })  # fmt: skip


def _observed(asked: Asked) -> pd.DataFrame:
    """Return every point of the series that forecasts are judged on."""
    import pandas as pd

    return pd.DataFrame([
        {"series": key, "month": month_name(int(item.month[k])), "start": item.start[k], "end": item.end[k],
         "known": item.known[k], "value": item.values[k], "se": item.se[k]}
        for key, item in headline(asked.series).items() for k in range(item.size)
    ])  # fmt: skip


def _posterior(asked: Asked, given: Sources, tell: Tell) -> Posterior:
    draws, weights = _draws(asked)
    last = max(data_end(asked), last_month(asked.series.values()))
    tell(f"{len(draws.values)} posterior draws through history to {month_name(last)}")
    readings = given.run(_request(asked, "fit", draws, last), None)
    of_runs = weights[readings.draws]
    return Posterior(draws, weights, readings, of_runs / of_runs.sum())


def _draws(asked: Asked) -> tuple[Draws, Floats]:
    """Return all draws of the posterior with their weights, or as many of the prior as an origin has."""
    if asked.posterior is None:
        number = asked.numbers["draws"]
        return prior(asked.chosen, number, asked.numbers["seed"]), np.full(number, 1.0 / number)
    import pandas as pd

    draws = from_posterior(asked.posterior)
    read = pd.read_parquet if asked.posterior.suffix == ".parquet" else pd.read_csv
    frame = read(asked.posterior)
    weights = frame["weight"].to_numpy(np.float64) if "weight" in frame else np.ones(len(frame))
    return draws, weights / weights.sum()


def _request(asked: Asked, name: str, draws: Draws, last: int) -> StudyRequest:
    month, enterprises = month_name(last), asked.numbers["enterprises"]
    return StudyRequest(
        VERB, name, draws=draws, seeds=(asked.numbers["seed"],), record="readings", command=asked.command,
        settings={"history_until": month, "horizon": month, "enterprises": enterprises},
    )  # fmt: skip


def _fit(asked: Asked, posterior: Posterior, result: Result) -> None:
    import pandas as pd

    found = [fitting.fit(item, posterior.readings, posterior.of_runs) for item in asked.series.values()]
    fitted = {target.series.key for target in asked.chosen.targets}
    summaries = [fitting.summary(item) | {"fitted": item.series.key in fitted} for item in found]
    result.tables["fit"] = pd.DataFrame(summaries)
    result.tables["fit_points"] = pd.DataFrame([row for item in found for row in fitting.rows_of(item)])
    groups = {"fitted": [row["fitted"] for row in summaries], "all": [True] * len(summaries)}
    result.tables["fit_overall"] = pd.DataFrame([
        {"series": name} | fitting.overall(
            [item for item, keep in zip(found, kept, strict=True) if keep],
            [row for row, keep in zip(summaries, kept, strict=True) if keep],
        )
        for name, kept in groups.items()
    ])  # fmt: skip
    result.facts["posterior_draws"] = len(posterior.draws.values)


def _moments(asked: Asked, posterior: Posterior, tell: Tell, result: Result) -> None:
    import pandas as pd

    readings, weights = posterior.readings, posterior.of_runs
    fitted = [target.series.key for target in asked.chosen.targets]
    rows = [moments.platform(readings, weights), *moments.held_out(asked.series, fitted, readings, weights)]
    rows += moments.surveys(fitted, readings, weights)
    rows += single.moments(_whole(asked, posterior), *_equal(asked, posterior), tell)
    result.tables["moments"] = pd.DataFrame(moments.table(rows))


def _equal(asked: Asked, posterior: Posterior) -> tuple[Floats]:
    number = min(asked.numbers["whole"], len(posterior.draws.values))
    return (np.full(number, 1.0 / number),)


def _whole(asked: Asked, posterior: Posterior) -> StudyRequest:
    """Return a request of a few draws, by weight at equal quantiles of their order."""
    from dataclasses import replace

    number = min(asked.numbers["whole"], len(posterior.draws.values))
    places = resample(np.arange(len(posterior.weights), dtype=np.float64), posterior.weights, number).astype(np.intp)
    draws = replace(posterior.draws, values=posterior.draws.values[places])
    return _request(asked, "whole", draws, last_month(asked.series.values()))


def counts(asked: Asked) -> Mapping[str, int]:
    """Return how many runs each part asks for at most, by what they are for."""
    from experiments.validation.origins import ends
    from experiments.validation.weights import KEPT

    found: dict[str, int] = {}
    if {ROLLING, CONDITIONAL} & set(asked.parts):
        number = len(ends(setup_of(asked, Path()).targets, asked.series))
        rounds, seeds = asked.numbers["inversion_rounds"], asked.numbers["inversion_seeds"]
        found[f"strengths at {number} origins"] = number * rounds * seeds
        found["rolling forecasts"] = number * asked.numbers["draws"]
    if CONDITIONAL in asked.parts:
        found["conditional forecasts"] = number * max(1, round(KEPT * asked.numbers["draws"]))
    if {FIT, MOMENTS} & set(asked.parts):
        found["posterior"] = len(_draws(asked)[0].values)
    if MOMENTS in asked.parts:
        found["whole runs"] = min(asked.numbers["whole"], found["posterior"])
    return found
