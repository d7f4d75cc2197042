"""What each shipped policy does: paired effects on five headline measures, and the sign tests of the model.

``python -m experiments.effects policies`` writes docs/effects.md, ``... signs`` docs/signs.md and ``... levers``
docs/lever_effects.md. Every policy runs on the same seeds as the status quo; a figure is the mean of the paired differences with its 95 percent t interval.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.headlines import HEADLINES as CELLS

HEADLINES = {
    "cn_token_share_outside_cn": ("CN token share outside CN", 100.0, "points"),
    "open_token_share": ("open token share", 100.0, "points"),
    "us_closed_rd": ("R&D of closed US labs", 1.0, "M$/mo"),
    "gap_months": ("US-CN capability gap", 1.0, "months"),
    "price_paid": ("price paid", 1.0, "$/Mtok"),
}
CENTRE = "calibrated"
"""The parameter set of the pages: that of all commands."""
MONTHS = ("2026-07", "2028-12", "2030-12")
Values = dict[str, "np.ndarray[Any, np.dtype[np.float64]]"]


@dataclass(frozen=True)
class Job:
    """One run: a policy, levers on top, parameters, a seed."""

    name: str
    policy: str | tuple[str, ...]
    seed: int
    levers: tuple[tuple[str, str], ...] = ()
    params: tuple[tuple[str, float], ...] = ()
    settings: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Headline values of a run at ``MONTHS``, and what some sign tests need besides."""

    name: str
    seed: int
    values: Values = field(default_factory=dict)


def run(job: Job) -> Outcome:
    """Run one job and read its headline values."""
    from sim import Scenario, simulate

    policy = list(job.policy) if isinstance(job.policy, tuple) else job.policy
    given: dict[str, Any] = {"centre": CENTRE} | dict(job.settings)
    scenario = Scenario.load(policy, levers=dict(job.levers), params=dict(job.params), **given)
    trajectory = simulate(scenario, job.seed)
    values = {name: _series(trajectory, name) for name in CELLS}
    values |= {name: read(trajectory) for name, read in EXTRAS.items()}
    return Outcome(job.name, job.seed, values)


def _series(trajectory: Any, name: str) -> Any:
    cell = CELLS[name]
    frame = trajectory.frame(cell.measure)
    rows = frame[
        (frame.segment_kind == cell.segment_kind)
        & (frame.segment == cell.segment)
        & (frame.by == cell.by)
        & (frame.key == cell.key)
    ]
    return rows.set_index("month").value.reindex(list(MONTHS)).to_numpy(float)


def _capability_gap(trajectory: Any) -> Any:
    frame = trajectory.frame("capability_gap")
    rows = frame[(frame.key == "US-CN") & (frame.by == "pair")].set_index("month").value
    return rows.reindex(list(MONTHS)).to_numpy(float)


def _share(trajectory: Any, segments: Iterable[str], bloc: str) -> Any:
    frame = trajectory.frame("token_share")
    rows = frame[(frame.by == "bloc") & (frame.key == bloc) & frame.segment.isin(list(segments))]
    return rows.groupby("month").value.mean().reindex(list(MONTHS)).to_numpy(float)


def _cn_open_modes(trajectory: Any) -> Any:
    """Return the share of Chinese labs' generations since the hand-over in open mode, up to each month."""
    supply = trajectory.supply
    bloc = np.array(trajectory.world.lab_blocs)
    mode = np.asarray(supply.mode)[:, bloc == "CN"]
    ends = [trajectory.months.index(m) if m in trajectory.months else len(mode) - 1 for m in MONTHS]
    shares = []
    for end in ends:
        made = mode[: end + 1][mode[: end + 1] >= 0]
        shares.append(float((made == 1).mean()) if made.size else np.nan)
    return np.array(shares)


EXTRAS: dict[str, Callable[[Any], Any]] = {
    "capability_gap": _capability_gap,
    "cn_share_us_al": lambda t: _share(t, ("US", "EU", "UKCA", "JP", "KRTW"), "CN"),
    "cn_share_cn": lambda t: _share(t, ("CN",), "CN"),
    "cn_open_modes": _cn_open_modes,
}


