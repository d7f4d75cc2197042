"""What an output of a run is: its name, unit, denominator, and the parts that its table is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.calendar import month_name
from sim.market.arrays import Floats
from sim.parameters import Parameters
from sim.recorder import Records
from sim.segments import Segment, segments_of
from sim.supply_records import SupplyRecords
from sim.world import World

SPLITS = ("bloc", "lab", "openness", "licence", "channel")
Part = tuple[str, str, str, list[str], Floats]
"""segment kind, segment, by, keys, values of shape (T, keys)."""
Compute = Callable[["Context"], Iterator[Part]]


@dataclass(frozen=True)
class Context:
    """What measures are computed from."""

    records: Records
    world: World
    parameters: Parameters
    recorded: SupplyRecords | None = None
    start: int = 0
    """Month of the first row of the records."""

    @property
    def supply(self) -> SupplyRecords:
        """The supply side.

        Raises:
            LookupError: if it was not recorded.
        """
        if self.recorded is None:
            raise LookupError("the supply side of this run was not recorded")
        return self.recorded

    @property
    def n_months(self) -> int:
        """T."""
        return int(self.records.payments.size)


@dataclass(frozen=True)
class MeasureInfo:
    """One output.

    Attributes:
        name: as in ``Trajectory.frame``.
        unit: of the values.
        denominator: what a share is a share of; empty if it is not a share.
        by: the ways in which it is split.
        meaning: one sentence.
        compute: yields the parts of the frame.
    """

    name: str
    unit: str
    denominator: str
    by: tuple[str, ...]
    meaning: str
    compute: Compute

    @property
    def is_share(self) -> bool:
        """Whether the keys of a cell sum to 1."""
        return self.by == SPLITS


def frame(info: MeasureInfo, context: Context) -> pd.DataFrame:
    """Return a measure as a tidy table: month, segment_kind, segment, by, key, value (null where undefined)."""
    months = [month_name(context.start + t) for t in range(context.n_months)]
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("month", *_LABELS, "value")}
    for kind, segment, by, keys, values in info.compute(context):
        rows = values.size
        columns["month"].append(np.repeat(np.array(months, dtype=object), len(keys)))
        for name, label in zip(_LABELS[:3], (kind, segment, by), strict=True):
            columns[name].append(np.full(rows, label, dtype=object))
        columns["key"].append(np.tile(np.array(keys, dtype=object), len(months)))
        columns["value"].append(values.ravel())
    return pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})


_LABELS = ("segment_kind", "segment", "by", "key")


def ratio(top: Floats, bottom: Floats) -> Floats:
    """Return top over bottom, NaN where there is nothing to divide by."""
    top, bottom = np.broadcast_arrays(top, bottom)
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0))


def world_part(by: str, keys: Iterable[str], values: Floats) -> Part:
    """Return a part for the world as a whole; values of shape (T, keys)."""
    return "world", "world", by, list(keys), values


def scalar(value: Callable[[Context], Floats]) -> Compute:
    """Return a measure of one number a month; ``value`` gives shape (T,)."""

    def compute(context: Context) -> Iterator[Part]:
        yield world_part("total", ["total"], value(context)[:, None])

    return compute


def by_lab(value: Callable[[Context], Floats]) -> Compute:
    """Return a measure by lab; ``value`` gives shape (T, L)."""

    def compute(context: Context) -> Iterator[Part]:
        yield world_part("lab", context.world.lab_names, value(context))

    return compute


def per_segment(value: Callable[[Context, Segment], Floats], label: str = "total") -> Compute:
    """Return a measure of one number per segment of users and month; ``value`` gives shape (T,)."""

    def compute(context: Context) -> Iterator[Part]:
        for segment in segments_of(context.world):
            yield segment.kind, segment.name, "total", [label], value(context, segment)[:, None]

    return compute
