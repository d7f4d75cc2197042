"""Outputs with their denominators, by hand from a tiny record and as laws of a whole run."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from worlds import line, model, parameters, price, small_world

from sim.calendar import month_name
from sim.errors import InputError
from sim.measures import MEASURES, Context, frame, ratio
from sim.recorder import Records
from sim.segments import segments_of
from sim.trajectory import Trajectory
from sim.world import World

COLUMNS = ["month", "segment_kind", "segment", "by", "key", "value"]
SHARES = [name for name, info in MEASURES.items() if info.is_share]
US, CN, SEA = range(3)
DEV, ENT, REG, PUB = range(4)
ACME, BOLT, CUI = range(3)
CLOSED, RESTRICTED, PERMISSIVE = range(3)


def tiny() -> World:
    return small_world([line("a"), line("c", "Cui")], [model("a1", "a"), model("c1", "c", 0, "Cui")], [price("a1")])


def empty(months: int = 2) -> Records:
    return Records.empty(months, tiny(), 2)


def table(name: str, records: Records, **where: str) -> dict[tuple[str, str], float]:
    """Return (key, month) to value of one measure for the world, or the segment named."""
    data = frame(MEASURES[name], Context(records, tiny(), parameters()))
    chosen = {"segment_kind": "world"} | where
    data = data[np.logical_and.reduce([data[column] == value for column, value in chosen.items()])]
    return {(key, month): value for key, month, value in zip(data["key"], data["month"], data["value"], strict=True)}


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_has_its_columns(name: str, replay: Trajectory) -> None:
    info, data = MEASURES[name], replay.frame(name)
    assert data.columns.tolist() == COLUMNS
    assert name in replay.measures
    assert set(data["by"]) == set(info.by)
    assert set(data["month"]) == set(replay.months)
    assert not data.duplicated(COLUMNS[:-1]).any()
    assert set(data["segment_kind"]) <= {s.kind for s in segments_of(replay.world)}
    assert not np.isinf(data["value"]).any()
    assert data["value"].notna().any()
    assert info.unit
    assert info.meaning.endswith(".")
    assert bool(info.denominator) or info.unit not in ("share",)


@pytest.mark.parametrize("name", SHARES)
def test_shares_sum_to_one_where_there_is_use_and_are_null_elsewhere(name: str, replay: Trajectory) -> None:
    data = replay.frame(name)
    cells = data.groupby(["month", "segment_kind", "segment", "by"])["value"]
    sums, known, size = cells.sum(), cells.count(), cells.size()
    assert ((known == 0) | (known == size)).all()
    np.testing.assert_allclose(sums[known > 0], 1.0, rtol=0, atol=1e-9)
    values = data["value"].dropna()
    assert ((values >= 0) & (values <= 1 + 1e-12)).all()
    if name == "token_share":
        china = data[(data["segment"] == "CN") & (data["segment_kind"] == "region") & (data["by"] == "lab")]
        first = china[china["month"] == "2023-01"]
        assert first["value"].isna().all()


@pytest.mark.parametrize(
    "name", [n for n, i in MEASURES.items() if i.unit == "share" and n not in ("open_standard_lead", "gross_margin")]
)
def test_a_share_lies_between_nothing_and_all(name: str, replay: Trajectory) -> None:
    values = replay.frame(name)["value"].dropna()
    assert values.min() >= -1e-12
    assert values.max() <= 1 + 1e-9


def test_token_shares_by_hand() -> None:
    records = empty()
    records.tokens[0, US, DEV, ACME, 0, CLOSED] = 6.0
    records.tokens[0, CN, ENT, CUI, 1, RESTRICTED] = 3.0
    records.tokens[0, CN, ENT, CUI, 2, PERMISSIVE] = 1.0
    m0, m1 = month_name(0), month_name(1)
    assert table("token_share", records, by="lab")["Acme", m0] == pytest.approx(0.6)
    assert table("token_share", records, by="bloc") == {
        **{("US", m0): 0.6, ("CN", m0): 0.4, ("AL", m0): 0.0, ("NAL", m0): 0.0},
        **{(bloc, m1): pytest.approx(np.nan, nan_ok=True) for bloc in ("US", "CN", "AL", "NAL")},
    }
    assert table("token_share", records, by="openness")["open", m0] == pytest.approx(0.4)
    assert table("token_share", records, by="licence")["open_restricted", m0] == pytest.approx(0.3)
    assert table("token_share", records, by="channel")["S", m0] == pytest.approx(0.1)
    outside = {"segment_kind": "excl_CN", "by": "openness"}
    assert table("token_share", records, **outside)["open", m0] == 0
    public = {"segment_kind": "class", "segment": "public", "by": "openness"}
    assert all(np.isnan(v) for v in table("token_share", records, **public).values())
    assert table("tokens", records)["total", m0] == 10
    assert table("hhi", records)["total", m0] == pytest.approx(0.52)
    assert np.isnan(table("hhi", records)["total", m1])


def test_adoption_and_denominators_by_hand() -> None:
    records = empty()
    records.adopters[0, US, ENT] = 0.05
    records.adopters[1, US] = [0.01, 0.02, 0.01, 0.01]
    records.adopters_square[0, US, ENT] = 0.05**2 / 4
    records.users[0, US, ENT, ACME] = 0.04
    records.own_users[0, US, ENT, ACME] = 0.01
    records.capacity[0, US, ENT], records.slots[0, US, ENT, ACME, 0, 0] = 0.3, 0.24
    records.models[0, US, ENT], records.three_families[0, US, ENT] = 0.15, 0.02
    records.settled[1, US, ENT], records.switched[1, US, ENT] = 0.04, 0.01
    m0, m1 = month_name(0), month_name(1)
    assert table("adoption", records)["total", m0] == pytest.approx(0.05)
    assert table("adoption", records, segment_kind="region", segment="US")["total", m1] == pytest.approx(0.05 / 0.5)
    assert table("adoption", records, segment_kind="class", segment="enterprise")["total", m0] == pytest.approx(
        0.05 / 0.45
    )
    assert table("effective_enterprises", records)["total", m0] == pytest.approx(4)
    assert table("enterprise_share", records, by="lab")["Acme", m0] == pytest.approx(0.8)
    assert table("enterprise_share", records, by="lab_own_api")["Acme", m0] == pytest.approx(0.2)
    assert table("outside_share", records)["total", m0] == pytest.approx(0.2)
    assert table("distinct_models", records)["total", m0] == pytest.approx(3)
    assert table("share_3_families", records)["total", m0] == pytest.approx(0.4)
    assert table("switching_primary", records)["total", m1] == pytest.approx(0.25)
    assert np.isnan(table("switching_primary", records)["total", m0])


def test_money_by_hand() -> None:
    records = empty()
    records.tokens[0, US, DEV, ACME, 0, CLOSED] = 4.0
    records.tokens[0, US, DEV, CUI, 1, PERMISSIVE] = 6.0
    records.spend[0, US, DEV, ACME, 0, CLOSED] = 9e6
    records.text_spend[0, US, DEV] = [8.0, 0.0, 3.0]
    records.revenue[0, ACME], records.cost[0, ACME], records.elsewhere[0, CUI] = 8e6, 2e6, 4e6
    records.list_price[0, ACME] = [12.0, 3.0, np.nan]
    records.cheapest[0] = [0.1, 0.2, 5.0, np.nan]
    m0 = month_name(0)
    assert table("spend", records)["total", m0] == pytest.approx(9)
    paid = table("price_paid", records, by="openness")
    assert (paid["closed", m0], paid["open", m0]) == (pytest.approx(2), pytest.approx(0.5))
    assert table("price_paid", records, by="total")["total", m0] == pytest.approx(1.1)
    assert table("revenue", records)["Acme", m0] == 8
    assert table("gross_margin", records)["Acme", m0] == pytest.approx(0.75)
    assert np.isnan(table("gross_margin", records)["Bolt", m0])
    assert table("ecosystem_income", records)["Cui", m0] == pytest.approx(0.05 * 4)
    assert table("price_list", records, by="lab_mid")["Acme", m0] == 3
    assert np.isnan(table("price_list", records, by="lab_economy")["Acme", m0])
    assert table("price_capability", records)["ECI 140", m0] == 5


def test_standards_by_hand() -> None:
    records = empty(3)
    records.stock[0] = [3.0, 0.0, 1.0]
    records.stock[1] = [1.0, 1.0, 2.0]
    records.tokens[:2, US, DEV, ACME, 0, CLOSED] = 1.0
    records.tokens[:2, US, DEV, CUI, 1, PERMISSIVE] = 1.0
    months = [month_name(t) for t in range(3)]
    assert [table("ecosystem_share", records)["Cui", m] for m in months] == [0.25, 0.5, 0.0]
    assert [table("top_family_share", records)["total", m] for m in months] == [0.75, 0.5, 0.0]
    assert [table("open_standard_lead", records)["total", m] for m in months] == [-0.5, 0.25, 0.0]
    assert [table("tipping", records)["total", m] for m in months] == [1.0, 0.0, 0.0]


def test_welfare_and_the_frontier_by_hand() -> None:
    records = empty()
    records.surplus[0] = [6.0, 0.0, 1.0]
    records.surplus_weight[0] = [3.0, 0.0, 1.0]
    records.frontier[:] = np.nan
    records.frontier[0, 0] = [130.0, 120.0]
    records.frontier[0, 1] = [np.nan, 125.0]
    m0, scale = month_name(0), 0.352 * 1.3**3
    assert table("welfare", records, segment_kind="region", segment="US")["total", m0] == pytest.approx(2 * scale)
    assert np.isnan(table("welfare", records, segment_kind="region", segment="CN")["total", m0])
    assert table("welfare", records)["total", m0] == pytest.approx(7 / 4 * scale)
    assert table("frontier", records, by="bloc")["US", m0] == 130
    assert table("frontier", records, by="bloc")["CN", m0] == 125
    assert table("frontier", records, by="openness")["open", m0] == 125
    assert np.isnan(table("frontier", records, by="bloc")["AL", m0])


def test_ratio_is_null_without_a_denominator() -> None:
    np.testing.assert_equal(ratio(np.array([1.0, 0.0]), np.array([0.0, 2.0])), [np.nan, 0.0])


def test_measures_are_linear_in_the_unit_of_account(replay: Trajectory) -> None:
    """Shares don't know how large the market is."""
    records = replay.records
    double = replace(
        records, **{f.name: getattr(records, f.name) * (2 if f.name == "tokens" else 1) for f in fields(records)}
    )
    one, two = (frame(MEASURES["token_share"], Context(r, replay.world, parameters())) for r in (records, double))
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)


@pytest.mark.parametrize(("name", "near"), [("token_shar", "token_share"), ("adoptoin", "adoption")])
def test_an_unknown_measure_names_its_neighbour(name: str, near: str, replay: Trajectory) -> None:
    with pytest.raises(InputError) as caught:
        replay.frame(name)
    (problem,) = caught.value.problems
    assert (problem.key, problem.nearest) == (name, near)
    assert "hhi" in str(problem)
