"""The page says what the tables say, and explains where a rule is far better."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.validation import notes, verdicts
from experiments.validation.conduct import Result
from experiments.validation.page import LOSES, page
from experiments.validation.rules import RULES
from experiments.validation.verdicts import BEATEN

DOCS = Path(__file__).resolve().parents[3] / "docs"
ROW = re.compile(r"^\| `([^`]+)` \| \d+ \| (.+) \|$", re.MULTILINE)
NOTED = re.compile(r"^- `([^`]+)`: .*Missing mechanism: (.+)$", re.MULTILINE)


def forecasts(model: float, series: str = "ramp_firms/OpenAI", origins: int = 5) -> pd.DataFrame:
    """Return rows in which the model's CRPS is a multiple of that of frozen."""
    rows = []
    for kind in ("rolling", "conditional"):
        for k in range(origins):
            for name, crps in {"model": model, "frozen": 1.0, "drift": 2.0, "trend": 3.0}.items():
                rows.append({
                    "kind": kind, "family": "Ramp", "series": series, "scale": "share", "origin": f"2024-{k + 1:02d}",
                    "horizon": 12, "month": "2025-01", "observed_in": "2025-01", "forecaster": name, "value": 0.3,
                    "crps": crps * (1 + k / 10), "q05": 0.1, "q25": 0.2, "q50": 0.3, "q75": 0.4, "q95": 0.5,
                })  # fmt: skip
    return pd.DataFrame(rows)


def result(model: float) -> Result:
    rows = forecasts(model)
    skill = verdicts.skills(rows, 0)
    origins = pd.DataFrame([{"origin": "2024-01", "last_month": "2025-01", "targets": 1, "runs": 8, "kept": 2,
                             "effective_draws": 1.9}])  # fmt: skip
    return Result({
        "forecasts": rows, "skill": skill, "final": verdicts.paired(skill), "origins": origins,
        "judged": pd.DataFrame(list(verdicts.judged(skill))),
    })  # fmt: skip


def test_skills_of_known_scores() -> None:
    row = verdicts.skills(forecasts(0.5), 0).iloc[0]
    assert (row["skill"], row["best_rule"], row["n"], row["cover90"]) == (0.5, "frozen", 5, 1.0)
    assert row["low"] == pytest.approx(0.5)
    assert row["crps_trend"] == pytest.approx(3 * 1.2)


@pytest.mark.parametrize(("model", "met", "lost"), [(0.5, True, 0), (1.2, False, 0), (1.4, False, 2)])
def test_what_is_asked_of_forecasts(model: float, met: bool, lost: int) -> None:
    skill = verdicts.skills(forecasts(model), 0)
    judged = list(verdicts.judged(skill))
    assert [(row["family"], row["horizon"], row["positive"]) for row in judged] == [("Ramp", 12, met)] * 2
    assert len(verdicts.beaten(skill)) == lost
    text = page(result(model), {"Command": "`opengambit validate`"}, [])
    assert text.count("**met**") == (2 if met else 0)
    assert text.count("**not met**") == (0 if met else 2)
    assert len(NOTED.findall(text)) == (1 if lost else 0)


def test_the_page_has_every_number_of_the_final_table() -> None:
    found = result(0.5)
    text = page(found, {}, [("figures/validation_skill.png", "Skill")])
    assert "![Skill](figures/validation_skill.png)" in text
    assert (
        "| `ramp_firms/OpenAI` | 12 | +0.50 (+0.50 to +0.50) | frozen | 5 | +0.50 (+0.50 to +0.50) | frozen | 5 |"
        in text
    )


def test_one_kind_alone_makes_a_page() -> None:
    rows = forecasts(0.5)
    skill = verdicts.skills(rows[rows["kind"] == "rolling"], 0)
    final = verdicts.paired(skill)
    tables = result(0.5).tables | {"skill": skill, "final": final, "judged": pd.DataFrame(list(verdicts.judged(skill)))}
    text = page(Result(tables), {}, [])
    assert "conditional: skill" not in text
    assert "rolling: skill" in text
    assert "nan" not in text


def test_a_series_without_a_note_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert notes.MISSING in page(result(2.0), {}, [])
    monkeypatch.setitem(notes.NOTES, "ramp_firms/OpenAI", "firms do not wait.")
    assert NOTED.findall(page(result(2.0), {}, [])) == [("ramp_firms/OpenAI", "firms do not wait.")]


def test_no_model_reading_is_no_score() -> None:
    rows = forecasts(1.0)
    rows.loc[rows["forecaster"] == "model", "crps"] = np.nan
    skill = verdicts.skills(rows, 0)
    assert (skill["n"] == 0).all()
    assert list(verdicts.judged(skill)) == []
    assert verdicts.beaten(skill).empty
    assert set(RULES) == {"frozen", "drift", "trend"}


def published() -> str:
    path = DOCS / "validation.md"
    if not path.is_file():
        pytest.skip("there is no published page yet: opengambit validate --publish")
    return path.read_text(encoding="utf-8")


def test_the_published_page_explains_every_series_that_a_rule_forecasts_far_better() -> None:
    text = published()
    final = text[text.index("## Skill") : text.index(LOSES)]
    lost = set()
    for series, cells in ROW.findall(final):
        values = [float(cell.split(" ")[0]) for cell in cells.split(" | ")[::3] if cell[0] in "+-" and cell != "-"]
        if any(value < round(BEATEN, 2) for value in values):
            lost.add(series)
    noted = dict(NOTED.findall(text))
    assert lost <= set(noted), "each of them has a line"
    assert {series for series in noted if series not in notes.NOTES} == set(), "each has a note in notes.py"
    assert [series for series, said in noted.items() if said == notes.MISSING] == []


def test_the_images_of_the_published_page_are_there_and_light() -> None:
    images = re.findall(r"!\[[^]]*\]\(([^)]+)\)", published())
    assert images
    assert [name for name in images if not (DOCS / name).is_file()] == []
    assert [name for name in images if (DOCS / name).stat().st_size > 150_000] == []
