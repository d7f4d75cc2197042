"""The catalogue of a run: what every release is, what it costs, and since when it can be had."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from sim.market.arrays import Bools, Floats, Ints, Keys
from sim.world import NEVER, ModelRecord

NONE = -1
"""Index of 'no model': the padded last row of every table by model."""


@dataclass(frozen=True)
class Offers:
    """The catalogue of a run; M models (the last row, index NONE, is 'no model'), Z lines, T months, N tasks.

    Models are sorted by (lab, line, date), so inside a line a larger index is a later release.
    """

    models: list[ModelRecord]
    """Releases so far; rows of the tables beyond them are reserved for the projection."""
    model_keys: Keys
    lab: Ints
    line: Ints
    month: Ints
    """Month of release, NEVER for a reserved row."""
    opened: Ints
    """Month from which the weights are public, NEVER if they are not."""
    abroad: Bools
    """Whether public weights may leave the lab's home."""
    wait: Ints
    """Months that the lab's own API at home waits for content review."""
    wait_all: Bools
    """Whether foreign service and public weights wait as well."""
    served: Bools
    """Whether the lab's own API serves the model."""
    active: Floats
    """Active parameters, 10^9, shape (M + 1,); NaN where not known."""
    size: Floats
    """Effective size (active x total)^.5, 10^9, shape (M + 1,); NaN where not known."""
    closed: Bools
    permissive: Bools
    aligned: Floats
    video: Bools
    q: Floats
    """Capability by task in ECI, shape (M + 1, N)."""
    own_price: Floats
    """List price of the lab's own API in $/Mtok, shape (M + 1, T); NaN where there is none."""
    host_price: Floats
    """Price at third-party hosts, shape (M + 1, T)."""
    hosts: Floats
    """Number of third-party hosts, shape (M + 1, T); 1 where it is not known."""
    free: Floats
    """Share of the month in which developers use the model for free, shape (M + 1, T)."""
    cost: Floats
    """Serving cost in $/Mtok, shape (M + 1, T)."""
    usable_until: Ints
    """Last month in which holders may keep the model on the lab's own API, shape (M + 1,)."""
    line_lab: Ints
    line_tier: Ints
    line_video: Bools
    line_keys: Keys
    own: Ints
    """Latest release on the lab's own API by line and month, shape (Z, T); NONE where there is none."""
    weights: Ints
    """Latest release with public weights by line and month, shape (Z, T); NONE where there is none."""

    @property
    def rows(self) -> int:
        """Rows of the tables, reserved ones included, 'no model' not."""
        return int(self.month.size)

    @property
    def closed_padded(self) -> Bools:
        """Closed models, with the row of 'no model', shape (M + 1,)."""
        return np.append(self.closed, False)


def reserve(offers: Offers, rows: int) -> Offers:
    """Return the catalogue with empty rows for releases to come, before the row of 'no model'."""
    if rows == 0:
        return offers
    changes: dict[str, object] = {}
    for item in fields(offers):
        value = getattr(offers, item.name)
        if item.name in _BY_MODEL:
            empty = np.full(rows, _BY_MODEL[item.name]).astype(value.dtype)
            changes[item.name] = np.concatenate([value, empty])
        elif item.name in _BY_MODEL_AND_NONE:
            blank = np.full((rows, *value.shape[1:]), _BY_MODEL_AND_NONE[item.name]).astype(value.dtype)
            changes[item.name] = np.concatenate([value[:-1], blank, value[-1:]])
    return replace(offers, **changes)  # type: ignore[arg-type]


_BY_MODEL: dict[str, float] = {
    "model_keys": 0,
    "lab": 0,
    "line": 0,
    "month": NEVER,
    "opened": NEVER,
    "abroad": 1,
    "wait": 0,
    "wait_all": 0,
    "served": 0,
    "closed": 0,
    "permissive": 0,
    "aligned": 0.0,
    "video": 0,
}
_BY_MODEL_AND_NONE: dict[str, float] = {
    "active": np.nan,
    "size": np.nan,
    "q": 0.0,
    "own_price": np.nan,
    "host_price": np.nan,
    "hosts": 1.0,
    "free": 0.0,
    "cost": np.nan,
    "usable_until": NEVER,
}
