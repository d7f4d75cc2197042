"""What in the data was filled in, carried back, assumed or has grown old: what ``opengambit doctor`` counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from experiments.info.sources import read
from sim.calendar import month_index
from sim.data import FOLDER

Cells = Mapping[str, str]

MEANINGS = {
    "no_score": "quality carried from the predecessor, plus half of the frontier's growth",
    "no_score_first": "quality placed behind the frontier as such lines usually are",
    "not_replacing": "neither score nor price: the predecessor stays on offer",
    "no_price": "no list or host price: costed by size, or sold at the predecessor's",
    "no_first_party_price": "open weights without a list price of their lab",
    "size_unknown": "parameters not published",
    "size_rumoured": "parameters from a rumour",
    "size_assumed": "parameters taken from a sibling or a usual ratio",
    "licence_guess": "weights are public, the licence class is a guess",
    "below_aa8": "score below the range of the crosswalk",
    "beyond_aa40": "score beyond the range of the crosswalk",
    "backfill": "price filled in by hand",
    "capture": "price from a router list, carried back",
    "router capture carried back": "host price from a later router list",
    "held level [A]": "level held, not observed",
    "assumed": "assumption [A]",
}
"""What each kind of flag says of a value."""

SERIES = {
    "models.csv": "month",
    "prices.csv": "listed_from",
    "host_prices.csv": "from",
    "promotions.csv": "from",
    "availability.csv": "from",
    "rent.csv": "month",
    "router_weekly.csv": "week_end",
    "observations.csv": "period_end",
}
"""Tables that grow with time, and the column that dates a row."""

OUTCOMES = ("router_weekly.csv", "observations.csv")
"""Tables that end on purpose: what came after judges the forecasts."""

NAMES = ("model", "lab", "region", "line", "home", "channel", "task", "class", "month", "from")


@dataclass(frozen=True)
class Flag:
    """One value that is less than observed.

    Attributes:
        table: file in ``sim/data``.
        kind: key of ``MEANINGS``, or the basis that the table gives.
        item: which row.
        detail: its note, as far as it has one.
    """

    table: str
    kind: str
    item: str
    detail: str

    @property
    def meaning(self) -> str:
        """What the kind says, in words."""
        return MEANINGS.get(self.kind, self.kind)


@lru_cache(maxsize=1)
def tables() -> dict[str, list[dict[str, str]]]:
    """Return every shipped table by file name."""
    names = sorted(path.name for path in FOLDER.glob("*.csv"))
    return {name: read(name) for name in names}


def flags() -> list[Flag]:
    """Return every flag of every table, in the order of the tables."""
    return [
        Flag(name, kind, _item(row), row.get("note", ""))
        for name, rows in tables().items()
        for row in rows
        for kind in _kinds(name, row)
    ]


def counted(found: Iterable[Flag]) -> list[tuple[str, str, int]]:
    """Return (table, kind, count), most frequent first inside a table."""
    counts = Counter((flag.table, flag.kind) for flag in found)
    ordered = sorted(counts.items(), key=lambda entry: (entry[0][0], -entry[1], entry[0][1]))
    return [(table, kind, count) for (table, kind), count in ordered]


def newest() -> dict[str, str]:
    """Return the newest month of each table that grows with time."""
    return {
        name: max(row[column][:7] for row in tables()[name] if row[column])
        for name, column in SERIES.items()
        if tables().get(name)
    }


def months_short(month: str, until: str) -> int:
    """Return by how many months ``month`` falls short of ``until`` (0 if it doesn't)."""
    return max(month_index(until) - month_index(month), 0)


def _kinds(table: str, row: Cells) -> Iterator[str]:
    yield from (kind for kind in row.get("flags", "").split(";") if kind)
    basis = row.get("basis", "")
    if basis in ("backfill", "capture") or basis in MEANINGS:
        yield basis
    elif row.get("tag", "").strip("[]") == "A" and table != "models.csv":
        yield "assumed"


def _item(row: Cells) -> str:
    return " ".join(dict.fromkeys(row[name] for name in NAMES if row.get(name)))
