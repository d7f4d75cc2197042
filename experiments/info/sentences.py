"""Policy entries in words: when, who, what, on whom, how much, and where that is known from."""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING

from experiments.info.sources import read
from experiments.info.table import cell

if TYPE_CHECKING:
    from sim.policy import Entry


def sentence(entry: Entry) -> str:
    """Return an entry as sentences that can be read aloud."""
    share = f", for {entry.share:.0%} of it" if entry.share < 1 else ""
    target = "" if str(entry.target) == "all" else f" on {entry.target}"
    period = entry.period()
    parts = [
        f"{period[0].upper()}{period[1:]}, "
        f"{_actor(entry.actor)} sets {entry.lever}{target} to {_amount(entry)}{share}.",
        f"The lever {entry.definition.meaning}.",
        _standing(entry),
        f"Event: {_ended(entry.event)}" if entry.event else "",
        f"Note: {_ended(entry.note)}" if entry.note else "",
        f"Source: {_ended(entry.source)}" if entry.source else "",
        f"[{entry.tag.strip('[]')}]" if entry.tag else "",
    ]
    return " ".join(part for part in parts if part)


def record(entry: Entry) -> dict[str, object]:
    """Return an entry as plain data, with its sentence."""
    plain = entry.canonical()
    return {
        "from": plain["start"],
        "until": plain["until"],
        "actor": entry.actor,
        "lever": entry.lever,
        "target": {key: list(names) for key, names in entry.target.items},
        "value": plain["value"],
        "unit": entry.definition.unit,
        "share": entry.share,
        "side": entry.definition.phase,
        "in_data": entry.in_data,
        "event": entry.event,
        "source": entry.source,
        "tag": entry.tag,
        "note": entry.note,
        "sentence": sentence(entry),
    }


def _amount(entry: Entry) -> str:
    from sim.policy import ScheduledRelease

    value = entry.value
    if isinstance(value, ScheduledRelease):
        size = f"{cell(value.active_b)} B active of {cell(value.total_b)} B parameters"
        return (
            f"{value.model} ({value.lab}, line {value.line}, {value.tier}, {value.licence}, q {cell(value.q)}, {size})"
        )
    if isinstance(value, frozenset):
        return " or ".join(sorted(value))
    if isinstance(value, tuple):
        words = {part.name: part.words for part in entry.definition.parts}
        return ", ".join(f"{name} {words[name][int(part)] if words[name] else cell(part)}" for name, part in value)
    if entry.definition.kind == "flag":
        return "on" if value else "off"
    if value == inf:
        return "no limit"
    return f"{cell(float(value))} ({entry.definition.unit})"


def _standing(entry: Entry) -> str:
    return f"History already carries it ({entry.in_data})." if entry.in_data else ""


def _actor(code: str) -> str:
    name = _region_names().get(code)
    return f"{code} ({name})" if name and name != code else code


def _ended(text: str) -> str:
    flat = " ".join(text.split())
    return flat if flat.endswith((".", "!", "?")) else f"{flat}."


@lru_cache(maxsize=1)
def _region_names() -> dict[str, str]:
    return {row["region"]: row["name"] for row in read("regions.csv")}
