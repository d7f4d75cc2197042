"""Lab strengths xi by date from observed shares: a shrunk Berry inversion through the instruments.

The contraction of Berry (1994) and Berry, Levinsohn and Pakes (1995), taken through the instruments: in each half-year
xi moves by the difference of observed and modelled log-odds, and is then drawn towards 0 (prior sd 1 util) and towards
its neighbours in time (a random walk), as a Gaussian prior draws it, until it stops. Several problems, which know
different parts of the record, are solved side by side, a study a round. Each series speaks of what it can see:

- Menlo's spending: coding of enterprises, regulated and public users; labs that it does not name share the rest;
- Ramp: how many firms hold any slot, so their other tasks (OpenAI, Anthropic; bundles hardly show on cards);
- router: developers' coding; labs that the weekly list never shows are held below one percent of it;
- derivatives on Hugging Face: developers' other tasks;
- device telemetry: assistants of all classes (DeepSeek).

A lab with a direct business (Menlo) starts from the same strength among developers. What its first three months on
the router then lack is its routing propensity, held ever after: customers who buy direct.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.readings import Readings, run_readings
from experiments.evidence.residuals import FIRST_POINTS, HALF, MOST_POINTS, POINT_VARIANCE, Known, Lack, Residuals
from experiments.studies.arms import Arm
from experiments.studies.designs import Points
from experiments.studies.draws import AS_GIVEN
from experiments.studies.execution import Execution
from experiments.studies.request import StudyRequest
from sim.calendar import month_name
from sim.market.arrays import Floats
from sim.strengths import written
from sim.world import CLASSES, TASKS

ROUNDS, SEEDS, STEP, LAST = 12, 4, 0.5, 4
PRIOR_SD = 1.0
"""Utils: strengths are shrunk to 0 with this spread (docs/model.md, section 10)."""
WALK_SD = 0.5
"""Utils from one half-year to the next [A]."""
ANY_SLOT = 6.0
"""Error variance of coding over that of other tasks where all that is seen is whether a firm pays a lab at all [A]."""
MOST = 3.0
"""Utils: three prior sd, where an instrument no longer answers to a strength (every firm has the lab already)."""
DIRECT = ("OpenAI", "Anthropic", "Google")
CARDS = ("OpenAI", "Anthropic")
CODING, ASSISTANT, DEVELOPER = TASKS.index("coding"), TASKS.index("assistant"), CLASSES.index("developer")
OTHERS = [k for k, name in enumerate(TASKS) if name not in ("coding", "video")]
FIRMS = [k for k, name in enumerate(CLASSES) if name != "developer"]
BLOCKS = ("coding", "tasks", "developer", "developer_tasks", "assistant")
TAIL = {
    "tag": "A", "confidence": "low", "source_title": "share inversion of this model on observations.csv",
    "source_url": "",
}  # fmt: skip
Bools = NDArray[np.bool_]


@dataclass
class Estimate:
    """The unknowns of a problem.

    Attributes:
        blocks: xi by half-year and lab of each block of tasks and classes, shape (Y, L).
        seen: which of them anything speaks of, shape (L,) by block.
        routing: log routing propensity, at most 0, shape (L,).
    """

    blocks: dict[str, Floats]
    seen: dict[str, Bools] = field(default_factory=dict)
    routing: Floats = field(default_factory=lambda: np.zeros(0))

    def table(self) -> Floats:
        """Return xi in utils, shape (Y, L, N, K)."""
        years, labs = self.blocks["coding"].shape
        xi = np.zeros((years, labs, len(TASKS), len(CLASSES)))
        xi[:, :, CODING, DEVELOPER] = self.blocks["developer"]
        xi[:, :, OTHERS, DEVELOPER] = self.blocks["developer_tasks"][:, :, None]
        for kind in FIRMS:
            xi[:, :, CODING, kind] = self.blocks["coding"]
            xi[:, :, OTHERS, kind] = self.blocks["tasks"][:, :, None]
        told = self.seen["assistant"]
        xi[:, told, ASSISTANT] = self.blocks["assistant"][:, told, None]
        return xi


@dataclass(frozen=True)
class Setting:
    """How the inversion runs the model.

    Attributes:
        params: parameters that are set, by path.
        enterprises: of each run.
        seeds: runs a round and problem.
        rounds: of the contraction.
    """

    params: Mapping[str, float] = field(default_factory=dict)
    enterprises: int = 2000
    seeds: int = SEEDS
    rounds: int = ROUNDS


def invert(
    problems: Mapping[str, Known], setting: Setting, folder: Path, outputs: Path, execution: Execution, *, quiet: bool
) -> dict[str, Path]:
    """Return a table of strengths for each problem, as a file that ``strengths=`` reads.

    Args:
        problems: what each knows, by name.
        setting: parameters and size of the runs.
        folder: where the tables are written, a file a round and problem.
        outputs: folder of studies.
        execution: how runs are shared out.
        quiet: no progress.
    """
    labs = lab_names()
    estimates = {name: start(known.halves, len(labs)) for name, known in problems.items()}
    trails: dict[str, list[Estimate]] = {name: [] for name in problems}
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(setting.rounds):
        files = {name: _write(folder / f"{name}-{number}.csv", estimates[name]) for name in problems}
        found = _read(problems, setting, number, files, outputs, execution, quiet=quiet)
        for name, known in problems.items():
            estimates[name] = improve(estimates[name], known, found[name])
            trails[name].append(estimates[name])
    return {name: _write(folder / f"{name}.csv", mean_of(trails[name][-LAST:])) for name in problems}


def mean_of(trail: Sequence[Estimate]) -> Estimate:
    """Return the mean of the last estimates of a contraction, which luck moves about its fixed point."""
    blocks = {name: np.mean([item.blocks[name] for item in trail], axis=0) for name in BLOCKS}
    return Estimate(blocks, trail[-1].seen, np.mean([item.routing for item in trail], axis=0))


def start(halves: int, labs: int) -> Estimate:
    """Return an estimate of nothing."""
    blocks = {name: np.zeros((halves, labs)) for name in BLOCKS}
    return Estimate(blocks, {name: np.zeros(labs, dtype=bool) for name in BLOCKS}, np.zeros(labs))


@lru_cache(maxsize=1)
def lab_names() -> tuple[str, ...]:
    """Return the labs of the data tables."""
    from sim.tables import load_world

    return load_world().lab_names


@lru_cache(maxsize=1)
def open_labs() -> tuple[str, ...]:
    """Return the labs that have published weights and have no large direct business."""
    from sim.tables import load_world

    published = {model.lab for model in load_world().models if model.licence != "closed"}
    return tuple(lab for lab in lab_names() if lab in published and lab not in DIRECT)


def _write(path: Path, estimate: Estimate) -> Path:
    table = estimate.table()
    months = np.arange(table.shape[0]) * HALF + HALF // 2
    path.write_text(written(lab_names(), months, table, estimate.routing, TAIL), encoding="utf-8")
    return path


def _read(
    problems: Mapping[str, Known], setting: Setting, number: int, files: Mapping[str, Path], outputs: Path,
    execution: Execution, *, quiet: bool,
) -> dict[str, Readings]:  # fmt: skip
    """Run a round of all problems as one study and return what the instruments of each show."""
    last = max(known.until for known in problems.values())
    rows = tuple((str(files[name]),) for name in problems)
    settings = {
        "history_until": month_name(last), "horizon": month_name(last), "enterprises": setting.enterprises,
        "params": dict(setting.params),
    }  # fmt: skip
    request = StudyRequest(
        "inversion", f"round-{number}", (Arm("status_quo"),), points=Points("list", ("strengths",), rows, ("",)),
        draws=AS_GIVEN, seeds=tuple(range(setting.seeds)), settings=settings, record="readings",
    )  # fmt: skip
    wanted = [series for known in problems.values() for series in known.series.values()]
    wanted += [replace(wanted[0], instrument="openrouter_token_share", entity=lab) for lab in lab_names()]
    readings = run_readings(request, outputs, execution, quiet=quiet, wanted=wanted)
    return {name: readings.take(readings.points == k) for k, name in enumerate(problems)}


def improve(estimate: Estimate, known: Known, readings: Readings) -> Estimate:
    """Take one damped step of the contraction.

    Args:
        estimate: before it.
        known: what is known.
        readings: instruments of the runs with the estimate.
    """
    labs, old, lacks = lab_names(), estimate.blocks, Residuals(known, readings, lab_names())
    zero = np.zeros_like(old["coding"])
    spending = lacks.shares("menlo_spend", DIRECT) | lacks.rest("menlo_spend", DIRECT, labs)
    spending = pooled(spending, lacks.group("menlo_open_share", "open", open_labs()))
    cards = lacks.shares("ramp_firms", CARDS)
    vague = {lab: (gap, ANY_SLOT * variance) for lab, (gap, variance) in cards.items()}
    new = {"coding": _moved(old["coding"], pooled(spending, vague), zero)}
    new["tasks"] = _moved(old["tasks"], cards, new["coding"])
    routing = _routed(estimate.routing, lacks)
    direct = np.array([lab in DIRECT for lab in labs])
    less = {lab: FIRST_POINTS for lab in DIRECT if routing[labs.index(lab)] < 0}
    router = lacks.shares("openrouter_token_share", labs, less) | lacks.unseen("openrouter_token_share", labs)
    new["developer"] = _moved(old["developer"], router, np.where(direct, new["coding"], 0.0))
    new["developer_tasks"] = _moved(old["developer_tasks"], lacks.shares("hf_derivatives", labs), new["developer"])
    told = lacks.regions("telemetry_deepseek", "DeepSeek")
    new["assistant"] = _moved(old["assistant"], told, new["tasks"])
    seen = np.array([lab in told for lab in labs])
    return Estimate(new, {"assistant": seen}, routing)


def _moved(old: Floats, found: Mapping[str, Lack], base: Floats) -> Floats:
    """Return a block one damped step on: labs with data towards them, all others at their base.

    Args:
        old: xi by half-year and lab, shape (Y, L).
        found: what labs lack.
        base: what xi is shrunk to, shape (Y, L).
    """
    new = base.copy()
    for lab, (gap, variance) in found.items():
        k = lab_names().index(lab)
        target = old[:, k] - base[:, k] + gap
        new[:, k] = base[:, k] + np.clip(shrunk(target, variance), -MOST, MOST)
    return np.asarray(old + STEP * (new - old))


def pooled(first: Mapping[str, Lack], second: Mapping[str, Lack]) -> dict[str, Lack]:
    """Return what labs lack by two instruments: means by precision."""
    found = dict(first) | dict(second)
    for lab in set(first) & set(second):
        (gap, variance), (other, spread) = first[lab], second[lab]
        weight, more = 1.0 / variance, 1.0 / spread
        total = weight + more
        mean = np.divide(weight * gap + more * other, total, out=np.zeros_like(gap), where=total > 0)
        found[lab] = mean, np.divide(1.0, total, out=np.full_like(gap, np.inf), where=total > 0)
    return found


def shrunk(target: Floats, variance: Floats) -> Floats:
    """Return the posterior mean of a random walk from what was seen of it.

    Args:
        target: what was seen, shape (Y,).
        variance: its variance, infinite where nothing was seen, shape (Y,).
    """
    steps = target.size
    precision = np.zeros((steps, steps))
    precision[0, 0] = 1.0 / PRIOR_SD**2
    for k in range(1, steps):
        precision[k - 1 : k + 1, k - 1 : k + 1] += np.array([[1.0, -1.0], [-1.0, 1.0]]) / WALK_SD**2
    weight = 1.0 / variance
    return np.asarray(np.linalg.solve(precision + np.diag(weight), weight * target))


def _routed(old: Floats, lacks: Residuals) -> Floats:
    """Return routing propensities one damped step on: what labs with a direct business lack at first, at most 0."""
    new = old.copy()
    for lab in DIRECT:
        gap = lacks.first("openrouter_token_share", lab)
        if np.isfinite(gap):
            k = lab_names().index(lab)
            new[k] = min(0.0, old[k] + STEP * (gap - POINT_VARIANCE / MOST_POINTS / PRIOR_SD**2 * old[k]))
    return new
