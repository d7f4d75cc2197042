"""OpenGambit: an agent-based simulator of the geopolitical market for AI models.

>>> from sim import Scenario, simulate
>>> t = simulate(Scenario.load("status_quo", enterprises=200, horizon="2023-06"), seed=1)
>>> sorted(t.frame("token_share").columns)
['by', 'key', 'month', 'segment', 'segment_kind', 'value']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.model import MarketModel
    from sim.parameters import Parameters
    from sim.policy import Policy
    from sim.running import simulate
    from sim.scenario import Scenario
    from sim.trajectory import Trajectory

__version__ = "0.1.0"

__all__ = ["MarketModel", "Parameters", "Policy", "Scenario", "Trajectory", "__version__", "simulate"]

_HOMES = {
    "MarketModel": "sim.model",
    "Parameters": "sim.parameters",
    "Policy": "sim.policy",
    "Scenario": "sim.scenario",
    "Trajectory": "sim.trajectory",
    "simulate": "sim.running",
}


def __getattr__(name: str) -> Any:
    """Import the public nouns when they are first used, so that `import sim` costs nothing."""
    import sys
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    setattr(sys.modules[__name__], name, value)
    return value
