from __future__ import annotations

import pandas as pd
import pytest
from fakes import FakeRun

from experiments.story import LONGEST, MARKS, lines, marks
from sim.calendar import month_index

UNTIL = month_index("2023-12")


def log(*rows: tuple[int, str, str, str, str], weight: float = 5.0) -> pd.DataFrame:
    columns = ["seed", "month", "kind", "who", "what"]
    return pd.DataFrame(rows, columns=columns).assign(trigger="", weight=weight)


def events(*seeds: int) -> pd.DataFrame:
    return pd.concat([FakeRun(seed=seed, length=30).events.assign(seed=seed) for seed in seeds], ignore_index=True)


def test_a_rule_parts_the_replay_from_the_projection():
    told = list(lines(events(0), UNTIL))
    assert told[0] == "2023-03  policy     US: a rule  [model_ban]"
    assert "end of the replay, 2023-12" in told[1]
    assert told[2].startswith("2024-01  mode       OpenAI: goes from closed to tiered releases")
    assert told[-1] == "(1 smaller events are left out; all are in tables/events.parquet)"
    assert not any("end of the replay" in line for line in lines(events(0), None))


def test_marks_are_what_most_seeds_share():
    rows = [(seed, "2024-03", "policy", "EU", "a plan") for seed in (0, 1, 2)]
    rows += [
        (0, "2024-05", "frontier", "xAI", "takes the lead at the frontier"),
        (0, "2026-01", "release", "Meta", "x"),
    ]
    found = marks(log(*rows), UNTIL, 3)
    assert [(mark.label, mark.kind) for mark in found] == [("a plan", "policy")]
    assert marks(log(*rows), None, 3) == ()
    assert len(marks(log(*rows), UNTIL, 1)) == 2


def test_a_mode_is_marked_if_the_lab_keeps_to_it_for_a_year():
    switch = "goes from closed to {} releases"
    rows = [
        (0, "2024-02", "mode", "A", switch.format("open")), (0, "2024-04", "mode", "A", switch.format("tiered")),
        (0, "2026-01", "release", "B", "releases"),
    ]  # fmt: skip
    assert [mark.label for mark in marks(log(*rows), UNTIL, 1)] == ["A tiered"]


@pytest.mark.parametrize("count", [3, 40])
def test_there_are_a_dozen_marks_at_most_and_their_labels_are_short(count):
    rows = [(0, f"20{24 + k // 12}-{k % 12 + 1:02d}", "government", "US", "does " + "a lot " * 9) for k in range(count)]
    found = marks(log(*rows, (0, "2029-01", "release", "B", "releases")), UNTIL, 1)
    assert len(found) == min(count, MARKS)
    assert all(len(mark.label) <= LONGEST for mark in found)
