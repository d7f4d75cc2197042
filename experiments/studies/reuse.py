"""Runs that other studies of the same outputs folder have done already, found by their run id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.studies.manifest import Manifest, load_plan
from experiments.studies.plan import SHARD, Plan
from experiments.studies.recording import HELD, Recording, lowered
from experiments.studies.shards import OK, decode
from sim.errors import InputError

UNREADABLE = (InputError, OSError, KeyError, ValueError, pa.ArrowException)
"""Whatever is wrong with another study, it only fails to help."""


@dataclass(frozen=True)
class Found:
    """A finished run of another study.

    Attributes:
        study: its folder.
        level: recording level of that study.
        run_id: of the run.
        row: its row there.
    """

    study: Path
    level: str
    run_id: str
    row: int


def search(plan: Plan, outputs: Path, wanted: Iterable[str]) -> list[Found]:
    """Return finished runs with these ids, recorded at the plan's level or a higher one.

    Args:
        plan: its own folder is left out, and studies of another version of the model are.
        outputs: the folder that holds studies.
        wanted: run ids.
    """
    missing, found = set(wanted), []
    own = plan.folder(outputs)
    for path in sorted(outputs.glob("*/*/plan.json")):
        folder = path.parent
        if not missing:
            break
        if folder == own or folder.name.startswith(".") or folder.parent.is_symlink():
            continue
        for item in _finished(plan, folder, missing):
            missing.discard(item.run_id)
            found.append(item)
    return found


def read(found: Iterable[Found], level: str) -> Iterator[tuple[Found, Recording]]:
    """Yield the recordings of found runs; what can't be read is left out, and will be run."""
    for _, members in groupby(found, key=lambda item: (item.study, item.row // SHARD)):
        yield from _recordings(list(members), level)


def _recordings(items: list[Found], level: str) -> list[tuple[Found, Recording]]:
    """Return the recordings of found runs of one shard; none if it can't be read."""
    study = items[0].study
    try:
        files = Manifest.load(study).of(items[0].row // SHARD)
        if not all(file.is_whole(study, deep=True) for file in files):
            return []
        contents = {file.table: (study / file.path).read_bytes() for file in files}
        recordings = decode(contents, items[0].level, [item.row for item in items])
        return [(item, lowered(recordings[item.row], level)) for item in items]
    except UNREADABLE:
        return []


def _finished(plan: Plan, folder: Path, wanted: set[str]) -> Iterator[Found]:
    """Yield the runs of a study that are wanted and done, by row."""
    try:
        theirs, manifest = load_plan(folder), Manifest.load(folder)
        same = (theirs["code"], theirs["data"]) == (plan.code, plan.data)
        if not same or plan.request.record not in HELD[theirs["record"]]:
            return
        seen = set()
        for file in manifest.table("runs"):
            runs = pq.read_table(folder / file.path, columns=["row", "run_id", "status"]).to_pylist()
            for run in runs:
                if run["status"] == OK and run["run_id"] in wanted and run["run_id"] not in seen:
                    seen.add(run["run_id"])
                    yield Found(folder, theirs["record"], run["run_id"], run["row"])
    except UNREADABLE:
        return
