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
KINDS = {
    "together": "together", "total": "together", "alone": "alone", "interaction": "interaction", "through": "through",
    "direct and interactions": "rest",
}  # fmt: skip
"""Part of an attribution to its kind in the figure; what is not here has no mark."""


def draw(found: Compared) -> list[Path]:
    """Draw what the tables have, into the study folder; return the files."""
    from experiments.figures.studies import comparison_figures, scene_of, stamp_of

    spec = found.spec
    others = [name for name in spec.measures if name != spec.headline]
    measures = [spec.headline, *others[: MEASURES - 1]]
    dates = spec.dates or (str(found.tables["effects"]["month"].iloc[-1]),)
    folder = found.study.folder / FIGURES
    return comparison_figures(
        tables(found), scene_of(found.study), folder, stamp_of(found.study), measures=measures, dates=dates
    )


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
    }


def _parts(table: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the parts of an attribution, each with its kind and what it is called."""
    known = _first(table[table["part"].isin(list(KINDS))])
    named = known[label].where(known[label].notna() & (known[label] != ""), known["part"])
    frame = known.assign(kind=known["part"].map(KINDS)).assign(part=named)
    return frame.rename(columns={"t_low": "low", "t_high": "high"})


def _first(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first future."""
    return table[table["future"] == table["future"].iloc[0]] if len(table) else table
