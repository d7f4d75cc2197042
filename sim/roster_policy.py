"""Policies in a world of its own: its vocabulary, and what of the real world lies below them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sim.entries import Entry, ScheduledRelease, Target
from sim.policy import BASE, Policy
from sim.roster import Roster
from sim.roster_world import line_name, model_name
from sim.targets import legal_names
from sim.vocabulary import KnownLine, KnownModel, Vocabulary, shipped_vocabulary
from sim.world import NEVER

NOTHING = "none"


@lru_cache(maxsize=64)
def roster_vocabulary(roster: Roster | None) -> Vocabulary:
    """Return the names that policies may use: the roster's, or those of the data where there is none."""
    if roster is None:
        return shipped_vocabulary()
    lines = {line_name(lab.name, tier): (lab, tier) for lab in roster.labs for tier in lab.tiers}
    return Vocabulary(
        regions={entry.code: entry.bloc for entry in roster.regions},
        labs={lab.name: lab.home for lab in roster.labs},
        lines={name: lab.name for name, (lab, _) in lines.items()},
        models={
            model_name(lab, tier, roster.start): KnownModel(lab.name, name, roster.start - lab.age)
            for name, (lab, tier) in lines.items()
        },
        line_facts={name: KnownLine(lab.name, tier, False, NEVER) for name, (lab, tier) in lines.items()},
    )


def real_world(roster: Roster | None) -> Policy:
    """Return what lies below every policy: the status quo; of a world of its own, what names only what it has.

    ``notes`` of the policy says what was left out.
    """
    if roster is not None and roster.base == NOTHING:
        return Policy((NOTHING,), base=NOTHING)
    whole = Policy.load(BASE)
    if roster is None:
        return whole
    names = roster_vocabulary(roster)
    kept = [part for entry in whole.entries if (part := _part(entry, names)) is not None]
    left = sum(_part(entry, names) != entry for entry in whole.entries)
    missing = sorted(set().union(*(_lacks(e, names) for e in whole.entries)))
    cut = f"{left} of {len(whole.entries)} entries are left out or cut"
    note = f"{BASE}: {cut}, because this world lacks what they name"
    return replace(whole, entries=tuple(kept), notes=(f"{note} ({', '.join(missing)})",) if left else ())


def _lacks(entry: Entry, names: Vocabulary) -> set[str]:
    """Return what an entry names that the world does not have."""
    named = {name for key, chosen in entry.target.items for name in set(chosen) - set(legal_names(key, names))}
    return named | ({entry.actor} - {*names.regions, *names.labs})


def _part(entry: Entry, names: Vocabulary) -> Entry | None:
    """Return an entry with those of its targets that the world has; None if it has no actor or none of a target."""
    if entry.actor not in {*names.regions, *names.labs} or isinstance(entry.value, ScheduledRelease):
        return None
    items = [(key, tuple(n for n in chosen if n in legal_names(key, names))) for key, chosen in entry.target.items]
    return replace(entry, target=Target(tuple(items))) if all(chosen for _, chosen in items) else None
