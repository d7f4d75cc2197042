"""How a plan is executed: by whom, by how many, in what portions. No result depends on any of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from experiments.studies.crews import RECYCLE, Crew, ProcessCrew, SerialCrew
from experiments.studies.plan import Row
from sim.errors import InputError, Problem, nearest

KINDS = ("serial", "processes", "dask")
LARGEST = 16
"""Runs of a chunk at most, so that progress shows and an interruption costs little."""
SHARES = 8
"""Chunks per worker at least, so that workers finish together."""


@dataclass(frozen=True)
class Execution:
    """How a plan is executed.

    Attributes:
        kind: ``serial`` (this process), ``processes`` (spawned ones) or ``dask``.
        workers: how many; 0 for one a core.
        address: of a running dask scheduler; empty for a local cluster.
        chunk: runs that go to a worker together; 0 for a number that suits the study.
        recycle: runs of a process before a fresh one replaces it.
        fail_fast: stop at the first run that fails.
        retry_failed: run again what failed before.

    Raises:
        InputError: every illegal value at once.
    """

    kind: str = "processes"
    workers: int = 0
    address: str = ""
    chunk: int = 0
    recycle: int = RECYCLE
    fail_fast: bool = False
    retry_failed: bool = False

    def __post_init__(self) -> None:
        problems = []
        if self.kind not in KINDS:
            message = f"there is no way of execution {self.kind!r}"
            problems.append(Problem("execution", "execution", message, ", ".join(KINDS), nearest(self.kind, KINDS)))
        if self.address and self.kind != "dask":
            problems.append(Problem("execution", "execution.address", "only dask has an address", "execution=dask"))
        for key, low in (("workers", 0), ("chunk", 0), ("recycle", 1)):
            if getattr(self, key) < low:
                given = getattr(self, key)
                problems.append(Problem("execution", f"execution.{key}", f"{given} is not legal", f"{low} or more"))
        if problems:
            raise InputError(problems)

    @property
    def width(self) -> int:
        """The number of workers on this machine."""
        return 1 if self.kind == "serial" else self.workers or cores()

    def crew(self, runs: int) -> Crew:
        """Return the workers for so many runs.

        Raises:
            InputError: if dask is not there.
        """
        width = max(1, min(self.width, runs))
        if self.kind == "serial":
            return SerialCrew()
        if self.kind == "processes":
            return ProcessCrew(width, self.recycle)
        from experiments.studies.dask import DaskCrew

        return DaskCrew(self.address, width)

    def portions(self, rows: Iterable[Row], workers: int) -> list[list[Row]]:
        """Return the rows in chunks; rows of a block stay together, so that its status quo is run once."""
        todo = list(rows)
        if self.kind == "serial":
            return [[row] for row in todo]
        size = self.chunk or max(1, min(LARGEST, len(todo) // (SHARES * workers)))
        chunks: list[list[Row]] = []
        for part in _blocks(todo, max(size, LARGEST)):
            if chunks and len(chunks[-1]) + len(part) <= size:
                chunks[-1] += part
            else:
                chunks.append(part)
        return chunks


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _blocks(rows: list[Row], limit: int) -> list[list[Row]]:
    parts = []
    for _, members in groupby(rows, key=lambda row: row.block):
        block = list(members)
        parts += [block[start : start + limit] for start in range(0, len(block), limit)]
    return parts
