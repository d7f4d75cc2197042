"""The findings: skill by series and horizon, what is asked of it, and which series simple rules forecast far better."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.validation.forecast import KINDS, MODEL
from experiments.validation.origins import FAMILIES
from experiments.validation.rules import RULES, floored
from experiments.validation.skill import skill

if TYPE_CHECKING:
    import pandas as pd

BEATEN = -1 / 3
"""A series with a skill below this is beaten by more than a third, and needs an explanation."""
JUDGED = ("router", "Ramp")
"""One of these families at least should have a skill above 0 at its longest horizon (docs/model.md, section 10)."""


def skills(forecasts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return a row for every kind, series and horizon.

    Args:
        forecasts: a row for every target and forecaster.
        seed: of the bootstrap.
    """
    import pandas as pd

    groups = forecasts.groupby(["kind", "series", "horizon"], sort=False)
    return pd.DataFrame([_row(rows, seed) for _, rows in groups])


def _row(rows: pd.DataFrame, seed: int) -> dict[str, Any]:
    same = rows.iloc[0]
    kind, family, series, scale = (str(same[name]) for name in ("kind", "family", "series", "scale"))
    horizon = int(same["horizon"])
    crps = rows.pivot_table(index="origin", columns="forecaster", values="crps", sort=True, dropna=False)
    found = skill(
        crps[MODEL].to_numpy(np.float64), {name: crps[name].to_numpy(np.float64) for name in RULES}, seed,
        f"{kind} {series} {horizon}",
    )  # fmt: skip
    mine = rows[(rows["forecaster"] == MODEL) & rows["crps"].notna()]
    value = floored(mine["value"].to_numpy(np.float64), scale)
    inside = {
        level: ((value >= mine[low]) & (value <= mine[high])).mean()
        for level, low, high in (("50", "q25", "q75"), ("90", "q05", "q95"))
    }
    return {
        "kind": kind, "family": family, "series": series, "scale": scale, "horizon": horizon, "n": found.n,
        "skill": found.value, "low": found.low, "high": found.high, "best_rule": found.rule,
        "crps_model": found.model, **{f"crps_{name}": crps[name].mean() for name in RULES},
        "cover50": inside["50"], "cover90": inside["90"], "width50": (mine["q75"] - mine["q25"]).mean(),
        "width90": (mine["q95"] - mine["q05"]).mean(), "bias": (mine["q50"] - value).mean(), "why": found.why,
    }  # fmt: skip


def longest(found: pd.DataFrame, family: str, kind: str) -> tuple[int, float] | None:
    """Return the longest horizon of a family and its skill there: over the mean CRPS of its series together."""
    rows = found[(found["kind"] == kind) & (found["family"] == family) & (found["n"] > 0)]
    if rows.empty:
        return None
    rows = rows[rows["horizon"] == rows["horizon"].max()]
    best = np.array([row[f"crps_{row['best_rule']}"] for _, row in rows.iterrows()], dtype=np.float64)
    model = rows["crps_model"].to_numpy(np.float64)
    return int(rows["horizon"].iloc[0]), float(1 - model.sum() / best.sum()) if best.sum() > 0 else float("nan")


def beaten(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in which a simple rule beats the model by more than a third."""
    return found[(found["n"] > 0) & (found["skill"] < BEATEN)]


def judged(found: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the verdict on every family at its longest horizon, by kind."""
    for kind in KINDS:
        for family in FAMILIES:
            value = longest(found, family.name, kind)
            if value is not None:
                yield {
                    "kind": kind, "family": family.name, "horizon": value[0], "skill": value[1],
                    "positive": bool(value[1] > 0), "counts": family.name in JUDGED,
                }  # fmt: skip


def paired(found: pd.DataFrame) -> pd.DataFrame:
    """Return one row for every series and horizon: skill, interval, best rule and n of both kinds side by side."""
    import pandas as pd

    columns = ["skill", "low", "high", "best_rule", "n", "why"]
    keys = ["family", "series", "horizon"]
    frames = []
    for kind in KINDS:
        part = found[found["kind"] == kind].set_index(keys)[columns]
        frames.append(part.add_prefix(f"{kind}_"))
    return pd.concat(frames, axis=1).reset_index()
