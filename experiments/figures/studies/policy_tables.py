"""One policy of a study of many runs as the tables and the scene that figures of a single scenario read.

Bands are over all runs of the policy in one future at one point of the design: its seeds and, if there are any, its
parameter draws. Dated marks of the projection are those of the first run. Figures that stack shares have the same
axis for every policy; axes of lines fit the policy that they show (`policy_lines` and `policies` share theirs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.bands import QUANTILES, statistics
from experiments.figures.frames import Event, MissingMeasureError, Scene, Tables
from experiments.figures.studies.factors import levels_of
from experiments.figures.studies.words import number
from experiments.store import ADOPTERS, COUNT, NOT_OF_ADOPTERS
from experiments.studies.store import PLACES
from sim.calendar import month_name
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.figures.studies.scene import StudyScene
    from experiments.figures.studies.sweep import Sweep
    from experiments.studies.store import Study
    from sim.scenario import Scenario

WORLD: tuple[str, ...] = ("world",)
SHARES: dict[str, tuple[str, ...]] = {"token_share": WORLD}
READS: dict[str, dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("adoption", "adoption_bloc", "adoption_openness", "adoption_labs"), SHARES),
    "adoption_regions": {"token_share": ("region",)},
    "adoption_classes": {"token_share": ("class",)},
    "prices": dict.fromkeys(("price_paid", "price_list", "price_capability"), WORLD),
    "multihoming": dict.fromkeys(("distinct_models", "distinct_families"), WORLD),
    "capability": dict.fromkeys(("frontier", "capability_gap", "gap_months"), WORLD),
    "chips": dict.fromkeys(("chips", "self_sufficiency", "tightness"), WORLD),
    "compute": dict.fromkeys(("compute_stock", "rent"), WORLD),
    "closed_labs": dict.fromkeys(
        ("us_closed_rd", "us_closed_revenue", "us_closed_profit", "markup", "revenue"), WORLD
    ),
    "ecosystem": dict.fromkeys(("ecosystem_share", "open_standard_lead"), WORLD),
    "release_modes": {"release_mode": WORLD, "token_share": WORLD},
    "outcomes": {
        "digital_divide": WORLD, "welfare": ("world", "region"), "hhi": ("world", "excl_CN"),
        "adoption": ("user_bloc",),
    },
    "reality": {},
}  # fmt: skip
"""Family -> the measures that it reads, and of which kinds of segments."""
INSTRUMENTS = ("reality", "multihoming")
"""Families that read instruments."""
READING = ["instrument", "month", "entity", "geography"]
COLUMNS = ["month", "measure", *PLACES, "mean", *QUANTILES, "n"]


@dataclass(frozen=True)
class Part:
    """The runs of a policy in one future at one point of the design."""

    policy: str
    future: str
    point: int = 0

    def planned(self, study: Study) -> pd.DataFrame:
        """Return its rows of the plan."""
        plan = study.rows
        mine = (plan["policy"] == self.policy) & (plan["future"] == self.future) & (plan["point"] == self.point)
        return plan[mine]

    def rows(self, study: Study) -> list[int]:
        """Return its finished runs.

        Raises:
            MissingMeasureError: there is none.
        """
        runs = study.runs
        done = set(runs["row"]) - set(study.failed["row"])
        found = [int(row) for row in self.planned(study)["row"] if row in done]
        if not found:
            raise MissingMeasureError(f"a finished run of policy {self.policy} in future {self.future}")
        return found


@dataclass(frozen=True)
class PolicyScene(Scene):
    """What a figure of one policy of a study says about itself.

    Attributes:
        study: verb and name.
        made: day on which the last run was made; empty if nobody knows.
        said: how many runs stand behind the lines.
    """

    study: str = ""
    made: str = ""
    said: str = ""

    @property
    def sample(self) -> str:
        """Say how many runs stand behind the lines."""
        return self.said

    @property
    def source(self) -> str:
        """Return the source line at the foot of a figure."""
        dates = f"{month_name(self.first)} to {month_name(self.last)}"
        day = f" · run on {self.made}" if self.made else ""
        return f"OpenGambit {self.version} · study {self.run} · {self.study} · simulated {dates}{day}"


def tables_of(study: Study, part: Part, family: str, *, real: bool = True) -> Tables:
    """Return what a family of figures of a single scenario reads.

    Args:
        study: recorded at the level that the family needs.
        part: the runs.
        family: a key of ``READS``.
        real: whether the world has real series beside it.

    Raises:
        InputError: a damaged shard, or what was not recorded.
        MissingMeasureError: no finished run.
    """
    from experiments.reality import matches, observations

    rows = part.rows(study)
    reads = READS[family]
    found = [_bands(study, rows, name, kinds) for name, kinds in reads.items()]
    bands = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)
    bands = _without_few(bands, study, rows) if found else bands
    seen = observations() if real else observations().iloc[:0]
    readings = _readings(study, rows) if family in INSTRUMENTS else pd.DataFrame(columns=[*READING, *COLUMNS[-7:]])
    more = {"events": _events(study, rows[0])} if "events" in {item.name for item in fields(Tables)} else {}
    return Tables(bands, readings, seen, matches(), **more)


def scene_of(study: Study, part: Part, sweep: Sweep) -> PolicyScene:
    """Return what figures of a part of a study say about themselves.

    Args:
        study: the study.
        part: its runs.
        sweep: the study, ready to be drawn.

    Raises:
        MissingMeasureError: no finished run.
    """
    from experiments.run import events_of, labs_of
    from experiments.story import marks

    rows, whole = part.rows(study), sweep.scene
    months = [int(n) for n in study.runs.set_index("row").loc[rows, "months"]]
    last = min(whole.last, whole.first + max(months) - 1)
    until = whole.handover if whole.handover is not None and whole.handover < last else None
    scenario = scenario_of(study, part, whole)
    known = events_of(scenario) if scenario else whole.marks(part.policy)
    told = marks(_events(study, rows[0]), until, 1)
    levers = {event.month for event in known if event.kind == "lever"}
    events: tuple[Event, ...] = (*known, *(m for m in told if m.kind != "policy" or m.month not in levers))
    said = counted(study, part.planned(study)["row"], whole, said_of(sweep, part))
    return PolicyScene(
        scenario=said.scenario, seeds=len(rows), run=whole.run, version=whole.version, first=whole.first,
        last=last, handover=until, events=events, labs=labs_of(scenario) if scenario else (), study=whole.study,
        made=whole.made, said=said.sample,
    )  # fmt: skip


def counted(study: Study, planned: Iterable[int], whole: StudyScene, scenario: str) -> StudyScene:
    """Return the scene of a study with the runs of some rows of its plan, and what it says of them."""
    rows, failed, there = set(planned), set(study.failed["row"]), set(study.runs["row"])
    done, bad = len(there & rows), len(failed & rows)
    return replace(whole, scenario=scenario, runs=done - bad, failed=bad, missing=len(rows) - done)


def said_of(sweep: Sweep, part: Part) -> str:
    """Say which policy, future and point it is."""
    said = f"policy {part.policy}, future {part.future}"
    return f"{said}, {point_said(sweep, part.point)}" if sweep.sample.runs["point"].nunique() > 1 else said


def point_said(sweep: Sweep, point: int) -> str:
    """Return the number of a point of the design and the values that it has."""
    row = _points(sweep).loc[point]
    values = ", ".join(f"{factor.label} {number(_plain(row[key]))}" for key, factor in sweep.factors.items())
    return f"point {point} ({values})"


def usual_point(sweep: Sweep) -> int:
    """Return the point whose every value is the one that it has if nobody varies it, else the first."""
    points = _points(sweep)
    fits = pd.Series(True, index=points.index)
    for key, factor in sweep.factors.items():
        fits &= points[key] == factor.reference(levels_of(points[key]))[0]
    return int(fits.index[fits][0]) if fits.any() else int(points.index[0])


def _points(sweep: Sweep) -> pd.DataFrame:
    return sweep.sample.runs.drop_duplicates("point").set_index("point").sort_index()


def scenario_of(study: Study, part: Part, whole: StudyScene) -> Scenario | None:
    """Return the scenario of a part, with the parameters as given; None if its files are gone or not what was run."""
    from experiments.studies.arms import Arm
    from experiments.studies.designs import Points
    from experiments.studies.request import Scenarios, StudyRequest

    if part.policy not in dict(whole.starts):
        return None
    plan, design = study.plan, study.plan["design"]
    row = part.planned(study).iloc[0]
    points = Points(
        design["kind"], tuple(design["keys"]), (tuple(_plain(row[key]) for key in design["keys"]),),
        tuple(design["dates"]),
    )  # fmt: skip
    arm = next(Arm.from_dict(arm) for arm in plan["policies"] if arm["name"] == part.policy)
    try:
        request = StudyRequest(
            plan["verb"], plan["name"], (arm,), (part.future,), points, settings=plan["settings"], record=plan["record"]
        )
        return Scenarios(request).at(arm, part.future, 0, -1)
    except InputError:
        return None


def _bands(study: Study, rows: Sequence[int], name: str, kinds: Sequence[str]) -> pd.DataFrame:
    """Return mean and quantiles of a measure over some runs, cell by cell."""
    frame = study.frame(name, segment_kind=tuple(kinds))
    return _over_runs(frame[frame["row"].isin(list(rows))], ["month", *PLACES]).assign(measure=name)[COLUMNS]


def _over_runs(frame: pd.DataFrame, cell: list[str]) -> pd.DataFrame:
    """Return one line a cell, as text, with the statistics over its runs."""
    plain = frame[cell].astype(str)
    number = plain.groupby(cell, sort=False).ngroup().to_numpy()
    run, names = pd.factorize(frame["row"])
    matrix = np.full((len(names), number.max() + 1), np.nan)
    matrix[run, number] = frame["value"].to_numpy(np.float64, na_value=np.nan)
    first = plain.iloc[np.unique(number, return_index=True)[1]].reset_index(drop=True)
    return first.assign(**statistics(matrix))


def _readings(study: Study, rows: Sequence[int]) -> pd.DataFrame:
    """Return the bands of the instruments."""
    table = study.table("instruments")
    mine = table[table["row"].isin(list(rows))]
    if mine.empty:
        raise MissingMeasureError("a reading of any instrument")
    return _over_runs(mine, READING)


def _without_few(bands: pd.DataFrame, study: Study, rows: Sequence[int]) -> pd.DataFrame:
    """Blank the quantiles of cells with too few adopters for a band, as the store of a single run does."""
    kinds = tuple(dict.fromkeys(bands["segment_kind"]))
    where = ["month", "segment_kind", "segment"]
    adopters = _bands(study, rows, COUNT, kinds).set_index(where)["mean"]
    found = bands[where].join(adopters.rename("adopters"), on=where)["adopters"].to_numpy(float)
    few = (found < ADOPTERS) & ~bands["measure"].isin(NOT_OF_ADOPTERS).to_numpy()
    return bands.assign(**{name: bands[name].mask(few) for name in QUANTILES})


def _events(study: Study, row: int) -> pd.DataFrame:
    """Return the log of one run, with its seed as single runs store it; nothing if it was not recorded."""
    names = ["month", "kind", "who", "what", "trigger", "weight"]
    if "events" not in study.tables:
        return pd.DataFrame(columns=["seed", *names])
    table = study.table("events", ["row", *names])
    mine = table[table["row"] == row].drop(columns="row").reset_index(drop=True)
    mine.insert(0, "seed", int(study.rows["seed"][study.rows["row"] == row].iloc[0]))
    return mine


def _plain(value: Any) -> Any:
    """Return a whole number as one: the plan stores all numbers alike."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
