"""Makes ``docs/gallery.md``: every family of figures, drawn from the example studies of ``docs/examples``.

``python -m experiments.pages.gallery`` runs what is missing into ``outputs/questions``, where the runs of the page of
questions are taken over, and writes the page and its images. ``--only FAMILY`` renews one of them.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from experiments.figures.catalogue import CATALOGUE, NEEDS, family_of
from experiments.pages.image import shrink
from experiments.pages.questions import DOCS, OUTPUTS

PLACE = "img/gallery"
RUN, COMPARISON = "run seeds=8 horizon=2030-12 name=example_run", "compare docs/examples/comparison.yaml"
MECHANISMS, GAME = "compare docs/examples/mechanisms.yaml", "compare docs/examples/game.yaml"
GRID, RANGES = "sweep docs/examples/grid.yaml", "sweep docs/examples/ranges.yaml"
EXAMPLE = {
    "any": RUN, "many": COMPARISON, "policies": COMPARISON, "grid": GRID, "plane": GRID, "random": RANGES,
    "comparison": COMPARISON, "attribution": MECHANISMS, "game": GAME,
}  # fmt: skip
"""Kind of study that a family needs -> the command that makes the example."""
OPTIONS = {"winners": "--policy us_open_push", "fans": "--measure gap_months", "policy_lines": "--measure gap_months"}
SHOWN = {"reality": "reality_openrouter_token_share", "adoption_bloc": "adoption_bloc_lines"}
"""Families of several figures -> the one that the page shows."""
HEAD = """\
# The gallery

Every family of figures, with the command that makes it. `opengambit figure STUDY FAMILY` draws one; `run`, `sweep` and
`compare` draw a set by themselves. `--layout slide` makes a page of 16:9, `--format pdf` one format only, `--title`
gives your own title; each figure lies beside its data as CSV. `opengambit figure STUDY --list` says what a study can
have.

The studies are small ones that ship as files in [docs/examples](examples). The page is made by
`python -m experiments.pages.gallery`.
"""


def main(args: Sequence[str] | None = None) -> int:
    """Run what is missing, draw, and write the page; return the exit code."""
    from experiments.folders import write_bytes

    wanted = _parser().parse_args(args)
    chosen = [family_of(name) for name in wanted.only] or list(CATALOGUE.values())
    studies = {command: _study(command) for command in dict.fromkeys(EXAMPLE[family.need] for family in chosen)}
    for family in chosen:
        _image(family.name, studies[EXAMPLE[family.need]])
    write_bytes(DOCS / "gallery.md", ("\n".join([HEAD, *_sections()]).rstrip() + "\n").encode())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m experiments.pages.gallery", description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="a family, several times for several")
    return parser


def _study(command: str) -> Path:
    """Run an example, or find it again, and return its folder."""
    from experiments.cli import main as run

    sys.stderr.write(f"opengambit {command}\n")
    silent = ["--quiet"] if command.startswith("run") else ["--quiet", "--no-figures"]
    if run([*shlex.split(command), f"outputs={OUTPUTS}", *silent]):
        raise RuntimeError(f"{command} failed")
    return (OUTPUTS / "latest").resolve()


def _image(name: str, study: Path) -> None:
    """Draw a family, and put the figure that the page shows beside it."""
    from experiments.cli import main as run

    folder = OUTPUTS / "gallery" / name
    words = shlex.split(OPTIONS.get(name, ""))
    if run(["figure", str(study), name, *words, "--format", "png", "--out", str(folder)]):
        raise RuntimeError(f"the figure of {name} failed")
    made = {path.stem: path for path in sorted(folder.glob("*.png"))}
    shown = made.get(SHOWN.get(name, name)) or next(iter(made.values()))
    shrink(shown, DOCS / PLACE / f"{name}.png")


def _sections() -> Iterator[str]:
    for need, words in NEEDS.items():
        families = [family for family in CATALOGUE.values() if family.need == need]
        if not families:
            continue
        yield f"## Of {words.words}\n\n```sh\nopengambit {EXAMPLE[need]}\n```\n"
        for family in families:
            yield from _section(family.name, family.shows)


def _section(name: str, shows: str, options: Mapping[str, str] = OPTIONS) -> Iterator[str]:
    yield f"### `{name}`\n\n{shows[:1].upper()}{shows[1:]}.\n"
    yield f"```sh\n{' '.join(['opengambit figure outputs/latest', name, options.get(name, '')]).strip()}\n```\n"
    yield f"![{name}]({PLACE}/{name}.png)\n"


if __name__ == "__main__":
    sys.exit(main())
