"""What a memo is made from: a comparison, its policies as files, and the ledger of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.contrasts.spec import FILE, Comparison
from experiments.figures.studies.words import NARROW, listed, pretty
from experiments.memo.ledger import Ledger, Line
from sim.calendar import month_name
from sim.errors import InputError, Problem
from sim.futures import NONE, Future

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison.report import Compared
    from experiments.figures.studies.scene import StudyScene
    from experiments.studies.store import Study
    from sim.policy import Policy

ALL_FUTURES = "all futures"


@dataclass(frozen=True)
class Material:
    """A comparison, ready to be written about.

    Attributes:
        found: its runs, specification and tables.
        scene: what its figures say about it.
        policies: arm -> the policy that its files describe; None if they are gone.
        ledger: where the numbers of the text are noted.
    """

    found: Compared
    scene: StudyScene
    policies: Mapping[str, Policy | None]
    ledger: Ledger = field(default_factory=Ledger)

    @classmethod
    def of(cls, folder: str | Path) -> Material:
        """Read a study.

        Raises:
            InputError: no study of many runs, one without a comparison, or without a finished run.
        """
        from experiments.comparison.report import Compared
        from experiments.figures.studies import scene_of

        study = comparison_study(folder)
        found = Compared.of(study, Comparison.load(study.folder))
        scene = scene_of(study)
        return cls(found, scene, _policies(study, found.spec, dict(scene.starts)))

    @property
    def study(self) -> Study:
        """The runs."""
        return self.found.study

    @property
    def spec(self) -> Comparison:
        """What is compared."""
        return self.found.spec

    @property
    def plan(self) -> dict[str, Any]:
        """The plan of the study."""
        return self.study.plan

    @property
    def futures(self) -> tuple[str, ...]:
        """The futures, in the order of the plan."""
        return tuple(self.plan["futures"])

    @property
    def level(self) -> str:
        """The level of the intervals: ``95 %``."""
        return f"{100 * self.spec.level:g}{NARROW}%"

    @property
    def draws(self) -> int:
        """Parameter draws; 0 for the parameters as given."""
        return int(self.plan["draws"]["draws"])

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The dates of the headline table."""
        return tuple(dict.fromkeys(self.table("headline")["month"].astype(str)))

    @property
    def last(self) -> str:
        """The last date."""
        return self.dates[-1]

    @property
    def policy_names(self) -> tuple[str, ...]:
        """The policies compared, those of a game included."""
        cells = tuple(self.spec.game.cells.values()) if self.spec.game else ()
        return tuple(dict.fromkeys(name for name in (*self.spec.policies, *cells) if name != self.spec.baseline))

    @property
    def baseline(self) -> str:
        """The baseline as it is read aloud."""
        return "the status quo" if self.spec.baseline == "status_quo" else pretty(self.spec.baseline)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the comparison."""
        return self.found.tables[name]

    def lines(self, name: str, *, also: Iterable[str] = (), **where: str) -> list[Line]:
        """Return the rows of a table that have these labels, ready to be written.

        Args:
            name: of the table.
            also: futures besides those of the plan (`ALL_FUTURES`).
            where: label -> value.
        """
        table = self.table(name)
        if "future" in table.columns and "future" not in where:
            table = table[table["future"].isin([*self.futures, *also])]
        for label, value in where.items():
            table = table[table[label].astype(str) == value]
        return [self.ledger.line(name, row) for row in table.to_dict("records")]

    def effects(self, measure: str | None = None, month: str | None = None) -> list[Line]:
        """Return the effects of all policies in the main future on a measure (default: the headline) at a date."""
        return self.lines(
            "headline", future=self.futures[0], measure=measure or self.spec.headline, month=month or self.last
        )

    @cached_property
    def ranked(self) -> list[Line]:
        """The effects on the headline measure at the last date: those told from zero first, the largest first."""
        return sorted(self.effects(), key=lambda line: (not line.clear, -abs(line.number("mean"))))

    @property
    def main(self) -> Line:
        """The effect that the memo leads with."""
        return self.ranked[0]

    def begins(self, policy: str) -> str:
        """Return the month in which a policy begins to act, YYYY-MM; nothing if its files are gone."""
        months = [event.month for event in self.scene.marks(policy)]
        return month_name(min(months)) if months else ""

    def condition(self) -> str:
        """Return what every number is conditional on, as a noun phrase."""
        future = f"the future {pretty(self.futures[0])}" if self.futures[0] != NONE else "no shock from outside"
        drawn = f"parameters drawn from {_origin(self.plan)}" if self.draws else "the parameters as given"
        return f"the model, {drawn} and {future}"

    def future(self, name: str) -> Future | None:
        """Return a future as its file describes it; None if the file is gone."""
        try:
            return Future.load(name)
        except InputError:
            return None


def comparison_study(folder: str | Path) -> Study:
    """Return a study that holds a comparison.

    Raises:
        InputError: no study of many runs, or one without a comparison, with the command that makes one.
    """
    from experiments.folders import resolve
    from experiments.studies.store import Study

    place = resolve(Path(folder))
    if (place / "tables").is_dir() and not (place / "plan.json").is_file():
        raise _no_comparison(folder, "this is a run, which compares nothing", _policy_of_run(place))
    study = Study.open(folder)
    if not (study.folder / FILE).is_file():
        named = [arm["name"] for arm in study.plan["policies"] if arm["name"] != "status_quo"]
        raise _no_comparison(folder, f"this {study.plan['verb']} holds no comparison of policies", named)
    return study


def _policy_of_run(folder: Path) -> list[str]:
    import json

    try:
        record = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    names = str(record.get("scenario", "")).split("+")
    return [name for name in names if name.isidentifier() and name not in ("status_quo", "levers")]


def _no_comparison(folder: str | Path, message: str, policies: Sequence[str]) -> InputError:
    wanted = ",".join(policies) or "us_open_push,cn_goes_closed"
    legal = f"a study of compare; to make one: opengambit compare 'policies=[{wanted}]'"
    return InputError(Problem("memo", str(folder), message, legal))


def _policies(study: Study, spec: Comparison, unchanged: Iterable[str]) -> dict[str, Policy | None]:
    """Return the policies that are compared, from their files; None where a file is gone or not what was run."""
    from experiments.studies.arms import Arm
    from sim.policy import Policy

    arms = {str(arm["name"]): Arm.from_dict(arm) for arm in study.plan["policies"]}
    cells = tuple(spec.game.cells.values()) if spec.game else ()
    kept = set(unchanged)
    found: dict[str, Policy | None] = {}
    for name in dict.fromkeys((*spec.policies, *cells)):
        try:
            stack = [Policy.load_stack(arms[name].policies)] if arms[name].policies else []
            levers = [Policy.from_levers(arms[name].levers)] if arms[name].levers else []
            found[name] = Policy.stack([*stack, *levers]) if name in kept else None
        except InputError:
            found[name] = None
    return found


def _origin(plan: Mapping[str, Any]) -> str:
    return "the prior ranges" if plan["draws"]["kind"] == "priors" else f"the posterior {plan['draws']['source']}"


def names(policies: Iterable[str], most: int = 6) -> str:
    """Return policies as a list in words."""
    return listed([pretty(name) for name in policies], most)
