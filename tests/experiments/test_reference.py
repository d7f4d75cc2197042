"""The reference pages are made from the schema, and are up to date."""

from __future__ import annotations

import pytest

from experiments import reference
from sim.levers import LEVERS
from sim.parameters import catalogue


@pytest.mark.parametrize("name", ["parameters.md", "levers.md"])
def test_the_page_is_up_to_date(name: str) -> None:
    page = reference.DOCS / name
    assert page.read_text(encoding="utf-8") == reference.pages()[name], "run: python -m experiments.reference"


def test_nothing_is_left_out() -> None:
    pages = reference.pages()
    for info in catalogue():
        assert f"| `{info.path.split('.', 1)[1]}` |" in pages["parameters.md"]
    for name in LEVERS:
        assert f"### {name}\n" in pages["levers.md"]


def test_a_stale_page_is_found_and_renewed(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path_factory.mktemp("docs")
    monkeypatch.setattr(reference, "DOCS", docs)
    (docs / "levers.md").write_text("old\n", encoding="utf-8")
    assert reference.main(["--check"]) == 1
    assert "docs/levers.md is out of date" in capsys.readouterr().out
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
