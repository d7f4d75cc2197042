from __future__ import annotations

import json
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import a_plan, counted, digests, dying, failing, tables

from experiments.studies import Execution, Study, reuse, run_study
from experiments.studies.crews import ProcessCrew, one_thread
from experiments.studies.estimate import estimate
from experiments.studies.worker import THREADS, Chunk, Job
from sim.errors import InputError

SERIAL = Execution("serial")
TWO = Execution("processes", 2)


@pytest.fixture(scope="module")
def plan():
    return a_plan(4)


@pytest.fixture(scope="module")
def whole(plan, tmp_path_factory):
    """The study of ``plan``, run in this process."""
    return run_study(plan, tmp_path_factory.mktemp("whole"), SERIAL)


@pytest.mark.parametrize(
    "execution", [TWO, Execution("processes", 2, chunk=5, recycle=2)], ids=["two processes", "other portions"]
)
def test_processes_give_the_bytes_of_serial(plan, whole, tmp_path, execution):
    report = run_study(plan, tmp_path, execution)
    assert (report.code, report.done, report.missing) == (0, 12, 0)
    assert digests(report.folder) == digests(whole.folder)


def test_any_executor_gives_the_bytes_of_serial(plan, whole, tmp_path):
    with ThreadPoolExecutor(3) as pool:
        report = run_study(plan, tmp_path, Execution("processes", 3), executor=pool)
    assert digests(report.folder) == digests(whole.folder)


def test_rows_kept_in_any_order_give_the_same_bytes(plan, whole, tmp_path):
    from experiments.studies.folder import StudyFolder
    from experiments.studies.pieces import pack

    found = [reuse.Found(whole.folder, "series", row.run_id, row.row) for row in plan.rows]
    pieces = {item.row: pack(recording) for item, recording in reuse.read(found, "series")}
    with StudyFolder.opened(plan, tmp_path) as folder:
        for row in plan.rows[::-1]:
            folder.keep(row, pieces[row.row], failed=False)
    assert digests(folder.path) == digests(whole.folder)


def test_the_same_command_finds_its_study(plan, whole):
    outputs = whole.folder.parent.parent
    before = {path: path.stat().st_mtime_ns for path in (whole.folder / "tables").rglob("*")}
    again = run_study(plan, outputs, SERIAL, simulate=failing)
    assert (again.folder, again.done, again.reused, again.code) == (whole.folder, 0, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in (whole.folder / "tables").rglob("*")} == before
    assert (outputs / "latest").resolve() == whole.folder.resolve()


def test_a_run_that_fails_is_a_row(tmp_path, capsys):
    plan = a_plan(4, ("status_quo",))
    report = run_study(plan, tmp_path, TWO, simulate=failing)
    assert (report.code, report.done, report.failed, report.missing) == (1, 4, 2, 0)
    failed = Study.open(report.folder).failed
    assert list(failed["seed"]) == [1, 3]
    row = failed.iloc[0]
    assert (row["stage"], row["type"], row["message"]) == ("simulate", "ZeroDivisionError", "seed 1 is odd")
    assert "tests/experiments/studies/small.py" in row["traceback"]
    assert str(Path(__file__).parent) not in row["traceback"]
    assert "seed 3 is odd" in capsys.readouterr().err
    assert set(Study.open(report.folder).frame("adoption", segment="world")["seed"]) == {0, 2}


def test_failed_runs_are_run_again_when_asked(tmp_path):
    plan = a_plan(4, ("status_quo",))
    run_study(plan, tmp_path, SERIAL, simulate=failing)
    assert run_study(plan, tmp_path, SERIAL).done == 0
    again = run_study(plan, tmp_path, replace(SERIAL, retry_failed=True))
    assert (again.done, again.failed, again.code) == (2, 0, 0)
    clean = run_study(plan, tmp_path / "clean", SERIAL)
    assert digests(again.folder) == digests(clean.folder)


def test_fail_fast_stops_at_the_first_failure(tmp_path):
    report = run_study(a_plan(4, ("status_quo",)), tmp_path, replace(SERIAL, fail_fast=True), simulate=failing)
    assert (report.stopped, report.done, report.failed, report.missing, report.code) == ("fail_fast", 2, 1, 2, 1)


def test_a_run_that_takes_its_worker_down_fails_alone(tmp_path):
    report = run_study(a_plan(4, ("status_quo",)), tmp_path, TWO, simulate=dying)
    runs = Study.open(report.folder).runs
    assert list(runs["status"].astype(str)) == ["ok", "failed", "ok", "ok"]
    assert str(runs["stage"].iloc[1]) == "worker"


def test_a_worker_of_another_version_is_refused(plan, tmp_path):
    other = replace(plan, code="aa" * 32)
    with pytest.raises(InputError, match="another source of the model"):
        run_study(other, tmp_path, TWO)


