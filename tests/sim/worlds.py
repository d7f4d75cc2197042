"""Small worlds written by hand, worlds with one lab more, and bitwise comparison of records.

``tests/oracles`` imports from here too (see its conftest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from sim.calendar import month_index
from sim.compile import LeverArrays
from sim.history import Offers, build_offers
from sim.menu import Menu, build_menu
from sim.model import MarketModel
from sim.parameters import Parameters
from sim.policy import Policy
from sim.recorder import Records
from sim.scenario import Scenario
from sim.tables import load_world
from sim.world import NEVER, LineRecord, ModelRecord, PriceRecord, StrengthPath, World

REGIONS = {"US": "US", "CN": "CN", "SEA": "NAL"}
LABS = {"Acme": "US", "Bolt": "US", "Cui": "CN"}
BLOC = {"US": "US", "CN": "CN", "SEA": "NAL"}
N_MONTHS = 24
NAN = float("nan")

FLAT: dict[str, Any] = {
    "demand.price_sensitivity": 0.0,
    "demand.quality_sensitivity": 0.0,
    "demand.lab_taste_sd": 0.0,
    "demand.closed_premium": 0.0,
    "demand.closed_premium_developer": 0.0,
    "demand.gamma": 0.0,
    "demand.switching_cost": 0.0,
    "demand.channel_cost": 0.0,
    "demand.awareness": 50.0,
    "trust.trust_scale": 0.0,
    "trust.ban_scale": 0.0,
    "trust.incident_hazard": 0.0,
    "usage.price_elasticity": 0.0,
}
"""Every effect set to zero: all options are worth 0 utils to everybody, and everybody hears of them at once."""


def line(name: str, lab: str = "Acme", **changes: Any) -> LineRecord:
    """Return a line that never ends."""
    given = {"tier": "flagship", "video": False, "live_until": NEVER, "withdrawn": False}
    return LineRecord(name, lab, **(given | changes))


def model(name: str, line_name: str, month: int = 0, lab: str = "Acme", **changes: Any) -> ModelRecord:
    """Return a closed release of q = 100 and unknown size."""
    q = changes.get("q", 100.0)
    given = {"offered": month, "licence": "closed", "q": q, "q_task": (q,) * 4, "active": NAN, "total": NAN}
    return ModelRecord(name, lab, line_name, month, **(given | changes))


def price(name: str, start: int = 0, amount: float = 1.0, **changes: Any) -> PriceRecord:
    """Return a list price, or a host price where ``hosts`` is given."""
    return PriceRecord(name, start, **({"end": NEVER, "price": amount} | changes))


def small_world(
    lines: Iterable[LineRecord],
    models: Iterable[ModelRecord],
    prices: Iterable[PriceRecord],
    labs: Mapping[str, str] | None = None,
    **changes: Any,
) -> World:
    """Return a world of three regions without trust, bans, fit or strengths; every table can be changed."""
    labs = dict(sorted((LABS if labs is None else labs).items()))
    models = tuple(sorted(models, key=lambda m: (m.lab, m.line, m.month)))
    r, n = len(REGIONS), len(labs)
    given: dict[str, Any] = {
        "region_codes": tuple(REGIONS),
        "region_names": tuple(REGIONS),
        "region_blocs": tuple(REGIONS.values()),
        "region_gdp": np.array([0.5, 0.3, 0.2]),
        "region_adoption": np.ones(r),
        "lab_names": tuple(labs),
        "lab_homes": tuple(labs.values()),
        "lab_blocs": tuple(BLOC[home] for home in labs.values()),
        "lab_income": np.full(n, 0.05),
        "lab_fund": np.full(n, 100.0),
        "lines": tuple(sorted(lines, key=lambda entry: (entry.lab, entry.name))),
        "models": models,
        "prices": tuple(prices),
        "host_prices": (),
        "promotions": np.zeros((len(models), N_MONTHS)),
        "access": np.ones((N_MONTHS, n, r)),
        "rent": np.full(N_MONTHS, 2.0),
        "trust": np.zeros((r, n)),
        "bans": np.zeros((r, n, 3)),
        "fit": np.zeros((r, n, 5)),
        "strengths": np.zeros((n, 5, 4)),
        "strength_path": None,
        "propensity": np.zeros(n),
        "n_months": N_MONTHS,
    }
    return replace(load_world(), **(given | changes))


def plain_world(n_labs: int = 3, **changes: Any) -> World:
    """Return a world of labs with one closed, priced model each."""
    names = [f"Lab{k}" for k in range(n_labs)]
    return small_world(
        [line(f"{name} line", name) for name in names],
        [model(f"{name} model", f"{name} line", -1, name) for name in names],
        [price(f"{name} model") for name in names],
        labs=dict.fromkeys(names, "US"),
        **changes,
    )


def parameters(values: Mapping[str, Any] | None = None) -> Parameters:
    """Return the defaults with some values replaced."""
    return Parameters.from_overrides(values or {})


def offers_of(
    world: World,
    levers: LeverArrays | None = None,
    handover: int = N_MONTHS - 1,
    n_months: int = N_MONTHS,
    params: Mapping[str, Any] | None = None,
) -> Offers:
    """Return the catalogue of a world."""
    levers = levers or LeverArrays.none(world, n_months)
    return build_offers(world, levers, parameters(params), handover, n_months)


def menu_of(
    world: World,
    t: int,
    levers: LeverArrays | None = None,
    params: Mapping[str, Any] | None = None,
    fade: float = 1.0,
    **changes: Any,
) -> Menu:
    """Return the menu of a month without ecosystem and incidents."""
    levers = levers or LeverArrays.none(world, N_MONTHS)
    labs, regions = len(world.lab_names), len(world.region_codes)
    given: dict[str, Any] = {"eco": np.zeros(labs), "incident": np.zeros((regions, labs)), "requirement": 100.0}
    given["handover"] = N_MONTHS - 1
    offers = offers_of(world, levers, params=params)
    return build_menu(world, offers, parameters(params), levers, t, premium_fade=fade, **(given | changes))


def bare_scenario(horizon: int = N_MONTHS - 1, params: Mapping[str, Any] | None = None, **changes: Any) -> Scenario:
    """Return a scenario without any policy, for small worlds."""
    given: dict[str, Any] = {"history_until": max(horizon, 1), "enterprises": 52, "policy": Policy(names=("none",))}
    return Scenario(horizon=horizon, parameters=parameters(params), **(given | changes))


def history_scenario(horizon: str = "2024-06", **changes: Any) -> Scenario:
    """Return the real history, short and with few enterprises."""
    given: dict[str, Any] = {"policy": "status_quo", "enterprises": 100}
    return Scenario.load(horizon=horizon, **(given | changes))


def finished(scenario: Scenario, seed: int = 0, world: World | None = None, reverse: bool = False) -> MarketModel:
    """Return the model of a scenario after its last month; the agents are released."""
    market = MarketModel(scenario, rng=seed, world=world, reverse=reverse)
    while market.t < market.n_months:
        market.step()
    market.close()
    return market


def records_of(scenario: Scenario, seed: int = 0, world: World | None = None, reverse: bool = False) -> Records:
    """Return what a run recorded."""
    return finished(scenario, seed, world, reverse).recorder.records


def different(one: Records, two: Records, before: int | None = None, skip: Iterable[str] = ()) -> list[str]:
    """Return the names of the tables that are not equal bit by bit (in the months before ``before``)."""
    names = [item.name for item in fields(one) if item.name not in set(skip)]
    tables = ((name, getattr(one, name)[:before], getattr(two, name)[:before]) for name in names)
    return [name for name, a, b in tables if a.shape != b.shape or a.tobytes() != b.tobytes()]


LAB_AXIS = {
    **{"tokens": 3, "spend": 3, "slots": 3, "chosen": 3, "users": 3, "own_users": 3, "large_users": 1},
    **{"young": 3, "assistant": 2, "stock": 1, "revenue": 1, "cost": 1, "elsewhere": 1, "list_price": 1, "incident": 2},
    **{"closed_spend": 1, "closed_cost": 1},
}
"""Axis of the labs in the records that have one."""


def with_lab(world: World, name: str, release: ModelRecord | None, amount: float = 1e6) -> World:
    """Return the world with one American lab more, whose own API no region has access to.

    Args:
        world: the world.
        name: of the lab; its place in the canonical order follows from it.
        release: its only model, or None for a lab that offers nothing.
        amount: list price, $/Mtok.
    """
    names = tuple(sorted((*world.lab_names, name)))
    at = names.index(name)

    def wider(table: np.ndarray, axis: int, value: float = 0.0) -> np.ndarray:
        return np.insert(table, at, value, axis=axis)

    lines, models, prices, promotions = world.lines, world.models, world.prices, world.promotions
    if release is not None:
        lines = tuple(sorted((*lines, line(release.line, name)), key=lambda entry: (entry.lab, entry.name)))
        models = tuple(sorted((*models, release), key=lambda m: (m.lab, m.line, m.month)))
        prices = (*prices, price(release.name, release.month, amount))
        promotions = np.insert(promotions, models.index(release), 0.0, axis=0)
    return replace(
        world,
        lab_names=names,
        lab_homes=(*world.lab_homes[:at], "US", *world.lab_homes[at:]),
        lab_blocs=(*world.lab_blocs[:at], "US", *world.lab_blocs[at:]),
        lab_income=wider(world.lab_income, 0),
        lab_fund=wider(world.lab_fund, 0),
        lines=lines,
        models=models,
        prices=prices,
        promotions=promotions,
        access=wider(world.access, 1),
        trust=wider(world.trust, 1),
        bans=wider(world.bans, 1),
        fit=wider(world.fit, 1),
        strengths=wider(world.strengths, 0),
        strength_path=None
        if world.strength_path is None
        else StrengthPath(world.strength_path.months, wider(world.strength_path.table, 1)),
        propensity=wider(world.propensity, 0),
    )


def t_of(month: str) -> int:
    """Return t of a month, YYYY-MM."""
    return month_index(month)
