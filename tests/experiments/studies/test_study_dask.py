"""Dask with a real scheduler and two workers on this machine, one of which is killed during the study."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from small import a_plan, digests, slow

from experiments.studies import Execution, run_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]
distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
HERE = Path(__file__).resolve().parent


@pytest.fixture
def started():
    """Start programs of dask, and end them."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[2]), str(HERE)])}
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()


def until(true, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "this has not come about"
        time.sleep(0.05)


def test_two_hundred_runs_are_the_same_serially_by_processes_and_by_dask_with_a_killed_worker(tmp_path, started):
    scheduler_file = tmp_path / "scheduler.json"
    started(
        "dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(scheduler_file),
    )
    until(scheduler_file.is_file)
    words = ("--scheduler-file", str(scheduler_file), "--nthreads", "1", "--no-nanny", "--no-dashboard")
    workers = [started("dask_worker", *words) for _ in range(2)]
    with distributed.Client(scheduler_file=str(scheduler_file)) as client:
        client.wait_for_workers(2, timeout=60)
        address = client.scheduler.address
    plan = a_plan(100, ("status_quo", "us_all_closed"))
    log = plan.folder(tmp_path / "dask") / "log" / "runs.jsonl"

    def kill() -> None:
        until(lambda: log.is_file() and log.read_text(encoding="utf-8").count("\n") >= 5)
        workers[0].send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    execution = Execution("dask", address=address, chunk=4)
    report = run_study(plan, tmp_path / "dask", execution, simulate=slow)
    killer.join()
    assert workers[0].wait(10) == -signal.SIGKILL
    assert (report.code, report.done, report.failed) == (0, 200, 0)
    serial = run_study(plan, tmp_path / "serial", Execution("serial"))
    processes = run_study(plan, tmp_path / "processes", Execution("processes", 2))
    assert digests(report.folder) == digests(serial.folder) == digests(processes.folder)


def test_a_local_cluster_gives_the_same(tmp_path):
    plan = a_plan(3)
    report = run_study(plan, tmp_path / "dask", Execution("dask", workers=2))
    assert report.code == 0
    assert digests(report.folder) == digests(run_study(plan, tmp_path / "serial", Execution("serial")).folder)
