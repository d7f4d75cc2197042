"""`python -m benchmarks.twin`: agreement of the plain twin with the fast code, its time, and where the time goes."""

from __future__ import annotations

import argparse
import sys

from benchmarks.twin.agreement import compare
from benchmarks.twin.market import PlainMarket
from benchmarks.twin.timing import clock, profile, seconds
from sim.errors import InputError
from sim.model import MarketModel
from sim.scenario import Scenario

PROFILED = 2_000
"""Most enterprises under the profiler."""
IDLE_TARGET = 2.0
"""Microseconds per enterprise-month in which there is nothing to review."""


def main(arguments: list[str] | None = None) -> int:
    """Compare, time and profile; return 0 if nothing differs, 1 if something does, 2 on bad input."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.twin", description=__doc__)
    parser.add_argument("--enterprises", type=int, default=2_000, help="number of enterprises, for example 20000")
    parser.add_argument("--horizon", default=None, help="last month, YYYY-MM (default: the end of the history)")
    parser.add_argument("--policy", default="status_quo")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    try:
        scenario, small = (
            Scenario.load(given.policy, enterprises=size, horizon=given.horizon)
            for size in (given.enterprises, min(given.enterprises, PROFILED))
        )
        agreement = compare(scenario, given.seed)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print("agreement:", agreement)
    report_time(scenario, given.seed)
    print(f"profile of the twin at {small.enterprises:,} enterprises:\n{profile(small, seed=given.seed)}")
    return 0 if agreement.holds else 1


def report_time(scenario: Scenario, seed: int) -> None:
    """Print the times of both implementations (medians) and the twin's cost of an enterprise-month (its best run)."""
    repeats = 3 if scenario.enterprises <= PROFILED else 1
    fast, plain = (seconds(kind, scenario, repeats, seed) for kind in (MarketModel, PlainMarket))
    found = min((clock(scenario, seed) for _ in range(repeats)), key=lambda each: each.seconds)
    verdict = "met" if found.idle_microseconds <= IDLE_TARGET else "MISSED"
    print(
        f"time at {scenario.enterprises:,} enterprises: twin {plain:.2f} s, fast {fast:.2f} s (x {plain / fast:.1f}; "
        "fast also keeps all records)\n"
        f"an enterprise-month without review: {found.idle_microseconds:.2f} us ({found.idle_months:,} of them), "
        f"{found.shared_microseconds:.2f} us of it done for all at once; target {IDLE_TARGET:g} us: {verdict}\n"
        f"an enterprise-month with review: {found.busy_microseconds:.0f} us ({found.busy_months:,} of them)"
    )


if __name__ == "__main__":
    sys.exit(main())
