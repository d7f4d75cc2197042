"""Paired runs: a policy and the baseline with the same parameters and the same luck.

A run is a function of (policy, future, draw, seed), and two policies of the same (future, draw, seed) share every
random draw that both need (docs/model.md, section 8). Their difference is therefore the effect of the policy on that
history, and exactly 0.0 until the policy acts.

Seeds are nested in draws: each draw has its own. The axis of seeds is their rank within the draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem
from sim.headlines import HEADLINES, Headline
from sim.roster_check import HISTORY
from sim.scenario import DEFAULT_HISTORY

if TYPE_CHECKING:
    from experiments.studies.store import Study

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """One cell of a policy and of the baseline in the same histories; draws and seeds are put in ascending order.

    Attributes:
        policy, baseline, future: names.
        measure: name of the cell.
        draws: numbers of the parameter draws (-1: as given), [D].
        seeds: run seeds of the first draw, [S]; those of other draws have the same ranks.
        months: YYYY-MM, [T].
        values: of the policy, [D, S, T], NaN where the run failed or is missing, or the cell has no users.
        against: of the baseline, likewise.
        ran: whether both runs are there, [D, S].
    """

    policy: str
    baseline: str
    future: str
    measure: str
    draws: tuple[int, ...]
    seeds: tuple[int, ...]
    months: tuple[str, ...]
    values: Floats
    against: Floats
    ran: Flags

    def __post_init__(self) -> None:
        order = np.ix_(np.argsort(self.draws, kind="stable"), np.argsort(self.seeds, kind="stable"))
        for name in ("values", "against", "ran"):
            object.__setattr__(self, name, getattr(self, name)[order])
        object.__setattr__(self, "draws", tuple(sorted(self.draws)))
        object.__setattr__(self, "seeds", tuple(sorted(self.seeds)))

    @cached_property
    def differences(self) -> Floats:
        """Policy less baseline, [D, S, T]; exactly 0.0 where both are equal, NaN where one of them is."""
        return difference(self.values, self.against)

    @property
    def complete(self) -> NDArray[np.int64]:
        """The number of pairs that both have a value, by month, [T]."""
        return np.asarray(np.isfinite(self.differences).sum(axis=(0, 1)))

    @property
    def left_out(self) -> NDArray[np.int64]:
        """The number of pairs that are left out, by month, [T]: a run failed or is missing, or a cell has no users."""
        return self.ran.size - self.complete

    @property
    def failed(self) -> int:
        """The number of pairs of which a run failed or is missing."""
        return int(self.ran.size - self.ran.sum())

    def at(self, months: Iterable[str]) -> Pairs:
        """Return the pairs at some months."""
        chosen = tuple(months)
        places = [self.months.index(month) for month in chosen]
        values, against = self.values[:, :, places], self.against[:, :, places]
        return Pairs(
            self.policy, self.baseline, self.future, self.measure, self.draws, self.seeds, chosen, values, against,
            self.ran,
        )  # fmt: skip

    def swapped(self) -> Pairs:
        """Return the pairs with policy and baseline in each other's place."""
        return Pairs(
            self.baseline, self.policy, self.future, self.measure, self.draws, self.seeds, self.months, self.against,
            self.values, self.ran,
        )  # fmt: skip


@dataclass(frozen=True)
class Outcomes:
    """What the runs of a study came to: some cells on the axes policy, future, draw, seed, month.

    Attributes:
        policies, futures: names, [P] and [F].
        draws: numbers in ascending order, [D].
        seeds: run seeds of the first draw in ascending order, [S]; place k is the k-th seed of whatever draw.
        months: YYYY-MM, [T].
        ran: whether a run is there and did not fail, [P, F, D, S].
        cells: name to values, [P, F, D, S, T]; NaN where there is no run or the cell has no users.
        since: YYYY-MM from which crossings of thresholds are counted: the month after the hand-over; empty for the
            first month.
    """

    policies: tuple[str, ...]
    futures: tuple[str, ...]
    draws: tuple[int, ...]
    seeds: tuple[int, ...]
    months: tuple[str, ...]
    ran: Flags
    cells: Mapping[str, NDArray[Any]]
    since: str = ""

    @classmethod
    def of(cls, study: Study, wanted: Iterable[str] | Mapping[str, Headline]) -> Outcomes:
        """Read cells of a study.

        Args:
            study: policies x futures x draws x seeds at one design point, finished or not.
            wanted: headline names; or names of your own with the cells that they stand for.

        Raises:
            InputError: unknown headlines, several design points, no finished run, damaged shards, a cell that this
                recording level does not have.
        """
        names = wanted if isinstance(wanted, Mapping) else {name: HEADLINES[name] for name in wanted}
        _one_point(study)
        rows = study.rows
        axes = [tuple(dict.fromkeys(map(str, rows[label]))) for label in ("policy", "future")]
        draws = tuple(sorted({int(n) for n in rows["draw"]}))
        rank = _ranks(rows)
        seeds = tuple(sorted({int(n) for n in rows["seed"][rows["draw"] == draws[0]]}))
        numbers = [draws, tuple(range(int(rank.max()) + 1))]
        places = _places(rows, rank, axes, numbers)
        shape = tuple(len(axis) for axis in (*axes, *numbers))
        found = {name: _cell(study, name, cell, places, shape) for name, cell in names.items()}
        months = tuple(sorted({month for known, _ in found.values() for month in known}))
        cells = {name: _aligned(values, known, months) for name, (known, values) in found.items()}
        ran = _ran(study, places, shape)
        return cls(axes[0], axes[1], draws, seeds, months, ran, cells, counted_from(study.plan["settings"], months))

    def pairs(self, policy: str, baseline: str, future: str, measure: str) -> Pairs:
        """Return a cell of a policy and a baseline in a future."""
        at, mine, theirs = (self.futures.index(future), self.policies.index(policy), self.policies.index(baseline))
        cell, ran = self.cells[measure], self.ran
        return Pairs(
            policy, baseline, future, measure, self.draws, self.seeds, self.months,
            np.asarray(cell[mine, at], np.float64), np.asarray(cell[theirs, at], np.float64),
            ran[mine, at] & ran[theirs, at],
        )  # fmt: skip

    def at(self, measure: str, month: str, policies: Iterable[str] | None = None) -> Floats:
        """Return a cell at a month, [P, F, D, S], of some policies in their order (default: all)."""
        names = self.policies if policies is None else tuple(policies)
        rows = [self.policies.index(name) for name in names]
        return np.asarray(self.cells[measure][rows][..., self.months.index(month)], np.float64)


