"""Observation operators (docs/model.md, section 7): what each real instrument would have measured in the model.

A real series is never compared with a raw state. Entities carry the names of sim/data/observations.csv.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.calendar import month_name
from sim.history import Offers
from sim.market.arrays import Bools, Floats
from sim.measures import Context, ratio
from sim.measures_supply import months_behind
from sim.segments import ordered_sum
from sim.world import BLOCS, CLASSES, TASKS, World

Reading = tuple[str, str, Floats]
"""entity, geography, values of shape (T,)."""
DEVELOPER, ENTERPRISE, REGULATED = (CLASSES.index(name) for name in ("developer", "enterprise", "regulated"))


ASSISTANT, DOCUMENTS = TASKS.index("assistant"), TASKS.index("documents")
"""Tasks whose capability is read on the Arena's scale and on the ECI (docs/model.md, section 4)."""
ELO_SLOPE = 0.105432
"""ECI per point of Elo: the crosswalk's fit on the Arena of 2025-12-11, n 65 (sim/data/crosswalk.json) [D]."""


@dataclass(frozen=True)
class View:
    """What instruments look at."""

    context: Context
    offers: Offers

    @property
    def world(self) -> World:
        """The world of the run."""
        return self.context.world


@dataclass(frozen=True)
class InstrumentInfo:
    """One observation operator.

    Attributes:
        name: as in ``Trajectory.instrument``.
        observation: ``instrument`` of observations.csv that it is compared with; empty for a survey moment.
        series: ``series`` of observations.csv.
        unit: of the values.
        meaning: what the instrument sees.
        read: yields entity, geography, values.
    """

    name: str
    observation: str
    series: str
    unit: str
    meaning: str
    read: Callable[[View], Iterator[Reading]]


def read(info: InstrumentInfo, view: View) -> pd.DataFrame:
    """Return an instrument's readings: month, entity, geography, value (null where it would see nothing)."""
    months = [month_name(view.context.start + t) for t in range(view.context.records.payments.size)]
    parts = [
        pd.DataFrame({"month": months, "entity": entity, "geography": geography, "value": values})
        for entity, geography, values in info.read(view)
    ]
    nothing = pd.DataFrame({name: [] for name in ("month", "entity", "geography", "value")})
    return pd.concat(parts, ignore_index=True) if parts else nothing


def _router_tokens(view: View) -> Floats:
    """Return tokens by model as the router sees them: developers outside CN on own APIs and hosts.

    A lab's propensity holds for what it sells itself; open weights at hosts show on a router like anybody's.
    """
    scale = view.context.parameters.instruments.propensity_scale
    propensity = np.where(view.offers.closed, np.exp(scale * view.world.propensity)[view.offers.lab], 1.0)
    return np.asarray(view.context.records.model_tokens * propensity)


def _top_list(tokens: Floats, size: int) -> Floats:
    """Keep the tokens of the month's largest models (ties: canonical order)."""
    kept = np.zeros_like(tokens)
    order = np.argsort(-tokens, axis=1, kind="stable")[:, :size]
    np.put_along_axis(kept, order, np.take_along_axis(tokens, order, axis=1), axis=1)
    return kept


def _router_readings(view: View, tokens: Floats) -> Iterator[Reading]:
    offers, world = view.offers, view.world
    total = ordered_sum(tokens, 1)
    for lab, name in enumerate(world.lab_names):
        yield name, "OpenRouter", ratio(ordered_sum(tokens[:, offers.lab == lab], 1), total)
    home = np.array(world.lab_blocs)[offers.lab]
    for bloc in ("US", "CN"):
        yield bloc, "OpenRouter", ratio(ordered_sum(tokens[:, home == bloc], 1), total)
    yield "open", "OpenRouter", ratio(ordered_sum(tokens[:, ~offers.closed], 1), total)


def listed_tokens(view: View) -> Floats:
    """Return the router's tokens by model inside the month's list, 0 for models that are not on it, shape (T, M)."""
    return _top_list(_router_tokens(view), view.context.parameters.instruments.router_list)


def _router(view: View) -> Iterator[Reading]:
    yield from _router_readings(view, listed_tokens(view))


def _platform(view: View) -> Iterator[Reading]:
    yield from _router_readings(view, _router_tokens(view))


def _open_deployments(view: View, name: str) -> Floats:
    """Return developers' deployments of open weights at hosts and on own machines by lab, shape (T, L)."""
    cube = getattr(view.context.records, name)[:, :, DEVELOPER]
    return ordered_sum(cube[:, :, :, 1:, 1:].sum(axis=(3, 4)), 1)


