"""One entry of a policy among the others: what it stands in place of, how it works, what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.check.amounts import (
    LESS,
    MORE,
    SAME,
    UNKNOWN,
    as_tried,
    covers,
    neutral,
    plain,
    replaced,
    returns,
    shift,
    since,
    words,
)  # fmt: skip
from experiments.info.levers import PAST, SIGNS
from experiments.info.sentences import record, sentence
from sim.calendar import month_name
from sim.entries import Entry
from sim.headlines import HEADLINES
from sim.lever import GOVERNMENTS, LABS, Lever

SIDES = {"demand": "on demand", "release": "on releases", "supply": "on chips, compute and knowledge"}
WHO = {GOVERNMENTS: "the government of any region", LABS: "any lab"}
OPPOSITE = {"+": "-", "-": "+"}
GOES = {"+": "rise", "-": "fall"}
WORDS = {"modes": "closing", "record": "one more"}
"""What more of a lever is, where it is no number."""
FEW = 3


@dataclass(frozen=True)
class Finding:
    """An entry and what it meets.

    Attributes:
        entry: as it lies in the stack of the run.
        olds: entries below that it stands in place of.
        beside: entries below of the same actor and lever on other targets, in force at the same time.
        t_handover: last month of the replay, t.
        first, last: months of the run, t.
    """

    entry: Entry
    olds: tuple[Entry, ...]
    beside: tuple[Entry, ...]
    t_handover: int
    first: int
    last: int

    @classmethod
    def of(cls, entry: Entry, stack: Sequence[Entry], t_handover: int, first: int, last: int) -> Finding:
        """Return an entry with what of a stack lies below it."""
        below = [old for old in stack if old.layer < entry.layer]
        same = [old for old in below if (old.actor, old.lever) == (entry.actor, entry.lever)]
        over = [new for new in stack if new.layer == entry.layer]
        beside = [
            old
            for old in same
            if old.target != entry.target
            and old.overlaps(entry, t_handover)
            and not any(replaced(new, [old], t_handover) for new in over)
        ]
        olds = tuple(replaced(entry, same, t_handover))
        return cls(entry, olds, tuple(beside), t_handover, first, last)

    @property
    def starts(self) -> int:
        """Its first month, t."""
        return self.entry.first_month(self.t_handover)

    @property
    def shift(self) -> str:
        """Whether it sets more or less than what holds without it."""
        return shift(self.entry, self.olds, self.t_handover)

    @property
    def idle(self) -> str:
        """Why it changes nothing in this run, "" if it acts."""
        ends = self.entry.last_month(self.t_handover)
        if self.starts > self.last:
            return f"it begins in {month_name(self.starts)}, after the horizon ({month_name(self.last)})"
        if ends is not None and ends < self.first:
            return f"it ends before the run begins ({month_name(self.first)})"
        return ""

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        lever = self.entry.definition
        return record(self.entry) | {
            "first_month": month_name(self.starts),
            "replaces": [sentence(old) for old in self.olds],
            "beside": [sentence(old) for old in self.beside],
            "shift": self.shift or None,
            "idle": self.idle or None,
            "set_by": set_by(lever),
            "equation": lever.equation,
            "headline": lever.headline,
            "expected_sign": lever.expected_sign,
            "as_tried": as_tried(self.entry),
            "reason": lever.reason,
        }


def facts(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield what there is to know of an entry, each with its label."""
    entry, lever = finding.entry, finding.entry.definition
    if entry.start is None:
        yield "begins", f"in {month_name(finding.starts)}, the month after the replay, because it has no date"
    if finding.idle:
        yield "but", f"in this run it changes nothing: {finding.idle}"
    yield "instead of", _instead(finding)
    if finding.beside:
        yield "beside it", _beside(finding.beside)
    yield "may be set", f"by {set_by(lever)}"
    early = f"; up to {month_name(finding.t_handover)} it {PAST[lever.phase]}" if lever.phase == "supply" else ""
    yield "works", f"{SIDES[lever.phase]}, through {lever.equation}" + early * (finding.starts <= finding.t_handover)
    yield from _expected(finding)


def set_by(lever: Lever) -> str:
    """Return in words who may set a lever."""
    places = [actor for actor in lever.actors if actor not in WHO]
    known = [WHO[actor] for actor in lever.actors if actor in WHO]
    few = " or ".join(filter(None, (", ".join(places[:-1]), *places[-1:])))
    told = " or ".join([*known, *([f"the government of {few}"] if places else [])])
    return told + (", for its own region" if lever.own else ", for its own labs" if lever.own_labs else "")


def _instead(finding: Finding) -> str:
    """Return what holds without the entry."""
    entry, olds = finding.entry, finding.olds
    told = []
    for old in olds:
        again = returns(entry, old, finding.t_handover)
        holds = f", and again from {again}" if again else ""
        carried = f", and {old.in_data} carries what happened: nothing is lifted in the past" if old.in_data else ""
        told.append(f"{words(old)} in {old.origin}, {since(old)}{holds}{carried}")
    usual = f", so {plain(neutral(entry), entry)}" if entry.definition.kind in {"number", "flag"} else ""
    if not olds:
        return f"nothing{usual}: no entry below sets it"
    if usual and not covers(entry, olds, finding.t_handover):
        told.append(f"nothing{usual}, in the other months")
    return "; ".join(told)


def _beside(entries: Sequence[Entry]) -> str:
    shown = [f"{words(entry)} on {entry.target} in {entry.origin}, {since(entry)}" for entry in entries[:FEW]]
    more = f" and {len(entries) - FEW} more" if len(entries) > FEW else ""
    return f"{'; '.join(shown)}{more}: entries on different targets both count"


def _expected(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield the expected sign, turned to what this entry does where it is as the lever was tried."""
    entry, lever = finding.entry, finding.entry.definition
    headline, turn = lever.headline, finding.shift
    meaning = HEADLINES[headline]
    about = f"{meaning.meaning.rstrip('.')}, in {meaning.unit}"
    general = f"{WORDS.get(lever.kind, 'more of it')} {SIGNS[lever.expected_sign]} {headline}"
    if turn == SAME:
        yield "expected", "nothing, because it sets what holds without it"
    elif lever.expected_sign not in OPPOSITE or not as_tried(entry):
        yield (
            "expected",
            f"{general} ({about}), as tried with {lever.trial.key}; here the actor or the target is on another side",
        )
        yield "because", f"{lever.reason}{_given(lever)}"
    elif turn in {MORE, LESS}:
        sign = lever.expected_sign if turn == MORE else OPPOSITE[lever.expected_sign]
        said = _turned(entry, turn)
        yield "expected", f"{said}, so {headline} should {GOES[sign]} ({about})"
        yield "because", f"{general}: {lever.reason}{_given(lever)}"
    else:
        unclear = "" if turn == UNKNOWN else "; here it is more than before in some months or parts, less in others"
        yield "expected", f"{general} ({about}){unclear}"
        yield "because", f"{lever.reason}{_given(lever)}"


def _given(lever: Lever) -> str:
    """Return what else was set where the sign was tried: without it, the effect may be small."""
    also = " and ".join(f"lever.{text}" for text in lever.trial.given)
    return f" (tried with {also} as well, so that the lever binds)" if also else ""


def _turned(entry: Entry, turn: str) -> str:
    kind = entry.definition.kind
    if kind == "modes":
        return "closing" if turn == MORE else "opening"
    if kind == "record":
        return "one release more"
    return f"{turn} than without it"
