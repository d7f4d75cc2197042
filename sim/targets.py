"""The grammar of targets: which names each target key takes, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.entries import Target
from sim.errors import Problem, nearest
from sim.lever import Lever
from sim.policy_reader import Raw
from sim.vocabulary import CHANNELS, CLASSES, TIERS, Vocabulary, shipped_vocabulary

EVERYBODY = ("all", "foreign", "home")
EVERYWHERE = ("world", "all")
_SYNONYMS = {("channel", "own"): "A", ("users", "all"): "world", ("destination", "all"): "world"}


def legal_names(key: str, names: Vocabulary) -> tuple[str, ...]:
    """Return every name that the target key takes."""
    places = tuple(dict.fromkeys((*names.regions, *names.blocs)))
    return {
        "developer": (*places, *EVERYBODY, *names.labs),
        "channel": (*CHANNELS, "own", "all"),
        "class": (*CLASSES, "all"),
        "users": (*places, *EVERYWHERE),
        "destination": (*places, *EVERYWHERE),
        "line": tuple(names.lines),
        "tier": TIERS,
        "model": tuple(names.models),
        "weights": ("open",),
    }[key]


def describe(key: str) -> str:
    """Return in words what a target key (or the actor) takes."""
    return {
        "actor": "a region code of `opengambit regions`, AL, NAL, or a lab of `opengambit labs`",
        "developer": "a region code (labs with that home), AL, NAL, all, foreign, home, or a lab of `opengambit labs`",
        "channel": "A (or own), H, S",
        "class": ", ".join(CLASSES),
        "users": "region codes of `opengambit regions`, AL, NAL, world",
        "destination": "region codes of `opengambit regions`, AL, NAL, world",
        "line": "a product line of `opengambit labs`",
        "tier": ", ".join(TIERS),
        "model": "a model of the release table",
        "weights": "open",
    }[key]


def read_target(raw: Raw, lever: Lever, names: Vocabulary, problems: list[Problem]) -> Target:
    """Return the canonical target of an entry; what is wrong is added to ``problems``."""
    given = raw.values.get("target")
    if given is None or given in ("", "all"):
        pairs: dict[str, Any] = {}
    elif isinstance(given, dict):
        pairs = given
    else:
        pairs = _guess_keys(given, lever, names)
    items = []
    for key, value in pairs.items():
        if key not in lever.targets:
            legal = ", ".join(lever.targets) or "none"
            message = f"{lever.name} takes no target key {key!r}"
            problems.append(Problem(raw.where("target"), "target", message, legal, nearest(key, lever.targets)))
            continue
        chosen = _names(raw, key, value, names, problems)
        if chosen:
            items.append((key, chosen))
    missing = [key for key in lever.needs if key not in pairs]
    if missing:
        legal = "; ".join(f"{key}: {describe(key)}" for key in missing)
        problems.append(Problem(raw.where("target"), "target", f"{lever.name} needs {' and '.join(missing)}", legal))
    return Target(tuple(sorted(items)))


def _guess_keys(given: Any, lever: Lever, names: Vocabulary) -> dict[str, Any]:
    """Return the mapping that plain strings stand for: each goes to the first key that knows it."""
    pairs: dict[str, list[str]] = {}
    for item in given if isinstance(given, list) else [given]:
        for key in lever.targets:
            if str(item) in legal_names(key, names):
                pairs.setdefault(key, []).append(str(item))
                break
        else:
            pairs.setdefault(next(iter(lever.targets), "target"), []).append(str(item))
    return {key: items[0] if len(items) == 1 else items for key, items in pairs.items()}


def _names(raw: Raw, key: str, value: Any, names: Vocabulary, problems: list[Problem]) -> tuple[str, ...]:
    legal = legal_names(key, names)
    chosen = []
    for item in value if isinstance(value, list) else [value]:
        name = str(item)
        if name in legal:
            chosen.append(_SYNONYMS.get((key, name), name))
        else:
            problems.append(Problem(raw.where("target"), f"target.{key}", *unknown(key, name, legal, names)))
    return () if "all" in chosen else tuple(sorted(set(chosen)))


def unknown(key: str, name: str, legal: Iterable[str], names: Vocabulary) -> tuple[str, str, str | None]:
    """Return message, legal values and nearest name for a name that is not known."""
    if key in {"developer", "actor"} and name in names.pooled:
        return f"{name!r} has no agent of its own; it is pooled", describe("developer"), names.pooled[name]
    options = list(legal)
    known = describe(key) if names is shipped_vocabulary() else ", ".join(options)
    return f"there is no {key} {name!r}", known, nearest(name, options)


def labs_of(developers: Iterable[str], actor: str, names: Vocabulary) -> tuple[str, ...]:
    """Return the labs that developer names stand for, seen from an actor (a region code or a lab)."""
    home = names.labs.get(actor, actor)
    chosen: set[str] = set()
    for name in developers:
        if name == "foreign":
            chosen |= {lab for lab, region in names.labs.items() if region != home}
        elif name == "home":
            chosen |= set(names.own_labs(home))
        elif name in names.labs:
            chosen.add(name)
        else:
            chosen |= {lab for lab, region in names.labs.items() if region in names.members(name)}
    return tuple(lab for lab in names.labs if lab in chosen)
