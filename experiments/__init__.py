"""Studies of the model: the command line, runs, figures and what they write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.studies.store import Study

__all__ = ["Study"]


def __getattr__(name: str) -> Any:
    """Import ``Study`` when it is first used, so that help costs nothing."""
    if name != "Study":
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    from experiments.studies.store import Study

    return Study
