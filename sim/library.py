"""Where named configuration files lie: in ``conf/<group>`` of the working folder, then in the one that ships."""

from __future__ import annotations

from pathlib import Path

from sim.errors import InputError, Problem, nearest

_ROOT = Path(__file__).resolve().parent.parent


def folders(group: str) -> list[Path]:
    """Return the folders of a group, the first wins: the working folder's, then those that ship."""
    found = [Path("conf") / group, _ROOT / "experiments" / "conf" / group, _ROOT / "conf" / group]
    return [folder for folder in found if folder.is_dir()]


def files(group: str) -> dict[str, Path]:
    """Return everything of a group that can be named, with its file."""
    found: dict[str, Path] = {}
    for folder in folders(group):
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def find(group: str, name: str | Path) -> Path:
    """Return the file of a name or path.

    Raises:
        InputError: there is none; the message has the nearest name.
    """
    text = str(name)
    if text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text:
        path = Path(text).expanduser()
        if not path.is_file():
            raise InputError(Problem(f"{group}={text}", group, "there is no such file", "a YAML file"))
        return path
    known = files(group)
    if text not in known:
        legal = f"a path, or one of {', '.join(known)}"
        raise InputError(
            Problem(f"{group}={text}", group, f"there is no {group} {text!r}", legal, nearest(text, known))
        )
    return known[text]


def shown(path: Path) -> str:
    """Return a path as messages show it: relative to the working folder where it lies inside."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
