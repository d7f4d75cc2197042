"""A memo with every block, figures of its own, and texts that try each format."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from experiments.memo.blocks import (
    Break,
    Bullets,
    Code,
    Column,
    Figure,
    Heading,
    Memo,
    Pairs,
    Paragraph,
    Table,
)

FACTS = {
    "run": "c8c6a866",
    "version": "0.1.0",
    "created": "2026-01-05",
    "command": "opengambit run --story 'a=(1)' \\ <é>",
}
SPECIALS = "< > & # $ @ _ * \\ ~ ^ % {} [x] | \" ' ` -- ... /* // = + ! a_b <b>no tag</b> &amp; $x$ #let http://x.org/a"
LONG_COMMAND = (
    "opengambit compare 'policies=[" + ",".join(["us_open_push", "cn_goes_closed"] * 8) + "]' " + "seeds=32 " * 6
)

# Any text that a document can hold, rich in what formats take for markup of their own.
LITERAL = "aB1 é中−\u00a0\"'()<>&#$@_\\~^%{}|!?.,:;/=+-"
literals = st.text(st.sampled_from(LITERAL), max_size=40) | st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Z"), exclude_characters="`*[\ufffe\uffff"), max_size=12
)
marked = st.text(st.sampled_from(LITERAL + "`*[]" * 5), max_size=40)


def figures(folder: Path) -> tuple[Path, Path]:
    """Write a figure, wide and low, as PNG and as SVG with text."""
    from PIL import Image

    png, svg = folder / "a figure.png", folder / "a figure.svg"
    Image.new("RGB", (640, 320), "#0072B2").save(png)
    svg.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="320"><text id="t" x="9" y="99">GPT</text></svg>',
        encoding="utf-8",
    )
    return png, svg


def table(rows: int = 3, columns: int = 3, caption: str = "What came *out*") -> Table:
    """Return a table, text on the left and numbers on the right."""
    heads = (Column("Policy", weight=2), *(Column(f"Share {i}, %", "right") for i in range(1, columns)))
    cells = tuple((f"`policy_{row}` | b", *(f"{row}.{i}" for i in range(1, columns))) for row in range(rows))
    return Table(caption, heads, cells, "Note of the table.")


def sample(folder: Path) -> Memo:
    """Return a memo with every block."""
    png, svg = figures(folder)
    return Memo(
        "What *if*? <A & B>",
        "A memo on `cn_goes_closed`",
        (
            Paragraph("Open weights lose **11 points**.", "lead"),
            Heading("Asked & answered"),
            Paragraph(f"See [the guide](https://example.org/a?b=1&c=2), in *short*. {SPECIALS}"),
            Bullets(("One", "**Two**")),
            Figure("The first.", 'Shares "fall" & rise', png, svg),
            Heading("Below", 2),
            table(),
            Paragraph("A note.", "note"),
            Break(),
            Heading("Asked & answered"),
            Bullets(("First", "Second"), numbered=True),
            table(60, 9, "A long one"),
            Bullets(("First again",), numbered=True),
            Figure("The second.", "Narrow", png, width=0.5),
            Code(f"# again\n{LONG_COMMAND}"),
            Pairs((("Study", "c8c6a866"), ("Code", "3df8" * 24))),
        ),
        FACTS,
    )
