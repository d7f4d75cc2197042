"""How much an entry sets, in words, and whether that is more or less than what holds without it."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from experiments.info.table import cell
from sim.calendar import month_name
from sim.entries import Entry, ScheduledRelease
from sim.policy import Policy
from sim.scenario_check import LAST_HORIZON
from sim.vocabulary import Vocabulary, shipped_vocabulary

NEUTRAL = {
    "chip_export_quota": inf,
    "chip_export_performance": 1.0,
    "chip_export_to_third_countries": 1.0,
    "chip_import_limit": 1.0,
    "offshore_cloud_access": 1.0,
}
"""What holds where nothing sets a lever: 0 but for these, which limit something (``SupplyLevers``)."""
_KEPT = ("chip_export_performance", "chip_export_to_third_countries", "chip_import_limit")
MORE, LESS, SAME, MIXED, UNKNOWN = "more", "less", "same", "mixed", ""


def words(entry: Entry) -> str:
    """Return the value of an entry as people read it."""
    value, share = entry.value, f", for {entry.share:.0%} of it" if entry.share < 1 else ""
    if isinstance(value, ScheduledRelease):
        return f"{value.model}, {value.licence}, q {cell(value.q)}"
    if isinstance(value, frozenset):
        return " or ".join(sorted(value))
    if isinstance(value, tuple):
        return ", ".join(f"{name} {cell(part)}" for name, part in value) + share
    return plain(value, entry) + share


def plain(value: float, entry: Entry) -> str:
    """Return a number in the unit of an entry's lever."""
    if entry.definition.kind == "flag":
        return "on" if value else "off"
    return "no limit" if value == inf else f"{cell(value)} ({entry.definition.unit})"


def neutral(entry: Entry) -> float:
    """Return the value of an entry's lever where nothing sets it."""
    return NEUTRAL.get(entry.lever, 0.0)


def replaced(entry: Entry, below: Sequence[Entry], t_handover: int) -> list[Entry]:
    """Return the entries below one that are in force in one of its months and that it stands in place of."""
    return [old for old in below if old.key == entry.key and old.overlaps(entry, t_handover)]


def covers(entry: Entry, olds: Sequence[Entry], t_handover: int) -> bool:
    """Say whether some entries together are in force in every month of one."""
    span = _months(entry, t_handover)
    return span <= {t for old in olds for t in _months(old, t_handover)}


def returns(entry: Entry, old: Entry, t_handover: int) -> str | None:
    """Return the month in which a replaced entry holds again, None if it does not."""
    last, old_last = entry.last_month(t_handover), old.last_month(t_handover)
    if last is None or (old_last is not None and old_last <= last):
        return None
    return month_name(last + 1)


def shift(entry: Entry, olds: Sequence[Entry], t_handover: int) -> str:
    """Return whether an entry sets more or less than what holds without it.

    More is what the expected sign of a lever is about; of release modes, closing.
    """
    if isinstance(entry.value, ScheduledRelease):
        return MORE
    if isinstance(entry.value, frozenset):
        return UNKNOWN if olds else MORE if entry.value == {"closed"} else UNKNOWN if "closed" in entry.value else LESS
    new = _size(entry)
    before = [_size(old) for old in olds]
    if not covers(entry, olds, t_handover):
        before.append(tuple(neutral(entry) for _ in new))
    if all((old.value, old.share) == (entry.value, entry.share) for old in olds) and len(before) == len(olds):
        return SAME
    signs = {(a > b) - (a < b) for old in before for a, b in zip(new, old, strict=True)} - {0}
    if not signs:
        return UNKNOWN if isinstance(entry.value, tuple) else SAME
    return {1: MORE, -1: LESS}[signs.pop()] if len(signs) == 1 else MIXED


def as_tried(entry: Entry) -> bool:
    """Say whether an entry has actor and target on the sides that its lever was tried on, so that the sign applies."""
    trial = entry.definition.trial
    tried = Policy.from_levers([(trial.key, trial.high)]).entries[0]
    names = shipped_vocabulary()
    if isinstance(entry.value, ScheduledRelease):
        return _sides([entry.actor], names) == _sides([tried.actor], names)
    return [_sides(part, names) for part in _who(entry)] == [_sides(part, names) for part in _who(tried)]


def _who(entry: Entry) -> list[list[str]]:
    makers = [name for key in ("developer", "line", "model") for name in entry.target.get(key)]
    places = [name for key in ("users", "destination") for name in entry.target.get(key)]
    own = [entry.actor] if entry.definition.own_labs else []
    return [[entry.actor], makers or own, places]


def _sides(given: Sequence[str], names: Vocabulary) -> set[str]:
    """Return the blocs of regions, blocs, labs, lines and models."""
    found = set()
    for name in given:
        lab = names.models[name].lab if name in names.models else names.lines.get(name, name)
        place = names.labs.get(lab, lab)
        found |= {names.regions[code] for code in names.members(place)} or {name}
    return found


def _size(entry: Entry) -> tuple[float, ...]:
    """Return the numbers by which an entry is more or less than another of its lever."""
    value = entry.value
    if isinstance(value, float):
        return (1.0 - (1.0 - value) * entry.share if entry.lever in _KEPT else value * entry.share,)
    return tuple(entry.part(name) * entry.share for name in entry.definition.plain)


def _months(entry: Entry, t_handover: int) -> set[int]:
    last = entry.last_month(t_handover)
    return set(range(entry.first_month(t_handover), (LAST_HORIZON if last is None else last) + 1))


def since(entry: Entry) -> str:
    """Return the dates of an entry: ``from 2026-01``, with its end if it has one."""
    return entry.period().replace("hand-over", "replay")
