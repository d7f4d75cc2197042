"""Labs: who is in the world by name, who is pooled with whom, and what each lab is."""

from __future__ import annotations

from dataclasses import dataclass

from sim.data.build.regions import ORDER, bloc_of, region_of
from sim.data.build.tables import Raw, Row, Table, number

COLUMNS = (
    "lab", "home", "bloc", "kind", "pooled", "members", "ecosystem_income", "fund_musd_per_month", "n_models",
    "first_month", "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
ALIAS_COLUMNS = ("source_lab", "lab", "country", "home", "tag", "confidence", "note", "source_title", "source_url")

BIG = ("OpenAI", "Anthropic", "Meta", "xAI", "NVIDIA")
CLOUD = ("Google", "Microsoft", "Amazon", "Alibaba", "ByteDance", "Tencent", "Baidu", "Huawei")
STARTUP = ("Mistral AI", "Cohere", "DeepSeek", "Moonshot", "Z.ai", "MiniMax", "01.AI", "StepFun")
OTHER = ("TII", "Meituan", "Kuaishou", "Xiaomi")
NAMED = BIG + CLOUD + STARTUP + OTHER
HOME_MARKET_ONLY = ("SenseTime", "iFlytek", "Baichuan")

CLOUD_INCOME, OTHER_INCOME = 0.25, 0.05
FUND = {
    "OpenAI": 900, "Google": 900, "Anthropic": 700, "Meta": 700,
    "xAI": 300, "Microsoft": 300, "Amazon": 300, "NVIDIA": 300,
    "Alibaba": 150, "ByteDance": 150, "Tencent": 100,
    "DeepSeek": 50, "Baidu": 50, "Huawei": 50,
    "Moonshot": 25, "Z.ai": 25, "MiniMax": 25, "01.AI": 25, "StepFun": 25,
    "Mistral AI": 100,
}  # fmt: skip
FUND_OTHER_CN, FUND_OTHER = 10, 30


@dataclass(frozen=True)
class Roster:
    """Which modelled lab each lab of the sources belongs to, and where it is at home."""

    lab_of: dict[str, str]
    home_of: dict[str, str]
    country_of: dict[str, str]
    bloc_of: dict[str, str]

    def labs(self) -> list[str]:
        """Return the modelled labs: the named ones first, then the pools in the order of the regions."""
        named = [lab for lab in NAMED if lab in self.home_of]
        pools = sorted(
            (lab for lab in self.home_of if lab not in NAMED),
            key=lambda lab: (ORDER.index(self.home_of[lab]), lab),
        )
        return named + pools

    def members(self, lab: str) -> list[str]:
        """Return the labs of the sources that ``lab`` stands for."""
        return sorted(source for source, target in self.lab_of.items() if target == lab)


def roster(raw: Raw) -> Roster:
    """Return the roster: every lab with an offered release, by name or in the pool of its region."""
    regions, blocs = region_of(raw), bloc_of(raw)
    country = {row["lab"]: row["country"] for row in raw.table("releases") if row["offered"] == "1"}
    home = {lab: regions.get(code, "OTH") for lab, code in country.items()}
    lab_of = {lab: lab if lab in NAMED else _pool(lab, home[lab]) for lab in country}
    home_of = {lab_of[lab]: home[lab] for lab in country}
    return Roster(lab_of, home_of, country, {lab: blocs[region] for lab, region in home_of.items()})


def _pool(lab: str, home: str) -> str:
    return f"Other ({home}, home market)" if lab in HOME_MARKET_ONLY else f"Other ({home})"


def build(raw: Raw) -> Table:
    """Return labs.csv: one row per modelled lab."""
    members = roster(raw)
    return Table("labs.csv", COLUMNS, [_lab(raw, members, lab) for lab in members.labs()])


def aliases(raw: Raw) -> Table:
    """Return lab_aliases.csv: every lab of the sources and the modelled lab that it went to."""
    members = roster(raw)
    rows = [_alias(members, source) for source in sorted(members.lab_of, key=str.lower)]
    return Table("lab_aliases.csv", ALIAS_COLUMNS, rows)


def _alias(members: Roster, source: str) -> Row:
    lab = members.lab_of[source]
    pooled = lab != source
    return {
        "source_lab": source, "lab": lab, "country": members.country_of[source], "home": members.home_of[lab],
        "tag": "A" if pooled else "V",
        "confidence": "high",
        "note": "pooled by home region" if pooled else "",
        "source_title": "releases.csv (lab and country)",
        "source_url": "",
    }  # fmt: skip


def _lab(raw: Raw, members: Roster, lab: str) -> Row:
    sources = members.members(lab)
    releases = [r for r in raw.table("releases") if r["offered"] == "1" and r["lab"] in sources]
    income = CLOUD_INCOME if lab in CLOUD else OTHER_INCOME
    home = members.home_of[lab]
    return {
        "lab": lab, "home": home, "bloc": members.bloc_of[lab], "kind": _kind(lab),
        "pooled": "0" if lab in NAMED else "1", "members": ";".join(sources),
        "ecosystem_income": number(income),
        "fund_musd_per_month": number(FUND.get(lab, FUND_OTHER_CN if home == "CN" else FUND_OTHER)),
        "n_models": str(len(releases)),
        "first_month": min(row["date"] for row in releases)[:7],
        "tag": "A", "confidence": "low",
        "note": "kind, ecosystem_income (theta_l: cloud owners .25, others .05) and fund (by type of lab) are [A]",
        "source_title": "docs/model.md, section 5.6 (theta_l, Fund_l); releases.csv (home)",
        "source_url": "",
    }  # fmt: skip


def _kind(lab: str) -> str:
    if lab in BIG:
        return "big"
    if lab in CLOUD:
        return "cloud"
    return "startup" if lab in STARTUP else "other"
