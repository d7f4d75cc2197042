"""Product lines: what a lab sells under one name, and the last month in which it sells it."""

from __future__ import annotations

from sim.data.build.labs import roster
from sim.data.build.tables import Raw, Row, Table, provenance

COLUMNS = (
    "line", "lab", "source_lab", "tier", "domain", "mode", "successor", "first_month", "last_month", "n_releases",
    "live_until", "live_until_date", "live_until_basis", "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip


def build(raw: Raw) -> Table:
    """Return lines.csv; ``live_until`` is the last month, included, in which the line is offered."""
    lab_of = roster(raw).lab_of
    last = {row["model"]: row for row in raw.table("releases")}
    return Table("lines.csv", COLUMNS, [_line(row, lab_of, last) for row in raw.table("lines")])


def _line(row: Row, lab_of: dict[str, str], releases: dict[str, Row]) -> Row:
    copied = ("line", "tier", "domain", "mode", "successor", "n_releases", "live_until_basis")
    sourced = releases[row["last_model"]]
    withdrawn = row["live_until_basis"] == "withdrawn"
    return {
        **{column: row[column] for column in copied},
        "lab": lab_of[row["lab"]],
        "source_lab": row["lab"],
        "first_month": row["first_release"][:7],
        "last_month": row["last_release"][:7],
        "live_until": row["live_until"][:7],
        "live_until_date": row["live_until"],
        "tag": "V" if withdrawn else "D",
        **provenance(sourced, note=row["note"]),
    }
