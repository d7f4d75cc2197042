"""Rent of an H100-hour by month, for the cost of serving."""

from __future__ import annotations

from sim.data.build.tables import Raw, Row, Table, number, provenance

COLUMNS = (
    "month", "usd_per_h100_hour", "low", "high", "basis",
    "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip


def build(raw: Raw) -> Table:
    """Return rent.csv: USD of 2025 per H100-hour, one row per month from 2023-01."""
    return Table("rent.csv", COLUMNS, [_month(row) for row in raw.table("rent")])


def _month(row: Row) -> Row:
    return {
        "month": row["month"],
        **{column: number(row[column]) for column in ("usd_per_h100_hour", "low", "high")},
        "basis": row["basis"],
        "tag": "A" if "[A]" in row["basis"] else "D",
        **provenance(row),
    }
