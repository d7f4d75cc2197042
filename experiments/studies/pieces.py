"""One run as bytes: what a worker sends, and what waits on disk until its shard is whole.

A piece is a SHA-256 followed by an Arrow table of named Arrow streams (zstd): data only, nothing that could be run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.studies.recording import Block, Failure, Recording
from experiments.studies.schemas import CELL

CHECK = hashlib.sha256().digest_size


class DamagedPieceError(ValueError):
    """The bytes are not those that were written."""


def pack(recording: Recording) -> bytes:
    """Return a recording as bytes; equal recordings give equal bytes."""
    tables = {f"block {name}": _block_table(block) for name, block in recording.blocks.items()}
    tables |= {f"table {name}": table for name, table in recording.tables.items()}
    failure = None if recording.failure is None else asdict(recording.failure)
    head = {"months": recording.months, "level": recording.level, "failure": failure}
    listed = pa.table(
        {
            "name": pa.array(["head", *tables], pa.string()),
            "content": pa.array([_json(head), *(_stream(table) for table in tables.values())], pa.large_binary()),
        }
    )
    content = _stream(listed, compressed=False)
    return hashlib.sha256(content).digest() + content


def unpack(content: bytes) -> Recording:
    """Return the recording of some bytes.

    Raises:
        DamagedPieceError: if they are not what ``pack`` gave.
    """
    if len(content) <= CHECK or hashlib.sha256(content[CHECK:]).digest() != content[:CHECK]:
        raise DamagedPieceError("a piece of a run is damaged")
    listed = pa.ipc.open_stream(content[CHECK:]).read_all().to_pydict()
    parts = dict(zip(listed["name"], listed["content"], strict=True))
    head = json.loads(parts.pop("head"))
    failure = None if head["failure"] is None else Failure(**head["failure"])
    tables = {name: pa.ipc.open_stream(stream).read_all() for name, stream in parts.items()}
    blocks = {name.removeprefix("block "): _block(t) for name, t in tables.items() if name.startswith("block ")}
    plain = {name.removeprefix("table "): t for name, t in tables.items() if name.startswith("table ")}
    return Recording(head["months"], head["level"], blocks, plain, failure)


def _stream(table: pa.Table, *, compressed: bool = True) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd" if compressed else None)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue().to_pybytes())


def _block_table(block: Block) -> pa.Table:
    columns: dict[str, Any] = {name: pa.array([cell[i] for cell in block.cells]) for i, name in enumerate(CELL)}
    values = pa.array(block.values.ravel())
    columns["values"] = pa.FixedSizeListArray.from_arrays(values, max(len(block.months), 1))
    return pa.table(columns).replace_schema_metadata({"months": " ".join(block.months)})


def _block(table: pa.Table) -> Block:
    months = tuple((table.schema.metadata or {})[b"months"].decode().split())
    cells = tuple(zip(*(table[name].to_pylist() for name in CELL), strict=True))
    flat = table["values"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return Block(cells, months, np.asarray(flat, dtype=np.float32).reshape(len(cells), len(months)))


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
