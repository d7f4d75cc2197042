"""Which kind of file a YAML file is, by its keys; where it lies decides what its keys leave open."""

from __future__ import annotations

import difflib
from pathlib import Path

from experiments.check.document import Document
from experiments.overrides import SETTINGS
from sim.errors import InputError, Problem, nearest

KINDS = ("policy", "future", "objective", "params", "world", "run")
SAID = {
    "policy": "a policy (key: entries)",
    "future": "a future (params, shocks)",
    "objective": "an objective (measures)",
    "world": "a world without history (history: none, labs)",
    "params": "a set of parameters (demand, trust, ...)",
    "run": "settings of runs (policy, horizon, ...)",
}
"""What each kind is called, with the keys that tell it."""
_FOLDERS = {"policy": "policy", "future": "future", "objective": "objective", "world": "world", "params": "params"}
_EMPTY_IS_LEGAL = ("params", "run")
_SURE, _KNOWN, _ALIKE = 10.0, 1.0, 0.5
_LIKE = 0.75
"""How much alike a misspelt key and the one that was meant must be, to tell a kind."""
_SHAPES = {("history", True): "run", ("history", False): "world"} | {
    (key, is_mapping): "params" if is_mapping else "run"
    for key in ("strategy", "reactions")
    for is_mapping in (True, False)
}
"""Keys of two kinds: whether a mapping stands under them tells which."""


def kind_of(document: Document) -> str:
    """Return the kind of a file.

    Raises:
        InputError: it is empty, no mapping, or none of its keys belongs to any kind.
    """
    home = _home(document.path)
    if document.node is None:
        if home in _EMPTY_IS_LEGAL:
            return home
        legal = "a file with keys and values: `opengambit new policy NAME` writes one to start from"
        raise document.refuse("the file is empty, or nothing but comments", legal)
    if not document.keys and home in _EMPTY_IS_LEGAL and not document.node.value:
        return home
    if not document.keys:
        raise document.refuse("the file holds no mapping of keys to values", ", ".join(SAID.values()))
    scores = {kind: _score(document, kind) + 2 * _KNOWN * (kind == home) for kind in KINDS}
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] < _KNOWN:
        raise _unknown(document)
    return best


def _home(path: Path) -> str:
    """Return the kind that a file has by where it lies: ``conf/policy`` and so on, ``conf/run.yaml``."""
    folder = path.resolve().parent.name
    return "run" if (folder, path.name) == ("conf", "run.yaml") else _FOLDERS.get(folder, "")


def _score(document: Document, kind: str) -> float:
    """Return how far the keys of a file are those of a kind; keys that only one kind has are worth most."""
    legal = _keys()[kind]
    own = _telling()[kind]
    total = 0.0
    for key, is_mapping in document.shapes:
        if key in own or _SHAPES.get((key, is_mapping)) == kind:
            total += _SURE
        elif key in legal:
            total += _KNOWN
        elif difflib.get_close_matches(key, own, n=1, cutoff=_LIKE):
            total += _SURE * _ALIKE
        elif "." in key and key.split(".")[0] in legal and kind == "params":
            total += _SURE
    return total


def _unknown(document: Document) -> InputError:
    """Return the error of a file of no kind, each key with the nearest one that a kind has."""
    every = sorted({key for keys in _keys().values() for key in keys})
    return InputError(
        [
            Problem(document.where(key), key, "no file of OpenGambit has such a key", _legal(), nearest(key, every))
            for key in document.keys
        ]
    )


def _legal() -> str:
    return "the keys of " + "; ".join(SAID.values())


def _keys() -> dict[str, tuple[str, ...]]:
    from experiments import objectives
    from sim import futures, policy_reader, roster

    settings = tuple(dict.fromkeys(key.split(".")[0] for key in SETTINGS))
    return {
        "policy": policy_reader.FILE_KEYS,
        "future": futures.FILE_KEYS,
        "objective": objectives.FILE_KEYS,
        "world": roster.KEYS,
        "params": _sections(),
        "run": ("defaults", *settings),
    }


def _telling() -> dict[str, tuple[str, ...]]:
    """Return the keys that only one kind has, and of which that kind has one at least."""
    keys = _keys()
    found = {}
    for kind, own in keys.items():
        others = {key for other, theirs in keys.items() if other != kind for key in theirs}
        found[kind] = tuple(key for key in own if key not in others)
    return found


def _sections() -> tuple[str, ...]:
    import dataclasses

    from sim.parameters import Parameters

    return tuple(field.name for field in dataclasses.fields(Parameters))
