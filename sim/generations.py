"""Making the releases of a generation: capability, size, name, and their place in the catalogue (E10 to E12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calendar import EPOCH_YEAR, month_name
from sim.history import NONE, Offers
from sim.market.arrays import Floats
from sim.market.knowledge import capability
from sim.parameters import Parameters
from sim.rng import name_key
from sim.world import TASKS, ModelRecord, World, video_level


@dataclass(frozen=True)
class Constants:
    """What the hand-over leaves behind for capability (docs/model.md, section 4).

    Attributes:
        base: q_0, ECI, such that the leader's residual is 0.
        reference: E_0, effective compute of the leader, the largest lab that has released something.
        residual: kq_l, ECI, shape (L,).
        size: active size of each lab's flagship at the hand-over, 10^9, shape (L,).
        ratio: effective over active size of each lab's flagship, shape (L,).
        offset: q by task less general q of each line's latest model, ECI, shape (Z, N).
    """

    base: float
    reference: float
    residual: Floats
    size: Floats
    ratio: Floats
    offset: Floats

    @classmethod
    def of(
        cls,
        offers: Offers,
        observed: Floats,
        compute: Floats,
        size: Floats,
        ratio: Floats,
        parameters: Parameters,
        handover: int,
    ) -> Constants:
        """Return the constants at the hand-over.

        Args:
            offers: the catalogue.
            observed: q by task as history had it, shape (M + 1, N).
            compute: E of each lab, shape (L,).
            size, ratio: flagship sizes, shape (L,).
            parameters: research parameters.
            handover: t_h.
        """
        settings = parameters.research
        level = _levels(offers, observed, parameters, handover)
        leader = int(np.where(np.isnan(level), -1.0, compute).argmax())
        reference = float(compute[leader])
        formula = capability(
            compute, reference, size, settings.compute_scale, settings.size_scale, settings.size_reference
        )
        base = float(level[leader] - formula[leader])
        residual = np.where(np.isnan(level), 0.0, level - formula - base)
        return cls(base, reference, residual, size, ratio, _offsets(offers, observed, handover))


def _levels(offers: Offers, observed: Floats, parameters: Parameters, handover: int) -> Floats:
    """Return the best flagship of the last 12 months (else the best model) at the hand-over, ECI, shape (L,)."""
    growth = parameters.research.residual_growth
    level = np.full(int(offers.line_lab.max()) + 1, np.nan)
    general = observed[:-1, :4].mean(axis=1)
    text = ~offers.video & (offers.month <= handover)
    flagship = offers.line_tier[offers.line] == 0
    for lab in range(level.size):
        mine = text & (offers.lab == lab)
        for chosen in (mine & flagship & (offers.month > handover - 12), mine & flagship, mine):
            if chosen.any():
                age = np.minimum(handover - offers.month[chosen], 6)
                level[lab] = float((general[chosen] + growth * age / 12).max())
                break
    return level


def _offsets(offers: Offers, observed: Floats, handover: int) -> Floats:
    table = np.zeros((offers.line_lab.size, len(TASKS)))
    for k in np.flatnonzero((offers.month <= handover) & ~offers.video):
        table[offers.line[k], :4] = observed[k, :4] - observed[k, :4].mean()
    return table


def add_release(
    offers: Offers,
    world: World,
    t: int,
    line: int,
    q: Floats,
    active: float,
    ratio: float,
    *,
    closed: bool,
    opened: int,
    aligned: float,
    name: str | None = None,
    permissive: bool = True,
) -> int:
    """Enter a release of month t into the next reserved row of the catalogue and return its index.

    Args:
        offers: the catalogue.
        world: lines and labs.
        t: month.
        line: line index.
        q: capability by task, ECI, shape (N,).
        active: active parameters, 10^9.
        ratio: effective over active size.
        closed: whether the weights are closed at release.
        opened: month from which the weights are public, NEVER if they are not to be.
        aligned: alignment requirement in force, multiple of tau_align.
        name: of the release (default: its line and month).
        permissive: whether open weights come with a permissive licence.
    """
    k = len(offers.models)
    entry = world.lines[line]
    name = name or release_name(world, line, t)
    licence = "closed" if closed else "open_permissive" if permissive else "open_restricted"
    tasks = (float(q[0]), float(q[1]), float(q[2]), float(q[3]))
    total = active * ratio**2
    offers.models.append(
        ModelRecord(name, entry.lab, entry.name, t, t, licence, float(q[:4].mean()), tasks, active, total)
    )
    lab = int(offers.line_lab[line])
    offers.model_keys[k] = name_key(name)
    offers.lab[k], offers.line[k], offers.month[k], offers.opened[k] = lab, line, t, opened
    offers.closed[k], offers.permissive[k], offers.video[k] = closed, permissive and not closed, entry.video
    offers.aligned[k] = aligned
    offers.active[k], offers.size[k] = active, active * ratio
    offers.q[k] = q
    offers.hosts[k] = offers.hosts[max(int(offers.weights[line, t]), 0)] if offers.weights[line, t] != NONE else 1.0
    return k


def release_name(world: World, line: int, t: int) -> str:
    """Return what the release of a line in month t is called."""
    return f"{world.lines[line].name} {month_name(t)}"


def publish(offers: Offers, k: int, t: int, grace: int, *, on_api: bool) -> None:
    """Make a release the latest of its line, on its own API and among public weights as it is."""
    line = offers.line[k]
    if on_api:
        previous = offers.own[line, t]
        if previous != NONE:
            offers.usable_until[previous] = min(int(offers.usable_until[previous]), t + grace)
        offers.own[line, t:] = k
        offers.served[k] = True
    if offers.opened[k] <= t:
        offers.weights[line, t:] = k


def open_weights(offers: Offers, k: int, t: int) -> None:
    """Publish the weights of a model that was closed so far (delayed-open mode)."""
    offers.closed[k], offers.permissive[k] = False, True
    line = offers.line[k]
    if offers.weights[line, t] < k:
        offers.weights[line, t:] = k


def release_quality(constants: Constants, world: World, line: int, t: int, lab_q: float) -> Floats:
    """Return q by task of a line's next model, given the lab's general q for its size, shape (N,)."""
    if world.lines[line].video:
        return np.full(len(TASKS), video_level(EPOCH_YEAR + (t + 0.5) / 12))
    return np.asarray(lab_q + constants.offset[line])
