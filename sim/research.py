"""R&D of all labs: prescribed in the replay, with past policies as differences, and free after the hand-over.

In the replay a lab's knowledge is the path a_sq,l(t) = gap_l + nu (t - t_h), the gaps being the stationary ones of E9
at the compute of the hand-over. A policy of the past moves it by the difference of E9 between the policy's compute and
levers and those of the status quo, and moves the capability of past releases by the log-ratio of effective compute:
a zero difference gives history back to the bit (docs/model.md, section 4; O28, O30).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calendar import month_index
from sim.market.arrays import Bools, Floats, Ints
from sim.market.knowledge import Spillovers, growth_path, knowledge_step, research_compute
from sim.parameters import Parameters
from sim.supply_levers import SupplyLevers
from sim.world import BLOCS, World, WorldRelease

TURN, END = month_index("2027-12"), month_index("2030-12")
"""Outside funding grows at one rate to the first month and slows to the other by the second."""
STEADY = 1e-10
"""Stationary gaps are iterated until no lab's knowledge moves by this, nat."""


@dataclass(frozen=True)
class Arm:
    """Supply-side conditions of one policy in the replay.

    Attributes:
        rent: $/H100e-hour by month and bloc, shape (T, 4).
        levers: supply levers.
    """

    rent: Floats
    levers: SupplyLevers


@dataclass(frozen=True)
class Past:
    """Knowledge and compute up to the hand-over.

    Attributes:
        knowledge: a_l(t), nat, shape (t_h + 1, L).
        compute: X_l(t), H100e, shape (t_h + 1, L).
        quiet_compute: the same under the status quo.
        gaps: a_l(t_h) of the status quo, shape (L,); the leader's is 0.
        reference: X_ref, H100e.
        shift: what a past policy adds to q of a release by month and lab, ECI, shape (t_h + 1, L).
    """

    knowledge: Floats
    compute: Floats
    quiet_compute: Floats
    gaps: Floats
    reference: float
    shift: Floats


def funding(world: World, parameters: Parameters, n_months: int) -> Floats:
    """Return Fund_l(t) in M$/mo of compute, shape (T, L)."""
    settings = parameters.research
    return growth_path(
        settings.fund_scale * world.lab_fund,
        settings.fund_growth,
        settings.fund_growth_late,
        TURN,
        END,
        n_months,
        world.levels_month,
    )


def patents(world: World, parameters: Parameters) -> Floats:
    """Return (patent share over equal share)^pi_P by lab (E9), shape (L,)."""
    settings = parameters.research
    rest = max(1.0 - settings.patent_share_us - settings.patent_share_cn, 0.01) / 2
    share = np.array([settings.patent_share_us, settings.patent_share_cn, rest, rest])
    return np.asarray((share * len(BLOCS))[world.lab_bloc_index] ** settings.patent_elasticity)


def spillovers(world: World, parameters: Parameters, levers: SupplyLevers, t: int, open_share: float) -> Spillovers:
    """Return the coefficients of E9 in month t; ``open_share`` is O, the token share of open models."""
    settings = parameters.research
    return Spillovers(
        own=settings.progress,
        returns=settings.returns,
        fishing_out=settings.fishing_out,
        sharing=(settings.sharing + float(levers.chi[t])) * open_share,
        to_all=settings.spill_all + float(levers.sigma_0[t]),
        to_open=settings.spill_open,
        to_api=settings.spill_api,
        access=levers.access[t],
        patents=patents(world, parameters),
    )


def reachable(best: Floats, visible: Bools) -> Floats:
    """Return the largest entry among other labs that each lab can see, shape (L,).

    Args:
        best: value by lab, -inf where a lab has none, shape (L,).
        visible: [viewer, owner], shape (L, L).
    """
    seen = np.where(visible & ~np.eye(best.size, dtype=bool), best[None, :], -np.inf)
    return np.asarray(seen.max(axis=1))


def everybody_sees(world: World) -> Bools:
    """Return the visibility of weights where nobody bans their export."""
    n = len(world.lab_names)
    return np.ones((n, n), dtype=bool)


def visible_weights(world: World, banned: Bools) -> Bools:
    """Return who can reach whose weights, given owners under an export ban, shape (L, L)."""
    bloc = world.lab_bloc_index
    return np.asarray(~banned[None, :] | (bloc[:, None] == bloc[None, :]))


@dataclass(frozen=True)
class Clock:
    """When each lab last released what: month of the latest open and closed release by month, -1 before any.

    Attributes:
        opened, closed: shape (T, L).
    """

    opened: Ints
    closed: Ints

    @classmethod
    def of(cls, releases: list[WorldRelease], labs: int, n_months: int) -> Clock:
        """Return the clock of some releases."""
        opened, closed = (np.full((n_months, labs), -1) for _ in range(2))
        for release in releases:
            table = closed if release.closed else opened
            month = max(release.month, 0)
            table[month:, release.lab] = np.maximum(table[month:, release.lab], month)
        return cls(opened, closed)


