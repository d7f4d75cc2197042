"""What common luck is worth: `python -m benchmarks.luck` measures it and writes docs/luck.md with its figure.

A policy and the status quo run on the same seeds, with the keyed draws of the fast code and with Mesa's one stream in
the plain twin. Both implementations choose alike (tests/benchmarks/test_twin.py): the kind of luck is all that differs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim import __version__
from sim.market.arrays import Floats, Ints
from sim.policy import BASE
from sim.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POLICIES = ("hosting_localisation", "allied_procurement_ban", "api_cutoff", "no_gpt_oss", "cn_goes_closed")
KINDS = {"keyed": "keyed draws (fast code)", "stream": "one stream (plain twin)"}
MEASURES = {"cn": "CN token share outside CN", "open": "open token share"}
START = date(2025, 1, 1)
"""Since when entries without a date of their own hold here."""
PAIRS, ENTERPRISES, DRAWS = 64, 400, 4000
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Job:
    """One run: kind of luck, policy, seed, size."""

    kind: str
    policy: str
    seed: int
    enterprises: int


@dataclass(frozen=True)
class Outcome:
    """The last month of a run: the two shares, and what each slot holds (release and channel as a number; -1: none)."""

    shares: tuple[float, float]
    held: Ints


@dataclass(frozen=True)
class Comparison:
    """A measure under a policy and under the status quo on the same seeds, each of shape (pairs,).

    The variance of an unpaired difference is that of two arms on seeds of their own: the sum of the arms' variances.
    """

    arm: Floats
    base: Floats

    def correlation(self, pick: Ints) -> float:
        """Return the correlation of the arms over the picked pairs."""
        return float(np.corrcoef(self.arm[pick], self.base[pick])[0, 1])

    def reduction(self, pick: Ints) -> float:
        """Return Var(unpaired difference)/Var(paired difference) over the picked pairs; infinite for no difference."""
        arm, base = self.arm[pick], self.base[pick]
        paired = float((arm - base).var(ddof=1))
        unpaired = float(arm.var(ddof=1) + base.var(ddof=1))
        return unpaired / paired if paired > 0.0 else float("inf")

    def interval(self, draws: int = DRAWS) -> tuple[float, float]:
        """Return the 95 percent percentile interval of the reduction from bootstrapped pairs (keyed draws)."""
        from sim.rng import Streams

        pairs = self.arm.size
        unit = Streams(0).uniform("bootstrap", np.arange(draws)[:, None], np.arange(pairs)[None, :])
        found = sorted(self.reduction(pick) for pick in (unit * pairs).astype(np.intp))
        return found[round(0.025 * (draws - 1))], found[round(0.975 * (draws - 1))]


def scenario_of(policy: str, enterprises: int) -> Scenario:
    """Return the replay under a shipped policy, whose undated entries start in 2025-01, not after the hand-over."""
    loaded = Scenario.load(policy, enterprises=enterprises)
    entries = tuple(
        replace(entry, start=START) if entry.start is None and entry.origin != BASE else entry
        for entry in loaded.policy.entries
    )
    return replace(loaded, policy=replace(loaded.policy, entries=entries))


def run(job: Job) -> Outcome:
    """Run a job to the last month of the replay."""
    from benchmarks.twin.agreement import holdings
    from benchmarks.twin.market import PlainMarket
    from sim.model import MarketModel
    from sim.rng import name_keys
    from sim.sampled import SampledHoldings

    scenario = scenario_of(job.policy, job.enterprises)
    model = PlainMarket(scenario, job.seed, "stream") if job.kind == "stream" else MarketModel(scenario, rng=job.seed)
    while model.t < model.n_months:
        model.step()
    if isinstance(model, PlainMarket):
        tokens, held, offers = np.array(model.tokens[-1]), holdings(model), model.catalogue.offers
        release, channel = held["model"], held["channel"]
    else:
        assert isinstance(model.holdings, SampledHoldings)
        by_licence = model.recorder.records.tokens[-1].sum(axis=(1, 3))
        tokens = np.stack([by_licence[..., 0], by_licence[..., 1:].sum(axis=-1)], axis=-1)
        release, channel, offers = model.holdings.model, model.holdings.channel, model.offers
    chinese_labs, abroad = np.array(model.world.lab_blocs) == "CN", ~model.world.chinese_region
    shares = tokens[abroad][:, chinese_labs].sum() / tokens[abroad].sum(), tokens[..., 1].sum() / tokens.sum()
    names = np.append(name_keys([each.name for each in offers.models]) >> np.uint64(8), 0).astype(np.intp)
    model.close()
    return Outcome((float(shares[0]), float(shares[1])), np.where(release >= 0, 4 * names[release] + channel, -1))


def run_all(pairs: int, enterprises: int, workers: int = 2) -> dict[tuple[str, str, int], Outcome]:
    """Run all arms of all pairs on some processes; kind, policy and seed to outcome."""
    arms = [(seed, kind, policy) for seed in range(pairs) for kind in KINDS for policy in (BASE, *POLICIES)]
    jobs = [Job(kind, policy, seed, enterprises) for seed, kind, policy in arms]
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    found = {}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for job, outcome in zip(jobs, pool.map(run, jobs, chunksize=2), strict=True):
            found[job.kind, job.policy, job.seed] = outcome
            print(f"\r{len(found)} of {len(jobs)} runs", end="", file=sys.stderr)
    print(file=sys.stderr)
    return found


@dataclass(frozen=True)
class Row:
    """What was found: mean paired difference and its standard error, what ``Comparison`` says, and the moved slots."""

    kind: str
    policy: str
    measure: str
    effect: float
    error: float
    correlation: float
    reduction: float
    interval: tuple[float, float]
    moved: float


def rows_of(found: dict[tuple[str, str, int], Outcome], pairs: int) -> Iterator[Row]:
    """Yield the findings by measure, policy and kind of luck."""
    everybody = np.arange(pairs)
    for place, measure in enumerate(MEASURES):
        for policy in POLICIES:
            for kind in KINDS:
                arms = [[found[kind, name, seed] for seed in range(pairs)] for name in (policy, BASE)]
                arm, base = (np.array([outcome.shares[place] for outcome in outcomes]) for outcomes in arms)
                moved = [moved_slots(one.held, two.held) for one, two in zip(*arms, strict=True)]
                both, gap = Comparison(arm, base), arm - base
                error = float(gap.std(ddof=1) / np.sqrt(pairs))
                numbers = both.correlation(everybody), both.reduction(everybody), both.interval()
                yield Row(kind, policy, measure, float(gap.mean()), error, *numbers, float(np.mean(moved)))


def moved_slots(one: Ints, two: Ints) -> float:
    """Return the share of the slots filled in either arm that hold something else in the other one."""
    filled = (one >= 0) | (two >= 0)
    return float((one != two)[filled].mean())


def times(value: float) -> str:
    """Write a factor: no false digits, no powers of ten."""
    return f"{value:,.0f}" if value >= 99.5 else f"{value:#.2g}".rstrip(".")


def page(rows: list[Row], pairs: int, enterprises: int) -> str:
    """Return docs/luck.md."""
    at = {(row.kind, row.policy, row.measure): row for row in rows}
    lines = [*HEAD.format(pairs=pairs, enterprises=enterprises).splitlines(), ""]
    for measure, words in MEASURES.items():
        lines += [f"## {words[0].upper()}{words[1:]}", "", *TABLE]
        for policy in POLICIES:
            cells = [f"`{policy}`"]
            for kind in KINDS:
                row = at[kind, policy, measure]
                cells += [f"{100 * row.effect:+.2f} ± {100 * row.error:.2f}", f"{row.correlation:.3f}"]
                cells += [f"{times(row.reduction)} ({' to '.join(map(times, row.interval))})"]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    lines += [
        "## Slots that hold something else at the end",
        "",
        "| policy | keyed draws | one stream |",
        "|---|---|---|",
    ]
    for policy in POLICIES:
        shares = (f"{at[kind, policy, 'cn'].moved:.1%}" for kind in KINDS)
        lines.append(f"| `{policy}` | {' | '.join(shares)} |")
    return "\n".join([*lines, "", *TAIL.splitlines(), ""])


HEAD = """# Luck that never leaks

