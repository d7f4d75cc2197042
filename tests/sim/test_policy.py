"""Policies: the reader refuses what is wrong, and the library accounts for the record."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from policies import BAN, LIBRARY, ROOT, entry, policy, write

from sim.errors import InputError
from sim.policy import Policy, policy_files
from sim.scenario import Scenario

RAW = ROOT / "sim" / "data" / "raw"

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({**BAN, "lever": "procurment_ban"}, "no lever 'procurment_ban'", "'procurement_ban'"),
    ({**BAN, "actor": "OpenAI"}, "OpenAI can't set procurement_ban", "the government of any region"),
    ({**BAN, "actor": "EUU"}, "no actor 'EUU'", "'EU'"),
    ({**BAN, "target": {"developer": "DeapSeek"}}, "no developer 'DeapSeek'", "'DeepSeek'"),
    ({**BAN, "target": {"developer": "AI21 Labs"}}, "pooled", "Other (OTH)"),
    ({**BAN, "target": {"developer": "CN", "channel": "B"}}, "no channel 'B'", "A (or own), H, S"),
    ({**BAN, "target": {"developr": "CN"}}, "no target key 'developr'", "'developer'"),
    ({**BAN, "target": {"channel": "A"}}, "needs developer", "Legal"),
    ({**BAN, "value": 1.5}, "1.5 is not a legal value", "0 to 1"),
    ({**BAN, "value": "much"}, "'much' is not a legal value", "0 to 1"),
    ({**BAN, "share": 2}, "2 is not a share", "0 to 1"),
    ({**BAN, "start": "2025-13"}, "'2025-13' is not a date", "YYYY-MM"),
    ({**BAN, "start": "2025-02-30"}, "'2025-02-30' is not a date", "YYYY-MM"),
    ({**BAN, "start": "2025-05", "until": "2025-04"}, "ends (2025-04) before it starts", "Legal"),
    ({**BAN, "valeu": 1}, "no such key", "'value'"),
    ({**BAN, "unit": "utils"}, "not in 'utils'", "share of the public class"),
    ({**BAN, "tag": "Z"}, "no tag 'Z'", "V, D, L, A"),
    ({"actor": "EU", "lever": "procurement_ban", "target": "CN"}, "missing", "value"),
    ({"actor": "US", "lever": "chip_export_quota", "target": "CN", "value": -1}, "-1 is not", "0 or more"),
    ({"actor": "CN", "lever": "chip_export_quota", "target": "CN", "value": 1}, "CN can't set", "government of US"),
    ({"actor": "EU", "lever": "hosting_localisation", "target": "US", "value": True}, "for itself only", "EU"),
    ({"actor": "EU", "lever": "hosting_localisation", "value": True, "share": 0.5}, "all or nothing", "1"),
    ({"actor": "OpenAI", "lever": "api_access_block", "value": True}, "names the users", "region codes"),
    ({"actor": "US", "lever": "release_mode", "target": "DeepSeek", "value": "closed"}, "for DeepSeek", "OpenAI"),
    ({"actor": "US", "lever": "release_mode", "value": "opne"}, "'opne' is not a legal value", "closed, open"),
    ({"actor": "US", "lever": "chip_export_quota", "target": "EU", "value": 1}, "says nothing of EU", "Legal: CN"),
    ({"actor": "US", "lever": "chip_export_to_third_countries", "target": "CN", "value": 1}, "says nothing", "GULF"),
    ({"actor": "JP", "lever": "fab_subsidy", "value": 0.01}, "JP can't set fab_subsidy", "government of CN"),
    ({"actor": "CN", "lever": "partner_programme", "target": "CN", "value": 0.1}, "no partner of its own", "abroad"),
    ({"actor": "EU", "lever": "partner_programme", "target": "SEA", "value": 0.1}, "no chip supplier", "{trust:"),
    (
        {"actor": "CN", "lever": "partner_programme", "target": "SEA", "value": {"chips": 2}},
        "not a legal value",
        "chips: 0 to 1",
    ),
    ({"actor": "CN", "lever": "content_review", "value": {"scope": "some"}}, "not a legal", "domestic or all"),
    ({"actor": "CN", "lever": "content_review", "value": {"mnths": 3}}, "not a legal value", "months: 0 to 12"),
    ({"actor": "CN", "lever": "science_sharing", "target": "IN", "value": 0.1}, "says nothing of IN", "world"),
    ({"actor": "US", "lever": "chip_export_quota", "target": "CN", "value": 1, "share": 0.5}, "all or nothing", "1"),
    (
        {"actor": "AL", "lever": "offshore_cloud_access", "target": "CN", "value": 0},
        "two governments",
        "one government",
    ),
    ({"actor": "DeepSeek", "lever": "release_withheld", "target": "DeepSeek-R2"}, "no model", "DeepSeek-R1"),
    (
        {"actor": "DeepSeek", "lever": "release_withheld", "target": "DeepSeek-R1", "start": "2025-03"},
        "released in 2025-01",
        "dates around the release",
    ),
    ({"actor": "OpenAI", "lever": "release_scheduled", "value": {"model": "X"}}, "missing", "active_b"),
]


@pytest.mark.parametrize(("wrong", "message", "help_"), REFUSED, ids=[case[1] for case in REFUSED])
def test_a_wrong_entry_is_refused(tmp_path: Path, wrong: dict[str, Any], message: str, help_: str) -> None:
    with pytest.raises(InputError) as caught:
        policy(tmp_path, wrong)
    text = str(caught.value)
    assert message in text
    assert help_ in text
    assert "mine.yaml:3" in text


def test_all_problems_of_a_file_come_at_once_with_their_lines(tmp_path: Path) -> None:
    text = (
        "nmae: x\n"
        "entries:\n"
        "  - actor: EU\n"
        "    lever: procurement_bann\n"
        "    value: 1\n"
        "  - actor: Anthropic\n"
        "    lever: model_ban\n"
        "    target: {developer: CN, class: publik}\n"
        "    value: 2\n"
        "    from: 2025-06\n"
        "    until: 2025-01\n"
    )
    with pytest.raises(InputError) as caught:
        Policy.load(write(tmp_path, text))
    assert str(caught.value).startswith(str(tmp_path))
    assert "mine.yaml:1: nmae" in str(caught.value)

    with pytest.raises(InputError) as caught:
        Policy.load(write(tmp_path, text.replace("nmae", "name")))
    places = {(p.where.rsplit(":", 1)[1], p.key) for p in caught.value.problems}
    assert places == {("4", "lever"), ("6", "actor"), ("8", "target.class"), ("9", "value"), ("11", "until")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("entries: [", "not YAML"),
        ("- a\n", "a mapping"),
        ("name: x\n", "entries: this key is missing"),
        ("entries: 3\n", "must be a list"),
        ("entries:\n  - 3\n", "an entry is a mapping"),
        ("base: nothing\nentries: []\n", "'nothing' is no base"),
        ("starts: later\nentries: []\n", "'later' is not a start"),
        ("entries:\n  - {actor: EU, actor: EU, lever: adoption_push, value: 0}\n", "stands twice"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        Policy.load(write(tmp_path, text))


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (("2025-01", "2025-06"), ("2025-06", None), True),
        (("2025-01", "2025-06"), ("2025-07", None), False),
        (("2025-01-01", "2025-06-14"), ("2025-06-15", None), False),
        (("2025-01", None), ("2026-01", "2026-02"), True),
        ((None, None), (None, None), True),
    ],
)
def test_overlapping_dates(tmp_path: Path, first: tuple[str, str], second: tuple[str, str], clash: bool) -> None:
    rows = [{**BAN, **{key: day for key, day in (("start", a), ("until", b)) if day}} for a, b in (first, second)]
    if clash:
        with pytest.raises(InputError, match=r"mine\.yaml:4: from: EU sets procurement_ban on developer CN"):
            policy(tmp_path, *rows)
    else:
        assert len(policy(tmp_path, *rows).entries) == 2


def test_other_targets_do_not_overlap(tmp_path: Path) -> None:
    rows = [{**BAN, "target": {"developer": name}} for name in ("CN", "DeepSeek")]
    assert len(policy(tmp_path, *rows).entries) == 2


def test_unknown_policy_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean 'hosting_localisation'"):
        Policy.load("hosting_localization")
    with pytest.raises(InputError, match="no such file"):
        Policy.load(tmp_path / "none.yaml")


def test_the_working_folder_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf" / "policy").mkdir(parents=True)
    write(tmp_path / "conf" / "policy", "title: mine\nentries: []\n", "api_cutoff")
    assert Policy.load("api_cutoff").title == "mine"
    assert {"status_quo", "hosting_localisation"} <= set(policy_files())


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_the_library(path: Path) -> None:
    loaded = Policy.load(path)
    assert loaded.names == (path.stem,)
    assert loaded.title and loaded.question.endswith("?") and loaded.reason
    assert loaded.entries
    assert all(item.source and item.note for item in loaded.entries)


def test_the_library_is_complete() -> None:
    wanted = {
        *("status_quo", "expected_policy", "no_chip_controls", "no_chip_controls_2022", "total_chip_ban"),
        *("tight_enforcement", "h200_exports", "cn_refuses_imports", "us_open_push", "us_all_closed"),
        *("us_weights_export_ban", "cn_goes_closed", "cn_open_mandate", "allied_procurement_ban"),
        *("hosting_localisation", "api_cutoff", "megaproject", "circle_of_friends", "science_sharing"),
        *("content_rules_relaxed", "no_gpt_oss", "no_deepseek_r1"),
    }
    assert wanted <= {path.stem for path in LIBRARY}


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_every_policy_of_the_library_makes_a_scenario(path: Path) -> None:
    assert not [note for note in Scenario.load(path.stem, horizon="2030-12").notes if "changes nothing" in note]


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("tool_and_memory_controls.US.CN", "tool_and_memory_controls.JP.CN", True),
        ("offshore_cloud_access.US.CN", "offshore_cloud_access.GULF.CN", True),
        ("science_sharing.US.world", "science_sharing.EU", True),
        ("partner_programme.US.SEA", "partner_programme.CN.SEA", False),
        ("model_ban.EU.CN", "model_ban.JP.CN", False),
        ("api_distillation_limit.US.CN", "api_distillation_limit.OpenAI.CN", False),
        ("chip_import_limit.EU", "chip_import_limit.JP", False),
    ],
)
def test_two_governments_on_one_target(first: str, second: str, clash: bool) -> None:
    levers = {first: "0@2025-01", second: "0@2025-06"}
    if not clash:
        assert len(Policy.from_levers(levers).entries) == 2
        return
    with pytest.raises(InputError, match="two governments can't set one lever on one target") as caught:
        Policy.from_levers(levers)
    assert f"lever.{first.rsplit('.', 1)[0]}" in str(caught.value)
    apart = {first: "0@2025-01..2025-05", second: "0@2025-06"}
    assert len(Policy.from_levers(apart).entries) == 2


def test_a_government_finds_the_lever_held_below(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"US already sets it from .* \(.*status_quo\.yaml:\d+\)"):
        Scenario.load(levers={"tool_and_memory_controls.JP.CN": "-0.01"})
    alone = write(
        tmp_path,
        "base: none\nentries:\n" + entry(actor="JP", lever="tool_and_memory_controls", target="CN", value=-0.01),
    )
    assert Scenario.load(alone)


def test_status_quo_accounts_for_every_event() -> None:
    text = (ROOT / "conf" / "policy" / "status_quo.yaml").read_text(encoding="utf-8")
    left_out = re.findall(r"^# not encoded: (\S+/.+?/\w+): \S", text, re.M)
    encoded = {item.event for item in Policy.load("status_quo").entries}
    with (RAW / "policy_events.csv").open(encoding="utf-8", newline="") as stream:
        rows = [f"{row['date']}/{row['government']}/{row['kind']}" for row in csv.DictReader(stream)]
    assert len(rows) == len(set(rows))
    assert sorted([*encoded, *left_out]) == sorted(rows)


def test_status_quo_has_every_lever_of_the_table() -> None:
    """Each encoded row of the lever table has an entry; chip mandates, looser than the limit, have none."""
    with (RAW / "policy_levers.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["encoded"] == "1"]
    wanted = [(r["lever"], r["actor"], r["from"]) for r in rows if r["lever"] != "procurement_mandate"]
    have = [(e.lever, e.actor, e.start.isoformat()) for e in Policy.load("status_quo").entries if e.start]
    assert sorted(have) == sorted(wanted)


def test_a_bloc_stands_for_its_regions(tmp_path: Path) -> None:
    made = policy(tmp_path, {**BAN, "actor": "AL"})
    assert [item.actor for item in made.entries] == ["EU", "UKCA", "JP", "KRTW"]


def test_lever_overrides() -> None:
    made = Policy.from_levers(
        [
            ("api_access_block.Z.ai.US", "1@2025-01..2025-03"),
            ("model_ban.EU.{developer: CN, channel: own}", 0.5),
            ("release_mode.Meta.flagship", "[open, closed]@2024-01"),
        ]
    )
    first, second, third = made.entries
    assert (first.actor, str(first.target), first.period()) == ("Z.ai", "users US", "from 2025-01 to 2025-03")
    assert (str(second.target), second.start) == ("channel A, developer CN", None)
    assert third.value == {"open", "closed"}
    with pytest.raises(InputError) as caught:
        Policy.from_levers({"adoption_psh.CN.CN": 1, "adoption_push.CN.CN": "1@", "adoption_push.XX.CN": 0.1})
    assert [p.key for p in caught.value.problems] == ["lever", "from", "actor"]
    assert caught.value.problems[0].nearest == "adoption_push"
