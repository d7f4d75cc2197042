"""Published ranges of compute stocks, for the figure that compares the model's with them (no run reads them)."""

from __future__ import annotations

from collections.abc import Iterable

from sim.data.build.tables import Raw, Row, Table, joined_sources, number

COLUMNS = (
    "month", "what", "low", "median", "high", "basis", "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
MONTHS = ("2022-12", "2023-12", "2024-12", "2025-09", "2025-12")
MAKERS = ("Nvidia", "Google TPU", "Amazon Trainium", "AMD")
SOLD = "Cumulative H100-equivalents sold"
COMPUTED = "Share of H100-equivalents in known operational GPU clusters (computed here)"
PUBLISHED = "Share of global GPU cluster performance (Epoch published)"
DELIVERED = "H100-equivalents delivered per quarter"
CLUSTERS = {"2023-12": "2023-12-31", "2024-12": "2024-12-31", "2025-12": "2025-10-31"}
"""Month to the date up to which clusters are counted."""
Range = tuple[float, float, float]
"""low, median, high"""


def build(raw: Raw) -> Table:
    """Return compute_ranges.csv: H100e in place at the end of a month, for the world, the US and CN."""
    supply = raw.table("chip_supply")
    rows = []
    for month in MONTHS:
        sold = [row for row in supply if row["metric"] == SOLD and row["period_end"][:7] == month]
        world = _sum(_range(row) for row in sold if row["supplier"] in MAKERS)
        makers = ", ".join(row["supplier"] for row in sold)
        note = "sold since 2022, nothing retired; sum of ranges, so wider than the range of the sum"
        rows.append(_row(month, "world", world, f"chips sold by {makers}", note, sold))
        for place, name in (("US", "US"), ("CN", "China")):
            rows += _by_share(supply, month, place, name, world, sold)
        rows += _by_chips(raw, month)
    return Table("compute_ranges.csv", COLUMNS, rows)


def _by_share(supply: list[Row], month: str, place: str, name: str, world: Range, sold: list[Row]) -> list[Row]:
    """Return the world's chips times a place's share of known clusters, over the shares that are published."""
    until = CLUSTERS.get(month)
    found = [
        row for row in supply
        if row["destination"] == name
        and (row["metric"] == PUBLISHED or (row["metric"] == COMPUTED and row["period_end"] == until))
    ]  # fmt: skip
    if until is None:
        return []
    shares = [float(row["value"]) / 100 for row in found]
    middle = next(float(row["value"]) / 100 for row in found if row["metric"] == COMPUTED)
    value = world[0] * min(shares), world[1] * middle, world[2] * max(shares)
    note = (
        "clusters known to the public are 10 to 20% of the world's compute; range over two shares and over chips sold"
    )
    return [
        _row(month, place, value, "chips sold in the world times the share of known clusters", note, [*sold, *found])
    ]


def _by_chips(raw: Raw, month: str) -> list[Row]:
    """Return Nvidia's deliveries to China and Chinese chips, counted up; smuggled ones are left out."""
    end = f"{month}-31"
    bought = [
        row for row in raw.table("chip_supply")
        if (row["supplier"], row["destination"], row["metric"]) == ("Nvidia", "China", DELIVERED)
        and row["period_end"] <= end
    ]  # fmt: skip
    made = [
        row for row in raw.table("chip_replay")
        if (row["supplier_group"], row["destination"]) == ("chinese", "world") and row["month"] <= month
    ]  # fmt: skip
    if not made:
        return []
    chinese = _sum((float(r["low"]), float(r["h100e_per_month"]), float(r["high"])) for r in made)
    value = _sum([*(_range(row) for row in bought), chinese])
    note = "nothing retired, smuggled chips left out; output of Chinese chips is assumed"
    return [_row(month, "CN, counted", value, "Nvidia's deliveries to China and Chinese chips", note, [*bought, *made])]


def _range(row: Row) -> Range:
    return float(row["low"]), float(row["value"]), float(row["high"])


def _sum(ranges: Iterable[Range]) -> Range:
    low, middle, high = (sum(part) for part in zip(*ranges, strict=True))
    return low, middle, high


def _row(month: str, what: str, value: Range, basis: str, note: str, sources: list[Row]) -> Row:
    low, median, high = (number(round(part)) for part in value)
    head = {"month": month, "what": what, "low": low, "median": median, "high": high, "basis": basis, "tag": "D"}
    return {**head, "note": note, **joined_sources(sources)}
