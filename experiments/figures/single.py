"""The families of a single scenario: of a run, or of one policy of a study of many runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from experiments.figures.frames import Drawing, Scene, Tables
from experiments.figures.studies.words import file_name
from sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from experiments.figures.studies.policy_tables import Part
    from experiments.figures.subject import Subject
    from experiments.provenance import Provenance
    from sim.scenario import Scenario


@dataclass
class Singles:
    """What families of a single scenario are drawn from, read once.

    Attributes:
        subject: the study.
        draw: ``(family, tables, scene) -> drawings``.
    """

    subject: Subject
    draw: Callable[[str, Tables, Scene], list[Drawing]]

    def of_run(self, family: str) -> list[Drawing]:
        """Return the figures of a single run.

        Raises:
            MissingMeasureError: the run did not record what they need.
        """
        return self.draw(family, *self.subject.frames)

    def of_parts(self, family: str, parts: list[Part]) -> Iterator[Drawing]:
        """Yield the figures of policies, futures and points of a study of many runs.

        Raises:
            MissingMeasureError: a part has no finished run.
        """
        from experiments.figures.studies.policy_tables import tables_of

        for part in parts:
            scene = self.subject.scene_of(part)
            tables = tables_of(self.subject.study, part, family, real=not scene.labs)
            for drawing in self.draw(family, tables, scene):
                yield replace(drawing, name=self._named(drawing.name, part))

    def _named(self, name: str, part: Part) -> str:
        """Return the name of a file: with the policy, future and point, where the study has several of them."""
        subject = self.subject
        parts = [part.policy] if len(subject.arms) > 1 else []
        parts += [part.future] if len(subject.futures) > 1 else []
        parts += [f"point{part.point}"] if subject.points > 1 else []
        return file_name(name, *parts)


def run_frames(subject: Subject) -> tuple[Tables, Scene]:
    """Return tables and scene of a single run, as they were when ``run`` drew its figures.

    The scenario is composed anew from the command. If that gives another one by now, because a file has changed or is
    gone, the dated marks of levers are left out.
    """
    from experiments.run import scene_of, study_tables

    run = subject.run
    if run is None:
        raise TypeError(f"{subject.folder} is a study of many runs")
    scenario, provenance = _scenario(run.provenance), provenance_of(run.provenance)
    real = str(run.provenance["config"].get("world", "history")) == "history"
    tables = study_tables(run, real=real)
    scene = scene_of(tables.bands, scenario or _bare(provenance), provenance, run.table("events"))
    return tables, _dated(scene, subject)


def provenance_of(record: dict[str, Any]) -> Provenance:
    """Return the provenance of a run from its file."""
    from experiments.provenance import Provenance

    known = {item.name for item in fields(Provenance)}
    plain = {key: value for key, value in record.items() if key in known}
    return Provenance(**plain | {"seeds": tuple(record["seeds"])})


def _scenario(record: dict[str, Any]) -> Scenario | None:
    """Return the scenario of a run; None if its command gives another one by now."""
    from experiments.compose import compose_run

    words = [word for word in shlex.split(str(record.get("command", "")))[2:] if not word.startswith("-")]
    try:
        scenario = compose_run(words).scenario
    except (InputError, OSError):
        return None
    return scenario if scenario.digest() == record["scenario_digest"] else None


def _bare(provenance: Provenance) -> Scenario:
    """Return a scenario that has the dates of a run, and nothing of its levers."""
    from sim.calendar import month_name
    from sim.scenario import Scenario

    config = provenance.config
    return Scenario.load(
        horizon=month_name(int(config["horizon"])), history_until=month_name(int(config["history_until"]))
    )


def _dated(scene: Scene, subject: Subject) -> Scene:
    """Return the scene with the day of the run, where scenes carry one."""
    path = subject.folder / "log" / "times.json"
    if "made" not in {item.name for item in fields(scene)} or scene.__dict__.get("made") or not path.is_file():
        return scene
    day = str(json.loads(path.read_text(encoding="utf-8")).get("finished", ""))[:10]
    return replace(scene, **{"made": day})  # type: ignore[arg-type]
