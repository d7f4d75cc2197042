"""What to type so that a study has what a figure needs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.figures.catalogue import NEEDS, Family
from experiments.studies.designs import SETTINGS
from experiments.studies.recording import HELD
from sim.library import shown
from sim.policy import BASE

if TYPE_CHECKING:
    from experiments.figures.subject import Subject

USUAL = {
    "choice": "sampled", "strategy": "adaptive", "reactions": False, "world": "history", "population_seed": 0,
    "resample_population": False, "history_until": "2026-07", "enterprises": 2000,
}  # fmt: skip
"""Settings as they are if nobody says anything: commands leave them out."""
SHARED = ("horizon", "history", "enterprises", "choice", "strategy", "reactions", "world", "population_seed", "params",
          "resample_population", "lever", "outputs", "seeds")  # fmt: skip
"""Overrides of ``run`` that ``sweep`` and ``compare`` take alike."""
EXAMPLE = "us_open_push"
"""Policy of a command where the study has none beside its baseline."""


def lack(family: Family, subject: Subject) -> str:
    """Say what a study lacks for a family, in a few words; nothing if it lacks nothing."""
    if family.need not in subject.traits:
        return f"needs {NEEDS[family.need].words}"
    if family.record not in HELD[subject.level]:
        return f"needs record={family.record}"
    return ""


def remedy(family: Family, subject: Subject) -> str:
    """Return the command that makes a study which can have a family."""
    if family.need not in subject.traits:
        return _COMMANDS[family.need](subject)
    return recorded(subject, family.record)


def recorded(subject: Subject, level: str) -> str:
    """Return the command of a study of many runs with another recording level."""
    typed = str(subject.stamp.get("command") or "")
    if not typed:
        return f"the study's command with record={level}"
    words = [word for word in shlex.split(typed) if not word.startswith(("record=", "-"))]
    return shlex.join([*words, f"record={level}"])


def _compare(subject: Subject, *more: str) -> str:
    """Return the comparison of a study's own policies."""
    return _joined("compare", [f"policies=[{','.join(_policies(subject))}]", *_futures(subject), *more], subject)


def _attribution(subject: Subject) -> str:
    return _compare(subject, "attribution=mechanisms")


def _game(subject: Subject) -> str:
    names = [name for name in _policies(subject) if not name.startswith("[")]
    theirs = [name for name in names if name.startswith("cn_")] or ["cn_goes_closed"]
    ours = [name for name in names if name not in theirs] or [EXAMPLE]
    return _joined("compare", [f"policies.us=[{','.join(ours)}]", f"policies.cn=[{','.join(theirs)}]"], subject)


def _sweep(subject: Subject, *more: str) -> str:
    names = [BASE, *_policies(subject)]
    stacked = any(name.startswith("[") for name in names)
    policies = f"policies=[{','.join(names)}]" if stacked else f"policy={','.join(names)}"
    return _joined("sweep", [policies, *more], subject)


def _grid(subject: Subject) -> str:
    return _sweep(subject, "params.demand.gamma=0.5,1.5,3")


def _plane(subject: Subject) -> str:
    return _sweep(subject, "params.demand.gamma=0.5,1.5,3", "params.demand.imitation=0.5,1")


def _random(subject: Subject) -> str:
    return _sweep(subject, "design=sobol", "points=64", "params.demand.gamma=interval(0,4)")


_COMMANDS = {
    "many": _sweep, "policies": _sweep, "grid": _grid, "plane": _plane, "random": _random, "comparison": _compare,
    "attribution": _attribution, "game": _game,
}  # fmt: skip


def _joined(verb: str, words: list[str], subject: Subject) -> str:
    given = {word.partition("=")[0] for word in words}
    shared = [word for word in _shared(subject) if word.partition("=")[0] not in given]
    return shlex.join(["opengambit", verb, *words, *shared])


def _policies(subject: Subject) -> list[str]:
    """Return the policies of a study beside the status quo, as lists of them are written."""
    if subject.many is None:
        found = [word for word in _typed(subject) if word.startswith("policy=")]
        return [word.removeprefix("policy=") for word in found if word != f"policy={BASE}"] or [EXAMPLE]
    base = subject.policies[0]
    arms = [arm for arm in subject.many.plan["policies"] if arm["name"] in subject.policies and arm["name"] != base]
    stacks = [[name for name in arm["policies"] if name != BASE] for arm in arms]
    return [stack[0] if len(stack) == 1 else f"[{','.join(stack)}]" for stack in stacks if stack] or [EXAMPLE]


def _futures(subject: Subject) -> list[str]:
    return [f"futures=[{','.join(subject.futures)}]"] if subject.futures not in ((), ("none",)) else []


def _shared(subject: Subject) -> list[str]:
    """Return what the runs of a study have in common, as overrides."""
    if subject.many is None:
        return [word for word in _typed(subject) if word.split("=")[0].split(".")[0] in SHARED]
    plan = subject.many.plan
    seeds, settings = plan["seeds"], plan["settings"]
    found = [f"seeds={len(seeds)}"] if len(seeds) > 1 else []
    varied = set(plan["design"]["keys"])
    keys = {keyword: key for key, keyword in SETTINGS.items() if key not in varied}
    found += [f"{keys[k]}={_text(v)}" for k, v in settings.items() if k in keys and USUAL.get(k) != v]
    found += [f"params.{path}={_text(value)}" for path, value in dict(settings.get("params") or {}).items()]
    found += [f"lever.{key}={_text(value)}" for key, value in _pairs(settings.get("levers"))]
    return found + ([] if subject.outputs == Path("outputs").resolve() else [f"outputs={shown(subject.outputs)}"])


def _pairs(levers: Any) -> Iterable[tuple[str, Any]]:
    return levers.items() if isinstance(levers, Mapping) else [(key, value) for key, value in levers or ()]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(subject: Subject) -> list[str]:
    """Return the words of the command that made a study, without the program and its verb."""
    return shlex.split(str(subject.stamp.get("command") or ""))[2:]
