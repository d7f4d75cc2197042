"""The stratified population of enterprises (docs/model.md, section 5.5).

Every region and class gets a minimum of representatives; weights restore GDP and size. Volumes are drawn from the
size-biased lognormal, stratified by quantile, and the likelihood ratio goes into the count weight, so that tokens and
counts both rest on many effective enterprises. Tastes are keyed by (population seed, enterprise id): replicates of one
parameter draw share them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.market.arrays import Floats, Ints, Keys
from sim.parameters import Parameters
from sim.parameters_population import PopulationParameters
from sim.rng import Streams, name_keys
from sim.world import CLASSES, TASKS, World

REGION_MINIMUM = 60
CELL_MINIMUM = 10
DEFAULT_SIZE = 2000
"""The size at which the minima hold; smaller populations scale them down."""


@dataclass(frozen=True)
class Population:
    """Enterprises (E) and their slots (S), structure of arrays in canonical id order.

    Attributes:
        keys: random key of each enterprise.
        region: region index.
        kind: class index.
        volume: v_i at t_L, Mtok/mo.
        count: n_i, count weight; sums to 1.
        tokens: w_i, token weight; sums to 1.
        slots: K_i.
        ban_draw: u_i of hard bans.
        access_draw: draw against the share of a region with access to an API.
        free_draw: draw of developers against the reach of a free offer; 2 for the other classes.
        beta: quality sensitivity, utils per 10 ECI.
        taste: nu_il, utils, shape (L, E).
        slot_owner: enterprise of each slot.
        slot_key: random key of each slot.
        slot_task: task index.
        slot_alpha: price sensitivity, utils.
        slot_z: standardised requirement.
        slot_share: share of the enterprise's tokens (0 for video).
        slot_tool: draw of developers' coding slots against the share of coding tools; 2 for all others.
    """

    keys: Keys
    region: Ints
    kind: Ints
    volume: Floats
    count: Floats
    tokens: Floats
    slots: Ints
    ban_draw: Floats
    access_draw: Floats
    free_draw: Floats
    beta: Floats
    taste: Floats
    slot_owner: Ints
    slot_key: Keys
    slot_task: Ints
    slot_alpha: Floats
    slot_z: Floats
    slot_share: Floats
    slot_tool: Floats

    @property
    def size(self) -> int:
        """Number of enterprises."""
        return int(self.region.size)

    @property
    def slot_start(self) -> Ints:
        """First slot of each enterprise."""
        return np.concatenate([[0], np.cumsum(self.slots)[:-1]]).astype(np.intp)


def stratify(gdp: Floats, class_share: Floats, size: int) -> Ints:
    """Return the number of representatives by region and class, shape (R, K), summing to ``size``.

    Args:
        gdp: GDP share by region.
        class_share: share of enterprises by class.
        size: enterprises in all; at least one per region and class.
    """
    scale = min(1.0, size / DEFAULT_SIZE)
    cell = max(1, int(CELL_MINIMUM * scale))
    region = max(cell * class_share.size, int(REGION_MINIMUM * scale))
    by_region = _apportion(gdp, size, region)
    return np.array([_apportion(class_share, int(n), cell) for n in by_region])


def _apportion(weights: Floats, total: int, minimum: int) -> Ints:
    """Share ``total`` out by weight with a minimum for each, by largest remainders (ties: the first)."""
    minimum = min(minimum, total // weights.size)
    counts = np.full(weights.size, minimum, dtype=np.intp)
    fixed = np.zeros(weights.size, dtype=bool)
    while True:
        free = total - counts[fixed].sum()
        ideal = np.where(fixed, 0.0, weights * free / weights[~fixed].sum())
        low = ~fixed & (ideal < minimum)
        if not low.any():
            break
        fixed |= low
    floors = np.floor(ideal).astype(np.intp)
    counts = np.where(fixed, counts, floors)
    order = np.argsort(-(ideal - floors), kind="stable")
    counts[order[: total - counts.sum()]] += 1
    return counts


def build_population(world: World, parameters: Parameters, size: int, seed: int) -> Population:
    """Return the enterprises of a world.

    Args:
        world: regions with GDP shares, labs.
        parameters: population and taste parameters.
        size: number of enterprises; at least 52 (one per region and class).
        seed: population seed; replicates share it unless the population is to be resampled.
    """
    settings = parameters.population
    streams = Streams(seed)
    class_share = np.array([getattr(settings, f"count_{name}") for name in CLASSES])
    cells = stratify(world.region_gdp, class_share, size)
    region, kind, rank, cell_size = _enumerate(cells)
    keys = streams.keys("enterprise", name_keys(list(world.region_codes))[region], name_keys(list(CLASSES))[kind], rank)
    volume, tilt = _volumes(settings, streams, keys, kind, rank, cell_size)
    count = _count_weights(world.region_gdp, class_share, region, kind, tilt)
    slots = _slot_numbers(settings, volume, kind)
    owner = np.repeat(np.arange(region.size), slots)
    position = np.arange(owner.size) - np.repeat(np.cumsum(slots) - slots, slots)
    slot_key = streams.keys("slot", keys[owner], position)
    task = _tasks(settings, streams, slot_key, kind[owner])
    weights = np.array([getattr(parameters.usage, f"weight_{name}") for name in TASKS[:4]] + [0.0])[task]
    per_owner = np.bincount(owner, weights, minlength=region.size)
    return Population(
        keys=keys,
        region=region,
        kind=kind,
        volume=volume,
        count=count,
        tokens=_token_weights(settings, count, volume, kind),
        slots=slots,
        ban_draw=streams.uniform("ban", keys),
        access_draw=streams.uniform("access", keys),
        free_draw=np.where(kind == CLASSES.index("developer"), streams.uniform("free", keys), 2.0),
        beta=parameters.demand.quality_sensitivity
        * np.exp(parameters.demand.quality_sensitivity_sd * streams.normal("beta", keys)),
        taste=parameters.demand.lab_taste_sd
        * streams.normal("taste", name_keys(list(world.lab_names))[:, None], keys[None, :]),
        slot_owner=owner,
        slot_key=slot_key,
        slot_task=task,
        slot_alpha=_alphas(parameters, streams, slot_key, task, kind[owner]),
        slot_z=streams.normal("requirement", slot_key),
        slot_tool=np.where(
            (task == TASKS.index("coding")) & (kind[owner] == CLASSES.index("developer")),
            streams.uniform("tool", slot_key),
            2.0,
        ),
        slot_share=np.divide(weights, per_owner[owner], out=np.zeros(owner.size), where=per_owner[owner] > 0),
    )


def _enumerate(cells: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return region, class, rank in the cell and cell size of every enterprise, in canonical order."""
    flat = cells.ravel()
    cell = np.repeat(np.arange(flat.size), flat)
    rank = np.arange(cell.size) - np.repeat(np.cumsum(flat) - flat, flat)
    return cell // cells.shape[1], cell % cells.shape[1], rank, flat[cell]


