"""One table of all measurements, on the screen and as docs/speed.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from importlib import metadata
from statistics import median
from typing import Any

from benchmarks.plan import (
    FLOOR_TIMES,
    FUTURE_SECONDS,
    HELP_SECONDS,
    RUN_MEGABYTES,
    RUN_SECONDS,
    TWIN_SIZE,
    TWIN_TIMES,
    Case,
    Plan,
)
from benchmarks.probe import ask, time_help

LIBRARIES = ("numpy", "scipy", "pandas", "mesa")
FUTURE_HORIZON = "2030-12"
HEADINGS = ("what", "median", "min to max", "CPU", "peak MB", "target")


@dataclass(frozen=True)
class Row:
    """One line of the table, as text."""

    what: str
    figure: str = ""
    spread: str = ""
    cpu: str = ""
    megabytes: str = ""
    target: str = ""


def measure(plan: Plan) -> Iterator[Row]:
    """Measure everything of a plan, a row at a time."""
    yield from default_rows(plan.default)
    yield timed("`opengambit --help`", time_help(plan.help_repeats), target=HELP_SECONDS)
    for case in (*plan.scale, *plan.expected):
        yield scale_row(case, ask("runs", case))
    yield from phase_rows(plan.phases)
    for case in plan.horizons:
        yield future_row(case)
    yield future_row(plan.future)
    yield from phase_rows(plan.future)
    yield from frame_rows(plan.frames)
    for case in plan.floors:
        yield floor_row(case)
    for case in plan.twins:
        yield twin_row(case)
    if plan.many is not None:
        yield many_row(plan.many)


def future_row(case: Case) -> Row:
    """Return the time of a run to a horizon, against its target where it has one."""
    found = ask("runs", case)
    target = FUTURE_SECONDS.get(case.strategy) if case.horizon == FUTURE_HORIZON else None
    what = f"to {case.horizon}, {described(case, found['months'])}"
    return timed(f"{what}, {case.strategy}", found["seconds"], found["cpu"], target)


def floor_row(case: Case) -> Row:
    """Return a run's time over the least that its work must take."""
    found = ask("floors", case)
    work = (
        f"{found['randoms']:.3g} random values, {found['exponentials']:.3g} exponentials, {found['traffic']:.3g} bytes"
    )
    goal = verdict(found["seconds"] / found["floor"], FLOOR_TIMES, "times") if case.enterprises >= TWIN_SIZE else ""
    times = f"{seconds(found['seconds'])} over a floor of {seconds(found['floor'])}"
    what = f"{case.enterprises:,} enterprises: {times} ({work})"
    return Row(what, f"{found['seconds'] / found['floor']:.2g} times", target=goal)


def twin_row(case: Case) -> Row:
    """Return the time of the plain twin over that of the fast code."""
    found = ask("twins", case)
    times = found["twin"] / found["fast"]
    goal = "" if case.enterprises < TWIN_SIZE else f"{TWIN_TIMES:g} times: {'met' if times >= TWIN_TIMES else 'MISSED'}"
    what = f"{case.enterprises:,} enterprises: plain twin {seconds(found['twin'])}, fast {seconds(found['fast'])}"
    return Row(what, f"{times:.3g} times", target=goal)


def many_row(case: Case) -> Row:
    """Return what many small runs in one process leave behind."""
    found = ask("runs", case)
    grown = found["megabytes_all"] - found["megabytes"]
    return Row(f"{case.repeats + 1} small runs in one process, above the first", megabytes=f"{grown:.0f}")


def default_rows(case: Case) -> Iterator[Row]:
    """Yield time and memory of the default run against the targets."""
    found = ask("runs", case)
    yield timed(f"default run, {described(case, found['months'])}", found["seconds"], found["cpu"], RUN_SECONDS)
    yield Row(
        "the same, first run of a process",
        seconds(found["first"]),
        megabytes=f"{found['megabytes']:.0f}",
        target=verdict(found["megabytes"], RUN_MEGABYTES, "MB"),
    )
    number = case.repeats + 1
    yield Row(f"the same, {number} runs in one process", megabytes=f"{found['megabytes_all']:.0f}")