def difference(values: Floats, against: Floats) -> Floats:
    """Return values less others, exactly 0.0 where they differ by one unit in the last place that studies store.

    Studies store seven digits (float32). A difference of one unit in the last of them can't be told from rounding, and
    would otherwise count as a sign.
    """
    gap = np.asarray(values - against)
    unit = np.spacing(np.maximum(np.abs(values), np.abs(against)).astype(np.float32))
    return np.where(np.abs(gap) <= unit, 0.0, gap)


def _one_point(study: Study) -> None:
    points = study.plan["design"]["points"]
    if points != 1:
        message = f"this study visits {points} design points, and a comparison is made at one"
        raise InputError(Problem(str(study.folder), "design", message, "a study without a design"))


def counted_from(settings: Mapping[str, Any], months: tuple[str, ...]) -> str:
    """Return the month after the hand-over of a study, if it has history and goes on after it, else nothing.

    Args:
        settings: of the plan.
        months: YYYY-MM, ascending.
    """
    if settings.get("world", HISTORY) not in (None, HISTORY) or not months:
        return ""
    until = month_index(str(settings.get("history_until") or DEFAULT_HISTORY))
    after = month_name(until + 1)
    return after if months[0] < after <= months[-1] else ""


def _ranks(rows: Any) -> NDArray[np.int64]:
    """Return the rank of each plan row's seed among the seeds of its draw."""
    return np.asarray(rows.groupby("draw")["seed"].rank(method="dense"), dtype=np.int64) - 1


def _places(
    rows: Any, rank: NDArray[np.int64], axes: list[tuple[str, ...]], numbers: list[tuple[int, ...]]
) -> NDArray[np.int64]:
    """Return the place of each plan row on the axes (policy, future, draw, rank of the seed), as one number."""
    maps: list[dict[Any, int]] = [{value: k for k, value in enumerate(axis)} for axis in (*axes, *numbers)]
    columns = [rows["policy"].astype(str), rows["future"].astype(str), rows["draw"], rank]
    indices = [np.array([known[value] for value in column]) for known, column in zip(maps, columns, strict=True)]
    return np.asarray(np.ravel_multi_index(indices, [len(known) for known in maps]))


def _cell(
    study: Study, name: str, cell: Headline, places: NDArray[np.int64], shape: tuple[int, ...]
) -> tuple[list[str], NDArray[np.float32]]:
    """Return the months of a cell, and its values [P, F, D, S, months]."""
    found = study.frame(
        cell.measure, by=cell.by, key=cell.key, segment_kind=cell.segment_kind, segment=cell.segment
    )  # fmt: skip
    codes = found["month"].astype("category").cat
    words = [str(word) for word in codes.categories]
    order = {word: k for k, word in enumerate(sorted(words))}
    month = np.array([order[word] for word in words])[codes.codes.to_numpy()]
    values = np.full((int(np.prod(shape)), len(words)), np.nan, dtype=np.float32)
    row = places[found["row"].to_numpy()]
    values[row, month] = found["value"].to_numpy(np.float32, na_value=np.nan)
    return sorted(words), values.reshape(*shape, len(words))


def _aligned(values: NDArray[np.float32], known: list[str], months: tuple[str, ...]) -> NDArray[np.float32]:
    if tuple(known) == months:
        return values
    whole = np.full((*values.shape[:-1], len(months)), np.nan, dtype=np.float32)
    whole[..., [months.index(month) for month in known]] = values
    return whole


def _ran(study: Study, places: NDArray[np.int64], shape: tuple[int, ...]) -> Flags:
    from experiments.studies.shards import OK

    runs = study.table("runs", ["row", "status"])
    done = runs["row"].to_numpy()[(runs["status"] == OK).to_numpy()]
    ran = np.zeros(int(np.prod(shape)), dtype=bool)
    ran[places[done]] = True
    return ran.reshape(shape)
