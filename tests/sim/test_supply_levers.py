"""Compiled supply levers: exact arrays, no effect before a date, and history where nothing differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from policies import HANDOVER, LIBRARY, WORLD, L

from sim.calendar import month_index
from sim.market.strategy import MODES as CHOSEN_FROM
from sim.policy import Policy
from sim.policy_values import parse_day
from sim.release_modes import ReleaseModeRule, allowed_modes, possible_modes
from sim.supply_levers import SupplyLevers, compile_supply
from sim.tables import load_world
from sim.vocabulary import MODES, shipped_vocabulary
from sim.world import BLOCS

US, CN, AL, NAL = range(4)
WEIGHED = SimpleNamespace(
    **vars(WORLD),
    region_gdp=np.array([0.4, 0.3, 0.15, 0.05, 0.1]),
    lab_blocs=("US", "US", "CN", "CN", "AL"),
)
MONTHS = 60


def supply(given: Policy, world: Any = WEIGHED) -> SupplyLevers:
    return compile_supply(given, world, MONTHS, HANDOVER)


def of(**levers: str) -> SupplyLevers:
    """Compile lever overrides, written lever__actor__target=value."""
    return supply(Policy.from_levers({key.replace("__", "."): value for key, value in levers.items()}))


def changed(given: SupplyLevers) -> set[str]:
    """Return the arrays that differ from a world without policy."""
    none = SupplyLevers.none(WEIGHED, MONTHS).arrays()
    return {name for name, array in given.arrays().items() if not np.array_equal(array, none[name])}


def test_without_policy_nothing_is_in_force() -> None:
    none = supply(Policy())
    assert changed(none) == set()
    assert none.modes == ()
    assert np.isinf(none.quota).all() and none.offshore.all()
    for name in ("performance", "licence", "import_limit"):
        assert (getattr(none, name) == 1).all()
    np.testing.assert_array_equal(none.access[0], [1, 1, 0.5, 0.5, 1])
    assert set(none.refile) == {0.25}
    assert set(SupplyLevers.none(WEIGHED, 3, refile=0.6).refile) == {0.6}


CASES: list[tuple[str, str, str, Any, float]] = [
    ("chip_export_quota__US__CN", "24000", "quota", (), 24000),
    ("chip_export_performance__US__CN", "0.2", "performance", (), 0.2),
    ("enforcement__US__CN", "0.4", "enforcement", (), 0.4),
    ("enforcement__US__world", "0.4", "enforcement", (), 0.4),
    ("chip_export_to_third_countries__US__SEA", "0.4", "licence", (), 0.4),
    ("chip_import_limit__CN", "0.05", "import_limit", CN, 0.05),
    ("chip_import_limit__EU", "0", "import_limit", AL, 0.25),
    ("chip_sale_levy__US__CN", "0.25", "levy", (), 0.25),
    ("tool_and_memory_controls__US__CN", "-0.02", "tools", (), -0.02),
    ("fab_subsidy__CN", "0.01", "fab", CN, 0.01),
    ("offshore_cloud_access__US__CN", "0", "offshore", (), 0),
    ("compute_megaproject__JP", "500", "mega", AL, 500),
    ("partner_programme__CN__SEA", "{chips: 0.2}", "partner", NAL, 0.2),
    ("partner_programme__US__EU", "{chips: 0.2}", "partner_us", AL, 0.2),
    ("weights_export_ban__US__Meta", "1", "weights_ban", L["Meta"], 1),
    ("api_distillation_limit__OpenAI__CN", "0.6", "access", [L["DeepSeek"], L["Alibaba"]], 0.2),
    ("open_model_subsidy__CN__DeepSeek", "0.1", "subsidy", L["DeepSeek"], 0.1),
    ("science_sharing__CN", "0.3", "chi", (), 0.3),
    ("science_sharing__CN__world", "{sigma_0: 0.02}", "sigma_0", (), 0.02),
    ("content_review__CN", "5", "review", [L["DeepSeek"], L["Alibaba"]], 5),
    ("content_review__CN", "{refile: 0.9}", "refile", (), 0.9),
    ("content_review__CN", "{scope: all}", "review_all", (), 1),
]


@pytest.mark.parametrize(("key", "value", "name", "where", "wanted"), CASES, ids=[f"{c[0]}={c[1]}" for c in CASES])
def test_a_lever_moves_its_own_array_from_its_month_on(
    key: str, value: str, name: str, where: Any, wanted: float
) -> None:
    """Undated, a lever acts from the month after the hand-over, and in nothing but its own array."""
    got = of(**{key: value})
    assert changed(got) == {name}
    expected = SupplyLevers.none(WEIGHED, MONTHS).arrays()[name].astype(float)
    later = expected[HANDOVER + 1 :]
    if where == ():
        later[:] = wanted
    else:
        later[:, where] = wanted
    np.testing.assert_allclose(got.arrays()[name].astype(float), expected, rtol=1e-15)


def test_a_lever_acts_in_the_past_too() -> None:
    quota = of(chip_export_quota__US__CN="0@2025-04-09..2025-07-13").quota
    np.testing.assert_array_equal(np.flatnonzero(quota == 0), [27, 28, 29])
    review = of(content_review__CN="5@2024-01").review
    assert not review[: HANDOVER + 1].any() and review[HANDOVER + 1 :, L["DeepSeek"]].all()


def test_shares_of_the_target() -> None:
    entries = [
        {"actor": "US", "lever": "chip_export_performance", "target": "CN", "value": 0.2, "share": 0.5},
        {"actor": "EU", "lever": "compute_megaproject", "value": 200, "share": 0.1},
        {"actor": "CN", "lever": "partner_programme", "target": "SEA", "value": {"chips": 0.2}, "share": 0.5},
    ]
    made = Policy.from_levers({})
    loaded = [
        Policy.from_levers({f"{e['lever']}.{e['actor']}.{e.get('target', '')}".rstrip("."): e["value"]})
        for e in entries
    ]
    shared = [replace(p.entries[0], share=e["share"]) for p, e in zip(loaded, entries, strict=True)]
    got = supply(replace(made, entries=tuple(shared)))
    assert got.performance[-1] == pytest.approx(0.6)
    assert got.mega[-1, AL] == pytest.approx(20)
    assert got.partner[-1, NAL] == pytest.approx(0.1)


def test_enforcement_adds_up_to_at_most_one() -> None:
    got = of(enforcement__US__CN="0.7", enforcement__US__world="0.6")
    assert got.enforcement[-1] == 1.0
    assert of(enforcement__US__CN="0.1", enforcement__US__world="0.15").enforcement[-1] == pytest.approx(0.25)


def test_an_embargo_survives_a_licence_for_the_bloc(tmp_path: Path) -> None:
    world = load_world()
    rows = {"chip_export_to_third_countries.US.SAN": "0@2023-10", "chip_export_to_third_countries.US.NAL": "1@2024-01"}
    licence = supply(Policy.from_levers(rows), world).licence
    non_aligned = np.array([bloc == "NAL" for bloc in world.region_blocs])
    sanctioned = world.region_gdp[world.region_codes.index("SAN")] / world.region_gdp[non_aligned].sum()
    assert (licence[:9] == 1).all()
    np.testing.assert_allclose(licence[9:], 1 - sanctioned)


def test_the_largest_distillation_limit_counts() -> None:
    got = of(api_distillation_limit__OpenAI__CN="0.3", api_distillation_limit__US__DeepSeek="0.6")
    np.testing.assert_allclose(got.access[-1], [1, 1, 0.2, 0.35, 1])
    real = supply(Policy.load_stack("status_quo"), load_world())
    world = load_world()
    by_lab = dict(zip(world.lab_names, real.access[-1], strict=True))
    assert by_lab["DeepSeek"] == pytest.approx(0.2)
    assert by_lab["OpenAI"] == by_lab["Other (US)"] == 1
    assert real.access[0][world.lab_names.index("Other (CN)")] == 1


def test_a_programme_for_several_blocs_is_shared_out_and_none_of_it_stays() -> None:
    got = of(partner_programme__CN__world="{chips: 0.3}").partner[-1]
    np.testing.assert_allclose(got, np.array([0.4, 0, 0.2, 0.1]) / 0.7 * 0.3)
    many = of(partner_programme__CN__SEA="{chips: 0.8}", partner_programme__CN__AL="{chips: 0.8}").partner[-1]
    assert many.sum() == pytest.approx(1.0)


def test_the_real_world() -> None:
    """The regimes of the record, month by month."""
    world = load_world()
    real = supply(Policy.load_stack("status_quo"), world)
    t = {month: month_index(month) for month in ("2023-09", "2023-10", "2025-05", "2025-08", "2025-12", "2026-06")}
    quota = [float(real.quota[t[month]]) for month in ("2023-09", "2025-05", "2025-08", "2025-12", "2026-06")]
    assert quota == [np.inf, 0, 12000, np.inf, 100_000]
    assert [real.performance[t[m]] for m in ("2023-09", "2023-10", "2026-06")] == [0.9, 0.15, 1.0]
    assert [bool(real.offshore[t[m]]) for m in ("2025-12", "2026-06")] == [True, False]
    assert real.import_limit[t["2026-06"]].tolist() == [1, 0.05, 1, 1]
    assert real.enforcement[t["2026-06"]] == pytest.approx(0.25)
    assert real.tools[t["2026-06"]] == pytest.approx(-0.024)


def test_no_chip_controls_lifts_what_the_record_holds() -> None:
    world = load_world()
    for name, first in (("no_chip_controls", HANDOVER + 1), ("no_chip_controls_2022", 0)):
        free, real = supply(Policy.load_stack(name), world), supply(Policy.load_stack("status_quo"), world)
        assert np.isinf(free.quota[first:]).all()
        assert (free.performance[first:] == 1).all()
        assert free.offshore[first:].all()
        assert not free.levy[first:].any() and not free.enforcement[first:].any()
        for key, array in free.arrays().items():
            assert array[:first].tobytes() == real.arrays()[key][:first].tobytes(), key
            if key not in {"quota", "performance", "offshore", "levy", "enforcement", "import_limit", "licence"}:
                assert array.tobytes() == real.arrays()[key].tobytes(), key
    assert (free.import_limit == 1).all()
    assert (free.licence[month_index("2023-10") :] < 1).all()


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_nothing_acts_before_its_date(path: Path) -> None:
    base, given = Policy.load_stack("status_quo"), Policy.load(path)
    start = parse_day("2025-03", last=False)
    moved = replace(given, entries=tuple(replace(e, start=start, until=None) for e in given.entries))
    below, above = (supply(p, load_world()).arrays() for p in (base, Policy.stack([base, moved])))
    for name, array in above.items():
        assert array[:26].tobytes() == below[name][:26].tobytes(), name


def test_a_policy_equal_to_the_record_changes_nothing() -> None:
    base = Policy.load_stack("status_quo")
    twice = Policy.stack([base, replace(Policy.load("status_quo"), names=("again",))])
    for name, array in supply(twice, load_world()).arrays().items():
        assert array.tobytes() == supply(base, load_world()).arrays()[name].tobytes(), name


# release modes


def test_modes_are_those_that_labs_choose_from() -> None:
    assert MODES == CHOSEN_FROM


@pytest.mark.parametrize("name", ["cn_goes_closed", "us_all_closed", "cn_open_mandate"])
def test_modes_of_the_library_govern_projected_releases(name: str) -> None:
    rules = compile_supply(Policy.load_stack(name), load_world(), 96, HANDOVER).modes
    lab = "DeepSeek" if name.startswith("cn") else "NVIDIA"
    wanted = frozenset({"open" if "open" in name else "closed"})
    assert allowed_modes(rules, lab, 95) == allowed_modes(rules, lab, HANDOVER + 1) == wanted
    assert allowed_modes(rules, "Mistral AI", 95) == frozenset(MODES)


def test_allowed_modes() -> None:
    everybody = frozenset({"Meta"})
    flagship = ReleaseModeRule(0, 50, everybody, None, frozenset({"flagship"}), frozenset({"closed"}))
    small = ReleaseModeRule(0, 50, everybody, None, frozenset({"economy"}), frozenset({"open"}))
    line = ReleaseModeRule(0, 50, everybody, frozenset({"llama"}), None, frozenset({"open"}))
    push = ReleaseModeRule(10, 50, everybody, None, None, frozenset({"open", "tiered"}))
    forced = ReleaseModeRule(20, 50, everybody, None, None, frozenset({"open"}))
    rules = [flagship, small, line, push, forced]
    assert allowed_modes(rules, "OpenAI", 30) == frozenset(MODES)
    assert allowed_modes(rules, "Meta", 5) == {"closed", "tiered"}
    assert allowed_modes(rules, "Meta", 10) == {"tiered"}
    assert allowed_modes(rules, "Meta", 30) == {"open"}
    assert allowed_modes([push], "Meta", 10, {"closed", "open"}) == {"open"}


def test_tiered_takes_lines_of_two_tiers() -> None:
    names = shipped_vocabulary()
    assert "tiered" in possible_modes("OpenAI", HANDOVER, names)
    assert possible_modes("TII", HANDOVER, names) == {"closed", "open", "delayed"}
    assert set(BLOCS) == set(names.blocs)
