"""The summary of a calibration as Markdown: what was fitted, how well, what the data say of each parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.calibration.session import JUDGING, Calibrated
from experiments.calibration.tables import CHANCE, EDGE, NARROW, SILENT
from experiments.provenance import model_digests

if TYPE_CHECKING:
    import pandas as pd

PAIRS = 10
STRONG = 0.3
"""Correlations below this are not listed."""


def page(found: Calibrated, tables: dict[str, pd.DataFrame]) -> str:
    """Return the summary; the same calibration gives the same bytes."""
    parts = (_head(found), _fit(found, tables["fit"]), _parameters(tables["identifiability"]),
             _edges(tables["identifiability"]), _pairs(found, tables["correlations"]), _pins(tables["pins"]),
             _generations(tables["generations"]), _method(found))  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def number(value: Any, digits: int = 3) -> str:
    """Return a number as tables write it."""
    return f"{float(value):.{digits}g}"


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table: the first column to the left, the others to the right."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "|".join(["---", *["---:"] * (len(head) - 1)]) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _head(found: Calibrated) -> Iterator[str]:
    asked, numbers = found.asked, found.asked.set.numbers
    code, data = model_digests()
    yield f"# Calibration {asked.set.name}"
    yield ""
    yield f"Made by `{asked.command}`: calibration {asked.digest}, code {code[:12]}, data {data[:12]}."
    yield ""
    yield (
        f"The distance to the data goes from {number(found.before.total[0])} (parameters and strengths as they ship) "
        f"to {number(found.judged.total[1])} at the centre of the posterior. Its unit, root mean square, is what the "
        f"model need not explain: {number(asked.set.tolerance)} logits, observation error and a run's luck together."
    )
    yield ""
    yield (
        f"{len(asked.set.free)} parameters, {len(asked.set.targets)} series to {asked.last}, {numbers.generations} "
        f"generations of {numbers.draws} draws, {numbers.enterprises} enterprises, runs of a draw: {numbers.seeds}. "
        f"{found.population.weights.size} draws are accepted, worth {found.population.ess:.0f} of equal weight."
    )
    if asked.set.left_out:
        yield ""
        yield f"Without a point by {asked.until}, and so left out: {', '.join(asked.set.left_out)}."
    yield ""


def _fit(found: Calibrated, fit: pd.DataFrame) -> Iterator[str]:
    yield "## Fit"
    yield ""
    yield (
        f"Distance of each series, in these units; n points are worth n_eff, and the weight is the share in D². "
        f"Before, prior centre and centre: mean readings of {JUDGING} seeds. Posterior: mean over the accepted draws, "
        "to whose distances their few seeds add noise."
    )
    yield ""
    rows = [
        [str(row["series"]), str(row["n"]), f"{row['n_eff']:.1f}", f"{row['weight']:.3f}",
         *(f"{row[name]:.2f}" for name in ("before", "prior_centre", "centre", "posterior_mean"))]
        for row in fit.to_dict("records")
    ]  # fmt: skip
    yield from table(["series", "n", "n_eff", "weight", "before", "prior centre", "centre", "posterior"], rows)


def _parameters(rows: pd.DataFrame) -> Iterator[str]:
    yield "## Parameters"
    yield ""
    told, silent = int((rows["sd_ratio"] < NARROW).sum()), int((rows["sd_ratio"] > SILENT).sum())
    yield (
        f"Spread: posterior sd over that of the prior. The data halve it for {told} of {len(rows)} parameters and "
        f"leave it above {SILENT:g} for {silent}. Edge: distance of the median from the nearer end, as a share of the "
        "range."
    )
    yield ""
    shown = [
        [f"`{row['parameter']}`", f"{number(row['prior_low'])} to {number(row['prior_high'])}", number(row["default"]),
         number(row["mean"], 4), f"{number(row['q05'])} to {number(row['q95'])}", f"{row['sd_ratio']:.2f}",
         f"{row['edge']:.2f}"]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    yield from table(["parameter", "prior", "default", "mean", "5 to 95 %", "spread", "edge"], shown)


def _edges(rows: pd.DataFrame) -> Iterator[str]:
    said = [(row["parameter"], row["remark"]) for row in rows.to_dict("records") if row["remark"]]
    if not said:
        yield f"No mean or median lies within {EDGE:.0%} of the range of an end of its prior."
    yield from (f"* `{name}`: {text}." for name, text in said)
    yield ""


def _pairs(found: Calibrated, square: pd.DataFrame) -> Iterator[str]:
    yield "## Correlations"
    yield ""
    noise = min(2 / found.population.ess**0.5, 1.0)
    names = list(square["parameter"])
    pairs = [(names[i], names[j], float(square[names[j]].iloc[i])) for i in range(len(names)) for j in range(i)]
    strong = sorted((p for p in pairs if abs(p[2]) >= max(STRONG, noise)), key=lambda p: -abs(p[2]))[:PAIRS]
    yield (
        f"Weighted Spearman, in the posterior: the data fix a combination rather than each. Below {noise:.2f} (two "
        "standard errors) one is noise."
    )
    yield ""
    yield from (f"* {value:+.2f}: `{one}` and `{other}`" for one, other, value in strong)
    yield from (["None is stronger."] if not strong else [])
    yield ""


def _pins(rows: pd.DataFrame) -> Iterator[str]:
    yield "## What pins what"
    yield ""
    yield (
        "By how much the fifth of the prior draws that fits one series best narrows a parameter (1 less the ratio of "
        f"spreads). Only what stands out from random fifths is listed, strongest first: by luck, {CHANCE:.0%} of the "
        "parameters have such a series. One that is not here says nothing of that parameter on its own. All cells: "
        "pins.csv."
    )
    yield ""
    for name, part in rows[rows["clear"]].groupby("parameter", sort=False):
        best = part.sort_values("narrowed", ascending=False, kind="stable").head(4)
        said = ", ".join(f"{row['series']} ({row['narrowed']:.2f})" for row in best.to_dict("records"))
        yield f"* `{name}` (noise {best['noise'].iloc[0]:.2f}): {said}"
    missing = [name for name in dict.fromkeys(rows["parameter"]) if name not in set(rows[rows["clear"]]["parameter"])]
    if missing:
        yield f"* No single series pins {', '.join(f'`{name}`' for name in missing)}."
    yield ""


def _generations(rows: pd.DataFrame) -> Iterator[str]:
    yield "## Generations"
    yield ""
    shown = [
        [str(row["generation"]), str(row["draws"]), str(row["pooled"]), str(row["accepted"]), f"{row['tolerance']:.3f}",
         f"{row['ess']:.0f}", f"{row['min_distance']:.3f}", f"{row['median_distance']:.3f}", str(row["strengths"])]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    head = ["generation", "draws", "pooled", "accepted", "tolerance", "ESS", "best", "median", "strengths"]
    yield from table(head, shown)


def _method(found: Calibrated) -> Iterator[str]:
    yield "## Method"
    yield ""
    yield (
        "Sequential approximate Bayesian computation (Beaumont et al. 2009; Toni et al. 2009) over uniform priors: a "
        "Sobol sequence, then normal kernels with twice the weighted variance of the best quarter, truncated to the "
        "priors, one draw in ten from the prior; weights prior over proposal. Generations with the same lab strengths "
        "are one sample. The distance is that of docs/model.md, section 10."
    ).replace("the best quarter", f"the best {found.asked.set.numbers.quantile:.0%}")
