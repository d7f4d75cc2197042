"""Levers, policies and futures in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from verbs import rows_of, run

from experiments.info.sentences import record, sentence
from sim.policy import Policy


def test_levers_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["name"]: row for row in rows_of(capsys, "levers")}
    assert {row["phase"] for row in rows.values()} == {"demand", "release", "supply"}
    assert rows["chip_export_quota"]["high"] is None
    assert all(row["reason"] and row["expected_sign"] and row["headline_meaning"] for row in rows.values())
    page = run(capsys, "levers", "chip_export_quota")
    assert "lever.chip_export_quota.US.CN=.inf" in page
    assert "history plus the difference" in page
    assert "because" in page


def test_parts_and_no_limit_in_words(tmp_path: Path) -> None:
    values = {"content_review.CN": "{months: 6, refile: 1, scope: all}", "chip_export_quota.US.CN": ".inf"}
    first, second = Policy.from_levers(values).entries
    assert "to months 6, refile 1, scope all." in sentence(first)
    assert "to no limit." in sentence(second)
    assert record(second)["value"] == "inf"


def test_futures_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "policies", "closed_frontier_leap")
    assert "2027-06: capability jump, Anthropic, Google, OpenAI +10" in text
    assert "research.progress is 0.058 instead of" in run(capsys, "policies", "slow_scaling")
    assert "nothing but the trends" in run(capsys, "policies", "none")
    assert rows_of(capsys, "policies", "price_war")["shocks"][0]["kind"] == "price_war"
    assert "slow_scaling" in run(capsys, "policies")


def test_every_policy_can_be_put_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of(capsys, "policies")
    assert {"status_quo"} <= {row["name"] for row in rows}
    for row in rows:
        entries = rows_of(capsys, "policies", row["name"])["entries"]
        assert len(entries) == row["entries"]
        assert all(entry["sentence"].endswith((".", "]")) for entry in entries)


def test_status_quo_names_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    entries = rows_of(capsys, "policies", "status_quo")["entries"]
    assert all(entry["source"] for entry in entries)
    text = run(capsys, "policies", "status_quo")
    assert text.count("\n- ") == len(entries)


def test_policy_file_by_path(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\ntitle: a push\nquestion: what if\nentries:\n"
        "  - {from: 2025-07, until: 2026-06, actor: EU, lever: adoption_push, value: 0.1, source: me, tag: A}\n",
        encoding="utf-8",
    )
    text = run(capsys, "policies", str(path))
    assert "From 2025-07 to 2026-06, EU (European Union) sets adoption_push" in text
    assert "to 0.1 (1/yr, added to p_B)." in text
    assert "Source: me." in text


def test_sentence_of_lever_overrides() -> None:
    (entry,) = Policy.from_levers({"model_ban.US.CN": "0.5@2025-02"}).entries
    text = sentence(entry)
    assert text.startswith(
        "From 2025-02, US (United States) sets model_ban on developer CN to 0.5 (share of the class)."
    )
    assert record(entry)["target"] == {"developer": ["CN"]}
    (flag,) = Policy.from_levers({"hosting_localisation.IN.IN": "1@2025-01"}).entries
    assert " to on." in sentence(flag)
