"""Pinned results: a digest changes only with a line of the changelog that says why."""

from __future__ import annotations

import json

import numpy as np
import pytest
from renew import CHANGELOG, DIGESTS, HEADING, line, noted
from scenarios import SCENARIOS, digest, weighed

PINNED = json.loads(DIGESTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_result_is_the_pinned_one(name: str) -> None:
    why = 'results changed: if that is meant, run: python tests/golden/renew.py "why"'
    assert digest(SCENARIOS[name]()) == PINNED[name], why


def test_every_digest_has_its_line_in_the_changelog() -> None:
    rows = CHANGELOG.read_text(encoding="utf-8").splitlines()
    for name, found in PINNED.items():
        mine = [row for row in rows if row.startswith(line(name, found, "").rstrip())]
        assert mine and len(mine[0].split(": ", 1)[1].split()) >= 3, f"{name} has no reason in the changelog"


def test_nothing_is_pinned_that_is_not_run() -> None:
    assert list(PINNED) == list(SCENARIOS)


def test_nine_digits_count() -> None:
    table = np.array([1.0, 123456789.4, -2.5e-300, 0.0, -0.0, np.nan])
    assert weighed(table) == weighed(table * (1 + 1e-13))
    assert weighed(table) != weighed(table * (1 + 1e-7))


def test_cells_that_change_places_count() -> None:
    assert weighed(np.array([1.0, 2.0, 3.0])) != weighed(np.array([1.0, 3.0, 2.0]))


def test_another_seed_has_another_digest() -> None:
    scenario = SCENARIOS["history"]()
    assert digest(scenario, seed=2) != PINNED["history"]


def test_renewing_replaces_the_line_of_a_scenario() -> None:
    text = "# Changelog\n\n## 0.2.0\n\nWords.\n\n## 0.1.0\n\nOlder.\n"
    once = noted(text, [line("history", "a" * 64, "it is the first one")])
    assert once.index(HEADING) < once.index("## 0.1.0") and "Older." in once
    twice = noted(once, [line("history", "b" * 64, "prices are better")])
    assert "aaaaaaaaaaaa" not in twice and twice.count("`history`") == 1 and twice.count(HEADING) == 1