def _open_readings(view: View, by_lab: Floats) -> Iterator[Reading]:
    total = ordered_sum(by_lab, 1)
    for lab, name in enumerate(view.world.lab_names):
        yield name, "Hugging Face, world", ratio(by_lab[:, lab], total)
    home = np.array(view.world.lab_homes)
    for region in ("US", "CN", "EU"):
        yield region, "Hugging Face, world", ratio(ordered_sum(by_lab[:, home == region], 1), total)


def _derivatives(view: View) -> Iterator[Reading]:
    yield from _open_readings(view, _open_deployments(view, "chosen"))


def _downloads(view: View) -> Iterator[Reading]:
    yield from _open_readings(view, _open_deployments(view, "chosen") + _open_deployments(view, "slots"))


def _ramp(view: View) -> Iterator[Reading]:
    if "US" not in view.world.region_codes:
        return
    records, us = view.context.records, view.world.region_codes.index("US")
    adopters = ordered_sum(records.adopters[:, us], 1)
    users = ordered_sum(records.own_users[:, us], 1)
    paying = _panel(view, adopters / view.world.region_gdp[us])
    for lab, name in enumerate(view.world.lab_names):
        yield name, "US", paying * ratio(users[:, lab], adopters)


def _panel(view: View, adoption: Floats) -> Floats:
    """Return the share of the card panel's firms that pay for AI, from US adoption, shape (T,)."""
    parameters = view.context.parameters
    level, settings = parameters.usage.adoption_level, parameters.instruments
    return np.minimum(settings.card_coverage * (adoption / level) ** settings.card_power, 1.0)


def _surveyed(world: World) -> Bools:
    """Return the regions of the enterprise surveys: US and its allies."""
    return np.array([bloc in ("US", "AL") for bloc in world.region_blocs])


def _surveyed_cube(view: View, name: str) -> Floats:
    """Return a cube of US and allied enterprises and regulated firms, shape (T, L, 3, 3)."""
    cube = getattr(view.context.records, name)[:, _surveyed(view.world)][:, :, [ENTERPRISE, REGULATED]]
    return ordered_sum(ordered_sum(cube, 1), 1)


def _menlo_spend(view: View) -> Iterator[Reading]:
    own = _surveyed_cube(view, "spend")[:, :, 0].sum(axis=2)
    total = ordered_sum(own, 1)
    for lab, name in enumerate(view.world.lab_names):
        yield name, "US (mostly)", ratio(own[:, lab], total)


def _menlo_usage(view: View) -> Iterator[Reading]:
    own = _surveyed_cube(view, "tokens")[:, :, 0].sum(axis=2)
    total = ordered_sum(own, 1)
    for lab, name in enumerate(view.world.lab_names):
        yield name, "US (mostly)", ratio(own[:, lab], total)


def _menlo_open(view: View) -> Iterator[Reading]:
    slots = ordered_sum(_surveyed_cube(view, "slots"), 1).sum(axis=1)
    yield "open", "US (mostly)", ratio(slots[:, 1:].sum(axis=1), slots.sum(axis=1))


def _etr(view: View) -> Iterator[Reading]:
    records = view.context.records
    for lab, name in enumerate(view.world.lab_names):
        yield name, "enterprise", ratio(records.large_users[:, lab], records.large)


def _switching(view: View) -> Iterator[Reading]:
    records = view.context.records
    moved, settled = (ordered_sum(table[:, :, ENTERPRISE], 1) for table in (records.switched, records.settled))
    yield "primary vendor", "world", ratio(moved, settled)


def _telemetry(view: View) -> Iterator[Reading]:
    """DeepSeek's share of the assistant slots of each region; countries are read from their region."""
    if "DeepSeek" not in view.world.lab_names:
        return
    assistant = view.context.records.assistant
    lab = view.world.lab_names.index("DeepSeek")
    total = ordered_sum(assistant, 2)
    for r, code in enumerate(view.world.region_codes):
        yield "DeepSeek", code, ratio(assistant[:, r, lab], total[:, r])


def _families(view: View) -> Iterator[Reading]:
    records = view.context.records
    yield "3 or more families", "large enterprises", ratio(records.large_three, records.large)


def _models(view: View) -> Iterator[Reading]:
    records = view.context.records
    yield "5 or more models", "large enterprises", ratio(records.large_five, records.large)


def _adoption(view: View) -> Iterator[Reading]:
    world = view.world
    adopters = ordered_sum(view.context.records.adopters, 2)
    for r, code in enumerate(world.region_codes):
        yield code, code, adopters[:, r] / world.region_gdp[r]


