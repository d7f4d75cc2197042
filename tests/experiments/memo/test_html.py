"""A memo as HTML, read back by an HTML parser."""

from __future__ import annotations

import json
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import example, given
from memo_sample import FACTS, SPECIALS, literals, marked, sample

from experiments.memo import html
from experiments.memo.blocks import Bullets, Column, Memo, Paragraph, Table, plain
from experiments.memo.fold import fold

VOID = {"meta", "img", "col", "br", "hr", "link"}


class Page(HTMLParser):
    """What a page holds: tags with their attributes, and the text inside each element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[int] = []
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))
        if tag not in VOID:
            self.open.append(len(self.found) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.found[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for number in self.open:
            self.found[number][2].append(data)

    def all(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        """Return attributes and text of the elements of one kind."""
        return [(attributes, "".join(text)) for name, attributes, text in self.found if name == tag]


def page(memo: Memo) -> Page:
    return Page(html.render(memo))


@given(literals | marked)
@example(SPECIALS)
def test_text_comes_out_as_typed(text: str) -> None:
    memo = Memo(text, "", (Paragraph(text), Bullets((text,)), Table("", (Column(text),), ((text,),), text)))
    found = page(memo)
    for tag in ("title", "h1", "p", "li", "th", "td"):
        assert {shown for _, shown in found.all(tag)} == {plain(text)}


def test_nothing_is_fetched(tmp_path: Path) -> None:
    found = page(sample(tmp_path))
    assert {name for name, *_ in found.found}.isdisjoint({"script", "link", "iframe", "object", "svg"})
    assert all(str(attributes["src"]).startswith("data:image/") for attributes, _ in found.all("img"))
    styles = found.all("style")[0][1]
    assert "url(" not in styles
    assert "@import" not in styles
    assert [attributes["href"] for attributes, _ in found.all("a")] == ["https://example.org/a?b=1&c=2"]


def test_figures_are_vectors_where_there_are_any(tmp_path: Path) -> None:
    memo = sample(tmp_path)
    first, second = (attributes for attributes, _ in page(memo).all("img"))
    assert b64decode(str(first["src"]).partition("base64,")[2]) == memo.blocks[4].svg.read_bytes()  # type: ignore[union-attr]
    assert str(second["src"]).startswith("data:image/png;base64,")
    assert first["alt"] == 'Shares "fall" & rise'
    assert (first["style"], second["style"]) == ("width:100.00%", "width:50.00%")


def test_structure_says_what_is_what(tmp_path: Path) -> None:
    memo = sample(tmp_path)
    found = page(memo)
    assert found.all("html")[0][0] == {"lang": "en"}
    assert [text for _, text in found.all("figcaption")] == ["Figure 1. The first.", "Figure 2. The second."]
    assert [text for _, text in found.all("caption")] == ["Table 1. What came out", "Table 2. A long one"]
    assert {attributes.get("scope") for attributes, _ in found.all("th")} == {"col"}
    assert [attributes["id"] for attributes, _ in found.all("h2")] == ["asked-answered", "asked-answered-2"]
    assert found.all("pre")[0][1] == fold(memo.blocks[14].text)  # type: ignore[union-attr]
    assert len(found.all("dt")) == len(found.all("dd")) == 2
    assert found.all("footer")[0][1] == memo.imprint


def test_ids_are_unique(tmp_path: Path) -> None:
    ids = [attributes["id"] for _, attributes, _ in page(sample(tmp_path)).found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_provenance_is_inside(tmp_path: Path) -> None:
    path = tmp_path / "memo.html"
    path.write_text(html.render(sample(tmp_path)), encoding="utf-8")
    assert json.loads(html.provenance(path) or "") == FACTS
    carried = [
        attributes for attributes, _ in page(sample(tmp_path)).all("meta") if attributes.get("name") == "opengambit"
    ]
    assert json.loads(str(carried[0]["content"])) == FACTS
