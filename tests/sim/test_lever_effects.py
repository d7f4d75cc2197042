"""Every supply-side lever moves its own equation, from its month on (E2 to E12, E26, E27)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from projected import AFTER, BUYS, T_H, arm, labs_of, new_models, projection, quiet, ran, under

from sim.calendar import month_index
from sim.chip_path import ChipPath
from sim.chips import ChipMarket
from sim.market.compute import market_split, shared_split
from sim.market.knowledge import knowledge_step
from sim.market.strategy import MODES
from sim.parameters import Parameters
from sim.policy import Policy
from sim.research import reachable, spillovers, visible_weights
from sim.supply_levers import SupplyLevers, compile_supply
from sim.tables import load_world
from sim.world import NEVER

US, CN, AL, NAL = range(4)
UNTIL, T = 42, 72
START = month_index("2027-01")
WORLD, PARAMETERS = load_world(), Parameters()
OPEN_TRADE = {"chip_import_limit.CN": "1@2026-08", "chip_export_quota.US.CN": ".inf@2026-08"}
"""China buys again and nothing is in the way, so that what is added on top is felt."""


@lru_cache(maxsize=64)
def levers(*pairs: tuple[str, str]) -> SupplyLevers:
    """Compile levers on top of the status quo, each on top of those before it."""
    layers = [Policy.from_levers({name: value}) for name, value in pairs]
    return compile_supply(Policy.stack([Policy.load("status_quo"), *layers]), WORLD, T, UNTIL)


@lru_cache(maxsize=64)
def chips(*pairs: tuple[str, str]) -> ChipPath:
    base = ChipMarket(WORLD, PARAMETERS, compile_supply(Policy.load("status_quo"), WORLD, T, UNTIL), T, UNTIL)
    return ChipMarket(WORLD, PARAMETERS, levers(*pairs), T, UNTIL, base.path).path


def pair(lever: str, value: str, *others: str) -> tuple[ChipPath, ChipPath]:
    """Return the path without and with a lever from 2027-01 on, both under open trade and the others."""
    common = tuple({**OPEN_TRADE, **dict(text.split("=") for text in others)}.items())
    return chips(*common), chips(*common, (lever, f"{value}@2027-01"))


def same_before(one: ChipPath, two: ChipPath, *names: str) -> None:
    for name in names:
        assert getattr(one, name)[:START].tobytes() == getattr(two, name)[:START].tobytes()


def test_quota_caps_legal_chips() -> None:
    free, capped = pair("chip_export_quota.US.CN", "24000")
    same_before(free, capped, "legal", "tau", "stock")
    np.testing.assert_allclose(capped.legal[START:], 24000.0)
    assert (free.legal[START:] > 24000).all()
    assert (capped.tau[START:] > free.tau[START:]).all()
    assert (capped.stock[START + 1 :, CN] < free.stock[START + 1 :, CN]).all()


def test_performance_scales_what_legal_chips_deliver() -> None:
    free, weaker = pair("chip_export_performance.US.CN", "0.25")
    same_before(free, weaker, "legal")
    np.testing.assert_allclose(weaker.legal[START:], 0.25 * weaker.wanted[START:, CN])
    np.testing.assert_allclose(free.legal[START:], free.wanted[START:, CN])


def test_enforcement_stops_leakage_in_proportion() -> None:
    leaky, tight = pair("enforcement.US.CN", "0.5", "chip_export_quota.US.CN=0@2026-08", "enforcement.US.CN=0@2026-08")
    same_before(leaky, tight, "smuggled")
    given = levers(("enforcement.US.CN", "0"), ("enforcement.US.CN", "0.5@2027-01")).enforcement[START:]
    assert (given >= 0.5).all()
    np.testing.assert_allclose(
        tight.smuggled[START:], np.minimum((1 - given) * _leak(tight)[START:], _cap(tight)[START:])
    )
    assert (tight.smuggled[START:] < leaky.smuggled[START:]).all()


def _leak(path: ChipPath) -> np.ndarray:
    return np.asarray(PARAMETERS.chips.smuggling * (path.wanted[:, CN] - path.legal))


def _cap(path: ChipPath) -> np.ndarray:
    return np.asarray(PARAMETERS.chips.smuggling_cap * path.us_output)


def test_licences_scale_what_the_non_aligned_get() -> None:
    free, licensed = pair(
        "chip_export_to_third_countries.US.NAL", "0.5", "chip_export_to_third_countries.US.NAL=1@2026-08"
    )
    same_before(free, licensed, "deliveries")
    ratio = licensed.deliveries[START:, NAL] / free.deliveries[START:, NAL]
    assert (ratio < 0.75).all()
    assert (licensed.deliveries[START:, US] > free.deliveries[START:, US]).all()


def test_an_import_limit_cuts_the_buyers_own_purchases() -> None:
    free, limited = pair(BUYS, "0.4")
    same_before(free, limited, "legal")
    np.testing.assert_allclose(limited.legal[START:], 0.4 * limited.wanted[START:, CN])
    assert (limited.self_sufficiency[START:] > free.self_sufficiency[START:]).all()


def test_a_levy_is_partly_passed_on() -> None:
    free, levied = pair("chip_sale_levy.US.CN", "0.2", "chip_sale_levy.US.CN=0@2026-08")
    same_before(free, levied, "chip_price_cn")
    np.testing.assert_allclose(
        levied.chip_price_cn[START:], (1 + 0.2 * PARAMETERS.chips.levy_passed) * free.chip_price_cn[START:]
    )
    assert (levied.levy_revenue[START:] > 0).all()


@pytest.mark.parametrize(
    ("lever", "value", "others"),
    [
        ("tool_and_memory_controls.US.CN", -0.03, "tool_and_memory_controls.US.CN=0@2026-08"),
        ("fab_subsidy.CN", 0.02, "fab_subsidy.CN=0@2026-08"),
    ],
)
def test_growth_of_chinese_output(lever: str, value: float, others: str) -> None:
    free, moved = pair(lever, str(value), others)
    same_before(free, moved, "cn_output", "domestic")
    months = np.arange(T - START)
    np.testing.assert_allclose(moved.cn_output[START:] / free.cn_output[START:], np.exp(value * months), rtol=1e-9)


def test_a_fab_subsidy_of_the_us_grows_its_suppliers() -> None:
    free, moved = pair("fab_subsidy.US", "0.01", "fab_subsidy.US=0@2026-08")
    np.testing.assert_allclose(moved.us_output[START:] / free.us_output[START:], np.exp(0.01 * np.arange(T - START)))


def test_offshore_rental_ends_with_a_ban() -> None:
    free, barred = pair("offshore_cloud_access.US.CN", "false", "offshore_cloud_access.US.CN=true@2026-08")
    same_before(free, barred, "offshore", "usable")
    assert (free.offshore[START:] > 0).all()
    assert (barred.offshore[START:] == 0).all()
    np.testing.assert_array_equal(barred.usable[START:], barred.stock[START:])
    assert (free.usable[START:, CN] > barred.usable[START:, CN]).all()


def test_a_megaproject_is_served_before_the_split() -> None:
    free, ordered = pair("compute_megaproject.EU", "50000", "compute_megaproject.EU=0@2026-08")
    same_before(free, ordered, "deliveries")
    chips_of = PARAMETERS.chips
    split = market_split(chips_of.split_us, chips_of.split_cn, chips_of.split_al, chips_of.split_nal)
    phi = shared_split(split, levers().partner_us)[START:, AL]
    np.testing.assert_allclose((ordered.wanted - free.wanted)[START:, AL], 50000 * (1 - phi), rtol=1e-6)
    np.testing.assert_allclose(ordered.deliveries.sum(axis=1), ordered.us_output + ordered.cn_effective, rtol=1e-9)


def test_a_partner_programme_sends_chinese_chips() -> None:
    free, sent = pair("partner_programme.CN.NAL", "{chips: 0.1}")
    same_before(free, sent, "partner", "domestic")
    np.testing.assert_allclose(sent.partner[START:, NAL] / sent.cn_effective[START:], 0.1)
    np.testing.assert_allclose(sent.domestic[START:], 0.9 * sent.cn_effective[START:])


def increments(given: SupplyLevers, banned: np.ndarray | None = None) -> np.ndarray:
    """Return the increments of E9 in 2027-06 of labs of which the American ones are a nat ahead."""
    labs = len(WORLD.lab_names)
    a = np.where(np.array(WORLD.lab_blocs) == "US", 0.0, -1.0) - np.linspace(0.0, 0.1, labs)
    t = month_index("2027-06")
    banned = np.zeros(labs, dtype=bool) if banned is None else banned
    a_open = reachable(a, visible_weights(WORLD, banned))
    a_api = reachable(a, visible_weights(WORLD, np.zeros(labs, dtype=bool)))
    return np.asarray(knowledge_step(a, np.ones(labs), spillovers(WORLD, PARAMETERS, given, t, 0.5), a_open, a_api))


def test_science_sharing_lifts_everybody() -> None:
    """chi multiplies the own term by 1 + (chi + dchi) O, sigma_0 adds to catching up."""
    none, more = levers(), levers(("science_sharing.CN.world", "{chi: 0.3, sigma_0: 0.02}@2027-01"))
    t = month_index("2027-06")
    before, after = spillovers(WORLD, PARAMETERS, none, t, 0.5), spillovers(WORLD, PARAMETERS, more, t, 0.5)
    base = float(none.chi[t])
    assert after.sharing - before.sharing == pytest.approx((0.3 - base) * 0.5)
    assert after.to_all - before.to_all == pytest.approx(0.02 - float(none.sigma_0[t]))
    assert (increments(more) > increments(none)).all()
    assert spillovers(WORLD, PARAMETERS, more, START - 1, 0.5).sharing == before.sharing


def test_a_distillation_limit_slows_chinese_catching_up_through_apis() -> None:
    none, limited = (
        levers(("api_distillation_limit.US.CN", "0@2026-08")),
        levers(("api_distillation_limit.US.CN", "0.9@2027-01")),
    )
    chinese = np.array(WORLD.lab_blocs) == "CN"
    t = month_index("2027-06")
    changed = limited.access[t] != none.access[t]
    assert changed.any() and not changed[~chinese].any()
    fresh = SupplyLevers.none(WORLD, T).access[t]
    np.testing.assert_allclose(limited.access[t][changed], 0.1 * fresh[changed])
    drop = increments(none) - increments(limited)
    assert (drop[changed & (drop > 0)] > 0).all() and (drop[~changed] == 0).all()
    assert drop[changed].max() > 0


def test_weights_under_an_export_ban_teach_only_at_home() -> None:
    american = np.array(WORLD.lab_blocs) == "US"
    see = visible_weights(WORLD, american)
    assert see[np.ix_(american, american)].all() and see[np.ix_(~american, ~american)].all()
    assert not see[np.ix_(~american, american)].any()
    drop = increments(levers()) - increments(levers(), american)
    assert (drop[american] == 0).all() and drop[~american].max() > 0


def test_a_weights_ban_keeps_later_releases_at_home() -> None:
    market = under(weights_export_ban__US="true@2024-09")
    american = labs_of(market, "US")[market.offers.lab]
    later = american & (market.offers.month >= month_index("2024-09")) & (market.offers.month < market.n_months)
    assert later.any()
    assert not market.offers.abroad[later].any()
    assert market.offers.abroad[~later & (market.offers.month < NEVER)].all()
    abroad = ~labs_of_enterprises(market)
    for line in np.unique(market.offers.line[later & (market.offers.opened < NEVER)]):
        known = market.awareness.weights[line][abroad]
        assert not np.isin(known, np.flatnonzero(later)).any()


def labs_of_enterprises(market: object) -> np.ndarray:
    """Return which enterprises are in the US."""
    population, world = market.population, market.world  # type: ignore[attr-defined]
    return np.asarray(population.region == world.region_codes.index("US"))


def test_a_subsidy_pays_a_share_of_budgets() -> None:
    """E26: the target is Fund (1 + s) f + ...; the same month's state but for the subsidy."""
    from sim.budgets import Budgets

    fund = np.full((3, 2), 100.0)
    books = [Budgets.of(fund, None, np.array([True, True]), PARAMETERS) for _ in range(2)]
    for book, share in zip(books, (0.0, 0.2), strict=True):
        book.close_month(1, np.zeros(2), np.array([share, 0.0]), 0, PARAMETERS)
    speed = PARAMETERS.finance.adjustment
    assert books[1].budget - books[0].budget == pytest.approx([speed * 20.0, 0.0])
    assert books[1].cash - books[0].cash == pytest.approx([20.0, 0.0])


