"""Shards: the tables of 64 rows of a plan as Parquet, made of recordings and taken apart into them again.

Inside a shard the values of a cell and month in all runs lie side by side, and each row group holds one measure for one
kind of segment: labels cost nothing, values compress, and a band over all runs reads little. The bytes depend on
the recordings alone, so a shard that is taken apart and made again is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.studies.plan import Row
from experiments.studies.recording import Block, Failure, Recording
from experiments.studies.schemas import CELL, RUNS, SCHEMAS, TABLES, WORD

OK, FAILED = "ok", "failed"
Recordings = Sequence[tuple[Row, Recording]]


def encode(runs: Recordings, level: str, stamp: str) -> dict[str, bytes]:
    """Return the Parquet file of each table.

    Args:
        runs: plan rows and what is kept of them, by row.
        level: recording level of the study.
        stamp: what made it, for the files' metadata.
    """
    files = {"runs": _parquet("runs", [_runs_table(runs)], stamp)}
    for name in TABLES[level]:
        groups = _cell_groups(runs, name) if SCHEMAS[name].names[1] == CELL[0] else _plain_groups(runs, name)
        files[name] = _parquet(name, groups, stamp)
    return files


def decode(files: Mapping[str, bytes], level: str, wanted: Iterable[int]) -> dict[int, Recording]:
    """Return the recordings of some rows of a shard.

    Args:
        files: content of its Parquet files by table.
        level: recording level that they were written at.
        wanted: plan rows.

    Raises:
        OSError, pyarrow.ArrowException: if a file is damaged.
    """
    rows = set(wanted)
    facts = {fact["row"]: fact for fact in _read(files["runs"]).to_pylist() if fact["row"] in rows}
    tables = {name: _ByRow(_read(content)) for name, content in files.items() if name != "runs"}
    return {row: _recording(row, fact, tables, level) for row, fact in sorted(facts.items())}


def _runs_table(runs: Recordings) -> pa.Table:
    facts = []
    for row, recording in runs:
        why = recording.failure
        labels = {name: getattr(row, name) for name in RUNS.names if hasattr(row, name)}
        told = {name: None if why is None else getattr(why, name) for name in ("stage", "type", "message", "traceback")}
        facts.append(labels | told | {"months": recording.months, "status": OK if why is None else FAILED})
    return pa.table({name: pa.array([f[name] for f in facts]) for name in RUNS.names}).cast(_plain(RUNS)).cast(RUNS)


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema([(f.name, pa.string() if f.type == WORD else f.type) for f in schema])


def _cell_groups(runs: Recordings, name: str) -> Iterator[pa.Table]:
    """Yield a table for each measure and kind of segment; runs of other cells or months follow one another."""
    layouts: dict[tuple[Any, ...], list[tuple[int, Block]]] = {}
    for row, recording in runs:
        block = recording.blocks.get(name)
        if block is not None:
            layouts.setdefault((block.cells, block.months), []).append((row.row, block))
    groups: dict[tuple[str, str], list[tuple[int, list[tuple[int, Block]]]]] = {}
    for (cells, _), members in layouts.items():
        for place, cell in enumerate(cells):
            groups.setdefault((cell[0], cell[1]), []).append((place, members))
    for found in groups.values():
        parts = {id(members): members for _, members in found}
        tables = [_cells_table([p for p, m in found if m is members], members) for members in parts.values()]
        yield pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _cells_table(places: list[int], members: list[tuple[int, Block]]) -> pa.Table:
    first = members[0][1]
    runs, months = len(members), len(first.months)
    values = np.stack([block.values[places] for _, block in members], axis=-1)
    cells = [first.cells[place] for place in places]
    labels = [_words([cell[i] for cell in cells], runs * months, 1) for i in range(len(CELL))]
    rows = np.tile(np.array([row for row, _ in members], dtype=np.int32), len(cells) * months)
    month = _words(list(first.months), runs, len(cells))
    return pa.table(
        [pa.array(rows), *labels, month, pa.array(values.ravel(), from_pandas=True)], schema=SCHEMAS["series"]
    )


def _words(words: list[str], repeat: int, tile: int) -> pa.DictionaryArray:
    """Return each word ``repeat`` times, and all that ``tile`` times, as a dictionary array."""
    known = {word: code for code, word in enumerate(dict.fromkeys(words))}
    codes = np.tile(np.repeat(np.array([known[word] for word in words], dtype=np.int32), repeat), tile)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(list(known), pa.string()))


def _plain_groups(runs: Recordings, name: str) -> list[pa.Table]:
    schema = SCHEMAS[name]
    parts = [
        recording.tables[name].add_column(0, schema.field("row"), pa.repeat(pa.scalar(row.row, pa.int32()), length))
        for row, recording in runs
        if name in recording.tables and (length := recording.tables[name].num_rows) >= 0
    ]
    if not parts:
        return []
    return [pa.concat_tables(parts).cast(_plain(schema)).combine_chunks().cast(schema)]


def _parquet(name: str, groups: Iterable[pa.Table], stamp: str) -> bytes:
    schema = SCHEMAS[name].with_metadata({"opengambit": stamp})
    words = [f.name for f in schema if f.type == WORD or f.name == "row"]
    sink = pa.BufferOutputStream()
    packed = {"value": "BYTE_STREAM_SPLIT"} if "value" in schema.names else None
    options = {"compression": "zstd", "use_dictionary": words, "column_encoding": packed, "write_page_checksum": True}
    with pq.ParquetWriter(sink, schema, **options) as writer:
        for table in groups:
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
    return bytes(sink.getvalue().to_pybytes())


def _read(content: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(content), page_checksum_verification=True)


def _recording(row: int, fact: dict[str, Any], tables: Mapping[str, _ByRow], level: str) -> Recording:
    if fact["status"] == FAILED:
        failure = Failure(fact["stage"], fact["type"], fact["message"], fact["traceback"] or "")
        return Recording(0, level, failure=failure)
    blocks = {name: table.block(row, fact["months"]) for name, table in tables.items() if table.of_cells}
    plain = {name: table.plain(row) for name, table in tables.items() if not table.of_cells}
    return Recording(fact["months"], level, blocks, plain)


class _ByRow:
    """A table of a shard whose rows of a run can be taken out at once."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table.unify_dictionaries().combine_chunks()
        rows = self._table["row"].to_numpy()
        self._order = np.argsort(rows, kind="stable")
        self._rows = rows[self._order]
        self.of_cells = CELL[0] in table.column_names

    def _places(self, row: int) -> NDArray[np.int64]:
        low, high = np.searchsorted(self._rows, [row, row + 1])
        return self._order[low:high]

    def block(self, row: int, months: int) -> Block:
        """Return the cells of a run."""
        places = self._places(row)
        first = self._table.take(places[:: max(months, 1)])
        cells = tuple(zip(*(first[name].to_pylist() for name in CELL), strict=True))
        names = tuple(self._table["month"].take(places[:months]).to_pylist())
        values = self._table["value"].take(places).to_numpy().astype(np.float32, copy=False)
        return Block(cells, names, values.reshape(len(cells), len(names)))

    def plain(self, row: int) -> pa.Table:
        """Return the lines of a run as a recording holds them."""
        found = self._table.take(self._places(row)).drop_columns("row")
        return found.cast(_plain(found.schema)).replace_schema_metadata(None)


def file_name(shard: int, content: bytes) -> str:
    """Return the name of a shard's file: its number, and eight digits of what it holds."""
    return f"{shard:05d}-{hashlib.sha256(content).hexdigest()[:8]}.parquet"
