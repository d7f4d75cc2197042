"""A memo as plain data: blocks that every format renders, and the inline markup that their texts may hold.

Texts know four marks: ```code```, ``**strong**``, ``*emphasis*`` and ``[text](https://...)``. All else is literal. A
mark that is not closed, or that stands inside a word, is literal too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeAlias

ALIGNS = ("left", "right", "center")
KINDS = ("body", "lead", "note")
TEXT_WIDTH = 16.6  # cm: A4 with margins of 2.2 cm
TALLEST = 20.5  # cm: a figure that leaves room for its caption on a page
UNDATED = date(1980, 1, 1)  # the first day that a zip archive can hold

_GAPS = re.compile(r"[ \t\r\n]+")
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INSIDE = r"(?:`[^`]+`|[^*`])+"
_ADDRESS = r"https?://[^\s()<>\"]+(?:\([^\s()<>\"]*\)[^\s()<>\"]*)*"
_MARK = re.compile(
    r"(?<!`)`(?P<code>[^`]+)`(?!`)"
    rf"|(?<![\w*])\*\*(?!\s)(?P<strong>{_INSIDE})(?<!\s)\*\*(?![\w*])"
    rf"|(?<![\w*])\*(?!\s)(?P<emphasis>{_INSIDE})(?<!\s)\*(?![\w*])"
    rf"|\[(?P<label>(?:`[^`]+`|[^\[\]`])+)\]\((?P<href>{_ADDRESS})\)"
)


@dataclass(frozen=True)
class Heading:
    """A heading below the title; ``level`` 1 to 3."""

    text: str
    level: int = 1

    def __post_init__(self) -> None:
        _one_of("level", self.level, (1, 2, 3))


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``kind`` body, lead (the bottom line, set larger) or note (small, grey)."""

    text: str
    kind: str = "body"

    def __post_init__(self) -> None:
        _one_of("kind", self.kind, KINDS)


@dataclass(frozen=True)
class Bullets:
    """A list; numbered lists start at 1."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, ``align`` left, right or center, and its width relative to the other columns'."""

    head: str
    align: str = "left"
    weight: float = 1.0

    def __post_init__(self) -> None:
        _one_of("align", self.align, ALIGNS)
        if not self.weight > 0:
            raise ValueError(f"weight is a width above 0, not {self.weight}")


@dataclass(frozen=True)
class Table:
    """A table at text width; one without a caption has no number."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.caption!r} has not {len(self.columns)} cells")

    @property
    def shares(self) -> tuple[float, ...]:
        """The columns' parts of the text width."""
        total = sum(column.weight for column in self.columns)
        return tuple(column.weight / total for column in self.columns)

    @property
    def short(self) -> bool:
        """Whether the table stays on one page."""
        letters = sum(len(cell) for row in self.rows for cell in row)
        return len(self.rows) <= 16 and letters <= 2400


@dataclass(frozen=True)
class Figure:
    """A figure; ``alt`` says what it shows, ``width`` is its part of the text width; no caption, no number."""

    caption: str
    alt: str
    png: Path
    svg: Path | None = None
    pdf: Path | None = None
    width: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.width <= 1:
            raise ValueError(f"width is a part of the text width, not {self.width}")

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that hold the figure."""
        return tuple(path for path in (self.png, self.svg, self.pdf) if path is not None)


@dataclass(frozen=True)
class Code:
    """Commands, one a line; every format shows them as :func:`experiments.memo.fold.fold` folds them."""

    text: str


@dataclass(frozen=True)
class Pairs:
    """Terms and what they are: the provenance."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Break:
    """A new page, where pages exist."""


Block: TypeAlias = Heading | Paragraph | Bullets | Table | Figure | Code | Pairs | Break


@dataclass(frozen=True)
class Memo:
    """A document.

    Attributes:
        title: its title.
        subtitle: the line below.
        blocks: its content, in order.
        facts: what made it, as metadata: id of run or study, ``version``, ``command``, ``created`` (YYYY-MM-DD).
    """

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def created(self) -> date:
        """The day in the facts; a fixed one if they name none, so that bytes repeat."""
        return date.fromisoformat(self.facts["created"]) if "created" in self.facts else UNDATED

    @property
    def imprint(self) -> str:
        """The short provenance of a page's foot."""
        facts = self.facts
        parts = (
            f"OpenGambit {facts.get('version', '')}".strip(),
            facts.get("study"),
            facts.get("run"),
            facts.get("created"),
        )
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Run:
    """A stretch of text of one style: plain, code, strong or emphasis; ``href`` if it is a link."""

    text: str
    style: str = "plain"
    href: str = ""


def runs(text: str) -> list[Run]:
    """Split a text at its inline markup; line breaks and rows of blanks become one blank.

    Where marks are nested, the inner one gives the style: in ``**a `b`**`` the second run is code.
    """
    return _split(_GAPS.sub(" ", printable(text)), "plain", "")


def plain(text: str) -> str:
    """Return the text without its markup."""
    return "".join(run.text for run in runs(text))


def printable(text: str) -> str:
    """Return the text without the control characters that no document can hold."""
    return _UNPRINTABLE.sub("", text)


def labelled(memo: Memo) -> Iterator[tuple[Block, str]]:
    """Yield each block with its label: ``Figure 1``, ``Table 1``, or nothing."""
    counts = {Figure: 0, Table: 0}
    for block in memo.blocks:
        label = ""
        if isinstance(block, Figure | Table) and block.caption:
            counts[type(block)] += 1
            label = f"{type(block).__name__} {counts[type(block)]}"
        yield block, label


def shown_width(figure: Figure) -> float:
    """Return the part of the text width at which a figure also fits the height of a page."""
    from PIL import Image

    with Image.open(figure.png) as image:
        wide, high = image.size
    return min(figure.width, TALLEST * wide / high / TEXT_WIDTH)


def _split(text: str, style: str, href: str) -> list[Run]:
    found: list[Run] = []
    end = 0
    for match in _MARK.finditer(text):
        found.append(Run(text[end : match.start()], style, href))
        found += _marked(match, style, href)
        end = match.end()
    return [run for run in [*found, Run(text[end:], style, href)] if run.text]


def _marked(match: re.Match[str], style: str, href: str) -> list[Run]:
    kind = match.lastgroup or ""
    if kind == "code":
        return [Run(match["code"], "code", href)]
    if kind == "href":
        return _split(match["label"], style, href or match["href"])
    return _split(match[kind], kind, href)


def _one_of(key: str, value: object, legal: tuple[object, ...]) -> None:
    if value not in legal:
        raise ValueError(f"{key} is one of {', '.join(map(str, legal))}, not {value!r}")
