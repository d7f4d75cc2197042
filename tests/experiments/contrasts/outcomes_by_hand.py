"""Outcomes made by hand, and keyed random ones: importable by name from the tests of comparisons."""

from __future__ import annotations

import numpy as np

from experiments.contrasts import Outcomes
from sim.calendar import months
from sim.headlines import HEADLINES
from sim.rng import Streams


def outcomes(cells, policies, futures=("none",), ran=None):
    """Return outcomes of arrays [P, F, D, S, T], a name each; every other headline is 0 everywhere."""
    arrays = {name: np.asarray(values, dtype=np.float32) for name, values in cells.items()}
    P, F, D, S, T = next(iter(arrays.values())).shape
    assert (len(policies), len(futures)) == (P, F)
    ran = np.ones((P, F, D, S), bool) if ran is None else ran
    zero = np.where(ran[..., None], 0.0, np.nan).astype(np.float32) * np.ones(T, np.float32)
    draws = (-1,) if D == 1 else tuple(range(D))
    arrays = dict.fromkeys(HEADLINES, zero) | arrays
    return Outcomes(tuple(policies), tuple(futures), draws, tuple(range(S)), tuple(months(0, T - 1)), ran, arrays)


def normals(name, *shape, seed=11):
    """Return keyed standard normals of a shape."""
    ids = np.indices(shape).reshape(len(shape), -1)
    return Streams(seed).normal(name, *ids).reshape(shape)
