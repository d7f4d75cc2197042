"""A study folder while it is run: pieces of single runs, and shards that they become. One process writes it.

``pieces/`` holds runs whose shard is not whole yet, ``tables/`` the shards that the manifest lists, ``log/`` times and
hosts, ``damaged/`` files that were not what the manifest says. A process may end at any moment: a file is there whole
or not at all, the manifest names shards by what they hold, and what it does not name is swept away.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.folders import hidden_folder, point_latest
from experiments.provenance import Provenance, collect, to_json
from experiments.studies.disk import only_writer, save, sha256
from experiments.studies.manifest import PLAN, TABLE, Manifest, ShardFile, refuse_other
from experiments.studies.pieces import DamagedPieceError, unpack
from experiments.studies.plan import SHARD, Plan, Row
from experiments.studies.recording import Recording
from experiments.studies.shards import FAILED, OK, decode, encode, file_name


class StudyFolder:
    """The folder of a plan, open for writing.

    Attributes:
        plan: what is run.
        path: the folder.
        states: plan row to ``ok`` or ``failed``, for rows that are there.
        damaged: what was found damaged when it was opened, as sentences.
    """

    def __init__(self, plan: Plan, path: Path) -> None:
        self.plan, self.path = plan, path
        self.manifest = Manifest.load(path)
        self.states: dict[int, str] = {}
        self.damaged: list[str] = []
        self._pieces: dict[int, Path] = {}
        self._stamp = to_json({k: v for k, v in plan.as_dict().items() if k in ("plan", "code", "data")})
        self._sweep()
        self._isolate()
        self.states |= _shard_states(self.manifest.table("runs"), path)
        self._find_pieces()

    @classmethod
    @contextmanager
    def opened(cls, plan: Plan, outputs: Path) -> Iterator[StudyFolder]:
        """Make the folder of a plan, or find it, and hold it against other processes.

        Raises:
            InputError: another version made it, another process runs it, or it can't be written to.
        """
        from experiments.run import check_writable

        path = plan.folder(outputs)
        check_writable(path.parent)
        if not (path / PLAN).is_file():
            with hidden_folder(path, keep=PLAN) as partial:  # an equal command may be faster
                _write_plan(plan, partial)
        refuse_other(path, plan.as_dict())
        with only_writer(path):
            _restore(plan, path)
            point_latest(outputs, path)
            yield cls(plan, path)

    def keep(self, row: Row, content: bytes, *, failed: bool) -> None:
        """Keep a run; its shard is written when all of its rows are there."""
        path = self.path / "pieces" / f"{row.row:06d}-{row.run_id}"
        save(path, content)
        self._pieces[row.row] = path
        self.states[row.row] = FAILED if failed else OK
        shard = row.row // SHARD
        if all(other.row in self.states for other in self.plan.shard(shard)):
            self.publish(shard)

    def publish(self, shard: int) -> None:
        """Write what is there of a shard, and list it in the manifest."""
        rows = [row for row in self.plan.shard(shard) if row.row in self.states]
        pieces = [row for row in rows if row.row in self._pieces]
        found = self._published(shard, [row.row for row in rows if row.row not in self._pieces])
        found |= {row.row: unpack(self._pieces[row.row].read_bytes()) for row in pieces}
        files = []
        contents = encode([(row, found[row.row]) for row in rows], self.plan.request.record, self._stamp)
        for table, content in contents.items():
            path = self.path / "tables" / table / file_name(shard, content)
            save(path, content)
            relative = path.relative_to(self.path).as_posix()
            files.append(ShardFile(relative, table, shard, len(rows), len(content), sha256(path)))
        self._replace(shard, files)
        for row in pieces:
            self._pieces.pop(row.row).unlink()

    def publish_rest(self) -> None:
        """Write every shard that is not whole with what it has, so that readers see all that is done."""
        for shard in sorted({row // SHARD for row in self._pieces}):
            self.publish(shard)

    def note(self, name: str, record: dict[str, Any]) -> None:
        """Add a line to a file of ``log/``, if there is room: no result hangs on it."""
        path = self.path / "log" / f"{name}.jsonl"
        with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, sort_keys=True, default=str) + "\n")

    def _published(self, shard: int, rows: Iterable[int]) -> dict[int, Recording]:
        wanted = list(rows)
        if not wanted:
            return {}
        files = {file.table: (self.path / file.path).read_bytes() for file in self.manifest.of(shard)}
        return decode(files, self.plan.request.record, wanted)

    def _replace(self, shard: int, files: Iterable[ShardFile]) -> None:
        old = {file.path for file in self.manifest.of(shard)}
        self.manifest = self.manifest.with_shard(shard, files)
        self.manifest.save(self.path)
        for path in old - {file.path for file in self.manifest.of(shard)}:
            (self.path / path).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what an earlier process left half done: temporary files, and shards that no manifest names."""
        listed = {file.path for file in self.manifest.files}
        for path in self.path.rglob(".*.tmp"):
            path.unlink(missing_ok=True)
        for path in (self.path / "tables").rglob("*.parquet"):
            if path.relative_to(self.path).as_posix() not in listed:
                path.unlink()

    def _isolate(self) -> None:
        """Move damaged files away and forget their shards, so that their rows are run again."""
        bad = self.manifest.damaged(self.path)
        for file in bad:
            source = self.path / file.path
            if source.is_file():
                (self.path / "damaged").mkdir(exist_ok=True)
                shutil.move(source, self.path / "damaged" / f"{file.table}-{source.name}")
            self.damaged.append(f"{file.path} was damaged: rows {file.rows(len(self.plan.rows))} are run again")
        for shard in {file.shard for file in bad}:
            self._replace(shard, ())

    def _find_pieces(self) -> None:
        """Take over the pieces of an earlier process; what can't be read, or is of no row, goes."""
        for path in sorted((self.path / "pieces").glob("*")):
            piece = _piece_state(self.plan, path)
            if piece is None or self.states.get(piece[0]) == piece[1]:  # the shard has it: no time to remove the piece
                path.unlink()
                continue
            self._pieces[piece[0]] = path
            self.states[piece[0]] = piece[1]
        for shard in sorted({row // SHARD for row in self._pieces}):
            if all(row.row in self.states for row in self.plan.shard(shard)):
                self.publish(shard)


def states_of(plan: Plan, folder: Path) -> dict[int, str]:
    """Return plan row to ``ok`` or ``failed`` for rows that are there, as a run would find them; nothing is written.

    Args:
        plan: what is run.
        folder: its folder.

    Raises:
        InputError: if the folder is no study of this kind, or one of another format.
    """
    manifest = Manifest.load(folder)
    bad = {file.shard for file in manifest.damaged(folder)}
    states = _shard_states((file for file in manifest.table("runs") if file.shard not in bad), folder)
    pieces = (_piece_state(plan, path) for path in sorted((folder / "pieces").glob("*")))
    return states | dict(piece for piece in pieces if piece is not None)


def _shard_states(files: Iterable[ShardFile], folder: Path) -> dict[int, str]:
    states: dict[int, str] = {}
    for file in files:
        table = pq.read_table(folder / file.path, columns=["row", "status"])
        states |= dict(zip(table["row"].to_pylist(), table["status"].to_pylist(), strict=True))
    return states


def _piece_state(plan: Plan, path: Path) -> tuple[int, str] | None:
    """Return plan row and state of a piece; None if it can't be read, or is of no row."""
    number, _, run_id = path.name.partition("-")
    if not number.isdigit() or int(number) >= len(plan.rows) or plan.rows[int(number)].run_id != run_id:
        return None
    try:
        recording = unpack(path.read_bytes())
    except (OSError, DamagedPieceError):
        return None
    return int(number), OK if recording.failure is None else FAILED


def _plan_tables(plan: Plan) -> dict[str, bytes]:
    drawn = {"draws.parquet": _parquet(plan.draws_table())} if plan.request.draws.paths else {}
    return {TABLE: _parquet(plan.table())} | drawn


def _restore(plan: Plan, folder: Path) -> None:
    """Write tables of the plan anew that are gone or not what they were."""
    for name, content in _plan_tables(plan).items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            save(path, content)


def _write_plan(plan: Plan, folder: Path) -> None:
    for name, content in _plan_tables(plan).items():
        save(folder / name, content)
    record = json.dumps(plan.as_dict(), indent=2, sort_keys=True, default=str) + "\n"
    made = {"run": plan.name} | {k: v for k, v in vars(_provenance(plan)).items() if v not in (None, {}, ())}
    save(folder / "provenance.json", (json.dumps(made, indent=2, sort_keys=True, default=str) + "\n").encode())
    Manifest(plan.name).save(folder)
    save(folder / PLAN, record.encode())


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def _provenance(plan: Plan) -> Provenance:
    request = plan.request
    return collect(
        command=request.command, name=request.name, scenario=", ".join(arm.name for arm in request.policies),
        scenario_digest=plan.digest, config={}, seeds=request.seeds, record=request.record,
    )  # fmt: skip
