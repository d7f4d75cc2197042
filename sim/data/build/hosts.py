"""Prices of third-party hosts of open weights, by month: the mean over hosts that a router's traffic would pay.

A router spreads requests over hosts in proportion to 1/price^2 (the documented default of OpenRouter), so the mean
paid is the sum of 1/p over the sum of 1/p^2: near the cheapest host, and not moved by one more dear one. A median
would rise as dear hosts join a model, although nobody pays more.
"""

from __future__ import annotations

import math

from sim.calendar import month_index, month_name
from sim.data.build.models import is_open, offered
from sim.data.build.prices import blended, is_capture_of_open
from sim.data.build.tables import Raw, Row, Table, in_force, joined_sources, number

COLUMNS = (
    "model", "from", "until", "price", "n_hosts", "low", "high", "basis",
    "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
LAST_MONTH = "2026-09"


def build(raw: Raw) -> Table:
    """Return host_prices.csv: monthly intervals, ``until`` included, empty where the price is still in force."""
    releases = {row["model"]: row for row in offered(raw) if is_open(row)}
    quotes: dict[str, list[Row]] = {}
    for row in raw.table("hosts"):
        if row["model"] in releases:
            quotes.setdefault(row["model"], []).append(row)
    captures = [r for r in raw.table("prices") if r["model"] in releases]
    captures = [r for r in captures if is_capture_of_open(r, releases[r["model"]])]
    rows = [interval for model in quotes for interval in _intervals(model, quotes[model])]
    for row in captures:
        rows += _captured(row, min((month_index(q["from"]) for q in quotes.get(row["model"], [])), default=None))
    return Table("host_prices.csv", COLUMNS, sorted(rows, key=lambda row: (row["model"].lower(), row["from"])))


def _intervals(model: str, quotes: list[Row]) -> list[Row]:
    last = month_index(LAST_MONTH)
    first = min(month_index(row["from"]) for row in quotes)
    runs: list[tuple[int, int, list[Row]]] = []
    for t in range(first, last + 1):
        hosts = _in_force(quotes, month_name(t))
        if not hosts:
            continue
        if runs and runs[-1][1] == t - 1 and _values(runs[-1][2]) == _values(hosts):
            runs[-1] = (runs[-1][0], t, runs[-1][2])
        else:
            runs.append((t, t, hosts))
    return [_interval(model, start, None if end == last else end, hosts) for start, end, hosts in runs]


def _in_force(quotes: list[Row], month: str) -> list[Row]:
    """Return one quote per host on the last day of a month: its standard variant, else its cheapest."""
    live = [row for row in quotes if in_force(row, month)]
    chosen: dict[str, Row] = {}
    for row in sorted(live, key=lambda row: (row["variant"] != "", _price(row), row["from"])):
        chosen.setdefault(row["host"], row)
    return [chosen[host] for host in sorted(chosen)]


def _values(hosts: list[Row]) -> tuple[float, int, float, float]:
    prices = [_price(row) for row in hosts]
    return routed_mean(prices), len(prices), min(prices), max(prices)


def routed_mean(prices: list[float]) -> float:
    """Return the mean price of traffic that is split in proportion to 1/price^2; 0 if a host is free."""
    if min(prices) <= 0:
        return 0.0
    return math.fsum(1 / p for p in prices) / math.fsum(1 / p**2 for p in prices)


def _price(row: Row) -> float:
    return blended(row["price_in"], row["price_out"])


def _interval(model: str, start: int, end: int | None, hosts: list[Row]) -> Row:
    price, n, low, high = _values(hosts)
    return {
        "model": model, "from": month_name(start), "until": "" if end is None else month_name(end),
        "price": number(price), "n_hosts": str(n), "low": number(low), "high": number(high),
        "basis": "mean over hosts weighted by 1/price^2", "tag": "D",
        "note": "; ".join(row["host"] for row in hosts),
        **joined_sources(hosts),
    }  # fmt: skip


def _captured(row: Row, first_quote: int | None) -> list[Row]:
    """Return a router capture, carried back, up to the month before the first dated quote of a host."""
    until = row["until"][:7]
    if first_quote is not None:
        if month_index(row["from"]) >= first_quote:
            return []
        until = month_name(first_quote - 1)
    price = number(blended(row["price_in"], row["price_out"]))
    return [{
        "model": row["model"], "from": row["from"][:7], "until": until,
        "price": price, "n_hosts": "1", "low": price, "high": price,
        "basis": "router capture carried back", "tag": "A",
        "confidence": "low", "note": row["note"],
        "source_title": row["source_title"], "source_url": row["source_url"],
    }]  # fmt: skip
