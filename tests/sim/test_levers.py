"""The registry of levers: complete, and written before the first run."""

from __future__ import annotations

import pytest

from sim.calendar import month_index
from sim.headlines import HEADLINES
from sim.lever import Lever
from sim.levers import LEVERS
from sim.measures import MEASURES
from sim.policy import Policy
from sim.scenario import Scenario
from sim.targets import legal_names
from sim.vocabulary import shipped_vocabulary

TABLE = {
    *("chip_export_quota", "chip_export_performance", "enforcement", "chip_export_to_third_countries"),
    *("chip_import_limit", "chip_sale_levy", "tool_and_memory_controls", "offshore_cloud_access"),
    *("weights_export_ban", "api_access_block", "api_distillation_limit", "model_ban", "procurement_ban"),
    *("procurement_mandate", "open_model_subsidy", "science_sharing", "fab_subsidy", "compute_megaproject"),
    *("content_review", "alignment_requirement", "partner_programme", "hosting_localisation", "adoption_push"),
    *("release_mode", "release_withheld", "release_scheduled"),
}


def test_every_lever_of_the_specification_is_there() -> None:
    assert set(LEVERS) == TABLE
    assert all(name == lever.name for name, lever in LEVERS.items())


@pytest.mark.parametrize("lever", LEVERS.values(), ids=lambda lever: lever.name)
def test_a_lever_says_all_about_itself(lever: Lever) -> None:
    assert lever.low <= lever.high
    assert lever.expected_sign in {"+", "-", "0", "ambiguous"}
    assert all((lever.unit, lever.meaning, lever.equation, lever.headline, lever.reason, lever.legal, lever.actors))
    assert "\n" not in lever.meaning
    assert lever.headline in HEADLINES
    assert {part.name for part in lever.parts} >= set(lever.plain)
    assert bool(lever.parts) == (lever.kind == "parts")
    assert set(lever.needs) <= set(lever.targets)
    assert all(legal_names(key, shipped_vocabulary()) for key in lever.targets)


@pytest.mark.parametrize("lever", LEVERS.values(), ids=lambda lever: lever.name)
def test_the_trial_of_a_sign_can_be_run(lever: Lever) -> None:
    arms = [
        Scenario.load(horizon="2030-12", levers=[text.removeprefix("lever.").split("=", 1) for text in arm])
        for arm in lever.trial.arms()
    ]
    assert arms[0].digest() != arms[1].digest()
    own = [entry for arm in arms for entry in arm.policy.entries if entry.origin == "levers"]
    assert lever.name in {entry.lever for entry in own}
    assert all(entry.first_month(month_index("2026-07")) >= 0 for entry in own)


def test_headlines_are_cells_of_measures() -> None:
    """``cn_young_share`` (T8) is the one that a run doesn't report yet."""
    known = {name: headline for name, headline in HEADLINES.items() if headline.measure in MEASURES}
    assert set(HEADLINES) - set(known) <= {"cn_young_share_at_home"}
    assert all(headline.by in MEASURES[headline.measure].by for headline in known.values())
    assert all(headline.unit == MEASURES[headline.measure].unit for headline in known.values())


def test_actors() -> None:
    assert LEVERS["api_access_block"].allows("OpenAI", is_lab=True)
    assert not LEVERS["procurement_ban"].allows("OpenAI", is_lab=True)
    assert LEVERS["chip_export_quota"].allows("US", is_lab=False)
    assert not LEVERS["chip_export_quota"].allows("CN", is_lab=False)


def test_named_governments_are_regions() -> None:
    named = {actor for lever in LEVERS.values() for actor in lever.actors} - {"governments", "labs"}
    assert named <= set(shipped_vocabulary().regions)


def test_every_trial_moves_its_own_lever_only() -> None:
    for lever in LEVERS.values():
        low, high = (
            Policy.from_levers([t.removeprefix("lever.").split("=", 1) for t in arm]) for arm in lever.trial.arms()
        )
        given = {
            (entry.lever, entry.canonical()["value"].__repr__()) for entry in low.entries if entry.lever != lever.name
        }
        assert given <= {(entry.lever, entry.canonical()["value"].__repr__()) for entry in high.entries}


def test_the_vocabulary_comes_from_the_data() -> None:
    names = shipped_vocabulary()
    assert len(names.regions) == 13
    assert set(names.blocs) == {"US", "CN", "AL", "NAL"}
    assert names.members("AL") == ("EU", "UKCA", "JP", "KRTW")
    assert set(names.members("world")) == set(names.regions)
    assert "DeepSeek" in names.own_labs("CN")
    assert set(names.labs.values()) <= set(names.regions)
    assert {model.lab for model in names.models.values()} <= set(names.labs)
