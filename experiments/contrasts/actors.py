"""Who wins and who loses: paired effects on labs, on blocs as developers and as users, and on regions.

A lab has rows where, in the mean over the runs of the policy or of the baseline, in any future and at any of the
dates, it has at least ``LEAST`` of the world's tokens or of all first-party revenue. What a bloc's labs earn is the
sum over all of its labs, the small ones too. Regions are there where the study has recorded them (``record=panel``);
a study that kept headline measures only (``record=summary``) has no rows at all.

Intervals are t intervals: there are many rows, and resamples of all of them take longer than the rest of a comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.frames import Rows
from experiments.contrasts.intervals import moments, share, summarise, unit_values
from experiments.contrasts.judgement import ALL_FUTURES, pooled, whole
from experiments.contrasts.pairs import Outcomes, difference
from experiments.contrasts.spec import Comparison
from sim.errors import InputError
from sim.roster import Roster
from sim.roster_check import HISTORY
from sim.roster_policy import roster_vocabulary
from sim.world import BLOCS

if TYPE_CHECKING:
    import pandas as pd

    from experiments.studies.store import Study

Floats = NDArray[np.float64]
LEAST = 0.005
"""[A] A lab that has less than this share of the world's tokens, and of revenue, in both arms is left out."""
LABS, DEVELOPERS, USERS, REGIONS = "labs", "developer blocs", "user blocs", "regions"
BY = {"lab": LABS, "bloc": DEVELOPERS, "user_bloc": USERS, "region": REGIONS}
"""Split of a measure, or kind of its segment, to the group of actors."""
WORLD = ("world",)
READ: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "revenue": (("lab",), WORLD), "token_share": (("lab", "bloc"), WORLD), "rd_budget": (("lab", "bloc"), WORLD),
    "frontier": (("bloc",), WORLD), "compute_stock": (("bloc",), WORLD),
    "welfare": (("total",), ("user_bloc", "region")), "adoption": (("total",), ("user_bloc", "region")),
    "tokens": (("total",), ("user_bloc",)),
}  # fmt: skip
"""Measure to its splits and kinds of segments; each is read once."""
SUM = "revenue"
"""What is summed from labs to their blocs."""


class Cell(NamedTuple):
    """What a column is about."""

    group: str
    actor: str
    measure: str


@dataclass(frozen=True)
class Board:
    """Cells of the runs of a study at some dates.

    Attributes:
        cells: one a column.
        values: [P, F, D, S, cells, dates], NaN where there is no run or a cell has no users.
    """

    cells: tuple[Cell, ...]
    values: Floats

    @classmethod
    def of(cls, study: Study, outcomes: Outcomes, dates: Sequence[str]) -> Board:
        """Read all cells of a study, each measure once.

        Args:
            study: at level ``series`` or ``panel``.
            outcomes: of the same study: the axes.
            dates: YYYY-MM.

        Raises:
            InputError: a damaged shard.
        """
        places = _places(study, outcomes)
        cells: list[Cell] = []
        parts: list[Floats] = []
        for measure, (by, kinds) in READ.items():
            found = study.frame(measure, by=by, segment_kind=kinds, month=tuple(dates))
            for group, part in _by_group(found):
                actors, values = _table(part, places, outcomes.ran.size, dates)
                cells += [Cell(group, actor, measure) for actor in actors]
                parts.append(values.reshape(*outcomes.ran.shape, len(actors), len(dates)))
        order = sorted(range(len(cells)), key=lambda k: list(BY.values()).index(cells[k].group))
        return cls(tuple(cells[k] for k in order), np.concatenate(parts, axis=4)[..., order, :])


