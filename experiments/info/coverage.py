"""Which product lines are live in a month, and what is known of each: model, quality, price.

A line is live from the month of its first release to its ``live_until``; what it offers is its last release that
replaces its predecessor. A price is the first-party row in force on the last day of the month (before the first row:
the first row), else the hosts' mean of that month (weighted by 1/price^2).
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from experiments.info.sources import number, read
from sim.calendar import month_index, month_name

Cells = Mapping[str, str]
NO_SCORE = ("carried", "typical gap", "video rule")


@dataclass(frozen=True)
class Offer:
    """What a line offers in a month.

    Attributes:
        lab, line, tier, domain, model, licence: names of the tables.
        q: quality (ECI points).
        q_from: the scales behind it; ``carried`` or ``typical gap`` where no score is known.
        price: blended $/Mtok, None if neither the lab nor a host lists one.
        price_from: ``lab``, ``hosts``, ``size`` (open weights of known size, costed) or ``-``.
    """

    lab: str
    line: str
    tier: str
    domain: str
    model: str
    licence: str
    q: float | None
    q_from: str
    price: float | None
    price_from: str

    @property
    def is_scored(self) -> bool:
        """Whether the quality rests on a published score of the model itself."""
        return self.q is not None and self.q_from not in NO_SCORE


@dataclass(frozen=True)
class Tables:
    """The tables behind coverage, keyed as they are looked up."""

    lines: tuple[Cells, ...]
    releases: Mapping[str, tuple[Cells, ...]]
    prices: Mapping[str, tuple[Cells, ...]]
    host_prices: Mapping[str, tuple[Cells, ...]]

    @classmethod
    def load(cls) -> Tables:
        """Read them from the installed data."""
        offered = [row for row in read("models.csv") if row["replaces"] == "1"]
        return cls(
            tuple(read("lines.csv")),
            _by(offered, "line", order="date"),
            _by(read("prices.csv"), "model", order="from"),
            _by(read("host_prices.csv"), "model", order="from"),
        )

    def months(self) -> list[int]:
        """Return every month index from the first release (2023-01 at the earliest) to the last."""
        released = [month_index(row["date"]) for rows in self.releases.values() for row in rows]
        return list(range(max(min(released), 0), max(released) + 1))

    def offers(self, t: int) -> list[Offer]:
        """Return what every live line offers in month ``t``, by lab and line."""
        found = [offer for line in self.lines if (offer := self._offer(line, t)) is not None]
        return sorted(found, key=lambda offer: (offer.domain, offer.lab.lower(), offer.line))

    def _offer(self, line: Cells, t: int) -> Offer | None:
        out = [row for row in self.releases.get(line["line"], ()) if month_index(row["date"]) <= t]
        if not out or (line["live_until"] and month_index(line["live_until"]) < t):
            return None
        model = out[-1]
        price, basis = self._price(model, t)
        return Offer(
            model["lab"], line["line"], line["tier"], line["domain"], model["model"], model["licence"],
            number(model["q"]), model["q_basis"], price, basis,
        )  # fmt: skip

    def _price(self, model: Cells, t: int) -> tuple[float | None, str]:
        own = _in_force(self.prices.get(model["model"], ()), t)
        if own is not None:
            return own, "lab"
        for row in self.host_prices.get(model["model"], ()):
            if row["from"][:7] <= month_name(t) and (not row["until"] or month_name(t) <= row["until"][:7]):
                return number(row["price"]), "hosts"
        is_costed = model["licence"] != "closed" and bool(model["active_b"])
        return None, "size" if is_costed else "-"


def summary(tables: Tables, t: int) -> dict[str, object]:
    """Return the coverage of month ``t``: counts of live lines, text and video apart."""
    offers = tables.offers(t)
    text = [offer for offer in offers if offer.domain != "video"]
    video = [offer for offer in offers if offer.domain == "video"]
    return {"month": month_name(t), **counts(text), "video": len(video)}


def counts(offers: Iterable[Offer]) -> dict[str, int]:
    """Return how many offers there are, and of how many the quality, the price, or both are known."""
    found = list(offers)
    return {
        "lines": len(found),
        "open": sum(offer.licence != "closed" for offer in found),
        "q": sum(offer.is_scored for offer in found),
        "price": sum(offer.price is not None for offer in found),
        "both": sum(offer.is_scored and offer.price is not None for offer in found),
        "costed": sum(offer.price_from == "size" for offer in found),
    }


def _in_force(rows: tuple[Cells, ...], t: int) -> float | None:
    year, month = map(int, month_name(t).split("-"))
    last_day = f"{month_name(t)}-{monthrange(year, month)[1]:02d}"
    begun = [row for row in rows if row["from"] <= last_day]
    return number((begun[-1] if begun else rows[0])["price"]) if rows else None


def _by(rows: Iterable[Cells], key: str, *, order: str) -> dict[str, tuple[Cells, ...]]:
    groups: dict[str, list[Cells]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[order]):
        groups[row[key]].append(row)
    return {name: tuple(group) for name, group in groups.items()}
