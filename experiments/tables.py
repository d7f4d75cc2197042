"""The result on the screen: compact tables with a line that says what they are shares of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from experiments.figures.frames import MissingMeasureError, last_known, select, wide, with_t
from experiments.figures.style import ORDER, name
from sim.calendar import month_name

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Group
    from rich.table import Table

    from experiments.figures.frames import Tables

TOP_LABS, YEARS = 8, 4
ROUTER_ROWS = 6
BLOC_ROWS = {"US": "US models", "CN": "Chinese models", "AL": "Allied models", "NAL": "Non-aligned models"}
HOMING = {
    "distinct_models": "Models per adopter", "distinct_families": "Families per adopter",
    "share_3_families": "3 or more families, all", "share_5_models": "5 or more models, all",
}  # fmt: skip
LARGE = {
    "multihoming_families": "3 or more families, large",
    "multihoming_models": "5 or more models, large",
}
MOST = {"world": "Most models in one adopter", "SEA": "  the same in SEA"}


def year_ends(first: int, last: int) -> list[int]:
    """Return the last month of the last ``YEARS`` years before the last month, and the last month."""
    return [*[t for t in range(first, last) if t % 12 == 11 and last - t >= 3][-YEARS:], last]


def share(mean: float, low: float, high: float, band: bool) -> str:
    """Write a share in percent, with its band in brackets."""
    if math.isnan(mean):
        return "-"
    digits = 1 if mean < 0.0995 else 0
    text = f"{100 * mean:.{digits}f}"
    return f"{text} ({100 * low:.{digits}f}-{100 * high:.{digits}f})" if band else text


def adoption(bands: pd.DataFrame, seeds: int, denominator: str) -> Group:
    """Return shares of tokens by developer bloc, and of open weights, at the ends of years."""
    blocs = select(bands, "token_share", by="bloc")
    openness = select(bands, "token_share", by="openness")
    months = _months(blocs)
    table = _grid([""], map(month_name, months))
    for bloc in ORDER["bloc"]:
        table.add_row(BLOC_ROWS[bloc], *_cells(blocs, bloc, months, seeds > 1))
    table.add_section()
    table.add_row(name("open"), *_cells(openness, "open", months, seeds > 1))
    return _block("Adoption share, percent", table, f"Share of {denominator}, world", seeds)


def labs(bands: pd.DataFrame, seeds: int, denominator: str) -> Group:
    """Return the labs with most tokens in the last month."""
    frame = select(bands, "token_share", by="lab")
    months = _months(frame)
    last = last_known(wide(frame)).sort_values(ascending=False)
    table = _grid([""], map(month_name, months))
    for lab in last.index[:TOP_LABS]:
        table.add_row(str(lab), *_cells(frame, str(lab), months, seeds > 1))
    return _block(f"Top labs of {month_name(months[-1])}, percent", table, f"Share of {denominator}, world", seeds)


def homing(bands: pd.DataFrame, instruments: pd.DataFrame, yearly: pd.DataFrame, seeds: int) -> Group:
    """Return models and families per adopter, and the shares that surveys ask for."""
    frames = {measure: _total(select(bands, measure)) for measure in HOMING}
    months = _months(frames["distinct_models"])
    table = _grid([""], [*map(month_name, months), "survey"])
    for measure, label in HOMING.items():
        if measure.startswith("share"):
            table.add_row(label, *_cells(frames[measure], None, months, seeds > 1), "")
        else:
            table.add_row(label, *_numbers(frames[measure], months), "")
    for instrument, label in LARGE.items():
        frame = with_t(instruments[instruments["instrument"] == instrument])
        survey = yearly.loc[yearly["instrument"] == instrument, "data"]
        said = share(float(survey.iloc[0]), 0, 0, False) if len(survey) else "-"
        if len(frame):
            table.add_row(label, *_cells(frame, None, months, seeds > 1), said)
    for segment, label in MOST.items():
        most = _most(bands, segment)
        if most is not None:
            table.add_row(label, *_numbers(most, months, digits=0), "")
    return _block(
        "Multi-homing",
        table,
        "Adopters, world, count-weighted, and large enterprises; shares in percent; survey of 2025",
        seeds,
    )


def _most(bands: pd.DataFrame, segment: str) -> pd.DataFrame | None:
    kind = "world" if segment == "world" else "region"
    try:
        return select(bands, "most_models", kind=kind, segment=segment)
    except MissingMeasureError:
        return None


def against(yearly: pd.DataFrame, seeds: int, year: int) -> Group:
    """Return model, data and ratio of each instrument and entity in a year; small ones are left to the figures."""
    table = _grid(["instrument", "entity"], ["model", "data", "ratio"])
    before = ""
    for row in _main_rows(yearly).to_dict("records"):
        ratio, instrument = float(row["ratio"]), str(row["instrument"])
        table.add_row(
            "" if instrument == before else instrument,
            f"{name(row['entity'])} {row['place']}".strip(),
            share(row["model"], row["q05"], row["q95"], seeds > 1),
            share(row["data"], 0, 0, False),
            "-" if math.isnan(ratio) else f"{ratio:.2f}",
            style=_verdict(ratio),
        )
        before = instrument
    caption = "Percent of what each instrument counts, means over the observed periods; yellow: beyond a factor of two"
    return _block(f"Instruments against data, {year}", table, caption, seeds)


def _main_rows(yearly: pd.DataFrame) -> pd.DataFrame:
    """Return at most ``ROUTER_ROWS`` rows per instrument, the largest in the data."""
    ranks = yearly.groupby("instrument", sort=False)["data"].rank(ascending=False, method="first")
    return yearly[(ranks <= ROUTER_ROWS) & ~yearly["instrument"].isin(LARGE)]


def _verdict(ratio: float) -> str:
    return "" if math.isnan(ratio) or 0.5 <= ratio <= 2 else "yellow" if 1 / 3 <= ratio <= 3 else "red"


def summary(found: Tables, yearly: pd.DataFrame, seeds: int, year: int, denominator: str) -> list[Group]:
    """Return the tables that a study can fill; those whose measures it did not record are left out."""
    makers: tuple[Callable[[], Group], ...] = (
        lambda: adoption(found.bands, seeds, denominator),
        lambda: labs(found.bands, seeds, denominator),
        lambda: homing(found.bands, found.instruments, yearly, seeds),
    )
    tables = []
    for make in makers:
        try:
            tables.append(make())
        except MissingMeasureError:
            continue
    if len(yearly):
        tables.append(against(yearly, seeds, year))
    return tables


def _grid(left: Iterable[str], right: Iterable[str]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in left:
        table.add_column(heading, no_wrap=True)
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _block(title: str, table: Table, caption: str, seeds: int) -> Group:
    from rich.console import Group
    from rich.text import Text

    sample = "1 seed" if seeds == 1 else f"Mean of {seeds} seeds, in brackets 5 to 95 percent"
    return Group(Text(title, style="bold"), table, Text(f"{caption}. {sample}.", style="dim"))


def _months(frame: pd.DataFrame) -> list[int]:
    return year_ends(int(frame["t"].min()), int(frame["t"].max()))


def _total(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["by"] == "total"] if (frame["by"] == "total").any() else frame


def _at(frame: pd.DataFrame, key: str | None, t: int) -> dict[str, float]:
    rows = frame[(frame["t"] == t) & ((frame["key"] == key) if key is not None else True)]
    return {c: float(rows[c].iloc[0]) if len(rows) else float("nan") for c in ("mean", "q05", "q95")}


def _cells(frame: pd.DataFrame, key: str | None, months: Sequence[int], band: bool) -> list[str]:
    """Return shares, with their band in the last month only, which keeps the table narrow."""
    found = [_at(frame, key, t) for t in months]
    last = len(months) - 1
    return [share(cell["mean"], cell["q05"], cell["q95"], band and i == last) for i, cell in enumerate(found)]


def _numbers(frame: pd.DataFrame, months: Sequence[int], digits: int = 1) -> list[str]:
    found = [_at(frame, None, t)["mean"] for t in months]
    return ["-" if math.isnan(value) else f"{value:.{digits}f}" for value in found]
