"""Capability of releases that no scale has scored: carried along the line, or placed behind the frontier."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from sim.data.build.crosswalk import Q_SD, TASKS, Score
from sim.data.build.tables import Row

GROWTH_SHARE = 0.5
"""A release with no score gains this share of the frontier's growth since its line's previous one [A]."""
VIDEO_LEVEL, VIDEO_GROWTH, VIDEO_YEAR = 100.0, 12.0, 2024.9
MIN_RELEASES = 2


@dataclass(frozen=True)
class Frontier:
    """The best scored release so far: dates in order, with q and its shift per unit of slope."""

    dates: list[str]
    q: list[float]
    shift: list[float]

    def at(self, day: str) -> tuple[float, float]:
        """Return q (ECI) and shift of the frontier on a day; before the first score, those of the first."""
        index = max(bisect_right(self.dates, day) - 1, 0)
        return self.q[index], self.shift[index]


def frontier(releases: Sequence[Row], scores: Mapping[str, Score]) -> Frontier:
    """Return the running maximum of q over scored releases in order of date."""
    line = Frontier([], [], [])
    best = -float("inf")
    for row in sorted(releases, key=lambda row: (row["date"], row["model"])):
        score = scores.get(row["model"])
        if score is None or score.q <= best:
            continue
        best = score.q
        line.dates.append(row["date"])
        line.q.append(score.q)
        line.shift.append(score.shift)
    return line


def carried(previous: Score, since: str, day: str, best: Frontier, basis: str = "carried") -> Score:
    """Return the line's previous q plus half of the frontier's growth since [A] (less, where ``since`` is later)."""
    (q_then, shift_then), (q_now, shift_now) = best.at(since), best.at(day)
    q = previous.q + GROWTH_SHARE * (q_now - q_then)
    shift = previous.shift + GROWTH_SHARE * (shift_now - shift_then)
    return unscored(q, shift, basis)


def behind(gap: float, day: str, best: Frontier) -> Score:
    """Return the frontier's q of the day minus a typical gap [A]."""
    q, shift = best.at(day)
    return unscored(q - gap, shift, "typical_gap")


def unscored(q: float, shift: float, basis: str) -> Score:
    """Return an assumed score, the same for every task."""
    shift = max(shift, 0.0)
    weight = 1.0 if shift else 0.0
    flag = "no_score" if basis == "carried" else "no_score_first"
    tasks, weights = dict.fromkeys(TASKS, q), dict.fromkeys(TASKS, weight)
    return Score(q, Q_SD[basis], basis, tasks, shift, weight, weights, (flag,), "A")


def video(day: str) -> Score:
    """Return the q of a video model: 100 + 12 (release year - 2024.9) [A]."""
    moment = date.fromisoformat(day)
    start = date(moment.year, 1, 1)
    year = moment.year + (moment - start).days / (date(moment.year + 1, 1, 1) - start).days
    q = VIDEO_LEVEL + VIDEO_GROWTH * (year - VIDEO_YEAR)
    nothing = dict.fromkeys(TASKS, 0.0)
    return Score(q, Q_SD["video"], "video rule", dict.fromkeys(TASKS, q), 0.0, 0.0, nothing, (), "A")


def backcast(row: Row, releases: Sequence[Row], scores: Mapping[str, Score], best: Frontier) -> Score | None:
    """Return the line's next score, if within 12 months, less half of the frontier's growth until then [A]."""
    limit = f"{int(row['date'][:4]) + 1}{row['date'][4:]}"
    later = [
        other
        for other in releases
        if other["line"] == row["line"] and other["model"] in scores and row["date"] < other["date"] <= limit
    ]
    if not later:
        return None
    following = min(later, key=lambda other: other["date"])
    return carried(scores[following["model"]], following["date"], row["date"], best, "backcast")


def typical_gap(
    row: Row, releases: Sequence[Row], scores: Mapping[str, Score], best: Frontier, lab_of: Mapping[str, str]
) -> float:
    """Return the median distance to the frontier of like releases: the first group that has two.

    The groups: the lab's of the tier; the modelled lab's (pool's) of the tier; all of the modelled lab's; the
    tier's of the same country group (US, CN, rest).
    """
    scored = [other for other in releases if other["model"] in scores]
    tier = [other for other in scored if other["tier"] == row["tier"]]
    groups = (
        [o for o in tier if o["lab"] == row["lab"]],
        [o for o in tier if lab_of[o["lab"]] == lab_of[row["lab"]]],
        [o for o in scored if lab_of[o["lab"]] == lab_of[row["lab"]]],
        [o for o in tier if _group(o) == _group(row)],
    )
    for group in groups:
        if len(group) >= MIN_RELEASES:
            return median(best.at(o["date"])[0] - scores[o["model"]].q for o in group)
    raise ValueError(f"no scored release is like {row['model']}")


def _group(row: Row) -> str:
    return row["country"] if row["country"] in ("US", "CN") else "rest"
