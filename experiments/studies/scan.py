"""Reading the tables of a study: only the row groups and columns that are asked for, with checksums, file by file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.studies.manifest import ShardFile
from experiments.studies.schemas import SCHEMAS

Where = Mapping[str, Sequence[str]]
"""Column to the values that are wanted."""


class DamagedShardError(Exception):
    """A file of a shard is missing or is not what was written.

    Attributes:
        file: which one.
    """

    def __init__(self, file: ShardFile, reason: str) -> None:
        super().__init__(f"{file.path}: {reason}")
        self.file, self.reason = file, reason


def scan(folder: Path, file: ShardFile, columns: Sequence[str], where: Where) -> pa.Table:
    """Return the rows of a file that are wanted.

    Args:
        folder: the study.
        file: the file.
        columns: what to return, in this order.
        where: what to keep.

    Raises:
        DamagedShardError: if it is missing or damaged.
    """
    if not file.is_whole(folder):
        raise DamagedShardError(file, "is missing" if not (folder / file.path).is_file() else "has another size")
    try:
        with pq.ParquetFile(folder / file.path, page_checksum_verification=True) as source:
            groups = [g for g in range(source.num_row_groups) if _may_hold(source.metadata.row_group(g), where)]
            needed = list(dict.fromkeys([*columns, *where]))
            parts = [_kept(source.read_row_group(g, needed), where).select(columns) for g in groups]
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DamagedShardError(file, f"can't be read ({str(error).splitlines()[0]})") from error
    schema = SCHEMAS[file.table]
    empty = pa.schema([schema.field(name) for name in columns]).empty_table()
    return pa.concat_tables([part.replace_schema_metadata(None) for part in parts]) if parts else empty


def _may_hold(group: Any, where: Where) -> bool:
    """Say whether a row group may hold wanted rows, by the least and the greatest value of its columns."""
    for place in range(group.num_columns):
        column = group.column(place)
        wanted, facts = where.get(column.path_in_schema), column.statistics
        if (
            wanted is not None
            and facts is not None
            and facts.has_min_max
            and not any(facts.min <= value <= facts.max for value in wanted)
        ):
            return False
    return True


def _kept(table: pa.Table, where: Where) -> pa.Table:
    if not where:
        return table
    mask = np.ones(table.num_rows, dtype=bool)
    for name, values in where.items():
        words, codes = words_of(table[name])
        mask &= np.isin(codes, [code for code, word in enumerate(words) if word in values])
    return table.filter(pa.array(mask))


def words_of(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray[Any, np.dtype[np.int32]]]:
    """Return the words of a dictionary column, and the code of each row (-1 for a null)."""
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        if whole.num_chunks == 0:
            return [], np.zeros(0, dtype=np.int32)
        whole = whole.chunk(0)
    return whole.dictionary.to_pylist(), whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)


def labels(folder: Path, file: ShardFile, columns: Sequence[str], where: Where) -> Iterator[tuple[str, ...]]:
    """Yield the distinct combinations of some columns of a file."""
    found = scan(folder, file, columns, where).unify_dictionaries()
    plain = found.group_by(list(columns), use_threads=False).aggregate([])
    yield from zip(*(plain[name].to_pylist() for name in columns), strict=True)
