"""Makes a world of a roster: the same arrays that the data tables give (docs/model.md, section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from sim.calendar import LEVELS_MONTH, month_name
from sim.completions import tier_size
from sim.market.adoption import adoption_hazard
from sim.market.arrays import Floats
from sim.market.pricing import host_price, host_price_logit, price_scale, serving_cost
from sim.roster_places import data_regions, members
from sim.tables import load_world
from sim.world import (
    CHANNEL_NAMES,
    CLASSES,
    NEVER,
    TASKS,
    TIERS,
    LineRecord,
    ModelRecord,
    PriceRecord,
    Stylised,
    World,
)

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.roster import LabEntry, Roster
    from sim.scenario import Scenario

TOTAL_OVER_ACTIVE = 10.0
"""All over active parameters where only the active ones are known (section 4)."""


def line_name(lab: str, tier: str) -> str:
    """Return the name of a lab's line."""
    return f"{lab} {tier}"


def model_name(lab: LabEntry, tier: str, start: int) -> str:
    """Return the name of what a line offers at the start."""
    return f"{line_name(lab.name, tier)} {month_name(start - lab.age)}"


def open_tiers(lab: LabEntry) -> frozenset[str]:
    """Return the tiers whose weights are public at the start: all, none, or the smallest of a tiered lab."""
    if lab.mode == "tiered":
        return frozenset({max(lab.tiers, key=TIERS.index)})
    return frozenset(lab.tiers if lab.mode == "open" else ())


def world_of(scenario: Scenario) -> World:
    """Return the world of a scenario: that of its roster, else that of the data tables."""
    if scenario.roster is not None:
        return roster_world(scenario.roster, scenario.parameters)
    return load_world() if scenario.strengths is None else scenario.strengths.placed(load_world())


def roster_world(roster: Roster, parameters: Parameters) -> World:
    """Return the world of a roster.

    Args:
        roster: what holds at the start.
        parameters: prices and sizes that follow from what the roster gives (E10, E11, E13, E14), adoption (E17).
    """
    labs, regions, start = roster.labs, roster.regions, roster.start
    rent = _rent(roster)
    parts = [_Maker(lab, roster, parameters, float(rent[start])) for lab in labs]
    gdp = np.array([entry.gdp for entry in regions])
    blocs = {entry.code: entry.bloc for entry in regions}
    trust, bans, fit = _attitudes(roster)
    models = sorted((m for part in parts for m in part.models()), key=lambda m: (m.lab, m.line, m.month))
    return World(
        region_codes=tuple(entry.code for entry in regions),
        region_names=tuple(entry.name for entry in regions),
        region_blocs=tuple(entry.bloc for entry in regions),
        region_gdp=gdp / gdp.sum(),
        region_adoption=_adoption(roster, parameters),
        lab_names=tuple(lab.name for lab in labs),
        lab_homes=tuple(lab.home for lab in labs),
        lab_blocs=tuple(blocs[lab.home] for lab in labs),
        lab_income=np.array([lab.income for lab in labs]),
        lab_fund=np.array([1.0 if lab.fund is None else lab.fund for lab in labs]),
        lines=tuple(sorted((z for part in parts for z in part.lines()), key=lambda z: (z.lab, z.name))),
        models=tuple(models),
        prices=tuple(row for part in parts for row in part.prices()),
        host_prices=tuple(row for part in parts for row in part.host_prices()),
        promotions=np.zeros((len(models), start + 1)),
        access=_access(roster),
        rent=rent,
        trust=trust,
        bans=bans,
        fit=fit,
        strengths=np.tile(np.array([lab.strength for lab in labs])[:, None, None], (1, len(TASKS), len(CLASSES))),
        propensity=np.zeros(len(labs)),
        n_months=start + 1,
        stylised=_stylised(roster),
    )


def _stylised(roster: Roster) -> Stylised:
    shares, stock, knowledge, budget = (
        np.array([dict(given).get(lab.name, np.nan) for lab in roster.labs])
        for given in (roster.shares, roster.stock, roster.knowledge, roster.budget)
    )
    fixed = roster.compute == "fixed"
    return Stylised(
        start=roster.start,
        compute=np.array([lab.compute or 0.0 for lab in roster.labs]) if fixed else None,
        compute_growth=roster.compute_growth,
        fixed_prices=roster.pricing == "fixed",
        releases=roster.releases == "market",
        knowledge=knowledge,
        budget=budget,
        stock=stock,
        shares=np.nan_to_num(shares) if roster.shares else None,
        habit=np.array([float(lab.habit) for lab in roster.labs]),
    )