def test_a_subsidy_raises_the_payoff_of_open_modes_alone() -> None:
    """E27: in the first month in which it matters, the attraction of open modes rises against closed ones."""
    base, paid = quiet(), under(open_model_subsidy__US="0.5@2024-07")
    american = labs_of(base, "US")
    t = AFTER
    done = american & (base.supply.mode[t] >= 0)
    assert (paid.supply.levers.subsidy[t][american] == 0.5).all()
    one, two = (m.supply.desk.strategies.attraction for m in (base, paid))  # type: ignore[union-attr]
    lead = two[:, MODES.index("open")] - two[:, MODES.index("closed")]
    before = one[:, MODES.index("open")] - one[:, MODES.index("closed")]
    learnt = american & (one != 0).any(axis=1) & (two != 0).any(axis=1)
    assert learnt.any() or not done.any()
    assert (lead[learnt] > before[learnt]).all()


def test_review_makes_new_models_wait_at_home() -> None:
    market = arm((("content_review.CN", "{months: 4, refile: 1}@2024-07"),))
    mine = np.array([k for k in new_models(market) if labs_of(market, "CN")[market.offers.lab[k]]])
    others = np.array([k for k in new_models(market) if not labs_of(market, "CN")[market.offers.lab[k]]])
    assert mine.size and (market.offers.wait[mine] == 4).all()
    assert not market.offers.wait[others].any()
    at_home = market.population.region == market.world.region_codes.index("CN")
    for k in mine[market.offers.served[mine] & (market.offers.month[mine] + 4 > market.t - 1)]:
        assert not (market.awareness.own[market.offers.line[k]][at_home] == k).any()


