"""The store of a study: tidy Parquet tables, small CSV files of the bands, and a manifest.

Tables hold no times and no host names (those are in ``log/``), so the same plan gives the same bytes. Readers trust
``manifest.json``, which is written last.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.bands import QUANTILES, Cells, statistics
from experiments.folders import publish, resolve, write_bytes, write_json
from experiments.provenance import KEY, Provenance, to_json

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
WORD = pa.dictionary(pa.int32(), pa.string())
CELL = [(name, WORD) for name in ("measure", "month", "segment_kind", "segment", "by", "key")]
READING = [(name, WORD) for name in ("instrument", "month", "entity", "geography")]
STATISTICS = [(name, pa.float64()) for name in ("mean", *QUANTILES)] + [("n", pa.int32())]
SCHEMAS = {
    "runs": pa.schema(
        [("run_id", pa.string()), ("seed", pa.int32()), ("scenario", pa.string()),
         ("scenario_digest", pa.string()), ("months", pa.int32()), ("status", pa.string())]
    ),
    "series": pa.schema([("seed", pa.int32()), *CELL, ("value", pa.float64())]),
    "instruments": pa.schema([("seed", pa.int32()), *READING, ("value", pa.float64())]),
    "events": pa.schema(
        [("seed", pa.int32()), ("month", WORD), ("kind", WORD), ("who", WORD), ("what", pa.string()),
         ("trigger", pa.string()), ("weight", pa.float64())]
    ),
    "bands": pa.schema([*CELL, *STATISTICS]),
    "instrument_bands": pa.schema([*READING, *STATISTICS]),
}  # fmt: skip
COUNT, ADOPTERS = "effective_enterprises", 10.0
"""Cells with fewer adopters than this have a mean and no band (docs/model.md, section 7)."""

NOT_OF_ADOPTERS = (COUNT, "adoption")
SMALL_KEYS = ("bloc", "openness", "total")


class Recorded(Protocol):
    """What the store needs of a finished run (`sim.Trajectory` is one)."""

    @property
    def months(self) -> list[str]:
        """The months of the run."""

    @property
    def seed(self) -> int:
        """The seed."""

    @property
    def measures(self) -> list[str]:
        """Names that ``frame`` takes."""

    @property
    def instruments(self) -> list[str]:
        """Names that ``instrument`` takes."""

    @property
    def events(self) -> pd.DataFrame:
        """Month, kind, who, what, trigger, weight."""

    def frame(self, name: str, /) -> pd.DataFrame:
        """Month, segment_kind, segment, by, key, value."""

    def instrument(self, name: str, /) -> pd.DataFrame:
        """Month, entity, geography, value."""


class StudyWriter:
    """Writes the tables of a study, one run after the other.

    Args:
        folder: folder of the study (the hidden one, until it is finished).
        provenance: what made it.
    """

    def __init__(self, folder: Path, provenance: Provenance) -> None:
        self.folder, self.provenance = folder, provenance
        self.tables = folder / "tables"
        self.tables.mkdir(parents=True, exist_ok=True)
        self._open: dict[str, Any] = {}
        self._cells = {"series": Cells(), "instruments": Cells()}
        self._events: list[Any] = []
        self._runs: list[dict[str, Any]] = []
        self._log: list[dict[str, Any]] = []

    def add(self, run: Recorded, seconds: float) -> None:
        """Append one run to ``series``, ``instruments`` and ``events``."""
        series = [(name, run.frame(name)) for name in run.measures]
        readings = [(name, run.instrument(name)) for name in run.instruments]
        self._append("series", "measure", series, run.seed)
        self._append("instruments", "instrument", readings, run.seed)
        self._events.append(_arrow(run.events, "events", {"seed": run.seed}))
        run_id = self.provenance.run_id(run.seed)
        self._runs.append(
            {"run_id": run_id, "seed": run.seed, "scenario": self.provenance.scenario,
             "scenario_digest": self.provenance.scenario_digest, "months": len(run.months), "status": "ok"}
        )  # fmt: skip
        self._log.append({"run_id": run_id, "seed": run.seed, "seconds": round(seconds, 4)})

    def _append(self, name: str, label: str, frames: list[tuple[str, pd.DataFrame]], seed: int) -> None:
        parts = [_arrow(frame, name, {label: which, "seed": seed}) for which, frame in frames if len(frame)]
        table = pa.concat_tables(parts) if parts else SCHEMAS[name].empty_table()
        table = table.unify_dictionaries().combine_chunks()
        self._write(name, table)
        values = table["value"].to_numpy(zero_copy_only=False)
        self._cells[name].add(table.drop_columns(["seed", "value"]), np.asarray(values, dtype=np.float64))

    def _write(self, name: str, table: Any) -> None:
        """Write the values of one run, unless only bands are kept."""
        if self.provenance.record == "summary":
            return
        if name not in self._open:
            schema = SCHEMAS[name].with_metadata(self._stamp())
            self._open[name] = pq.ParquetWriter(self._partial(name), schema, **_options(schema))
        self._open[name].write_table(table)

    def close(self, extra: Mapping[str, Any] | None = None) -> None:
        """Write runs, events, bands, the small CSV files, provenance and the log."""
        for name, writer in self._open.items():
            writer.close()
            publish(self._partial(name), self.tables / f"{name}.parquet")
        kept = self._events[: 1 if self.provenance.record == "summary" else None]
        events = pa.concat_tables(kept) if kept else SCHEMAS["events"].empty_table()
        self._whole("events", events.unify_dictionaries().combine_chunks())
        self._whole("runs", pa.Table.from_pylist(self._runs, schema=SCHEMAS["runs"]))
        for source, name in (("series", "bands"), ("instruments", "instrument_bands")):
            table = self._bands(source, name)
            self._whole(name, table)
            _write_csv(_small(table) if name == "bands" else table, self.tables / f"{name}.csv")
        write_json(self.folder / "provenance.json", self.provenance.as_dict() | dict(extra or {}))
        write_json(self.folder / "log" / "times.json", _circumstances() | {"runs": self._log})

    def abort(self) -> None:
        """Close open files without finishing the study."""
        for writer in self._open.values():
            writer.close()

    def _bands(self, source: str, name: str) -> Any:
        cells = self._cells[source]
        if cells.keys is None:
            return SCHEMAS[name].empty_table()
        columns = [cells.keys[column] for column in cells.keys.column_names]
        values = statistics(cells.matrix())
        if source == "series":
            values |= {field: np.where(_few(cells.keys, values["mean"]), np.nan, values[field]) for field in QUANTILES}
        columns += [pa.array(values[field], from_pandas=True) for field, _ in STATISTICS]
        return pa.table(columns, schema=SCHEMAS[name])

    def _whole(self, name: str, table: Any) -> None:
        schema = SCHEMAS[name].with_metadata(self._stamp())
        pq.write_table(table.cast(schema), self._partial(name), **_options(schema))
        publish(self._partial(name), self.tables / f"{name}.parquet")

    def _partial(self, name: str) -> Path:
        return self.tables / f".{name}.parquet.tmp"

    def _stamp(self) -> dict[str, str]:
        return {KEY: to_json(self.provenance.core())}


def _arrow(frame: pd.DataFrame, name: str, constant: Mapping[str, Any]) -> Any:
    """Return a frame as an Arrow table with the declared schema; NaN becomes null."""
    schema, columns = SCHEMAS[name], []
    for field in schema:
        if field.name in constant:
            column = pa.repeat(pa.scalar(constant[field.name]), len(frame))
        else:
            column = pa.array(frame[field.name], from_pandas=True)
        if field.type == WORD and not pa.types.is_dictionary(column.type):
            column = column.cast(pa.string()).dictionary_encode()
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=schema)


def _few(keys: Any, means: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Say which cells have too few adopters for a band: fewer than ``ADOPTERS`` effective ones in month and segment."""
    names = ["month", "segment_kind", "segment"]
    places = keys.select(names).to_pandas().assign(measure=keys["measure"].to_pandas(), number=means)
    adopters = places[places["measure"] == COUNT].set_index(names)["number"]
    if adopters.empty:
        return np.zeros(len(places), dtype=bool)
    found = places[names].join(adopters, on=names)["number"].to_numpy()
    about_adopters = places["measure"].isin(NOT_OF_ADOPTERS).to_numpy()
    return np.asarray((found < ADOPTERS) & ~about_adopters, dtype=bool)


