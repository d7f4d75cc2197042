"""When labs complete generations after the hand-over, and what a generation brings (E11, E12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.history import NONE, Offers
from sim.parameters import Parameters
from sim.world import TIERS, World

LAST_FOUR = 4


@dataclass(frozen=True)
class Schedule:
    """The generations to come.

    Attributes:
        due: months of each lab's completions, in order.
        lines: live lines of each lab, each as (line, tier).
    """

    due: tuple[tuple[int, ...], ...]
    lines: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def releases(self) -> int:
        """Number of models that all generations bring."""
        return sum(len(due) * len(lines) for due, lines in zip(self.due, self.lines, strict=True))


def plan(world: World, offers: Offers, parameters: Parameters, handover: int, n_months: int) -> Schedule:
    """Return when each lab completes a generation, and which lines it renews then.

    The interval is the median of the last four between its flagship releases, within limits; a lab that has been
    silent for long completes nothing more.
    """
    due: list[tuple[int, ...]] = []
    lines: list[tuple[tuple[int, int], ...]] = []
    for lab in range(len(world.lab_names)):
        mine = (offers.lab == lab) & (offers.month <= handover)
        live = tuple((z, int(offers.line_tier[z])) for z in _live_lines(world, offers, lab, handover))
        months = np.unique(offers.month[mine])
        lines.append(live)
        if not world.completes or not live or not months.size or handover - months.max() > parameters.releases.silence:
            due.append(())
            continue
        due.append(_dates(offers, mine, parameters, handover, n_months))
    return Schedule(tuple(due), tuple(lines))


def _live_lines(world: World, offers: Offers, lab: int, handover: int) -> list[int]:
    found = []
    for z, line in enumerate(world.lines):
        if offers.line_lab[z] != lab or line.live_until < handover:
            continue
        if offers.own[z, handover] != NONE or offers.weights[z, handover] != NONE:
            found.append(z)
    return found


def _dates(offers: Offers, mine: np.ndarray, parameters: Parameters, handover: int, n_months: int) -> tuple[int, ...]:
    settings = parameters.releases
    flagship = mine & (offers.line_tier[offers.line] == TIERS.index("flagship")) & ~offers.video
    months = np.unique(offers.month[flagship if flagship.any() else mine])
    gaps = np.diff(months)[-LAST_FOUR:]
    interval = float(np.median(gaps)) if gaps.size else float(settings.interval_unknown)
    step = int(np.clip(round(interval), settings.interval_least, settings.interval_most))
    first = max(int(months.max()) + step, handover + 1)
    return tuple(range(first, n_months, step))


def tier_size(parameters: Parameters, tier: int) -> float:
    """Return the active size of a tier over the flagship's (E11)."""
    return (1.0, parameters.releases.mid_size, parameters.releases.economy_size)[tier]


def flagships(world: World, offers: Offers, handover: int) -> np.ndarray:
    """Return each lab's reference model: its latest flagship, else the latest of its largest tier; NONE without any."""
    found = np.full(len(world.lab_names), NONE)
    best = np.full(len(world.lab_names), 99)
    for k in np.flatnonzero((offers.month <= handover) & ~offers.video):
        lab, tier = offers.lab[k], int(offers.line_tier[offers.line[k]])
        newer = found[lab] == NONE or offers.month[k] >= offers.month[found[lab]]
        if tier < best[lab] or (tier == best[lab] and newer):
            found[lab], best[lab] = k, tier
    return found


def flagship_sizes(
    world: World, offers: Offers, sizes: np.ndarray, parameters: Parameters, handover: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return active size (10^9) and effective over active size of each lab's next flagship, shape (L,) each.

    Both from one reference model; where its sizes are not known, the effective size that its cost implies counts as
    active. A lab without a flagship line is read from its largest line over the tier's relative size.
    """
    active = np.full(len(world.lab_names), parameters.research.size_reference)
    ratio = np.ones(len(world.lab_names))
    for lab, k in enumerate(flagships(world, offers, handover)):
        if k == NONE:
            continue
        tier = int(offers.line_tier[offers.line[k]])
        known = bool(np.isfinite(offers.active[k]))
        size = float(offers.active[k] if known else sizes[k])
        if np.isfinite(size) and size > 0:
            active[lab] = size / tier_size(parameters, tier)
            ratio[lab] = float(sizes[k]) / size
    return active, ratio
