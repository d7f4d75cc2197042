"""Adoption share over time: the headline figure, and stacks and lines by developer bloc, openness and lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.apart import dashes
from experiments.figures.frames import (
    Drawing,
    Drawings,
    MissingMeasureError,
    Scene,
    Tables,
    last_known,
    select,
    tidy,
    wide,
)
from experiments.figures.marks import (
    MID,
    band_line,
    direct_labels,
    end_labels,
    event_marks,
    month_axis,
    percent,
    percent_axis,
    stack,
)
from experiments.figures.sheet import Sheet
from experiments.figures.style import ORDER, colour, name
from sim.calendar import month_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEASURE = "token_share"
UNIT = "share of the tokens of adopters, outside option excluded"
STRIP, LABELS, LABS = 0.34, 1.22, 8
WHO = {"US": "US", "CN": "Chinese", "AL": "Allied", "NAL": "Non-aligned"}


def headline(tables: Tables, scene: Scene) -> Drawings:
    """Draw ``adoption``: developer blocs stacked, and the open share below."""
    blocs, openness = select(tables.bands, MEASURE, by="bloc"), select(tables.bands, MEASURE, by="openness")
    table = wide(blocs, ORDER["bloc"])
    sheet = Sheet(4.9, _bloc_title(table, openness), f"World, {UNIT}", scene)
    top, low = sheet.axes(2, right=LABELS, strip=STRIP, heights=(2.1, 1), gap=(0, 0.36))
    stack(top, table)
    _finish_stack(top, table, scene)
    _lines(low, openness[openness["key"] == "open"], ("open",), scene)
    event_marks([top, low], scene.events)
    data = pd.concat([blocs, openness[openness["key"] == "open"]])
    yield Drawing("adoption", sheet.figure, tidy(data), sheet.title)


def by_bloc(tables: Tables, scene: Scene) -> Drawings:
    """Draw the shares by developer bloc as a stack and as lines with bands."""
    frame = select(tables.bands, MEASURE, by="bloc")
    table = wide(frame, ORDER["bloc"])
    title = _bloc_title(table, None)
    subtitle = f"World, by home of the developer, {UNIT}"
    yield _stacked("adoption_bloc_stacked", frame, table, title, subtitle, scene)
    yield _lined("adoption_bloc_lines", frame, list(table.columns), title, subtitle, scene)


def by_openness(tables: Tables, scene: Scene) -> Drawings:
    """Draw the shares of open weights and closed models as a stack and as lines with bands."""
    frame = select(tables.bands, MEASURE, by="openness")
    table = wide(frame, ORDER["openness"])
    title = f"Open weights carry {percent(last_known(table).get('open', 0.0))} of tokens in {_last(table)}"
    subtitle = f"World, by openness of the model, {UNIT}"
    yield _stacked("adoption_openness_stacked", frame, table, title, subtitle, scene)
    yield _lined("adoption_openness_lines", frame, list(table.columns), title, subtitle, scene)


def by_lab(tables: Tables, scene: Scene) -> Drawings:
    """Draw the labs that ever were largest in their last year, as lines with bands."""
    frame = select(tables.bands, MEASURE, by="lab")
    table = wide(frame)
    keys = list(table.tail(12).mean().sort_values(ascending=False).index[:LABS])
    leader = str(last_known(table).fillna(0.0).idxmax())
    title = f"{leader} leads in {_last(table)} with {percent(last_known(table)[leader])} of tokens"
    subtitle = f"World, the {len(keys)} labs with most tokens in the last year, {UNIT}"
    yield _lined("adoption_labs", frame[frame["key"].isin(keys)], keys, title, subtitle, scene)


def _last(table: pd.DataFrame) -> str:
    return month_name(int(last_known(table).name))  # type: ignore[call-overload]


def _bloc_title(table: pd.DataFrame, openness: pd.DataFrame | None) -> str:
    row = last_known(table).fillna(0.0)
    first, second = row.sort_values(ascending=False).index[:2]
    text = f"{WHO.get(first, first)} models carry {percent(row[first])} of tokens in {_last(table)}, "
    text += f"{WHO.get(second, second)} {percent(row[second])}"
    if openness is None:
        return text
    share = last_known(wide(openness)).get("open")
    return text if share is None else f"{text}; open weights {percent(float(share))}"


def _stacked(label: str, frame: pd.DataFrame, table: pd.DataFrame, title: str, subtitle: str, scene: Scene) -> Drawing:
    sheet = Sheet(3.4, title, f"{subtitle}, mean", scene, band=False)
    (axes,) = sheet.axes(right=LABELS, strip=STRIP)
    stack(axes, table)
    _finish_stack(axes, table, scene)
    event_marks([axes], scene.events)
    return Drawing(label, sheet.figure, tidy(frame), title)


def _finish_stack(axes: Axes, table: pd.DataFrame, scene: Scene) -> None:
    month_axis(axes, scene)
    percent_axis(axes)
    end_labels(axes, table, stacked=True)


def _lined(label: str, frame: pd.DataFrame, keys: list[str], title: str, subtitle: str, scene: Scene) -> Drawing:
    sheet = Sheet(3.4, title, f"{subtitle}, mean", scene)
    (axes,) = sheet.axes(right=LABELS, strip=STRIP)
    _lines(axes, frame, keys, scene)
    event_marks([axes], scene.events)
    return Drawing(label, sheet.figure, tidy(frame), title)


def _lines(axes: Axes, frame: pd.DataFrame, keys: list[str] | tuple[str, ...], scene: Scene) -> None:
    """Draw one line a key with its band, and label it at its end."""
    low, mid, high = (wide(frame, keys, column) for column in ("q05", "mean", "q95"))
    x = mid.index.to_numpy(dtype=float) + MID
    for key, style in zip(keys, dashes([colour(key) for key in keys]), strict=True):
        if key not in mid.columns:
            raise MissingMeasureError(f"{MEASURE} of {key}")
        band_line(axes, x, low[key], mid[key], high[key], colour(key), band=scene.seeds > 1, style=style)
    top = float(high[list(keys)].max().max())
    month_axis(axes, scene)
    percent_axis(axes, min(1.0, 1.12 * top) if top > 0 else 1.0)
    row = mid[list(keys)].dropna(how="all").iloc[-1].fillna(0.0)
    texts = [f"{name(key)} {percent(row[key])}" for key in keys]
    direct_labels(axes, [float(row[key]) for key in keys], texts, [colour(key) for key in keys])
