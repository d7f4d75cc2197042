"""``opengambit regions``: the user regions, their blocs, weights and languages."""

from __future__ import annotations

from experiments.info.options import matching, parse
from experiments.info.sources import number, read
from experiments.info.table import Column, show

COLUMNS = (
    Column("region", "region", keep=True),
    Column("name", "name"),
    Column("bloc", "bloc"),
    Column("gdp_share", "share of GDP", right=True),
    Column("population_share", "share of people", right=True),
    Column("initial_adoption", "adopted 2023-01", right=True),
    Column("languages", "languages"),
)

NOTES = (
    "Blocs: US, CN, AL allied, NAL non-aligned (never NA, which readers take for missing).",
    "Enterprises count by GDP. Adoption in CN starts at 0: nothing was offered there in 2023-01.",
)
NUMBERS = ("gdp_share", "population_share", "initial_adoption")


def main(args: list[str]) -> int:
    """List the regions that hold every given word."""
    options = parse("regions", args)
    rows = [dict(row) | {key: number(row[key]) for key in NUMBERS} for row in read("regions.csv")]
    found = matching("regions", rows, options.words, [str(row[key]) for row in rows for key in ("region", "name")])
    show(found, COLUMNS, title=f"{len(found)} regions", as_json=options.json, notes=NOTES)
    return 0
