"""Small scenarios whose results are pinned by digests, and how a digest is taken.

Integer choices are hashed as they are. Of every recorded series one weighted sum is hashed, rounded to nine significant
digits: machines and package sets differ in last bits, and among millions of rounded cells some would always fall on the
other side.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from sim import MarketModel, Scenario

DIGITS, PERIOD = 9, 9973


def _history(**changes: Any) -> Callable[[], Scenario]:
    given: dict[str, Any] = {"horizon": "2024-12", "enterprises": 120}
    return lambda: Scenario.load(**(given | changes))


SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "history": _history(),
    "history, expected": _history(choice="expected", horizon="2024-03", enterprises=60),
    "no_deepseek_r1": _history(policy="no_deepseek_r1", horizon="2025-06"),
    "projection": _history(history_until="2025-06", horizon="2026-12"),
    "projection, policy and reactions": _history(
        policy="total_chip_ban", reactions=True, history_until="2025-06", horizon="2026-12"
    ),
    "projection, fixed strategy": _history(strategy="fixed", history_until="2025-06", horizon="2026-06"),
    "future": _history(future="price_war", history_until="2026-07", horizon="2027-06", enterprises=60),
    "stylised": _history(world="stylised", horizon="2027-12"),
    "minimal, expected": _history(world="minimal", choice="expected", horizon="2026-12", enterprises=60),
}


def digest(scenario: Scenario, seed: int = 1) -> str:
    """Return the SHA-256 of what a run records and of the options that its slots hold at the end."""
    market = MarketModel(scenario, rng=seed)
    while market.t < market.n_months:
        market.step()
    total = hashlib.sha256()
    for item in fields(market.recorder.records):
        total.update(f"{item.name} {weighed(getattr(market.recorder.records, item.name))}".encode())
    for name in ("budget", "rent", "knowledge", "compute", "mode"):
        total.update(f"{name} {weighed(np.asarray(getattr(market.supply, name), dtype=float))}".encode())
    for name in ("model", "channel", "lab"):
        held = getattr(market.holdings, name, None)
        if isinstance(held, np.ndarray) and held.dtype.kind == "i":
            total.update(held.astype(np.int64).tobytes())
    market.close()
    return total.hexdigest()


def weighed(table: np.ndarray) -> str:
    """Return a sum of an array to nine significant digits, weighted to tell its cells apart; unknown cells are 0."""
    flat = np.nan_to_num(np.asarray(table, dtype=float).ravel(), posinf=0.0, neginf=0.0)
    weights = 1.0 + (np.arange(flat.size) % PERIOD) / PERIOD
    return f"{math.fsum(flat * weights):.{DIGITS - 1}e}"