def _best_so_far(view: View, task: int) -> Floats:
    """Return the best text release so far on a task by developer bloc and openness, ECI, shape (T, 4, 2)."""
    offers, context = view.offers, view.context
    months = context.start + np.arange(context.records.payments.size)
    best = np.full((months.size, len(BLOCS), 2), -np.inf)
    bloc = view.world.lab_bloc_index[offers.lab]
    for m in np.flatnonzero(~offers.video).tolist():
        later = months >= offers.month[m]
        best[later, bloc[m], int(~offers.closed[m])] = np.maximum(
            best[later, bloc[m], int(~offers.closed[m])], offers.q[m, task]
        )
    return np.where(np.isfinite(best), best, np.nan)


def _arena(view: View) -> Iterator[Reading]:
    """Differences of the best releases so far on the assistant scale, in Elo: ECI over the slope of the crosswalk."""
    best = _best_so_far(view, ASSISTANT) / ELO_SLOPE
    us, cn = (best[:, BLOCS.index(name)] for name in ("US", "CN"))
    yield "US-China", "world", np.fmax.reduce(us, axis=1) - np.fmax.reduce(cn, axis=1)
    yield "US-China open-weight", "world", us[:, 1] - cn[:, 1]
    yield (
        "closed-open",
        "world",
        np.fmax.reduce(np.fmax.reduce(best, axis=2), axis=1) - np.fmax.reduce(best[:, :, 1], axis=1),
    )


def _lag(view: View) -> Iterator[Reading]:
    """Months since a closed release first had the general capability of the best open one."""
    best = _best_so_far(view, DOCUMENTS)
    closed, opened = (np.fmax.reduce(best[:, :, k], axis=1) for k in (0, 1))
    yield "closed-open", "world", months_behind(closed, opened)


_ALL = (
    InstrumentInfo("openrouter_token_share", "openrouter_top9", "token share inside the weekly top 9", "share", "Developers outside CN on own APIs and hosts, within the month's largest models; labs whose customers buy direct show less.", _router),
    InstrumentInfo("openrouter_platform_share", "", "whole platform", "share", "The same over all models, for quoted totals.", _platform),
    InstrumentInfo("hf_derivatives", "hf", "share of new derivatives (ATOM)", "share", "New deployments of open families by developers at hosts and on own machines.", _derivatives),
    InstrumentInfo("hf_downloads", "hf", "downloads share, unaffiliated uploads separate", "share", "New and standing deployments of open families by developers.", _downloads),
    InstrumentInfo("ramp_firms", "ramp", "firms paying the vendor", "share", "US adopters with a slot on the lab's own API, times the share of the panel's firms that pay for AI at that adoption.", _ramp),
    InstrumentInfo("menlo_spend", "menlo", "enterprise API spend share", "share", "Own-API spending of US and allied enterprises and regulated firms.", _menlo_spend),
    InstrumentInfo("menlo_usage", "menlo", "enterprise API usage share", "share", "Own-API tokens of the same firms.", _menlo_usage),
    InstrumentInfo("menlo_open_share", "menlo", "open share of enterprise usage", "share", "Slots of the same firms on open weights.", _menlo_open),
    InstrumentInfo("etr_usage", "etr", "enterprises using the vendor", "share", "Large enterprises with a slot on the lab, any channel.", _etr),
    InstrumentInfo("vendor_switching", "", "enterprises switching their primary vendor, per year", "share", "Enterprise-class adopters whose lab with most slots differs from 12 months before.", _switching),
    InstrumentInfo("telemetry_deepseek", "telemetry", "DeepSeek share of chatbot use", "share", "Assistant slots by region.", _telemetry),
    InstrumentInfo("adoption", "", "enterprises that use AI models", "share", "Adopters of each region, count-weighted.", _adoption),
    InstrumentInfo("arena_gap", "lmarena_gap", "", "Elo", "Difference of the best releases so far on the assistant scale.", _arena),
    InstrumentInfo("eci_lag", "eci_lag", "months since a closed model reached the ECI of the new best open model", "mo", "Months since a closed release first had the capability of the best open one.", _lag),
    InstrumentInfo("multihoming_families", "", "three or more model families (81 percent, survey 2025)", "share", "Large enterprises.", _families),
    InstrumentInfo("multihoming_models", "", "five or more models (37 percent, survey 2025)", "share", "Large enterprises.", _models),
)  # fmt: skip

INSTRUMENTS = {info.name: info for info in _ALL}

SURVEY_MOMENTS = {
    "multihoming_families": (
        "2025-12",
        0.81,
        "a16z survey of chief information officers 2025, docs/model.md source 54",
    ),
    "multihoming_models": ("2025-12", 0.37, "a16z survey of chief information officers 2025, docs/model.md source 54"),
    "vendor_switching": ("2025-12", 0.11, "Menlo Ventures 2025, docs/model.md source 10"),
}
"""Moments that have no row in observations.csv: month, value, source."""
