"""Raw rows in, plain CSV out: reading, number format, provenance."""

from __future__ import annotations

import csv
import io
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.data import FOLDER
from sim.errors import InputError, Problem

Row = dict[str, str]

PROVENANCE = ("confidence", "note", "source_title", "source_url")
MODEL_DOCUMENT = "docs/model.md"


@dataclass(frozen=True)
class Table:
    """One processed table: file name, columns in order, rows of text."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, str]]

    def render(self) -> bytes:
        """Return the file as UTF-8 bytes with ``\\n`` line ends."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow([row.get(column, "") for column in self.columns])
        return buffer.getvalue().encode("utf-8")


@dataclass
class Raw:
    """The raw tables, each read once."""

    folder: Path = FOLDER / "raw"
    _cache: dict[str, list[Row]] = field(default_factory=dict)

    def table(self, name: str) -> list[Row]:
        """Return the rows of ``raw/<name>.csv``.

        Raises:
            InputError: if the file is not there (an installed package does not carry the raw tables).
        """
        if name not in self._cache:
            path = self.folder / f"{name}.csv"
            if not path.is_file():
                message = "the raw table is not there; the tables are built in a clone of the project"
                raise InputError(Problem(str(path), name, message))
            with path.open(encoding="utf-8", newline="") as file:
                self._cache[name] = list(csv.DictReader(file))
        return self._cache[name]


def number(value: float | str) -> str:
    """Return a number with at most six significant digits, whole numbers in full, empty text unchanged."""
    if isinstance(value, str):
        if not value.strip():
            return ""
        value = float(value)
    if value == int(value):
        return str(int(value))
    return format(value, ".6g")


def month_end(month: str) -> str:
    """Return the ISO date of the last day of a month (YYYY-MM)."""
    year, number_of_month = (int(part) for part in month.split("-"))
    return f"{month}-{monthrange(year, number_of_month)[1]:02d}"


def in_force(row: Mapping[str, str], month: str) -> bool:
    """Return whether a dated row (``from`` and ``until`` included) holds on the last day of a month."""
    end = month_end(month)
    return row["from"] <= end and (not row["until"] or row["until"] >= end)


def provenance(row: Mapping[str, str], **changes: str) -> Row:
    """Return confidence, note and source of a raw row, with ``changes`` laid over them."""
    return {column: row.get(column, "") for column in PROVENANCE} | changes


def assumed(note: str, section: str, confidence: str = "low") -> Row:
    """Return the provenance of a value that the model document assumes."""
    title = f"{MODEL_DOCUMENT}, section {section}: assumption [A]"
    return {"tag": "A", "confidence": confidence, "note": note, "source_title": title, "source_url": ""}


def joined_sources(rows: Iterable[Mapping[str, str]]) -> Row:
    """Return one provenance for a value derived from several rows: distinct titles and addresses, worst confidence."""
    seen = list(rows)
    order = {"high": 0, "medium": 1, "low": 2}
    titles = dict.fromkeys(row["source_title"] for row in seen if row["source_title"])
    addresses = dict.fromkeys(row["source_url"] for row in seen if row["source_url"])
    worst = max((row["confidence"] for row in seen), key=lambda text: order.get(text, 2), default="low")
    return {"confidence": worst, "source_title": "; ".join(titles), "source_url": " ".join(addresses)}
