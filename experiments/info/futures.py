"""Exogenous futures in words, for ``opengambit policies NAME``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.info.table import cell

if TYPE_CHECKING:
    from sim.futures import Future


def words(future: Future) -> Iterator[str]:
    """Yield a future as lines that can be read aloud."""
    yield f"{future.name}: {future.title} (a future: run with future={future.name}, crossed with any policy)"
    for label, text in (("Question", future.question), ("Reason", future.reason)):
        if text:
            yield f"{label}: {' '.join(text.split())}"
    yield ""
    known = _defaults()
    for path, value in future.params:
        default, unit, meaning = known.get(path, (None, "", ""))
        yield f"- {path} is {cell(value)} instead of {cell(default)} ({unit}): {meaning}"
    for shock in future.shocks:
        yield f"- {shock.words()}"
    if not (future.params or future.shocks):
        yield "- nothing but the trends of the parameters"


def record(future: Future) -> dict[str, object]:
    """Return a future as plain data."""
    return {
        "name": future.name,
        "title": future.title,
        "question": future.question,
        "reason": future.reason,
        "params": dict(future.params),
        "shocks": [
            {"kind": s.kind, "who": list(s.who), "value": s.value, "sentence": s.words()} for s in future.shocks
        ],
    }


def _defaults() -> dict[str, tuple[object, str, str]]:
    from sim.parameters import catalogue

    return {info.path: (info.default, info.unit, info.meaning) for info in catalogue()}
