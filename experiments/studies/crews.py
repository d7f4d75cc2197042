"""Who does the work: this process, spawned processes, dask workers, or any executor that is handed over.

A crew is asked for futures of chunks. It can be renewed when a worker has died, and abandoned, which ends its work at
once.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from experiments.studies.worker import THREADS, Chunk, Outcome, run_chunk
from sim.errors import InputError, Problem

Work = Future[list[Outcome]]
RECYCLE = 500
"""Runs per worker process before it is replaced by a fresh one."""


class Crew(ABC):
    """Workers that run chunks.

    Attributes:
        workers: how many chunks run at once.
    """

    workers: int = 1

    @property
    def depth(self) -> int:
        """How many chunks to hand over at a time: one in reserve for each worker."""
        return 2 * self.workers

    @abstractmethod
    def submit(self, chunk: Chunk) -> Work:
        """Hand over a chunk."""

    def renew(self) -> None:  # noqa: B027  # most have nothing to do
        """Replace dead workers."""

    def abandon(self) -> None:
        """End all work at once."""
        self.close()

    def close(self) -> None:  # noqa: B027
        """Let go of the workers, whose work is done."""


class SerialCrew(Crew):
    """This process; a chunk is done when it has been handed over."""

    @property
    def depth(self) -> int:
        """One at a time."""
        return 1

    def submit(self, chunk: Chunk) -> Work:
        """Run the chunk."""
        done: Work = Future()
        try:
            done.set_result(run_chunk(chunk))
        except Exception as error:  # noqa: BLE001  # as any executor does
            done.set_exception(error)
        return done


class ExecutorCrew(Crew):
    """An executor that somebody else opened and will close.

    Args:
        executor: any ``concurrent.futures.Executor``.
        workers: how many chunks it runs at once.
    """

    def __init__(self, executor: Executor, workers: int) -> None:
        self._executor, self.workers = executor, workers

    def submit(self, chunk: Chunk) -> Work:
        """Hand over a chunk."""
        return self._executor.submit(run_chunk, chunk)

    def renew(self) -> None:
        """Refuse: only its owner can replace it.

        Raises:
            InputError: always.
        """
        message = "a worker of the executor has died; what was done is kept"
        raise InputError(Problem("execution", "executor", message, "start the study again with a new executor"))

    def abandon(self) -> None:
        """Leave it to its owner."""


class ProcessCrew(Crew):
    """Spawned processes with one BLAS thread each, replaced after ``RECYCLE`` runs.

    They end when this process does, however it ends: each waits for the end of a pipe that only this process holds.

    Args:
        workers: number of processes.
        recycle: runs per process before it is replaced.
    """

    def __init__(self, workers: int, recycle: int = RECYCLE) -> None:
        self.workers, self._recycle = workers, recycle
        self._old: list[tuple[ProcessPoolExecutor, Connection]] = []
        self._open()

    def submit(self, chunk: Chunk) -> Work:
        """Hand over a chunk."""
        if self._runs >= self._recycle * self.workers:
            self._pool.shutdown(wait=False)  # it finishes what it has
            self._old.append((self._pool, self._leash))
            self._open()
        self._runs += len(chunk.jobs)
        with one_thread(), _no_interrupts():
            return self._pool.submit(run_chunk, chunk)

    def renew(self) -> None:
        """Start afresh after a process has died."""
        self.abandon()
        self._open()

    def abandon(self) -> None:
        """End the processes."""
        for pool, leash in [*self._old, (self._pool, self._leash)]:
            leash.close()
            pool.shutdown(wait=True, cancel_futures=True)
        self._old.clear()

    def close(self) -> None:
        """Let the processes finish and end."""
        for pool, leash in [*self._old, (self._pool, self._leash)]:
            pool.shutdown(wait=True)
            leash.close()
        self._old.clear()

    def _open(self) -> None:
        context = multiprocessing.get_context("spawn")
        end, self._leash = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(self.workers, context, initializer=hold, initargs=(end,))
        self._end, self._runs = end, 0


def hold(end: Connection) -> None:
    """Prepare a worker process: no interrupts of its own, and an end when the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait() -> None:
        with contextlib.suppress(OSError):
            end.poll(None)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


@contextmanager
def one_thread() -> Iterator[None]:
    """Give processes that start meanwhile one BLAS thread each."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Keep Ctrl-C from processes and threads that start meanwhile; it reaches this one right after."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before: Any = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
