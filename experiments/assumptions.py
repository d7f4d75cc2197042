"""A screening of the assumptions: which parameters move the headline measures of the status quo, one at a time.

``python -m experiments.assumptions`` runs each parameter at the low and at the high end of its range on the same
seeds, and writes docs/assumptions.md and the table that memos read. The runs lie in ``--outputs FOLDER``: the same
command does what is missing. ``--quick`` tries three parameters in a short small world and writes beside its runs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.assumptions_design import Screening, published, quick
from experiments.reference import DOCS

if TYPE_CHECKING:
    from experiments.studies.execution import Execution
    from experiments.studies.store import Study

PAGE, TABLE = "assumptions.md", "assumptions.csv"
MEMO = Path(__file__).resolve().parent / "memo"


def main(args: list[str]) -> int:
    """Run what is missing of the screening and write its page and table; return the exit code."""
    import argparse

    from sim.errors import InputError

    parser = argparse.ArgumentParser(prog="python -m experiments.assumptions", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three parameters; docs/ and the shipped table stay")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="folder of the runs (default: outputs)")
    given = parser.parse_args(args)
    if not given.quick and not DOCS.is_dir():
        sys.stderr.write("the page is made in a checkout: there is no docs/ here\n")
        return 2
    try:
        return screen(quick(), given.outputs) if given.quick else screen(published(), given.outputs, DOCS, MEMO)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def screen(
    screening: Screening,
    outputs: Path,
    docs: Path | None = None,
    memo: Path | None = None,
    execution: Execution | None = None,
) -> int:
    """Run what is missing of a screening; once nothing is, write its page and its table.

    Args:
        screening: what is screened.
        outputs: folder of the runs.
        docs, memo: folders of the page and of the table (default: that of the runs).
        execution: how; default: one process a core.

    Returns:
        0, or 1 where runs failed, 130 after an interruption; a failed run leaves its pair out.

    Raises:
        InputError: what the study refuses.
    """
    from experiments.studies.conduct import conduct, summary
    from experiments.studies.execution import Execution
    from experiments.studies.plan import Plan
    from experiments.studies.store import Study

    report = conduct(Plan.of(screening.request), outputs, execution or Execution(), quiet=not sys.stderr.isatty())
    sys.stdout.write(f"{summary(report)}\nstudy: {report.folder}\n")
    if report.missing:
        return report.code
    study = Study.open(report.folder)
    for path, text in texts(study, screening, docs or report.folder, memo or report.folder).items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.name} is renewed\n")
    return report.code


def texts(study: Study, screening: Screening, docs: Path, memo: Path) -> dict[Path, str]:
    """Return the files of a finished screening: path to text. The same runs give the same bytes."""
    from experiments.assumptions_effects import effects, table
    from experiments.assumptions_page import page

    found = effects(study, screening)
    facts = {"code": study.plan["code"][:12], "data": study.plan["data"][:12], "date": date_of(study.folder)}
    facts |= {"runs": str(study.plan["runs"]), "failed": str(len(study.failed))}
    return {docs / PAGE: page(found, screening, facts), memo / TABLE: table(found, screening.months[-1])}


def date_of(folder: Path) -> str:
    """Return the day (UTC) on which the last run of a study was made, YYYY-MM-DD; empty if its log is gone."""
    log = folder / "log" / "sessions.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    days = [session["ended"][:10] for line in lines if (session := json.loads(line))["done"] or session["reused"]]
    return max(days, default="")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
