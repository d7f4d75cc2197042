"""First-party prices: dated rows per model, blended, without router captures of open models."""

from __future__ import annotations

from sim.data.build.models import is_open, offered
from sim.data.build.tables import Raw, Row, Table, number, provenance

COLUMNS = (
    "model", "from", "until", "price", "price_in", "price_out", "basis", "listed_from", "carried_back",
    "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
INPUT_WEIGHT = 0.75


def blended(price_in: str, price_out: str) -> float:
    """Return the blended price in USD per million tokens: 0.75 input + 0.25 output."""
    return INPUT_WEIGHT * float(price_in) + (1.0 - INPUT_WEIGHT) * float(price_out)


def build(raw: Raw) -> Table:
    """Return prices.csv; the first row of a model is carried back to its release (``carried_back`` = 1)."""
    releases = {row["model"]: row for row in offered(raw)}
    kept = [row for row in raw.table("prices") if row["model"] in releases]
    kept = [row for row in kept if not is_capture_of_open(row, releases[row["model"]])]
    kept.sort(key=lambda row: (row["model"].lower(), row["from"]))
    rows = []
    for index, row in enumerate(kept):
        is_first = index == 0 or kept[index - 1]["model"] != row["model"]
        rows.append(_price(row, releases[row["model"]]["date"] if is_first else row["from"]))
    return Table("prices.csv", COLUMNS, rows)


def is_capture_of_open(price: Row, release: Row) -> bool:
    """Return whether a price row is a router route of open weights, that is a host price."""
    return price["basis"] == "capture" and is_open(release)


def _price(row: Row, release: str) -> Row:
    start = min(row["from"], release)
    return {
        "model": row["model"],
        "from": start,
        "until": row["until"],
        "price": number(blended(row["price_in"], row["price_out"])),
        "price_in": number(row["price_in"]),
        "price_out": number(row["price_out"]),
        "basis": row["basis"],
        "listed_from": row["from"],
        "carried_back": str(int(start < row["from"])),
        "tag": "V" if row["basis"] in ("list", "launch") else "A" if row["confidence"] == "low" else "D",
        **provenance(row),
    }
