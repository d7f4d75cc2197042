"""Heads and slots that act alike, how far off a mean of their draws may be, and the worst of many numbers."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np

from experiments.verify.check import EXACT, Check
from sim.population import Population

ALIKE: dict[str, Any] = {
    "population.volume_sd": 0.0,
    "population.slots_elasticity": 0.0,
    "population.task_local": 0.2,
    "demand.price_sensitivity_bulk": 1.0,
    "demand.price_sensitivity_special": 1.0,
    "demand.price_sensitivity_developer": 1.0,
    "demand.switching_cost_developer": 1.0,
    "demand.switching_cost_known": 1.0,
    "demand.imitation_developer": 1.0,
    "demand.imitation_public": 1.0,
}
"""Classes and tasks that act alike, firms of one size, and no video slots, which hold nothing in a roster."""


def heads(population: Population) -> float:
    """Return the effective number of enterprises behind a count-weighted mean."""
    return _effective(population.count)


def text_slots(population: Population) -> float:
    """Return the effective number of slots behind a count-weighted mean over slots."""
    return _effective(population.count[population.slot_owner])


def _effective(weight: np.ndarray) -> float:
    return float(weight.sum() ** 2 / (weight**2).sum())


def of_share(share: float, number: float) -> float:
    """Return the standard error of a share of independent draws."""
    return sqrt(max(share * (1.0 - share), 0.0) / number)


def worst(what: str, expected: Any, got: Any, tolerance: float = EXACT) -> Check:
    """Return the check of the element of an array of expected mode that is farthest off."""
    answers, found = (np.asarray(table, dtype=np.float64).ravel() for table in (expected, got))
    at = int(np.abs(found - answers).argmax())
    return Check(f"{what}, worst of {found.size}", float(answers[at]), float(found[at]), tolerance, mode="expected")


def strengths(worth: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Return closed labs that differ in their strength alone, utils."""
    return {name: {"strength": value} for name, value in worth.items()}
