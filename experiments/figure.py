"""The verb ``figure``: one family of figures of a study that is there, or its default set."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from experiments.figures.catalogue import ALL, CATALOGUE, OPTIONS
from experiments.figures.listing import list_all, list_of
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from experiments.figures.asking import Asked
    from experiments.figures.frames import Drawing
    from experiments.figures.subject import Subject

FOLDER = "figures"
LAYOUTS = ("memo", "slide")
FORMATS = ("png", "svg", "pdf")


def main(args: list[str]) -> int:
    """Make figures of a study and print the files; return the exit code.

    Raises:
        InputError: no such study or family, a study that cannot have it, unknown names, a folder that can't be
            written to; nothing was written then.
    """
    wanted = _read(args)
    if wanted.study is None:
        return _without_study(wanted)
    subject = _opened(wanted)
    if wanted.list:
        return list_of(subject, as_json=wanted.json)
    asked = _asked(wanted, subject)
    made, left = write(subject, asked)
    sys.stderr.write("".join(f"left out: {name} ({lack})\n" for name, lack in left.items()))
    sys.stdout.write("".join(f"{path}\n" for path in made))
    return 0


def _without_study(wanted: argparse.Namespace) -> int:
    """Show the whole catalogue.

    Raises:
        InputError: no study was named, and not --list.
    """
    if not wanted.list:
        legal = "opengambit figure outputs/latest adoption; opengambit figure --list for every family"
        raise InputError(Problem("figure", "STUDY", "no study is named", legal))
    return list_all(as_json=wanted.json)


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong as all messages do."""

    def error(self, message: str) -> NoReturn:
        """Refuse a command line.

        Raises:
            InputError: always.
        """
        raise InputError(Problem("figure", "options", message, "opengambit figure --help shows them all"))


def _read(args: list[str]) -> argparse.Namespace:
    """Return the options of a command line.

    Raises:
        InputError: an unknown option, with the nearest; or a value that can't be one.
    """
    wanted, rest = _parser().parse_known_args(args)
    legal = ", ".join((*OPTIONS, "--list", "--json"))
    message = "there is no such option, or one word too many"
    problems = [Problem("figure", word, message, legal, nearest(word, (*OPTIONS, "--list", "--json"))) for word in rest]
    if problems:
        raise InputError(problems)
    return wanted


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="opengambit figure", description="Make one family of figures of a study.", allow_abbrev=False,
        epilog="Example: opengambit figure outputs/latest adoption --layout slide",
    )  # fmt: skip
    parser.add_argument("study", nargs="?", help="a study folder, or outputs/latest")
    parser.add_argument("family", nargs="?", help="a name of --list, or all")
    parser.add_argument("--list", action="store_true", help="which families the study can have")
    parser.add_argument("--json", action="store_true", help="with --list: machine-readable")
    parser.add_argument("--policy", action="append", help="a policy of the study; repeat it, or separate by commas")
    parser.add_argument("--future", help="a future of the study")
    parser.add_argument("--point", type=int, help="number of a point of the design")
    parser.add_argument("--measure", help="a headline measure")
    parser.add_argument("--date", action="append", help="a month, YYYY-MM; repeat it for several")
    parser.add_argument("--title", help="in place of the finding")
    parser.add_argument("--layout", default="memo", help="memo (default), slide or both")
    parser.add_argument("--format", default=",".join(FORMATS), help="png,svg,pdf (default: all)")
    parser.add_argument("--out", type=Path, help="folder of the files (default: figures in the study)")
    return parser


def _opened(wanted: argparse.Namespace) -> Subject:
    """Return the study; who names the family first is told the order."""
    from experiments.figures.subject import Subject

    if wanted.study in (*CATALOGUE, ALL) and not Path(wanted.study).exists():
        study = wanted.family or "outputs/latest"
        message = "this is a family of figures, and the study comes first"
        raise InputError(Problem("figure", wanted.study, message, f"opengambit figure {study} {wanted.study}"))
    return Subject.open(wanted.study)


def _asked(wanted: argparse.Namespace, subject: Subject) -> Asked:
    """Return the checked question."""
    from experiments.figures.asking import Asked, check, families_of

    if wanted.family is None:
        message = "which figure? No family is named"
        legal = f"a name of opengambit figure {wanted.study} --list, or {ALL}"
        raise InputError(Problem("figure", str(wanted.study), message, legal))
    families = families_of(wanted.family, subject)
    layouts, formats = _chosen("layout", wanted.layout), _chosen("format", wanted.format)
    asked = Asked(
        families=families, whole=wanted.family == ALL, out=wanted.out or subject.folder / FOLDER,
        policies=_split(wanted.policy), future=wanted.future or "", point=wanted.point, measure=wanted.measure or "",
        dates=_split(wanted.date), title=wanted.title or "", layouts=layouts, formats=tuple(f".{f}" for f in formats),
    )  # fmt: skip
    given = [f"--{key}" for key in ("policy", "future", "point", "measure", "date") if getattr(wanted, key) is not None]
    found = check(asked, subject, given)
    _writable(found.out)
    return found


