"""Series and readings by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from experiments.evidence.readings import Readings
from experiments.evidence.series import Series

SET = """\
free:
  demand.innovation: {low: 0.2, high: 1.5, why: "[A] so that the few firms of a test adopt"}
  demand.review: {}
  instruments.card_coverage: {low: 0.4, high: 0.9, why: "[A] made up"}
targets:
  - {instrument: ramp_firms, entity: OpenAI}
  - {instrument: ramp_firms, entity: Anthropic, weight: 2}
  - {instrument: openrouter_token_share, entity: CN}
moments:
  - {instrument: adoption, entity: US, geography: US, month: 2024-06, value: 0.06, se: 0.01, source: made up}
  - {instrument: vendor_switching, entity: primary vendor, geography: world, month: 2025-12, value: 0.11, source: none}
generations: 2
draws: 6
seeds: 1
enterprises: 60
accepted: 4
quantile: 0.5
inversions: 2
"""


def series(key: str, values: Sequence[float], se: Sequence[float] | None = None, weight: float = 1.0) -> Series:
    """Return monthly shares of ``<instrument>/<entity>`` from 2023-01 on."""
    instrument, entity = key.split("/")
    start = np.arange(len(values), dtype=float)
    errors = np.full(len(values), np.nan) if se is None else np.array(se, dtype=float)
    return Series(
        key, instrument, entity, "here", "share", start, start + 1, np.array(values, dtype=float), errors, start + 1,
        weight, "made up",
    )  # fmt: skip


def readings(draws: Sequence[int], seeds: Sequence[int], cells: Mapping[str, Sequence[Sequence[float]]]) -> Readings:
    """Return readings of runs: ``<instrument>/<entity>`` to a row a run, a column a month from 2023-01 on."""
    values = {(*key.split("/"), "here"): np.array(rows, dtype=float) for key, rows in cells.items()}
    months = np.arange(next(iter(values.values())).shape[1])
    return Readings(np.array(draws), np.array(seeds), months, values)  # type: ignore[arg-type]


def small_set(folder: Path, text: str = SET) -> Path:
    """Write a set and return its file."""
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path
