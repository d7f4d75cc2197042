"""A comparison as tidy tables (declared in ``columns.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.actors import actors_table
from experiments.contrasts.attribution import attribution_table, mechanisms_table
from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.frames import Rows
from experiments.contrasts.game import game_table
from experiments.contrasts.intervals import Summary, moments, summarise, unit_values
from experiments.contrasts.judgement import measures_of, objectives_of, objectives_table, weights_table
from experiments.contrasts.pairs import Outcomes, Pairs
from experiments.contrasts.regret import regret_tables
from experiments.contrasts.satisficing import satisficing_table
from experiments.contrasts.sensitivity import sensitivity_table
from experiments.contrasts.spec import Comparison
from experiments.contrasts.thresholds import thresholds_table
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

    from experiments.studies.store import Study

Floats = NDArray[np.float64]


def comparison_tables(study: Study, spec: Comparison) -> dict[str, pd.DataFrame]:
    """Return every table of a comparison.

    Args:
        study: policies x futures x draws x seeds at one design point, at any recording level, finished or not.
        spec: what is compared.

    Returns:
        The tables of ``columns.COLUMNS``, in that order; those that were not asked for are empty.

    Raises:
        InputError: policies, months or objectives that there are not; several design points; no finished run.
    """
    outcomes = Outcomes.of(study, needed_measures(spec))
    tables = tables_of(outcomes, spec, _draws(study))
    return tables | {"actors": _with_holm(actors_table(study, outcomes, spec))}


def _draws(study: Study) -> pd.DataFrame | None:
    """Return the parameter draws of a study, a line each; None for the parameters as given."""
    import pandas as pd

    path = study.folder / "draws.parquet"
    return pd.read_parquet(path).drop(columns="draw") if path.is_file() else None


def needed_measures(spec: Comparison) -> tuple[str, ...]:
    """Return the headline measures that a comparison reads.

    Raises:
        InputError: objectives that can't be read.
    """
    sides = spec.game.sides if spec.game else ()
    rules = [rule.measure for rule in spec.thresholds] + [rule.measure for rule in spec.demands]
    wanted = [*spec.measures, spec.headline, *rules, *measures_of(objectives_of((*spec.objectives, *sides)))]
    return tuple(dict.fromkeys(wanted))


def tables_of(outcomes: Outcomes, spec: Comparison, draws: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    """Return every table of a comparison of outcomes that hold ``needed_measures``.

    The table ``actors``, which is read from a study, is empty.

    Args:
        outcomes: of the runs.
        spec: what is compared.
        draws: a line a parameter draw, a column a parameter; None for the parameters as given.

    Raises:
        InputError: policies, months or objectives that there are not.
    """
    spec.check(outcomes)
    how = Resampling(spec.level, spec.replicates, spec.seed)
    objectives = objectives_of(spec.objectives)
    sides = objectives_of(spec.game.sides) if spec.game else ()
    effects, headline = _effects_and_headline(outcomes, spec, how)
    return {
        "effects": effects,
        "headline": headline,
        "multiplicity": multiplicity(headline, spec.level),
        "objectives": objectives_table(outcomes, spec, objectives, how),
        "weights": weights_table(dict.fromkeys((*objectives, *sides))),
        **regret_tables(outcomes, spec, objectives),
        "thresholds": thresholds_table(outcomes, spec, how),
        "satisficing": satisficing_table(outcomes, spec, how),
        "attribution": attribution_table(outcomes, spec, how),
        "mechanisms": mechanisms_table(outcomes, spec, how),
        "sensitivity": sensitivity_table(outcomes, spec, draws),
        "game": game_table(outcomes, spec, sides, how),
        "actors": Rows("actors").frame(),
    }


def all_pairs(outcomes: Outcomes, spec: Comparison) -> Iterator[Pairs]:
    """Yield the pairs of every policy, future and measure, in this order."""
    for policy in spec.policies:
        for future in outcomes.futures:
            for measure in spec.measures:
                yield outcomes.pairs(policy, spec.baseline, future, measure)


def holm(p: Floats) -> Floats:
    """Return p values adjusted so that the chance of any false finding is kept (Holm 1979); NaN stays NaN."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return adjusted


def multiplicity(headline: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return how many comparisons the table ``headline`` makes, and how many would stand out by chance alone."""
    rows = Rows("multiplicity")
    made = headline[headline["t_low"].notna()]
    still = int((made["zero_share"] == 1.0).sum())
    rows.add({
        "level": level, "comparisons": len(made), "always_zero": still,
        "exclude_zero": int(made["excludes_zero"].sum()), "by_chance": (1.0 - level) * (len(made) - still),
        "holm_below": int((made["p_holm"] < 1.0 - level).sum()),
    })  # fmt: skip
    return rows.frame()


def _effects_and_headline(outcomes: Outcomes, spec: Comparison, how: Resampling) -> tuple[pd.DataFrame, pd.DataFrame]:
    effects, headline = Rows("effects"), Rows("headline")
    dates = spec.dates or outcomes.months[-1:]
    places = np.array([outcomes.months.index(month) for month in dates])
    months = np.array(outcomes.months, dtype=object)
    for pairs in all_pairs(outcomes, spec):
        found = summarise(pairs.differences, how, pairs.measure, pairs.policy, pairs.future)
        values = _labels(pairs) | found.columns()
        effects.add(values | {"month": months}, len(months))
        chosen = {name: _taken(value, places) for name, value in values.items()}
        headline.add(chosen | _levels(pairs, found, places) | {"month": months[places]}, len(places))
    return effects.frame(), _with_holm(headline.frame())


def _with_holm(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(p_holm=holm(frame["p"].to_numpy(np.float64)))


def _labels(pairs: Pairs) -> dict[str, Any]:
    return {
        "policy": pairs.policy, "future": pairs.future, "measure": pairs.measure,
        "unit": HEADLINES[pairs.measure].unit, "failed": pairs.failed,
    }  # fmt: skip


def _taken(value: Any, places: NDArray[np.int64]) -> Any:
    return value[places] if isinstance(value, np.ndarray) else value


def _levels(pairs: Pairs, found: Summary, places: NDArray[np.int64]) -> dict[str, Any]:
    """Return the levels of both sides over complete pairs: their difference is the mean effect."""
    known = np.isfinite(pairs.differences[:, :, places])
    levels = {
        name: moments(unit_values(np.where(known, values[:, :, places], np.nan)))[1]
        for name, values in (("baseline_mean", pairs.against), ("policy_mean", pairs.values))
    }
    return levels | {"excludes_zero": found.excludes_zero[places]}
