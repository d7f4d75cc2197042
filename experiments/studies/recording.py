"""What a study keeps of a run, by recording level.

``summary``: the headline measures. ``readings``: the instruments too. ``series``: every measure for the world, the
world outside China and blocs of users, and the events. ``panel``: also regions and classes of users, and the
instruments. A run recorded at a level serves a study of any level that it holds (``HELD``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.trajectory import Trajectory

LEVELS = ("summary", "readings", "series", "panel")
HELD = {
    "summary": ("summary",), "readings": ("summary", "readings"), "series": ("summary", "series"), "panel": LEVELS,
}  # fmt: skip
"""The levels that each level holds."""
WIDE = ("world", "excl_CN", "user_bloc")
"""Kinds of segments that the table ``series`` holds; the others go to ``panel``."""

Cell = tuple[str, str, str, str, str]
"""measure, segment_kind, segment, by, key."""
Values = NDArray[np.float32]
HEADLINE_CELLS = frozenset((h.measure, h.segment_kind, h.segment, h.by, h.key) for h in HEADLINES.values())


@dataclass(frozen=True)
class Block:
    """Cells of a run, month by month.

    Attributes:
        cells: by measure, then kind of segment.
        months: YYYY-MM.
        values: cells x months, NaN where a cell has no users.
    """

    cells: tuple[Cell, ...]
    months: tuple[str, ...]
    values: Values

    def only(self, wanted: Iterable[Cell]) -> Block:
        """Return those of its cells that are wanted."""
        chosen = frozenset(wanted)
        places = [place for place, cell in enumerate(self.cells) if cell in chosen]
        return Block(tuple(self.cells[place] for place in places), self.months, self.values[places])


@dataclass(frozen=True)
class Failure:
    """A run that failed.

    Attributes:
        stage: what it was doing: ``simulate``, ``record`` or ``worker`` (the process died).
        type: of the error.
        message: of the error.
        traceback: where, with paths from the project's folder on.
    """

    stage: str
    type: str
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Recording:
    """What is kept of a run.

    Attributes:
        months: number of months; 0 if it failed.
        level: recording level.
        blocks: ``series`` and ``panel``.
        tables: ``events`` and ``instruments``, without the column ``row``.
        failure: why there is nothing, if so.
    """

    months: int
    level: str
    blocks: dict[str, Block] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    failure: Failure | None = None


def record(run: Trajectory, level: str) -> Recording:
    """Return what a level keeps of a run."""
    from experiments.studies.schemas import EVENTS

    wide, narrow = _blocks(run, level)
    short = level in ("summary", "readings")
    blocks = {"series": wide.only(HEADLINE_CELLS) if short else wide}
    if short:
        kept = {"instruments": _instruments(run)} if level == "readings" else {}
        return Recording(len(run.months), level, blocks, kept)
    tables = {"events": _arrow(run.events, EVENTS)}
    if level == "panel":
        blocks["panel"] = narrow
        tables["instruments"] = _instruments(run)
    return Recording(len(run.months), level, blocks, tables)


def lowered(recording: Recording, level: str) -> Recording:
    """Return a recording at the same or a lower level.

    Raises:
        ValueError: if the level is higher.
    """
    from experiments.studies.schemas import TABLES

    if level not in HELD[recording.level]:
        raise ValueError(f"a recording at level {recording.level} has no level {level}")
    if recording.failure is not None or level == recording.level:
        return recording
    kept = TABLES[level]
    blocks = {name: block for name, block in recording.blocks.items() if name in kept}
    if level in ("summary", "readings"):
        blocks = {"series": blocks["series"].only(HEADLINE_CELLS)}
    tables = {name: table for name, table in recording.tables.items() if name in kept}
    return Recording(recording.months, level, blocks, tables)


def _blocks(run: Trajectory, level: str) -> tuple[Block, Block]:
    """Return the cells of wide segments, and those of the others (at level ``panel``)."""
    months = tuple(run.months)
    sides: tuple[list[tuple[Cell, Values]], list[tuple[Cell, Values]]] = ([], [])
    for measure, kind, segment, by, keys, values in _parts(run, level):
        side = sides[0 if kind in WIDE else 1]
        if kind in WIDE or level == "panel":
            rows = np.ascontiguousarray(values.T, dtype=np.float32)
            side += [((measure, kind, segment, by, key), row) for key, row in zip(keys, rows, strict=True)]
    return _block(sides[0], months), _block(sides[1], months)


def _block(found: list[tuple[Cell, Values]], months: tuple[str, ...]) -> Block:
    """Gather cells, those of a measure and kind of segment together."""
    place = {group: number for number, group in enumerate(dict.fromkeys(cell[:2] for cell, _ in found))}
    measures = {name: number for number, name in enumerate(dict.fromkeys(cell[0] for cell, _ in found))}
    found = sorted(found, key=lambda item: (measures[item[0][0]], place[item[0][:2]]))
    values = np.stack([row for _, row in found]) if found else np.zeros((0, len(months)), dtype=np.float32)
    return Block(tuple(cell for cell, _ in found), months, values)


def _parts(run: Trajectory, level: str) -> Iterator[tuple[str, str, str, str, list[str], NDArray[np.float64]]]:
    from sim.measures import MEASURES, Context

    context = Context(run.records, run.world, run.scenario.parameters, run.recorded, run.scenario.start)
    known = {cell[0] for cell in HEADLINE_CELLS} if level in ("summary", "readings") else set(MEASURES)
    for name, info in ((name, info) for name, info in MEASURES.items() if name in known):
        for kind, segment, by, keys, values in info.compute(context):
            yield name, kind, segment, by, list(keys), values


def _instruments(run: Trajectory) -> pa.Table:
    """Return the readings of all instruments, as ``Trajectory.instrument`` has them, in one piece."""
    import pyarrow as pa

    from experiments.studies.schemas import INSTRUMENTS
    from sim.instruments import INSTRUMENTS as ALL
    from sim.instruments import View
    from sim.measures import Context

    view = View(Context(run.records, run.world, run.scenario.parameters, run.recorded, run.scenario.start), run.offers)
    found = [(name, *reading) for name, info in ALL.items() for reading in info.read(view)]
    readings = np.repeat(np.arange(len(found)), len(run.months))
    names = ("instrument", "entity", "geography")
    columns = {
        name: pa.array([row[k] for row in found], pa.string()).take(pa.array(readings)) for k, name in enumerate(names)
    }
    columns["month"] = pa.array(list(run.months) * len(found), pa.string())
    values = np.concatenate([row[3] for row in found]).astype(np.float32)
    columns["value"] = pa.array(values, from_pandas=True)
    return pa.table({item.name: columns[item.name] for item in INSTRUMENTS if item.name != "row"})


def _arrow(frame: object, schema: pa.Schema) -> pa.Table:
    """Return a frame with the columns of a schema, but for the row; words as plain text."""
    import pyarrow as pa

    columns = {}
    for item in schema:
        if item.name != "row":
            text = pa.types.is_dictionary(item.type)
            column = pa.array(frame[item.name], from_pandas=True)  # type: ignore[index]
            columns[item.name] = column.cast(pa.string() if text else item.type)
    return pa.table(columns)
