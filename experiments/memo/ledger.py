"""Where each number of a memo comes from: the row and column of a table, and how it is written.

Text is written through a `Line`, a row of a table that writes its numbers the way the figures do and notes each in a
`Ledger`. The ledger goes beside the memo as ``numbers.csv``, so that every number can be found again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

from experiments.contrasts.words import noun
from experiments.figures.studies.words import MINUS, NARROW, Quantity, Scale, apart_from_zero, pretty

if TYPE_CHECKING:
    import pandas as pd

PLACES = (
    "policy", "future", "group", "actor", "measure", "month", "objective", "part", "lever", "mechanism", "parameter",
    "demand", "sign", "value", "row", "column", "side",
)  # fmt: skip
"""Columns that say which row of a table it is."""
COLUMNS = ("section", "written", "table", "row", "column", "value")
LEAST_P = 0.001
FINEST = 2
"""Decimals of levels beside a change that need no more."""


@dataclass(frozen=True)
class Said:
    """A number of the text.

    Attributes:
        section: heading under which it stands.
        written: the number as it is written, without its unit.
        table: of the comparison, or ``plan``.
        row: what finds the row in it.
        column: of the table.
        value: of the cell.
    """

    section: str
    written: str
    table: str
    row: str
    column: str
    value: float


@dataclass
class Ledger:
    """The numbers of a memo, in the order of the text.

    Attributes:
        section: heading under which the next numbers stand.
        said: the numbers.
    """

    section: str = ""
    said: list[Said] = field(default_factory=list)

    def note(self, written: str, table: str, row: str, column: str, value: float) -> str:
        """Note a number, and return it as it is written."""
        entry = Said(self.section, written, table, row, column, float(value))
        if entry not in self.said:
            self.said.append(entry)
        return written

    def count(self, number: int, what: str, *, row: str = "", one: str = "", many: str = "") -> str:
        """Return a count of the plan, with its noun if one is given."""
        written = self.note(f"{number:,}".replace(",", NARROW), "plan", row, what, number)
        return f"{written} {one if number == 1 else many or f'{one}s'}" if one else written

    def line(self, table: str, row: Mapping[Any, Any]) -> Line:
        """Return a row of a table, ready to be written."""
        return Line(self, table, {str(key): value for key, value in row.items()})

    def frame(self) -> pd.DataFrame:
        """Return the numbers as a table (``COLUMNS``)."""
        import pandas as pd

        rows = [(s.section, s.written, s.table, s.row, s.column, s.value) for s in self.said]
        return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True)
class Line:
    """A row of a table of a comparison, which writes its numbers and notes them.

    Attributes:
        ledger: where they are noted.
        table: name of the table.
        row: its cells by column.
    """

    ledger: Ledger
    table: str
    row: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.row[column]

    def number(self, column: str) -> float:
        """Return a cell as a number; NaN where there is none."""
        value = self.row.get(column)
        try:
            return float(value) if value is not None else float("nan")
        except (TypeError, ValueError):
            return float("nan")

    @property
    def policy(self) -> str:
        """The policy as it is read aloud."""
        return pretty(str(self.row["policy"]))

    @property
    def month(self) -> str:
        """Its month, YYYY-MM."""
        return str(self.row["month"])

    @property
    def noun(self) -> str:
        """Its measure as the object of a sentence."""
        return noun(str(self.row["measure"]))

    @property
    def quantity(self) -> Quantity:
        """Its measure, with its unit."""
        return Quantity.of(str(self.row["measure"]), str(self.row["unit"]))

    @property
    def ends(self) -> tuple[str, str]:
        """The columns of its interval."""
        return ("t_low", "t_high") if "t_low" in self.row else ("low", "high")

    @property
    def known(self) -> bool:
        """Whether it has an interval."""
        return isfinite(self.number(self.ends[0]))

    @property
    def zero(self) -> bool:
        """Whether no pair differs."""
        return self.number("zero_share") == 1.0

    @property
    def clear(self) -> bool:
        """Whether its interval leaves out zero."""
        low, high = (self.number(end) for end in self.ends)
        return not self.zero and (low > 0 or high < 0)

    @property
    def rises(self) -> bool:
        """Whether its mean is above zero."""
        return self.number("mean") > 0

    def place(self) -> str:
        """Return what finds the row in its table."""
        parts = [f"{name}={self.row[name]}" for name in PLACES if _named(self.row.get(name))]
        return "; ".join(parts)

    def note(self, written: str, column: str) -> str:
        """Note a number that somebody else wrote."""
        return self.ledger.note(written, self.table, self.place(), column, self.number(column))

    def scale(self) -> Scale:
        """Return how a mean and its interval are written: as in the figures, two digits of half the interval."""
        low, high = (self.number(end) for end in self.ends)
        half = (high - low) / 2 if isfinite(low) else None
        scale = self.quantity.change([v for v in (self.number("mean"), low, high) if isfinite(v)], half)
        return apart_from_zero(scale, low, high) if self.clear else scale

    def size(self) -> str:
        """Return the mean without its sign, with its unit."""
        scale = self.scale()
        self.note(scale.bare(abs(self.number("mean"))), "mean")
        return scale.text(abs(self.number("mean")))

    def change(self) -> str:
        """Return the mean with sign and unit."""
        scale = self.scale()
        self.note(scale.bare(self.number("mean"), signed=True), "mean")
        return scale.text(self.number("mean"), signed=True)

    def interval(self, *, signed: bool = True) -> str:
        """Return the interval: ``+2.1 to +7.1``; unsigned with the smaller end first."""
        scale, ends = self.scale(), list(self.ends)
        if not signed:
            ends.sort(key=lambda end: abs(self.number(end)))
        values = [self.number(end) if signed else abs(self.number(end)) for end in ends]
        texts = [scale.bare(value, signed=signed) for value in values]
        return " to ".join(self.note(text, end) for text, end in zip(texts, ends, strict=True))

    def cell(self) -> str:
        """Return the effect for a table: ``+4.6 (+2.1 to +7.1)``, with its unit."""
        if isnan(self.number("mean")):
            return "no value"
        if self.zero:
            return self.note("0", "mean") + " in every pair"
        interval = self.interval().replace(" ", NARROW) if self.known else ""
        return f"{self.change()} ({interval})" if interval else self.change()

    def level(self, column: str, *, beside: bool = False) -> str:
        """Return a level with its unit, in two or three digits; in one decimal more than the change ``beside`` it."""
        value = self.number(column)
        scale = self.quantity.level([value, value / 3])
        if beside and self.scale().factor == scale.factor:
            seen = self.scale().decimals
            scale = replace(scale, decimals=max(scale.decimals, min(seen + 1, FINEST), seen))
        self.note(scale.bare(value), column)
        return scale.text(value)

    def spread(self, column: str) -> str:
        """Return a standard deviation of differences, with its unit."""
        value = self.number(column)
        scale = self.quantity.change([value])
        self.note(scale.bare(value), column)
        return scale.text(value)

    def percent(self, column: str) -> str:
        """Return a share of pairs or runs; 0 and 100 only where it is so."""
        share = self.number(column)
        if isnan(share):
            return "–"
        if 0 < share < 0.01 or 0.99 < share < 1:
            written = self.note("1" if share < 0.5 else "99", column)
            return f"{'less' if share < 0.5 else 'more'} than {written}{NARROW}%"
        return self.note(f"{100 * share:.0f}", column) + f"{NARROW}%"

    def count(self, column: str, one: str = "", many: str = "") -> str:
        """Return a count, with its noun if one is given."""
        number = int(self.number(column))
        written = self.note(f"{number:,}".replace(",", NARROW), column)
        return f"{written} {one if number == 1 else many or f'{one}s'}" if one else written

    def plain(self, column: str, digits: int = 2, *, signed: bool = False) -> str:
        """Return a number without a unit, with some decimals."""
        value = self.number(column)
        text = f"{abs(value):.{digits}f}"
        sign = MINUS if value < 0 and float(text) else "+" if signed and value > 0 else ""
        return self.note(f"{sign}{text}", column)

    def p_value(self, column: str) -> str:
        """Return a p value: ``p = 0.03``."""
        value = self.number(column)
        if value < LEAST_P:
            return "p < " + self.note(f"{LEAST_P:g}", column)
        return "p = " + self.note(f"{value:.2g}", column)


def _named(value: Any) -> bool:
    return value is not None and str(value) not in ("", "nan", "<NA>")
