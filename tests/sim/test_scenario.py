"""The scenario: legal once it exists, every problem at once, and a digest of all that matters."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sim.calendar import month_index
from sim.errors import InputError
from sim.policy import Policy
from sim.scenario import Scenario


def test_the_default() -> None:
    scenario = Scenario.load("status_quo")
    assert scenario.name == "status_quo"
    assert scenario.history_until == scenario.horizon == month_index("2026-07")
    assert (scenario.start, scenario.enterprises, scenario.choice) == (0, 2000, "sampled")
    assert scenario.policy.names == ("status_quo",)


def test_the_real_world_lies_below(tmp_path: Path) -> None:
    alone = tmp_path / "alone.yaml"
    alone.write_text("base: none\nentries: []\n", encoding="utf-8")
    assert Scenario.load("api_cutoff").policy.names == ("status_quo", "api_cutoff")
    assert Scenario.load(["api_cutoff", "status_quo"]).policy.names == ("status_quo", "api_cutoff")
    assert Scenario.load(alone).policy.names == ("alone",)
    assert Scenario.load([alone, "status_quo"]).policy.names == ("status_quo", "alone")
    assert Scenario.load(["no_gpt_oss", "api_cutoff"]).policy.names == ("status_quo", "no_gpt_oss", "api_cutoff")


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({"horizon": "2022-12"}, "horizon", "before the start"),
        ({"horizon": "2041-01"}, "horizon", "2040-12"),
        ({"horizon": "soon"}, "horizon", "not a month"),
        ({"history_until": "2026-10"}, "history.until", "beyond the data"),
        ({"history_until": "2023-01"}, "history.until", "2023-02"),
        ({"enterprises": 51}, "enterprises", "52 to 1000000"),
        ({"enterprises": 1_000_001}, "enterprises", "52 to 1000000"),
        ({"enterprises": True}, "enterprises", "52 to 1000000"),
        ({"choice": "smapled"}, "choice", "'sampled'"),
        ({"world": "histroy"}, "world", "'history'"),
        ({"population_seed": -1}, "population_seed", "0 or more"),
        ({"resample_population": "perhaps"}, "resample_population", "true or false"),
        ({"params": {"demand.gama": 1.0}}, "params.demand.gama", "'params.demand.gamma'"),
        ({"params": {"demand.gamma": -1.0}}, "params.demand.gamma", "not legal"),
        ({"policy": "status_qou"}, "policy", "'status_quo'"),
        ({"strategy": "fixd"}, "strategy", "'fixed'"),
        ({"reactions": "maybe"}, "reactions", "on or off"),
        ({"future": "fast_scalling"}, "future", "'fast_scaling'"),
        ({"hold": "prise"}, "hold", "'price'"),
        ({"hold": ["price", "ecosystems"]}, "hold", "'ecosystem'"),
        ({"levers": {"release_mode.US.US": "tiered@2025-01"}}, "value", "in the past"),
        ({"levers": {"release_mode.US.US": "[closed, delayed]@2026-07"}}, "value", "after the hand-over"),
        ({"levers": {"release_mode.TII.TII": "tiered"}}, "value", "TII can't choose tiered"),
        ({"levers": {"release_mode.US.{developer: [Google, Microsoft]}": "[open, tiered]"}}, "value", "Microsoft"),
        ({"levers": {"release_mode.OpenAI.gpt-oss": "delayed"}}, "value", "a line or a tier"),
        ({"levers": {"offshore_cloud_access.EU.CN": 1}}, "actor", "two governments"),
        ({"levers": {"content_review.CN.CN": "0@2025-01"}}, "from", "history.until before it"),
    ],
)
def test_illegal_input(given: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load(**given)
    assert [problem.key for problem in caught.value.problems] == [key]
    assert words in str(caught.value)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load(
            "nope",
            horizon="x",
            history_until="2030-01",
            enterprises=1,
            choice="y",
            params={"a.b": 1},
            where={"horizon": "file:7"},
        )
    keys = {problem.key for problem in caught.value.problems}
    assert keys == {"horizon", "history.until", "policy", "params.a.b", "enterprises", "choice"}
    assert "file:7: horizon" in str(caught.value)


def test_modes_that_labs_can_choose() -> None:
    for key, value in (
        ("release_mode.US.US", "tiered"),
        ("release_mode.Google.Google", "[delayed, tiered]"),
        ("release_mode.US.US", "[closed, open]@2025-01"),
        ("release_mode.TII.TII", "delayed@2026-08"),
    ):
        assert Scenario.load(levers={key: value})
    assert Scenario.load(levers={"release_mode.US.US": "tiered@2025-01"}, history_until="2024-12")


def test_supply_levers_are_legal_in_the_past_and_later() -> None:
    assert Scenario.load(levers={"chip_export_quota.US.CN": "24000@2027-01", "partner_programme.CN.NAL": "0.2@2024-01"})
    assert not [note for note in Scenario.load().notes if "supply" in note]


def test_content_review_may_be_set_before_if_the_hand_over_is_earlier() -> None:
    levers = {"content_review.CN.CN": "0@2025-07"}
    assert Scenario.load(history_until="2025-06", horizon="2026-01", levers=levers).policy.names[-1] == "levers"


def test_an_undated_and_a_dated_entry_may_not_overlap_after_the_hand_over(tmp_path: Path) -> None:
    row = "  - {actor: EU, lever: adoption_push, value: 0.1"
    path = tmp_path / "twice.yaml"
    path.write_text(f"entries:\n{row}}}\n{row}, from: 2025-01}}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"twice\.yaml:\d: from"):
        Scenario.load(path)
    path.write_text(f"entries:\n{row}}}\n{row}, from: 2025-01, until: 2025-12}}\n", encoding="utf-8")
    assert Scenario.load(path)
    with pytest.raises(InputError, match="intervals of one lever"):
        Scenario.load(path, history_until="2025-06")


def test_a_scenario_is_checked_however_it_is_made() -> None:
    with pytest.raises(InputError, match="enterprises"):
        Scenario(enterprises=3)
    with pytest.raises(ValidationError):
        Scenario(enterprizes=300)  # type: ignore[call-arg]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Scenario().horizon = 3  # type: ignore[misc]
    assert dataclasses.replace(Scenario.load(), horizon=50).horizon == 50


def test_notes() -> None:
    late = Scenario.load("hosting_localisation")
    assert any("after the horizon" in note for note in late.notes)
    assert not any(
        "after the horizon" in note for note in Scenario.load("hosting_localisation", horizon="2027-07").notes
    )
    replaced = Scenario.load("content_rules_relaxed", horizon="2027-07").notes
    assert any("replaces status_quo: content_review of CN" in note for note in replaced)


def test_the_digest_is_of_what_acts() -> None:
    base = Scenario.load()
    assert len(base.digest()) == 64
    assert base.digest() == Scenario.load().digest()
    assert base.digest() == dataclasses.replace(base, name="other").digest()
    unnoted = dataclasses.replace(
        base.policy, entries=tuple(dataclasses.replace(e, note="", source="") for e in base.policy.entries)
    )
    assert base.digest() == dataclasses.replace(base, policy=unnoted).digest()
    json.dumps(base.canonical(), allow_nan=False)
    json.dumps(Scenario.load("no_chip_controls", future="price_war").canonical(), allow_nan=False)
    others = [
        Scenario.load(horizon="2026-06"),
        Scenario.load(history_until="2026-06", horizon="2026-07"),
        Scenario.load(enterprises=100),
        Scenario.load(choice="expected"),
        Scenario.load(params={"demand.gamma": 2}),
        Scenario.load("no_gpt_oss"),
        Scenario.load(levers={"adoption_push.EU.EU": "0.1@2025-01"}),
        Scenario.load(levers={"adoption_push.EU.EU": "0.1@2025-02"}),
        Scenario.load(population_seed=1),
        Scenario.load(resample_population=True),
        Scenario.load(strategy="fixed"),
        Scenario.load(reactions=True),
        Scenario.load(future="trust_shock"),
        Scenario.load(future="fast_scaling"),
        Scenario.load("no_chip_controls"),
    ]
    assert len({scenario.digest() for scenario in [base, *others]}) == len(others) + 1


def test_what_is_held_counts_only_if_something_is() -> None:
    base, held = Scenario.load(), Scenario.load(hold="price")
    assert "hold" not in base.canonical()
    assert held.canonical() == base.canonical() | {"hold": ["price"]}
    assert len({base.digest(), held.digest(), Scenario.load(hold=("price", "bans")).digest()}) == 3
    for same in ((), "", None, []):
        assert Scenario.load(hold=same).digest() == base.digest()


def test_the_order_of_what_is_held_does_not_count() -> None:
    for given in ("price,bans", ["price", "bans", "price"], (name for name in ("bans", "price"))):
        assert Scenario.load(hold=given).hold == ("bans", "price")
    assert dataclasses.replace(Scenario.load(), hold=("price", "bans")).hold == ("bans", "price")


def test_every_unknown_mechanism_is_named() -> None:
    with pytest.raises(InputError) as caught:
        Scenario.load(hold="luck,price,wind", where={"hold": "file:3"})
    assert [problem.message for problem in caught.value.problems] == [
        "there is no mechanism 'luck'",
        "there is no mechanism 'wind'",
    ]
    assert {problem.where for problem in caught.value.problems} == {"file:3"}
    with pytest.raises(InputError, match="there is no mechanism 'x'"):
        Scenario(hold=("x",))


def test_an_empty_policy_is_legal() -> None:
    assert Scenario(policy=Policy()).policy.canonical() == []
