"""A memo as one HTML file that needs nothing beside it: styles inside, figures as data."""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape, unescape
from importlib.resources import files
from pathlib import Path

from experiments.memo.blocks import (
    Block,
    Break,
    Bullets,
    Code,
    Column,
    Figure,
    Heading,
    Memo,
    Pairs,
    Paragraph,
    Run,
    Table,
    labelled,
    plain,
    printable,
    runs,
    shown_width,
)
from experiments.memo.fold import fold
from experiments.provenance import KEY, to_json

TAGS = {"code": "code", "strong": "strong", "emphasis": "em"}
NARROWEST = 4.2  # rem a column, below which a table scrolls sideways
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def render(memo: Memo) -> str:
    """Return the memo as HTML: no script, nothing fetched, figures as data URIs of their SVG, or else of their PNG."""
    used: dict[str, int] = {}
    body = "\n".join(_block(block, label, used) for block, label in labelled(memo))
    subtitle = f'<p class="subtitle">{_inline(memo.subtitle)}</p>' if memo.subtitle else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{escape(plain(memo.title))}</title>
<meta name="{KEY}" content="{escape(to_json(memo.facts))}">
<style>
{files("experiments.memo").joinpath("html.css").read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<header>
<h1>{_inline(memo.title)}</h1>
{subtitle}
</header>
{body}
</main>
<footer>{escape(printable(memo.imprint), quote=False)}</footer>
</body>
</html>
"""


def provenance(path: Path) -> str | None:
    """Return the facts that an HTML file carries, as JSON."""
    found = re.search(rf'<meta name="{KEY}" content="([^"]*)">', path.read_text(encoding="utf-8"))
    return unescape(found[1]) if found else None


def _block(block: Block, label: str, used: dict[str, int]) -> str:  # noqa: PLR0911
    match block:
        case Heading():
            tag = f"h{block.level + 1}"
            return f'<{tag} id="{_anchor(block.text, used)}">{_inline(block.text)}</{tag}>'
        case Paragraph():
            return f'<p class="{block.kind}">{_inline(block.text)}</p>'
        case Bullets():
            tag = "ol" if block.numbered else "ul"
            return f"<{tag}>\n" + "\n".join(f"<li>{_inline(item)}</li>" for item in block.items) + f"\n</{tag}>"
        case Pairs():
            rows = (f"<dt>{_inline(term)}</dt><dd>{_inline(text)}</dd>" for term, text in block.items)
            return "<dl>\n" + "\n".join(rows) + "\n</dl>"
        case Code():
            return f'<pre tabindex="0"><code>{escape(fold(block.text), quote=False)}</code></pre>'
        case Table():
            return _table(block, label)
        case Figure():
            return _figure(block, label)
        case Break():
            return '<div class="break"></div>'


def _table(block: Table, label: str) -> str:
    caption = f"<caption>{_caption(block.caption, label)}</caption>\n" if block.caption else ""
    widths = "".join(f'<col style="width:{share:.2%}">' for share in block.shares)
    heads = "".join(f'<th scope="col"{_side(column)}>{_inline(column.head)}</th>' for column in block.columns)
    rows = "\n".join(_row(row, block.columns) for row in block.rows)
    note = f'\n<p class="note">{_inline(block.note)}</p>' if block.note else ""
    name = escape(plain(block.caption) or "Table")
    short = " short" if block.short else ""
    return (
        f'<div class="table{short}">\n<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n'
        f'<table{_id(label)} style="min-width:{NARROWEST * len(block.columns):.1f}rem">\n{caption}'
        f"<colgroup>{widths}</colgroup>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        f"</div>{note}\n</div>"
    )


def _row(cells: tuple[str, ...], columns: tuple[Column, ...]) -> str:
    pairs = zip(cells, columns, strict=True)
    return "<tr>" + "".join(f"<td{_side(column)}>{_inline(cell)}</td>" for cell, column in pairs) + "</tr>"


def _side(column: Column) -> str:
    return "" if column.align == "left" else f' class="{column.align}"'


def _figure(block: Figure, label: str) -> str:
    caption = f"\n<figcaption>{_caption(block.caption, label)}</figcaption>" if block.caption else ""
    image = f'<img src="{_data(block)}" alt="{escape(plain(block.alt))}" style="width:{shown_width(block):.2%}">'
    return f"<figure{_id(label)}>\n{image}{caption}\n</figure>"


def _data(block: Figure) -> str:
    path, kind = (block.png, "png") if block.svg is None else (block.svg, "svg+xml")
    return f"data:image/{kind};base64,{b64encode(path.read_bytes()).decode()}"


def _id(label: str) -> str:
    return f' id="{label.lower().replace(" ", "-")}"' if label else ""


def _caption(caption: str, label: str) -> str:
    return f"<b>{label}.</b> {_inline(caption)}"


def _anchor(text: str, used: dict[str, int]) -> str:
    """Return a heading's id: its words; a number on from the second of the same words."""
    anchor = "-".join(re.findall(r"\w+", plain(text).lower())) or "section"
    used[anchor] = used.get(anchor, 0) + 1
    return anchor if used[anchor] == 1 else f"{anchor}-{used[anchor]}"


def _inline(text: str) -> str:
    return "".join(_run(run) for run in runs(text))


def _run(run: Run) -> str:
    text = escape(run.text, quote=False)
    if run.style in TAGS:
        text = f"<{TAGS[run.style]}>{text}</{TAGS[run.style]}>"
    return f'<a href="{escape(run.href)}">{text}</a>' if run.href else text
