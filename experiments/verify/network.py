"""Network effects: O10 (tipping of identical families), O11 and O12 (urns)."""

from __future__ import annotations

from collections.abc import Iterator
from math import log, sqrt
from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from experiments.verify.check import Check, holds, oracle, sampled
from experiments.verify.draws import ALIKE
from experiments.verify.toolkit import model, run, scenario, shares, world

FEEDBACK: dict[str, Any] = ALIKE | {"ecosystem.depreciation": 1.0, "ecosystem.open_weight": 1.0}
"""The stock is last month's share."""
EARLY = "2024-01"
"""Start of the worlds that need long to settle; the last possible month is 2040-12."""
NUDGE = 1e-3
"""How much more than an equal share the first family has at the start."""


def _paths(gamma: float, first: float, labs: int, months: int, **params: Any) -> np.ndarray:
    """Return the share of the first family by month, the others being alike, shape (months,).

    Args:
        gamma: feedback, utils per share.
        first: share of the first family in slots and in the ecosystem stock at the start.
        labs: number of families.
        months: to run.
        params: further parameters, dots written as two underscores.
    """
    names = "ABCDE"[:labs]
    start = {name: first if name == "A" else (1.0 - first) / (labs - 1) for name in names}
    where = world({name: {} for name in names}, start=EARLY, init={"shares": start, "stock": start})
    given = FEEDBACK | {"demand.gamma": gamma} | {key.replace("__", "."): value for key, value in params.items()}
    return shares(run(scenario(where, months - 1, given, enterprises=4)))["A"]


def _gamma_at(share: float, labs: int) -> float:
    """Return the feedback at which a leader of some share and equal followers are at rest."""
    return log(share * (labs - 1) / (1 - share)) / (share - (1 - share) / (labs - 1))


def _branch(labs: int) -> tuple[float, float]:
    """Return the smallest feedback with a leader at rest, and the leader's share there."""
    found = minimize_scalar(lambda s: _gamma_at(s, labs), bounds=(1 / labs + 1e-3, 1 - 1e-6), method="bounded")
    return float(found.fun), float(found.x)


def _top(gamma: float, labs: int) -> float:
    """Return the share of a leader at rest on the stable branch."""
    return float(brentq(lambda s: _gamma_at(s, labs) - gamma, _branch(labs)[1], 1 - 1e-12, xtol=1e-15))


def _pitchfork(gamma: float) -> float:
    """Return the larger share of two families at rest."""
    return float(brentq(lambda s: 2 * s - 1 - np.tanh(gamma * (2 * s - 1) / 2), 0.6, 1 - 1e-9, xtol=1e-15))


@oracle(
    "O10",
    "tipping of identical families",
    "n identical families with contemporaneous feedback gamma, inside goods only: lam_rev = 1, kappa = 0, delta_G = "
    "1, omega_open = 1. The first family begins .001 above an equal share. With lam_rev = 1 nothing is left of "
    "`init.shares` after a month, so the same shares stand in `init.stock`; where lam_rev = .5 `init.shares` acts as "
    "well.",
    "The equal split is stable if and only if gamma < n: a small lead grows by gamma/n a month. n = 2: 2s - 1 = "
    "tanh(gamma (2s - 1)/2). n >= 3 (mean-field Potts): a leader can stay from below n on, and at gamma = "
    "2(n-1)ln(n-1)/(n-2) it has (n-1)/n; in between both outcomes are stable.",
)
def tipping() -> Iterator[Check]:
    """Compare growth near the equal split, and where shares come to rest."""
    for labs, gamma in ((2, 1.9), (2, 2.2), (3, 2.9), (3, 3.1), (5, 4.8), (5, 5.2)):
        lead = _paths(gamma, 1 / labs + 1e-6, labs, 3) - 1 / labs
        what = f"n {labs}, gamma {gamma:g}: monthly growth of a lead of 1e-6"
        yield Check(what, gamma / labs, lead[1] / lead[0], 1e-5, mode="expected")
    yield Check("n 2, gamma 1.5: share in the long run", 0.5, _paths(1.5, 0.5 + NUDGE, 2, 60)[-1], mode="expected")
    for gamma, known in ((2.2, 0.751470), (2.5, 0.855206), (3.0, 0.929280)):
        got = _paths(gamma, 0.5 + NUDGE, 2, 170 if gamma < 2.5 else 80)[-1]
        yield Check(f"n 2, gamma {gamma:g}: share in the long run", _pitchfork(gamma), got, mode="expected")
        yield Check(f"n 2, gamma {gamma:g}: share in the long run, reference number", known, got, 5e-7, mode="expected")
    slow = _paths(2.5, 0.5 + NUDGE, 2, 150, demand__review=0.5)[-1]
    yield Check("n 2, gamma 2.5, lam_rev .5: share in the long run", _pitchfork(2.5), slow, mode="expected")
    yield from _hysteresis()


