"""The verb ``run``: simulate one scenario for one or more seeds, and leave a study folder with tables and figures.

The folder is named by its plan (scenario, seeds, code and data of the model). It is written under a hidden name and
renamed when it is whole, so that an interrupted run leaves nothing; the same command finds it again.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from experiments.compose import RunRequest
    from experiments.figures.frames import Event, Scene, Tables
    from experiments.provenance import Provenance
    from experiments.store import Recorded, Study
    from sim.entries import Entry
    from sim.scenario import Scenario

Simulate = Callable[["Scenario", int, Callable[[int, int], None] | None], "Recorded"]
Advance = Callable[[int, int, int], None]
FLAGS = {"--quiet", "-q", "--force", "--story"}


def main(args: list[str]) -> int:
    """Run what the overrides say and print the result; return the exit code.

    Args:
        args: overrides as `experiments.compose` reads them, and ``--force`` (run again although the study is there),
            ``--quiet`` (no progress bar, no tables) and ``--story`` (the dated events of the first seed).

    Raises:
        InputError: if something about the input or the output folder is wrong; nothing was written then.
    """
    from experiments.compose import compose_run

    flags = FLAGS.intersection(args)
    request = compose_run([arg for arg in args if arg not in FLAGS])
    quiet = bool(flags & {"--quiet", "-q"})
    folder, seconds = execute(request, force="--force" in flags, quiet=quiet)
    _report(folder, seconds, request, quiet=quiet)
    if "--story" in flags:
        _tell(folder, request)
    return 0


def execute(
    request: RunRequest, *, force: bool = False, quiet: bool = True, simulate: Simulate | None = None
) -> tuple[Path, float | None]:
    """Make the study of a request, or find it.

    Args:
        request: scenario, seeds, name and output folder.
        force: run again although the study is there.
        quiet: no progress bar.
        simulate: what makes a run (default: `sim.running.simulate`).

    Returns:
        The study folder, and the seconds it took; None if it was there.

    Raises:
        InputError: if the output folder can't be written to.
    """
    from experiments.folders import hidden_folder, point_latest
    from experiments.store import is_complete, write_manifest

    provenance = provenance_of(request)
    outputs = Path(request.outputs)
    folder = outputs / f"run-{slug(request.name)}" / provenance.plan
    check_writable(folder.parent)
    began = time.perf_counter()
    if is_complete(folder, provenance.plan) and not force:
        point_latest(outputs, folder)
        return folder, None
    with hidden_folder(folder) as partial:
        with _progress(len(request.seeds), quiet) as advance:
            record(request, provenance, partial, advance, simulate or _simulate())
        write_manifest(partial, provenance)
        draw(partial, request.scenario, provenance)
        write_manifest(partial, provenance)
    point_latest(outputs, folder)
    return folder, time.perf_counter() - began


def record(request: RunRequest, provenance: Provenance, folder: Path, advance: Advance, simulate: Simulate) -> None:
    """Simulate the seeds one after the other and write the tables.

    Args:
        request: scenario and seeds.
        provenance: what the tables carry.
        folder: where the tables go.
        advance: called with (number of the seed, months done, months in all).
        simulate: what makes a run.
    """
    from experiments.store import StudyWriter

    writer = StudyWriter(folder, provenance)
    try:
        for number, seed in enumerate(request.seeds):
            began = time.perf_counter()
            run = simulate(request.scenario, seed, lambda done, total, n=number: advance(n, done, total))  # type: ignore[misc]
            writer.add(run, time.perf_counter() - began)
    except BaseException:
        writer.abort()
        raise
    writer.close()


def draw(folder: Path, scenario: Scenario, provenance: Provenance) -> dict[str, str]:
    """Draw the default figures of a recorded study; return the families left out, with what they lack."""
    from experiments.figures import draw_all
    from experiments.store import Study

    study = Study(folder)
    tables = study_tables(study, real=scenario.roster is None)
    scene = scene_of(tables.bands, scenario, provenance, tables.events, made_on(study))
    _, missing = draw_all(tables, scene, folder, provenance.stamp())
    return missing


def study_tables(study: Study, *, real: bool = True) -> Tables:
    """Return what figures and screen tables read; without the real series where a world of its own has none."""
    from experiments.figures.frames import Tables
    from experiments.reality import matches, observations

    seen = observations() if real else observations().iloc[:0]
    return Tables(study.table("bands"), study.table("instrument_bands"), seen, matches(), study.table("events"))


def made_on(study: Study) -> str:
    """Return the day on which the runs were made, YYYY-MM-DD, from the log of the study; empty if it is gone."""
    path = study.folder / "log" / "times.json"
    return str(json.loads(path.read_text(encoding="utf-8")).get("finished", ""))[:10] if path.is_file() else ""


def scene_of(
    bands: pd.DataFrame, scenario: Scenario, provenance: Provenance, events: pd.DataFrame | None = None, made: str = ""
) -> Scene:
    """Return what every figure of the study says about itself.

    Args:
        bands: of the study.
        scenario, provenance: what was run.
        events: the log, which marks the projection.
        made: day on which the runs were made, YYYY-MM-DD.
    """
    from experiments.figures.frames import Scene
    from experiments.story import marks
    from sim.calendar import month_index

    months = [month_index(text) for text in bands["month"].astype(str).unique()]
    until = scenario.history_until if scenario.history_until < max(months) else None
    known, seeds = events_of(scenario), len(provenance.seeds)
    told = () if events is None else marks(events, until, seeds)
    levers = {event.month for event in known if event.kind == "lever"}
    return Scene(
        scenario=short_name(provenance.scenario), seeds=seeds, run=provenance.plan, version=provenance.version,
        first=min(months), last=max(months), handover=until if scenario.roster is None else None,
        events=(*known, *(mark for mark in told if mark.kind != "policy" or mark.month not in levers)),
        labs=labs_of(scenario), made=made,
    )  # fmt: skip


def labs_of(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Return name and bloc of the labs of a world of its own; nothing for that of the data."""
    if scenario.roster is None:
        return ()
    blocs = {entry.code: entry.bloc for entry in scenario.roster.regions}
    return tuple((lab.name, blocs[lab.home]) for lab in scenario.roster.labs)


