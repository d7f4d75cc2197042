"""Tables as one workbook: a sheet a table, and a first sheet that says what it is. Equal tables give equal bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.contrasts.columns import COLUMNS, COUNT, FLAG, NUMBER, P_VALUE, SHARE, TEXT, TITLES
from experiments.folders import write_bytes
from sim.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    Format = Any
    Sheet = Any

CREATED = datetime(2026, 1, 1)
"""Written into every workbook in place of the time of day."""
FORMATS = {COUNT: "#,##0", SHARE: "0.000", NUMBER: "#,##0.0000", P_VALUE: "0.0000"}
ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""How a text starts that a spreadsheet would take for a formula when the cell is edited or exported."""
LONGEST_NAME, MOST_ROWS = 31, 1_048_575
NARROW, BROAD, SAMPLE = 8, 44, 200
ABOUT = "about"


def write_xlsx(path: Path, tables: Mapping[str, pd.DataFrame], about: Mapping[str, str]) -> None:
    """Write tables as a workbook at once.

    Args:
        path: of the file.
        tables: name of the sheet to the frame; text is never a formula, NaN is an empty cell.
        about: what the first sheet says, line by line: title, plan, how to reproduce it.

    Raises:
        InputError: a table has more rows than a sheet holds.
    """
    write_bytes(path, workbook(tables, about))


def workbook(tables: Mapping[str, pd.DataFrame], about: Mapping[str, str]) -> bytes:
    """Return the bytes of a workbook; arguments and errors as for ``write_xlsx``."""
    import xlsxwriter

    sink = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(sink, options)
    book.set_properties({"title": about.get("title", ""), "created": CREATED})
    styles = _Styles(book)
    names = sheet_names([ABOUT, *tables])
    _about(book.add_worksheet(names[0]), styles, about, dict(zip(tables, names[1:], strict=True)))
    for (table, frame), name in zip(tables.items(), names[1:], strict=True):
        if len(frame) > MOST_ROWS:
            message = f"the table has {len(frame)} rows, and a sheet holds {MOST_ROWS}"
            raise InputError(Problem(name, table, message, "fewer policies, futures or measures, or the CSV table"))
        _fill(book.add_worksheet(name), styles, table, frame)
    book.close()
    return sink.getvalue()


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Return legal names of sheets: 31 characters, none that Excel refuses, no start of a formula, each once."""
    found: list[str] = []
    for name in wanted:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("'") or "sheet"
        plain = "_" + plain[1:] if plain.startswith(ACTIVE) else plain
        plain = f"{plain}_" if plain.lower() == "history" else plain
        candidate, number = plain[:LONGEST_NAME], 1
        while candidate.lower() in {other.lower() for other in found}:
            number += 1
            candidate = f"{plain[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
        found.append(candidate)
    return found


class _Styles:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:
        self.kinds = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.quoted = book.add_format({"quote_prefix": True})

    def text(self, value: str, otherwise: Format = None) -> Format:
        """Return the format of a text: one that starts like a formula keeps its quote when it is edited."""
        return self.quoted if value.startswith(ACTIVE) else otherwise


def _about(sheet: Sheet, styles: _Styles, about: Mapping[str, str], tables: Mapping[str, str]) -> None:
    """Fill the first sheet: what it is, then each table and its columns."""
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 100)
    line = 0
    for key, value in about.items():
        form = styles.title if line == 0 else None
        _text(sheet, line, 0, key, styles.text(key, form))
        _text(sheet, line, 1, str(value), styles.text(str(value), form))
        line += 1
    line += 1
    for place, word in enumerate(("sheet", "column", "meaning")):
        sheet.write_string(line, place, word, styles.head)
    for table, name in tables.items():
        line += 1
        _text(sheet, line, 0, name, styles.text(name))
        _text(sheet, line, 2, TITLES.get(table, ""), None)
        for column, info in COLUMNS.get(table, {}).items():
            line += 1
            _text(sheet, line, 1, column, None)
            _text(sheet, line, 2, info.meaning, styles.text(info.meaning))


def _fill(sheet: Sheet, styles: _Styles, table: str, frame: pd.DataFrame) -> None:
    """Write a frame under a header that stays in sight."""
    sheet.freeze_panes(1, 0)
    declared = COLUMNS.get(table, {})
    for place, name in enumerate(map(str, frame.columns)):
        series = frame[frame.columns[place]]
        kind = declared[name].kind if name in declared else _kind(series)
        sheet.write_string(0, place, name, styles.head)
        sheet.set_column(place, place, _width(name, series, kind))
        _column(sheet, styles, place, series.astype(object).where(series.notna(), None).tolist(), kind)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _column(sheet: Sheet, styles: _Styles, place: int, values: list[Any], kind: str) -> None:
    style = styles.kinds.get(kind)
    for row, value in enumerate(values, 1):
        if value is None:
            continue
        if kind == FLAG:
            sheet.write_boolean(row, place, bool(value))
        elif kind == TEXT or isinstance(value, str):
            _text(sheet, row, place, str(value), styles.text(str(value)))
        elif value in (float("inf"), float("-inf")):
            sheet.write_string(row, place, "infinite" if value > 0 else "-infinite", styles.text("-"))
        else:
            sheet.write_number(row, place, value, style)


def _text(sheet: Sheet, row: int, column: int, value: str, form: Format) -> None:
    """Write a text as text; Excel holds 32,767 characters in a cell."""
    if value:
        sheet.write_string(row, column, value[:32_767], form)


def _kind(series: pd.Series[Any]) -> str:
    code = getattr(series.dtype, "kind", "O")
    return {"b": FLAG, "i": COUNT, "u": COUNT, "f": NUMBER}.get(code, TEXT)


def _width(name: str, series: pd.Series[Any], kind: str) -> float:
    """Return a width that shows the header and most values."""
    longest = max((len(str(value)) for value in series.head(SAMPLE)), default=0) if kind == TEXT else 10
    return float(min(BROAD, max(NARROW, len(name) + 2, longest + 1)))
