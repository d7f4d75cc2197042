"""The live display of a study: done, failed, runs per second, time left; on stderr, and only on a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.studies.plan import Row
    from experiments.studies.recording import Failure

TOLD = 5
"""Failures that are told one by one as they happen."""


class Meter:
    """Counts runs and shows them.

    Args:
        total: runs of the study.
        there: runs that are there already.
        quiet: show nothing but failures.

    Attributes:
        done: runs that ended well in this session.
        failed: runs that failed in this session.
    """

    def __init__(self, total: int, there: int, *, quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.done = self.failed = 0
        self._began = time.perf_counter()
        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[facts]}"), TimeRemainingColumn(),
        )  # fmt: skip
        hidden = quiet or not console.is_terminal
        self._bar = Progress(*columns, console=console, transient=True, disable=hidden, speed_estimate_period=120)
        self._task: Any = self._bar.add_task("running", total=total, completed=there, facts="")

    def __enter__(self) -> Meter:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def count(self, row: Row, failure: Failure | None) -> None:
        """Count a run that has ended."""
        if failure is None:
            self.done += 1
        else:
            self.failed += 1
            self._tell(row, failure)
        ended = self.done + self.failed
        rate = ended / max(time.perf_counter() - self._began, 1e-9)
        facts = f"{rate:.2f} runs/s" + (f", {self.failed} failed" if self.failed else "")
        self._bar.update(self._task, advance=1, facts=facts)

    def say(self, text: str) -> None:
        """Write a line on stderr, above the display."""
        if self._bar.disable:
            sys.stderr.write(f"{text}\n")
        else:
            self._bar.console.print(text, markup=False, highlight=False)

    def _tell(self, row: Row, failure: Failure) -> None:
        if self.failed <= TOLD:
            first = failure.message.strip().splitlines()[0] if failure.message.strip() else ""
            what = f"run {row.row} ({row.policy}, future {row.future}, draw {row.draw}, seed {row.seed})"
            self.say(f"failed: {what}: {failure.stage}: {failure.type}: {first}")
        elif self.failed == TOLD + 1:
            self.say("more runs fail; `opengambit results STUDY` lists them")
