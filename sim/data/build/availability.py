"""Availability: the share of a region's users to whom a lab's own API is open, by month."""

from __future__ import annotations

from collections.abc import Iterable

from sim.calendar import month_index, month_name
from sim.data.build.labs import Roster, roster
from sim.data.build.regions import ORDER
from sim.data.build.tables import Raw, Row, Table, in_force, joined_sources, number

COLUMNS = (
    "lab", "region", "from", "until", "share", "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
FIRST_MONTH, LAST_MONTH = "2023-01", "2026-09"
HOUSE_RULE = {
    "CN": "not offered: foreign labs without a row are taken as Mistral AI and Cohere are (registration duty) [A]",
    "SAN": "not offered: allied labs without a row are taken as Mistral AI and Cohere are (sanctions) [A]",
}
FIRST_PARTY, DEFAULT, GRAY, CLOUD = "first_party_api", "default", "gray_access", "cloud_"


def is_used(row: Row) -> bool:
    """Return whether a raw row says something about a lab's own API."""
    return row["channel"] in (FIRST_PARTY, DEFAULT, GRAY) or row["channel"].startswith(CLOUD)


def build(raw: Raw) -> Table:
    """Return availability.csv: intervals with a share below 1, both months included; no row means 1."""
    members = roster(raw)
    rules = [row for row in raw.table("availability") if is_used(row)]
    rows = []
    for lab in members.labs():
        for region in ORDER:
            relevant = _relevant(rules, members, lab, region)
            rows += _intervals(lab, region, relevant) if relevant else []
    return Table("availability.csv", COLUMNS, rows)


def _relevant(rules: list[Row], members: Roster, lab: str, region: str) -> list[Row]:
    """Return the rows of a lab in a region, else the rule of its country; a pool takes its members' rows, once."""
    own = [row for row in rules if row["region"] == region and row["actor"] in members.members(lab)]
    default = [row for row in rules if row["region"] == region and row["actor"] == f"*{members.home_of[lab]}"]
    if not any(row["channel"] == FIRST_PARTY for row in own):
        own += default or _house_rule(members, lab, region)
    distinct = {(r["channel"], r["from"], r["until"], r["available"], r["share"]): r for r in reversed(own)}
    return list(distinct.values())[::-1]


def _house_rule(members: Roster, lab: str, region: str) -> list[Row]:
    """Return the rule for labs of allied and non-aligned countries, which the raw table leaves open [A]."""
    barred = {"AL": ("CN", "SAN"), "NAL": ("CN",)}.get(members.bloc_of[lab], ())
    if region not in barred:
        return []
    rule = {"actor": lab, "region": region, "channel": DEFAULT, "from": "2023-01-01", "until": ""}
    source = {"confidence": "low", "source_title": "assumption [A], sim/data/README.md", "source_url": ""}
    return [{**rule, "available": "0", "share": "1.0", "note": HOUSE_RULE[region], **source}]


def share_open(rows: Iterable[Row]) -> float:
    """Return the open share: 1 less what first-party and default rows close, plus cloud and grey access, in [0, 1]."""
    closed, extra = 0.0, 0.0
    for row in rows:
        share = float(row["share"])
        if row["channel"] in (FIRST_PARTY, DEFAULT):
            closed += share if row["available"] == "0" else 0.0
        elif row["available"] == "1":
            extra += share
    return min(max(1.0 - closed, 0.0) + extra, 1.0)


def _intervals(lab: str, region: str, rows: list[Row]) -> list[Row]:
    first, last = month_index(FIRST_MONTH), month_index(LAST_MONTH)
    runs: list[tuple[int, int, list[Row]]] = []
    for t in range(first, last + 1):
        live = [row for row in rows if in_force(row, month_name(t))]
        if runs and live == runs[-1][2]:
            runs[-1] = (runs[-1][0], t, live)
        else:
            runs.append((t, t, live))
    return [
        _interval(lab, region, start, None if end == last else end, live)
        for start, end, live in runs
        if share_open(live) < 1.0
    ]


def _interval(lab: str, region: str, start: int, end: int | None, live: list[Row]) -> Row:
    guessed = any("[A]" in row["note"] or row["channel"] != FIRST_PARTY for row in live)
    return {
        "lab": lab, "region": region,
        "from": month_name(start), "until": "" if end is None else month_name(end),
        "share": number(share_open(live)),
        "tag": "A" if guessed else "V",
        "note": "; ".join(dict.fromkeys(f"{row['channel']}: {row['note']}" for row in live)),
        **joined_sources(live),
    }  # fmt: skip