def _hysteresis() -> Iterator[Check]:
    for labs, branch, equal, below, above in ((3, 2.7456, 2.7726, 2.65, 2.80), (5, 3.5645, 3.6968, 3.50, 3.75)):
        level, name = 2 * (labs - 1) * log(labs - 1) / (labs - 2), f"n {labs}"
        yield Check(f"{name}: start of the branch, reference number", branch, _branch(labs)[0], 5e-5)
        yield Check(f"{name}: feedback of equal potentials, reference number", equal, level, 5e-5)
        got = _paths(level, (labs - 1) / labs + 0.01, labs, 195)[-1]
        yield Check(f"{name}, gamma {equal}: share of a leader", (labs - 1) / labs, got, mode="expected")
        got = _paths(below, 0.95, labs, 120)[-1]
        what = f"{name}, gamma {below:g}, below the branch: share of a leader"
        yield Check(what, 1 / labs, got, 1e-5, mode="expected")
        got = _paths(above, 0.95, labs, 150)[-1]
        yield Check(f"{name}, gamma {above:g}: share of a leader", _top(above, labs), got, mode="expected")
        got = _paths(above, 1 / labs + NUDGE, labs, 80)[-1]
        yield Check(f"{name}, gamma {above:g}: share after an equal start", 1 / labs, got, 1e-5, mode="expected")
        beyond = 1.1 * labs
        got = _paths(beyond, 1 / labs + NUDGE, labs, 120)[-1]
        yield Check(f"{name}, gamma {beyond:g}: share after an equal start", _top(beyond, labs), got, mode="expected")


URN: dict[str, Any] = ALIKE | {
    "ecosystem.form": "log",
    "ecosystem.depreciation": 0.0,
    "ecosystem.open_weight": 1.0,
    "population.slots": 1.0,
    "population.token_developer": 1 - 3e-12,
    **{f"population.token_{kind}": 1e-12 for kind in ("enterprise", "regulated", "public")},
}
"""Four firms of one slot, of which only the developer uses tokens: what it chooses is all that the stock sees."""
DRAWS = 9


def _urns(theta: float, seeds: range) -> np.ndarray:
    """Return how often the first family was chosen in each month, by urn, shape (urns, months + 1)."""
    where = world({"A": {}, "B": {}}, init={"stock": {"A": 1.0, "B": 1.0}})
    what = scenario(where, DRAWS - 1, URN | {"ecosystem.log_weight": theta}, enterprises=4, choice="sampled")
    stock = [model(what, seed).recorder.records.stock[-DRAWS:, 0] - 1.0 for seed in seeds]
    return np.concatenate([np.zeros((len(stock), 1)), np.round(stock, 6)], axis=1)


def _law(theta: float, draws: int) -> np.ndarray:
    """Return the probabilities of 0 to ``draws`` choices of the first family, from its chain, shape (draws + 1,)."""
    law = np.ones(1)
    for done in range(draws):
        mine, other = (1.0 + np.arange(done + 1)) ** theta, (1.0 + np.arange(done, -1, -1)) ** theta
        chance = mine / (mine + other)
        law = np.append(law * (1 - chance), 0.0) + np.append(0.0, law * chance)
    return law