def replay(
    world: World, parameters: Parameters, releases: list[WorldRelease], baseline: Arm, arm: Arm, handover: int
) -> Past:
    """Return knowledge up to the hand-over, with the differences that a policy of the past makes.

    Args:
        world: labs and funds.
        parameters: research parameters.
        releases: month, lab and openness of the releases of the replay.
        baseline: rent and levers of the status quo.
        arm: those of the policy.
        handover: t_h.
    """
    months = handover + 1
    fund = funding(world, parameters, months)
    compute = [_spent(world, fund, who.rent) for who in (baseline, arm)]
    clock = Clock.of(releases, fund.shape[1], months)
    reference = (1.0 - parameters.research.training_share) * float(compute[0][handover].max())
    gaps = world.first_knowledge
    if np.isnan(gaps).any():
        steady = stationary_gaps(world, parameters, baseline.levers, compute[0][handover], reference, clock, handover)
        gaps = np.where(np.isnan(gaps), steady, gaps)
    path = gaps[None, :] + parameters.research.progress * (np.arange(months)[:, None] - handover)
    moved = _differences(world, parameters, baseline, arm, compute, path, reference, clock)
    shift = _shifts(parameters, compute, path, moved)
    return Past(path + moved, compute[1], compute[0], gaps, reference, shift)


def _spent(world: World, fund: Floats, rent: Floats) -> Floats:
    """Return X_l(t): what funding buys (E8), or what the world fixes, H100e, shape (T, L)."""
    fixed = world.fixed_compute(fund.shape[0])
    if fixed is not None:
        return fixed
    bloc = world.lab_bloc_index
    ones = np.ones(bloc.size)
    return np.array([research_compute(fund[t], rent[t, bloc], ones) for t in range(fund.shape[0])])


def stationary_gaps(
    world: World,
    parameters: Parameters,
    levers: SupplyLevers,
    compute: Floats,
    reference: float,
    clock: Clock,
    handover: int,
) -> Floats:
    """Return the gaps to the leader at which all labs grow alike at the compute of the hand-over (O28).

    All start at 0; E9 is iterated with compute fixed and O = 0, the leader's own knowledge subtracted after each step.
    Labs without compute do not say when the others have settled: they go on alone, so that one more changes no bit.
    """
    settings = parameters.research
    effort = (1.0 - settings.training_share) * compute / reference
    known = spillovers(world, parameters, levers, handover, 0.0)
    leader = int(compute.argmax())
    has_open, has_closed = clock.opened[handover] >= 0, clock.closed[handover] >= 0
    visible = everybody_sees(world)
    a, works, settled = np.zeros(compute.size), compute > 0, False
    for _ in range(100_000):
        a_open = reachable(np.where(has_open, a, -np.inf), visible)
        a_api = reachable(np.where(has_closed, a, -np.inf), visible)
        grown = a + knowledge_step(a, effort, known, a_open, a_api)
        grown -= grown[leader]
        if settled:
            grown[works] = a[works]
        moved = np.abs(grown - a)
        if moved.max() < STEADY:
            return np.asarray(grown)
        settled = settled or bool(moved[works].max() < STEADY)
        a = grown
    return a


def _embodied(path: Floats, months: Ints) -> Floats:
    """Return the knowledge that each lab's release of given months embodies, -inf where it has none, shape (L,)."""
    labs = np.arange(months.size)
    return np.where(months >= 0, path[np.maximum(months, 0), labs], -np.inf)


def _differences(
    world: World,
    parameters: Parameters,
    baseline: Arm,
    arm: Arm,
    compute: list[Floats],
    path: Floats,
    reference: float,
    clock: Clock,
) -> Floats:
    """Return Da_l(t): the accumulated difference of E9 between the arm and the status quo, shape (t_h + 1, L)."""
    moved = np.zeros_like(path)
    share = 1.0 - parameters.research.training_share
    for t in range(path.shape[0] - 1):
        steps = []
        for who, flow, a in ((arm, compute[1], path + moved), (baseline, compute[0], path)):
            known = spillovers(world, parameters, who.levers, t, 0.0)
            opened = clock.opened[t]
            banned = who.levers.weights_ban[np.maximum(opened, 0), np.arange(opened.size)] & (opened >= 0)
            a_open = reachable(_embodied(a, opened), visible_weights(world, banned))
            a_api = reachable(_embodied(a, clock.closed[t]), everybody_sees(world))
            steps.append(knowledge_step(a[t], share * flow[t] / reference, known, a_open, a_api))
        moved[t + 1] = moved[t] + (steps[0] - steps[1])
    return moved


def _shifts(parameters: Parameters, compute: list[Floats], path: Floats, moved: Floats) -> Floats:
    """Return b_q [log10 sum X_arm e^(a+Da) - log10 sum X_sq e^a] over the last n_T months, shape (t_h + 1, L)."""
    window = parameters.research.training_months
    flows = compute[1] * np.exp(path + moved), compute[0] * np.exp(path)
    sums = [np.array([flow[max(t - window + 1, 0) : t + 1].sum(axis=0) for t in range(len(flow))]) for flow in flows]
    changed = sums[0] != sums[1]
    ratio = np.divide(sums[0], sums[1], out=np.ones_like(sums[0]), where=changed)
    return np.asarray(parameters.research.compute_scale * np.log10(ratio))