@dataclass(frozen=True)
class Sides:
    """A policy and the baseline in the same histories: [F, D, S, cells, dates] each.

    Attributes:
        cells: one a column.
        mine, theirs: of the policy and of the baseline.
        gaps: policy less baseline, exactly 0.0 where they are equal to the digits that studies store.
    """

    cells: tuple[Cell, ...]
    mine: Floats
    theirs: Floats
    gaps: Floats

    def take(self, cells: Iterable[int]) -> Sides:
        """Return some of the columns."""
        chosen = list(cells)
        arrays = (table[..., chosen, :] for table in (self.mine, self.theirs, self.gaps))
        return Sides(tuple(self.cells[k] for k in chosen), *arrays)

    def summed(self, homes: dict[str, str]) -> Sides:
        """Return the columns with the sums over the labs of each bloc before the others of developer blocs."""
        members = {bloc: [k for k, cell in enumerate(self.cells) if _adds(cell, homes, bloc)] for bloc in BLOCS}
        members = {bloc: places for bloc, places in members.items() if places}
        if not members:
            return self
        at = next((k for k, cell in enumerate(self.cells) if cell.group == DEVELOPERS), len(self.cells))
        cells = (*self.cells[:at], *(Cell(DEVELOPERS, bloc, SUM) for bloc in members), *self.cells[at:])

        def with_sums(table: Floats) -> Floats:
            sums = np.stack([table[..., places, :].sum(axis=-2) for places in members.values()], axis=-2)
            return np.concatenate([table[..., :at, :], sums, table[..., at:, :]], axis=-2)

        return Sides(cells, with_sums(self.mine), with_sums(self.theirs), with_sums(self.gaps))

    def kept(self) -> Sides:
        """Return the columns without those of labs that are too small in both arms."""
        large: set[str] = set()
        for arm in (self.mine, self.theirs):
            for measure in ("token_share", SUM):
                places = [k for k, c in enumerate(self.cells) if c.group == LABS and c.measure == measure]
                part = _shares(arm[..., places, :])
                large |= {self.cells[k].actor for k, big in zip(places, part >= LEAST, strict=True) if big}
        return self.take(k for k, cell in enumerate(self.cells) if cell.group != LABS or cell.actor in large)


def actors_table(study: Study, outcomes: Outcomes, spec: Comparison) -> pd.DataFrame:
    """Return the effects on every actor at the dates, by policy and future and, if there are several, over all.

    Args:
        study: at any recording level.
        outcomes: of the same study: axes, and which runs there are.
        spec: what is compared.

    Returns:
        The table ``actors`` without ``p_holm``; empty at level ``summary``.

    Raises:
        InputError: a damaged shard.
    """
    rows = Rows("actors")
    if study.plan["record"] in ("summary", "readings"):
        return rows.frame()
    dates = spec.dates or outcomes.months[-1:]
    board, homes = Board.of(study, outcomes, dates), homes_of(study)
    base = outcomes.policies.index(spec.baseline)
    for policy in spec.policies:
        place = outcomes.policies.index(policy)
        mine, theirs = board.values[place], board.values[base]
        sides = Sides(board.cells, mine, theirs, difference(mine, theirs)).summed(homes).kept()
        ran = outcomes.ran[place] & outcomes.ran[base]
        labels = {"policy": policy} | _labels(sides.cells, dates, homes)
        for name, futures in _futures(outcomes):
            rows.add(labels | {"future": name} | _numbers(sides, ran[futures], futures, spec.level), _count(sides))
    return rows.frame()


def homes_of(study: Study) -> dict[str, str]:
    """Return the bloc of each lab and region of the study's world; nothing if its file is gone."""
    world = study.plan["settings"].get("world") or HISTORY
    try:
        names = roster_vocabulary(None if world == HISTORY else Roster.load(world))
    except InputError:
        return {}
    return dict(names.regions) | {lab: names.regions.get(home, "") for lab, home in names.labs.items()}


def _numbers(sides: Sides, ran: NDArray[np.bool_], futures: list[int], level: float) -> dict[str, Any]:
    """Return the numbers of each column over some futures, which count the same."""
    gaps, mine, theirs = (_flat(table[futures]) for table in (sides.gaps, sides.mine, sides.theirs))
    found = summarise(pooled(gaps), Resampling(level, replicates=0))
    each = whole(gaps).reshape(-1, 1, gaps.shape[-1])
    known = np.isfinite(each)
    n, above, below = known.sum(axis=(0, 1)), share(each, known, 1.0), share(each, known, -1.0)
    complete = np.isfinite(gaps).all(axis=0)
    levels = [moments(unit_values(np.where(complete, pooled(table), np.nan)))[1] for table in (theirs, mine)]
    counted = {
        "n": n, "left_out": len(each) - n, "failed": int((~ran).sum()), "zero_share": share(each, known, 0.0),
        "sign_agreement": np.where(found.mean > 0, above, np.where(found.mean < 0, below, np.nan)),
        "baseline_mean": levels[0], "policy_mean": levels[1],
        "excludes_zero": found.excludes_zero,
    }  # fmt: skip
    return found.columns() | counted