def short_name(scenario: str) -> str:
    """Return the name without the real world below, if anything lies on it."""
    from sim.policy import BASE

    return scenario.removeprefix(f"{BASE}+")


def events_of(scenario: Scenario) -> tuple[Event, ...]:
    """Return the dated marks: known events up to the hand-over, and the levers that the user set."""
    from experiments.figures.events import known_events, lever_events
    from sim.policy import BASE

    until = scenario.history_until
    own = [entry for entry in scenario.policy.entries if entry.origin != BASE]
    withheld = [
        name for entry in own if entry.lever == "release_withheld" for _, names in entry.target.items for name in names
    ]
    marks = lever_events((e.first_month(until), e.label or lever_label(e)) for e in own)
    real = known_events(withheld) if scenario.roster is None else ()
    return (*(event for event in real if event.month <= until), *marks)


def lever_label(entry: Entry) -> str:
    """Return few words for an entry that has no label of its own."""
    names = [name for _, names in entry.target.items for name in names]
    if entry.lever == "release_withheld" and names:
        return f"no {names[0]}" + (f" (+{len(names) - 1})" if len(names) > 1 else "")
    return f"{entry.actor}: {entry.lever.replace('_', ' ')}"


def provenance_of(request: RunRequest) -> Provenance:
    """Gather what will make the study."""
    from experiments.provenance import collect

    scenario = request.scenario
    return collect(
        command=request.command, name=request.name, scenario=scenario.name, scenario_digest=scenario.digest(),
        config=scenario.canonical(), seeds=request.seeds, record=str(request.settings.get("record", "series")),
    )  # fmt: skip


def slug(name: str) -> str:
    """Return a name that any file system takes, 60 characters at most."""
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip("-.")[:60] or "unnamed"


def check_writable(folder: Path) -> None:
    """Make the folder and try to write into it.

    Raises:
        InputError: if that fails.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, trial = tempfile.mkstemp(prefix=".trial.", dir=folder)
        os.close(handle)
        Path(trial).unlink()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        legal = "a folder that you may write to, for example outputs=my_studies"
        raise InputError(
            Problem(where="outputs", key=str(folder), message=f"can't be written to ({reason})", legal=legal)
        ) from error


def _simulate() -> Simulate:
    from sim.running import simulate

    return simulate


@contextmanager
def _progress(seeds: int, quiet: bool) -> Iterator[Advance]:
    """Show a progress bar on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    percent = TextColumn("{task.percentage:>3.0f} %")
    columns = (TextColumn("{task.description}"), BarColumn(), percent, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("simulating", total=None)

        def advance(number: int, done: int, total: int) -> None:
            label = "simulating" if seeds == 1 else f"simulating seed {number + 1} of {seeds}"
            bar.update(task, description=label, completed=number * total + done, total=seeds * total)

        yield advance


def _report(folder: Path, seconds: float | None, request: RunRequest, *, quiet: bool) -> None:
    """Print the result tables and where things are."""
    from rich.console import Console

    from experiments.store import Study

    console = Console(soft_wrap=True, highlight=False)
    study = Study(folder)
    if not quiet:
        for table in _screen(study, len(request.seeds), real=request.scenario.roster is None):
            console.print(table, "")
    _say_where(console, study, seconds, Path(request.outputs))
    if not quiet:
        for note in request.scenario.notes:
            console.print(f"note: {note}", markup=False, style="dim")


def _tell(folder: Path, request: RunRequest) -> None:
    """Print the dated lines of the first seed."""
    from experiments.store import Study
    from experiments.story import lines

    events = Study(folder).table("events")
    scenario = request.scenario
    replayed = scenario.roster is None and scenario.history_until < scenario.horizon
    handover = scenario.history_until if replayed else None
    mine = events[events["seed"] == request.seeds[0]]
    sys.stdout.write("".join(f"{line}\n" for line in lines(mine, handover)))


def _screen(study: Study, seeds: int, *, real: bool) -> Sequence[Any]:
    from experiments.reality import YEAR, compare, yearly
    from experiments.tables import summary
    from sim.measures import MEASURES

    tables = study_tables(study, real=real)
    compared = yearly(compare(tables.instruments, tables.observations, tables.matches))
    return summary(tables, compared, seeds, YEAR, MEASURES["token_share"].denominator)


def _say_where(console: Console, study: Study, seconds: float | None, outputs: Path) -> None:
    pictures = sum(entry["path"].endswith(".png") for entry in study.manifest["files"])
    state = "found, not run again (--force runs it again)" if seconds is None else f"made in {seconds:.1f} s"
    lines = (
        ("study", f"{study.folder}  {state}"),
        ("figures", f"{outputs / 'latest' / 'adoption.png'}, and {pictures - 1} more in figures/ beside it"),
        ("tables", "tables/bands.csv for a spreadsheet, tables/*.parquet for everything"),
        ("origin", f"opengambit show {outputs / 'latest'}"),
    )
    for label, text in lines:
        console.print(f"{label:8} {text}", markup=False, style=None)


if __name__ == "__main__":
    from experiments.cli import main as command

    sys.exit(command(["run", *sys.argv[1:]]))
