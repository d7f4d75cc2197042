"""``opengambit policies``: the policy library, and any policy in words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.info import futures
from experiments.info.options import near_name, parse
from experiments.info.sentences import record, sentence
from experiments.info.table import Column, show, show_json, write_lines
from experiments.layers import shipped_conf
from sim.errors import InputError, Problem
from sim.futures import Future, future_files

if TYPE_CHECKING:
    from sim.policy import Entry, Policy

COLUMNS = (
    Column("name", "policy", keep=True),
    Column("title", "title"),
    Column("entries", "entries", right=True),
    Column("supply", "on supply", right=True),
    Column("origin", "from", keep=True),
)
NOTES = (
    "On supply: entries on chips, compute and knowledge; the others are on demand and on releases.",
    "A policy in words: opengambit policies NAME. Run with one: opengambit run policy=NAME, or policy=[a,b] to stack.",
)


def main(args: list[str]) -> int:
    """List the library, or say in words what one policy (a name or a YAML file) or one future does."""
    options = parse("policies", args)
    if len(options.words) > 1:
        raise InputError(Problem("policies", " ".join(options.words), "names more than one policy", "one NAME"))
    if not options.words:
        rows = [_row(name, path) for name, path in library().items()]
        show(rows, COLUMNS, title=f"{len(rows)} policies", as_json=options.json, notes=(*NOTES, _futures()))
        return 0
    if options.words[0] in future_files() and options.words[0] not in library():
        future = Future.load(options.words[0])
        if options.json:
            show_json(futures.record(future))
        else:
            write_lines(futures.words(future))
        return 0
    policy = _named(options.words[0])
    if options.json:
        show_json(_head(policy) | {"entries": [record(entry) for entry in _dated(policy.entries)]})
    else:
        write_lines(_words(policy))
    return 0


def library() -> dict[str, Path]:
    """Return every policy that can be named, with its file; those of the working folder come first."""
    from sim.policy import policy_files

    return policy_files()


def _futures() -> str:
    return f"Futures, crossed with any policy by future=NAME: {', '.join(future_files())}. In words: as a policy."


def _named(name: str) -> Policy:
    from sim.policy import Policy

    known = library()
    if name not in known and not name.endswith((".yaml", ".yml")) and not {"/", "\\"} & set(name):
        message, every = "there is no such policy", [*known, *future_files()]
        raise InputError(Problem("policies", name, message, ", ".join(every), near_name(name, every)))
    return Policy.load(name)


def _row(name: str, path: Path) -> dict[str, object]:
    from sim.policy import Policy

    origin = "library" if shipped_conf() in path.resolve().parents else "conf/"
    try:
        policy = Policy.load(path)
    except InputError as error:
        return {"name": name, "title": f"cannot be read: {error.problems[0]}", "origin": origin}
    return _head(policy) | {
        "name": name,
        "entries": len(policy.entries),
        "supply": sum(entry.definition.phase == "supply" for entry in policy.entries),
        "origin": origin,
    }


def _head(policy: Policy) -> dict[str, object]:
    return {
        "name": policy.name,
        "title": policy.title,
        "question": policy.question,
        "reason": policy.reason,
        "base": policy.base,
    }


def _words(policy: Policy) -> Iterable[str]:
    yield f"{policy.name}: {policy.title}"
    for label, text in (("Question", policy.question), ("Reason", policy.reason)):
        if text:
            yield f"{label}: {' '.join(text.split())}"
    lies_on = "It lies on the real world (status_quo)." if policy.base != "none" else "It replaces the real world."
    if policy.name != "status_quo":
        yield lies_on
    yield ""
    for entry in _dated(policy.entries):
        yield f"- {sentence(entry)}"


def _dated(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.start is None, str(entry.start), entry.actor, entry.lever))
