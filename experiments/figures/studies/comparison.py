"""The figures of ``opengambit compare``, from its tidy tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.figures import FORMATS, save
from experiments.figures.frames import Drawing
from experiments.figures.layout import check_layouts
from experiments.figures.studies import attribution, difference, dots, game, regret, winners
from experiments.figures.studies.tables import COLUMNS, check, pick, plain
from experiments.figures.style import house
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    import pandas as pd

    from experiments.figures.studies.scene import StudyScene


def comparison_figures(
    tables: Mapping[str, pd.DataFrame],
    scene: StudyScene,
    folder: Path,
    stamp: Mapping[str, Any],
    *,
    measures: Sequence[str],
    dates: Sequence[str],
    layouts: Sequence[str] = ("memo",),
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Draw the figures of a comparison: each in each layout and format, and its data as CSV.

    Args:
        tables: ``effects``, ``regret``, ``attribution``, ``game``, ``actors``, with the columns of `tables.COLUMNS`; a
            table that is not there, or is empty, has no figure.
        scene: what the figures say about the study (`scene.scene_of`).
        folder: where they go.
        stamp: what the files carry (`scene.stamp_of`).
        measures: of ``effects`` and ``attribution`` that are drawn.
        dates: months of dots and attributions, YYYY-MM.
        layouts: names of `experiments.figures.layout.LAYOUTS`.
        formats: suffixes.

    Returns:
        The files.

    Raises:
        InputError: unknown tables, missing columns, measures or months that a table does not have; an unknown layout.
    """
    check_layouts(layouts)
    made: dict[Path, None] = {}
    for layout in layouts:
        with house(scene.labs, layout):
            for drawing in drawings(tables, scene, measures, dates):
                made |= dict.fromkeys(save(drawing, Path(folder), stamp, formats))
    return list(made)


def drawings(
    tables: Mapping[str, pd.DataFrame], scene: StudyScene, measures: Sequence[str], dates: Sequence[str]
) -> Iterator[Drawing]:
    """Yield the figures of the tables that are there."""
    _known(tables)
    there = {name: table for name, table in tables.items() if len(table)}
    for name, table in there.items():
        check(name, table)
    there = {name: plain(table) for name, table in there.items()}
    if "effects" in there:
        effects = there["effects"]
        pick(effects, "month", dates, "dates")
        for measure in pick(effects, "measure", measures, "measures"):
            mine = effects[effects["measure"].astype(str) == measure]
            yield from difference.draw(mine, scene)
            yield from dots.draw(mine, scene, dates)
    if "regret" in there and (drawing := regret.draw(there["regret"], scene)) is not None:
        yield drawing
    if "attribution" in there:
        table = there["attribution"]
        yield from attribution.draw(table[table["measure"].astype(str).isin(list(measures))], scene, dates)
    if "game" in there:
        yield game.draw(there["game"], scene)
    if "actors" in there:
        yield from winners.draw(there["actors"], scene, dates)


def _known(tables: Mapping[str, Any]) -> None:
    problems = [
        Problem("tables", name, "a comparison has no such table", ", ".join(COLUMNS), nearest(name, COLUMNS))
        for name in tables
        if name not in COLUMNS
    ]
    if problems:
        raise InputError(problems)
