"""The study that figures are asked of: a single run, a study of many runs, or a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.folders import resolve
from experiments.studies.recording import LEVELS
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem, nearest
from sim.policy import BASE

if TYPE_CHECKING:
    from experiments.comparison.report import Compared
    from experiments.contrasts.spec import Comparison
    from experiments.figures.frames import Scene, Tables
    from experiments.figures.studies.policy_tables import Part, PolicyScene
    from experiments.figures.studies.scene import StudyScene
    from experiments.figures.studies.sweep import Sweep
    from experiments.store import Study as Run
    from experiments.studies.store import Study

CUT = ("only", "without", "hold")
"""Keys of an arm that attribution has taken apart."""


@dataclass
class Subject:
    """A study that is there.

    Attributes:
        folder: where it lies.
        run: of one scenario (``opengambit run``), or None.
        many: of many runs, or None.
        spec: what it compares, or None.
    """

    folder: Path
    run: Run | None = None
    many: Study | None = None
    spec: Comparison | None = None
    _compared: list[Compared] = field(default_factory=list)
    _scenes: dict[Part, PolicyScene] = field(default_factory=dict)

    @classmethod
    def open(cls, given: str | Path) -> Subject:
        """Open a study.

        Raises:
            InputError: there is none, or its files can't be read.
        """
        folder = resolve(Path(given))
        if (folder / "plan.json").is_file():
            return cls._of_many(folder)
        if (folder / "manifest.json").is_file() and (folder / "provenance.json").is_file():
            return cls._of_run(folder)
        raise _nothing(Path(given), folder)

    @classmethod
    def _of_run(cls, folder: Path) -> Subject:
        from experiments.store import Study

        try:
            return cls(folder, run=Study(folder))
        except (OSError, ValueError) as error:
            raise InputError(Problem(str(folder), "manifest.json", f"the study can't be read: {error}")) from error

    @classmethod
    def _of_many(cls, folder: Path) -> Subject:
        from experiments.contrasts.spec import FILE, Comparison
        from experiments.studies.store import Study

        spec = Comparison.load(folder) if (folder / FILE).is_file() else None
        return cls(folder, many=Study.open(folder), spec=spec)

    @property
    def study(self) -> Study:
        """The study of many runs.

        Raises:
            TypeError: it is a single run.
        """
        if self.many is None:
            raise TypeError(f"{self.folder} is a single run")
        return self.many

    @property
    def verb(self) -> str:
        """The verb whose default figures it has."""
        return "run" if self.many is None else "compare" if self.spec else "sweep"

    @property
    def words(self) -> str:
        """What kind of study it is, in words."""
        kinds = {"run": "a single scenario", "sweep": "a sweep", "compare": "a comparison"}
        if self.many is None:
            return kinds["run"]
        return f"{kinds[self.verb]} of {len(self.policies)} policies, record={self.level}"

    @property
    def level(self) -> str:
        """Its recording level; a single run has bands of everything."""
        return LEVELS[-1] if self.many is None else str(self.many.plan["record"])

    @property
    def outputs(self) -> Path:
        """The folder that holds studies."""
        return self.folder.resolve().parent.parent

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """All arms of a study of many runs, those that attribution and a game need included."""
        return () if self.many is None else tuple(str(arm["name"]) for arm in self.many.plan["policies"])

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """The policies, the baseline first; without what only attribution and a game need."""
        if self.many is None:
            return ()
        if self.spec is not None:
            return tuple(dict.fromkeys((self.spec.baseline, *self.spec.policies)))
        whole = [str(arm["name"]) for arm in self.many.plan["policies"] if not any(arm.get(key) for key in CUT)]
        return tuple(sorted(whole, key=lambda name: name != BASE))

    @property
    def futures(self) -> tuple[str, ...]:
        """The futures."""
        return () if self.many is None else tuple(self.many.plan["futures"])

    @property
    def points(self) -> int:
        """Number of points of the design."""
        return 1 if self.many is None else int(self.many.plan["design"]["points"])

    @cached_property
    def traits(self) -> frozenset[str]:
        """What kinds of study it is: keys of ``catalogue.NEEDS``."""
        if self.many is None:
            return frozenset({"any"})
        spec = self.spec
        said = {
            "any": True, "many": True, "policies": len(self.policies) > 1, "comparison": spec is not None,
            "attribution": bool(spec and (spec.parts or spec.held)), "game": bool(spec and spec.game),
        }  # fmt: skip
        return frozenset({name for name, there in said.items() if there} | self._design())

    def _design(self) -> set[str]:
        from experiments.figures.studies.sweep import is_grid

        keys = self.study.plan["design"]["keys"]
        varied = [key for key in keys if self.study.rows[key].nunique() > 1]
        if not is_grid(self.study):
            return {"random"} if varied else set()
        return {"grid", "plane"} if len(varied) > 1 else {"grid"}

    @cached_property
    def sweep(self) -> Sweep:
        """Its finished runs, ready to be drawn.

        Raises:
            InputError: there is none, or a shard is damaged.
        """
        from experiments.figures.studies.sweep import Sweep

        return Sweep.of(self.study)

    @cached_property
    def frames(self) -> tuple[Tables, Scene]:
        """Tables and scene of a single run."""
        from experiments.figures.single import run_frames

        return run_frames(self)

    def scene_of(self, part: Part) -> PolicyScene:
        """Return the scene of a part of a study of many runs, made once."""
        from experiments.figures.studies.policy_tables import scene_of

        if part not in self._scenes:
            self._scenes[part] = scene_of(self.study, part, self.sweep)
        return self._scenes[part]

    @property
    def scene(self) -> StudyScene:
        """What figures of the whole study say about themselves."""
        return self.sweep.scene

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The months of its runs."""
        if self.many is None:
            return ()
        return tuple(month_name(t) for t in range(self.scene.first, self.scene.last + 1))

    def compared(self, **changed: Any) -> Compared:
        """Return the comparison with its tables; what is named here is asked instead.

        Raises:
            InputError: what the study does not have.
        """
        from experiments.comparison.report import Compared

        if self.spec is None:
            raise TypeError(f"{self.folder} is no comparison")
        spec = replace(self.spec, **changed)
        known = next((found for found in self._compared if found.spec == spec), None)
        if known is None:
            known = Compared.of(self.study, spec)
            self._compared.append(known)
        return known

    @cached_property
    def stamp(self) -> dict[str, Any]:
        """What every figure carries inside."""
        if self.many is not None:
            from experiments.figures.studies.scene import stamp_of

            return stamp_of(self.many)
        record = self.run.provenance if self.run else {}
        keys = ("run", "scenario", "scenario_digest", "seeds", "version", "code", "data", "command", "git")
        return {key: record.get(key) for key in keys}


def nearest_month(text: str, months: Iterable[str]) -> str | None:
    """Return the month that lies nearest; None for what is no month."""
    known = list(months)
    try:
        wanted = month_index(text)
    except ValueError:
        return nearest(text, known)
    return min(known, key=lambda month: abs(month_index(month) - wanted), default=None)


def _nothing(given: Path, folder: Path) -> InputError:
    """Say that there is no study in a folder, and where one is."""
    legal = "a folder that opengambit run, sweep or compare made, for example outputs/latest"
    if folder.is_file():
        return InputError(Problem("figure", str(given), "this is a file, and figures need the study's folder", legal))
    if not folder.is_dir():
        near = nearest(folder.name, [path.name for path in folder.parent.glob("*") if path.is_dir()])
        hint = str(given.parent / near) if near else None
        return InputError(Problem("figure", str(given), "there is no such study", legal, hint))
    inner = sorted(path.parent for path in folder.glob("*/manifest.json") if not path.parent.name.startswith("."))
    inner += sorted(path.parent for path in folder.glob("*/*/manifest.json") if path.parents[1].parent == folder)
    hint = str(inner[0]) if inner else None
    return InputError(Problem("figure", str(given), "this folder is no study, or it has no finished run", legal, hint))
