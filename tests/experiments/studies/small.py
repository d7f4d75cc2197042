"""Studies that take seconds: few enterprises, few months; importable by name from spawned processes."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Any

from experiments.studies import Plan, StudyRequest, arms_of
from sim import Scenario, Trajectory, simulate

SETTINGS = {"enterprises": 60, "history_until": "2023-03", "horizon": "2023-04"}
POLICIES = ("status_quo", "allied_procurement_ban", "us_all_closed")


def a_plan(seeds: int = 2, policies: tuple[Any, ...] = POLICIES, **changed: Any) -> Plan:
    """Return the plan of a small study."""
    changed = {"settings": SETTINGS, "name": "small", "verb": "sweep"} | changed
    return Plan.of(StudyRequest(policies=arms_of(policies), seeds=tuple(range(seeds)), **changed))


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file of a study outside ``log/``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    inside = {path.relative_to(folder).as_posix(): path for path in files}
    return {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in inside.items() if not n.startswith("log/")}


def tables(folder: Path) -> dict[str, str]:
    """Return the digest of every table of a study and of its manifest."""
    return {n: d for n, d in digests(folder).items() if n.startswith(("tables/", "manifest"))}


def failing(scenario: Scenario, seed: int) -> Trajectory:
    """Simulate, but for odd seeds, which fail."""
    if seed % 2:
        raise ZeroDivisionError(f"seed {seed} is odd")
    return simulate(scenario, seed)


def dying(scenario: Scenario, seed: int) -> Trajectory:
    """Simulate; seed 1 takes its process down."""
    if seed == 1:
        os._exit(3)
    return simulate(scenario, seed)


def slow(scenario: Scenario, seed: int) -> Trajectory:
    """Simulate after a moment in which a worker can be killed."""
    time.sleep(0.05)
    return simulate(scenario, seed)


def counted(scenario: Scenario, seed: int) -> Trajectory:
    """Simulate, and note it in the folder that ``COUNTED`` names."""
    (Path(os.environ["COUNTED"]) / f"{time.time_ns()}-{seed}").touch()
    return simulate(scenario, seed)