@pytest.mark.parametrize(("value", "opened"), [("open", True), ("closed", False)])
def test_release_modes_are_pinned_after_the_hand_over(value: str, opened: bool) -> None:
    market = arm((("release_mode.OpenAI", f"{value}@2024-07"),))
    lab = market.world.lab_names.index("OpenAI")
    mine = [k for k in new_models(market) if market.offers.lab[k] == lab and not market.offers.video[k]]
    assert mine
    assert {bool(market.offers.opened[k] < NEVER) for k in mine} == {opened}
    assert set(market.supply.mode[AFTER:, lab]) - {-1} == {MODES.index(value)}


def test_a_delayed_release_opens_after_its_delay() -> None:
    market = ran(projection({"release_mode.OpenAI": "delayed@2024-07"}, {"releases.open_delay": 2}))
    lab = market.world.lab_names.index("OpenAI")
    mine = [k for k in new_models(market) if market.offers.lab[k] == lab and not market.offers.video[k]]
    ripe = [k for k in mine if market.offers.opened[k] < market.n_months]
    assert ripe
    for k in mine:
        assert market.offers.opened[k] == market.offers.month[k] + 2
        line, opened = market.offers.line[k], int(market.offers.opened[k])
        assert not (market.offers.weights[line, :opened] == k).any()
    for k in ripe:
        assert not market.offers.closed[k]
        assert market.offers.weights[market.offers.line[k], market.offers.opened[k]] >= k


def test_a_ban_on_chips_costs_chinese_labs_compute_and_capability() -> None:
    base, banned = (
        under(**{"chip_import_limit__CN": "1@2024-07"}),
        under(**{"chip_import_limit__CN": "0@2024-07", "enforcement__US__CN": "1@2024-07"}),
    )
    chinese, last = labs_of(base, "CN"), base.n_months - 1
    assert base.supply.compute[: T_H + 1].tobytes() == banned.supply.compute[: T_H + 1].tobytes()
    assert (banned.supply.compute[last, chinese] < base.supply.compute[last, chinese]).all()
    assert (banned.supply.knowledge[last, chinese] <= base.supply.knowledge[last, chinese]).all()
