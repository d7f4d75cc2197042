"""Small scenarios whose results are pinned by digests, and how a digest is taken.

Integer choices are hashed as they are, series after rounding to nine significant digits: the claim holds on one machine
and package set, and rounding lets most others agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from sim import MarketModel, Scenario

DIGITS = 9


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
    """Return the SHA-256 of all that a run records and of the options that its slots hold at the end."""
    market = MarketModel(scenario, rng=seed)
    while market.t < market.n_months:
        market.step()
    total = hashlib.sha256()
    for item in fields(market.recorder.records):
        total.update(item.name.encode())
        total.update(rounded(getattr(market.recorder.records, item.name)))
    for name in ("budget", "rent", "knowledge", "compute", "mode"):
        total.update(rounded(np.asarray(getattr(market.supply, name), dtype=float)))
    for name in ("model", "channel", "lab"):
        held = getattr(market.holdings, name, None)
        if isinstance(held, np.ndarray) and held.dtype.kind == "i":
            total.update(held.tobytes())
    market.close()
    return total.hexdigest()


def rounded(table: np.ndarray) -> bytes:
    """Return the bytes of an array rounded to nine significant digits; zeros have one sign."""
    flat = np.asarray(table, dtype=float).ravel()
    known = np.isfinite(flat) & (flat != 0)
    size = np.floor(np.log10(np.abs(flat[known])))
    scale = 10.0 ** (DIGITS - 1 - size)
    out = flat.copy()
    out[known] = np.round(flat[known] * scale) / scale
    return bytes((out + 0.0).tobytes())
