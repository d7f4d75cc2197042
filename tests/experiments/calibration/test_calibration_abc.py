"""Population Monte Carlo against posteriors that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from experiments.calibration.abc import (
    DEFENSIVE,
    PRIOR,
    Floats,
    Generation,
    Proposal,
    Schedule,
    accept,
    pooled,
    sample,
    sobol,
    successor,
)
from sim.rng import Streams

NAMES = ("a.first", "a.second")
LONG = Schedule(4, 3000, 700, 0.25)


def noisy(seed: int, sd: float, target: float) -> object:
    """Return a simulator: the first parameter with normal noise, seen as ``target``; the second does nothing."""
    streams = Streams(seed)

    def simulate(generation: int, places: Floats, centre: Floats) -> tuple[Floats, str]:
        noise = sd * streams.normal("noise", generation, np.arange(len(places)))
        return np.abs(places[:, 0] + noise - target), "toy"

    return simulate


@pytest.mark.parametrize("target", [0.5, 0.05])
def test_a_gaussian_posterior_is_found(target: float) -> None:
    sd = 0.08
    found = sample(noisy(1, sd, target), NAMES, LONG, 3, np.full(2, 0.5)).population
    assert found.tolerance < 0.25 * sd
    known = truncnorm(-target / sd, (1 - target) / sd, target, sd)
    assert found.centre[0] == pytest.approx(known.mean(), abs=0.15 * sd)
    assert found.sd[0] == pytest.approx(known.std(), rel=0.12)
    order = np.argsort(found.places[:, 0])
    reached = np.cumsum(found.weights[order])
    gap = np.abs(reached - known.cdf(found.places[order, 0])).max()
    assert gap < 2.2 / np.sqrt(found.ess)


def test_what_the_data_do_not_see_stays_at_its_prior() -> None:
    found = sample(noisy(2, 0.08, 0.4), NAMES, LONG, 5, np.full(2, 0.5)).population
    assert found.centre[1] == pytest.approx(0.5, abs=3.5 * 0.289 / np.sqrt(found.ess))
    assert found.sd[1] == pytest.approx(np.sqrt(1 / 12), rel=0.1)


def test_weights_give_the_prior_back_where_the_distance_says_nothing() -> None:
    """Kernels that touch the edges of the box: a mass that is not taken out would show as a bias there."""

    def simulate(generation: int, places: Floats, centre: Floats) -> tuple[Floats, str]:
        return np.where(places[:, 0] < 0.3, 0.0, 1.0) if generation < 2 else np.zeros(len(places)), str(generation)

    found = sample(simulate, NAMES, Schedule(3, 4000, 4000, 0.2), 0, np.full(2, 0.5)).population
    counts = [found.weights[(found.places[:, 0] >= k / 5) & (found.places[:, 0] < (k + 1) / 5)].sum() for k in range(5)]
    assert counts == pytest.approx([0.2] * 5, abs=0.03)
    assert found.weights.max() * found.weights.size < 1 / DEFENSIVE + 1


def test_the_density_of_a_proposal_is_that_of_truncated_normals() -> None:
    proposal = Proposal(np.array([[0.1, 0.5], [0.8, 0.9]]), np.array([0.3, 0.7]), np.array([0.2, 0.4]))
    place = np.array([0.25, 0.6])

    def one(k: int) -> float:
        low, high = (0 - proposal.ancestors[k]) / proposal.sd, (1 - proposal.ancestors[k]) / proposal.sd
        return float(np.prod(truncnorm(low, high, proposal.ancestors[k], proposal.sd).pdf(place)))

    assert proposal.density(place[None])[0] == pytest.approx(
        DEFENSIVE + (1 - DEFENSIVE) * (0.3 * one(0) + 0.7 * one(1))
    )
    side = (np.arange(200) + 0.5) / 200
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    assert proposal.density(grid).mean() == pytest.approx(1.0, abs=1e-4)


def test_draws_follow_their_density() -> None:
    proposal = Proposal(np.array([[0.1], [0.8]]), np.array([0.3, 0.7]), np.array([0.2]))
    drawn = np.sort(proposal.draw(("a",), 5000, 1, Streams(0))[:, 0])
    edges = np.linspace(0, 1, 11)
    seen = np.histogram(drawn, edges)[0] / drawn.size
    fine = (np.arange(10000) + 0.5) / 10000
    wanted = proposal.density(fine[:, None]).reshape(10, -1).mean(axis=1) / 10
    assert seen == pytest.approx(wanted, abs=0.02)
    assert drawn[0] >= 0 and drawn[-1] <= 1


def test_the_kernel_has_twice_the_weighted_variance() -> None:
    first = Generation(0, PRIOR, np.array([[0.2], [0.4], [0.9]]), np.array([1.0, 2.0, np.inf]), "x")
    found = accept([first], 3)
    assert found.draw.tolist() == [0, 1]
    assert successor(found).sd[0] == pytest.approx(np.sqrt(2) * 0.1)
    assert found.tolerance == 2.0
    assert found.ess == pytest.approx(2.0)


def test_generations_of_one_simulator_make_one_sample() -> None:
    narrow = Proposal(np.array([[0.5]]), np.array([1.0]), np.array([0.1]))
    far, near = 0.05, 0.5
    old = Generation(0, PRIOR, np.array([[0.9]]), np.array([0.0]), "old")
    first = Generation(1, PRIOR, np.array([[far], [near], [0.7]]), np.array([0.3, 0.1, 0.4]), "new")
    second = Generation(2, narrow, np.array([[near]]), np.array([0.2]), "new")
    assert pooled([old, first, second]) == [first, second]
    found = accept([first, second], 3)
    assert list(zip(found.generation.tolist(), found.draw.tolist(), strict=True)) == [(1, 1), (2, 0), (1, 0)]

    def density(x: float) -> float:
        mass = norm.cdf(5) - norm.cdf(-5)
        return 0.75 + 0.25 * (DEFENSIVE + (1 - DEFENSIVE) * norm.pdf(x, 0.5, 0.1) / mass)

    raw = np.array([1 / density(near), 1 / density(near), 1 / density(far)])
    assert found.weights == pytest.approx(raw / raw.sum())


def test_no_draw_with_a_distance_is_an_error() -> None:
    with pytest.raises(ValueError, match="no draw"):
        accept([Generation(0, PRIOR, np.zeros((2, 1)), np.full(2, np.inf), "x")], 2)


def test_a_sobol_sequence_fills_the_box_and_knows_its_names() -> None:
    places = sobol(("a", "b", "c"), 64, 0)
    for column in places.T:
        assert sorted(np.floor(column * 64).astype(int)) == list(range(64))
    assert np.array_equal(places[:40], sobol(("a", "b", "c"), 40, 0))
    assert np.array_equal(places[:, :1], sobol(("a",), 64, 0))
    assert not np.array_equal(places, sobol(("a", "b", "c"), 64, 1))


def test_sampling_repeats_to_the_bit_and_depends_on_the_seed() -> None:
    short = Schedule(3, 60, 30, 0.3)
    one, two = (sample(noisy(1, 0.1, 0.4), NAMES, short, 7, np.full(2, 0.5)).population for _ in range(2))
    assert np.array_equal(one.places, two.places) and np.array_equal(one.weights, two.weights)
    other = sample(noisy(1, 0.1, 0.4), NAMES, short, 8, np.full(2, 0.5)).population
    assert not np.array_equal(one.places, other.places)


def test_the_first_centre_is_the_one_that_is_given_and_later_ones_are_weighted_means() -> None:
    told = []

    def simulate(generation: int, places: Floats, centre: Floats) -> tuple[Floats, str]:
        told.append(centre)
        return np.abs(places[:, 0] - 0.2), str(generation)

    found = sample(simulate, NAMES, Schedule(2, 40, 20, 0.5), 0, np.array([0.9, 0.1]))
    assert told[0].tolist() == [0.9, 0.1]
    assert np.array_equal(told[1], found.populations[0].centre)
