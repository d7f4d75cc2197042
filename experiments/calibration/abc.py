"""Sequential approximate Bayesian computation: population Monte Carlo in the box of the priors.

Beaumont, Cornuet, Marin and Robert (2009) and Toni et al. (2009), with a fixed number of runs a generation. Places are
in the unit box: 0 is the low end of a prior and 1 the high end, so that the prior density is 1 inside.

* Generation 0 is a Sobol sequence, shifted digit by digit with a key for each parameter.
* The best draws of a generation are the ancestors of the next; their largest distance is the tolerance. A draw takes
  an ancestor by weight and moves each component by a normal with twice its weighted variance, truncated to the box. The
  truncation is exact: each component is drawn by its inverse distribution, and its density has the mass that the box
  cuts off taken out. That is why the kernel is componentwise: with correlations that mass has no closed form.
* One draw in ten comes from the prior instead of an ancestor (Hesterberg 1995), so that no weight exceeds ten times the
  mean, however narrow the kernel.
* The weight of a draw is prior over proposal. Generations that faced the same simulator are pooled, and the proposal is
  then their mixture by number of draws (Owen and Zhou 2000), which makes one sample of them.

All randomness is keyed by (seed, what for, parameter, generation, number of the draw): no parameter moves another's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.rng import Streams

BITS = 30
SPREAD = 2.0
"""Variance of the kernel over the weighted variance of the ancestors (Beaumont et al. 2009)."""
DEFENSIVE = 0.1
"""Share of a generation that comes from the prior [A]."""
NARROWEST = 1e-3
"""The standard deviation of the kernel is at least this share of the prior range [A]: a generation never collapses."""

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Simulate = Callable[[int, Floats, Floats], tuple[Floats, str]]
"""(generation, places (n, d), centre (d,)) to distances (n,), inf where a draw gave none, and the name of the
simulator: generations with the same name are pooled."""


@dataclass(frozen=True)
class Proposal:
    """From what a generation is drawn.

    Attributes:
        ancestors: places, shape (m, d); m = 0 for the prior.
        weights: of the ancestors, sum 1, shape (m,).
        sd: of the kernel, shape (d,).
    """

    ancestors: Floats
    weights: Floats
    sd: Floats

    def density(self, places: Floats) -> Floats:
        """Return the density at some places of the box, shape (n,)."""
        if not self.weights.size:
            return np.ones(len(places))
        mean = self.ancestors[None, :, :]
        mass = ndtr((1.0 - mean) / self.sd) - ndtr(-mean / self.sd)
        gap = (places[:, None, :] - mean) / self.sd
        log = -0.5 * gap**2 - np.log(self.sd * np.sqrt(2 * np.pi) * mass)
        return np.asarray(DEFENSIVE + (1 - DEFENSIVE) * np.exp(log.sum(axis=2)) @ self.weights)

    def draw(self, names: Sequence[str], number: int, generation: int, streams: Streams) -> Floats:
        """Return the places of a generation, shape (number, d)."""
        index = np.arange(number)
        chosen = (index + streams.uniform("abc ancestor", generation)[0]) / number
        edges = np.cumsum(self.weights)
        parent = self.ancestors[np.searchsorted(edges / edges[-1], chosen, side="right").clip(0, edges.size - 1)]
        fresh = streams.uniform("abc prior", generation, index) < DEFENSIVE
        columns = []
        for k, name in enumerate(names):
            unit = streams.uniform("abc step", name, generation, index)
            columns.append(np.where(fresh, unit, _truncated(unit, parent[:, k], float(self.sd[k]))))
        return np.stack(columns, axis=1)


def _truncated(unit: Floats, mean: Floats, sd: float) -> Floats:
    """Return normals of some means truncated to [0, 1], by their inverse distribution at places in (0, 1)."""
    low, high = ndtr(-mean / sd), ndtr((1.0 - mean) / sd)
    return np.asarray(np.clip(mean + sd * ndtri(low + (high - low) * unit), 0.0, 1.0))


PRIOR = Proposal(np.zeros((0, 0)), np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class Generation:
    """A generation that was run.

    Attributes:
        number: from 0.
        proposal: from what it was drawn.
        places: shape (n, d).
        distances: shape (n,); inf where a draw gave none.
        simulator: its name.
    """

    number: int
    proposal: Proposal
    places: Floats
    distances: Floats
    simulator: str


@dataclass(frozen=True)
class Population:
    """Accepted draws with weights.

    Attributes:
        generation, draw: of each, shape (m,).
        places: shape (m, d).
        weights: sum 1, shape (m,).
        distances: ascending, shape (m,).
    """

    generation: Ints
    draw: Ints
    places: Floats
    weights: Floats
    distances: Floats

    @property
    def tolerance(self) -> float:
        """The largest distance that was accepted."""
        return float(self.distances[-1])

    @property
    def ess(self) -> float:
        """Effective sample size, 1 / sum of squared weights."""
        return float(1.0 / (self.weights**2).sum())

    @property
    def centre(self) -> Floats:
        """The weighted mean, shape (d,)."""
        return np.asarray(self.weights @ self.places)

    @property
    def sd(self) -> Floats:
        """The weighted standard deviation, shape (d,)."""
        return np.asarray(np.sqrt(self.weights @ (self.places - self.centre) ** 2))


@dataclass(frozen=True)
class Schedule:
    """How much is sampled.

    Attributes:
        generations: how many, 1 or more.
        draws: of a generation.
        accepted: size of the final population.
        quantile: share of a generation that becomes the ancestors of the next.
    """

    generations: int
    draws: int
    accepted: int
    quantile: float


@dataclass(frozen=True)
class Sampled:
    """What sampling gave.

    Attributes:
        generations: all that were run.
        populations: what was accepted after each; the last one is the result.
    """

    generations: tuple[Generation, ...]
    populations: tuple[Population, ...]

    @property
    def population(self) -> Population:
        """The result."""
        return self.populations[-1]


def sobol(names: Sequence[str], number: int, seed: int) -> Floats:
    """Return the first draws of a Sobol sequence, each parameter shifted with its own key, shape (number, d)."""
    from scipy.stats import qmc

    size = 1 << max(number - 1, 0).bit_length()
    raw = qmc.Sobol(len(names), scramble=False, bits=BITS).random(size)[:number]
    digits, streams = np.round(raw * (1 << BITS)).astype(np.uint64), Streams(seed)
    shift = np.array([streams.keys("abc shift", name)[0] >> np.uint64(64 - BITS) for name in names], dtype=np.uint64)
    return np.asarray(((digits ^ shift).astype(np.float64) + 0.5) / (1 << BITS))


def accept(pool: Sequence[Generation], number: int) -> Population:
    """Return the best draws of generations that faced the same simulator, with their weights.

    Args:
        pool: the generations.
        number: of draws to accept; fewer if fewer gave a distance.

    Raises:
        ValueError: no draw gave a distance.
    """
    generation = np.concatenate([np.full(len(g.places), g.number, dtype=np.intp) for g in pool])
    draw = np.concatenate([np.arange(len(g.places), dtype=np.intp) for g in pool])
    distance = np.concatenate([g.distances for g in pool])
    best = np.lexsort((draw, generation, distance))[:number]
    best = best[np.isfinite(distance[best])]
    if not best.size:
        raise ValueError("no draw of the generation gave a distance")
    places = np.concatenate([g.places for g in pool])[best]
    size = sum(len(g.places) for g in pool)
    mixture = sum((len(g.places) / size) * g.proposal.density(places) for g in pool)
    weights = 1.0 / np.asarray(mixture)
    return Population(generation[best], draw[best], places, weights / weights.sum(), distance[best])


def successor(population: Population) -> Proposal:
    """Return from what the generation after a population is drawn."""
    sd = np.maximum(np.sqrt(SPREAD) * population.sd, NARROWEST)
    return Proposal(population.places, population.weights, sd)


def sample(simulate: Simulate, names: Sequence[str], schedule: Schedule, seed: int, start: Floats) -> Sampled:
    """Run all generations.

    Args:
        simulate: gives distances of draws.
        names: of the parameters, which are the keys of their randomness.
        schedule: how much.
        seed: of the sampler.
        start: centre that the first generation is told, in the unit box, shape (d,).
    """
    streams, centre, proposal = Streams(seed), start, PRIOR
    generations: list[Generation] = []
    populations: list[Population] = []
    for number in range(schedule.generations):
        first = number == 0
        places = sobol(names, schedule.draws, seed) if first else proposal.draw(names, schedule.draws, number, streams)
        found, simulator = simulate(number, places, centre)
        generations.append(Generation(number, proposal, places, found, simulator))
        pool, last = pooled(generations), number == schedule.generations - 1
        kept = schedule.accepted if last else max(2, round(schedule.quantile * schedule.draws))
        populations.append(accept(pool, kept))
        centre, proposal = populations[-1].centre, successor(populations[-1])
    return Sampled(tuple(generations), tuple(populations))


def pooled(generations: Sequence[Generation]) -> list[Generation]:
    """Return the last generations that faced the same simulator."""
    pool = [generations[-1]]
    for earlier in reversed(generations[:-1]):
        if earlier.simulator != pool[-1].simulator:
            break
        pool.append(earlier)
    return pool[::-1]