def _split(given: Sequence[str] | None) -> tuple[str, ...]:
    """Return values that were repeated, or separated by commas, each once."""
    return tuple(dict.fromkeys(part.strip() for text in given or () for part in text.split(",") if part.strip()))


def _chosen(key: str, text: str) -> tuple[str, ...]:
    """Return layouts or formats.

    Raises:
        InputError: unknown ones, with the nearest.
    """
    legal = LAYOUTS if key == "layout" else FORMATS
    names = [part.removeprefix(".").lower() for part in _split([text])]
    if key == "layout" and names == ["both"]:
        names = list(LAYOUTS)
    words = (*legal, "both") if key == "layout" else legal
    bad = [name for name in names if name not in legal]
    problems = [Problem(f"--{key}", name, f"there is no such {key}", ", ".join(words), nearest(name, words))
                for name in bad or ([] if names else [text])]  # fmt: skip
    if problems:
        raise InputError(problems)
    return tuple(dict.fromkeys(names))


def write(subject: Subject, asked: Asked) -> tuple[list[Path], dict[str, str]]:
    """Draw what is asked for and write it, all of it or nothing.

    Args:
        subject: the study.
        asked: the checked question.

    Returns:
        The files, and the families of a default set that were left out, with what they lack.

    Raises:
        InputError: what the study does not have, or a folder that can't be written to.
    """
    left: dict[str, str] = {}
    with _beside(asked.out) as folder:
        made = [path.name for drawing in _drawings(subject, asked, left)
                for path in _save(drawing, folder, subject.stamp, asked.formats)]  # fmt: skip
        names = list(dict.fromkeys(made))
        if not names:
            what = "; ".join(f"{name}: {lack}" for name, lack in left.items())
            raise InputError(Problem(str(subject.folder), "figure", f"there is nothing to draw ({what or 'no runs'})"))
        for name in names:
            (folder / name).replace(asked.out / name)
    _list_in_manifest(subject, asked.out)
    return [asked.out / name for name in names], left


def _drawings(subject: Subject, asked: Asked, left: dict[str, str]) -> Iterator[Drawing]:
    from experiments.figures.frames import MissingMeasureError
    from experiments.figures.making import make
    from experiments.figures.retitle import retitled

    for layout in asked.layouts:
        for family in asked.families:
            try:
                for drawing in make(subject, asked, family, layout):
                    yield retitled(drawing, asked.title) if asked.title else drawing
            except MissingMeasureError as lack:
                if not asked.whole:
                    message = f"this study has no {lack}"
                    raise InputError(Problem(str(subject.folder), family.name, message)) from lack
                left[family.name] = str(lack)


def _save(drawing: Drawing, folder: Path, stamp: dict[str, Any], formats: Sequence[str]) -> list[Path]:
    from experiments.figures import save

    return save(drawing, folder, stamp, formats)


def _writable(out: Path) -> None:
    """Refuse a folder that can't be written to, before anything is drawn.

    Raises:
        InputError: it is a file, or it or the folder above it is closed.
    """
    above = next(path for path in (out, *out.absolute().parents) if path.exists())
    reason = "it is a file" if out.is_file() else "" if above.is_dir() else f"{above} is a file"
    if not reason and not os.access(above, os.W_OK | os.X_OK):
        reason = "permission denied"
    if reason:
        raise _closed(out, reason)


def _closed(out: Path, reason: str) -> InputError:
    legal = "a folder that you may write to, for example --out my_figures"
    return InputError(Problem("--out", str(out), f"can't be written to ({reason})", legal))


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Give a hidden folder inside ``out``; folders that were made for it vanish again if the block fails."""
    missing = [path for path in (out, *out.parents) if not path.exists()]
    folder = out / f".figure.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise _closed(out, error.strerror or type(error).__name__) from error
    try:
        yield folder
    except OSError as error:
        raise _closed(out, error.strerror or type(error).__name__) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for path in missing:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def _list_in_manifest(subject: Subject, out: Path) -> None:
    """Write the manifest of a single run anew where its own folder holds the figures: it lists every file."""
    if subject.run is None or subject.folder.resolve() not in out.resolve().parents:
        return
    from experiments.figures.single import provenance_of
    from experiments.store import write_manifest

    write_manifest(subject.folder, provenance_of(subject.run.provenance))


if __name__ == "__main__":
    from experiments.cli import main as command

    sys.exit(command(["figure", *sys.argv[1:]]))
