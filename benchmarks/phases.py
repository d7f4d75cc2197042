"""Time by phase of the month, taken from outside: the model holds no clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

PARTS = {
    "supply": ("supply.before",),
    "offers": ("_offers",),
    "awareness": ("_awareness",),
    "choice": ("_choice",),
    "usage": ("ledger.close",),
    "finance": ("supply.after",),
    "ecosystem": ("_ecosystem",),
    "trust": ("_trust",),
    "record": ("recorder.write", "recorder.write_state"),
    "reactions": ("_react",),
}
"""The methods of a MarketModel that make up each of ``sim.model.PHASES``."""
SET_UP = "set-up"
REST = "rest"


class Stopwatch:
    """Adds up the seconds that a model spends in each phase.

    Args:
        model: a MarketModel; its phases are wrapped on this instance only.
    """

    def __init__(self, model: Any) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)
        for phase, paths in PARTS.items():
            for path in paths:
                self._wrap(model, phase, path)

    def _wrap(self, model: Any, phase: str, path: str) -> None:
        *owners, name = path.split(".")
        for owner in owners:
            model = getattr(model, owner)
        inner: Callable[..., Any] = getattr(model, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                self.seconds[phase] += time.perf_counter() - began

        setattr(model, name, timed)


def split(scenario: Any, seed: int) -> dict[str, float]:
    """Run a scenario; return the seconds of set-up, of each phase over all months, and of the rest."""
    from sim import MarketModel

    began = time.perf_counter()
    model = MarketModel(scenario, rng=seed)
    built = time.perf_counter()
    watch = Stopwatch(model)
    while model.t < model.n_months:
        model.step()
    model.close()
    ended = time.perf_counter()
    rest = ended - built - sum(watch.seconds.values())
    return {SET_UP: built - began, **watch.seconds, REST: rest}
