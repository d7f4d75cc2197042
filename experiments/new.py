"""The verb ``new``: a commented YAML file to start from, or a copy of one that ships."""

from __future__ import annotations

import re
from pathlib import Path

from experiments.info.options import Options, parse
from experiments.templates import NOUNS, Noun, reference, steps
from sim.errors import InputError, Problem, nearest
from sim.library import files, find

LEGAL_NAME = "a letter, then letters, digits, _ and -, at most 60"
SUFFIXES = (".yaml", ".yml")
REAL_WORLD = "status_quo"
_NAME = re.compile(r"^[^\W\d_][\w-]{0,59}$")
_READ_AS_OTHERS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
"""Words that YAML takes for no text."""


def main(args: list[str]) -> int:
    """Write a file to start from and say what to type next.

    Raises:
        InputError: what is asked for can't be written, or would be written over something.
    """
    options = parse("new", args, flags=(), values=("at", "from"))
    noun = _noun(options)
    name = _named(options, noun)
    path = Path(options.values.get("at") or f"{name}.yaml").expanduser()
    problems = [*_name_problems(name, noun, path), *_place_problems(path)]
    if problems:
        raise InputError(problems)
    origin = options.values.get("from")
    text = _template(noun, name, path) if origin is None else _copy(noun, name, path, origin)
    _write(path, text)
    _tell(noun, path, origin)
    return 0


def _noun(options: Options) -> Noun:
    word = options.words[0] if options.words else ""
    if word not in NOUNS:
        message = f"there is no {word!r} to write anew" if word else "say what to write"
        legal = ", ".join(f"new {noun} NAME" for noun in NOUNS)
        raise InputError(Problem("new", word or "NOUN", message, legal, nearest(word.lower(), NOUNS)))
    return NOUNS[word]


def _named(options: Options, noun: Noun) -> str:
    names = options.words[1:]
    if len(names) != 1:
        message = f"{noun.said} needs a name" if not names else "a name is one word"
        near = "_".join(names) if names and _NAME.match("_".join(names)) else None
        raise InputError(Problem("new", " ".join(names) or "NAME", message, LEGAL_NAME, near))
    return names[0]


def _name_problems(name: str, noun: Noun, path: Path) -> list[Problem]:
    if not _NAME.match(name):
        stem = name.removesuffix(".yaml").removesuffix(".yml")
        near = stem if _NAME.match(stem) else None
        legal = f"{LEGAL_NAME}; for another file than NAME.yaml: --at FILE"
        return [Problem("new", name, "this can't be a name", legal, near)]
    known = files(noun.name)
    if name in noun.reserved or (name in known and known[name].resolve() != path.resolve()):
        message = f"there is {noun.said} of this name already, and tables could not tell them apart"
        can_copy = name in known and name != REAL_WORLD
        legal = "another name" + (f"; for a copy: new {noun.name} ANOTHER --from {name}" if can_copy else "")
        return [Problem("new", name, message, legal)]
    return []


def _place_problems(path: Path) -> list[Problem]:
    folder, shown = path.parent, str(path)
    if path.suffix not in SUFFIXES:
        return [Problem("new", shown, "a run finds files that end in .yaml only", "--at FILE.yaml")]
    if path.exists() or path.is_symlink():
        return [
            Problem("new", shown, "this file is there already; nothing is written over", "another NAME, or --at FILE")
        ]
    if not folder.is_dir():
        message = (
            f"{folder} is a file, no folder" if folder.exists() else f"there is no folder {folder}, and none is made"
        )
        return [Problem("new", shown, message, "a FILE in a folder that is there")]
    return []


def _template(noun: Noun, name: str, path: Path) -> str:
    called = reference(path, noun.name)
    told = _next(noun, path, called)
    width = max(len(command) for command, _ in told)
    lines = [f"#   {command.ljust(width)}   {gives}" for command, gives in told]
    text = noun.template.replace("# <steps>", "\n".join(lines))
    return text.replace("<name>", _as_text(name))


def _copy(noun: Noun, name: str, path: Path, origin: str) -> str:
    """Return the text of a file of the library, or of any other, with its comments, under a new name."""
    if origin == REAL_WORLD and noun.name == "policy":
        message = "the real world lies below every policy already; a copy on top of it would change nothing"
        raise InputError(Problem("new", f"--from {origin}", message, "another policy of `opengambit policies`"))
    source = find(noun.name, origin)
    _check(noun, source)
    text = source.read_text(encoding="utf-8-sig")
    head = f"# {name}: copied from {source.stem}. Change title, reason and sources with what you change.\n"
    line = f"name: {_as_text(name)}\n"
    renamed, count = re.subn(r"^name:[^#\n]*(?:\n|(?=#))", line, text, count=1, flags=re.MULTILINE)
    return head + (renamed if count else line + text)


def _check(noun: Noun, source: Path) -> None:
    """Load a file, so that nothing illegal is copied."""
    if noun.name == "policy":
        from sim.policy import Policy

        Policy.load(source)
    elif noun.name == "future":
        from sim.futures import Future

        Future.load(source)
    else:
        from experiments.objectives import Objective

        Objective.load(source)


def _as_text(name: str) -> str:
    return f'"{name}"' if name.lower() in _READ_AS_OTHERS else name


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        message = f"the file can't be written: {error.strerror}"
        raise InputError(Problem("new", str(path), message, "a folder that you may write to")) from error


def _next(noun: Noun, path: Path, called: str) -> list[tuple[str, str]]:
    import shlex

    checked = shlex.quote(path.as_posix() if called != path.stem else called)
    return [(f"opengambit check {checked}", "what it says, in words, or what is wrong"), *steps(noun.name, called)]


def _tell(noun: Noun, path: Path, origin: str | None) -> None:
    from experiments.info.table import write_lines

    what = "legal as it stands; every key is explained inside" if origin is None else f"a copy of {origin}"
    lines = [f"{path}: {noun.said}, {what}. Open it in an editor, then:", ""]
    for command, gives in _next(noun, path, reference(path, noun.name)):
        lines += [f"  {command}", f"      {gives}"]
    write_lines(lines, indent=6)
