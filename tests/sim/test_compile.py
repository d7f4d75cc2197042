"""Compiled levers: exact arrays, predictable stacks, and nothing before its date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from policies import BAN, HANDOVER, LIBRARY, WORLD, C, K, L, R, compiled, policy

from sim.calendar import month_index
from sim.compile import LeverArrays, ReleaseModeRule
from sim.policy import Policy
from sim.policy_values import parse_day


def test_without_policy_nothing_is_in_force() -> None:
    empty = LeverArrays.none(WORLD, 12)
    shapes = {name: array.shape for name, array in empty.arrays().items()}
    assert shapes == {
        "block": (12, 5, 5),
        "ban": (12, 5, 5, 3, 4),
        "local": (12, 5),
        "align": (12, 5),
        "push": (12, 5),
        "trust": (12, 5, 5),
        "review": (12, 5),
    }
    assert not any(array.any() for array in empty.arrays().values())


def expected(name: str, *cells: tuple[Any, ...]) -> np.ndarray:
    array = LeverArrays.none(WORLD, 48).arrays()[name].copy()
    for *index, value in cells:
        array[np.ix_(*[np.atleast_1d(k) for k in index])] = value
    return array


def test_compiled_bans(tmp_path: Path) -> None:
    months = np.arange(30, 36)
    made = policy(
        tmp_path,
        {**BAN, "start": "2025-07", "until": "2025-12", "value": 0.5, "share": 0.5},
        {
            **{"actor": "JP", "lever": "model_ban", "start": "2025-07", "until": "2025-12-30", "value": 1},
            "target": {"developer": "DeepSeek", "channel": ["own", "H"], "class": "enterprise"},
        },
    )
    wanted = expected(
        "ban",
        (months, R["EU"], [L["DeepSeek"], L["Alibaba"]], [0, 1, 2], K["public"], 0.25),
        (months[:-1], R["JP"], L["DeepSeek"], [C["A"], C["H"]], K["enterprise"], 1.0),
    )
    np.testing.assert_array_equal(compiled(made).ban, wanted)


def test_bans_on_different_targets_add_up_to_at_most_one(tmp_path: Path) -> None:
    made = policy(
        tmp_path,
        {**BAN, "start": "2025-07", "share": 0.7},
        {**BAN, "start": "2025-07", "share": 0.6, "target": {"developer": "DeepSeek"}},
    )
    ban = compiled(made).ban[40, R["EU"], :, C["S"], K["public"]]
    np.testing.assert_allclose(ban, [0, 0, 1.0, 0.7, 0])


def test_a_mandate_bans_the_complement(tmp_path: Path) -> None:
    made = policy(
        tmp_path,
        {"actor": "EU", "lever": "procurement_mandate", "target": "home", "value": 0.8, "start": "2025-01"},
        {"actor": "JP", "lever": "procurement_mandate", "target": "open", "value": 1, "start": "2025-01"},
    )
    ban = compiled(made).ban[24]
    np.testing.assert_allclose(ban[R["EU"], :, :, K["public"]], np.array([[0.8] * 3] * 4 + [[0.0] * 3]))
    np.testing.assert_array_equal(ban[R["JP"], :, :, K["public"]], np.array([[1.0, 0.0, 0.0]] * 5))
    assert ban[..., : K["public"]].sum() == 0


def test_compiled_api_blocks(tmp_path: Path) -> None:
    made = policy(
        tmp_path,
        {"actor": "OpenAI", "lever": "api_access_block", "target": "CN", "value": 1, "start": "2024-07"},
        {"actor": "CN", "lever": "api_access_block", "target": "foreign", "value": 1, "start": "2025-01", "share": 0.9},
        {"actor": "US", "lever": "api_access_block", "target": "NAL", "value": True, "start": "2026-01"},
    )
    months, later, last = np.arange(18, 48), np.arange(24, 48), np.arange(36, 48)
    wanted = expected(
        "block",
        (later, [L["Meta"], L["Mistral AI"]], R["CN"], 0.9),
        (months, L["OpenAI"], R["CN"], 1.0),
        (last, [L["OpenAI"], L["Meta"]], R["SEA"], 1.0),
    )
    np.testing.assert_array_equal(compiled(made).block, wanted)


def test_compiled_region_levers(tmp_path: Path) -> None:
    made = policy(
        tmp_path,
        {"actor": "AL", "lever": "hosting_localisation", "value": True},
        {"actor": "CN", "lever": "adoption_push", "value": 0.05, "start": "2025-08-26", "until": "2026-03-11"},
        {"actor": "CN", "lever": "alignment_requirement", "value": 1, "start": "2023-08"},
        {"actor": "CN", "lever": "partner_programme", "target": "NAL", "value": {"trust": 0.2}, "start": "2025-01"},
    )
    arrays = compiled(made)
    chinese = [L["DeepSeek"], L["Alibaba"]]
    np.testing.assert_array_equal(arrays.local, expected("local", (np.arange(43, 48), [R["EU"], R["JP"]], True)))
    np.testing.assert_array_equal(arrays.push, expected("push", (np.arange(31, 38), R["CN"], 0.05)))
    np.testing.assert_array_equal(arrays.align, expected("align", (np.arange(7, 48), chinese, 1.0)))
    np.testing.assert_array_equal(arrays.trust, expected("trust", (np.arange(24, 48), R["SEA"], chinese, -0.2)))


def test_content_review_acts_after_the_hand_over_only() -> None:
    review = compiled(Policy.load_stack("status_quo")).review
    assert not review[: HANDOVER + 1].any()
    np.testing.assert_array_equal(review[HANDOVER + 1 :, [L["DeepSeek"], L["Alibaba"]]], 4.0)
    relaxed = compiled(Policy.load_stack("content_rules_relaxed"))
    assert not relaxed.review.any()
    assert not relaxed.align[HANDOVER + 1 :].any()
    assert relaxed.align[HANDOVER].any()


def test_compiled_releases(tmp_path: Path) -> None:
    record = {
        **{"model": "Open One", "line": "gpt-oss", "tier": "mid", "licence": "open_permissive"},
        **{"q": 140, "active_b": 5, "total_b": 120},
    }
    made = policy(
        tmp_path,
        {"actor": "DeepSeek", "lever": "release_withheld", "target": "DeepSeek-R1"},
        {"actor": "OpenAI", "lever": "release_scheduled", "value": record, "start": "2025-03"},
        {"actor": "CN", "lever": "release_mode", "target": {"tier": "flagship"}, "value": "closed", "start": "2025-02"},
    )
    arrays = compiled(made)
    assert arrays.withheld == ("DeepSeek-R1",)
    assert [(r.model, r.lab, r.t, r.price) for r in arrays.scheduled] == [("Open One", "OpenAI", 26, None)]
    assert [r.month for r in arrays.scheduled_records()] == [26]
    labs = frozenset({"DeepSeek", "Alibaba"})
    rule = ReleaseModeRule(25, 47, labs, None, frozenset({"flagship"}), frozenset({"closed"}))
    assert arrays.release_modes == (rule,)
    assert rule.covers("Alibaba", "qwen-open", "flagship", 25)
    assert not rule.covers("Alibaba", "qwen-open", "flagship", 24)
    assert not rule.covers("Alibaba", "qwen-open", "mid", 25)
    assert not rule.covers("OpenAI", "gpt", "flagship", 25)


def test_what_the_data_carry_adds_nothing() -> None:
    arrays = compiled(Policy.load_stack("status_quo"))
    assert not arrays.block.any()
    assert arrays.supply > 30
    assert ("Interim Measures", "CN", "alignment_requirement") in {(m.label, m.actor, m.lever) for m in arrays.starts}
    assert all(mark.t >= 0 for mark in arrays.starts)


dates = st.integers(0, 47)
rows = st.lists(
    st.tuples(st.sampled_from(["EU", "JP"]), st.sampled_from(["CN", "DeepSeek"]), dates, dates, st.integers(0, 10)),
    max_size=4,
)


def stackable(items: list[tuple[str, str, int, int, int]], name: str) -> Policy:
    """Return a policy of which no two entries overlap: of each actor and target only the first is kept."""
    levers = {}
    for actor, developer, a, b, tenths in items:
        first, last = sorted((a, b))
        day = [f"{2023 + t // 12}-{t % 12 + 1:02d}" for t in (first, last)]
        levers.setdefault(f"procurement_ban.{actor}.{developer}", f"{tenths / 10}@{day[0]}..{day[1]}")
    made = Policy.from_levers(levers)
    return replace(made, names=(name,), entries=tuple(replace(e, origin=name) for e in made.entries))


@given(rows, rows, rows)
def test_stacking(one: Any, two: Any, three: Any) -> None:
    a, b, c = (stackable(items, name) for items, name in zip((one, two, three), "abc", strict=True))
    flat = compiled(Policy.stack([a, b, c])).ban
    np.testing.assert_array_equal(flat, compiled(Policy.stack([a, Policy.stack([b, c])])).ban)
    np.testing.assert_array_equal(flat, compiled(Policy.stack([Policy.stack([a, b]), c])).ban)
    np.testing.assert_array_equal(compiled(Policy.stack([a, a])).ban, compiled(a).ban)
    by_hand = np.zeros((48, len(R), 2))
    for place, region in (("EU", R["EU"]), ("JP", R["JP"])):
        for k, developer in enumerate(("CN", "DeepSeek")):
            for layer in (a, b, c):
                for item in layer.entries:
                    if item.actor == place and item.target.get("developer") == (developer,):
                        months = slice(item.first_month(HANDOVER), (item.last_month(HANDOVER) or 0) + 1)
                        by_hand[months, region, k] = item.value
    deepseek = np.minimum(by_hand.sum(axis=2), 1.0)
    np.testing.assert_allclose(flat[:, :, L["DeepSeek"], 0, K["public"]], deepseek, rtol=0, atol=1e-12)
    np.testing.assert_allclose(flat[:, :, L["Alibaba"], 0, K["public"]], by_hand[:, :, 0], rtol=0, atol=1e-12)


@given(rows)
def test_notes_say_what_was_replaced(items: Any) -> None:
    made = stackable(items, "a")
    assert Policy.stack([made]).notes == ()
    again = replace(made, entries=tuple(replace(e, origin="b") for e in made.entries))
    assert len(Policy.stack([made, again]).notes) == len(made.entries)


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
@pytest.mark.parametrize("start", ["2023-06", "2024-02-29", "2025-12"])
def test_nothing_acts_before_its_date(path: Path, start: str) -> None:
    """An entry dated month t leaves every array before t bit-identical."""
    base = Policy.load_stack("status_quo")
    given = Policy.load(path)
    day = month_index(start)
    moved = replace(given, entries=tuple(_dated(item, start) for item in given.entries))
    below, above = compiled(base), compiled(Policy.stack([base, moved]))
    for name, array in above.arrays().items():
        assert array[:day].tobytes() == below.arrays()[name][:day].tobytes(), name


def _dated(item: Any, start: str) -> Any:
    return replace(item, start=parse_day(start, last=False), until=None)
