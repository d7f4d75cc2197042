"""Series and sources that need no runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.evidence.links import SHARE, unlink
from experiments.evidence.readings import Readings
from experiments.evidence.series import Series
from experiments.studies.draws import Draws
from experiments.studies.request import StudyRequest
from experiments.validation.world import Sources
from sim.calendar import month_index

LAG = 0.3
"""Months after its period at which a point of these series is known."""


def series(
    values: Sequence[float], first: int = 0, instrument: str = "ramp_firms", entity: str = "OpenAI",
    scale: str = SHARE, se: float = np.nan, lag: float = LAG,
) -> Series:  # fmt: skip
    """Return a monthly series."""
    n = len(values)
    start = first + np.arange(n, dtype=np.float64)
    return Series(
        f"{instrument}/{entity}", instrument, entity, "US", scale, start, start + 1, np.asarray(values, float),
        np.full(n, se), start + 1 + lag, 1.0, "made up",
    )  # fmt: skip


def line(n: int, level: float = -2.0, slope: float = 0.05) -> np.ndarray[Any, Any]:
    """Return shares whose logits lie on a straight line."""
    return unlink(level + slope * np.arange(n), SHARE)


def sources(
    draws: int = 8, seen: list[StudyRequest] | None = None, everything: Mapping[str, Series] | None = None
) -> Sources:
    """Return sources whose runs are lines in logits that depend on the draw alone; strengths follow what is known."""

    def run(request: StudyRequest, wanted: Sequence[Series] | None) -> Readings:
        if seen is not None:
            seen.append(request)
        months = np.arange(month_index(str(request.settings["horizon"])) + 1)
        slopes = request.draws.values[:, 0]
        paths = unlink(-2.0 + slopes[:, None] * months[None, :], SHARE)
        kept = list((everything or {}).values()) if wanted is None else list(wanted)
        cells = {(s.instrument, s.entity, s.geography): paths for s in kept}
        index = np.arange(len(slopes))
        return Readings(index, index, months, cells)

    def distance(readings: Readings, month: int) -> np.ndarray[Any, Any]:
        items = [item.known_by(month) for item in (everything or {}).values()]
        gaps = [np.abs(readings.at(item) - item.values).mean(axis=1) for item in items if item.size]
        return np.mean(gaps, axis=0) if gaps else np.arange(readings.draws.size, dtype=float)

    def prior(number: int, seed: int) -> Draws:
        return Draws("priors", ("demand.gamma",), np.linspace(0.0, 0.1, number)[:, None], seed)

    def policy(month: int, folder: Path) -> Path:
        return folder / f"known_{month}.yaml"

    return Sources(lambda months, folder: dict.fromkeys(months), policy, prior, distance, run)


def changed(item: Series, after: int, by: float) -> Series:
    """Return a series whose points that were known after a month are others."""
    later = item.known > after + 1
    values = np.where(later, np.clip(item.values + by, 0.01, 0.99), item.values)
    return replace(item, values=values)
