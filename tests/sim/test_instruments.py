"""Observation operators, by hand from a tiny record and as laws of a whole run."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import line, model, offers_of, parameters, price, small_world

import sim.data
from sim.calendar import month_index, month_name
from sim.errors import InputError
from sim.history import Offers
from sim.instruments import INSTRUMENTS, SURVEY_MOMENTS, View, read
from sim.measures import Context
from sim.recorder import Records
from sim.trajectory import Trajectory
from sim.world import World

US, CN, SEA = range(3)
DEV, ENT, REG, PUB = range(4)
ACME, BOLT, CUI = range(3)
LABS = {"Acme": "US", "Bolt": "US", "DeepSeek": "CN"}
OPEN = {"licence": "open_permissive", "active": 20.0, "total": 80.0}
M0 = month_name(0)


def catalogue() -> tuple[World, Offers]:
    """Return six closed models of Acme, two closed ones of Bolt and four open ones of DeepSeek."""
    counts = {"Acme": 6, "Bolt": 2, "DeepSeek": 4}
    lines = [line(f"{lab} {k}", lab) for lab, n in counts.items() for k in range(n)]
    models = [model(e.name, e.name, 0, e.lab, **(OPEN if e.lab == "DeepSeek" else {})) for e in lines]
    world = small_world(lines, models, [price(m.name) for m in models], labs=LABS)
    return world, offers_of(world)


def readings(name: str, records: Records, world: World | None = None, **params: Any) -> dict[tuple[str, str], float]:
    """Return (entity, geography) to the value of the first month."""
    base, offers = catalogue()
    given = parameters({f"instruments.{key}": value for key, value in params.items()})
    data = read(INSTRUMENTS[name], View(Context(records, world or base, given), offers))
    data = data[data["month"] == M0]
    return {(e, g): v for e, g, v in zip(data["entity"], data["geography"], data["value"], strict=True)}


def empty() -> Records:
    return Records.empty(2, catalogue()[0], 12)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_instrument_has_its_columns(name: str, replay: Trajectory) -> None:
    data = replay.instrument(name)
    assert data.columns.tolist() == ["month", "entity", "geography", "value"]
    assert name in replay.instruments
    assert set(data["month"]) == set(replay.months)
    assert not data.duplicated(["month", "entity", "geography"]).any()
    values = data["value"].dropna()
    assert values.size > 0
    if INSTRUMENTS[name].unit == "share":
        assert values.min() >= 0
        assert values.max() <= 1 + 1e-9


def test_instruments_match_the_observations() -> None:
    """Every instrument that names a real series names one that is in the table, for entities that it reads."""
    with (Path(sim.data.__file__).parent / "observations.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    series = {(row["instrument"], row["series"]) for row in rows}
    for info in INSTRUMENTS.values():
        if info.observation:
            assert any(pair in series for pair in [(info.observation, info.series)]) or info.name == "arena_gap"
        else:
            assert info.name in SURVEY_MOMENTS or info.name in ("openrouter_platform_share", "adoption")
    assert set(SURVEY_MOMENTS) <= set(INSTRUMENTS)


def test_entities_of_the_observations_are_read(replay: Trajectory) -> None:
    with (Path(sim.data.__file__).parent / "observations.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for name in ("openrouter_token_share", "ramp_firms", "menlo_spend", "menlo_usage", "menlo_open_share", "etr_usage"):
        info = INSTRUMENTS[name]
        wanted = {r["entity"] for r in rows if (r["instrument"], r["series"]) == (info.observation, info.series)}
        assert wanted - {"undisclosed"} <= set(replay.instrument(name)["entity"])


def router_records() -> Records:
    """Return tokens 12, 11, ..., 1 for the twelve models in their order."""
    records = empty()
    records.model_tokens[0] = np.arange(12, 0, -1)
    return records


def test_the_router_shows_the_nine_largest_models() -> None:
    got = readings("openrouter_token_share", router_records())
    whole = 12 + 11 + 10 + 9 + 8 + 7 + 6 + 5 + 4
    assert got["Acme", "OpenRouter"] == pytest.approx(57 / whole)
    assert got["Bolt", "OpenRouter"] == pytest.approx(11 / whole)
    assert got["DeepSeek", "OpenRouter"] == pytest.approx(4 / whole)
    assert got["US", "OpenRouter"] == pytest.approx(68 / whole)
    assert got["CN", "OpenRouter"] == got["open", "OpenRouter"] == pytest.approx(4 / whole)


def test_the_platform_shows_all_of_them() -> None:
    got = readings("openrouter_platform_share", router_records())
    assert got["open", "OpenRouter"] == pytest.approx(10 / 78)
    assert got["Acme", "OpenRouter"] == pytest.approx(57 / 78)


def test_the_length_of_the_list_is_a_parameter() -> None:
    assert readings("openrouter_token_share", router_records(), router_list=6)["US", "OpenRouter"] == 1
    everything = readings("openrouter_token_share", router_records(), router_list=12)
    assert everything == pytest.approx(readings("openrouter_platform_share", router_records()))


def test_models_come_and_go_on_the_list() -> None:
    """A model that grows into the list pushes out the smallest of it."""
    records = router_records()
    records.model_tokens[0, 11] = 4.5
    got = readings("openrouter_token_share", records)
    assert got["DeepSeek", "OpenRouter"] == pytest.approx(4.5 / 72.5)


def test_labs_whose_customers_buy_direct_hardly_show() -> None:
    """A propensity scales closed labs before the list is drawn up; open weights show like anybody's."""
    base, _ = catalogue()
    world = replace(base, propensity=np.array([np.log(0.25), 0.0, np.log(0.25)]))
    got = readings("openrouter_platform_share", router_records(), world)
    assert got["Acme", "OpenRouter"] == pytest.approx(57 / 4 / (57 / 4 + 11 + 10))
    assert got["DeepSeek", "OpenRouter"] == pytest.approx(10 / (57 / 4 + 11 + 10))
    off = readings("openrouter_platform_share", router_records(), world, propensity_scale=0.0)
    assert off == pytest.approx(readings("openrouter_platform_share", router_records()))
    listed = readings("openrouter_token_share", router_records(), world)  # 6 5 | 4 3 | 3 2.75 2.5 2.25 and, tied, 2
    assert listed["DeepSeek", "OpenRouter"] == pytest.approx((4 + 3) / (6 + 5 + 4 + 3 + 3 + 2.75 + 2.5 + 2.25 + 2))


