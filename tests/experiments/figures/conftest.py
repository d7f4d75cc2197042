"""Tiny studies for figures, each made once a session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.comparison.ask import compose_compare
from experiments.comparison.report import Compared
from experiments.compose import compose_run
from experiments.run import provenance_of, record
from experiments.store import write_manifest
from experiments.studies import Execution, Plan, Study, run_study
from experiments.sweep import compose_sweep
from sim import simulate

SHORT = ("enterprises=60", "history.until=2023-03", "horizon=2023-05")


@pytest.fixture(scope="session")
def single(tmp_path_factory: Any) -> Path:
    """A run of one scenario, two seeds, with its tables and without its figures."""
    folder = tmp_path_factory.mktemp("single") / "run-tiny" / "1a2b3c4d"
    words = ["enterprises=60", "history.until=2024-04", "horizon=2024-06", "seeds=2", "policy=us_open_push"]
    request = compose_run(words)
    provenance = provenance_of(request)
    record(request, provenance, folder, lambda *_: None, lambda scenario, seed, _: simulate(scenario, seed))
    write_manifest(folder, provenance)
    return folder


def swept(outputs: Path, *words: str) -> Path:
    """Return the folder of a sweep."""
    request = compose_sweep([*words, *SHORT, "name=tiny"]).request
    return run_study(Plan.of(request), outputs, Execution("serial"), quiet=True).folder


@pytest.fixture(scope="session")
def gridded(tmp_path_factory: Any) -> Path:
    """Two policies over a grid of two parameters, recorded in full."""
    words = ("policy=status_quo,us_open_push", "params.demand.gamma=0.5,1.5", "params.demand.imitation=0.5,1")
    return swept(tmp_path_factory.mktemp("gridded"), *words, "seeds=2", "record=panel")


@pytest.fixture(scope="session")
def ranged(tmp_path_factory: Any) -> Path:
    """One policy over a range, at the lowest recording level."""
    words = ("design=sobol", "points=4", "params.demand.gamma=interval(0,4)", "seeds=1", "record=summary")
    return swept(tmp_path_factory.mktemp("ranged"), *words)


@pytest.fixture(scope="session")
def compared(tmp_path_factory: Any) -> Path:
    """A comparison with attribution, two futures and a game."""
    asked = compose_compare(
        ["policies=[us_open_push]", "policies.us=[us_open_push]", "policies.cn=[cn_goes_closed]",
         "futures=[none,slow_scaling]", "attribution=levers", "seeds=2", "record=series", "replicates=0",
         "dates=[2023-04,2023-05]", *SHORT]
    )  # fmt: skip
    folder = run_study(Plan.of(asked.request), tmp_path_factory.mktemp("compared"), Execution("serial")).folder
    Compared(Study.open(folder), asked.comparison, {}).spec.save(folder)
    return folder
