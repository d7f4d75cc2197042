"""Studies of many runs: plan, runner, store.

>>> from experiments.studies import Execution, Plan, StudyRequest
>>> plan = Plan.of(StudyRequest("sweep", "luck", seeds=tuple(range(32)), settings={"enterprises": 200}))
>>> len(plan.rows), plan.shards
(32, 1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.studies.arms import Arm, arms_of
    from experiments.studies.execution import Execution
    from experiments.studies.plan import Plan
    from experiments.studies.request import StudyRequest
    from experiments.studies.runner import Report, run_study
    from experiments.studies.store import Study

__all__ = ["Arm", "Execution", "Plan", "Report", "Study", "StudyRequest", "arms_of", "run_study"]

_HOMES = {
    "Arm": "arms", "arms_of": "arms", "Execution": "execution", "Plan": "plan", "Report": "runner",
    "Study": "store", "StudyRequest": "request", "run_study": "runner",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the nouns when they are first used, so that help costs nothing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'experiments.studies' has no attribute {name!r}")
    return getattr(import_module(f"experiments.studies.{_HOMES[name]}"), name)
