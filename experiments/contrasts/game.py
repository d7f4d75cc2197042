"""Two sides choose a policy each: what every combination is worth to both, and which replies are best.

A choice is marked as a best reply to what the other side does only where it can be told apart from the second best:
the t interval of their paired difference does not hold 0. The best is picked after the means were seen, so margins
are a little too large. Where nothing can be told apart, nothing is marked. A cell that is a best reply of both sides
is an equilibrium in pure policies of the game as it was sampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.contrasts.bootstrap import Resampling
from experiments.contrasts.frames import Rows
from experiments.contrasts.intervals import Summary, summarise
from experiments.contrasts.judgement import ALL_FUTURES, pooled, scores
from experiments.contrasts.pairs import Outcomes
from experiments.contrasts.spec import Comparison, Game
from experiments.objectives import Objective

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reply:
    """One choice of a side against one choice of the other.

    Attributes:
        best: the best, and told apart from the second best (or the only one).
        rival: place of the best of the other choices; -1 if there is none.
        margin, low, high: score less that of the rival, paired, with its t interval.
    """

    best: bool
    rival: int
    margin: float
    low: float
    high: float


def replies(choices: Floats, how: Resampling) -> list[Reply]:
    """Compare the choices of a side against one choice of the other.

    Args:
        choices: scores, [choices, D, S], NaN where there is none.
        how: level of the intervals.
    """
    quick = Resampling(how.level, 0, how.seed)
    if len(choices) == 1:
        return [Reply(True, -1, np.nan, np.nan, np.nan)]
    known = np.isfinite(choices).all(axis=0)
    if not known.any():
        return [Reply(False, -1, np.nan, np.nan, np.nan)] * len(choices)
    means = summarise(np.moveaxis(np.where(known, choices, np.nan), 0, -1), quick).mean
    found = []
    for place in range(len(choices)):
        rival = max((k for k in range(len(choices)) if k != place), key=lambda k: means[k])
        gap = summarise((choices[place] - choices[rival])[..., None], quick)
        best = bool(gap.t_low[0] > 0)
        found.append(Reply(best, rival, float(gap.mean[0]), float(gap.t_low[0]), float(gap.t_high[0])))
    return found


def game_table(outcomes: Outcomes, spec: Comparison, sides: Sequence[Objective], how: Resampling) -> pd.DataFrame:
    """Return a row for each future, cell and side; and, with several futures, the plain mean over them.

    Args:
        outcomes: with the measures of both sides.
        spec: with or without a game; without one the table is empty.
        sides: what the side of the rows wants, and that of the columns.
        how: level, bootstrap.
    """
    rows = Rows("game")
    if spec.game is None:
        return rows.frame()
    month, game = spec.month_judged(outcomes.months), spec.game
    arms = [game.cells[row, column] for row in game.rows for column in game.columns]
    gained = [scores(outcomes, side, month, arms, spec.baseline) for side in sides]
    futures = [(name, [side[:, number] for side in gained]) for number, name in enumerate(outcomes.futures)]
    if len(futures) > 1:
        futures.append((ALL_FUTURES, [pooled(np.moveaxis(side, 1, 0)) for side in gained]))
    for future, values in futures:
        _add(rows, outcomes, spec, game, future, month, values, how)
    return rows.frame()


def _add(
    rows: Rows, outcomes: Outcomes, spec: Comparison, game: Game, future: str, month: str, values: list[Floats],
    how: Resampling
) -> None:  # fmt: skip
    shape = (len(game.rows), len(game.columns), *values[0].shape[1:])
    first, second = values[0].reshape(shape), values[1].reshape(shape)
    by_column = [replies(first[:, k], how) for k in range(len(game.columns))]
    by_row = [replies(second[k], how) for k in range(len(game.rows))]
    for i, row in enumerate(game.rows):
        for j, column in enumerate(game.columns):
            both = by_column[j][i].best and by_row[i][j].best
            for name, score, reply, names in (
                (game.sides[0], first[i, j], by_column[j][i], game.rows),
                (game.sides[1], second[i, j], by_row[i][j], game.columns),
            ):
                arm = game.cells[row, column]
                found = summarise(score[..., None], how, "objective", name, arm, future)
                labels = {"future": future, "month": month, "row": row, "column": column, "arm": arm, "side": name}
                values_of = labels | _score(found) | _reply(reply, names)
                rows.add(values_of | {"both_best": both, "failed": _failed(outcomes, arm, spec.baseline, future)})


def _score(found: Summary) -> dict[str, Any]:
    names = ("n", "left_out", "units", "mean", "t_low", "t_high", "boot_low", "boot_high", "excludes_zero")
    return {name: getattr(found, name)[0] for name in names}


def _reply(reply: Reply, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "best_reply": reply.best, "rival": names[reply.rival] if reply.rival >= 0 else "", "margin": reply.margin,
        "margin_low": reply.low, "margin_high": reply.high,
    }  # fmt: skip


def _failed(outcomes: Outcomes, arm: str, baseline: str, future: str) -> int:
    mine, theirs = (outcomes.ran[outcomes.policies.index(name)] for name in (arm, baseline))
    both = mine & theirs
    picked = both if future == ALL_FUTURES else both[outcomes.futures.index(future)]
    return int((~picked).sum())