def test_nothing_used_is_nothing_seen() -> None:
    """What looks at releases sees them all the same, and adoption is a share of all firms."""
    for name in set(INSTRUMENTS) - {"arena_gap", "eci_lag", "adoption"}:
        assert all(np.isnan(value) for value in readings(name, empty()).values())


def test_ramp_sees_part_of_the_american_customers_of_an_own_api() -> None:
    records = empty()
    records.adopters[0, US] = [0.1, 0.2, 0.05, 0.05]
    records.own_users[0, US, :, ACME] = [0.05, 0.1, 0.0, 0.05]
    records.users[0, US, :, CUI] = 0.05
    records.own_users[0, CN, :, BOLT] = 0.3
    gdp = catalogue()[0].region_gdp[US]
    paying = 0.5 * (0.4 / gdp / 0.25) ** 0.4
    got = readings("ramp_firms", records)
    assert got == {("Acme", "US"): pytest.approx(0.5 * paying), ("Bolt", "US"): 0.0, ("DeepSeek", "US"): 0.0}
    assert readings("ramp_firms", records, card_power=0.0)["Acme", "US"] == pytest.approx(0.25)
    assert readings("ramp_firms", records, card_coverage=1.0, card_power=2.0)["Acme", "US"] == pytest.approx(0.5)
    assert readings("adoption", records)["US", "US"] == pytest.approx(0.4 / gdp)


def test_the_arena_compares_the_best_releases_so_far(replay: Trajectory) -> None:
    """In Elo, by developer and by openness; a better rival on one side moves that side alone."""
    got = replay.instrument("arena_gap").pivot_table(index="month", columns="entity", values="value")
    offers, bloc = replay.offers, np.array(replay.world.lab_blocs)[replay.offers.lab]
    text = ~offers.video & (offers.month <= month_index("2024-06"))
    best = {name: offers.q[:-1][text & (bloc == name), 0].max() for name in ("US", "CN")}
    assert got.loc["2024-06", "US-China"] == pytest.approx((best["US"] - best["CN"]) / 0.105432)
    opened = offers.q[:-1][text & ~offers.closed, 0].max()
    top = offers.q[:-1][text, 0].max()
    assert got.loc["2024-06", "closed-open"] == pytest.approx((top - opened) / 0.105432)


