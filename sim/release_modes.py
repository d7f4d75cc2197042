"""Release modes: which ones a lab can choose at all, and what policies allow at a date (E12).

``closed``: sold through the lab's own API only. ``open``: weights are published. ``delayed``: weights follow after some
months. ``tiered``: the flagship is closed, a smaller line is open; it takes lines of two tiers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.compiling import Named, own_labs, spells
from sim.entries import Entry
from sim.market.arrays import Bools
from sim.vocabulary import MODES, PAST_MODES, Vocabulary


@dataclass(frozen=True)
class ReleaseModeRule:
    """Allowed modes of the releases of some labs from ``from_t`` to ``until_t`` (both included)."""

    from_t: int
    until_t: int
    labs: frozenset[str]
    lines: frozenset[str] | None
    tiers: frozenset[str] | None
    allowed: frozenset[str]

    def holds(self, lab: str, t: int) -> bool:
        """Say whether the rule concerns any release of a lab in month t."""
        return self.from_t <= t <= self.until_t and lab in self.labs

    def covers(self, lab: str, line: str, tier: str, t: int) -> bool:
        """Say whether the rule holds for a release of month t."""
        return (
            self.holds(lab, t)
            and (self.lines is None or line in self.lines)
            and (self.tiers is None or tier in self.tiers)
        )


def mode_rules(entries: Iterable[tuple[Entry, Bools]], world: Named, names: Vocabulary) -> tuple[ReleaseModeRule, ...]:
    """Return the rules of the ``release_mode`` entries, each with the months in which it wins, shape (T,)."""
    rules = []
    for entry, when in entries:
        if entry.lever != "release_mode" or not isinstance(entry.value, frozenset):
            continue
        labs = frozenset(world.lab_names[k] for k in own_labs(entry, world, names))
        lines = frozenset(entry.target.get("line")) or None
        tiers = frozenset(entry.target.get("tier")) or None
        rules += [ReleaseModeRule(first, last, labs, lines, tiers, entry.value) for first, last in spells(when)]
    return tuple(rules)


def allowed_modes(
    rules: Iterable[ReleaseModeRule], lab: str, t: int, possible: Iterable[str] = MODES
) -> frozenset[str]:
    """Return the modes that a lab may choose for a whole generation completed in month t.

    Rules on all of a lab's releases cut the set; a rule on the flagship tier cuts the modes that would break it. Rules
    on other tiers and on lines leave the mode alone and are kept line by line (``ReleaseModeRule.covers``). Where rules
    leave nothing, the last one wins.

    Args:
        rules: rules in force, lowest layer first.
        lab: name.
        t: month of completion.
        possible: what the lab can do (``possible_modes``).
    """
    modes = frozenset(possible)
    for rule in rules:
        if not rule.holds(lab, t) or rule.lines is not None:
            continue
        legal = rule.allowed
        if rule.tiers is not None:
            if "flagship" not in rule.tiers:
                continue
            legal = _for_flagships(rule.allowed)
        modes = modes & legal or legal & frozenset(possible) or frozenset({"closed"})
    return modes


def _for_flagships(allowed: frozenset[str]) -> frozenset[str]:
    closed = frozenset({"closed", "tiered"}) if "closed" in allowed else frozenset()
    return closed | (frozenset({"open", "delayed"}) if "open" in allowed else frozenset())


def possible_modes(lab: str, t: int, names: Vocabulary) -> frozenset[str]:
    """Return the modes that a lab of the data can choose at month t: tiered takes live text lines of two tiers."""
    live = [line for line in names.line_facts.values() if line.lab == lab and line.live_until >= t and not line.video]
    return frozenset(MODES) if len({line.tier for line in live}) > 1 else frozenset(MODES) - {"tiered"}


def unchoosable(entry: Entry, names: Vocabulary, t_handover: int) -> tuple[str, str] | None:
    """Return message and legal values if an entry asks for modes that its labs can't choose, else None.

    The past knows closed and open releases only, since its dates stay; a line or a tier is closed or open; and a lab
    that an entry names must have the lines that the mode takes.
    """
    if entry.lever != "release_mode" or not isinstance(entry.value, frozenset):
        return None
    later = sorted(entry.value - set(PAST_MODES))
    if not later:
        return None
    what, past = " and ".join(later), ", ".join(PAST_MODES)
    if entry.first_month(t_handover) <= t_handover:
        message = (
            f"no lab can choose {what} in the past: the replay keeps real release dates, so a release there is closed "
            "or open"
        )
        return message, f"{past}; or a 'from' after the hand-over"
    if entry.target.get("line") or entry.target.get("tier"):
        return f"{what} is about all lines of a lab; a line or a tier is closed or open", past
    named = {lab for lab in (entry.actor, *entry.target.get("developer")) if lab in names.labs}
    unable = sorted(lab for lab in named if not possible_modes(lab, t_handover, names) >= entry.value)
    if unable:
        message = f"{', '.join(unable)} can't choose tiered: it takes live text lines of two tiers"
        return message, ", ".join(mode for mode in MODES if mode != "tiered")
    return None
