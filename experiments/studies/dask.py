"""Dask workers: those of a running cluster, or a local one for this study."""

from __future__ import annotations

import logging
from typing import Any

from experiments.studies.crews import Crew, Work, one_thread
from experiments.studies.worker import Chunk, run_chunk
from sim.errors import InputError, Problem

PATIENCE = 15
"""Seconds to wait for a scheduler to answer."""


class DaskCrew(Crew):
    """Workers of dask. A chunk whose worker dies goes to another one.

    Args:
        address: of a running scheduler; empty for a local cluster of processes, each with one thread.
        workers: number of local processes.

    Raises:
        InputError: if the extra is not installed, or the address can't be reached or has no workers.
    """

    def __init__(self, address: str, workers: int) -> None:
        distributed = _distributed()
        self._address = address
        self._cluster: Any = None
        if not address:
            with one_thread():
                self._cluster = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None,
                    silence_logs=logging.ERROR,
                )  # fmt: skip
        self._client = _client(distributed, self._cluster, address)
        self._executor = self._client.get_executor(pure=False)
        self.workers = len(self._client.nthreads())
        if self.workers == 0:
            self.close()
            raise _refusal(address, "no worker has joined this scheduler", "dask worker ADDRESS starts one")

    def submit(self, chunk: Chunk) -> Work:
        """Hand over a chunk."""
        future: Work = self._executor.submit(run_chunk, chunk)
        return future

    def renew(self) -> None:
        """Go on with the workers that are left.

        Raises:
            InputError: if the scheduler is gone.
        """
        if self._client.status != "running":
            legal = "start the study again when it is there: only what is missing is run"
            message = "the dask scheduler is gone; what was done is kept"
            raise InputError(Problem("execution", f"execution.address={self._address}", message, legal))

    def abandon(self) -> None:
        """Forget the chunks; workers of a running cluster finish what they have begun, and nobody reads it."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self.close()

    def close(self) -> None:
        """Leave the cluster, and end it if it was opened here."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        message = "dask is not installed"
        legal = "pip install 'opengambit[dask]', or execution=processes"
        raise InputError(Problem("execution", "execution", message, legal)) from error
    return distributed


def _client(distributed: Any, cluster: Any, address: str) -> Any:
    if cluster is not None:
        return distributed.Client(cluster, timeout=PATIENCE)
    try:
        return distributed.Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _refusal(address, f"no dask scheduler answers: {reason}", "tcp://HOST:PORT of a running one") from error


def _refusal(address: str, message: str, legal: str) -> InputError:
    legal += ", or no address for a local cluster"
    return InputError(Problem("execution", f"execution.address={address}", message, legal))
