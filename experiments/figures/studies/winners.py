"""Winners and losers: what one policy changes for labs and for users, an actor a row, at the last date.

The title names labs only where the effect stands after correction for all labs of the table (Bonferroni): of twenty
intervals one leaves out zero by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.apart import ink
from experiments.figures.frames import Drawing
from experiments.figures.sheet import inches
from experiments.figures.studies.dots import NAME, ROW, dot, frame, marks
from experiments.figures.studies.look import effect_limits, scale_axis, tick
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.sample import Effect
from experiments.figures.studies.tables import effect_of
from experiments.figures.studies.words import Quantity, Scale, effect, file_name, pretty, sentence
from experiments.figures.style import BLOCS, GREY, colour, name, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.figures.sheet import Sheet
    from experiments.figures.studies.scene import StudyScene

ALL_FUTURES = "all futures"
MOST, CHANCE = 12, 0.05
"""Labs of a panel at most, unless users have more rows; and the chance of a false finding."""
LONGEST, PAD, RIGHT = 0.98, 0.14, 0.14
HEAD, KEY, BETWEEN = 0.19, 0.17, 0.5
"""Inches over a panel for its title, over all for the colours of blocs, and between two panels of a column."""
LABS, USERS, REGIONS = "labs", "user blocs", "regions"
COLUMNS = (
    ((LABS, "revenue", "Labs: revenue"),),
    ((LABS, "token_share", "Labs: share of all tokens"),),
    ((REGIONS, "welfare", "Users: welfare"), (REGIONS, "adoption", "Users: adoption")),
)
"""Panels by column; blocs of users take the place of regions that were not recorded."""


@dataclass(frozen=True)
class Row:
    """An actor, its bloc, what the policy does to it, and the p value of no effect."""

    actor: str
    bloc: str
    effect: Effect
    p: float = nan

    @property
    def colour(self) -> str:
        """That of its bloc."""
        return colour(self.bloc) if self.bloc else GREY


@dataclass(frozen=True)
class Panel:
    """Actors sorted by the effect on a measure.

    Attributes:
        head: its title.
        quantity: the measure.
        everyone: all actors of the table, from the largest gain to the largest loss.
        rows: those that are drawn; one for all where none differs in any run.
    """

    head: str
    quantity: Quantity
    everyone: tuple[Row, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, table: pd.DataFrame, group: str, measure: str, head: str, most: int) -> Panel | None:
        """Return the panel of a measure with the largest effects; None where the table has no value of it."""
        found = table[(table["group"] == group) & (table["measure"] == measure)]
        lines = found.to_dict("records")
        rows = [Row(str(r["actor"]), str(r["bloc"]), effect_of(r), float(r["p"])) for r in lines]
        rows = sorted((r for r in rows if isfinite(r.effect.mean)), key=lambda r: -r.effect.mean)
        if not rows:
            return None
        large = sorted(rows, key=lambda r: -abs(r.effect.mean))[:most]
        drawn = [row for row in rows if row in large]
        if len(rows) > 1 and all(row.effect.zero for row in rows):
            drawn = [Row(f"all {len(rows)}", "", rows[0].effect)]
        return cls(head, Quantity.of(measure, str(found["unit"].iloc[0])), tuple(rows), tuple(drawn))

    @property
    def standing(self) -> list[Row]:
        """The rows that stand after correction for all actors of the table."""
        return [row for row in self.everyone if not row.effect.unsure and row.p * len(self.everyone) < CHANCE]

    @property
    def tall(self) -> float:
        """Height in inches."""
        return ROW * len(self.rows) + 0.08

    @property
    def whole(self) -> tuple[float, float]:
        """Ends of its axis."""
        return effect_limits([[[r.effect.mean, r.effect.low, r.effect.high] for r in self.rows]], self.quantity)


def draw(table: pd.DataFrame, scene: StudyScene, dates: Sequence[str]) -> Iterator[Drawing]:
    """Draw ``winners``: a figure a policy that has labs, over all futures if there are several.

    Args:
        table: ``actors``, of the policies that are drawn.
        scene: the study.
        dates: months, of which the last is drawn.
    """
    futures = list(dict.fromkeys(table["future"].astype(str)))
    future = ALL_FUTURES if ALL_FUTURES in futures else futures[0]
    here = table[(table["future"].astype(str) == future) & (table["month"].astype(str) == dates[-1])]
    for policy, rows in here.groupby("policy", sort=False, observed=True):
        known = rows[rows["mean"].notna()]
        columns = _columns(known)
        if (known["group"] == LABS).any():
            title = f"{sentence(pretty(str(policy)))}, {dates[-1]}: {_finding(columns[0][0])}"
            figure = _figure(title, columns, len(futures) - 1 if future == ALL_FUTURES else 1, scene)
            yield Drawing(file_name("winners", str(policy)), figure, _data(rows, columns), title)


def _columns(rows: pd.DataFrame) -> list[list[Panel]]:
    users = REGIONS if (rows["group"] == REGIONS).any() else USERS
    found: list[list[Panel]] = []
    most = len(rows)
    for column in reversed(COLUMNS):
        panels = (Panel.of(rows, users if g == REGIONS else g, measure, head, most) for g, measure, head in column)
        found.insert(0, [panel for panel in panels if panel is not None])
        most = max(MOST, sum(len(panel.rows) for panel in found[-1]))
    return [column for column in found if column]


def _data(rows: pd.DataFrame, columns: Sequence[Sequence[Panel]]) -> pd.DataFrame:
    """Return the rows of the measures that are drawn, the labs that found no place too."""
    groups = [LABS, REGIONS if (rows["group"] == REGIONS).any() else USERS]
    drawn = [panel.quantity.name for column in columns for panel in column]
    return rows[rows["group"].isin(groups) & rows["measure"].isin(drawn)].reset_index(drop=True)


def _figure(title: str, columns: Sequence[Sequence[Panel]], futures: int, scene: StudyScene) -> Figure:
    panels = [panel for column in columns for panel in column]
    names = [text_width(name(row.actor), NAME) for panel in panels for row in panel.rows]
    room = min(max(names), LONGEST) + PAD
    tall = max(sum(panel.tall for panel in column) + BETWEEN * (len(column) - 1) for column in columns)
    grid = Grid(1, len(columns), tall, left=room, right=RIGHT, gap=(room + 0.06, 0.3), strip=KEY + HEAD)
    sheet, axes = page(title, _text(panels, futures), scene, grid)
    for place, column in zip(axes, columns, strict=True):
        for panel, part in zip(column, _stacked(sheet, place, column), strict=True):
            _panel(part, panel, room)
    _key(sheet, axes, panels, room)
    return sheet.figure


def _text(panels: Sequence[Panel], futures: int) -> str:
    """Return the subtitle: what is shown, and what the marks mean."""
    effects = [row.effect for panel in panels for row in panel.rows]
    text = "Paired difference from the baseline, same seeds" + (f", mean of {futures} futures" if futures > 1 else "")
    first = panels[0]
    count = len(first.everyone)
    text += f"; the {len(first.rows)} labs with the largest effects of {count}" if count > len(first.rows) > 1 else ""
    return f"{text}. {marks(effects)}{f'; title: what stands among all {count}' if first.standing else ''}"


def _stacked(sheet: Sheet, axes: Axes, column: Sequence[Panel]) -> list[Axes]:
    """Return the axes of a column, one below the other, as high as their rows need."""
    box, top = axes.get_position(), axes.get_position().y1
    found = []
    for number, panel in enumerate(column):
        tall = panel.tall / sheet.height
        part = sheet.figure.add_axes((box.x0, top - tall, box.width, tall)) if number else axes
        part.set_position((box.x0, top - tall, box.width, tall))
        top -= tall + BETWEEN / sheet.height
        found.append(part)
    return found


def _panel(axes: Axes, panel: Panel, room: float) -> None:
    scale = panel.quantity.change(panel.whole)
    frame(axes, [name(row.actor) for row in panel.rows], panel.whole, scale, names_shown=True)
    _ticks(axes, scale)
    for label, row in zip(axes.get_yticklabels(), panel.rows, strict=True):
        wide = text_width(name(row.actor), NAME)
        label.set(color=ink(row.colour), size=NAME * min(1.0, (room - PAD) / wide))
    for place, row in enumerate(panel.rows):
        dot(axes, place, row.effect, row.colour)
    if all(row.effect.zero for row in panel.rows):
        axes.set_xticks([0.0], ["0"])
    head = axes.set_title(f"{panel.head}, {scale.unit}", size=7.0)
    head.set_x(-(room - PAD / 2) / inches(axes)[0])


def _ticks(axes: Axes, scale: Scale) -> None:
    """Write as many numbers along x as there is room for."""
    low, high = axes.get_xlim()
    for most in (4, 3, 2, 1):
        scale_axis(axes, scale, signed=True, which="x", ticks=most)
        texts = [tick(x * scale.factor, scale, signed=True) for x in axes.get_xticks() if low <= x <= high]
        if sum(text_width(text, 7.0) + 0.1 for text in texts) <= inches(axes)[0] or len(texts) < 2:
            return


def _key(sheet: Sheet, axes: Sequence[Axes], panels: Sequence[Panel], room: float) -> None:
    """Write the blocs in their colours over the panels."""
    there = {row.bloc for panel in panels for row in panel.rows}
    figure, wide = sheet.figure, float(sheet.figure.get_size_inches()[0])
    x, y = axes[0].get_position().x0 - (room - PAD / 2) / wide, sheet.top - 0.1
    for bloc in (bloc for bloc in BLOCS if bloc in there):
        text = f"● {name(bloc)}"
        figure.text(x, y / sheet.height, text, size=6.4, color=ink(colour(bloc)), va="center", weight="bold")
        x += (text_width(text, 6.4, bold=True) + 0.16) / wide


def _finding(panel: Panel) -> str:
    """Say who gains most and who loses most, or that nobody can be told apart."""
    what, effects = panel.quantity.title, [row.effect for row in panel.everyone]
    if all(gap.zero for gap in effects):
        return f"the {what} of no lab differs in any run"
    if all(gap.zero or not isfinite(gap.low) for gap in effects):
        ends = dict.fromkeys((panel.everyone[0], panel.everyone[-1]))
        return f"{what} in one pair of runs, from {' to '.join(_said(panel, row) for row in ends)}"
    standing = panel.standing
    if not standing:
        known = sum(not gap.unsure for gap in effects)
        count = len(effects)
        said = f"; {known} of {count} intervals leave out zero, by chance about {max(CHANCE * count, 1):.0f} would"
        return f"no lab's {what} can be told apart from the baseline's{said if known else ''}"
    best, worst = standing[0], standing[-1]
    if best.effect.mean < 0:
        return f"largest clear loss of {what} {_said(panel, worst)}; no clear gain"
    gain = f"largest clear gain of {what} {_said(panel, best)}"
    return f"{gain}; {f'largest loss {_said(panel, worst)}' if worst.effect.mean < 0 else 'no clear loss'}"


def _said(panel: Panel, row: Row) -> str:
    gap = row.effect
    return f"{name(row.actor)}, {effect(panel.quantity, gap.mean, gap.low, gap.high, short=True)}"
