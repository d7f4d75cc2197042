"""Prices that labs and hosts come to by themselves, against closed forms (O3 to O7, O23)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, isfinite, log
from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import lambertw

from experiments.verify.check import Check, holds, oracle, sampled
from experiments.verify.price_worlds import (
    ALPHA,
    COST,
    POTENTIAL,
    VALUE,
    bought,
    earned,
    identical,
    price,
    rival,
    settled,
    strength,
)
from experiments.verify.toolkit import series, shares
from sim import Trajectory


def monopoly(rivals: float) -> float:
    """Return the price of one closed lab against options whose exp(V) sums to ``rivals`` (Lambert's W)."""
    return COST + (1.0 + float(lambertw(exp(VALUE - 1.0 - ALPHA * COST) / rivals).real)) / ALPHA


def drawn(what: str, expected: float, labs: Mapping[str, Mapping[str, Any]], lab: str) -> Check:
    """Return a check of a lab's share of the tokens of all slots in sampled mode, months being independent draws."""
    trajectory = settled(labs, months=60, enterprises=40, choice="sampled")
    share = (shares(trajectory)[lab] * series(trajectory, "tokens"))[21:] / POTENTIAL
    return sampled(what, expected, float(share.mean()), float(share.std(ddof=1)) / share.size**0.5)


@oracle(
    "O3",
    "one closed lab, linear price",
    "One closed lab of cost .4 and utility 2 - 1.5 p against an outside option of 0; lam = 1, p_0 = 1.",
    "p* = c + (1 + W(exp(v - 1 - alpha c)))/alpha and s = 1 - 1/(alpha (p* - c)): 1.5490433 and .4198072. "
    "Mark-ups move six tenths of the way a month and are read after 60 months; sampled months are independent "
    "draws of the share.",
)
def one_closed_lab() -> Iterator[Check]:
    """Yield the checks of O3."""
    labs, goal = identical(1), monopoly(1.0)
    share = 1.0 - 1.0 / (ALPHA * (goal - COST))
    found = settled(labs)
    yield Check("price, against Lambert's W", goal, price(found, "L0"), mode="expected")
    yield Check("price, the specification's number", 1.5490433, price(found, "L0"), 5e-8, mode="expected")
    yield Check("share of all slots", share, bought(found, "L0"), mode="expected")
    yield Check("share, the specification's number", 0.4198072, bought(found, "L0"), 5e-8, mode="expected")
    yield drawn("share of all slots", share, labs, "L0")


@oracle(
    "O4",
    "identical closed labs, no outside option",
    "Two, three and five identical closed labs of cost .4, alpha 1.5, with an outside option of -50; lam = 1, p_0 = 1.",
    "p = c + 1/(alpha (1 - 1/n)): 1.733333, 1.4, 1.233333; each lab has 1/n.",
)
def without_outside() -> Iterator[Check]:
    """Yield the checks of O4."""
    for n, number in ((2, 1.733333), (3, 1.4), (5, 1.233333)):
        found = settled(identical(n, VALUE), {"demand.outside": -50.0})
        yield Check(f"price of {n} labs", COST + 1.0 / (ALPHA * (1.0 - 1.0 / n)), price(found, "L0"), mode="expected")
        yield Check(f"price of {n} labs, number", number, price(found, "L0"), 5e-7, mode="expected")
        yield Check(f"share of one of {n} labs", 1.0 / n, float(shares(found)["L0"][-1]), mode="expected")


@oracle(
    "O4b",
    "identical closed labs with an outside option",
    "One, two and five identical closed labs of utility 2 - 1.5 p and cost .4 against an outside option of 0.",
    "p = c + 1/(alpha (1 - s(p))), the root found in place: 1.549043, 1.386672, 1.204844.",
)
def with_outside() -> Iterator[Check]:
    """Yield the checks of O4b."""
    for n, number in ((1, 1.549043), (2, 1.386672), (5, 1.204844)):

        def excess(p: float, labs: int = n) -> float:
            attraction = exp(VALUE - ALPHA * p)
            share = attraction / (1.0 + labs * attraction)
            return p - COST - 1.0 / (ALPHA * (1.0 - share))

        found = settled(identical(n))
        goal = brentq(excess, COST + 1e-6, 20.0 * COST, xtol=1e-14)
        yield Check(f"price of {n} labs", float(goal), price(found, f"L{n - 1}"), mode="expected")
        yield Check(f"price of {n} labs, number", number, price(found, "L0"), 1e-6, mode="expected")


@oracle(
    "O5",
    "a closed lab against an open rival at cost",
    "The lab of O3 beside open weights that hosts sell at cost and whose utility net of it is v_o: none, 0, 1, 2.",
    "O3 with W(exp(v - 1 - alpha c)/(1 + exp(v_o))): price, share and profit fall strictly in v_o (mechanism b).",
)
def against_open_weights() -> Iterator[Check]:
    """Yield the checks of O5."""
    rows = []
    for value, *numbers in (
        (None, 1.549043, 0.4198),
        (0, 1.378271, 0.3185),
        (1, 1.265242, 0.2295),
        (2, 1.168436, 0.1324),
    ):
        labs = identical(1) | ({} if value is None else {"Open": rival(value)})
        found = settled(labs)
        goal = monopoly(1.0 if value is None else 1.0 + exp(value))
        share = 1.0 - 1.0 / (ALPHA * (goal - COST))
        got = price(found, "L0"), bought(found, "L0"), earned(found)
        what = f"v_o = {'none' if value is None else value}"
        yield Check(f"{what}: price", goal, got[0], mode="expected")
        yield Check(f"{what}: share", share, got[1], mode="expected")
        yield Check(f"{what}: profit per slot", share * (goal - COST), got[2], mode="expected")
        yield Check(f"{what}: price, number", numbers[0], got[0], 1e-6, mode="expected")
        yield Check(f"{what}: share, number", numbers[1], got[1], 5e-5, mode="expected")
        rows.append(got)
    yield holds("price, share and profit fall at every step", bool((np.diff(np.array(rows), axis=0) < 0).all()))
    share = 1.0 - 1.0 / (ALPHA * (monopoly(1.0 + exp(1.0)) - COST))
    yield drawn("v_o = 1: share", share, identical(1) | {"Open": rival(1.0)}, "L0")


@oracle(
    "O6",
    "logarithmic and square-root price",
    "Identical closed labs without an outside option at lam = 0 (alpha 2.4, n = 2, 3, 5, 8; alpha 1.5 and 2, n = "
    "2) and at lam = .5 (alpha 1.5, n = 5, so s = .2).",
    "lam = 0: p/c = e/(e - 1) with e = alpha (1 - 1/n): 6, 2.6667, 2.0870, 1.9091; where e <= 1 no price is best, "
    "and the bound of 20 times cost holds. lam = .5: sqrt(p) = (x + sqrt(x^2 + 4c))/2 with x = 1/(alpha (1 - s)): "
    "1.378365.",
)
def curved_prices() -> Iterator[Check]:
    """Yield the checks of O6."""
    for n, number in ((2, 6.0), (3, 2.6667), (5, 2.0870), (8, 1.9091)):
        elasticity, found = 2.4 * (1.0 - 1.0 / n), curved(n, 2.4, 0.0)
        over = price(found, "L0") / COST
        yield Check(f"lam = 0, n = {n}: p/c", elasticity / (elasticity - 1.0), over, mode="expected")
        yield Check(f"lam = 0, n = {n}: p/c, number", number, over, 5e-5, mode="expected")
    for alpha in (1.5, 2.0):
        found = curved(2, alpha, 0.0)
        yield Check(f"lam = 0, e = {alpha / 2:g}: p/c at its bound", 20.0, price(found, "L0") / COST, mode="expected")
        known = isfinite(float(series(found, "spend").sum())) and bool(np.isfinite(found.records.tokens).all())
        yield holds(f"lam = 0, e = {alpha / 2:g}: no month holds what is not a number", known)
    found, x = curved(5, ALPHA, 0.5), 1.0 / (ALPHA * 0.8)
    yield Check("lam = .5: price", ((x + (x * x + 4 * COST) ** 0.5) / 2) ** 2, price(found, "L0"), mode="expected")
    yield Check("lam = .5: price, number", 1.378365, price(found, "L0"), 5e-7, mode="expected")


def curved(n: int, alpha: float, curvature: float) -> Trajectory:
    """Run n identical closed labs without an outside option under some curvature lam."""
    params = {"demand.outside": -50.0, "demand.price_sensitivity": alpha, "prices.curvature": curvature}
    return settled(identical(n), params)


SEGMENTS: dict[str, Any] = {
    "demand.price_sensitivity": 0.5,
    "demand.price_sensitivity_developer": 4.0,
    "demand.closed_premium": 1.5,
    "demand.closed_premium_half_life": 1e15,
    "population.token_developer": 0.95,
    "population.token_enterprise": 0.03,
    "population.token_regulated": 0.01,
    "population.token_public": 0.01,
    "markup.adjustment": 0.25,
}
"""Developers are flexible (alpha 2), the other classes captive (alpha .5); the premium gives both the same v = 4."""
CAPTIVE = "model_ban.US.{developer: Open, class: [enterprise, regulated, public]}"
LOW, HIGH = 1.2, 12.0
"""Prices to start from, below and above the hill between the two best responses."""


def profit_of_segments(p: float, value: float | None) -> float:
    """Return the closed lab's profit per slot at a price (O7)."""
    captive, flexible = exp(4.0 - 0.5 * p), exp(4.0 - 2.0 * p)
    opened = 0.0 if value is None else exp(value - 1.25)
    return (p - 1.0) * (0.05 * captive / (1.0 + captive) + 0.95 * flexible / (1.0 + opened + flexible))


def peak(value: float | None, low: float, high: float) -> float:
    """Return the price of the largest profit between two prices."""
    found = minimize_scalar(lambda p: -profit_of_segments(p, value), bounds=(low, high), options={"xatol": 1e-12})
    return float(found.x)


def two_segments(value: float | None, start: float) -> Trajectory:
    """Run the two segments from a price; captive classes are banned from the open model by law."""
    labs: dict[str, dict[str, Any]] = {"Closed": {"cost": 1.0, "price": start, "strength": strength(4.0, 2.0)}}
    levers = {}
    if value is not None:
        labs["Open"] = rival(value - 1.25, 2.0, 0.625)
        levers = {CAPTIVE: "1@2026-01"}
    return settled(labs, SEGMENTS, months=80, levers=levers)


@oracle(
    "O7",
    "captive and flexible buyers",
    "Developers (95% of tokens, alpha 2) may use open weights at hosts, worth v_o - 1.25; the other classes "
    "(alpha .5) are banned from them by the lever model_ban. v = 4, c = 1, outside 0, lam = 1.",
    "The price of the largest profit: 2.05, 1.994, 1.927, 1.838, then a jump up to 6.739 for v_o = none, 0, 1, 2, "
    "3, while profit never rises. Two hills have a best response each, and a lab that moves step by step climbs "
    "the one it stands on: both are run, from a low and a high price, and the higher profit counts.",
)
def captive_buyers() -> Iterator[Check]:
    """Yield the checks of O7."""
    numbers = (2.05, 0.5238), (1.994, 0.4631), (1.927, 0.3913), (1.838, 0.2847), (6.739, 0.1873)
    best = []
    for value, (p, gain) in zip((None, 0, 1, 2, 3), numbers, strict=True):
        what = f"v_o = {'none' if value is None else value}"
        tops = {}
        for start, low, high in ((LOW, 1.0, 4.0), (HIGH, 4.0, 20.0)):
            found = two_segments(value, start)
            tops[price(found, "Closed")] = earned(found)
            hill = peak(value, low, high)
            yield Check(f"{what}, from {start:g}: slope of profit", 0.0, _slope(value, price(found, "Closed")))
            yield Check(f"{what}, from {start:g}: price", hill, price(found, "Closed"), 1e-6, mode="expected")
            yield Check(
                f"{what}, from {start:g}: profit", profit_of_segments(hill, value), earned(found), mode="expected"
            )
        chosen = max(tops, key=lambda at: tops[at])
        yield Check(f"{what}: price of the largest profit, number", p, chosen, 1e-3, mode="expected")
        yield Check(f"{what}: largest profit, number", gain, tops[chosen], 5e-5, mode="expected")
        best.append((chosen, tops[chosen]))
    prices, profits = np.array(best).T
    yield holds("profit falls at every step", bool((np.diff(profits) < 0).all()))
    yield holds("price falls, then jumps up", bool((np.diff(prices)[:3] < 0).all() and prices[4] > 3 * prices[3]))


def _slope(value: float | None, p: float) -> float:
    """Return the derivative of profit at a price: 0 at a best response."""
    captive, flexible = exp(4.0 - 0.5 * p), exp(4.0 - 2.0 * p)
    opened = 0.0 if value is None else exp(value - 1.25)
    one, other = captive / (1.0 + captive), flexible / (1.0 + opened + flexible)
    steep = 0.05 * 0.5 * one * (1.0 - one) + 0.95 * 2.0 * other * (1.0 - other)
    return 0.05 * one + 0.95 * other - (p - 1.0) * steep


def host_markup(scale: float, alpha: float, n: float) -> float:
    """Return p - c of n symmetric hosts (E14)."""
    return scale / (alpha * (1.0 - 1.0 / n))


def hosted(cost: float = COST, **prices: Any) -> np.ndarray:
    """Return what buyers pay hosts by month, $/Mtok, shape (months,)."""
    lab = rival(2.0, cost=cost)
    found = settled({"Open": lab}, {f"prices.{key}": value for key, value in prices.items()}, months=2)
    return series(found, "price_paid", "openness", "open")


@oracle(
    "O23",
    "hosts in a logit-Bertrand equilibrium",
    "Open weights at hosts only, `prices.host_pricing` logit with n_h hosts and sensitivity alpha_h; cost .4.",
    "p - c = p_0/(alpha_h (1 - 1/n_h)), which tends to p_0/alpha_h and not to 0 as n_h grows; marginal-cost "
    "pricing needs alpha_h -> inf, or cost-plus pricing with mu_h = 0.",
)
def hosts() -> Iterator[Check]:
    """Yield the checks of O23."""
    found = []
    for n in (2.0, 3.0, 20.0, 60.0, 1e9):
        paid, goal = hosted(host_pricing="logit", hosts=n), host_markup(1.0, 3.0, n)
        found.append(paid[-1] - COST)
        yield Check(f"mark-up of {n:g} hosts at the start", goal, paid[0] - COST, mode="expected")
        yield Check(f"mark-up of {n:g} hosts", goal, found[-1], mode="expected")
    yield holds("the mark-up falls with the number of hosts", bool((np.diff(found) < 0).all()))
    yield Check("mark-up of very many hosts is p_0/alpha_h", 1.0 / 3.0, found[-1], mode="expected")
    paid = hosted(host_pricing="logit", hosts=20.0, scale=3.52, scale_decline=1.3)
    goal = host_markup(3.52 * exp(-log(1.3) * 2 / 12), 3.0, 20.0)
    yield Check("mark-up two months on, where p_0 falls by 1.3 a year", goal, paid[-1] - COST, mode="expected")
    paid = hosted(host_pricing="logit", host_sensitivity=1e6)
    yield Check("mark-up as alpha_h grows", host_markup(1.0, 1e6, 20.0), paid[-1] - COST, mode="expected")
    yield Check("price at cost where mu_h = 0", COST, hosted(host_pricing="cost_plus")[-1], mode="expected")
