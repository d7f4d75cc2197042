"""Chips made and sold by month, for the replay of compute."""

from __future__ import annotations

from sim.data.build.tables import Raw, Row, Table, joined_sources, number

SERIES = {
    "nvidia": ("nvidia", "world"),
    "other_us": ("other_us", "world"),
    "chinese": ("chinese", "world"),
    "nvidia_cn": ("nvidia", "CN"),
}
"""Column to supplier group and destination of the raw table (other US silicon has no deliveries to CN)."""

COLUMNS = (
    "month", *(f"{name}{end}" for name in SERIES for end in ("", "_low", "_high")),
    "basis", "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip


def build(raw: Raw) -> Table:
    """Return chips.csv: H100e per month with ranges, one row per month from 2022-01; empty where not known."""
    cells: dict[str, dict[str, Row]] = {}
    names = {key: name for name, key in SERIES.items()}
    for row in raw.table("chip_replay"):
        name = names.get((row["supplier_group"], row["destination"]))
        if name:
            cells.setdefault(row["month"], {})[name] = row
    return Table("chips.csv", COLUMNS, [_month(month, cells[month]) for month in sorted(cells)])


def _month(month: str, found: dict[str, Row]) -> Row:
    out: Row = {"month": month}
    for name, row in found.items():
        out[name] = number(row["h100e_per_month"])
        out[f"{name}_low"], out[f"{name}_high"] = number(row["low"]), number(row["high"])
    basis = "; ".join(f"{name}: {found[name]['basis']}" for name in SERIES if name in found)
    notes = dict.fromkeys(row["note"] for row in found.values() if row["note"])
    tag = "A" if all("[A]" in row["basis"] for row in found.values()) else "D"
    return {**out, "basis": basis, "tag": tag, "note": "; ".join(notes), **joined_sources(found.values())}
