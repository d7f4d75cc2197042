"""The names that a user may write: regions, blocs, labs, lines and models, read from the data tables.

Names are data (docs/model.md, section 2): nothing here lists them. The tables are read once a process.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from sim.calendar import month_index

DATA = Path(__file__).parent / "data"
CLASSES = ("developer", "enterprise", "regulated", "public")
CHANNELS = ("A", "H", "S")
TIERS = ("flagship", "mid", "economy")
LICENCES = ("closed", "open_restricted", "open_permissive")
MODES = ("closed", "open", "delayed", "tiered")
"""Release modes that a lab chooses from after the hand-over (E12)."""
PAST_MODES = ("closed", "open")
"""Modes into which releases of the replay can be turned."""


@dataclass(frozen=True)
class KnownModel:
    """A release of the data: its lab, line and month of release (index t)."""

    lab: str
    line: str
    month: int


@dataclass(frozen=True)
class KnownLine:
    """A product line of the data: its lab, tier, domain and last month (index t)."""

    lab: str
    tier: str
    video: bool
    live_until: int


@dataclass(frozen=True)
class Vocabulary:
    """Everything that can be named in a policy.

    Attributes:
        regions: region code to bloc.
        labs: lab to home region.
        lines: product line to lab.
        models: model to lab, line and month.
        pooled: labs that have no agent of their own, to the pooled lab that carries them.
        pools: labs that stand for several.
        line_facts: product line to what is known of it.
    """

    regions: dict[str, str]
    labs: dict[str, str]
    lines: dict[str, str]
    models: dict[str, KnownModel]
    pooled: dict[str, str] = field(default_factory=dict)
    pools: frozenset[str] = frozenset()
    line_facts: dict[str, KnownLine] = field(default_factory=dict)

    @property
    def blocs(self) -> tuple[str, ...]:
        """Blocs in the order of the region table."""
        return tuple(dict.fromkeys(self.regions.values()))

    @property
    def last_month(self) -> int:
        """Month index of the last release in the data."""
        return max((model.month for model in self.models.values()), default=0)

    def members(self, place: str) -> tuple[str, ...]:
        """Return the regions of a region code, a bloc, or ``world`` (empty if it is none of them)."""
        if place in self.regions:
            return (place,)
        return tuple(r for r, bloc in self.regions.items() if place in {bloc, "world", "all"})

    def own_labs(self, region: str) -> tuple[str, ...]:
        """Return the labs whose home is ``region``."""
        return tuple(lab for lab, home in self.labs.items() if home == region)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@lru_cache(maxsize=1)
def shipped_vocabulary() -> Vocabulary:
    """Return the names of the data tables that ship with the model (``sim/data``)."""
    return Vocabulary(
        regions={row["region"]: row["bloc"] for row in _rows("regions.csv")},
        labs={row["lab"]: row["home"] for row in _rows("labs.csv")},
        lines={row["line"]: row["lab"] for row in _rows("lines.csv")},
        models={
            row["model"]: KnownModel(row["lab"], row["line"], month_index(row["month"])) for row in _rows("models.csv")
        },
        pooled={row["source_lab"]: row["lab"] for row in _rows("lab_aliases.csv")},
        pools=frozenset(row["lab"] for row in _rows("labs.csv") if row["pooled"] == "1"),
        line_facts={
            row["line"]: KnownLine(row["lab"], row["tier"], row["domain"] == "video", month_index(row["live_until"]))
            for row in _rows("lines.csv")
        },
    )
