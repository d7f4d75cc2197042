"""Outcomes that the model's instruments are compared with; they end with 2025."""

from __future__ import annotations

from sim.data.build.tables import Raw, Row, Table, number

COLUMNS = (
    "series", "instrument", "entity", "entity_type", "geography", "period_start", "period_end", "value", "unit",
    "known_from", "se", "low", "high", "n", "calibrate", "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
LAST_DAY = "2025-12-31"


def build(raw: Raw) -> Table:
    """Return observations.csv: rows whose period ends by the end of 2025, shares as fractions."""
    rows = [row for row in raw.table("observations") if row["period_end"] <= LAST_DAY]
    return Table("observations.csv", COLUMNS, [_observation(row) for row in rows])


def _observation(row: Row) -> Row:
    numbers = {column: number(row[column]) for column in ("value", "se", "low", "high", "n")}
    return {**row, **numbers, "calibrate": str(int(is_calibrated(row))), "tag": "V"}


def is_calibrated(row: Row) -> bool:
    """Return whether a row may carry weight: not the Arena rows that miss some labs, not the upload-split downloads."""
    return "tracked labs only" not in row["series"] and not row["series"].startswith("downloads share")
