"""What is for sale, as objects: releases on product lines, and the month's prices.

The facts come from ``sim.offers.Offers``, the catalogue that both implementations read; prices, disutilities and who
has heard of what are worked out here, one release at a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from sim.calendar import LEVELS_MONTH
from sim.offers import NONE, Offers
from sim.parameters import Parameters
from sim.rng import Keys

OWN, HOST, SELF = range(3)
"""Channels: the lab's own API, a third-party host, own machines."""


@dataclass(slots=True, eq=False)
class Release:
    """One model, with what it costs this month.

    Attributes:
        index: its place in the catalogue; on a line, the newer release has the larger one.
        served, public: sold on the lab's own API; public weights.
        q: capability by task, ECI.
        wait: standard exponential wait of each enterprise for the news of it.
        reach: who has a shorter wait than this has heard of it by now (E17).
        own_price, host_price, serving: $/Mtok.
        own_free, host_free: share of developers who get it for free.
        own_cost, host_cost: disutility B(p) of the prices.
        variety: utility of having several hosts.
    """

    index: int
    key: Keys
    lab: int
    line: Line
    month: int
    closed: bool
    served: bool
    public: bool
    abroad: bool
    aligned: float
    q: list[float]
    usable_until: int
    wait: memoryview | list[float] = field(default_factory=list)
    reach: float = math.inf
    own_price: float = math.nan
    host_price: float = math.nan
    serving: float = math.nan
    own_free: float = 0.0
    host_free: float = 0.0
    own_cost: float = math.nan
    host_cost: float = math.nan
    variety: float = 0.0


@dataclass(slots=True, eq=False)
class Line:
    """A product line.

    Attributes:
        served, public: its releases so far on the own API and with public weights, the newest first.
        on_sale, downloadable: whether this month's menu has it on the own API, and as public weights.
    """

    index: int
    key: int
    lab: int
    tier: int
    video: bool
    served: list[Release] = field(default_factory=list)
    public: list[Release] = field(default_factory=list)
    on_sale: bool = False
    downloadable: bool = False

    def newest_served(self, who: int) -> Release | None:
        """Return the newest release on the own API that an enterprise has heard of."""
        for release in self.served:
            if release.wait[who] < release.reach:
                return release
        return None

    def newest_public(self, who: int, region: int, homes: list[int]) -> Release | None:
        """Return the newest release with public weights that an enterprise has heard of and may download."""
        for release in self.public:
            if release.wait[who] < release.reach and (release.abroad or homes[release.lab] == region):
                return release
        return None


@dataclass(slots=True, frozen=True)
class Row:
    """A line on a channel, and its place on the month's menu."""

    line: Line
    channel: int
    place: int


@dataclass(frozen=True)
class Menu:
    """The month's rows of one domain, text or video, in the order lab, channel, line; and by lab."""

    rows: list[Row]
    by_lab: dict[int, list[Row]]

    @classmethod
    def of(cls, lines: list[Line]) -> Menu:
        """Return the menu of the lines that can be had."""
        wanted = [(line.lab, OWN, line.index, line) for line in lines if line.on_sale]
        wanted += [(line.lab, c, line.index, line) for line in lines if line.downloadable for c in (HOST, SELF)]
        wanted.sort(key=lambda row: row[:3])
        rows = [Row(line, channel, place) for place, (_, channel, _, line) in enumerate(wanted)]
        by_lab: dict[int, list[Row]] = {}
        for row in rows:
            by_lab.setdefault(row.line.lab, []).append(row)
        return cls(rows, by_lab)


class Catalogue:
    """All lines and releases, and the menu of the month."""

    def __init__(self, offers: Offers, parameters: Parameters, enterprises: int) -> None:
        self.offers, self.parameters, self.enterprises = offers, parameters, enterprises
        facts = zip(offers.line_keys, offers.line_lab, offers.line_tier, offers.line_video, strict=True)
        self.lines = [Line(k, int(key), int(lab), int(tier), bool(v)) for k, (key, lab, tier, v) in enumerate(facts)]
        self.releases = [self._release(k) for k in range(offers.rows)]
        for release in self.releases:
            if release.month < 0:
                release.wait = [0.0] * enterprises
                self.publish(release)

    def _release(self, k: int) -> Release:
        offers = self.offers
        line = self.lines[int(offers.line[k])]
        return Release(
            index=k,
            key=offers.model_keys[k : k + 1],
            lab=line.lab,
            line=line,
            month=int(offers.month[k]),
            closed=bool(offers.closed[k]),
            served=bool(offers.served[k]),
            public=not offers.closed[k],
            abroad=bool(offers.abroad[k]),
            aligned=float(offers.aligned[k]),
            q=offers.q[k].tolist(),
            usable_until=int(offers.usable_until[k]),
        )

    def publish(self, release: Release) -> None:
        """Put a release at the head of its line."""
        if release.served:
            release.line.served.insert(0, release)
        if release.public:
            release.line.public.insert(0, release)

    def open_month(self, t: int) -> None:
        """Let news travel, write the price tags of the month, and draw up its menus."""
        self.price_level = self._price_level(t)
        self.free_cost = self.disutility(0.0)
        self._let_news_travel(t)
        self._write_prices(t)
        for line in self.lines:
            line.on_sale = self.offers.own[line.index, t] != NONE
            line.downloadable = self.offers.weights[line.index, t] != NONE
        self.text = Menu.of([line for line in self.lines if not line.video])
        self.video = Menu.of([line for line in self.lines if line.video])

    def disutility(self, price: float) -> float:
        """Return B(p) of a price in $/Mtok (E15)."""
        prices = self.parameters.prices
        ratio = max(price / self.price_level, prices.free_floor)
        if prices.curvature == 0.0:
            return math.log(ratio)
        return float((ratio**prices.curvature - 1.0) / prices.curvature)

    def _price_level(self, t: int) -> float:
        prices = self.parameters.prices
        return float(prices.scale * prices.scale_decline ** (-(t - LEVELS_MONTH) / 12))

    def _let_news_travel(self, t: int) -> None:
        """An enterprise hears of a release after min(whole part of wait / omega, cap) months."""
        demand = self.parameters.demand
        for release in self.releases:
            if 0 <= release.month <= t:
                age = t - release.month
                release.reach = math.inf if age >= demand.awareness_cap else demand.awareness * (age + 1)

    def _write_prices(self, t: int) -> None:
        offers, variety = self.offers, self.parameters.prices.host_variety
        columns: list[Any] = [
            table[:, t].tolist() for table in (offers.own_price, offers.host_price, offers.cost, offers.free)
        ]
        hosts = offers.hosts[:, t].tolist()
        for release, own, host, serving, free in zip(self.releases, *(c[:-1] for c in columns), strict=True):
            if release.month <= t:
                release.own_price, release.host_price, release.serving = own, host, serving
                release.own_free, release.host_free = (free, 0.0) if release.closed else (0.0, free)
                release.own_cost, release.host_cost = self.disutility(own), self.disutility(host)
                release.variety = variety * math.log(hosts[release.index])