def test_the_lag_of_open_models_counts_months(replay: Trajectory) -> None:
    got = replay.instrument("eci_lag").set_index("month")["value"].dropna()
    assert got.size > 12
    steps = got.diff().dropna()
    assert (steps <= 1).all()  # time passes, or a new open model shortens the lag
    assert (steps == 1).any()


def test_menlo_sees_firms_of_the_us_and_its_allies() -> None:
    records = empty()
    for cube, scale in ((records.spend, 1.0), (records.tokens, 10.0), (records.slots, 100.0)):
        cube[0, US, ENT, ACME, 0, 0] = 3 * scale
        cube[0, US, REG, BOLT, 0, 0] = scale
        cube[0, US, ENT, CUI, 1, 2] = 4 * scale
        cube[0, US, DEV, CUI, 0, 0] = 50 * scale
        cube[0, SEA, ENT, CUI, 0, 0] = 70 * scale
    for name in ("menlo_spend", "menlo_usage"):
        got = readings(name, records)
        assert got["Acme", "US (mostly)"] == pytest.approx(0.75)
        assert got["DeepSeek", "US (mostly)"] == 0
    assert readings("menlo_open_share", records) == {("open", "US (mostly)"): pytest.approx(0.5)}


def test_hugging_face_sees_developers_on_open_weights() -> None:
    records = empty()
    for cube, scale in ((records.chosen, 1.0), (records.slots, 3.0)):
        cube[0, US, DEV, ACME, 1, 2] = scale
        cube[0, CN, DEV, CUI, 2, 1] = 3 * scale
        cube[0, CN, DEV, CUI, 0, 1] = 100.0
        cube[0, CN, ENT, CUI, 1, 1] = 100.0
    records.slots[0, US, DEV, ACME, 2, 1] = 12.0
    got = readings("hf_derivatives", records)
    assert got["DeepSeek", "Hugging Face, world"] == got["CN", "Hugging Face, world"] == pytest.approx(0.75)
    assert got["US", "Hugging Face, world"] == pytest.approx(0.25)
    assert readings("hf_downloads", records)["US", "Hugging Face, world"] == pytest.approx((1 + 3 + 12) / (4 + 12 + 12))


def test_large_enterprises() -> None:
    records = empty()
    records.large[0], records.large_users[0] = 0.2, [0.1, 0.05, 0.0]
    records.large_three[0], records.large_five[0] = 0.16, 0.07
    assert readings("etr_usage", records)["Acme", "enterprise"] == pytest.approx(0.5)
    assert list(readings("multihoming_families", records).values()) == [pytest.approx(0.8)]
    assert list(readings("multihoming_models", records).values()) == [pytest.approx(0.35)]


def test_switching_is_that_of_the_enterprise_class() -> None:
    records = empty()
    records.settled[0, :, ENT], records.switched[0, :, ENT] = [0.2, 0.1, 0.1], [0.03, 0.01, 0.0]
    records.settled[0, US, DEV], records.switched[0, US, DEV] = 0.5, 0.5
    assert readings("vendor_switching", records) == {("primary vendor", "world"): pytest.approx(0.1)}


def test_telemetry_by_region() -> None:
    records = empty()
    records.assistant[0, CN] = [0.0, 0.01, 0.03]
    records.assistant[0, US] = [0.09, 0.0, 0.01]
    got = readings("telemetry_deepseek", records)
    assert got["DeepSeek", "CN"] == pytest.approx(0.75)
    assert got["DeepSeek", "US"] == pytest.approx(0.1)
    assert np.isnan(got["DeepSeek", "SEA"])


def test_router_shares_of_a_run_add_up(replay: Trajectory) -> None:
    data = replay.instrument("openrouter_token_share")
    labs = data[data["entity"].isin(replay.world.lab_names)]
    sums = labs.groupby("month")["value"].sum(min_count=1).dropna()
    np.testing.assert_allclose(sums, 1.0, atol=1e-9)
    tokens = replay.records.model_tokens[-1]
    assert (tokens[replay.offers.video] == 0).all()
    assert (tokens > 0).sum() > 9


def test_an_unknown_instrument_names_its_neighbour(replay: Trajectory) -> None:
    with pytest.raises(InputError) as caught:
        replay.instrument("ramp_frims")
    (problem,) = caught.value.problems
    assert (problem.key, problem.nearest) == ("ramp_frims", "ramp_firms")
    assert "etr_usage" in str(problem)
