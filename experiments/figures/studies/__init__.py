"""Figures of studies of many runs: each as PNG, SVG and PDF, with its data beside it as CSV and provenance inside.

``sweep_figures`` draws what a study can have, from its plan: fans, small multiples, heat maps, scatters, response
curves. ``comparison_figures`` draws tidy tables of effects: differences over time, dots, regret, attribution, game.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.figures.studies.comparison import comparison_figures
    from experiments.figures.studies.scene import StudyScene, scene_of, stamp_of
    from experiments.figures.studies.sweep import sweep_figures

__all__ = ["StudyScene", "comparison_figures", "scene_of", "stamp_of", "sweep_figures"]

_HOMES = {
    "comparison_figures": "comparison", "sweep_figures": "sweep", "StudyScene": "scene", "scene_of": "scene",
    "stamp_of": "scene",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the nouns when they are first used, so that help costs nothing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'experiments.figures.studies' has no attribute {name!r}")
    return getattr(import_module(f"experiments.figures.studies.{_HOMES[name]}"), name)
