"""Settings of runs in words: a file like ``conf/run.yaml``, judged where it stands or as if typed behind ``run``."""

from __future__ import annotations

import dataclasses
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.check.document import Document
from experiments.check.params import changes, flattened
from experiments.check.places import Asked
from experiments.check.report import Report, together
from experiments.compose import RunRequest, compose_run
from experiments.info.table import cell
from experiments.layers import GROUPS, read_mapping, shipped_conf
from sim.calendar import month_name
from sim.errors import InputError, Problem

OWN = "run.yaml"


def report(asked: Asked, document: Document, horizon: str | None) -> Report:
    """Return legal settings in words.

    Raises:
        InputError: everything that a run would refuse.
    """
    written = read_mapping(asked.path)
    overrides = dict(_overrides(written))
    is_taken = asked.path.resolve() == (Path("conf") / OWN).resolve()
    argv = [] if is_taken else [text for text in overrides if horizon is None or not text.startswith("horizon=")]
    argv += [] if horizon is None else [f"horizon={horizon}"]
    if not any(text.startswith("outputs=") for text in overrides):
        argv.append(f"outputs={tempfile.gettempdir()}")
    try:
        request = compose_run(argv)
    except InputError as error:
        raise InputError(together(document, [_moved(p, overrides, document) for p in error.problems])) from error
    usual = flattened(read_mapping(shipped_conf() / OWN))
    changed = [text for text, key in overrides.items() if not _is_usual(text, key, usual)]
    run = ("opengambit run", "a run with these settings")
    typed = (shlex.join(["opengambit", "run", *changed]), "the same, with the settings on the command line")
    return Report(
        "run",
        f"legal settings of runs: {len(changed)} of {len(overrides)} differ from what ships",
        tuple(_words(written, request, usual, is_taken=is_taken)),
        (run,) if is_taken else (typed,),
        {"name": request.name, "settings": written, "notes": list(request.notes)},
    )


def _is_usual(text: str, key: str, usual: Mapping[str, Any]) -> bool:
    """Say whether an override sets what holds anyway; of the groups, the choices that ship."""
    given = text.partition("=")[2]
    return given in GROUPS.values() if key == "defaults" else key in usual and given == _text(usual[key])


def _overrides(written: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each setting as an override, with the dotted key under which it stands in the file."""
    for item in written.get("defaults") or ():
        if isinstance(item, Mapping):
            yield from ((f"{group}={choice}", "defaults") for group, choice in item.items() if group in GROUPS)
    for key, value in written.items():
        if key == "defaults" or value is None or (key == "seed" and written.get("seeds") is not None):
            continue
        if isinstance(value, Mapping):
            stem = "lever" if key == "levers" else key
            inside = flattened(value).items()
            yield from ((f"{stem}.{name}={_text(part)}", f"{key}.{name}") for name, part in inside if part is not None)
        else:
            yield f"{key}={_text(value)}", key


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{','.join(str(item) for item in value)}]"
    return str(value)


def _moved(problem: Problem, overrides: Mapping[str, str], document: Document) -> Problem:
    """Return a problem of an override at the line of the file from which it came."""
    text = problem.where.removeprefix("override ")
    key = "policy" if text.startswith("policy=") else overrides.get(text)
    return problem if key is None else dataclasses.replace(problem, where=document.where(key, key.split(".")[0]))


def _words(
    written: Mapping[str, Any], request: RunRequest, usual: Mapping[str, Any], *, is_taken: bool
) -> Iterator[str]:
    place = (
        "every run in this folder takes them" if is_taken else f"a run takes them from conf/{OWN} of its working folder"
    )
    yield f"They are laid on the settings that ship, and the command line is laid on them: {place}."
    yield ""
    groups = [text for text, key in _overrides(written) if key == "defaults" and not _is_usual(text, key, usual)]
    yield from (f"- {text.replace('=', ' is ', 1)}" for text in groups)
    settings = flattened({key: value for key, value in written.items() if key not in {"params", "defaults"}})
    for key, value in settings.items():
        if key not in usual or value != usual[key]:
            unread = ", which is not read beside seeds" if key == "seed" and written.get("seeds") else ""
            yield f"- {key} is {_said(value)}{unread}" + (f" instead of {_said(usual[key])}" if usual.get(key) else "")
    yield from changes(flattened(written.get("params") or {}))
    yield ""
    scenario, count = request.scenario, len(request.seeds)
    months = f"{month_name(scenario.start)} to {month_name(scenario.horizon)}"
    yield f"A run with them: {scenario.name}, {months}, {count} seed{'s' * (count > 1)}."
    yield from (f"Note: {note}" for note in request.notes)


def _said(value: Any) -> str:
    return "on" if value is True else "off" if value is False else "nothing" if value in (None, {}, []) else cell(value)
