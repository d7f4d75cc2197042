"""``opengambit world``: what the data know of each month, every product line that was live in one, and other worlds."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

from experiments.info import rosters
from experiments.info.coverage import Offer, Tables, counts, summary
from experiments.info.options import Options, parse
from experiments.info.table import Column, show
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem
from sim.roster_check import HISTORY
from sim.scenario import DEFAULT_HISTORY

COUNTS = (
    Column("lines", "lines", right=True),
    Column("open", "open", right=True),
    Column("q", "with quality", right=True),
    Column("price", "with price", right=True),
    Column("both", "with both", right=True),
    Column("costed", "open, costed by size", right=True),
)
BY_MONTH = (
    Column("month", "month", keep=True),
    *COUNTS,
    Column("video", "video lines", right=True),
)
BY_LAB = (Column("lab", "lab", keep=True), *COUNTS)
LINES = (
    Column("lab", "lab", keep=True),
    Column("line", "line"),
    Column("model", "model"),
    Column("tier", "tier"),
    Column("domain", "domain"),
    Column("licence", "licence"),
    Column("q", "q (ECI)", right=True),
    Column("q_from", "q from"),
    Column("price", "$/Mtok", right=True),
    Column("price_from", "price from"),
)
NOTES = (
    "Quality counts as known if the model itself was scored; carried: its predecessor's plus half of the frontier's "
    "growth; typical gap: the first of its line, placed behind the frontier as such lines are.",
    "Price: the lab's list price, else the hosts' mean (weighted by 1/price^2). Open weights with neither are costed "
    "by their size; a closed release without a price sells at its predecessor's. Video slots pay by the slot.",
)


def main(args: list[str]) -> int:
    """Show coverage by month, ``--month``: live lines of one, ``--by lab``: counts by lab; NAME: a world in words."""
    options = _checked(parse("world", args, values=("month", "by")))
    if options.words and options.words[0] != HISTORY:
        rosters.tell(options.words[0], as_json=options.json)
        return 0
    tables = Tables.load()
    if "month" not in options.values and "by" not in options.values:
        rows = [summary(tables, t) for t in tables.months()]
        show(rows, BY_MONTH, title="Live text lines by month", as_json=options.json, notes=NOTES)
        return 0
    t = _month(options, tables)
    offers = tables.offers(t)
    if "by" in options.values:
        show(
            _by_lab(offers),
            BY_LAB,
            title=f"Live lines in {month_name(t)} by lab",
            as_json=options.json,
            notes=NOTES,
        )
    else:
        rows = [dataclasses.asdict(offer) for offer in offers]
        show(rows, LINES, title=f"{len(rows)} lines live in {month_name(t)}", as_json=options.json, notes=NOTES)
    return 0


def _checked(options: Options) -> Options:
    legal = "NAME, --month YYYY-MM, --by lab, --json"
    problems = [Problem("world", word, "is not understood", legal) for word in options.words[1:]]
    if options.values and options.words and options.words[0] != HISTORY:
        problems.append(
            Problem("world", options.words[0], "a world without history has no months of data", "NAME, --json")
        )
    if options.values.get("by", "lab") != "lab":
        problems.append(Problem("world", "--by", f"cannot count by {options.values['by']!r}", "--by lab"))
    if problems:
        raise InputError(problems)
    return options


def _month(options: Options, tables: Tables) -> int:
    known = tables.months()
    legal = f"a month from {month_name(known[0])} to {month_name(known[-1])}"
    try:
        t = month_index(options.values.get("month", DEFAULT_HISTORY))
    except ValueError as error:
        raise InputError(Problem("world", "--month", str(error), legal)) from error
    if t not in known:
        raise InputError(Problem("world", "--month", f"there are no data for {month_name(t)}", legal))
    return t


def _by_lab(offers: list[Offer]) -> list[dict[str, object]]:
    groups: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        groups[offer.lab].append(offer)
    return [{"lab": lab, **counts(group)} for lab, group in sorted(groups.items(), key=lambda item: item[0].lower())]
