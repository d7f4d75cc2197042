"""A study on disk, for reading: tidy frames, bands, and SQL.

>>> from experiments import Study                                    # doctest: +SKIP
>>> Study.open("outputs/latest").frame("token_share", by="bloc")     # doctest: +SKIP
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.folders import resolve
from experiments.studies.manifest import TABLE, Manifest, ShardFile, load_plan
from experiments.studies.recording import WIDE
from experiments.studies.scan import DamagedShardError, Where, labels, scan
from experiments.studies.schemas import CELL, LABELS, SCHEMAS, TABLES
from experiments.studies.shards import FAILED
from sim.errors import InputError, Problem, nearest
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

PLACES = CELL[1:]
"""The columns that say which cell of a measure a value is of."""
Wanted = str | Sequence[str] | None


class Study:
    """A study of many runs, finished or not.

    Attributes:
        folder: where it lies.
        plan: ``plan.json``.
        manifest: the files of its tables.
    """

    def __init__(self, folder: Path, *, skip_damaged: bool = False) -> None:
        self.folder = resolve(folder)
        self.plan = load_plan(self.folder)
        self.manifest = Manifest.load(self.folder)
        self._skip = skip_damaged

    @classmethod
    def open(cls, folder: str | Path, *, skip_damaged: bool = False) -> Study:
        """Open a study.

        Args:
            folder: a study folder, or ``outputs/latest``.
            skip_damaged: leave out shards that are damaged, with a warning, instead of refusing to read.

        Raises:
            InputError: if there is no study of many runs, or one of another format.
        """
        return cls(Path(folder), skip_damaged=skip_damaged)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The plan: a row a run, with the values of the design's factors, whether it is there or not."""
        path = self.folder / TABLE
        try:
            frame: pd.DataFrame = pq.read_table(path).to_pandas()
        except (OSError, pa.ArrowException) as error:
            legal = "start the study again: the plan is written anew, and no run is lost"
            raise InputError(Problem(str(self.folder), TABLE, "the plan's table is gone or damaged", legal)) from error
        return frame

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The runs that are there: labels, months, status; stage, type, message and traceback of those that failed."""
        found = self.table("runs")
        factors = list(self.rows.columns[len(SCHEMAS["runs"].names[:8]) + 1 :])
        return found.merge(self.rows[["row", *factors]], on="row", how="left") if factors else found

    @property
    def missing(self) -> list[int]:
        """The rows of the plan that are not there."""
        return sorted(set(range(self.plan["runs"])) - set(self.runs["row"]))

    @property
    def failed(self) -> pd.DataFrame:
        """The runs that failed."""
        return self.runs[self.runs["status"] == FAILED]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of this recording level."""
        return ("runs", *TABLES[self.plan["record"]])

    def table(self, name: str, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """Return a whole table.

        Raises:
            InputError: if there is none of this name, or a shard is damaged.
        """
        if name not in self.tables:
            message = f"a study with record={self.plan['record']} has no table {name!r}"
            raise InputError(Problem(str(self.folder), name, message, ", ".join(self.tables), nearest(name, SCHEMAS)))
        chosen = list(columns) if columns is not None else SCHEMAS[name].names
        frame: pd.DataFrame = self._scan((name,), chosen, {}).to_pandas()
        return frame

    @property
    def events(self) -> pd.DataFrame:
        """What happened in each run: row, month, kind, who, what, trigger, weight."""
        return self.table("events")

    def frame(
        self, name: str, *, by: Wanted = None, key: Wanted = None, segment_kind: Wanted = None, segment: Wanted = None,
        month: Wanted = None,
    ) -> pd.DataFrame:  # fmt: skip
        """Return a measure, or a headline measure, of every run.

        Args:
            name: of ``opengambit measures``, or of `sim.headlines`.
            by, key, segment_kind, segment, month: what to keep, one value or several; all if not given.

        Returns:
            row, policy, future, point, draw, seed, month, segment_kind, segment, by, key, value; an empty cell of
            ``value`` is one without users. Failed runs have no rows.

        Raises:
            InputError: unknown names (with the nearest), what was not recorded, or a damaged shard.
        """
        given = {"by": by, "key": key, "segment_kind": segment_kind, "segment": segment, "month": month}
        where = {k: (v,) if isinstance(v, str) else tuple(v) for k, v in given.items() if v is not None}
        table = self._cells(name, where)
        facts: pd.DataFrame = table.to_pandas()
        places = facts["row"].to_numpy()
        for at, label in enumerate(LABELS, 1):
            facts.insert(at, label, self._label(label, places))
        return facts

    def wide(self, name: str) -> pd.DataFrame:
        """Return a headline measure of every run: a line a run (index: row), a column a month.

        Raises:
            InputError: as ``frame`` does.
        """
        if name not in HEADLINES:
            legal = ", ".join(HEADLINES)
            raise InputError(Problem("measure", name, "there is no such headline", legal, nearest(name, HEADLINES)))
        cell = HEADLINES[name]
        found = self.frame(
            cell.measure, by=cell.by, key=cell.key, segment_kind=cell.segment_kind, segment=cell.segment
        )  # fmt: skip
        wide: pd.DataFrame = found.pivot(index="row", columns="month", values="value")
        wide.columns = [str(month) for month in wide.columns]
        return wide[sorted(wide.columns)]

    def band(self, name: str, *, across: Sequence[str] = ("policy", "future"), **where: Wanted) -> pd.DataFrame:
        """Return mean and quantiles of a measure over runs.

        Args:
            name: as for ``frame``.
            across: labels that are kept apart; runs that differ in others are one band.
            where: as for ``frame``.

        Returns:
            The labels, month, segment_kind, segment, by, key, then mean, q05, q25, q50, q75, q95 and n.
        """
        import pandas as pd

        from experiments.bands import statistics

        found = self.frame(name, **where)
        parts = []
        for kept, group in found.groupby(list(across), observed=True, sort=False):
            cells = group.groupby([*PLACES, "month"], observed=True, sort=False)
            row = pd.factorize(group["row"])[0]
            cell = cells.ngroup().to_numpy()
            matrix = np.full((row.max() + 1, cell.max() + 1), np.nan)
            matrix[row, cell] = group["value"].to_numpy(np.float64, na_value=np.nan)
            first = group.loc[cells.head(1).index, [*PLACES, "month"]].reset_index(drop=True)
            named: dict[str, Any] = dict(zip(across, kept, strict=True))
            parts.append(first.assign(**named, **statistics(matrix)))
        return pd.concat(parts, ignore_index=True)[[*across, "month", *PLACES, *parts[0].columns[-7:]]]

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer to a DuckDB query over the views ``runs``, ``series``, ``events``, ``plan`` ...

        Raises:
            InputError: if the extra ``sql`` is not installed, or the query is wrong.
        """
        from experiments.studies.sql import ask

        return ask(self, query)

    def verify(self) -> list[str]:
        """Return the files of the manifest that are missing or damaged; reads every byte."""
        return [file.path for file in self.manifest.damaged(self.folder)]

    def _cells(self, name: str, where: dict[str, tuple[str, ...]]) -> pa.Table:
        wanted = self._cell_of(name) | where
        columns = ["row", "month", *PLACES, "value"]
        kinds = wanted.get("segment_kind")
        names = tuple(n for n in ("series", "panel") if n in self.tables and _holds(n, kinds))
        found = self._scan(names, columns, wanted)
        if found.num_rows == 0:
            raise self._nothing(name, wanted)
        return found

    def _cell_of(self, name: str) -> dict[str, tuple[str, ...]]:
        from sim.measures import MEASURES

        if name in MEASURES:
            return {"measure": (name,)}
        if name not in HEADLINES:
            known = [*MEASURES, *HEADLINES]
            legal = "a name of `opengambit measures`, or a headline measure"
            raise InputError(Problem("measure", name, "there is no such measure", legal, nearest(name, known)))
        cell = HEADLINES[name]
        return {column: (getattr(cell, column),) for column in CELL}

    def _scan(self, names: Iterable[str], columns: Sequence[str], where: Where) -> pa.Table:
        parts = [
            part for name in names for file in self.manifest.table(name) for part in self._part(file, columns, where)
        ]
        if not parts:
            schema = SCHEMAS[next(iter(names), "series")]
            return pa.schema([schema.field(column) for column in columns]).empty_table()
        return pa.concat_tables(parts).unify_dictionaries()

    def _part(self, file: ShardFile, columns: Sequence[str], where: Where) -> list[pa.Table]:
        try:
            return [scan(self.folder, file, columns, where)]
        except DamagedShardError as error:
            rows = file.rows(self.plan["runs"])
            message = f"this shard {error.reason}; it holds the rows {rows} of the plan"
            if self._skip:
                warnings.warn(f"{file.path}: {message}; they are left out", stacklevel=4)
                return []
            legal = "start the study again, which runs these rows anew; or Study.open(..., skip_damaged=True)"
            raise InputError(Problem(str(self.folder), file.path, message, legal)) from error

    def _label(self, label: str, places: np.ndarray[Any, Any]) -> Any:
        return self.rows[label].array.take(places)

    def _nothing(self, name: str, wanted: dict[str, tuple[str, ...]]) -> InputError:
        """Say which of the wanted values this study does not have for a measure."""
        if self.manifest.runs == len(self.failed):
            return self._no_finished_run(name)
        kinds = wanted.get("segment_kind", ())
        level = self.plan["record"]
        if any(kind not in WIDE for kind in kinds) and level != "panel":
            message = f"this study was recorded at level {level}, without {' and '.join(kinds)}"
            return InputError(Problem(str(self.folder), "segment_kind", message, "record=panel"))
        names = [n for n in ("series", "panel") if n in self.tables]
        files = [file for n in names for file in self.manifest.table(n)[:1]]
        cells = [cell for f in files for cell in labels(self.folder, f, PLACES, {"measure": wanted["measure"]})]
        problems = []
        for at, column in enumerate(PLACES):
            legal = sorted({cell[at] for cell in cells})
            for value in wanted.get(column, ()):
                if value not in legal:
                    near = nearest(value, legal)
                    problems.append(Problem(name, column, f"it has no {value!r}", ", ".join(legal[:30]), near))
        asked = ", ".join(f"{key}={'|'.join(values)}" for key, values in wanted.items())
        return InputError(problems or [Problem(str(self.folder), name, f"this study has no values for {asked}")])

    def _no_finished_run(self, name: str) -> InputError:
        failed, asked = len(self.failed), self.plan["runs"]
        message, hint = "this study has no finished run yet", "start the study again: what is missing is run"
        if failed:
            message = f"{failed} of {asked} runs failed, and none is finished"
            hint = f"opengambit results {self.folder} says why; --retry-failed runs them again"
        return InputError(Problem(str(self.folder), name, message, hint))


def _holds(table: str, kinds: Sequence[str] | None) -> bool:
    """Say whether a table can hold one of some kinds of segments."""
    return kinds is None or any((kind in WIDE) == (table == "series") for kind in kinds)
