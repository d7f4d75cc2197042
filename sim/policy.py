"""Policies: dated entries that governments and labs make, stacked on the real world.

A policy is data. It draws no random numbers and is compiled once a run to monthly arrays (``sim/compile.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from sim.entries import Entry, ScheduledRelease, Target
from sim.errors import InputError, Problem, nearest
from sim.library import files, find, shown
from sim.policy_check import check_entries
from sim.policy_reader import Raw, RawPolicy, read_lever_override, read_policy_file
from sim.policy_values import parse_day
from sim.vocabulary import Vocabulary, shipped_vocabulary

BASE = "status_quo"
ITSELF = "itself"
"""Base of a policy that is its own yardstick: the real world as it was known at some time."""

__all__ = ["BASE", "ITSELF", "Entry", "Policy", "ScheduledRelease", "Target", "policy_files"]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Policy:
    """A stack of dated entries.

    Attributes:
        names: the policies in it, the lowest first.
        entries: all entries; ``entry.layer`` says how high each lies.
        title: one line.
        question: what a memo would ask with it.
        reason: why the entries are as they are.
        base: ``status_quo`` (the real world lies below), ``none``, or ``itself``: nothing lies below, and it is the
            real world as it was known at some time, from which nothing is measured as a difference.
        notes: what the stacking replaced, in words.
    """

    names: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    title: str = ""
    question: str = ""
    reason: str = ""
    base: str = BASE
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The names, joined."""
        return "+".join(self.names)

    @classmethod
    def load(cls, name: str | Path, names: Vocabulary | None = None) -> Policy:
        """Return one policy file, by name or path.

        Raises:
            InputError: every problem of the file at once, or the nearest name if there is no such policy.
        """
        path = find("policy", name)
        return _checked(read_policy_file(path, shown(path)), path, names or shipped_vocabulary())

    @classmethod
    def load_stack(
        cls,
        policies: str | Path | Iterable[str | Path],
        names: Vocabulary | None = None,
        below: Policy | None = None,
    ) -> Policy:
        """Return the named policies, later ones on top, all of them on the real world.

        The real world is left out if one of the files says ``base: none`` and it is not named. ``below`` is what lies
        there instead, in a world of its own.

        Raises:
            InputError: every problem of every file at once.
        """
        wanted = [policies] if isinstance(policies, (str, Path)) else list(policies)
        loaded: list[Policy] = []
        problems: list[Problem] = []
        for name in wanted:
            try:
                policy = below if below is not None and str(name) == BASE else cls.load(name, names)
                _refuse_base(policy, name)
                loaded.append(policy)
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        upper = [policy for policy in loaded if policy.names != ((BASE,) if below is None else below.names)]
        if len(upper) < len(loaded) or all(policy.base == BASE for policy in upper):
            upper.insert(0, below or cls.load(BASE, names))
        return cls.stack(upper)

    @classmethod
    def from_levers(
        cls, levers: Mapping[str, Any] | Iterable[tuple[str, Any]], names: Vocabulary | None = None
    ) -> Policy:
        """Return the policy of lever overrides: ``<lever>.<actor>.<target>`` to ``value[@from[..until]]``.

        Raises:
            InputError: every problem of every override at once.
        """
        vocabulary = names or shipped_vocabulary()
        actors = {name: name for name in (*vocabulary.regions, *vocabulary.blocs, *vocabulary.labs)}
        pairs = list(levers.items() if isinstance(levers, Mapping) else levers)
        raws: list[Raw] = []
        problems: list[Problem] = []
        for key, text in pairs:
            try:
                raws.append(read_lever_override(key, text, actors))
            except InputError as error:
                problems += error.problems
        entries = check_entries(raws, vocabulary, problems, "levers")
        if problems:
            raise InputError(problems)
        return cls(("levers",) if pairs else (), entries)

    @classmethod
    def stack(cls, policies: Sequence[Policy]) -> Policy:
        """Return one policy in which later ones win on the same actor, lever and target, and ``notes`` say so."""
        entries: list[Entry] = []
        notes: list[str] = []
        for policy in policies:
            height = 1 + max((entry.layer for entry in entries), default=-1)
            raised = [replace(entry, layer=entry.layer + height) for entry in policy.entries]
            notes += [*policy.notes, *_replacements(entries, raised)]
            entries += raised
        top = policies[-1] if policies else cls()
        names = tuple(name for policy in policies for name in policy.names)
        base = "none" if any(policy.base != BASE for policy in policies) else BASE
        if len(policies) == 1:
            base = policies[0].base
        return cls(names, tuple(entries), top.title, top.question, top.reason, base, tuple(dict.fromkeys(notes)))

    def canonical(self) -> list[dict[str, Any]]:
        """Return what acts, as plain data for digests."""
        heights = {layer: rank for rank, layer in enumerate(sorted({entry.layer for entry in self.entries}))}
        return [{**entry.canonical(), "layer": heights[entry.layer]} for entry in self.entries]


def policy_files() -> dict[str, Path]:
    """Return every policy that can be named, with its file."""
    return files("policy")


def _refuse_base(policy: Policy, name: str | Path) -> None:
    """Refuse a file of somebody's own under the name of the real world, which would be left out without a word."""
    if policy.names != (BASE,) or str(name) == BASE or find("policy", name).samefile(find("policy", BASE)):
        return
    message = "this is the name of the real world, which lies below every policy"
    raise InputError(Problem(str(name), "name", message, "name: another one, or another file name"))


def _checked(raw: RawPolicy, path: Path, names: Vocabulary) -> Policy:
    problems: list[Problem] = []
    head = {"name": path.stem, "title": "", "question": "", "reason": "", "base": BASE, "starts": "projection"}
    head |= {key: str(value) for key, value in raw.head.values.items() if key != "entries" and value is not None}
    if head["base"] not in {BASE, "none", ITSELF}:
        message = f"{head['base']!r} is no base"
        problems.append(
            Problem(raw.head.where("base"), "base", message, f"{BASE}, none or {ITSELF}", nearest(head["base"], [BASE]))
        )
    if "entries" not in raw.head.values:
        problems.append(Problem(raw.head.where(), "entries", "this key is missing", "a list of entries"))
    raws = raw.entries
    if head["starts"] != "projection":
        if parse_day(head["starts"], last=False) is None:
            message = f"{head['starts']!r} is not a start"
            problems.append(Problem(raw.head.where("starts"), "starts", message, "projection or YYYY-MM"))
        raws = tuple(Raw({"from": head["starts"], **row.values}, row.lines, row.place) for row in raws)
    entries = check_entries(raws, names, problems, head["name"])
    if problems:
        raise InputError(problems)
    return Policy((head["name"],), entries, head["title"], head["question"], head["reason"], head["base"])


def _replacements(lower: Iterable[Entry], upper: Iterable[Entry]) -> list[str]:
    notes = []
    below: dict[tuple[str, str, Target], list[Entry]] = {}
    for entry in lower:
        below.setdefault(entry.key, []).append(entry)
    for entry in upper:
        for old in below.get(entry.key, []):
            if old.overlaps(entry) or (old.start is None) != (entry.start is None):
                notes.append(_note(old, entry))
    return notes


def _note(old: Entry, new: Entry) -> str:
    note = f"{new.origin} replaces {old.origin}: {new.lever} of {new.actor} on {new.target}, {new.period()}"
    if old.in_data and new.value == 0.0:
        note += f"; it lifts nothing in the past, because {old.in_data} carries what happened"
    return note
