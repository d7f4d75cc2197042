"""Illegal tables get one message that names file, row and column."""

from __future__ import annotations

import csv
import shutil
import time
from pathlib import Path

import pytest

from sim.data import FOLDER
from sim.data.check import MAX_PROBLEMS, SPECS, check_table, check_tables
from sim.errors import InputError
from sim.tables import read_table as table


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with the user's copy of the tables."""
    for name in SPECS:
        shutil.copy(FOLDER / f"{name}.csv", tmp_path / f"{name}.csv")
    return tmp_path


def change(folder: Path, name: str, row: int, column: str, value: str) -> None:
    """Overwrite one cell; ``row`` counts lines of the file, the header being 1."""
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


class TestBadInput:
    def test_good_tables_pass_quickly(self, own: Path) -> None:
        check_tables(own)
        begin = time.perf_counter()
        check_tables(own)
        assert time.perf_counter() - begin < 0.06 * 5  # 60 ms on an idle machine

    def test_negative_price(self, own: Path) -> None:
        change(own, "prices", 7, "price", "-1.5")
        with pytest.raises(InputError) as caught:
            check_tables(own)
        assert len(caught.value.problems) == 1
        assert str(caught.value) == (
            f"{own / 'prices.csv'} row 7: price: -1.5 is out of range; legal is a number of at least 0"
        )

    @pytest.mark.parametrize(
        ("name", "column", "value", "message"),
        [
            ("availability", "share", "1.2", "a share from 0 to 1"),
            ("promotions", "reach", "-0.1", "a share from 0 to 1"),
            ("host_prices", "price", "nan", "out of range"),
            ("rent", "usd_per_h100_hour", "cheap", "'cheap' is not a number"),
            ("prices", "from", "2025-02-30", "'2025-02-30' is not a date"),
            ("prices", "until", "20250101", "is not a date"),
            ("lines", "live_until", "2025-13", "is not a month"),
            ("availability", "from", "2025-01-01", "write the month as YYYY-MM"),
            ("models", "lab", "OpenAl", "Did you mean 'OpenAI'?"),
            ("models", "line", "no such line", "'no such line' is unknown"),
            ("host_prices", "model", "DeepSeek-V33", "Did you mean"),
            ("models", "q", "", "'' is not a number"),
            ("models", "licence", "free", "is not one of closed"),
            ("trust", "home", "XX", "'XX' is unknown"),
            ("regions", "gdp_share", "0.9", "add up to"),
            ("bans", "source_title", "", "the cell is empty"),
            ("fit", "tag", "Z", "is not one of V, D, L, A"),
        ],
    )
    def test_one_bad_cell(self, own: Path, name: str, column: str, value: str, message: str) -> None:
        change(own, name, 3, column, value)
        with pytest.raises(InputError) as caught:
            check_tables(own)
        problem = next(p for p in caught.value.problems if f"{name}.csv" in p.where)
        assert problem.key == column
        assert message in str(problem)
        with pytest.raises(InputError, match=f"{name}\\.csv"):
            check_table(name, own)

    def test_overlap(self, own: Path) -> None:
        rows = table("prices")
        index = next(i for i, row in enumerate(rows) if row["until"] and rows[i + 1]["model"] == row["model"])
        change(own, "prices", index + 2, "until", "")
        with pytest.raises(InputError, match=f"prices.csv row {index + 3}: from: .* overlaps row {index + 2}"):
            check_table("prices", own)

    def test_duplicate(self, own: Path) -> None:
        change(own, "rent", 3, "month", "2023-01")
        with pytest.raises(InputError, match=r"rent\.csv row 3: month: 2023-01 stands in row 2 too"):
            check_tables(own)

    def test_missing_table_column_and_encoding(self, own: Path) -> None:
        (own / "rent.csv").unlink()
        (own / "fit.csv").write_text("region,home\nUS,CN\n", encoding="utf-8")
        (own / "bans.csv").write_bytes(b"region,home\n\xff\xfe,CN\n")
        with pytest.raises(InputError) as caught:
            check_tables(own)
        text = str(caught.value)
        assert "rent.csv: rent: the table is missing" in text
        assert "fit.csv: fit: the column is missing" in text
        assert "bans.csv: bans: the table can't be read" in text

    def test_all_problems_at_once_but_not_without_end(self, own: Path) -> None:
        for row in range(2, 2 + MAX_PROBLEMS + 5):
            change(own, "prices", row, "price", "-1")
        change(own, "rent", 2, "usd_per_h100_hour", "-1")
        with pytest.raises(InputError) as caught:
            check_tables(own)
        text = str(caught.value)
        assert len(caught.value.problems) == MAX_PROBLEMS + 2
        assert "and 5 more problems" in text
        assert "rent.csv row 2" in text

    def test_one_table_alone_refers_to_the_shipped_ones(self, tmp_path: Path) -> None:
        shutil.copy(FOLDER / "prices.csv", tmp_path / "prices.csv")
        check_table("prices", tmp_path)
        change(tmp_path, "prices", 4, "model", "GPT-99 Ultra")
        with pytest.raises(InputError, match=r"prices\.csv row 4: model"):
            check_table("prices", tmp_path)
