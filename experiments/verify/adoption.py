"""Adoption alone: O8 (Bass 1969)."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, expm1, log
from typing import Any

import numpy as np

from experiments.verify.check import Check, oracle, sampled
from experiments.verify.draws import ALIKE, heads, of_share, worst
from experiments.verify.toolkit import model, run, scenario, series, world

P, Q = 0.03, 0.38
"""Innovation and imitation, 1/yr."""


def bass(years: float, p: float = P, q: float = Q) -> float:
    """Return the share of adopters after some years in continuous time."""
    return -expm1(-(p + q) * years) / (1.0 + q / p * exp(-(p + q) * years))


def _adopted(months: int, pace: float = 1.0, p: float = P, q: float = Q, **settings: Any) -> np.ndarray:
    """Return the share of adopters after each month, rates multiplied by a pace, shape (months,)."""
    what = scenario(world({"A": {}}, adoption=0.0), months - 1, _rates(pace * p, pace * q), **settings)
    return series(run(what), "adoption")


def _rates(p: float, q: float) -> dict[str, Any]:
    return ALIKE | {"demand.innovation": p, "demand.imitation": q}


def _monthly(months: int, pace: float = 1.0) -> np.ndarray:
    """Iterate F' = F + (1 - F)(1 - exp(-(p + q F) pace/12)) from 0, shape (months,)."""
    share, path = 0.0, []
    for _ in range(months):
        share += (1.0 - share) * -expm1(-(P + Q * share) * pace / 12)
        path.append(share)
    return np.array(path)


@oracle(
    "O8",
    "adoption alone (Bass)",
    "One region in which nobody has adopted at the start; p = .03 and q = .38 a year for all classes. Shorter steps "
    "are half the rates over twice the months.",
    "F(t) = (1-e^-(p+q)t)/(1+(q/p)e^-(p+q)t), fastest at t* = ln(q/p)/(p+q) where F = (1-p/q)/2. A month of E17 takes "
    "the hazard of its beginning, so F lags: .806342 instead of .812803 after 10 years; the lag is of first order in "
    "the step and halves with it. q = 0: 1 - e^-pt exactly.",
)
def adoption() -> Iterator[Check]:
    """Compare adoption with the curve, its monthly recursion, and both with shorter steps."""
    path = _adopted(120)
    recursion = _monthly(120)
    yield worst("share of adopters in monthly steps", recursion, path)
    yield Check("share after 10 years, reference number of monthly steps", 0.806342, path[119], 5e-7, mode="expected")
    for after, known in ((5, 0.331199), (10, 0.812803)):
        yield Check(f"Bass curve after {after} years, reference number", known, bass(after), 5e-7)
        yield from _shorter_steps(after, path)
    yield from _peak(path)
    years = np.arange(1, 61) / 12
    none = _adopted(60, q=0.0)
    yield worst("q = 0: share of adopters by month", -np.expm1(-P * years), none)
    yield from _drawn()


def _shorter_steps(years: int, path: np.ndarray) -> Iterator[Check]:
    """Compare the lag behind the curve at steps of 4, 2 and 1 months (and half a month where there is time)."""
    paces = [4.0, 2.0, 1.0, 0.5] if years == 5 else [4.0, 2.0, 1.0]
    ends = [path[12 * years - 1] if pace == 1 else _adopted(round(12 * years / pace), pace)[-1] for pace in paces]
    lags = [bass(years) - end for end in ends]
    ratio = lags[-2] / lags[-1]
    what = f"lag after {years} years: step {paces[-1]:g} months against twice that"
    yield Check(what, 2.0, lags[-2] / lags[-1], 0.05, mode="expected")
    before = lags[-3] / lags[-2]
    yield Check(
        f"the ratio comes closer to 2 by half, {years} years", 0.5, (ratio - 2) / (before - 2), 0.1, mode="expected"
    )
    better = 2 * ends[-1] - ends[-2]
    yield Check(f"share after {years} years, first order taken out", bass(years), better, 2e-4, mode="expected")


def _peak(path: np.ndarray) -> Iterator[Check]:
    """Compare when adoption is fastest, and the share then."""
    peak = log(Q / P) / (P + Q)
    yield Check("time of fastest adoption, reference number", 6.192619, peak, 5e-7)
    yield Check("share at that time, reference number", 0.460526, bass(peak), 5e-7)
    yield Check("share at that time, (1 - p/q)/2", (1 - P / Q) / 2, bass(peak), 1e-12)
    fastest, answer = (int(np.diff(each, prepend=0.0).argmax()) for each in (path, _monthly(120)))
    yield Check("month of fastest adoption, against the recursion", answer, fastest, 0.0, mode="expected")
    yield Check("time of fastest adoption in years", peak, (fastest + 0.5) / 12, 2 / 12, mode="expected")


def _drawn() -> Iterator[Check]:
    """Compare drawn adoption with 1 - exp(-pt)."""
    p, months = 0.6, 24
    what = scenario(
        world({"A": {}}, adoption=0.0),
        months - 1,
        _rates(p, 0.0) | {"population.slots": 1.0},
        enterprises=8000,
        choice="sampled",
    )
    number, got = heads(model(what).population), series(run(what), "adoption")
    for month in (6, 24):
        answer = -expm1(-p * month / 12)
        yield sampled(f"q = 0, p = .6: share after {month} months", answer, got[month - 1], of_share(answer, number))
