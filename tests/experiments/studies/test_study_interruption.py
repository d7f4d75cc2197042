"""A study that is interrupted, at any moment and in any way, ends with the bytes of one that is not."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from small import a_plan, digests

from experiments.studies import Execution, Study, disk, run_study
from experiments.studies import folder as study_folder
from sim import simulate
from sim.errors import InputError
from sim.rng import Streams

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SERIAL = Execution("serial")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals to process groups are POSIX")


@contextlib.contextmanager
def driven(outputs: Path, kind: str, seeds: int):
    """Start a study in a process group of its own."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)])}
    command = [sys.executable, str(HERE / "driver.py"), str(outputs), kind, str(seeds)]
    process = subprocess.Popen(command, env=env, start_new_session=True, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def kept(folder: Path) -> int:
    """Return how many runs were kept by all sessions so far."""
    path = folder / "log" / "runs.jsonl"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else 0


def interrupt(process: subprocess.Popen[str], number: signal.Signals, folder: Path, more: int, moment: float) -> None:
    """Send a signal when so many more runs are kept, and a moment later; wait until the whole group is gone."""
    target = kept(folder) + more
    while kept(folder) < target and process.poll() is None:
        time.sleep(0.005)
    time.sleep(moment)
    if process.poll() is None:
        if number == signal.SIGKILL:
            os.kill(process.pid, number)  # the workers have to notice by themselves
        else:
            os.killpg(process.pid, number)  # as a terminal does
    process.wait(30)
    for _ in range(400):
        try:
            os.killpg(process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.05)
    raise AssertionError("a worker has outlived its study")


def ends_the_same(tmp_path: Path, seeds: int, sessions: list[tuple[str, signal.Signals]], most: int) -> None:
    plan = a_plan(seeds, ("status_quo", "us_all_closed"), record="summary")
    outputs = tmp_path / "interrupted"
    folder = plan.folder(outputs)
    luck = Streams(20).uniform("interruption", range(len(sessions)), [[0], [1]])
    for (kind, number), more, moment in zip(sessions, luck[0], luck[1], strict=True):
        with driven(outputs, kind, seeds) as process:
            interrupt(process, number, folder, 1 + int(more * most), 0.2 * moment)
            assert process.returncode in (0, 130, -number)
        study = Study.open(folder)
        assert set(study.runs["status"]) <= {"ok"}
        assert study.verify() == []
    assert kept(folder) > 0
    report = run_study(plan, outputs, SERIAL, quiet=True)
    assert (report.failed, report.missing) == (0, 0)
    whole = run_study(plan, tmp_path / "whole", Execution("processes", 2), quiet=True)
    assert digests(folder) == digests(whole.folder)


@POSIX
@pytest.mark.slow
def test_killed_and_interrupted_three_times(tmp_path):
    sessions = [("serial", signal.SIGKILL), ("processes", signal.SIGINT), ("processes", signal.SIGKILL)]
    ends_the_same(tmp_path, 6, sessions, 2)


@POSIX
@pytest.mark.slow
def test_two_hundred_runs_interrupted_ten_times(tmp_path):
    sessions = [("processes", number) for number in (signal.SIGINT, signal.SIGKILL)] * 5
    ends_the_same(tmp_path, 100, sessions, 18)


@POSIX
@pytest.mark.slow
def test_killed_at_twenty_random_moments_nothing_that_was_kept_is_run_again(tmp_path):
    ends_the_same(tmp_path, 50, [("serial", signal.SIGKILL)] * 20, 4)
    assert kept(a_plan(50, ("status_quo", "us_all_closed"), record="summary").folder(tmp_path / "interrupted")) <= 100


class Killed(BaseException):
    """What no code of a study catches."""


def writes_until(monkeypatch, limit: float, *, written: bool) -> list[str]:
    """Let ``limit`` files be written; at the next one, before or after it is there, everything ends."""
    names: list[str] = []
    real = disk.write_bytes

    def write(path: Path, content: bytes) -> None:
        names.append(path.name)
        if len(names) > limit:
            if written:
                real(path, content)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.with_name(f".{path.name}.tmp").write_bytes(content[: len(content) // 2])
            raise Killed
        real(path, content)

    monkeypatch.setattr(disk, "write_bytes", write)
    return names


@functools.cache
def cached(scenario_digest: str, seed: int):
    return simulate(SCENARIOS[scenario_digest], seed)


SCENARIOS: dict[str, object] = {}


def quick(scenario, seed):
    """Simulate each run once for all tests of this module."""
    SCENARIOS[scenario.digest()] = scenario
    return cached(scenario.digest(), seed)


@pytest.mark.parametrize("written", [False, True])
def test_killed_at_every_single_write(tmp_path, monkeypatch, written):
    plan = a_plan(1, ("status_quo", "us_all_closed"))
    names = writes_until(monkeypatch, float("inf"), written=True)
    whole = run_study(plan, tmp_path / "whole", SERIAL, simulate=quick)
    total = len(names)
    assert total >= len(plan.rows) + 5
    for limit in range(total):
        monkeypatch.undo()
        outputs = tmp_path / f"{limit}"
        writes_until(monkeypatch, limit, written=written)
        with pytest.raises(Killed):
            run_study(plan, outputs, SERIAL, simulate=quick)
        monkeypatch.undo()
        if plan.folder(outputs).exists():
            assert Study.open(plan.folder(outputs)).verify() == []
        again = run_study(plan, outputs, SERIAL, simulate=quick)
        assert digests(again.folder) == digests(whole.folder), limit
        assert again.missing == 0


class Disk:
    """A disk with so much room for the files of studies."""

    def __init__(self, monkeypatch, room: float) -> None:
        self.room, self.used, self._real = room, 0, disk.write_bytes
        monkeypatch.setattr(disk, "write_bytes", self.write)

    def write(self, path: Path, content: bytes) -> None:
        if self.used + len(content) > self.room:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.tmp").write_bytes(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        self.used += len(content)
        self._real(path, content)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_a_full_disk_leaves_a_study_that_can_be_read_and_resumed(tmp_path, monkeypatch, part):
    plan = a_plan(3, ("status_quo", "us_all_closed"), record="summary")
    whole = run_study(plan, tmp_path / "whole", SERIAL, simulate=quick)
    ample = Disk(monkeypatch, float("inf"))
    run_study(plan, tmp_path / "ample", SERIAL, simulate=quick)
    monkeypatch.undo()
    Disk(monkeypatch, part * ample.used)
    outputs = tmp_path / "full"
    with pytest.raises(InputError, match="the disk is full") as caught:
        run_study(plan, outputs, SERIAL, simulate=quick)
    assert "can be read" in str(caught.value)
    study = Study.open(plan.folder(outputs))
    assert study.verify() == []
    assert not list(study.folder.rglob(".*.tmp"))
    done = study.manifest.runs + len(list((study.folder / "pieces").glob("*")))
    assert 0 < done <= len(plan.rows)
    monkeypatch.undo()
    report = run_study(plan, outputs, SERIAL, simulate=quick)
    assert (report.done, report.missing) == (len(plan.rows) - done, 0)
    assert digests(report.folder) == digests(whole.folder)


def test_ctrl_c_keeps_what_is_done_and_shows_it(tmp_path):
    plan = a_plan(4, ("status_quo",))

    def pressed(scenario, seed):
        if seed == 2:
            signal.raise_signal(signal.SIGINT)
        return quick(scenario, seed)

    report = run_study(plan, tmp_path, SERIAL, simulate=pressed)
    assert (report.code, report.stopped, report.done, report.missing) == (130, "interrupted", 3, 1)
    study = Study.open(report.folder)
    assert list(study.runs["seed"]) == [0, 1, 2]
    assert study.missing == [3]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert run_study(plan, tmp_path, SERIAL, simulate=quick).done == 1


def test_two_processes_do_not_run_one_study(tmp_path):
    plan = a_plan(1, ("status_quo",))
    run_study(plan, tmp_path, SERIAL, simulate=quick)
    with disk.only_writer(plan.folder(tmp_path)), pytest.raises(InputError, match=f"process {os.getpid()}"):
        run_study(plan, tmp_path, SERIAL, simulate=quick)


def test_of_two_equal_commands_at_once_the_later_finds_the_folder_of_the_other(tmp_path, monkeypatch):
    plan, write = a_plan(1, ("status_quo",)), study_folder._write_plan

    def overtaken(mine, partial):
        write(mine, partial)
        monkeypatch.setattr(study_folder, "_write_plan", write)
        with monkeypatch.context() as other:
            other.setattr(os, "getpid", lambda: 1)
            run_study(plan, tmp_path, SERIAL, simulate=quick)
        (plan.folder(tmp_path) / "mark").touch()

    monkeypatch.setattr(study_folder, "_write_plan", overtaken)
    report = run_study(plan, tmp_path, SERIAL, simulate=quick)
    assert (report.folder / "mark").is_file()
    assert (report.done, report.missing) == (0, 0)
    assert [path.name for path in report.folder.parent.iterdir()] == [plan.name]


def test_the_later_of_two_equal_commands_waits_for_the_other(tmp_path, monkeypatch):
    plan, write = a_plan(1, ("status_quo",)), study_folder._write_plan
    path = plan.folder(tmp_path)
    with ExitStack() as stack:

        def overtaken(mine, partial):
            write(mine, partial)
            path.mkdir()
            write(mine, path)
            stack.enter_context(disk.only_writer(path))

        monkeypatch.setattr(study_folder, "_write_plan", overtaken)
        with pytest.raises(InputError, match=f"process {os.getpid()}"):
            run_study(plan, tmp_path, SERIAL, simulate=quick)


def test_a_folder_without_a_plan_is_replaced(tmp_path):
    plan = a_plan(1, ("status_quo",))
    (plan.folder(tmp_path) / "tables").mkdir(parents=True)
    assert run_study(plan, tmp_path, SERIAL, simulate=quick).done == 1