def run_all(jobs: list[Job], workers: int = 2) -> dict[str, dict[int, Values]]:
    """Run jobs on some processes; return name -> seed -> values."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    found: dict[str, dict[int, Values]] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for k, outcome in enumerate(pool.map(run, jobs)):
            found.setdefault(outcome.name, {})[outcome.seed] = outcome.values
            sys.stderr.write(f"\r{k + 1} of {len(jobs)} runs")
    sys.stderr.write("\n")
    return found


def paired(arm: Mapping[int, Values], base: Mapping[int, Values], measure: str, month: int) -> tuple[float, float]:
    """Return the mean of the paired differences at a month and the half-width of its 95 percent interval."""
    from scipy.stats import t as student

    gaps = np.array([arm[seed][measure][month] - base[seed][measure][month] for seed in sorted(arm) if seed in base])
    gaps = gaps[np.isfinite(gaps)]
    if gaps.size < 2:
        return float("nan"), float("nan")
    half = float(student.ppf(0.975, gaps.size - 1) * gaps.std(ddof=1) / np.sqrt(gaps.size))
    return float(gaps.mean()), half


def policy_jobs(seeds: int, enterprises: int) -> list[Job]:
    """Return a run of the status quo and of every shipped policy for each seed, which has a posterior draw of its own."""
    from experiments.studies.draws import from_posterior
    from sim.policy import policy_files

    settings = (("horizon", MONTHS[-1]), ("enterprises", enterprises))
    names = ["status_quo", *sorted(set(policy_files()) - {"status_quo"})]
    posterior = from_posterior(CENTRE, seeds)
    drawn = [tuple(posterior.at(seed).items()) for seed in range(seeds)]
    return [Job(name, name, seed, params=drawn[seed], settings=settings) for seed in range(seeds) for name in names]


def cell(mean: float, half: float, scale: float) -> str:
    """Return mean and half-width as text; bold where the interval excludes zero."""
    if not np.isfinite(mean):
        return "-"
    text = f"{scale * mean:+.3g} ± {scale * half:.2g}"
    return f"**{text}**" if abs(mean) > half else text


def policy_page(found: dict[str, dict[int, Values]], seeds: int, enterprises: int) -> str:
    """Return docs/effects.md."""
    lines = [
        "# What each policy does",
        "",
        f"Paired differences from `status_quo` ({seeds} pairs, {enterprises} enterprises): mean and 95 percent t interval; bold where it",
        "excludes zero. Each pair has a seed and a draw of the posterior (`conf/posterior/calibrated.csv`) of its own, so that",
        "intervals hold luck and what the data leave open of the calibrated parameters, not the parameters that were not calibrated.",
        "A policy without dates starts in the month after the hand-over. With this many cells, about one in twenty intervals",
        "excludes zero by chance. Renewed by",
        f"`python -m experiments.effects policies --seeds {seeds} --enterprises {enterprises}`.",
        "",
    ]
    base = found["status_quo"]
    for month, when in enumerate(MONTHS):
        lines += [f"## {when}", "", "| policy | " + " | ".join(f"{t} ({u})" for t, _, u in HEADLINES.values()) + " |"]
        lines += ["|---" * (len(HEADLINES) + 1) + "|"]
        means = [np.nanmean([values[m][month] for values in base.values()]) for m in HEADLINES]
        level = " | ".join(f"{s * v:.3g}" for v, (_, s, _) in zip(means, HEADLINES.values(), strict=True))
        lines += [f"| *status_quo, level* | {level} |"]
        for name in sorted(set(found) - {"status_quo"}):
            cells = [cell(*paired(found[name], base, m, month), s) for m, (_, s, _) in HEADLINES.items()]
            lines += [f"| `{name}` | " + " | ".join(cells) + " |"]
        lines += [""]
    return "\n".join(lines)


def sign_page(rows: list[dict[str, Any]], enterprises: int) -> str:
    """Return docs/signs.md."""
    pairs = rows[0]["pairs"] if rows else 0
    lines = [
        "# Sign tests",
        "",
        f"The qualitative tests T1 to T9 as paired runs to 2030-12 ({pairs} seeds, {enterprises} enterprises): mean of the paired differences",
        "at 2030-12 (T7: 2026-07) with its 95 percent t interval. The expected sign was written down before the first run.",
        "Shares as fractions, gaps in ECI, money in M$ a month. Renewed by",
        f"`python -m experiments.effects signs --seeds {pairs} --enterprises {enterprises}`.",
        "",
        "| | claim | expected | mean ± half-width | verdict |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        lines += [
            f"| {row['test']} | {row['claim']} | {row['expected']} | {row['mean']:+.4g} ± {row['half']:.2g} | {row['verdict']} |"
        ]
    return "\n".join([*lines, ""])


def main(args: list[str]) -> int:
    """Write docs/effects.md (``policies``), docs/signs.md (``signs``) or docs/lever_effects.md (``levers``)."""
    import argparse
    from pathlib import Path

    parser = argparse.ArgumentParser(prog="python -m experiments.effects", description=__doc__)
    parser.add_argument("what", choices=("policies", "signs", "levers"))
    parser.add_argument(
        "--seeds", type=int, help="pairs (policies 24, each with a posterior draw; levers 16, signs 32)"
    )
    parser.add_argument("--enterprises", type=int, default=2000)
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="folder of the pages")
    given = parser.parse_args(args)
    if given.what == "policies":
        seeds = given.seeds or 24
        found = run_all(policy_jobs(seeds, given.enterprises))
        page, name = policy_page(found, seeds, given.enterprises), "effects.md"
    elif given.what == "levers":
        from experiments.trials import run_trials

        page, name = run_trials(given.seeds or 16, given.enterprises), "lever_effects.md"
    else:
        from experiments.signs import run_signs

        page, name = sign_page(run_signs(given.seeds or 32, given.enterprises), given.enterprises), "signs.md"
    (given.docs / name).write_text(_with_words(given.docs / name, page), encoding="utf-8")
    return 0


MARK = "<!-- words: kept when the tables are renewed -->"


def _with_words(path: Any, page: str) -> str:
    """Keep what was written by hand below the mark of an existing page."""
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    words = old[old.index(MARK) :] if MARK in old else MARK + "\n"
    return page + "\n" + words


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
