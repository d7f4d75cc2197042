"""Hard bans: the chance that an enterprise rules out Chinese developers, by channel (docs/model.md, section 5.5)."""

from __future__ import annotations

from sim.data.build.regions import ALLIED, ORDER
from sim.data.build.tables import Table, assumed, number

COLUMNS = ("region", "home", "channel", "ban", "tag", "confidence", "note", "source_title", "source_url")
API_US, API_ALLIED, API_NON_ALIGNED = 0.60, 0.50, 0.15
AT_MOST = {"A": 1.0, "H": 0.20, "S": 0.10}


def probability(region: str, channel: str) -> float:
    """Return the share of enterprises of a region that ban Chinese models on a channel; none in CN and SAN."""
    if region in ("CN", "SAN"):
        return 0.0
    api = API_US if region == "US" else API_ALLIED if region in ALLIED else API_NON_ALIGNED
    return min(api, AT_MOST[channel])


def build() -> Table:
    """Return bans.csv: all triples that are not zero."""
    note = "anchored on 52 (Netskope) and 70 (Armis) percent of clients blocking DeepSeek's own service; none in SAN"
    source = assumed(note, "5.5")
    rows = [
        {"region": region, "home": "CN", "channel": channel, "ban": number(probability(region, channel)), **source}
        for region in ORDER
        for channel in AT_MOST
        if probability(region, channel)
    ]
    return Table("bans.csv", COLUMNS, rows)