def _flat(table: Floats) -> Floats:
    return table.reshape(*table.shape[:3], -1)


def _count(sides: Sides) -> int:
    return len(sides.cells) * int(sides.gaps.shape[-1])


def _futures(outcomes: Outcomes) -> Iterator[tuple[str, list[int]]]:
    for number, future in enumerate(outcomes.futures):
        yield future, [number]
    if len(outcomes.futures) > 1:
        yield ALL_FUTURES, list(range(len(outcomes.futures)))


def _labels(cells: Sequence[Cell], dates: Sequence[str], homes: dict[str, str]) -> dict[str, Any]:
    """Return what the columns are about, date by date."""
    from sim.measures import MEASURES

    homes = homes | dict(zip(BLOCS, BLOCS, strict=True))
    named = {
        "group": [cell.group for cell in cells], "actor": [cell.actor for cell in cells],
        "bloc": [homes.get(cell.actor, "") for cell in cells], "measure": [cell.measure for cell in cells],
        "unit": [MEASURES[cell.measure].unit for cell in cells],
    }  # fmt: skip
    found = {name: np.repeat(np.array(values, dtype=object), len(dates)) for name, values in named.items()}
    return found | {"month": np.tile(np.array(dates, dtype=object), len(cells))}


def _adds(cell: Cell, homes: dict[str, str], bloc: str) -> bool:
    return cell.group == LABS and cell.measure == SUM and homes.get(cell.actor) == bloc


def _shares(table: Floats) -> Floats:
    """Return the largest share of each lab in the total, [labs]: the mean over runs, at any date and in any future."""
    total = table.sum(axis=-2, keepdims=True)
    known = np.isfinite(total) & (total > 0)
    shares = np.where(known, table, 0.0) / np.where(known, total, 1.0)
    mean = shares.sum(axis=(1, 2)) / np.maximum(known.sum(axis=(1, 2)), 1)
    return np.asarray(mean.max(axis=(0, 2), initial=0.0))


def _places(study: Study, outcomes: Outcomes) -> NDArray[np.int64]:
    """Return the place of each plan row on the axes of the outcomes, as one number."""
    import pandas as pd

    rows = study.rows
    rank = rows.groupby("draw")["seed"].rank(method="dense").to_numpy(np.int64) - 1
    axes = ((outcomes.policies, "policy"), (outcomes.futures, "future"), (outcomes.draws, "draw"))
    codes = [pd.Index(axis).get_indexer(pd.Index(rows[name].astype(type(axis[0])))) for axis, name in axes]
    return np.asarray(np.ravel_multi_index((*codes, rank), outcomes.ran.shape))


def _by_group(found: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the groups of actors in a frame, with what their actors are called in the column ``actor``."""
    for kind, group in BY.items():
        by = found["by"] == kind
        part = found[by | (found["segment_kind"] == kind)]
        if len(part):
            yield group, part.assign(actor=part["key" if by.any() else "segment"].astype(str))


def _table(
    part: pd.DataFrame, places: NDArray[np.int64], runs: int, dates: Sequence[str]
) -> tuple[list[str], NDArray[np.float64]]:
    """Return the actors of a group, and their values [runs, actors, dates]."""
    import pandas as pd

    code, actors = pd.factorize(part["actor"])
    month = pd.Index(dates).get_indexer(pd.Index(part["month"].astype(str)))
    values = np.full((runs, len(actors), len(dates)), np.nan)
    values[places[part["row"].to_numpy()], code, month] = part["value"].to_numpy(np.float64, na_value=np.nan)
    return [str(actor) for actor in actors], values