def count(folder: Path) -> list[int]:
    return sorted(int(path.name.rpartition("-")[2]) for path in folder.iterdir())


def test_a_finished_run_is_found_by_its_id_in_another_study(whole, tmp_path, monkeypatch):
    outputs = whole.folder.parent.parent
    larger = a_plan(5, ("status_quo", "api_cutoff"), name="larger")
    noted = tmp_path / "noted"
    noted.mkdir()
    monkeypatch.setenv("COUNTED", str(noted))
    expected = estimate(larger, outputs, SERIAL, simulate=counted)
    assert (expected.elsewhere, expected.to_run) == (4, 6)
    for path in noted.iterdir():
        path.unlink()
    report = run_study(larger, outputs, SERIAL, simulate=counted)
    assert (report.reused, report.done) == (4, 6)
    assert count(noted) == [0, 1, 2, 3, 4, 4], "status quo of seeds 0 to 3 was there"
    alone = run_study(larger, tmp_path / "alone", SERIAL)
    assert digests(report.folder) == digests(alone.folder)


def test_a_run_recorded_in_full_serves_a_study_of_a_lower_level(tmp_path):
    run_study(a_plan(1, ("status_quo",), record="panel", name="full"), tmp_path, SERIAL)
    for level, reused in (("series", 1), ("readings", 1), ("summary", 1)):
        low = a_plan(1, ("status_quo",), record=level, name=level)
        report = run_study(low, tmp_path, SERIAL)
        assert report.reused == reused
        assert tables(report.folder) == tables(run_study(low, tmp_path / "alone" / level, SERIAL).folder)
    high = a_plan(1, ("us_all_closed",), record="summary", name="low")
    run_study(high, tmp_path, SERIAL)
    assert run_study(a_plan(1, ("us_all_closed",), name="high"), tmp_path, SERIAL).reused == 0


