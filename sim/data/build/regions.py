"""Regions: weights and blocs as collected, first adoption as the model document assumes it."""

from __future__ import annotations

from sim.data.build.tables import Raw, Row, Table, number, provenance

COLUMNS = (
    "region", "name", "bloc", "gdp_share", "population_share", "languages", "initial_adoption", "members",
    "adoption_2023", "adoption_2024", "adoption_2025", "adoption_definition",
    "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
INITIAL_ADOPTION = {"US": 0.03, "CN": 0.02}
INITIAL_ADOPTION_ELSEWHERE = 0.01
ORDER = ("US", "CN", "EU", "UKCA", "JP", "KRTW", "SEA", "IN", "GULF", "LATAM", "AFR", "SAN", "OTH")
ALLIED = ("EU", "UKCA", "JP", "KRTW")
NON_ALIGNED = ("SEA", "IN", "GULF", "LATAM", "AFR", "SAN", "OTH")


def build(raw: Raw) -> Table:
    """Return regions.csv: 13 rows in canonical order; shares are fractions that sum to 1."""
    rows = {row["region"]: row for row in raw.table("regions")}
    return Table("regions.csv", COLUMNS, [_region(rows[code]) for code in ORDER])


def _region(row: Row) -> Row:
    first = INITIAL_ADOPTION.get(row["region"], INITIAL_ADOPTION_ELSEWHERE)
    numbers = ("gdp_share", "population_share", "adoption_2023", "adoption_2024", "adoption_2025")
    copied = {column: row[column] for column in ("region", "name", "bloc", "languages", "members")}
    note = "initial_adoption [A], docs/model.md section 4"
    return {
        **copied,
        **{column: number(row[column]) for column in numbers},
        "adoption_definition": row["adoption_definition"],
        "initial_adoption": number(first),
        "tag": "A",
        **provenance(row, note="; ".join(filter(None, (row["note"], note)))),
    }


def region_of(raw: Raw) -> dict[str, str]:
    """Return country code to region; countries that no row names belong to OTH."""
    return {
        member: row["region"]
        for row in raw.table("regions")
        for member in row["members"].split(";")
        if len(member) == 2
    }


def bloc_of(raw: Raw) -> dict[str, str]:
    """Return region to bloc."""
    return {row["region"]: row["bloc"] for row in raw.table("regions")}
