"""The workbook: text stays text, equal tables give equal bytes, and the file is whole or not there."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest

from experiments.contrasts import write_xlsx
from experiments.contrasts.book import sheet_names, workbook
from sim.errors import InputError

NAN = float("nan")
SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FRAME = pd.DataFrame(
    {"text": ["=1+1", "+x", "-y", "@z", "plain", ""], "value": [1.5, NAN, -2.0, 0.0, float("inf"), 1e-9],
     "count": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"), "flag": [True, False] * 3}
)  # fmt: skip
ABOUT = {"title": "quota against status_quo", "to make it again": "=cmd|' /C calc'!A0"}


def cells(content: bytes, number: int):
    """Return cell name to (type, value, formula) of a sheet, and the shared strings."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        strings = ["".join(item.itertext()) for item in shared]
        sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    found = {}
    for cell in sheet.iter(f"{SPACE}c"):
        value = cell.find(f"{SPACE}v")
        text = None if value is None else value.text
        text = strings[int(text)] if cell.get("t") == "s" else text
        found[cell.get("r")] = (cell.get("t"), text, cell.find(f"{SPACE}f"))
    return found, sheet


def test_text_is_never_a_formula():
    content = workbook({"mine": FRAME}, ABOUT)
    for number in (1, 2):
        found, _ = cells(content, number)
        assert all(formula is None for _, _, formula in found.values())
    found, _ = cells(content, 2)
    assert [found[f"A{row}"][1] for row in range(2, 7)] == ["=1+1", "+x", "-y", "@z", "plain"]
    assert {found[f"A{row}"][0] for row in range(2, 7)} == {"s"}
    assert b'quotePrefix="1"' in zipfile.ZipFile(io.BytesIO(content)).read("xl/styles.xml")


def test_values_keep_their_kind_and_nothing_is_an_empty_cell():
    found, sheet = cells(workbook({"mine": FRAME}, ABOUT), 2)
    assert (found["B2"][1], found["B4"][1], found["B7"][1]) == ("1.5", "-2", "1E-09")
    assert "B3" not in found and "C3" not in found and "A7" not in found
    assert found["B6"][1] == "infinite"
    assert found["D2"][:2] == ("b", "1")
    pane = next(sheet.iter(f"{SPACE}pane"))
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")


def test_the_first_sheet_says_what_it_is():
    found, _ = cells(workbook({"regret": pd.DataFrame({"objective": ["us"]})}, ABOUT), 1)
    texts = [text for _, text, _ in found.values()]
    assert texts[:4] == ["title", "quota against status_quo", "to make it again", "=cmd|' /C calc'!A0"]
    assert "Regret by future: best score less own" in texts


def test_equal_tables_give_equal_bytes_and_the_file_appears_at_once(tmp_path):
    path = tmp_path / "deep" / "tables.xlsx"
    write_xlsx(path, {"mine": FRAME}, ABOUT)
    assert path.read_bytes() == workbook({"mine": FRAME.copy()}, ABOUT)
    assert [item.name for item in path.parent.iterdir()] == ["tables.xlsx"]
    assert path.read_bytes() != workbook({"mine": FRAME.head(2)}, ABOUT)


def test_names_of_sheets_are_legal_and_each_once():
    wanted = ["about", "=a", "a/b:c", "x" * 40, "X" * 40, "history", "''", "About"]
    names = sheet_names(wanted)
    assert names == ["about", "_a", "a_b_c", "x" * 31, "X" * 29 + "_2", "history_", "sheet", "About_2"]


def test_an_empty_table_has_its_header():
    found, _ = cells(workbook({"game": pd.DataFrame({"row": [], "mean": []})}, ABOUT), 2)
    assert [found[name][1] for name in ("A1", "B1")] == ["row", "mean"]


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr("experiments.contrasts.book.MOST_ROWS", 5)
    with pytest.raises(InputError, match="a sheet holds 5"):
        workbook({"mine": FRAME}, ABOUT)
