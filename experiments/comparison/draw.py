"""The figures of a comparison, from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.comparison.report import Compared
from experiments.studies.conduct import FIGURES

if TYPE_CHECKING:
    import pandas as pd

MEASURES = 4
"""Measures that have figures: the headline, and the first others."""
POLICIES = 4
"""Policies of which winners and losers are drawn: those with the largest effects on the headline."""
KINDS = {
    "together": "together", "total": "together", "alone": "alone", "interaction": "interaction", "through": "through",
    "direct and interactions": "rest",
}  # fmt: skip
"""Part of an attribution to its kind in the figure; what is not here has no mark."""


def draw(found: Compared) -> list[Path]:
    """Draw the overview and what the tables have, into the study folder; return the files."""
    from experiments.figures import save
    from experiments.figures.studies import comparison_figures, overview, scene_of, stamp_of
    from experiments.figures.studies.words import at_level
    from experiments.figures.style import house

    spec = found.spec
    others = [name for name in spec.measures if name != spec.headline]
    measures = [spec.headline, *others[: MEASURES - 1]]
    dates = spec.dates or (str(found.tables["effects"]["month"].iloc[-1]),)
    folder = found.study.folder / FIGURES
    scene, stamp = scene_of(found.study), stamp_of(found.study)
    with at_level(spec.level):
        with house(scene.labs):
            made = [path for drawing in overview.draw(found, scene) for path in save(drawing, folder, stamp)]
        return made + comparison_figures(tables(found), scene, folder, stamp, measures=measures, dates=dates)


def tables(found: Compared) -> dict[str, pd.DataFrame]:
    """Return the tables with the columns that the figures read: attribution of the headline, in the first future."""
    import pandas as pd

    given = found.tables
    regret = given["regret"].rename(columns={"mean_regret": "mean", "max_regret": "worst"})
    parts = [_parts(given["attribution"], "lever"), _parts(given["mechanisms"], "mechanism")]
    attribution = pd.concat([part for part in parts if len(part)]) if any(map(len, parts)) else parts[0]
    attribution = attribution[attribution["measure"] == found.spec.headline]
    game = given["game"].rename(columns={"t_low": "low", "t_high": "high", "best_reply": "best"})
    return {
        "effects": given["effects"],
        "regret": regret[regret["future"].isin(found.study.plan["futures"])],
        "attribution": attribution,
        "game": _first(game),
        "actors": given["actors"][given["actors"]["policy"].isin(strongest(found))],
    }


def strongest(found: Compared) -> list[str]:
    """Return the policies with the largest effects on the headline at the last date: the mean over futures."""
    table = found.tables["headline"]
    last = table[(table["measure"] == found.spec.headline) & (table["month"] == table["month"].iloc[-1])]
    size = last.groupby("policy", sort=False, observed=True)["mean"].mean().abs()
    return [str(name) for name in size.sort_values(ascending=False, kind="stable").index[:POLICIES]]


def _parts(table: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the parts of an attribution, each with its kind and what it is called."""
    known = _first(table[table["part"].isin(list(KINDS))])
    named = known[label].where(known[label].notna() & (known[label] != ""), known["part"])
    frame = known.assign(kind=known["part"].map(KINDS)).assign(part=named)
    return frame.rename(columns={"t_low": "low", "t_high": "high"})


def _first(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first future."""
    return table[table["future"] == table["future"].iloc[0]] if len(table) else table