def _options(schema: Any) -> dict[str, Any]:
    words = [field.name for field in schema if field.type == WORD]
    return {"compression": "zstd", "use_dictionary": words or False, "write_statistics": True}


def _small(table: Any) -> Any:
    """Return the rows that a spreadsheet user wants: everything worldwide, blocs and openness elsewhere."""
    import pyarrow.compute as pc

    world = pc.equal(table["segment_kind"].cast(pa.string()), "world")
    few = pc.is_in(table["by"].cast(pa.string()), value_set=pa.array(SMALL_KEYS))
    return table.filter(pc.and_(pc.or_(world, few), pc.greater(table["n"], 0)))


def _write_csv(table: Any, path: Path) -> None:
    """Write a table with six significant digits."""
    from pyarrow import csv

    columns = []
    for field in table.schema:
        column = table[field.name]
        if field.type == WORD:
            column = column.cast(pa.string())
        elif pa.types.is_floating(field.type):
            column = pa.array(_rounded(column.to_numpy()), from_pandas=True)
        columns.append(column)
    sink = pa.BufferOutputStream()
    plain = pa.table(columns, names=table.schema.names)
    csv.write_csv(plain, sink, csv.WriteOptions(quoting_style="needed", quoting_header="needed"))
    write_bytes(path, sink.getvalue().to_pybytes())


