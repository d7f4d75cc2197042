"""What the argument of ``check`` means: a file, a name of the library, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from experiments.overrides import is_path
from sim.errors import InputError, Problem, nearest
from sim.library import files, shown

GROUPS = ("policy", "future", "objective", "world", "params")
SUFFIXES = (".yaml", ".yml")
A_FILE = "a YAML file, or a name of `opengambit policies`"
MANY = 8


@dataclass(frozen=True)
class Asked:
    """A file to look at.

    Attributes:
        path: where it is.
        shown: its name in messages.
        kind: what it must be, "" if its keys are to tell.
        name: name in the library; "" for a file.
    """

    path: Path
    shown: str
    kind: str = ""
    name: str = ""


def asked(argument: str) -> Asked:
    """Return the file that an argument means: a path, a name, or ``policy=...`` as behind ``run``.

    Raises:
        InputError: there is none; the message has the nearest name.
    """
    group, sign, rest = argument.partition("=")
    kind = group if sign and group in GROUPS else ""
    text = rest if kind else argument
    if not is_path(text):
        for candidate in (kind,) if kind else GROUPS:
            path = files(candidate).get(text)
            if path is not None:
                return Asked(path, shown(path), candidate, text)
        if not Path(text).exists():
            raise InputError(_unknown(text, kind))
    path = Path(text).expanduser()
    problem = _wrong(path)
    if problem is not None:
        raise InputError(problem)
    return Asked(path, shown(path), kind)


def _unknown(text: str, kind: str) -> Problem:
    """Return the problem of a name that the library does not have."""
    if "=" in text:
        message = "this is an override of run; check takes files, and --horizon YYYY-MM"
        return Problem("check", text, message, A_FILE)
    other = next((group for group in GROUPS if text in files(group)), "")
    if other:
        return Problem("check", text, f"this is no {kind}", A_FILE, f"{other}={text}")
    names = [name for group in ((kind,) if kind else GROUPS) for name in files(group)]
    here = {Path(file).stem: file for file in _yaml_files(Path())}
    near = nearest(text, names) or here.get(nearest(text, here) or "")
    what = kind or "policy, future, objective or world"
    return Problem("check", text, f"there is no {what} of this name", A_FILE, near)


def _wrong(path: Path) -> Problem | None:
    """Return what keeps a path from being a file that a run would read, None if nothing does."""
    name = str(path)
    if path.is_dir():
        inside = _yaml_files(path)
        listed = ", ".join(str(path / file) for file in inside[:MANY]) + ", ..." * (len(inside) > MANY)
        return Problem("check", name, "this is a folder", listed or f"{A_FILE}; this folder holds none")
    if not path.exists():
        folder = path.parent
        if not folder.is_dir():
            return Problem("check", name, f"there is no folder {folder}", A_FILE)
        here = {Path(file).stem: file for file in _yaml_files(folder)}
        near = here.get(nearest(path.stem, here) or "")
        known = next((path.stem for group in GROUPS if path.stem in files(group)), None)
        return Problem("check", name, "there is no such file", A_FILE, str(folder / near) if near else known)
    if not path.is_file():
        return Problem("check", name, "this is no regular file", A_FILE)
    if path.suffix not in SUFFIXES:
        message = f"a run reads files that end in {' or '.join(SUFFIXES)} only"
        return Problem("check", name, message, str(path.with_suffix(".yaml")))
    return None


def _yaml_files(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    except OSError:
        return []
