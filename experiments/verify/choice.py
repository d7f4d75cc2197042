"""Choice among labs, channels and lines: O1, O2, O13, O14, O24, O29; O22 and O25 stand in ``inverse.py``."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log, sqrt
from typing import Any

import numpy as np

from experiments.verify.check import Check, oracle, sampled
from experiments.verify.draws import ALIKE, heads, of_share, strengths, text_slots, worst
from experiments.verify.toolkit import model, run, scenario, series, shares, world

DIGITS = 5e-7
"""Reference numbers are given to six digits."""
MONTHS = 24


def _known(what: str, reference: float, got: float) -> Check:
    return Check(f"{what}, reference number", reference, got, DIGITS, mode="expected")


@oracle(
    "O1",
    "multinomial logit",
    "Four closed labs of strength 1, .5, 0 and 0 utils, all else equal; every slot reviews every month, rho = 1, "
    "nobody stays outside.",
    "The share of lab l is exp(V_l) over the sum of all exp(V).",
)
def multinomial_logit() -> Iterator[Check]:
    """Compare shares with the softmax of the strengths."""
    worth = {"A": 1.0, "B": 0.5, "C": 0.0, "D": 0.0}
    known = dict(zip(worth, (0.426933, 0.258948, 0.157060, 0.157060), strict=True))
    whole = sum(exp(value) for value in worth.values())
    where = world(strengths(worth))
    found = shares(run(scenario(where, 3)), "slot_share")
    drawn = scenario(where, MONTHS - 1, ALIKE, enterprises=500, choice="sampled")
    mean = {lab: path.mean() for lab, path in shares(run(drawn), "slot_share").items()}
    number = text_slots(model(drawn).population) * MONTHS
    for lab, value in worth.items():
        answer = exp(value) / whole
        yield Check(f"share of lab {lab}", answer, found[lab][-1], mode="expected")
        yield _known(f"share of lab {lab}", known[lab], found[lab][-1])
        yield sampled(f"share of lab {lab}", answer, mean[lab], of_share(answer, number))


@oracle(
    "O2",
    "red bus, blue bus: channels of one lab",
    "Lab A has public weights and no own API, so its model comes by two channels, hosts and own machines; lab B has "
    "one. All are worth the same. A third setting opens A's own API as well.",
    "A lab with n identical channels has the share n^rho/(n^rho + 1), divided equally among them: 2/3 for two at rho "
    "= 1, 1/2 as rho goes to 0.",
)
def channels() -> Iterator[Check]:
    """Compare shares by lab and by channel over rho."""
    for rho, barred, number in ((1.0, True, 2), (0.6, True, 2), (0.5, True, 2), (0.01, True, 2), (0.6, False, 3)):
        rival = {"mode": "open", "blocked": ["world"] if barred else []}
        where, params = world({"A": rival, "B": {}}), {"demand.dissimilarity": rho}
        found = run(scenario(where, 2, params))
        answer = number**rho / (number**rho + 1)
        name = f"rho {rho:g}, {number} channels"
        yield Check(f"{name}: share of the lab", answer, shares(found)["A"][-1], mode="expected")
        for channel in ("H", "S"):
            got = series(found, "token_share", "channel", channel)[-1]
            yield Check(f"{name}: share of channel {channel}", answer / number, got, mode="expected")
            if rho == 0.5:
                yield _known(f"{name}: share of channel {channel}", 0.292893, got)
        if rho == 0.5:
            yield _known(f"{name}: share of the other lab", 0.414214, shares(found)["B"][-1])
            yield from _drawn_channels(scenario(where, MONTHS - 1, params | ALIKE, enterprises=500, choice="sampled"))


def _drawn_channels(drawn: Any) -> Iterator[Check]:
    found, number = run(drawn), text_slots(model(drawn).population) * MONTHS
    for channel, answer in (("H", sqrt(2) / (sqrt(2) + 1) / 2), ("A", 1 / (sqrt(2) + 1))):
        got = series(found, "slot_share", "channel", channel).mean()
        yield sampled(f"rho 0.5, 2 channels: share of channel {channel}", answer, got, of_share(answer, number))


@oracle(
    "O13",
    "switching cost and review",
    "Six identical labs, everybody with the first at the start; kappa_L is set so that 11 percent leave within a "
    "year. The same cost for all classes, and for labs that a firm already runs.",
    "Of a lab's slots m = lam (n-1)/(n-1+e^kappa) leave in a month and 1-(1-m)^12 in a year; those that start "
    "together are at 1/n + (1-1/n)(1-mn/(n-1))^t after t months. With kappa = 0 and lam = 1 the start leaves no "
    "trace.",
)
def switching() -> Iterator[Check]:
    """Compare the path of the first lab, the monthly and yearly switching, and two starts."""
    labs, yearly = dict.fromkeys("ABCDEF", 0.0), 0.11
    n, leave = len(labs), 1 - (1 - yearly) ** (1 / 12)
    for review, known in ((1 / 12, 3.641), (1 / 6, 4.397), (1 / 4, 4.823)):
        kappa = log((n - 1) * (review / leave - 1))
        name = f"lam 1/{round(1 / review)}"
        yield Check(f"{name}: kappa for 11 percent a year, reference number", known, kappa, 5e-4)
        params = ALIKE | {"demand.switching_cost": kappa, "demand.review": review}
        where = world(strengths(labs), init={"shares": {"A": 1.0}})
        path = shares(run(scenario(where, MONTHS - 1, params)), "slot_share")["A"]
        monthly = 1.0 - path[0]
        yield Check(f"{name}: share that leaves in a month", leave, monthly, mode="expected")
        yield Check(f"{name}: share that leaves in a year", yearly, 1 - (1 - monthly) ** 12, mode="expected")
        answer = 1 / n + (1 - 1 / n) * (1 - leave * n / (n - 1)) ** np.arange(1, MONTHS + 1)
        yield worst(f"{name}: share of the first lab by month", answer, path)
    yield _switched(where, params, 1 / n + (1 - 1 / n) * (1 - leave * n / (n - 1)) ** 12)
    yield from _no_trace(labs)


def _switched(where: dict[str, Any], params: dict[str, Any], stay: float) -> Check:
    """Return the check of firms of one slot whose lab is not that of a year before, in two windows of a year."""
    settings = {"enterprises": 1500, "choice": "sampled"}
    drawn = scenario(where, MONTHS, params | {"population.slots": 1.0}, **settings)
    got = series(run(drawn), "switching_primary")[[12, 24]].mean()
    number = 2 * heads(model(drawn).population)
    return sampled("lam 1/4: firms whose lab differs from 12 months before", 1 - stay, got, of_share(stay, number))


def _no_trace(labs: dict[str, float]) -> Iterator[Check]:
    starts: list[dict[str, float]] = [{"A": 1.0}, {"A": 0.1, "B": 0.2, "F": 0.7}]
    one, two = (shares(run(scenario(world(strengths(labs), init={"shares": given}), 3))) for given in starts)
    for lab in ("A", "F"):
        yield Check(
            f"kappa 0, lam 1: share of lab {lab} after another start", one[lab][0], two[lab][0], mode="expected"
        )


@oracle(
    "O14",
    "multi-homing",
    "Firms of K slots choose independently among five labs whose strengths are the logarithms of .4, .25, .15, .1, .1.",
    "A firm runs sum over labs of 1-(1-s_l)^K distinct models on average; the variance follows from the probabilities "
    "that two labs are both in use.",
)
def multi_homing() -> Iterator[Check]:
    """Compare the mean number of models and families that firms run at once."""
    share = np.array([0.4, 0.25, 0.15, 0.1, 0.1])
    where = world(strengths(dict(zip("ABCDE", np.log(share).tolist(), strict=True))))
    for slots, known in ((1, 1.0), (5, 3.060250), (10, 4.043409)):
        params = ALIKE | {"population.slots": float(slots)}
        found = run(scenario(where, 2, params))
        answer = float((1 - (1 - share) ** slots).sum())
        for measure in ("distinct_models", "distinct_families"):
            got = series(found, measure)[-1]
            yield Check(f"{slots} slots: {measure}", answer, got, mode="expected")
            yield _known(f"{slots} slots: {measure}", known, got)
        if slots > 1:
            drawn = scenario(where, MONTHS - 1, params, enterprises=300, choice="sampled")
            number = heads(model(drawn).population) * MONTHS
            got = series(run(drawn), "distinct_models").mean()
            yield sampled(f"{slots} slots: distinct_models", answer, got, sqrt(_variance(share, slots) / number))


def _variance(share: np.ndarray, slots: int) -> float:
    """Return the variance of the number of labs in use, from the probabilities that both of two are."""
    missed = (1 - share) ** slots
    neither = (1 - share[:, None] - share) ** slots
    both = 1 - missed[:, None] - missed + neither
    np.fill_diagonal(both, 1 - missed)
    return float(both.sum() - (1 - missed).sum() ** 2)


@oracle(
    "O24",
    "stationarity",
    "Three labs of strength 2, 1.5 and -.5, an outside option at -1, kappa_L = 1.5, lam_rev = .5; nothing is released "
    "and no price moves. All slots start with the first lab.",
    "Slots follow a Markov chain over (lab held, or outside with a last lab). Shares are its powers, tend to its "
    "eigenvector of eigenvalue 1, and the distance shrinks by the second eigenvalue a month.",
)
def stationarity() -> Iterator[Check]:
    """Compare the path, its limit and its speed with the chain."""
    worth, kappa, review, outside = np.array([2.0, 1.5, -0.5]), 1.5, 0.5, -1.0
    chain, months = _chain(worth, kappa, review, outside), 120
    where = world(strengths(dict(zip("ABC", worth.tolist(), strict=True))), init={"shares": {"A": 1.0}})
    params = ALIKE | {"demand.switching_cost": kappa, "demand.review": review, "demand.outside": outside}
    found = _held(scenario(where, months - 1, params))
    state, path = np.eye(len(chain))[0], []
    for _ in range(months):
        state = state @ chain
        path.append(state[: worth.size])
    yield worst("share of each lab in all slots by month", path, found)
    rates, vectors = np.linalg.eig(chain.T)
    order = np.argsort(-np.abs(rates))
    law = np.real(vectors[:, order[0]] / vectors[:, order[0]].sum())
    gap = np.abs(found[:, 0] - law[0])
    for k, lab in enumerate("ABC"):
        yield Check(f"share of lab {lab} in the long run", law[k], found[-1, k], mode="expected")
    yield Check("rate at which the distance shrinks", abs(rates[order[1]]), gap[75] / gap[74], 1e-6, mode="expected")
    drawn = scenario(where, months - 1, params, enterprises=500, choice="sampled")
    error = of_share(law[0], text_slots(model(drawn).population))
    yield sampled("share of lab A in the last month", law[0], _held(drawn)[-1, 0], error)


def _chain(worth: np.ndarray, kappa: float, review: float, outside: float) -> np.ndarray:
    """Return the monthly transitions of a slot: labs held, then outside by last lab, shape (2n, 2n)."""
    n = worth.size
    chain = (1 - review) * np.eye(2 * n)
    for last in range(n):
        value = np.append(np.exp(worth - kappa * (np.arange(n) != last)), exp(outside))
        for state in (last, n + last):
            chain[state, :n] += review * value[:n] / value.sum()
            chain[state, n + last] += review * value[n] / value.sum()
    return chain


def _held(what: Any) -> np.ndarray:
    """Return the share of all slots that hold each lab, shape (months, labs)."""
    found = run(what)
    filled = 1.0 - series(found, "outside_share")
    return np.stack([filled * path for path in shares(found, "slot_share").values()], axis=1)


@oracle(
    "O29",
    "a second identical line",
    "Three closed labs with price-sensitive users; lab A gets a second line of the same size, price and capability. "
    "kappa = 0.",
    "The odds of lab A are multiplied by 2^rho, whatever the others are worth.",
)
def second_line() -> Iterator[Check]:
    """Compare the odds of a lab with one line and with two."""
    same = {"releases.mid_size": 1.0, "demand.price_sensitivity": 1.2}
    for rho in (0.05, 0.6, 1.0):
        odds = []
        for tiers in (["flagship"], ["flagship", "mid"]):
            labs = strengths({"A": 0.3, "B": -0.2, "C": 0.9})
            where = world({**labs, "A": {"strength": 0.3, "tiers": tiers}})
            share = shares(run(scenario(where, 2, ALIKE | same | {"demand.dissimilarity": rho})))["A"][-1]
            odds.append(share / (1.0 - share))
        yield Check(
            f"rho {rho:g}: odds with two lines over odds with one", 2**rho, odds[1] / odds[0], 1e-12, True, "expected"
        )
