"""Makes ``docs/questions.md``: the questions of `questions_asked`, each with its command, its figure and its answer.

``python -m experiments.pages.questions`` runs what is missing into ``outputs/questions`` (about half an hour on two
cores the first time) and writes the page and its images. ``--only NAME`` renews one of them.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.pages.image import shrink
from experiments.pages.questions_asked import QUESTIONS, Question
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from experiments.memo.material import Material
    from experiments.studies.store import Study

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
OUTPUTS = Path("outputs") / "questions"
PLACE = "img/questions"
HEAD = """\
# I want to know ...

Questions that memos ask, each with the one command that answers it, the figure or table of its answer, and the answer
in words. Every answer is conditional on the model and its assumptions; a direction is claimed only where the 95 percent
interval of the paired differences leaves out zero. `opengambit memo outputs/latest` after a `compare` writes the memo.
The figure of an answer is made by `opengambit figure outputs/latest FAMILY`; families are in the [gallery](gallery.md).

The whole page is made by `python -m experiments.pages.questions`.
"""


def main(args: Sequence[str] | None = None) -> int:
    """Run what is missing, and write the page; return the exit code."""
    wanted = _parser().parse_args(args)
    chosen = _chosen(wanted.only)
    for question in chosen:
        sys.stderr.write(f"{question.name}: opengambit {question.command}\n")
        _image(question, _study(question))
    _write()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m experiments.pages.questions", description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="name of a question, several times for several")
    return parser


def _chosen(names: Sequence[str]) -> list[Question]:
    known = {question.name: question for question in QUESTIONS}
    problems = [
        Problem("--only", name, "there is no such question", ", ".join(known), nearest(name, known))
        for name in names
        if name not in known
    ]
    if problems:
        raise InputError(problems)
    return [known[name] for name in names] or list(QUESTIONS)


def _study(question: Question, *, quiet: bool = False) -> Study:
    """Return the study that answers a question; runs that are there are not made again."""
    from experiments.cli import main as command
    from experiments.studies.store import Study

    words = [*shlex.split(question.command), f"outputs={OUTPUTS}", f"name={question.name}", "--no-figures", "--quiet"]
    if command(words):
        raise RuntimeError(f"the command of {question.name} failed")
    return Study.open(OUTPUTS / "latest")


def _image(question: Question, study: Study) -> Path:
    """Draw the figure of an answer, and put it beside the page."""
    from experiments.cli import main as command

    folder = OUTPUTS / "figures" / question.name
    words = [*shlex.split(question.options), "--format", "png", "--out", str(folder)]
    if command(["figure", str(study.folder), question.family, *words]):
        raise RuntimeError(f"the figure of {question.name} failed")
    made = sorted(folder.glob("*.png"))
    return shrink(made[0], DOCS / PLACE / f"{question.name}.png")


def _write() -> None:
    """Write the page from the studies that are there."""
    from experiments.folders import write_bytes

    lines = [HEAD, *_contents()]
    for group in dict.fromkeys(question.group for question in QUESTIONS):
        lines.append(f"## {group}\n")
        for question in (question for question in QUESTIONS if question.group == group):
            lines += _section(question)
    write_bytes(DOCS / "questions.md", ("\n".join(lines).rstrip() + "\n").encode())


def _contents() -> Iterator[str]:
    yield "".join(f"* [{question.wish}](#{question.name})\n" for question in QUESTIONS)


def _section(question: Question) -> Iterator[str]:
    study = _study(question, quiet=True)
    yield f'### <a id="{question.name}"></a>I want to know {question.wish}\n'
    yield f"```sh\nopengambit {question.command}\nopengambit figure outputs/latest {_figure(question)}\n```\n"
    yield f"![{question.wish}]({PLACE}/{question.name}.png)\n"
    yield "\n".join(answer(question, study)) + "\n"
    if question.note:
        yield f"{question.note}\n"


def _figure(question: Question) -> str:
    return f"{question.family} {question.options}".strip()


def answer(question: Question, study: Study) -> list[str]:
    """Return the answer as sentences, from the contrasts; of a sweep as a table of its levels."""
    if question.command.startswith("sweep"):
        from experiments.pages.levels import table

        return table(study, question)
    from experiments.memo.lead import certainty, direction
    from experiments.memo.material import Material

    material = Material.of(study.folder)
    more = _more(question, material)
    return [f"{direction(material)} {certainty(material)}", *([""] * bool(more)), *(f"* {item}" for item in more)]


def _more(question: Question, material: Material) -> list[str]:
    """Return what the question asks beside the headline: who gains, through what, in which future, when."""
    from experiments.memo import change, drivers
    from experiments.memo.lead import reason

    spec, found = material.spec, []
    found += drivers.sides(material) if question.family == "winners" else []
    found += [reason(material)] if spec.held or spec.parts else []
    found += change.futures(material) if len(material.futures) > 1 else []
    found += change.assumptions(material) if material.draws else []
    found += change.thresholds(material)
    found += change.regret(material) if question.family == "regret" else []
    return found + (_replies(material) if spec.game else [])


def _replies(material: Material) -> list[str]:
    """Return the pairs of choices that answer each other best, or say that none does."""
    from experiments.figures.studies.words import pretty

    table = material.table("game")
    rows = table[(table["month"].astype(str) == material.last) & table["both_best"]]
    pairs = dict.fromkeys((str(row), str(column)) for row, column in zip(rows["row"], rows["column"], strict=True))
    if not pairs:
        return ["**Best replies**: no pair of choices can be told to be the best reply of both sides."]
    said = "; ".join(f"{pretty(row)} and {pretty(column)}" for row, column in pairs)
    return [f"**Best replies** of both sides, by assumed weights [A]: {said}."]


if __name__ == "__main__":
    sys.exit(main())
