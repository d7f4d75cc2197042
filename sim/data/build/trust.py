"""Distrust of foreign developers, utils by user region and developer home (docs/model.md, section 5.5)."""

from __future__ import annotations

from sim.data.build.regions import ALLIED, NON_ALIGNED, ORDER
from sim.data.build.tables import Table, assumed, number

COLUMNS = ("region", "home", "trust", "tag", "confidence", "note", "source_title", "source_url")
CHINESE_IN_US, CHINESE_IN_ALLIED, CHINESE_IN_NON_ALIGNED, CHINESE_IN_SANCTIONED = 1.2, 1.0, 0.3, 0.1
AMERICAN_IN_CHINA, AMERICAN_IN_SANCTIONED, AMERICAN_IN_NON_ALIGNED = 0.6, 0.6, 0.2
ALLIED_ABROAD = 0.1


def distrust(region: str, home: str) -> float:
    """Return T in utils; 0 at home and for every pair that the document does not name."""
    if region == home:
        return 0.0
    if home == "CN":
        return _chinese(region)
    if home == "US":
        return _american(region)
    return ALLIED_ABROAD if home in ALLIED and region not in ALLIED else 0.0


def _chinese(region: str) -> float:
    named = {"US": CHINESE_IN_US, "SAN": CHINESE_IN_SANCTIONED}
    return named.get(region, CHINESE_IN_ALLIED if region in ALLIED else CHINESE_IN_NON_ALIGNED)


def _american(region: str) -> float:
    named = {"CN": AMERICAN_IN_CHINA, "SAN": AMERICAN_IN_SANCTIONED}
    return named.get(region, AMERICAN_IN_NON_ALIGNED if region in NON_ALIGNED else 0.0)


def build() -> Table:
    """Return trust.csv: all pairs that are not zero."""
    source = assumed("T of E21; allied developers: .1 outside the allied regions", "5.5")
    rows = [
        {"region": region, "home": home, "trust": number(distrust(region, home)), **source}
        for region in ORDER
        for home in ORDER
        if distrust(region, home)
    ]
    return Table("trust.csv", COLUMNS, rows)