Made by `python -m benchmarks.luck`, in seven minutes of processor time on two processes.

Two arms of a comparison share all the luck that both need (docs/model.md, section 8): a draw is a function of what it
is for. An ordinary agent-based model takes its draws one after the other from one stream, so one review more in one
place gives everybody after it other luck, all over the world. This page measures what that costs.

* **Keyed draws**: the fast code, policy and status quo on the same seed.
* **One stream**: the plain twin (`benchmarks/twin/`) on the same seed, every draw the next one of Mesa's `model.rng`,
  agents in Mesa's shuffled order. With keyed draws the twin holds the same option as the fast code in every slot and
  month (`python -m benchmarks.twin`), so nothing but the kind of luck differs.

{pairs} pairs of seeds, {enterprises} enterprises, default parameters, 2023-01 to 2026-07; outcomes are those of the
last month. Entries without a date (hosting localisation, the procurement ban, the cut-off) start in 2025-01 here, not
after the hand-over, because the twin replays history only. Until its policy acts an arm is the status quo to the bit,
under either kind of luck.

*Correlation* is that of the arms' outcomes over the seeds. *Variance reduction* is the variance of an unpaired
difference (seeds of their own in both arms: the sum of the arms' variances) over that of the paired difference: how
many times fewer runs show the same effect with the same precision. 1 means that pairing is worth nothing. In brackets:
95 percent bootstrap interval over pairs. Effects in points, ± one standard error.

![Variance reduction by policy, keyed draws against one stream](img/luck.png)"""
TABLE = (
    "| policy | keyed: effect | correlation | variance reduction | stream: effect | correlation | variance reduction |",
    "|---|---|---|---|---|---|---|",
)
TAIL = """Share of the slots filled in either arm of a pair that hold another release or channel, or none, in the other.
With keyed draws a slot moves because the policy reaches it, directly or through the market (the ecosystem stock,
adopters nearby). With one stream nearly all of them move, whatever the policy.

**What is shared, and what is not.** Keyed luck shares the draws, not their consequences: a slot that chooses another
lab changes what comes after for itself and, through shares, for others. So the arms of a far-reaching policy drift
apart as well, and pairing is worth less the more of the market a policy moves. Exact claims (nothing differs before a
policy starts; an option that nobody may choose changes no bit): tests/oracles/test_luck.py,
tests/sim/test_determinism.py.

The population and its tastes are the same in all runs of this page, as they are by default (`population_seed`)."""
SHADES = {"keyed": "#0072B2", "stream": "#6b6b6b"}


def draw(rows: list[Row], pairs: int, enterprises: int, path: Path) -> None:
    """Draw the variance reductions, one panel a measure."""
    from experiments.figures.frames import Scene
    from experiments.figures.sheet import Sheet
    from experiments.figures.style import house

    worth = {kind: float(np.median([row.reduction for row in rows if row.kind == kind])) for kind in KINDS}
    title = "Pairing saves {keyed:.0f} times the runs with keyed luck, {stream:.1f} times with one stream"
    title = title.format(**worth)
    scene = Scene("five policies", pairs, "benchmarks.luck", __version__, 0, 42)
    text = f"Variance of unpaired over paired differences (title: medians); 95 % bootstrap; {enterprises} enterprises"
    with house():
        sheet = Sheet(2.5, title, text, scene, band=False)
        panels = sheet.axes(1, 2, left=1.32, right=0.2, gap=(0.2, 0), panel_titles=True)
        for axes, (measure, words) in zip(panels, MEASURES.items(), strict=True):
            _panel(axes, [row for row in rows if row.measure == measure], axes is panels[0])
            axes.set_title(f"{words[0].upper()}{words[1:]}")
        path.parent.mkdir(parents=True, exist_ok=True)
        sheet.figure.savefig(path, metadata={"Software": None, "Title": title})


def _panel(axes: Axes, rows: list[Row], first: bool) -> None:
    axes.set(xscale="log", ylim=(-len(POLICIES) + 0.4, 0.6))
    axes.axvline(1.0, color="#222222", lw=0.6)
    for row in rows:
        y = -POLICIES.index(row.policy) + (0.15 if row.kind == "keyed" else -0.15)
        axes.plot(row.interval, (y, y), color=SHADES[row.kind], lw=1.1)
        axes.plot([row.reduction], [y], "o", ms=3.6, color=SHADES[row.kind])
    axes.set_yticks(range(-len(POLICIES) + 1, 1), POLICIES[::-1] if first else [""] * len(POLICIES))
    ticks = 10.0 ** np.arange(5)
    axes.set_xticks(ticks, [f"x {tick:,.0f}" for tick in ticks])
    axes.set_xlim(0.3, 30_000)
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    for height, (kind, words) in zip((0.14, 0.05), KINDS.items() if first else (), strict=False):
        axes.text(0.99, height, words, transform=axes.transAxes, ha="right", size=6.2, color=SHADES[kind])


def main(arguments: list[str] | None = None) -> int:
    """Measure, write the page and its figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.luck", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"paired seeds, at least 3 (default {PAIRS})")
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder of the page")
    given = parser.parse_args(arguments)
    if given.pairs < 3:
        parser.error("--pairs: at least 3")
    rows = list(rows_of(run_all(given.pairs, given.enterprises), given.pairs))
    draw(rows, given.pairs, given.enterprises, given.docs / "img" / "luck.png")
    (given.docs / "luck.md").write_text(page(rows, given.pairs, given.enterprises), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