def _moments(theta: float, counts: np.ndarray) -> Iterator[Check]:
    """Compare mean and variance of the number of choices with those of the chain."""
    law, at = _law(theta, DRAWS), np.arange(DRAWS + 1)
    mean = float(law @ at)
    second, fourth = (float(law @ (at - mean) ** power) for power in (2, 4))
    last, urns = counts[:, -1], counts.shape[0]
    yield sampled(f"theta {theta:g}: mean number of choices of {DRAWS}", mean, last.mean(), sqrt(second / urns))
    error = sqrt((fourth - second**2) / urns)
    yield sampled(f"theta {theta:g}: variance of the number", second, ((last - mean) ** 2).mean(), error)


@oracle(
    "O11",
    "Polya's urn",
    "Two families, `init.stock` 1 each; one developer of one slot is all that uses tokens (the other three firms of "
    "the smallest world weigh 1e-12). It chooses with probability equal to the stock's share: logarithmic form, "
    "theta_e = 1. Nine months.",
    "The number of choices of the first family is uniform on 0 to n: mean n/2, variance n(n+2)/12, exact at every n "
    "and not only in the limit of a uniform share. The share is a martingale.",
)
def polya() -> Iterator[Check]:
    """Compare the moments of many urns, and their steps, with those of the uniform law."""
    counts = _urns(1.0, range(160))
    law = _law(1.0, DRAWS)
    yield Check("largest probability of the chain, against uniform", 1 / (DRAWS + 1), float(law.max()), 1e-12)
    variance = float(law @ (np.arange(DRAWS + 1) - DRAWS / 2) ** 2)
    yield Check("variance of the chain", DRAWS * (DRAWS + 2) / 12, variance, 1e-12)
    yield holds("every month adds one choice or none", bool(np.isin(np.diff(counts, axis=1), (0.0, 1.0)).all()))
    yield from _moments(1.0, counts)
    share = (1.0 + counts) / (2.0 + np.arange(DRAWS + 1))
    for month in (DRAWS // 3, DRAWS):
        error = sqrt(month / (12 * (month + 2)) / len(counts))
        yield sampled(f"mean share after {month} months", 0.5, share[:, month].mean(), error)
    surprise, risk = np.diff(counts, axis=1) - share[:, :-1], share[:, :-1] * (1 - share[:, :-1])
    yield sampled("mean surprise of a choice", 0.0, surprise.mean(), sqrt(risk.sum()) / surprise.size)
    lever = share[:, :-1] - 0.5
    yield sampled("surprise times lead", 0.0, (surprise * lever).mean(), sqrt((risk * lever**2).sum()) / surprise.size)


@oracle(
    "O12",
    "urns with weak and with strong reinforcement",
    "As O11 with theta_e = .3 and 3.",
    "theta < 1: shares tend to 1/n; theta > 1: one family takes all. At finite n the law of the number of choices is "
    "that of a chain, computed exactly; its variance lies below the uniform one for theta < 1 and above it for theta "
    "> 1.",
)
def reinforcement() -> Iterator[Check]:
    """Compare the moments with those of the chain, and count urns on either side of a quarter."""
    for theta, seeds in ((0.3, range(160, 230)), (3.0, range(230, 300))):
        counts, law, at = _urns(theta, seeds), _law(theta, DRAWS), np.arange(DRAWS + 1)
        yield from _moments(theta, counts)
        apart = np.abs(at - DRAWS / 2) > DRAWS / 4
        chance = float(law[apart].sum())
        got = (np.abs(counts[:, -1] - DRAWS / 2) > DRAWS / 4).mean()
        what = f"theta {theta:g}: urns in which a family has more than three quarters"
        yield sampled(what, chance, got, sqrt(chance * (1 - chance) / len(counts)))
        limits = _law(theta, 2000)
        middle = float(limits[500:1501].sum())
        what = f"theta {theta:g}: chain of 2000, probability of a share of a quarter to three"
        yield Check(what, float(theta < 1), middle, 1e-2)
