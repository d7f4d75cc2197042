"""Lab strengths by date: the table, its checks, and what a run makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import Scenario, simulate
from sim.calendar import month_index
from sim.errors import InputError
from sim.strengths import Strengths, read_strengths, written
from sim.tables import load_world
from sim.world import CLASSES, TASKS, StrengthPath

HEAD = "lab,task,class,month,xi\n"
CODING, DEVELOPER = TASKS.index("coding"), CLASSES.index("developer")


def table(*rows: str) -> Strengths:
    return Strengths("given.csv", HEAD + "".join(f"{row}\n" for row in rows))


def test_between_its_dates_a_strength_runs_linearly_and_stays_outside_them() -> None:
    world = table("OpenAI,coding,developer,2024-01,1", "OpenAI,coding,developer,2025-01,4").placed(load_world())
    lab = world.lab_names.index("OpenAI")
    found = [world.strengths_at(t)[lab, CODING, DEVELOPER] for t in (0, 12, 16, 24, 60)]
    assert found == pytest.approx([1, 1, 2, 4, 4])
    assert world.strengths[lab, CODING, DEVELOPER] == 4
    other = world.strengths_at(16).copy()
    other[lab, CODING, DEVELOPER] = 0
    assert (other == 0).all()


def test_a_table_of_one_date_holds_in_all_months() -> None:
    world = table("OpenAI,coding,developer,2024-01,1", "OpenAI,routing,developer,,-0.5").placed(load_world())
    lab = world.lab_names.index("OpenAI")
    assert world.strength_path is None
    assert (world.strengths_at(0) == world.strengths_at(90)).all()
    assert world.strengths_at(3)[lab, CODING, DEVELOPER] == 1
    assert world.propensity[lab] == -0.5
    assert np.count_nonzero(world.propensity) == 1


def test_a_cell_without_a_row_for_a_date_takes_what_lies_between_its_own() -> None:
    rows = [
        {"lab": "A", "task": "coding", "class": "developer", "month": "2023-01", "xi": "0"},
        {"lab": "A", "task": "coding", "class": "developer", "month": "2025-01", "xi": "2"},
        {"lab": "B", "task": "coding", "class": "developer", "month": "2024-01", "xi": "5"},
    ]
    months, values = read_strengths(rows, ["A", "B"])
    assert months.tolist() == [0, 12, 24]
    assert values[:, 0, CODING, DEVELOPER].tolist() == [0, 1, 2]
    assert values[:, 1, CODING, DEVELOPER].tolist() == [5, 5, 5]


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_what_is_written_is_read_again(dates: int, seed: int) -> None:
    labs, months = load_world().lab_names, np.arange(dates, dtype=np.intp) * 6 + 3
    shape = (dates, len(labs), len(TASKS), len(CLASSES))
    values = np.round(np.sin(np.arange(np.prod(shape)) * (seed % 97 + 1.0)).reshape(shape), 3)
    values[:, :, TASKS.index("video")] = 0
    routing = -np.round(np.abs(np.cos(np.arange(len(labs)) + 0.1)), 3)
    made = Strengths("x", written(labs, months, values, routing, {"tag": "A"})).placed(load_world())
    for k, month in enumerate(months.tolist()):
        np.testing.assert_allclose(made.strengths_at(month), values[k], atol=1e-4)
    np.testing.assert_allclose(made.propensity, routing, atol=1e-4)


def test_the_path_meets_its_table_at_the_dates() -> None:
    path = StrengthPath(np.array([2, 8]), np.arange(2.0).reshape(2, 1, 1, 1))
    assert [path.at(t).item() for t in (0, 2, 5, 8, 9)] == [0, 0, 0.5, 1, 1]


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(HEAD + "OpenAl,coding,developer,2024-01,1\nOpenAI,codng,developer,2024,x\n")
    with pytest.raises(InputError) as caught:
        Strengths.load(file)
    text = str(caught.value)
    for part in ("OpenAl", "OpenAI", "codng", "coding", "row 3, month", "row 3, xi"):
        assert part in text
    file.write_text("lab,xi\nOpenAI,1\n")
    with pytest.raises(InputError, match="class"):
        Strengths.load(file)
    with pytest.raises(InputError, match="can't be read"):
        Strengths.load(tmp_path / "none.csv")


def test_strengths_are_part_of_what_a_run_is(tmp_path: Path) -> None:
    """The name of the file is not; a strong lab gains; months before the first difference are the same."""
    flat, later = tmp_path / "flat.csv", tmp_path / "later.csv"
    flat.write_text(HEAD + "Anthropic,coding,enterprise,2023-01,0\n")
    later.write_text(HEAD + "Anthropic,assistant,enterprise,2023-06,0\nAnthropic,assistant,enterprise,2023-07,4\n")
    (tmp_path / "copy.csv").write_text(flat.read_text())
    kept = {"horizon": "2024-12", "history_until": "2024-12", "enterprises": 600}
    one, two, same = (Scenario.load(**kept, strengths=path) for path in (flat, later, tmp_path / "copy.csv"))
    assert one.digest() == same.digest()
    assert one.digest() != two.digest() != Scenario.load(**kept).digest()
    first, second = simulate(one, 3).records, simulate(two, 3).records
    lab = simulate(one, 3).world.lab_names.index("Anthropic")
    until = month_index("2023-06") + 1
    assert (first.tokens[:until] == second.tokens[:until]).all()
    assert second.tokens[-1].sum(axis=(0, 1))[lab].sum() > 1.5 * first.tokens[-1].sum(axis=(0, 1))[lab].sum()


def test_a_world_without_history_has_its_own(tmp_path: Path) -> None:
    file = tmp_path / "flat.csv"
    file.write_text(HEAD + "Anthropic,coding,enterprise,2023-01,0\n")
    with pytest.raises(InputError, match="strength of its labs"):
        Scenario.load(world="minimal", strengths=file)
