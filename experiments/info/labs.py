"""``opengambit labs``: every lab of the model with its home, product lines and latest release."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from experiments.info.options import matching, parse
from experiments.info.sources import read
from experiments.info.table import Column, show

COLUMNS = (
    Column("lab", "lab", keep=True),
    Column("home", "home"),
    Column("bloc", "bloc"),
    Column("kind", "kind"),
    Column("lines", "lines", right=True),
    Column("releases", "releases", right=True),
    Column("open_releases", "open", right=True),
    Column("latest", "latest release"),
    Column("stands_for", "stands for"),
)

NOTES = (
    "Open: releases with public weights. Latest: the newest release in the data, which may be after the replay's end.",
)


def main(args: list[str]) -> int:
    """List the labs that hold every given word."""
    options = parse("labs", args)
    rows = _rows()
    members = [name for row in rows for name in (row["lab"], *row["stands_for"])]
    found = matching("labs", rows, options.words, members)
    show(found, COLUMNS, title=f"{len(found)} labs", as_json=options.json, notes=NOTES)
    return 0


def _rows() -> list[dict[str, Any]]:
    lines = Counter(row["lab"] for row in read("lines.csv"))
    releases: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in sorted((row for row in read("models.csv") if row["replaces"] == "1"), key=lambda row: row["date"]):
        releases[row["lab"]].append(row)
    members = defaultdict(list)
    for row in read("lab_aliases.csv"):
        if row["source_lab"] != row["lab"]:
            members[row["lab"]].append(row["source_lab"])
    return [
        {key: row[key] for key in ("lab", "home", "bloc", "kind")}
        | {"lines": lines[row["lab"]], "stands_for": sorted(members[row["lab"]])}
        | _record(releases[row["lab"]])
        for row in read("labs.csv")
    ]


def _record(releases: list[dict[str, str]]) -> dict[str, object]:
    last = releases[-1] if releases else None
    return {
        "releases": len(releases),
        "open_releases": sum(row["licence"] != "closed" for row in releases),
        "latest": f"{last['model']} ({last['date'][:7]})" if last else None,
    }
