"""The scene of a study of many runs: what every figure of it says about itself, and what goes into the files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.figures.frames import Event, Scene
from sim.calendar import month_index, month_name
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.studies.request import StudyRequest
    from experiments.studies.store import Study
    from sim.scenario import Scenario

STAMP = ("run", "scenario", "scenario_digest", "seeds", "version", "code", "data", "command", "git")
BEFORE = 12
"""Months before the hand-over, or before the first policy if that is earlier, at which a time axis begins."""
APART = 18


@dataclass(frozen=True)
class StudyScene(Scene):
    """What every figure of a study of many runs says about itself.

    Attributes:
        study: verb and name.
        runs: finished runs.
        draws: number of parameter draws; 0 for the parameters as given.
        failed, missing: runs that failed, and runs of the plan that are not there.
        starts: policy -> its dated marks.
    """

    study: str = ""
    runs: int = 0
    draws: int = 0
    failed: int = 0
    missing: int = 0
    starts: tuple[tuple[str, tuple[Event, ...]], ...] = ()

    @property
    def sample(self) -> str:
        """Say how many runs stand behind the figure."""
        parts = [_count(self.runs, "run"), _count(self.seeds, "seed")]
        parts.append(_count(self.draws, "draw") if self.draws else "parameters as given")
        parts += [f"{_count(self.failed, 'failed run')} left out"] if self.failed else []
        parts += [f"{_count(self.missing, 'run')} not there yet"] if self.missing else []
        return ", ".join(parts)

    @property
    def band(self) -> str:
        """Nothing: what the band is differs from figure to figure, so each says it itself."""
        return ""

    @property
    def source(self) -> str:
        """Return the source line at the foot of a figure."""
        dates = f"{month_name(self.first)} to {month_name(self.last)}"
        return f"OpenGambit {self.version} · study {self.run} · {self.study} · simulated {dates}{self.day}"

    @property
    def projected(self) -> str:
        """Nothing: figures of studies say themselves what the dashed line is."""
        return ""

    def marks(self, policy: str) -> tuple[Event, ...]:
        """Return the dated marks of a policy."""
        return dict(self.starts).get(policy, ())

    @property
    def window(self) -> tuple[int, int]:
        """The first and the last month of a time axis: history that all policies share is cut."""
        if self.handover is None:
            return self.first, self.last
        dated = [event.month for _, events in self.starts for event in events]
        begin = min([self.handover, *dated]) - BEFORE
        return max(self.first, begin - begin % 12), self.last

    def months(self) -> tuple[str, ...]:
        """Return the months at which figures look if nobody says: half way through the projection, and the last."""
        start = self.first if self.handover is None else self.handover
        middle = (start + self.last) // 2
        middle += 11 - middle % 12
        found = (middle, self.last) if self.last - start >= APART and middle <= self.last - 6 else (self.last,)
        return tuple(month_name(t) for t in found)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}".replace(",", "\u00a0")


def scene_of(study: Study) -> StudyScene:
    """Return the scene of a study, finished or not.

    Raises:
        InputError: a damaged shard.
    """
    plan, provenance = study.plan, _provenance(study)
    scenarios = _scenarios(study)
    quiet = next(iter(scenarios.values()), None)
    first, last = _span(study)
    return StudyScene(
        scenario=_common(plan), seeds=len(plan["seeds"]), run=plan["plan"], version=provenance.get("version", "?"),
        first=first, last=last, handover=_handover(plan, quiet, last), study=f"{plan['verb']} {plan['name']}",
        runs=study.manifest.runs - len(study.failed), draws=plan["draws"]["draws"], failed=len(study.failed),
        missing=plan["runs"] - study.manifest.runs, made=_made(study),
        starts=tuple((name, _marks(scenario)) for name, scenario in scenarios.items()),
    )  # fmt: skip


def stamp_of(study: Study) -> dict[str, Any]:
    """Return what a figure of the study carries inside."""
    record = _provenance(study)
    return {"run": study.plan["plan"], "git": None} | {key: record[key] for key in STAMP if key in record}


def _provenance(study: Study) -> dict[str, Any]:
    path = study.folder / "provenance.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _made(study: Study) -> str:
    """Return the day of the last session that made runs, from the log; of the last one if all were taken over."""
    path = study.folder / "log" / "sessions.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    notes = [note for line in lines if "ended" in (note := json.loads(line))]
    days = [str(note["ended"])[:10] for note in [note for note in notes if note.get("done")] or notes]
    return days[-1] if days else ""


def _common(plan: Mapping[str, Any]) -> str:
    """Say which policies and futures the study has."""
    cut = ("only", "without", "hold")
    policies = [arm["name"] for arm in plan["policies"] if not any(arm.get(key) for key in cut)]
    futures, apart = plan["futures"], len(plan["policies"]) - len(policies)
    parts = [f"policy {policies[0]}" if len(policies) == 1 else f"{len(policies)} policies"]
    parts += [f"{apart} arms of attribution"] if apart else []
    parts.append(f"future {futures[0]}" if len(futures) == 1 else f"{len(futures)} futures")
    points = plan["design"]["points"]
    return ", ".join(parts + ([f"{points} points"] if points > 1 else []))


def _span(study: Study) -> tuple[int, int]:
    """Return the first and the last month that any run has."""
    from sim.headlines import HEADLINES

    months = [month_index(month) for month in study.wide(next(iter(HEADLINES))).columns]
    return min(months), max(months)


def _handover(plan: Mapping[str, Any], scenario: Scenario | None, last: int) -> int | None:
    from sim.scenario import DEFAULT_HISTORY

    if plan["settings"].get("world", "history") != "history" or (scenario and scenario.roster is not None):
        return None
    until = month_index(str(plan["settings"].get("history_until", DEFAULT_HISTORY)))
    return until if until < last else None


def _scenarios(study: Study) -> dict[str, Scenario]:
    """Return policy -> its scenario at the first point; nothing for one whose files are gone or not what was run."""
    from experiments.studies.request import Scenarios

    rows = study.rows[(study.rows["point"] == 0)]
    found: dict[str, Scenario] = {}
    try:
        request = _request(study)
    except InputError:
        return found
    source = Scenarios(request)
    for arm in request.policies:
        row = rows[rows["policy"] == arm.name].iloc[0]
        try:
            scenario = source.at(arm, str(row["future"]), 0, int(row["draw"]))
        except InputError:
            continue
        if scenario.digest() == row["scenario"]:
            found[arm.name] = scenario
    return found


def _request(study: Study) -> StudyRequest:
    """Return what the study asked, from its plan."""
    from experiments.studies.arms import Arm
    from experiments.studies.request import StudyRequest

    plan = study.plan
    arms = [Arm.from_dict(arm) for arm in plan["policies"]]
    return StudyRequest(
        plan["verb"], plan["name"], tuple(arms), tuple(plan["futures"]), _points(study), _draws(study),
        tuple(plan["seeds"]), plan["settings"], plan["record"],
    )  # fmt: skip


def _points(study: Study) -> Any:
    from experiments.studies.designs import Points

    design = study.plan["design"]
    first = study.rows[study.rows["point"] == 0].iloc[0]
    values = tuple(_plain(first[key]) for key in design["keys"])
    return Points(design["kind"], tuple(design["keys"]), (values,), tuple(design["dates"]))


def _draws(study: Study) -> Any:
    import pyarrow.parquet as pq

    from experiments.studies.draws import Draws

    facts, path = study.plan["draws"], study.folder / "draws.parquet"
    if not path.is_file():
        return Draws()
    table: Any = pq.read_table(path).to_pandas().drop(columns="draw")
    return Draws(facts["kind"], tuple(table.columns), table.to_numpy(np.float64), facts["seed"], facts["source"])


def _plain(value: Any) -> Any:
    """Return a whole number as one: the plan stores all numbers alike."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _marks(scenario: Scenario) -> tuple[Event, ...]:
    """Return the dates at which the policy begins to act."""
    from experiments.figures.events import lever_events
    from experiments.run import lever_label
    from sim.policy import BASE

    own = [entry for entry in scenario.policy.entries if entry.origin != BASE]
    return lever_events((e.first_month(scenario.history_until), e.label or lever_label(e)) for e in own)