def test_the_same_policy_under_two_names_is_run_once_and_differs_by_nothing(tmp_path, monkeypatch):
    text = (
        "name: x\ntitle: x\nquestion: x\nreason: x\nentries:\n  - {from: 2023-02, actor: EU, lever: model_ban, "
        "target: {developer: CN}, value: 1.0, tag: A, source: hypothetical}\n"
    )
    noted = tmp_path / "noted"
    noted.mkdir()
    monkeypatch.setenv("COUNTED", str(noted))
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    plan = a_plan(2, (str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml")))
    report = run_study(plan, tmp_path, SERIAL, simulate=counted)
    assert count(noted) == [0, 1]
    assert report.done == 4
    wide = Study.open(report.folder).wide("cn_token_share_outside_cn")
    one, two = (wide[Study.open(report.folder).rows["policy"].to_numpy() == name] for name in ("one", "two"))
    assert np.array_equal(one, two, equal_nan=True)
    assert np.isfinite(one).any(axis=None)


def damaged(plan, tmp_path) -> tuple[Path, Path]:
    report = run_study(plan, tmp_path, SERIAL)
    return report.folder, next((report.folder / "tables" / "series").iterdir())


def test_a_corrupt_shard_is_named_isolated_and_run_again(tmp_path):
    plan = a_plan(1, ("status_quo",))
    folder, path = damaged(plan, tmp_path)
    before, content = digests(folder), bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(bytes(content))
    study, name = Study.open(folder), path.relative_to(folder).as_posix()
    assert study.verify() == [name]
    with pytest.raises(InputError, match=r"rows 0 to 0 of the plan.*start the study again") as caught:
        study.table("series")
    assert name in str(caught.value)
    assert study.runs["status"].tolist() == ["ok"], "the other tables can be read"
    report = run_study(plan, tmp_path, SERIAL)
    assert (report.done, len(report.damaged)) == (1, 1)
    assert name in report.damaged[0]
    assert (folder / "damaged" / f"series-{path.name}").read_bytes() == bytes(content)
    assert {n: d for n, d in digests(folder).items() if not n.startswith("damaged/")} == before


@pytest.mark.parametrize("table", ["events", "runs"])
def test_only_the_damaged_file_is_blamed(tmp_path, table):
    plan = a_plan(1, ("status_quo",))
    folder, _ = damaged(plan, tmp_path)
    before, path = tables(folder), next((folder / "tables" / table).iterdir())
    path.write_bytes(path.read_bytes()[:-1])
    report = run_study(plan, tmp_path, SERIAL)
    assert [text.split()[0] for text in report.damaged] == [path.relative_to(folder).as_posix()]
    assert tables(folder) == before


def test_an_executor_that_breaks_is_left_to_its_owner(tmp_path):
    plan = a_plan(3, ("status_quo",))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool, pytest.raises(InputError, match="a worker of the executor has died"):
        run_study(plan, tmp_path, Execution("processes", 1), executor=pool, simulate=dying)
    assert run_study(plan, tmp_path, SERIAL).missing == 0


@pytest.mark.slow
def test_a_shard_that_is_gone_can_be_left_out(tmp_path):
    plan = a_plan(33, ("status_quo", "us_all_closed"), record="summary")
    folder, path = damaged(plan, tmp_path)
    path.unlink()
    with pytest.raises(InputError, match="is missing"):
        Study.open(folder).frame("adoption")
    with pytest.warns(UserWarning, match="left out"):
        found = Study.open(folder, skip_damaged=True).frame("adoption")
    assert set(found["row"]) in ({64, 65}, set(range(64)))


def test_a_study_of_another_version_is_refused_by_key(plan, whole):
    outputs, path = whole.folder.parent.parent, whole.folder / "plan.json"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(json.dumps(json.loads(text) | {"code": "ab" * 32}), encoding="utf-8")
        for attempt in (run_study, estimate):
            with pytest.raises(InputError, match=r"code: this study was made with.*source of the model has changed"):
                attempt(plan, outputs, SERIAL)
        path.write_text(json.dumps(json.loads(text) | {"format": 99}), encoding="utf-8")
        with pytest.raises(InputError, match="format 99"):
            Study.open(whole.folder)
    finally:
        path.write_text(text, encoding="utf-8")


def environment(scenario, seed):
    """Fail with the number of threads that this process may use."""
    raise RuntimeError(" ".join(os.environ[name] for name in THREADS))


def test_workers_have_one_thread_each_and_leave_the_environment_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    before = dict(os.environ)
    report = run_study(a_plan(1, ("status_quo",)), tmp_path, TWO, simulate=environment)
    assert Study.open(report.folder).failed["message"].tolist() == [" ".join("1" * len(THREADS))]
    assert {k: v for k, v in os.environ.items() if k in THREADS} == {k: v for k, v in before.items() if k in THREADS}
    with one_thread():
        assert os.environ["OMP_NUM_THREADS"] == "1"


def process_number(scenario, seed):
    """Fail with the number of the process."""
    raise RuntimeError(str(os.getpid()))


@pytest.mark.slow
def test_workers_are_recycled(plan):
    chunk = Chunk((), "series", plan.code, plan.data, process_number)
    crew = ProcessCrew(1, recycle=2)
    try:
        found = []
        for row in plan.rows[:4]:
            job = Job(row.row, row.run_id, plan.scenarios[row.scenario], row.seed)
            found.append(crew.submit(replace(chunk, jobs=(job,))).result()[0].failure.message)
    finally:
        crew.close()
    assert found[0] == found[1] != found[2] == found[3]
    assert str(os.getpid()) not in found


def test_a_dry_run_writes_nothing(tmp_path):
    plan = a_plan(3)
    found = estimate(plan, tmp_path, TWO)
    assert list(tmp_path.iterdir()) == []
    assert (found.runs, found.scenarios, found.there, found.to_run, found.workers) == (9, 3, 0, 9, 2)
    assert found.seconds == pytest.approx(found.probe * 9 / 2 / 0.9)
    assert found.disk > 0
    assert "9 runs of 3 scenarios" in "\n".join(found.lines())


def test_a_dry_run_sees_what_is_there(whole, plan):
    found = estimate(plan, whole.folder.parent.parent, TWO)
    assert (found.there, found.failed, found.elsewhere, found.to_run, found.seconds) == (12, 0, 0, 0, 0.0)


def test_times_and_hosts_are_in_the_log_only(whole):
    lines = (whole.folder / "log" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 12
    assert {"seconds", "host", "ended"} <= json.loads(lines[0]).keys()
    host = json.loads(lines[0])["host"]
    others = [path for path in whole.folder.rglob("*") if path.is_file() and "log" not in path.parts]
    assert host
    assert not [path for path in others if f'"{host}"'.encode() in path.read_bytes()]


def test_ways_of_execution_that_are_none_are_refused():
    with pytest.raises(InputError) as caught:
        Execution("proceses", workers=-1, address="tcp://x:1", recycle=0)
    assert "Did you mean 'processes'?" in str(caught.value)
    assert all(key in str(caught.value) for key in ("execution.workers", "execution.address", "execution.recycle"))


def test_dask_that_is_not_installed_is_named_with_its_extra(plan, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"opengambit\[dask\]"):
        run_study(plan, tmp_path, Execution("dask"))


def test_an_address_where_nobody_answers(plan, tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    monkeypatch.setattr("experiments.studies.dask.PATIENCE", 1)
    with pytest.raises(InputError, match=r"execution\.address=tcp://127\.0\.0\.1:9: no dask scheduler answers"):
        run_study(plan, tmp_path, Execution("dask", address="tcp://127.0.0.1:9"))
