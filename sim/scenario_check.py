"""What is illegal in the values of a scenario, and in a policy that it runs under."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.calendar import month_index, month_name
from sim.entries import Entry
from sim.errors import Problem, nearest
from sim.mechanisms import MECHANISMS
from sim.policy import BASE, Policy
from sim.policy_check import overlaps, rivals
from sim.release_modes import unchoosable
from sim.roster_policy import roster_vocabulary
from sim.vocabulary import Vocabulary, shipped_vocabulary
from sim.world import CLASSES

if TYPE_CHECKING:
    from sim.roster import Roster

HISTORY = "history"
CHOICES = ("sampled", "expected")
STRATEGIES = ("adaptive", "fixed")
LAST_HORIZON = month_index("2040-12")
ENTERPRISES = (52, 1_000_000)
NO_REPLAY = -(10**6)
"""The hand-over of a world without history, as far as the past of a policy goes: it has none."""


def check_scenario(values: Mapping[str, Any], places: Mapping[str, str], default: str) -> list[Problem]:
    """Return what is illegal in the values of a scenario that are there (None was reported before).

    Args:
        values: by field of ``Scenario``.
        places: key to the file or override that set it.
        default: the place of all others.
    """
    problems: list[Problem] = []
    roster: Roster | None = values["roster"]
    world, least = (HISTORY, ENTERPRISES[0]) if roster is None else (roster.name, len(CLASSES) * len(roster.regions))

    def refuse(key: str, message: str, legal: str, near: str | None = None) -> None:
        problems.append(Problem(places.get(key, default), key, message, legal, near))

    horizon, first = values["horizon"], values["start"]
    for key, what, options in (
        ("world", "world", (world,)),
        ("choice", "way of choosing", CHOICES),
        ("strategy", "strategy", STRATEGIES),
    ):
        if values[key] not in options:
            refuse(key, f"there is no {what} {values[key]!r}", ", ".join(options), nearest(str(values[key]), options))
    for name in sorted(set(values["hold"]) - set(MECHANISMS)):
        refuse("hold", f"there is no mechanism {name!r}", ", ".join(MECHANISMS), nearest(name, MECHANISMS))
    if roster is not None and values["strengths"] is not None:
        refuse("strengths", f"the world {roster.name} says itself how strong its labs are", "strength of its labs")
    _check_start(values, roster, refuse)
    if horizon is not None and not first <= horizon <= LAST_HORIZON:
        which = "before the start" if horizon < first else "too far"
        refuse("horizon", f"{month_name(horizon)} is {which}", f"{month_name(first)} to {month_name(LAST_HORIZON)}")
    count, seed = values["enterprises"], values["population_seed"]
    if isinstance(count, bool) or not isinstance(count, int) or not least <= count <= ENTERPRISES[1]:
        refuse("enterprises", f"{count!r} is not legal", f"a whole number, {least} to {ENTERPRISES[1]}")
    for key, legal in (("reactions", "on or off"), ("resample_population", "true or false")):
        if not isinstance(values[key], bool):
            refuse(key, f"{values[key]!r} is not legal", legal)
    if values["history_until"] is not None:
        problems += values["future"].early(values["history_until"])
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        refuse("population_seed", f"{seed!r} is not legal", "a whole number, 0 or more")
    if values["policy"] is not None:
        problems += _check_policy(values["policy"], values["history_until"], roster)
    return problems


def _check_start(values: Mapping[str, Any], roster: Roster | None, refuse: Callable[[str, str, str], None]) -> None:
    until, last = values["history_until"], shipped_vocabulary().last_month
    if roster is not None:
        if {values["start"], until} != {roster.start}:
            first = month_name(roster.start)
            refuse("history.until", f"the world {roster.name} has no history; it starts in {first}", first)
        return
    if values["start"] != 0:
        refuse("start", "the history starts in 2023-01", "0")
    if until is not None and not 1 <= until <= last:
        which = "beyond the data" if until > last else "before the data"
        refuse("history.until", f"{month_name(until)} is {which}", f"2023-02 to {month_name(last)}")


def _check_policy(policy: Policy, t_handover: int | None, roster: Roster | None) -> list[Problem]:
    """Return the entries that can't act as they are dated, and those that set one thing twice."""
    if t_handover is None:
        return []
    names = roster_vocabulary(roster)
    past = t_handover if roster is None else NO_REPLAY
    problems = [problem for entry in policy.entries for problem in _check_entry(entry, t_handover, past, names)]
    problems += overlaps(policy.entries, t_handover)
    return problems + rivals(policy.entries, names, t_handover)


def _check_entry(entry: Entry, t_handover: int, past: int, names: Vocabulary) -> Iterator[Problem]:
    start, last = entry.first_month(t_handover), entry.last_month(t_handover)
    if entry.start is None and last is not None and last < start:
        message = f"the entry ends before it starts, in {month_name(start)}, the month after the hand-over"
        yield Problem(entry.where, "until", message, "a later date, or a 'from'")
    if entry.lever == "content_review" and entry.origin != BASE and start <= past:
        message = (
            f"content review delays releases after the hand-over ({month_name(t_handover)}) only, because the "
            f"replay keeps real release dates; this entry starts in {month_name(start)}"
        )
        yield Problem(entry.where, "from", message, "a later date, or history.until before it")
    refused = unchoosable(entry, names, past)
    if refused is not None:
        yield Problem(entry.where, "value", *refused)
