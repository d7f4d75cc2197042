"""The headline figures of a month for Mesa's own tools (batch_run, SolaraViz); studies read the trajectory instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.market.arrays import Floats


def _last(model: Any, name: str) -> Floats:
    """Return the newest recorded row of an array, zeros before the first month has run."""
    table: Floats = getattr(model.recorder.records, name)
    return np.asarray(table[max(model.t - 1, 0)])


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _tokens_by_lab(model: Any) -> Floats:
    return np.asarray(_last(model, "tokens").sum(axis=(0, 1, 3, 4)))


def open_token_share(model: Any) -> float:
    """Return the share of tokens on open weights."""
    licence = _last(model, "tokens").sum(axis=(0, 1, 2, 3))
    return _share(float(licence[1:].sum()), float(licence.sum()))


def chinese_token_share(model: Any) -> float:
    """Return the share of tokens on models of Chinese labs."""
    labs = _tokens_by_lab(model)
    chinese = np.array([bloc == "CN" for bloc in model.world.lab_blocs])
    return _share(float(labs[chinese].sum()), float(labs.sum()))


def adoption(model: Any) -> float:
    """Return the count-weighted share of enterprises that have adopted."""
    return float(_last(model, "adopters").sum())


def price_paid(model: Any) -> float:
    """Return the mean price paid for text models, $/Mtok."""
    return _share(float(_last(model, "text_spend").sum()), float(_last(model, "tokens").sum()))


REPORTERS: dict[str, Callable[[Any], float]] = {
    "month": lambda model: model.t - 1,
    "open_token_share": open_token_share,
    "chinese_token_share": chinese_token_share,
    "adoption": adoption,
    "price_paid": price_paid,
}
