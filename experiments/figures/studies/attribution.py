"""Attribution: what the levers of a policy do alone and together, and through which mechanisms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.frames import Drawing
from experiments.figures.studies.dots import dot, frame, marks
from experiments.figures.studies.look import SLATE, effect_limits
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.sample import Effect
from experiments.figures.studies.tables import KINDS, effect_of, quantity_of
from experiments.figures.studies.words import Quantity, effect, file_name, pretty, sentence
from experiments.figures.style import ARMS, GREY, INK, PALE, text_width

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.figures.studies.scene import StudyScene

ROW, LONGEST, COLUMNS = 0.185, 2.3, 3
LOOKS = {
    "alone": ("o", SLATE), "together": ("D", INK), "interaction": ("s", ARMS[2]), "through": ("o", ARMS[1]),
    "rest": ("o", GREY),
}  # fmt: skip
HEADS = {
    "alone": "{} alone", "together": "all together", "interaction": "interaction", "through": "through {}",
    "rest": "rest",
}  # fmt: skip


def draw(table: pd.DataFrame, scene: StudyScene, dates: Sequence[str]) -> Iterator[Drawing]:
    """Draw ``attribution``: one figure a policy and measure, one panel a date.

    Args:
        table: policy, part, kind, measure, unit, month, mean, low, high.
        scene: the study.
        dates: months; all of the table if it has none of them.
    """
    for (policy, _), rows in table.groupby(["policy", "measure"], sort=False, observed=True):
        there = [date for date in dates if (rows["month"].astype(str) == date).any()]
        months = there or list(dict.fromkeys(rows["month"].astype(str)))
        shown = rows[rows["month"].astype(str).isin(months)]
        quantity = quantity_of(shown)
        parts = {
            (str(row["kind"]), str(row["part"]), str(row["month"])): effect_of(row) for row in shown.to_dict("records")
        }
        title = _title(str(policy), quantity, parts, months[-1])
        figure = _figure(title, quantity, parts, months, scene)
        yield Drawing(file_name("attribution", str(policy), quantity.name), figure, shown.reset_index(drop=True), title)


def _figure(
    title: str, quantity: Quantity, parts: dict[tuple[str, str, str], Effect], months: Sequence[str], scene: StudyScene
) -> Figure:
    lines = list(dict.fromkeys((kind, part) for kind, part, _ in parts))
    lines.sort(key=lambda line: KINDS.index(line[0]))
    whole = effect_limits([[[e.mean, e.low, e.high] for e in parts.values()]], quantity)
    scale = quantity.change(whole)
    text = f"{quantity.meaning}: paired difference, same seeds, {scale.unit or quantity.unit}. {marks(parts.values())}"
    both = {"together", "interaction"} <= {kind for kind, _ in lines}
    text += ". Interaction: together less the sum of the levers alone" if both else ""
    names = [HEADS[kind].format(pretty(part)) for kind, part in lines]
    left = min(max(text_width(name, 6.6) for name in names), LONGEST) + 0.16
    cols = min(COLUMNS, len(months))
    grid = Grid(-(-len(months) // cols), cols, ROW * len(lines) + 0.08, left, 0.2, (0.2, 0.3))
    sheet, panels = page(title, text, scene, grid, months)
    for number, (panel, month) in enumerate(zip(panels, months, strict=True)):
        frame(panel, names, whole, scale, names_shown=number % cols == 0)
        for place, (kind, part) in enumerate(lines):
            if place and lines[place - 1][0] != kind:
                panel.axhline(place - 0.5, color=PALE, lw=0.6)
            if (kind, part, month) in parts:
                marker, colour = LOOKS[kind]
                dot(panel, place, parts[kind, part, month], colour, marker)
    return sheet.figure


def _title(policy: str, quantity: Quantity, parts: dict[tuple[str, str, str], Effect], month: str) -> str:
    """Say what the policy does as a whole, and what the largest part and the interaction are."""
    here = {(kind, part): gap for (kind, part, when), gap in parts.items() if when == month}
    head = f"{pretty(policy)}, {quantity.title} in {month}: "
    whole = next((gap for (kind, _), gap in here.items() if kind == "together"), None)
    said = [] if whole is None else [f"together {_said(quantity, whole)}"]
    single = {part: gap for (kind, part), gap in here.items() if kind in ("alone", "through")}
    if single:
        part = max(single, key=lambda name: abs(single[name].mean))
        kind = next(kind for kind, name in here if name == part and kind in ("alone", "through"))
        word = "through" if kind == "through" else "from"
        said.append(f"most {word} {pretty(part)}: {_said(quantity, single[part])}")
    between = next((gap for (kind, _), gap in here.items() if kind == "interaction"), None)
    said += [] if between is None else [f"interaction {_said(quantity, between)}"]
    return sentence(head + "; ".join(said))


def _said(quantity: Quantity, gap: Effect) -> str:
    return effect(quantity, gap.mean, gap.low, gap.high, short=True)
