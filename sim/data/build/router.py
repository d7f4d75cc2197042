"""Weekly router tokens, each slug resolved to a model of the world."""

from __future__ import annotations

from sim.data.build.labs import roster
from sim.data.build.models import offered
from sim.data.build.tables import Raw, Row, Table, number, provenance

COLUMNS = (
    "week_start", "week_end", "rank", "slug", "model", "variant", "lab", "country", "openness", "tokens",
    "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip


def build(raw: Raw) -> Table:
    """Return router_weekly.csv: tokens per slug of the weekly top list; ``model`` is empty where it is no offer."""
    names = {row["slug"]: row for row in raw.table("router_names")}
    models = {row["model"] for row in offered(raw)}
    lab_of = roster(raw).lab_of
    rows = [_week(row, names[row["model"]], models, lab_of) for row in raw.table("openrouter_weekly")]
    return Table("router_weekly.csv", COLUMNS, rows)


def _week(row: Row, name: Row, models: set[str], lab_of: dict[str, str]) -> Row:
    return {
        "week_start": row["week_start"], "week_end": row["week_end"], "rank": row["rank_in_list"],
        "slug": row["model"],
        "model": name["model"] if name["model"] in models else "",
        "variant": name["variant"],
        "lab": lab_of.get(name["lab"], name["lab"]),
        "country": name["country"], "openness": name["openness"] or "undisclosed",
        "tokens": number(row["tokens"]),
        "tag": "V",
        **provenance(row),
    }  # fmt: skip
