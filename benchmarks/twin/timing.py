"""Where the twin's time goes: by enterprise-month with and without review, against the fast code, and by function."""

from __future__ import annotations

import cProfile
import io
import pstats
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.twin.market import PlainMarket
from sim.model import MarketModel
from sim.running import simulate
from sim.scenario import Scenario

now = time.perf_counter_ns
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Clock:
    """Nanoseconds and enterprise-months of a run.

    Attributes:
        idle, busy: in the steps of enterprises that had nothing to review, and of those that had.
        idle_months, busy_months: how many of each.
        shared: in what is done once a month for all: draws, prices, menus, rules, stocks.
        set_up: before the first month.
    """

    idle: int = 0
    busy: int = 0
    idle_months: int = 0
    busy_months: int = 0
    shared: int = 0
    set_up: int = 0

    @property
    def seconds(self) -> float:
        """Set-up and all months."""
        return (self.idle + self.busy + self.shared + self.set_up) / 1e9

    @property
    def idle_microseconds(self) -> float:
        """Per enterprise-month without review, with its part of what is done for all."""
        return self.idle / max(self.idle_months, 1) / 1e3 + self.shared_microseconds

    @property
    def busy_microseconds(self) -> float:
        """Per enterprise-month with review, with its part of what is done for all."""
        return self.busy / max(self.busy_months, 1) / 1e3 + self.shared_microseconds

    @property
    def shared_microseconds(self) -> float:
        """What is done for all, per enterprise-month."""
        return self.shared / max(self.idle_months + self.busy_months, 1) / 1e3


def clock(scenario: Scenario, seed: int = 1) -> Clock:
    """Run the twin with a clock around the step of every enterprise (some .1 us each, which counts as theirs)."""
    found = Clock()
    began = now()
    model = PlainMarket(scenario, seed)
    found.set_up = now() - began
    for _ in range(model.n_months):
        began = now()
        model.open_month()
        found.shared += now() - began
        for enterprise in model.enterprises:
            began = now()
            enterprise.step()
            spent = now() - began
            if enterprise.chose:
                found.busy += spent
                found.busy_months += 1
            else:
                found.idle += spent
                found.idle_months += 1
        began = now()
        model.close_month()
        found.shared += now() - began
    model.close()
    return found


def seconds(kind: type[PlainMarket] | type[MarketModel], scenario: Scenario, repeats: int = 3, seed: int = 1) -> float:
    """Return the median time of a run, set-up included, after a warm-up on a month of it."""
    simulate(Scenario.load(enterprises=60, horizon="2023-01"))
    spent = []
    for _ in range(repeats):
        began = time.perf_counter()
        model = kind(scenario, rng=seed)
        while model.t < model.n_months:
            model.step()
        model.close()
        spent.append(time.perf_counter() - began)
    return median(spent)


def profile(scenario: Scenario, top: int = 12, seed: int = 1) -> str:
    """Return the functions in which the twin spends most time, as a table of cProfile (which slows calls down)."""
    model = PlainMarket(scenario, seed)
    watch = cProfile.Profile()
    watch.enable()
    while model.t < model.n_months:
        model.step()
    watch.disable()
    model.close()
    statistics = pstats.Stats(watch, stream=io.StringIO())
    whole = sum(row[2] for row in statistics.stats.values())  # type: ignore[attr-defined]
    rows = sorted(statistics.stats.items(), key=lambda item: -item[1][2])[:top]  # type: ignore[attr-defined]
    lines = [f"{'own time':>9} {'share':>6} {'calls':>10}  function"]
    for (file, line, name), (_, calls, own, _, _) in rows:
        lines.append(f"{own:8.2f}s {own / whole:6.0%} {calls:10,}  {_place(file, line)}{name}")
    return "\n".join(lines)


def _place(file: str, line: int) -> str:
    path = Path(file)
    if ROOT in path.parents:
        return f"{path.relative_to(ROOT).as_posix()}:{line} "
    return "" if file == "~" else f"{path.name}:{line} "