class _Maker:
    """Lines, models and prices of one lab; ``size`` is that of its flagship, 10^9."""

    def __init__(self, lab: LabEntry, roster: Roster, parameters: Parameters, rent: float) -> None:
        self.lab, self.start, self.settings = lab, roster.start, parameters
        prices = parameters.prices
        progress = np.array([prices.serving_progress ** ((roster.start - LEVELS_MONTH) / 12)])
        self.unit = float(serving_cost(np.ones(1), np.array([rent]), prices.utilisation_flops, progress)[0])
        if lab.active is not None:
            self.active, self.total = lab.active, lab.total or TOTAL_OVER_ACTIVE * lab.active
        else:
            effective = (lab.cost or 0.0) / self.unit
            self.active = effective / TOTAL_OVER_ACTIVE**0.5
            self.total = TOTAL_OVER_ACTIVE * self.active
        self.cost = self.unit * (self.active * self.total) ** 0.5

    def scale(self, tier: str) -> float:
        """Return the active size of a tier over the flagship's (E11)."""
        return tier_size(self.settings, TIERS.index(tier))

    def hosted(self, cost: float) -> float:
        """Return what hosts charge at the start for what costs them so much (E14), $/Mtok."""
        prices, served = self.settings.prices, np.array([cost])
        if prices.host_pricing == "cost_plus":
            return float(host_price(served, prices.host_markup)[0])
        scale = price_scale(self.start, prices.scale, prices.scale_decline, LEVELS_MONTH)
        return float(host_price_logit(served, scale, prices.host_sensitivity, prices.hosts)[0])

    def lines(self) -> Iterable[LineRecord]:
        """Yield a line for each tier; none ever ends."""
        for tier in self.lab.tiers:
            yield LineRecord(line_name(self.lab.name, tier), self.lab.name, tier, False, NEVER, False)

    def models(self) -> Iterable[ModelRecord]:
        """Yield the release of each line; a smaller one lies lower by b_g (E10)."""
        lab, month = self.lab, self.start - self.lab.age
        for tier in lab.tiers:
            q = lab.q + self.settings.research.size_scale * float(np.log10(self.scale(tier)))
            yield ModelRecord(
                name=model_name(lab, tier, self.start),
                lab=lab.name,
                line=line_name(lab.name, tier),
                month=month,
                offered=month,
                licence="open_permissive" if tier in open_tiers(lab) else "closed",
                q=q,
                q_task=(q, q, q, q),
                active=self.active * self.scale(tier),
                total=self.total * self.scale(tier),
            )

    def prices(self) -> Iterable[PriceRecord]:
        """Yield own-API prices: as given, by the cost share of closed models, or as a host's."""
        prices, opened = self.settings.prices, open_tiers(self.lab)
        for tier in self.lab.tiers:
            cost = self.cost * self.scale(tier)
            default = self.hosted(cost) if tier in opened else cost / prices.closed_cost_share
            listed = self.lab.price is not None and (tier in opened) == (self.lab.mode == "open")
            amount = (self.lab.price or 0.0) * self.scale(tier) if listed else default
            yield PriceRecord(model_name(self.lab, tier, self.start), self.start - self.lab.age, NEVER, amount)

    def host_prices(self) -> Iterable[PriceRecord]:
        """Yield prices and number of hosts of open models."""
        for tier in sorted(open_tiers(self.lab)):
            given = self.lab.host_price
            amount = self.hosted(self.cost * self.scale(tier)) if given is None else given * self.scale(tier)
            name = model_name(self.lab, tier, self.start)
            yield PriceRecord(name, self.start - self.lab.age, NEVER, amount, self.lab.hosts)


def _rent(roster: Roster) -> Floats:
    """Return $/H100e-hour up to the start, shape (start + 1,); the last known level holds on."""
    if roster.rent is not None:
        return np.full(roster.start + 1, roster.rent)
    series = load_world().rent
    return np.asarray(series[np.minimum(np.arange(roster.start + 1), series.size - 1)])


def _access(roster: Roster) -> Floats:
    table = np.ones((roster.start + 1, len(roster.labs), len(roster.regions)))
    codes = [entry.code for entry in roster.regions]
    for k, lab in enumerate(roster.labs):
        for place in lab.blocked:
            table[:, k, [codes.index(code) for code in members(place, roster.regions)]] = 0.0
    return table


def _attitudes(roster: Roster) -> tuple[Floats, Floats, Floats]:
    """Return trust, bans and fit: the data tables by region and home (0 where they know one of them not), replaced
    where the roster says so; shapes (R, L), (R, L, 3), (R, L, N)."""
    r, n = len(roster.regions), len(roster.labs)
    tables = np.zeros((r, n)), np.zeros((r, n, 3)), np.zeros((r, n, len(TASKS)))
    codes = [entry.code for entry in roster.regions]
    if roster.attitudes == "history":
        data = load_world()
        homes = {home: data.lab_homes.index(home) for home in dict.fromkeys(data.lab_homes)}
        for i, code in enumerate(codes):
            for k, lab in enumerate(roster.labs):
                if code in data.region_codes and lab.home in homes:
                    where = data.region_codes.index(code), homes[lab.home]
                    for table, known in zip(tables, (data.trust, data.bans, data.fit), strict=True):
                        table[i, k] = known[where]
    given = (roster.trust, ()), (roster.bans, CHANNEL_NAMES), (roster.fit, TASKS)
    for table, (cells, details) in zip(tables, given, strict=True):
        for code, home, detail, value in cells:
            mine = [k for k, lab in enumerate(roster.labs) if lab.home == home]
            if detail:
                table[codes.index(code), mine, details.index(detail)] = value
            else:
                table[codes.index(code), mine] = value
    return tables


def _adoption(roster: Roster, parameters: Parameters) -> Floats:
    """Return the share of adopters at the start, shape (R,): as given, or that of 2023-01 moved on by E17."""
    rows = data_regions()
    first = np.array([float(rows[e.code]["initial_adoption"]) if e.adoption is None else 0.0 for e in roster.regions])
    demand, settings = parameters.demand, parameters.population
    weight = np.array([getattr(settings, f"count_{name}") for name in CLASSES])
    speed = demand.imitation * np.array([demand.imitation_developer, 1.0, 1.0, demand.imitation_public])
    by_class = np.tile(first[:, None], (1, len(CLASSES)))
    for _ in range(roster.start):
        mean = (by_class * weight).sum(axis=1)
        hazard = adoption_hazard(demand.innovation, speed[None, :], mean[:, None], np.zeros((1, 1)))
        by_class = by_class + hazard * (1.0 - by_class)
    grown = (by_class * weight).sum(axis=1)
    return np.array([g if e.adoption is None else e.adoption for g, e in zip(grown, roster.regions, strict=True)])
