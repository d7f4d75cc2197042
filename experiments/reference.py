"""Writes the reference pages from the schema: ``docs/parameters.md`` and ``docs/levers.md``.

``python -m experiments.reference`` renews them; ``--check`` writes nothing and fails if one is out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.info.levers import SIGNS
from experiments.info.table import cell

if TYPE_CHECKING:
    from sim.levers import Lever
    from sim.schema import ParameterInfo

DOCS = Path(__file__).resolve().parent.parent / "docs"
MADE = "<!-- Made by `python -m experiments.reference` from the schema. Change the schema, not this file. -->"
PHASES = {
    "demand": ("Demand side", "They act from their date on, in the replay too."),
    "release": (
        "Releases",
        "`release_withheld` and `release_scheduled` act on the replay, `release_mode` there and after the hand-over, "
        "`content_review` after the hand-over only.",
    ),
    "supply": (
        "Supply side",
        "They act in the past too: as history plus the difference that the equations make. What labs choose (modes of "
        "release, budgets) answers after the hand-over only.",
    ),
}


def main(args: list[str]) -> int:
    """Write the pages, or with ``--check`` compare them; return the exit code."""
    if not DOCS.is_dir():
        sys.stderr.write("the pages are made in a checkout: there is no docs/ here\n")
        return 2
    stale = [name for name, text in pages().items() if not _is_current(name, text)]
    if "--check" in args:
        sys.stdout.write("".join(f"docs/{name} is out of date: python -m experiments.reference\n" for name in stale))
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(pages()[name], encoding="utf-8")
        sys.stdout.write(f"docs/{name} is renewed\n")
    return 0


def pages() -> dict[str, str]:
    """Return each reference page as it should be, by file name."""
    return {"parameters.md": "\n".join(_parameters()), "levers.md": "\n".join(_levers())}


def _is_current(name: str, text: str) -> bool:
    path = DOCS / name
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _parameters() -> Iterator[str]:
    from sim.parameters import catalogue

    rows = catalogue()
    assumed = sum(row.tag == "[A]" for row in rows)
    yield from ("# Parameters", "", MADE, "")
    yield (
        f"All {len(rows)} parameters, {assumed} of them assumptions. **Prior** is the range that sensitivity analysis "
        "and calibration draw from; a value outside it is accepted as long as it is **legal**. Tags: [V n] seen in "
        "source n of [model.md](model.md), [D] derived there, [L] standard literature, [A] assumption. The meaning "
        "starts with the symbol of the equations."
    )
    yield ""
    yield "Set one with `params.SECTION.NAME=VALUE` behind `opengambit run`; a file in `conf/params/` holds a set."
    for section in dict.fromkeys(row.path.split(".")[0] for row in rows):
        yield from ("", f"## {section}", "")
        yield from _table(
            ("name", "default", "unit", "prior", "legal", "tag", "meaning"),
            (_parameter(row) for row in rows if row.path.split(".")[0] == section),
        )
    yield ""


def _parameter(row: ParameterInfo) -> tuple[str, ...]:
    name = f"`{row.path.split('.', 1)[1]}`"
    prior = "-" if row.low is None and row.high is None else f"{cell(row.low)} to {cell(row.high)}"
    return name, cell(row.default), row.unit, prior, row.legal, row.tag, row.meaning


def _levers() -> Iterator[str]:
    from sim.levers import LEVERS

    yield from ("# Levers", "", MADE, "")
    yield (
        f"What a government or a lab can set: {len(LEVERS)} levers. The **expected** effect is that of *raising* the "
        "lever, other things equal, on the measure by which it is judged; it was written down with its reason before "
        "the first run. How to write an entry: [guide.md](guide.md)."
    )
    for phase, (title, text) in PHASES.items():
        yield from ("", f"## {title}", "", text)
        for lever in LEVERS.values():
            if lever.phase == phase:
                yield from _lever(lever)
    yield ""


def _lever(lever: Lever) -> Iterator[str]:
    yield from ("", f"### {lever.name}", "", f"It {lever.meaning}.", "")
    facts = {
        "value": lever.legal,
        "set by": ", ".join(lever.actors),
        "target keys": ", ".join(f"`{key}`" for key in lever.targets) or "none",
        "must name": ", ".join(f"`{key}`" for key in lever.needs),
        "may hold for a share": "yes" if lever.shares else "no, for all or nothing",
        "enters": lever.equation,
        "expected": f"{SIGNS[lever.expected_sign]} {lever.headline}; reason: {lever.reason}",
    }
    yield from (f"* {label}: {text}" for label, text in facts.items() if text)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = tuple(head)
    yield _row(titles)
    yield _row("---" for _ in titles)
    yield from (_row(row) for row in rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
