"""What runs in a fresh process: `python -m benchmarks.probe NAME JSON` measures one case and prints JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import memory
from benchmarks.plan import Case

ROOT = Path(__file__).resolve().parents[1]
SEED = 1


def ask(name: str, case: Case) -> dict[str, Any]:
    """Measure a case in a fresh process.

    Args:
        name: a key of ``PROBES``.
        case: what to run.

    Raises:
        RuntimeError: with the process's error output, if it fails.
    """
    command = [sys.executable, "-m", "benchmarks.probe", name, json.dumps(asdict(case))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the benchmark {name} of {case} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def time_help(repeats: int) -> list[float]:
    """Return the wall times of `opengambit --help`, after a warm-up."""
    script = Path(sys.executable).with_name("opengambit")
    command = [str(script)] if script.is_file() else [sys.executable, "-m", "experiments.cli"]
    seconds = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        subprocess.run([*command, "--help"], cwd=ROOT, capture_output=True, check=True)
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def runs(case: Case) -> dict[str, Any]:
    """Time whole runs, scenario included, and take the peak memory of the first and of all."""
    from sim import Scenario, simulate

    before = memory.current()
    seconds, busy, peaks = [], [], []
    for _ in range(case.repeats + 1):
        began, worked = time.perf_counter(), time.process_time()
        run = simulate(_scenario(Scenario, case), SEED)
        seconds.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
        peaks.append(memory.peak() - before)
    return {
        "first": seconds[0],
        "seconds": seconds[1:] or seconds,
        "cpu": busy[1:] or busy,
        "months": len(run.months),
        "megabytes": peaks[0],
        "megabytes_all": peaks[-1],
    }


def phases(case: Case) -> dict[str, Any]:
    """Split runs by phase, after a warm-up; a list of seconds for each phase."""
    from benchmarks.phases import split
    from sim import Scenario

    splits = [split(_scenario(Scenario, case), SEED) for _ in range(case.repeats + 1)]
    timed = splits[1:] or splits
    return {phase: [found[phase] for found in timed] for phase in splits[0]}


def frames(case: Case) -> dict[str, Any]:
    """Time all measures and all instruments of one run, after a warm-up."""
    from sim import Scenario, simulate

    run = simulate(_scenario(Scenario, case), SEED)
    rounds = [
        ({name: _seconds(run.frame, name) for name in run.measures},
         {name: _seconds(run.instrument, name) for name in run.instruments})
        for _ in range(case.repeats + 1)
    ]  # fmt: skip
    timed = rounds[1:] or rounds
    return {"measures": [r[0] for r in timed], "instruments": [r[1] for r in timed]}


def floors(case: Case) -> dict[str, Any]:
    """Count the work of a run, and time another one without counting."""
    from benchmarks.floor import counted
    from sim import Scenario, simulate

    scenario = _scenario(Scenario, case)
    with counted() as work:
        simulate(scenario, SEED)
    began = time.perf_counter()
    simulate(scenario, SEED)
    return {**asdict(work), "floor": work.seconds, "seconds": time.perf_counter() - began}


def twins(case: Case) -> dict[str, Any]:
    """Time the plain twin and the fast code on the same scenario, in turn in one process."""
    from benchmarks.twin.market import PlainMarket
    from benchmarks.twin.timing import seconds
    from sim import MarketModel, Scenario

    scenario, repeats = _scenario(Scenario, case), 3 if case.enterprises <= SMALL else 1
    return {
        "fast": seconds(MarketModel, scenario, repeats, SEED),
        "twin": seconds(PlainMarket, scenario, repeats, SEED),
    }


SMALL = 5_000
"""Up to this size the twin is timed three times."""
PROBES = {"runs": runs, "phases": phases, "frames": frames, "floors": floors, "twins": twins}


def _seconds(compute: Any, name: str) -> float:
    began = time.perf_counter()
    compute(name)
    return time.perf_counter() - began


def _scenario(kind: Any, case: Case) -> Any:
    return kind.load(enterprises=case.enterprises, choice=case.choice, horizon=case.horizon, strategy=case.strategy)


if __name__ == "__main__":
    print(json.dumps(PROBES[sys.argv[1]](Case(**json.loads(sys.argv[2])))))
