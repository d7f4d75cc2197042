"""``opengambit check``: any file of the user's, in words if it is legal, else everything that is wrong with it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from checked import BAN, facts, policy, refused, write
from verbs import rows_of, run

from experiments.check import MODULES
from experiments.check.amounts import NEUTRAL
from experiments.check.kinds import KINDS
from experiments.check.report import resolved
from experiments.compose import compose_run
from sim.levers import LEVERS
from sim.library import files
from sim.supply_levers import SupplyLevers
from sim.tables import load_world

GROUPS = ("policy", "future", "objective", "world", "params")
SHIPPED = [(group, name) for group in GROUPS for name in files(group)]
FOLDER_TELLS = ("default", "history", "status_quo")
"""Files that mean something by where they lie."""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# what ships


@pytest.mark.parametrize(("group", "name"), SHIPPED)
def test_what_ships_is_legal_and_told(group: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", f"{group}={name}")
    assert text.startswith(f"{group}={name}: ")
    assert "\nNext:\n  opengambit " in text
    (record,) = rows_of(capsys, "check", f"{group}={name}")
    assert (record["kind"], record["legal"], record["problems"]) == (group, True, [])


@pytest.mark.parametrize(("group", "name"), [pair for pair in SHIPPED if pair[1] not in FOLDER_TELLS])
def test_a_kind_is_known_by_its_keys(group: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "conf" / group / f"{name}.yaml").read_text(encoding="utf-8")
    (record,) = rows_of(capsys, "check", write(text))
    assert (record["kind"], record["legal"]) == (group, True)


@pytest.mark.parametrize(("group", "name"), [("params", "default"), ("world", "history")])
def test_the_folder_tells_a_kind_where_keys_do_not(group: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "conf" / group / f"{name}.yaml").read_text(encoding="utf-8")
    (record,) = rows_of(capsys, "check", write(text, f"{group}/{name}.yaml"))
    assert (record["kind"], record["legal"]) == (group, True)


def test_the_settings_that_ship_are_legal(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", str(ROOT / "conf" / "run.yaml"))
    assert "legal settings of runs: 0 of" in text
    assert "A run with them: status_quo, 2023-01 to 2026-07, 1 seed." in text


def test_without_a_conf_of_its_own_a_folder_has_the_defaults() -> None:
    for key, given in (("policy", "h200_exports"), ("future", "price_war"), ("world", "minimal")):
        composed = compose_run([f"{key}={given}", "horizon=2029-01"]).scenario
        assert resolved(key, given, "2029-01").canonical() == composed.canonical()


# policies in words


def test_an_entry_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    entry = (
        "{from: 2027-01, until: 2029-12, actor: US, lever: chip_export_quota, target: CN, value: 0, source: me, tag: A}"
    )
    text = run(capsys, "check", policy(entry))
    assert text.startswith("mine.yaml: a legal policy of 1 entry.\n")
    assert (
        "1. (line 3) From 2027-01 to 2029-12, US (United States) sets chip_export_quota on destination CN to 0 " in text
    )
    assert "(H100e/mo). The lever caps legal chip exports to China. Source: me. [A]" in text
    told = facts(text)
    assert told["instead of"] == "100000 (H100e/mo) in status_quo, from 2026-01, and again from 2030-01"
    assert told["may be set"] == "by the government of US"
    assert told["works"] == "on chips, compute and knowledge, through E3"
    assert told["expected"].startswith("less than without it, so gap_months should rise (Best US less best Chinese")
    assert "tried with lever.chip_import_limit.CN=1 as well" in told["because"]
    assert "A run ends with the replay, in 2026-07, and nothing of it acts by then: give it a horizon" in text
    assert "opengambit run policy=./mine.yaml horizon=2030-12" in text


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{actor: CN, lever: chip_import_limit, value: 0.65}", "more than without it, so self_sufficiency should fall"),
        ("{actor: CN, lever: chip_import_limit, value: 0.01}", "less than without it, so self_sufficiency should rise"),
        ("{actor: CN, lever: chip_import_limit, value: 0.05}", "nothing, because it sets what holds without it"),
        ("{actor: EU, lever: adoption_push, value: 0}", "nothing, because it sets what holds without it"),
        ("{actor: US, lever: chip_export_quota, target: CN, value: .inf}", "more than without it, so gap_months"),
        (BAN, "more than without it, so cn_token_share_outside_cn should fall"),
        (BAN.replace("developer: CN", "developer: DeepSeek"), "more than without it, so cn_token_share_outside_cn"),
        (BAN.replace("developer: CN", "developer: US"), "more of it lowers cn_token_share_outside_cn"),
        ("{actor: CN, lever: release_mode, value: closed, from: 2027-01}", "closing, so open_token_share should fall"),
        ("{actor: CN, lever: release_mode, value: open, from: 2027-01}", "opening, so open_token_share should rise"),
        ("{actor: CN, lever: content_review, value: 0}", "less than without it, so cn_young_share_at_home should rise"),
        ("{actor: CN, lever: partner_programme, target: NAL, value: {trust: 0.3}}", "more of it raises cn_token_share"),
        ("{actor: OpenAI, lever: release_withheld, target: gpt-oss-120b}", "more than without it, so cn_token_share"),
        ("{actor: DeepSeek, lever: release_withheld, target: DeepSeek-R1}", "more of it raises cn_token_share"),
    ],
)  # fmt: skip
def test_what_is_expected(entry: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert facts(run(capsys, "check", policy(entry)))["expected"].startswith(expected)


def test_a_sign_is_not_turned_to_another_side(capsys: pytest.CaptureFixture[str]) -> None:
    told = facts(run(capsys, "check", policy(BAN.replace("developer: CN", "developer: US"))))
    assert "as tried with model_ban.EU.CN; here the actor or the target is on another side" in told["expected"]


def test_entries_beside_and_months_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    told = facts(run(capsys, "check", policy(BAN)))
    assert told["instead of"] == "nothing, so 0 (share of the class): no entry below sets it"
    assert (
        "on channel A, developer DeepSeek in status_quo, from 2025-01: entries on different targets both count"
        in (told["beside it"])
    )
    text = run(capsys, "check", "no_chip_controls_2022")
    assert facts(text, 2)["instead of"].endswith("; nothing, so no limit, in the other months")


def test_real_entries_that_are_replaced_themselves_are_not_beside(capsys: pytest.CaptureFixture[str]) -> None:
    told = [facts(run(capsys, "check", "no_chip_controls"), number) for number in (4, 5)]
    assert all("instead of" in part and "beside it" not in part for part in told)


def test_a_bloc_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", "allied_procurement_ban")
    assert text.startswith("allied_procurement_ban: a legal policy of 1 entry.")
    assert "each of EU, UKCA, JP, KRTW sets procurement_ban" in text
    assert "   beside it   KRTW: 1 (share of the public class), for 30% of it on developer DeepSeek" in text
    assert text.count("may be set") == 1


def test_no_date_means_the_month_after_the_replay(capsys: pytest.CaptureFixture[str]) -> None:
    told = facts(run(capsys, "check", "hosting_localisation"))
    assert told["begins"] == "in 2026-08, the month after the replay, because it has no date"


def test_a_horizon_says_which_entries_act(capsys: pytest.CaptureFixture[str]) -> None:
    name = policy(BAN, BAN.replace("EU", "US").replace("2027-01", "2029-01"))
    text = run(capsys, "check", name, "--horizon", "2028-06")
    assert "In a run to 2028-06 1 of 2 entries act." in text
    assert facts(text, 2)["but"] == (
        "in this run it changes nothing: it begins in 2029-01, after the horizon (2028-06)"
    )
    assert "but" not in facts(text, 1)
    assert "In a run to 2029-01 every entry acts." in run(capsys, "check", name, "--horizon=2029-01")
    assert "1 of 2 entries act" not in run(capsys, "check", name)


def test_what_ends_before_the_run_begins(capsys: pytest.CaptureFixture[str]) -> None:
    told = facts(
        run(
            capsys,
            "check",
            policy("{actor: US, lever: chip_sale_levy, target: CN, value: 0.1, from: 2021-01, until: 2021-12}"),
        )
    )
    assert told["but"].endswith("it ends before the run begins (2023-01)")


def test_the_past_of_chips_acts_as_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", "tight_enforcement")
    assert "up to 2026-07 it acts as history plus the difference that the equations make" in facts(text)["works"]
    assert "opengambit run policy=tight_enforcement\n" in text


def test_without_the_real_world(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", policy("{actor: CN, lever: chip_import_limit, value: 0.65}", head="base: none\n"))
    assert "It leaves out the real world (base: none)" in text
    assert facts(text)["instead of"] == "nothing, so 1 (share of desired purchases): no entry below sets it"


def test_a_policy_without_entries(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", write("entries: []\n"))
    assert "a legal policy of 0 entries: it changes nothing." in text


def test_the_real_world_lies_below(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", "status_quo")
    assert "It lies below every policy." in text
    assert "expected" not in text


def test_the_folder_has_its_say(capsys: pytest.CaptureFixture[str]) -> None:
    write("horizon: 2030-12\nlevers:\n  model_ban.EU.CN: 0.2@2028-01\n", "conf/run.yaml")
    text = run(capsys, "check", policy(BAN))
    assert "In a run to 2030-12 every entry acts." in text
    assert "Note: levers replaces mine: model_ban of EU on developer CN, from 2028-01" in text
    write("defaults:\n  - world: minimal\n", "conf/run.yaml")
    assert "there is no actor 'EU'" in refused(capsys, policy(BAN))


def test_where_nothing_is_set_levers_are_what_the_model_takes() -> None:
    none = SupplyLevers.none(load_world(), 1)
    fields = {
        "chip_export_quota": none.quota, "chip_export_performance": none.performance, "enforcement": none.enforcement,
        "chip_export_to_third_countries": none.licence, "chip_import_limit": none.import_limit,
        "chip_sale_levy": none.levy, "tool_and_memory_controls": none.tools, "offshore_cloud_access": none.offshore,
        "weights_export_ban": none.weights_ban, "open_model_subsidy": none.subsidy, "fab_subsidy": none.fab,
        "compute_megaproject": none.mega,
    }  # fmt: skip
    assert set(NEUTRAL) <= set(fields) <= set(LEVERS)
    for lever, values in fields.items():
        assert np.unique(values) == [NEUTRAL.get(lever, 0.0)]


# other kinds in words


def test_parameters_old_and_new(capsys: pytest.CaptureFixture[str]) -> None:
    name = write("demand:\n  gamma: 2\nresearch.progress: 0.2\n")
    text = run(capsys, "check", name)
    assert text.startswith("mine.yaml: a legal set of 2 parameters.")
    assert "- demand.gamma is 2 instead of 1.5 (utils/share; prior 0 to 10): gamma:" in text
    assert "- research.progress is 0.2 instead of 0.0866 (nat/mo; prior 0.05 to 0.139, outside that range" in text
    assert "conf/params/mine.yaml" in text
    rows = rows_of(capsys, "check", name)[0]["params"]
    assert [row["outside_prior"] for row in rows] == [False, True]
    inside = run(capsys, "check", write(Path(name).read_text(encoding="utf-8"), "conf/params/other.yaml"))
    assert "working folder" not in inside
    assert "opengambit run params=other" in inside


def test_a_future_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", "price_war", "--horizon", "2026-12")
    assert "2027-01 to 2028-06: price war, Anthropic, Google, OpenAI, xAI: they sell at serving cost" in text
    assert "(not in this run: it comes after the horizon, 2026-12)" in text
    text = run(capsys, "check", "fast_scaling")
    assert "- research.progress is 0.116 instead of 0.0866 (nat/mo; prior 0.05 to 0.139): nu:" in text
    assert "shows after it, with horizon=2030-12" in text


def test_an_objective_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "check", "us")
    assert "cn_token_share_outside_cn  lower        0.15           0.1  share   A" in text
    assert "0.1 more of us_token_share (share) counts 0.3." in text


def test_a_world_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    name = write(
        "title: One lab\nhistory: none\nregions:\n  North: {bloc: US, gdp: 1, adoption: 0.2}\n"
        "labs:\n  Solo: {home: North, q: 150, active: 40, fund: 100}\n"
    )
    text = run(capsys, "check", name)
    assert text.startswith("mine.yaml: a legal world without history: One lab.")
    assert "1 regions by weight: North 100%" in text
    assert "opengambit run world=./mine.yaml lever.adoption_push.North.North=0.2" in text


def test_settings_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    name = write(
        "horizon: 2028-01\nseed: 1\nseeds: 3\npolicy: [total_chip_ban]\nreactions: on\nparams:\n  demand: {gamma: 2}\n",
        "conf/run.yaml",
    )
    text = run(capsys, "check", name)
    assert "every run in this folder takes them" in text
    assert "- policy is total_chip_ban instead of status_quo" in text
    assert "- reactions is on" in text
    assert "- demand.gamma is 2 instead of 1.5" in text
    assert "A run with them: status_quo+total_chip_ban, 2023-01 to 2028-01, 3 seeds." in text
    typed = run(capsys, "check", write(Path(name).read_text(encoding="utf-8"), "other.yaml"))
    assert (
        "opengambit run horizon=2028-01 seeds=3 'policy=[total_chip_ban]' reactions=true params.demand.gamma=2" in typed
    )


def test_a_terminal_gets_wrapped_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    text = run(capsys, "check", "h200_exports")
    assert max(len(line) for line in text.splitlines()) < 80
    assert "\n" + " " * 15 in text


def test_every_kind_has_its_words() -> None:
    assert set(MODULES) == set(KINDS)
    assert all(callable(import_module(f"experiments.check.{name}").report) for name in MODULES.values())
