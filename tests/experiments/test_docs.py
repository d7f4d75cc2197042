"""docs/model.md speaks of the parameters, levers and instruments that exist, with their values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from experiments.info.table import cell
from experiments.reality_page import MARKERS, renewed
from sim.instruments import INSTRUMENTS
from sim.levers import LEVERS
from sim.parameters import Parameters, catalogue
from sim.schema import walk

DOCS = Path(__file__).resolve().parents[2] / "docs"
MODEL = (DOCS / "model.md").read_text(encoding="utf-8")
SECTIONS = "|".join(dict.fromkeys(info.path.split(".")[0] for info in walk(Parameters)))
NAME = re.compile(rf"`((?:{SECTIONS})\.(?!csv)\w+)`")
DEFAULTS = {info.path: cell(info.default) for info in catalogue()}


def table_rows() -> list[tuple[list[str], list[str]]]:
    """Return names and defaults of the parameter tables."""
    rows = [line.strip("| ").split(" | ") for line in MODEL.splitlines() if line.startswith("|")]
    return [(NAME.findall(row[1]), row[2].split("; ")) for row in rows if len(row) == 4 and NAME.search(row[1])]


def test_every_parameter_is_in_the_specification() -> None:
    assert set(DEFAULTS) - set(NAME.findall(MODEL)) == set()


def test_the_specification_names_no_other_parameter() -> None:
    assert set(NAME.findall(MODEL)) - set(DEFAULTS) == set()


def test_the_tables_hold_the_defaults() -> None:
    rows = table_rows()
    assert len(rows) > 30
    wrong = [(names, values) for names, values in rows if [_plain(DEFAULTS[n]) for n in names] != _plains(values)]
    assert wrong == []


def _plains(values: list[str]) -> list[str]:
    return [_plain(value) for value in values]


def _plain(value: str) -> str:
    try:
        return f"{float(value):.6g}"
    except ValueError:
        return value


def test_acting_levers_are_named() -> None:
    section = MODEL[MODEL.index("## 6.") : MODEL.index("## 7.")]
    acting = {name for name, lever in LEVERS.items() if lever.phase != "supply"} - {"content_review"}
    assert {name for name in acting if f"`{name}`" not in section} == set()


def test_sources_are_listed() -> None:
    listed = {int(n) for n in re.findall(r"^(\d+)\. ", MODEL[MODEL.index("## 12.") :], re.MULTILINE)}
    tags = re.findall(r"\[V ([\d, ]+)\]", MODEL + " ".join(f"{info.tag}" for info in catalogue()))
    assert {int(n) for tag in tags for n in tag.replace(" ", "").split(",")} <= listed


def test_the_page_of_reality_has_its_tables() -> None:
    page = (DOCS / "reality.md").read_text(encoding="utf-8")
    blocks = {found[2]: found[0] for found in MARKERS.finditer(page)}
    assert set(blocks) == {"run", "instruments", "router_models", "router_months", "ramp_months", "levels"}
    named = set(re.findall(r"^\| `(\w+)` \|", blocks["instruments"], re.MULTILINE))
    assert named <= set(INSTRUMENTS)
    assert {"openrouter_token_share", "ramp_firms", "menlo_spend", "telemetry_deepseek", "vendor_switching"} <= named


def test_renewing_leaves_the_words() -> None:
    page = "before\n<!-- table: run -->\nold\n<!-- end of table -->\nafter\n"
    assert renewed(page, {"run": "new\n"}) == page.replace("old", "new")


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_parameters_that_pages_name_exist(page: Path) -> None:
    names = re.findall(rf"params\.((?:{SECTIONS})\.\w+)", page.read_text(encoding="utf-8"))
    assert set(names) - set(DEFAULTS) == set()
