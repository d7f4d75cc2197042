"""Tables of the page, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.validation.fit import COVERED, WIDTH
from experiments.validation.forecast import KINDS
from experiments.validation.rules import RULES

if TYPE_CHECKING:
    import pandas as pd

UNITS = {"share": "points of percent", "Elo": "Elo", "months": "months"}
MINUS = "-"


def markdown(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    yield from (f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as mappings."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def signed(value: float) -> str:
    """Return a number with its sign and two decimals."""
    return "-" if value is None or not np.isfinite(value) else f"{value:+.2f}"


def amount(value: Any, scale: str, sign: bool = False) -> str:
    """Return a number of a series: shares in points of percent."""
    if value is None or not np.isfinite(value):
        return "-"
    shown = 100 * value if scale == "share" else value
    digits = 1 if abs(shown) < 99.95 else 0
    return f"{shown:+.{digits}f}" if sign else f"{shown:.{digits}f}"


def percent(value: Any) -> str:
    """Return a share in percent."""
    return "-" if value is None or not np.isfinite(value) else f"{100 * value:.0f}"


def final(found: pd.DataFrame) -> Iterator[str]:
    """Yield the final table: series and horizon, skill of each kind with its rule, interval and n."""
    kinds = [kind for kind in KINDS if found[f"{kind}_n"].notna().any()]
    head = ["series", "months ahead", *(cell for kind in kinds for cell in (f"{kind}: skill", "best rule", "n"))]
    rows = ([f"`{r['series']}`", r["horizon"], *(cell for kind in kinds for cell in _skill(r, kind))]
            for r in records(found))  # fmt: skip
    yield from markdown(head, rows)


def _skill(row: Mapping[str, Any], kind: str) -> list[str]:
    n = row[f"{kind}_n"]
    if not np.isfinite(n) or n == 0:
        return ["-", "-", "0"]
    value, low, high = (row[f"{kind}_{name}"] for name in ("skill", "low", "high"))
    interval = f" ({signed(low)} to {signed(high)})" if np.isfinite(low) else ""
    return [f"{signed(value)}{interval}", str(row[f"{kind}_best_rule"]), f"{n:.0f}"]


def scores(found: pd.DataFrame) -> Iterator[str]:
    """Yield CRPS of model and rules, coverage, width and bias of one kind of forecasts."""
    head = ["series", "months ahead", "n", "CRPS: model", *RULES, "inside 50 %", "inside 90 %", "width 50 %",
            "width 90 %", "bias", "unit"]  # fmt: skip
    yield from markdown(head, (_scored(row, list(RULES)) for row in records(found)))


def _scored(row: Mapping[str, Any], rules: Sequence[str]) -> list[str]:
    scale = str(row["scale"])
    marks = [amount(row[f"crps_{name}"], scale) for name in ("model", *rules)]
    widths = [amount(row[name], scale) for name in ("width50", "width90")]
    inside = [percent(row["cover50"]), percent(row["cover90"])]
    bias = amount(row["bias"], scale, sign=True)
    return [f"`{row['series']}`", str(row["horizon"]), str(row["n"]), *marks, *inside, *widths, bias, UNITS[scale]]


def fit(found: pd.DataFrame) -> Iterator[str]:
    """Yield the table of the fit, series by series."""
    head = ["series", "fitted", "n", "CRPS: model", *RULES, "inside 50 %", "inside 90 %", "width 50 %", "width 90 %",
            "bias", "unit"]  # fmt: skip
    yield from markdown(head, (_fitted(row) for row in records(found)))


def _fitted(row: Mapping[str, Any]) -> list[str]:
    scale = str(row["scale"])
    marks = [amount(row.get(f"crps_{name}"), scale) for name in ("model", *RULES)]
    inside = [percent(row.get("cover50")), percent(row.get("cover90"))]
    widths = [amount(row.get(name), scale) for name in ("width50", "width90")]
    bias = amount(row.get("bias"), scale, sign=True)
    fitted = "yes" if row["fitted"] else "no"
    return [f"`{row['series']}`", fitted, str(row["n"]), *marks, *inside, *widths, bias, UNITS[scale]]


def fit_verdict(overall: pd.DataFrame) -> str:
    """Return what is asked of the fit as a whole, whether it is so, and the same of all series."""
    row, every = records(overall)
    inside, ratio = float(row["covered90"]), float(row["width_ratio"])
    low, high = COVERED
    met = "met" if low <= inside <= high else "not met"
    wide = "met" if ratio < WIDTH else "not met"
    crps = float(row["crps_ratio"])
    near = "met" if crps < 1 else "not met"
    return (
        f"Fit: {100 * inside:.0f} % of {row['points']:.0f} points of the fitted series lie inside 90 % intervals "
        f"(asked: {100 * low:.0f} to {100 * high:.0f} %: **{met}**), which are {ratio:.2f} times as wide as those of "
        f"the best rules (asked: below {WIDTH:g}: **{wide}**). Its CRPS is {crps:.2f} times that of the best rule of "
        f"each series, started once (asked: below 1: **{near}**); a rule is better on {row['lost']:.0f} of "
        f"{row['scored']:.0f} series. Of all {every['points']:.0f} points, those of series that are no target among "
        f"them, {100 * float(every['covered90']):.0f} % lie inside."
    )


def moments(found: pd.DataFrame) -> Iterator[str]:
    """Yield the table of moments."""
    head = ("moment", "when", "unit", "known", "model", "5 to 95 %", "verdict", "source")
    yield from markdown(head, (_moment(row) for row in records(found)))


def _moment(row: Mapping[str, Any]) -> list[str]:
    unit = "%" if row["unit"] == "share" else str(row["unit"])
    known = _level(row["value"], unit) if row["low"] == row["high"] else _range(row, unit)
    band = "-" if not np.isfinite(row["model_q05"]) else (
        f"{_level(row['model_q05'], unit)} to {_level(row['model_q95'], unit)}"
    )  # fmt: skip
    name = f"`{row['moment']}`" if "/" in row["moment"] or "_" in row["moment"] else str(row["moment"])
    mean = _level(row["model_mean"], unit)
    return [name, row["when"], unit, known, mean, band, row["verdict"], row["source"]]


def _range(row: Mapping[str, Any], unit: str) -> str:
    span = f"{_level(row['low'], unit)} to {_level(row['high'], unit)}"
    return f"{_level(row['value'], unit)} ({span})" if np.isfinite(row["value"]) else span


def _level(value: float, unit: str) -> str:
    if not np.isfinite(value):
        return "-"
    return f"{100 * value:.0f}" if unit == "%" else f"{value:.2f}" if unit in ("$/Mtok", "ratio") else f"{value:.1f}"
