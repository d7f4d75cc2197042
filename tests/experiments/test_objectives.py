"""Perspectives: four ship, each adds up, and wrong ones are refused in one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.objectives import Objective, objective_files
from sim.errors import InputError
from sim.headlines import HEADLINES

ROW = '{measure: hhi, sign: "-", scale: 0.05, weight: 1.0, tag: A, reason: "no single supplier"}'


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["us", "cn", "allied", "nonaligned"])
def test_the_library(name: str) -> None:
    objective = Objective.load(name)
    assert objective.name == name in objective_files()
    assert objective.title and objective.reason
    assert len(objective.aims) >= 3
    assert sum(aim.weight for aim in objective.aims) == pytest.approx(1.0)
    assert all(aim.tag == "A" and aim.reason for aim in objective.aims)


def test_sides_disagree() -> None:
    us, cn = ({aim.measure: aim.sign for aim in Objective.load(name).aims} for name in ("us", "cn"))
    assert us["gap_months"] == -cn["gap_months"] == 1
    assert us["cn_token_share_outside_cn"] == -cn["cn_token_share_outside_cn"] == -1


def test_a_score_is_in_large_changes() -> None:
    us = Objective.load("us")
    before = dict.fromkeys(HEADLINES, 0.0)
    assert us.score(before, before) == 0
    assert us.score(before | {"gap_months": 3.0}, before) == pytest.approx(0.25)
    assert us.score(before | {"cn_token_share_outside_cn": 0.1}, before) == pytest.approx(-0.15)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("hhi", "hih", "'hhi'"),
        ('"-"', '"down"', "is no sign"),
        ("0.05", "0", "scale: 0 is not legal"),
        ("1.0", "-1", "weight: -1 is not legal"),
        ("1.0", "0.9", "sum to 0.9"),
        ("tag: A", "tag: Z", "no tag 'Z'"),
        ("tag: A", "tga: A", "'tag'"),
        ('"no single supplier"', '""', "reason"),
        ("measures", "measure", "'measures'"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = f"measures:\n  - {ROW}\n"
    assert Objective.load(write(tmp_path, text)).aims
    with pytest.raises(InputError) as caught:
        Objective.load(write(tmp_path, text.replace(old, new, 1)))
    assert words in str(caught.value)
    assert "mine.yaml:" in str(caught.value)


def test_an_empty_or_unknown_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no measure is named"):
        Objective.load(write(tmp_path, "measures: []\n"))
    with pytest.raises(InputError, match="stands twice"):
        Objective.load(write(tmp_path, f"measures:\n  - {ROW}\n  - {ROW}\n"))
    with pytest.raises(InputError, match="Did you mean 'allied'"):
        Objective.load("alied")
