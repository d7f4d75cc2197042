"""Every number of a memo is recomputed from the stored runs, and every number in its text is one of these."""

from __future__ import annotations

import re
from math import isnan
from pathlib import Path

import pytest
from again import Again, close
from conftest import Studies
from memo_studies import once

from experiments.memo.ledger import Said

NUMBER = re.compile(r"[+\u2212]?\d[\d\u00a0]*(?:\.\d+)?")
NOT_COUNTED = re.compile(
    r"`[^`]*`|!\[.*?\]\(.*?\)"
    r"|\d{4}-\d{2}(?:-\d{2})?|(?:the )?\d\d\u00a0% intervals?|the \d\d\u00a0%|\*\*(?:Table|Figure) \d+\.\*\*|R\d\b"
)
GENERATED = ("Bottom line", "Effects", "What drives the result", "Who gains, who loses", "What would change it")
FACTORS = tuple(sign * 10.0**power for power in (0, 2, -2, 3, -3, 6, -6, 9, -9) for sign in (1, -1))
NAMES = ("two", "ahead", "lone", *(pytest.param(name, marks=pytest.mark.slow) for name in ("drawn", "apart")))


def sections(text: str) -> dict[str, str]:
    """Return heading -> text."""
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tokens(text: str) -> list[str]:
    """Return the numbers of a text that are no date, name, code or number of a figure."""
    text = NOT_COUNTED.sub(" ", text).replace("\\", "")
    return [found.strip("\u00a0").lstrip("+\u2212") for found in NUMBER.findall(text)]


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_that_of_the_runs(name: str, at_home: Studies, tmp_path: Path) -> None:
    folder = at_home(name)
    _, ledger, _ = once(folder, tmp_path)
    again = Again(folder)
    assert len(ledger.said) > 20
    wrong = []
    for said in ledger.said:
        if said.table == "plan" and isnan(again.count(said.column)):
            continue  # counts of what is written, below
        found = again.value(said)
        if not close(said.value, found):
            wrong.append((said, found))
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_written_as_its_value(name: str, at_home: Studies, tmp_path: Path) -> None:
    _, ledger, _ = once(at_home(name), tmp_path)
    assert not [said for said in ledger.said if not rounded(said)]


def rounded(said: Said) -> bool:
    """Say whether the text is the value in some power of ten, to the last digit that is written."""
    text = said.written.replace("\u00a0", "").replace("\u2212", "-")
    if isnan(said.value):
        return False
    step = 10.0 ** -len(text.partition(".")[2])
    if said.column == "p_holm" and text == "0.001":
        return said.value < 0.001
    bound = said.column.endswith(("share", "agreement", "helps")) and text in ("1", "99")
    return bound or any(abs(float(text) - factor * said.value) <= 0.5001 * step for factor in FACTORS)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_the_text_is_in_the_ledger(name: str, at_home: Studies, tmp_path: Path) -> None:
    text, ledger, _ = once(at_home(name), tmp_path)
    found = sections(text)
    for heading in GENERATED:
        known = {said.written.lstrip("+\u2212") for said in ledger.said if said.section in (heading, "Figures")}
        strange = [token for token in tokens(found[heading]) if token not in known]
        assert not strange, (heading, strange)


def test_a_number_of_the_text_that_is_not_in_the_ledger_would_be_seen() -> None:
    text = "by 4.6 points (95\u00a0% interval 2.1 to \u22127.1) in 2030-12, `seeds=64`, **Table 1.** of 1\u00a0200"
    assert tokens(text) == ["4.6", "2.1", "7.1", "1\u00a0200"]
    assert not rounded(Said("", "4.7", "headline", "", "mean", 0.046))
    assert rounded(Said("", "4.6", "headline", "", "mean", 0.0461))


@pytest.mark.parametrize("name", NAMES)
def test_a_direction_is_claimed_only_where_the_interval_leaves_out_zero(
    name: str, at_home: Studies, tmp_path: Path
) -> None:
    folder = at_home(name)
    text, _, material = once(folder, tmp_path)
    again = Again(folder)
    lead = sections(text)["Bottom line"]
    for line in material.ranked:
        place = {key: str(line[key]) for key in ("policy", "future", "measure", "month")}
        low, high = (again.summary(again.gaps(place), end) for end in ("t_low", "t_high"))
        claimed = re.search(rf"{re.escape(line.policy)}(?:\*\*)? (raises|lowers)", lead)
        if claimed:
            assert low > 0 if claimed[1] == "raises" else high < 0
    assert not re.search(r"\bwill\b", "".join(sections(text)[heading] for heading in GENERATED))


def test_small_samples_are_said_to_be_small(at_home: Studies, tmp_path: Path) -> None:
    for name in ("two", "ahead"):
        lead = sections(once(at_home(name), tmp_path)[0])["Bottom line"]
        assert "small sample" in lead
    assert "One pair of runs has no interval" in sections(once(at_home("lone"), tmp_path)[0])["Bottom line"]