def scale_row(case: Case, found: dict[str, Any]) -> Row:
    """Return the time per enterprise-month of one size."""
    per = [1e6 * value / (case.enterprises * found["months"]) for value in found["seconds"]]
    what = f"{described(case, found['months'])}: {seconds(median(found['seconds']))}"
    figure, cpu = f"{median(per):.3g} µs a month", seconds(median(found["cpu"]))
    return Row(what, figure, spread(per, "µs"), cpu, f"{found['megabytes']:.0f}")


def phase_rows(case: Case) -> Iterator[Row]:
    """Yield the time of each phase of the default run, summed over its months."""
    found = ask("phases", case)
    whole = sum(median(values) for values in found.values())
    for phase, values in found.items():
        share = median(values) / whole
        when = f" to {case.horizon}" if case.horizon else ""
        yield Row(f"phase {phase}, {share:.0%} of the run{when}", seconds(median(values)), spread(values))


def frame_rows(case: Case) -> Iterator[Row]:
    """Yield the time to compute all measures and all instruments of a default run, the slowest by name."""
    for kind, rounds in ask("frames", case).items():
        totals = [sum(found.values()) for found in rounds]
        worst = max(rounds[0], key=lambda name: median(found[name] for found in rounds))
        part = seconds(median(found[worst] for found in rounds))
        yield timed(f"all {len(rounds[0])} {kind} (slowest: {worst}, {part})", totals)


def timed(what: str, values: Sequence[float], cpu: Sequence[float] = (), target: float | None = None) -> Row:
    """Return a row of wall times, with the CPU times beside them where they are known."""
    middle = median(values)
    met = "" if target is None else verdict(middle, target, "s")
    return Row(what, seconds(middle), spread(values), seconds(median(cpu)) if cpu else "", target=met)


def verdict(value: float, limit: float, unit: str) -> str:
    """Say whether a figure stays within its limit."""
    return f"{limit:g} {unit}: {'met' if value <= limit else 'MISSED'}"


def described(case: Case, months: int) -> str:
    """Say what a case is."""
    mode = "" if case.choice == "sampled" else f" {case.choice},"
    return f"{case.enterprises:,} enterprises,{mode} {months} months"


def seconds(value: float) -> str:
    """Return a time as text, three digits."""
    return f"{1e3 * value:.3g} ms" if value < 0.9995 else f"{value:.3g} s"


def spread(values: Sequence[float], unit: str = "s") -> str:
    """Return the range of several figures, nothing for one."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    return f"{low:.3g} to {high:.3g} µs" if unit == "µs" else f"{seconds(low)} to {seconds(high)}"


def machine() -> str:
    """Describe the machine and the libraries, without names or paths."""
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    system = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    return f"{system}; Python {platform.python_version()}, {libraries}; OpenGambit {metadata.version('opengambit')}."


def markdown(rows: Iterable[Row], plan: Plan) -> str:
    """Return the results as a Markdown page."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (HEADINGS, ("---",) * len(HEADINGS), *map(astuple, rows))]
    return "\n".join(["# Speed and scale", "", "Made by `make bench` (`python -m benchmarks`).", machine(), "",
                      *lines, "", *notes(plan), ""])  # fmt: skip


def notes(plan: Plan) -> list[str]:
    """Return how the figures were taken."""
    single = [f"{case.enterprises:,} ({case.choice})" for case in (*plan.scale, *plan.expected) if not case.repeats]
    found = [
        "Wall times, scenario and set-up included, imports not; each case in a fresh process, medians after its first"
        f" run. One run alone, the first, was timed for {', '.join(single) or 'no case'}.",
        "µs a month: time per enterprise and month. Peak MB: resident memory (2^20 bytes) at the peak of the process's"
        " first run, above the process after imports.",
        "Phases are summed over the months of a run and wrapped from outside; `rest` holds invariants and Mesa.",
        "Floor: 6 ns a random value, 1 ns an exponential, 8 GB/s, counted by the code (benchmarks/floor.py). Twin: one"
        " ordinary Mesa object per enterprise (benchmarks/twin/), the same choices; it keeps no records.",
        "CPU is the median processor time of the same runs: where it is well below the wall time, the machine had other"
        " work.",
    ]
    return [f"- {paragraph}" for paragraph in found]


def plain(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table for a screen."""
    cells = [HEADINGS, *map(astuple, rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(HEADINGS))]
    for row in cells:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
