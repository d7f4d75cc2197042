"""Limited free offers: who can use a model at no price, when, and how much of the developer traffic that is."""

from __future__ import annotations

from sim.data.build.labs import roster
from sim.data.build.models import is_open, offered
from sim.data.build.tables import Raw, Row, Table, number, provenance

COLUMNS = (
    "model", "lab", "slug", "kind", "from", "until", "channel", "place", "reach", "before_release",
    "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
UNRESOLVED_COLUMNS = (
    "model", "slug", "kind", "from", "until", "reason", "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
LAUNCH, CODING_TOOLS_ONLY, RATE_LIMITED = 1.0, 0.5, 0.3
WHY = {
    LAUNCH: "reach 1: anyone on the router gets it free",
    CODING_TOOLS_ONLY: "reach .5 [A]: free in some coding tools, which ones is not known: the middle of 0 to 1",
    RATE_LIMITED: "reach .3 [A]: rate-limited (50 requests a day, 1,000 with credit); in weeks with both slugs "
    "listed the free one took 38 to 69 percent of a model's tokens, and free use per head is larger",
}


def build(raw: Raw) -> tuple[Table, Table]:
    """Return promotions.csv and promotions_unresolved.csv."""
    releases = {row["model"]: row for row in offered(raw)}
    rows = raw.table("promotions")
    lab_of = roster(raw).lab_of
    known = [_promotion(row, releases[row["model"]], lab_of) for row in rows if row["model"] in releases]
    unknown = [_unresolved(row) for row in rows if row["model"] not in releases]
    return (
        Table("promotions.csv", COLUMNS, known),
        Table("promotions_unresolved.csv", UNRESOLVED_COLUMNS, unknown),
    )


def reach(row: Row) -> float:
    """Return the share of the developer class that gets a model free while the promotion lasts [A]."""
    if row["channel"] == "coding tools":
        return CODING_TOOLS_ONLY
    return LAUNCH if row["kind"] in ("launch promotion", "stealth") else RATE_LIMITED


def _promotion(row: Row, release: Row, lab_of: dict[str, str]) -> Row:
    share = reach(row)
    return {
        **{column: row[column] for column in ("model", "slug", "kind", "from", "until")},
        "lab": lab_of[release["lab"]],
        "channel": "H" if is_open(release) else "A",
        "place": row["channel"],
        "reach": number(share),
        "before_release": str(int(bool(row["until"]) and row["until"] < release["date"])),
        "tag": "A",
        **provenance(row, note="; ".join(filter(None, (row["note"], WHY[share])))),
    }


def _unresolved(row: Row) -> Row:
    reason = "the release is not an offer of models.csv" if row["model"] else "identity never confirmed"
    copied = {column: row[column] for column in ("model", "slug", "kind", "from", "until")}
    return {**copied, "reason": reason, "tag": "V", **provenance(row)}