def _volumes(
    settings: PopulationParameters, streams: Streams, keys: Keys, kind: Ints, rank: Ints, cell_size: Ints
) -> tuple[Floats, Floats]:
    """Return volumes from the half-size-biased lognormal, and the likelihood ratio against the lognormal itself."""
    sd = settings.volume_sd
    centre = np.log([getattr(settings, f"volume_{name}") for name in CLASSES])[kind]
    quantile = (rank + streams.uniform("volume", keys)) / cell_size
    deviation = sd * ndtri(np.clip(quantile, 1e-12, 1 - 1e-12)) + sd**2 / 2
    return np.exp(centre + deviation), np.exp(sd**2 / 8 - deviation / 2)


def _count_weights(gdp: Floats, class_share: Floats, region: Ints, kind: Ints, tilt: Floats) -> Floats:
    cell = region * class_share.size + kind
    per_cell = np.bincount(cell, tilt, minlength=gdp.size * class_share.size)
    share = (gdp[:, None] * class_share[None, :]).ravel() / gdp.sum()
    return np.asarray(share[cell] * tilt / per_cell[cell])


def _token_weights(settings: PopulationParameters, count: Floats, volume: Floats, kind: Ints) -> Floats:
    share = np.array([getattr(settings, f"token_{name}") for name in CLASSES])
    raw = count * volume
    per_class = np.bincount(kind, raw, minlength=share.size)
    return np.asarray(raw * share[kind] / per_class[kind])


def _slot_numbers(settings: PopulationParameters, volume: Floats, kind: Ints) -> Ints:
    median = np.array([getattr(settings, f"volume_{name}") for name in CLASSES])[kind]
    ideal = np.round(settings.slots * (volume / median) ** settings.slots_elasticity)
    return np.asarray(np.clip(ideal, 1, settings.slots_max), dtype=np.intp)


def _tasks(settings: PopulationParameters, streams: Streams, slot_key: Keys, kind: Ints) -> Ints:
    names = TASKS[:4]
    common = np.cumsum([getattr(settings, f"task_{name}") for name in names])
    developer = np.cumsum([getattr(settings, f"developer_{name}") for name in names])
    draw = streams.uniform("task", slot_key)
    limits = np.where((kind == CLASSES.index("developer"))[:, None], developer, common)
    return np.asarray((draw[:, None] >= limits).sum(axis=1), dtype=np.intp)


def _alphas(parameters: Parameters, streams: Streams, slot_key: Keys, task: Ints, kind: Ints) -> Floats:
    demand = parameters.demand
    bulk, special = demand.price_sensitivity_bulk, demand.price_sensitivity_special
    by_task = np.array([bulk, special, bulk, special, 1.0])
    by_class = np.where(kind == CLASSES.index("developer"), demand.price_sensitivity_developer, 1.0)
    spread = np.exp(demand.price_sensitivity_sd * streams.normal("alpha", slot_key))
    return np.asarray(demand.price_sensitivity * spread * by_task[task] * by_class)
