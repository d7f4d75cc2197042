"""The benchmarks run, on a world too small to say anything about speed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import memory, phases
from benchmarks.__main__ import main
from benchmarks.plan import Case, Plan
from benchmarks.probe import PROBES, ask, frames, runs
from benchmarks.report import machine, markdown, plain, seconds, spread, timed, verdict
from sim.model import PHASES

TINY = Case(60, horizon="2023-02")
PLAN = Plan(
    default=TINY, help_repeats=1, scale=(TINY,), expected=(), phases=TINY, future=TINY, frames=TINY,
    horizons=(TINY,), floors=(TINY,), twins=(TINY,), many=TINY,
)  # fmt: skip


def test_every_phase_is_timed() -> None:
    assert tuple(phases.PARTS) == PHASES


def test_a_session_writes_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.report.ask", lambda name, case: PROBES[name](case))
    page = tmp_path / "results.md"
    assert main(["--out", str(page)], PLAN) == 0
    text, screen = page.read_text(encoding="utf-8"), capsys.readouterr().out
    parts = ("default run, 60 enterprises, 2 months", "--help", "phase choice", "measures", "instruments")
    for what in (*parts, "over a floor of", "plain twin", "small runs in one process", "to 2023-02"):
        assert what in text
        assert what in screen
    assert "µs a month" in text


def test_runs_tell_time_and_memory() -> None:
    found = runs(Case(60, repeats=2, horizon="2023-01"))
    assert len(found["seconds"]) == 2
    assert found["months"] == 1
    assert min(found["seconds"]) > 0
    assert found["megabytes_all"] >= found["megabytes"]


def test_phases_add_up_and_change_nothing() -> None:
    from sim import MarketModel, Scenario

    scenario = Scenario.load(enterprises=60, horizon="2023-03")
    plain_run, timed_run = MarketModel(scenario, rng=1), MarketModel(scenario, rng=1)
    watch = phases.Stopwatch(timed_run)
    for model in (plain_run, timed_run):
        while model.t < model.n_months:
            model.step()
        model.close()
    assert all(value > 0 for value in watch.seconds.values())
    assert np.array_equal(plain_run.recorder.records.tokens, timed_run.recorder.records.tokens)


def test_frames_cover_every_output() -> None:
    from sim.instruments import INSTRUMENTS
    from sim.measures import MEASURES

    found = frames(TINY)
    assert set(found["measures"][0]) == set(MEASURES)
    assert set(found["instruments"][0]) == set(INSTRUMENTS)


def test_a_fresh_process_gives_the_same_fields() -> None:
    assert set(ask("runs", TINY)) == set(runs(TINY))


def test_a_failure_says_why() -> None:
    with pytest.raises(RuntimeError, match="enterprises"):
        ask("runs", Case(1))


def test_memory_is_plausible() -> None:
    assert 1 < memory.current() <= memory.peak() + 1


def test_text() -> None:
    assert seconds(0.0123) == "12.3 ms"
    assert seconds(1.234) == "1.23 s"
    assert spread([1.0]) == ""
    assert spread([3.0, 2.0]) == "2 s to 3 s"
    assert verdict(2.0, 1.5, "s") == "1.5 s: MISSED"
    assert timed("x", [1.0, 2.0, 9.0], target=2.0).target == "2 s: met"


def test_the_page_names_the_machine_by_cores_and_versions() -> None:
    assert "cores" in machine()
    assert "numpy" in machine()
    page = markdown([timed("x", [1.0])], PLAN)
    assert "| x | 1 s |" in page
    assert next(iter(plain([timed("x", [1.0])]))).startswith("what")