def _rounded(values: npt.NDArray[np.float64], digits: int = 6) -> npt.NDArray[np.float64]:
    known = np.isfinite(values) & (values != 0)
    scale = np.power(10.0, digits - 1 - np.floor(np.log10(np.abs(values, where=known, out=np.ones_like(values)))))
    return np.where(known, np.round(values * scale) / scale, values)


def _circumstances() -> dict[str, Any]:
    import platform

    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"finished": now, "host": platform.node(), "system": platform.platform()}


def write_manifest(folder: Path, provenance: Provenance) -> None:
    """List every file of a finished study (but ``log/``) with size and sha256; written last."""
    skip = {"manifest.json"}
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in skip)
    files = [
        {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size,
         "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in paths if path.relative_to(folder).parts[0] != "log"
    ]  # fmt: skip
    write_json(folder / "manifest.json", {"format": FORMAT, "plan": provenance.plan, "files": files})


class Study:
    """A finished study on disk.

    Raises:
        FileNotFoundError: if the folder holds no finished study.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = resolve(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        self.provenance = json.loads((self.folder / "provenance.json").read_text(encoding="utf-8"))

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """Read one of the tables ``runs``, ``series``, ``instruments``, ``events``, ``bands``, ``instrument_bands``."""
        listed = {entry["path"] for entry in self.manifest["files"]}
        path = f"tables/{name}.parquet"
        if path not in listed:
            raise FileNotFoundError(f"{self.folder} lists no table {name!r} in its manifest")
        frame: pd.DataFrame = pq.read_table(self.folder / path, columns=columns).to_pandas()
        return frame


def is_complete(folder: Path, plan: str) -> bool:
    """Say whether a folder holds the whole study of a plan: every listed file is there with its size."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if manifest.get("plan") != plan or manifest.get("format") != FORMAT:
        return False
    paths = [(folder / entry["path"], entry["bytes"]) for entry in manifest["files"]]
    return all(path.is_file() and path.stat().st_size == size for path, size in paths)
