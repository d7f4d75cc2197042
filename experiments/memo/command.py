"""The verb ``memo``: a draft of a strategy memo from a comparison."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from experiments.memo.material import Material

FORMATS = ("md", "html", "docx", "pdf")
NUMBERS = "numbers.csv"
FOLDER = "memo"


def main(args: list[str]) -> int:
    """Write the memo of a study; return the exit code.

    Raises:
        InputError: no such study, one without a comparison, an unknown format, a format whose extra is missing, or a
            folder that can't be written. Nothing was written then.
    """
    wanted = _parser().parse_args(args)
    formats = _formats(wanted.format)
    from experiments.memo.extras import need

    problems = []
    for name in formats:
        try:
            need(name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    from experiments.memo.material import Material, comparison_study

    comparison_study(wanted.study)
    _say(wanted, "reading the study and its contrasts")
    material = Material.of(wanted.study)
    made = make(material, wanted.out or material.study.folder / FOLDER, formats, wanted)
    sys.stdout.write("".join(f"{path}\n" for path in made))
    return 0


def make(
    material: Material, folder: Path, formats: tuple[str, ...], wanted: argparse.Namespace
) -> list[Path]:  # fmt: skip
    """Write the memo in its formats, its figures, and the ledger of its numbers; return the files.

    Raises:
        InputError: if the folder can't be written.
    """
    from experiments.folders import write_bytes
    from experiments.memo.document import memo
    from experiments.memo.write import write

    try:
        folder.mkdir(parents=True, exist_ok=True)
        _say(wanted, "drawing the figures")
        document = memo(material, folder / "figures", title=wanted.title or "", question=wanted.question or "")
        _say(wanted, f"writing {', '.join(formats)}")
        made = write(document, folder, formats)
        table = material.ledger.frame()
        write_bytes(folder / NUMBERS, table.to_csv(index=False, float_format="%.9g", lineterminator="\n").encode())
    except OSError as error:
        legal = "a folder that can be written: --out memo"
        raise InputError(Problem("--out", str(folder), f"can't be written ({error.strerror})", legal)) from error
    return [*made, folder / NUMBERS]


def _say(wanted: argparse.Namespace, text: str) -> None:
    if not wanted.quiet:
        sys.stderr.write(f"memo: {text} ...\n")


def _formats(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip().lower().lstrip(".") for part in text.split(",") if part.strip()))
    legal = f"{', '.join(FORMATS)}, or several with commas"
    problems = [
        Problem("--format", name, "a memo is not written in this format", legal, nearest(name, FORMATS))
        for name in names or ("",)
        if name not in FORMATS
    ]
    if problems:
        raise InputError(problems)
    return names


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="opengambit memo", description="Write a draft of a strategy memo from a comparison.",
        epilog="Example: opengambit memo outputs/latest --format md,html",
    )  # fmt: skip
    parser.add_argument("study", type=Path, help="the folder of a comparison, or outputs/latest")
    parser.add_argument("--format", default=",".join(FORMATS), help="md, html, docx, pdf, or several (default: all)")
    parser.add_argument("--out", type=Path, help="folder (default: memo/ in the study)")
    parser.add_argument("--title", help="instead of the title that the policies give")
    parser.add_argument("--question", help="instead of the question that the policies ask")
    parser.add_argument("--quiet", "-q", action="store_true", help="no progress")
    return parser
