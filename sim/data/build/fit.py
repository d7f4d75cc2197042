"""Language and culture fit, utils by user region, developer home and task (docs/model.md, section 5.5)."""

from __future__ import annotations

from sim.data.build.regions import NON_ALIGNED, ORDER
from sim.data.build.tables import Table, assumed, number

COLUMNS = ("region", "home", "task", "fit", "tag", "confidence", "note", "source_title", "source_url")
CHINESE_IN = {"CN": 0.6, "SEA": 0.4, "JP": 0.2, "KRTW": 0.2}
CHINESE_IN_NON_ALIGNED = 0.3
HOME_BONUS = 0.3
TASK_SHARE = {"assistant": 1.0, "coding": 0.5, "documents": 0.5, "local": 1.0, "video": 0.5}


def level(region: str, home: str) -> float:
    """Return the full fit in utils: Chinese developers by region, others .3 in their own region."""
    if home == "CN":
        return CHINESE_IN.get(region, CHINESE_IN_NON_ALIGNED if region in NON_ALIGNED else 0.0)
    return HOME_BONUS if region == home else 0.0


def build() -> Table:
    """Return fit.csv: all triples that are not zero."""
    note = "assistant and local-language tasks take the full fit, other tasks half of it"
    source = assumed(note, "5.5")
    rows = [
        {"region": region, "home": home, "task": task, "fit": number(share * level(region, home)), **source}
        for region in ORDER
        for home in ORDER
        for task, share in TASK_SHARE.items()
        if level(region, home)
    ]
    return Table("fit.csv", COLUMNS, rows)
