"""The menu: what can be chosen, and what it is worth (E14, E15, E19, E21)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import FLAT, N_MONTHS, line, menu_of, model, offers_of, parameters, price, small_world

from sim.compile import LeverArrays
from sim.history import NONE
from sim.market.choice import CHANNELS
from sim.market.pricing import price_disutility, price_scale
from sim.menu import HOST, OWN, SELF, Menu
from sim.model import MarketModel
from sim.population import Population, build_population
from sim.world import CLASSES, World

T = 12
OPEN = {"licence": "open_permissive", "active": 20.0, "total": 80.0}
LINES = [line("a"), line("b", "Bolt"), line("c", "Cui"), line("v", "Cui", video=True)]
MODELS = [
    model("a1", "a", 0, q=95.0),
    model("b1", "b", 0, "Bolt", q=110.0),
    model("c1", "c", 0, "Cui", q=100.0, **OPEN),
    model("v1", "v", 0, "Cui", q=101.0),
]
PRICES = [price("a1", 0, 3.0), price("b1", 0, 12.0), price("c1", 0, 0.5)]
HOSTS = (price("c1", 0, 0.6, hosts=4),)


def make(params: dict[str, Any] | None = None, levers: LeverArrays | None = None, **changes: Any) -> tuple[World, Menu]:
    tables = {k: v for k, v in changes.items() if k not in ("eco", "incident", "requirement", "fade")}
    world = small_world(LINES, MODELS, PRICES, host_prices=HOSTS, **tables)
    rest = {k: v for k, v in changes.items() if k not in tables}
    return world, menu_of(world, T, levers, params, **rest)


def people(world: World, params: dict[str, Any] | None = None, size: int = 300) -> Population:
    return build_population(world, parameters(params), size, 0)


def known(menu: Menu, population: Population) -> tuple[np.ndarray, np.ndarray]:
    """Return what everybody knows: the releases on offer."""
    offers = menu.offers
    return tuple(np.repeat(table[:, T][:, None], population.size, axis=1) for table in (offers.own, offers.weights))


def table(world: World, menu: Menu, population: Population, video: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return slots of a domain and V of every row."""
    slots = np.flatnonzero((population.slot_task == 4) == video)
    return slots, menu.utility(population, slots, *known(menu, population), video)


def row_of(world: World, menu: Menu, name: str, channel: int) -> int:
    rows = menu.text
    return int(np.flatnonzero((rows.line == world.line_names.index(name)) & (rows.channel == channel))[0])


def test_rows_are_in_canonical_order() -> None:
    world, menu = make()
    text = [
        (world.lab_names[k], c, world.line_names[z])
        for k, c, z in zip(menu.text.lab, menu.text.channel, menu.text.line, strict=True)
    ]
    assert text == [("Acme", OWN, "a"), ("Bolt", OWN, "b"), ("Cui", OWN, "c"), ("Cui", HOST, "c"), ("Cui", SELF, "c")]
    assert [world.line_names[z] for z in menu.video.line] == ["v"]
    assert menu.text.own.tolist() == [0, 1, 2]
    assert menu.text.host.tolist() == [3]
    assert menu.text.self_hosted.tolist() == [4]


def test_utility_by_hand() -> None:
    """E19 written out for every slot and row: shortfall, price, fit, premium, taste, strength, ecosystem, trust."""
    generator = iter(np.sin(np.arange(1, 10_000.0)))

    def noise(*shape: int) -> np.ndarray:
        return np.array([next(generator) for _ in range(int(np.prod(shape)))]).reshape(shape)

    given = {"fit": noise(3, 3, 5), "strengths": noise(3, 5, 4), "trust": np.abs(noise(3, 3))}
    eco, incident = np.array([0.1, 0.2, 0.3]), np.abs(noise(3, 3)) / 10
    params = {"demand.fit_scale": 0.7, "demand.xi_scale": 0.4, "trust.trust_scale": 1.2}
    world, menu = make(params, eco=eco, incident=incident, requirement=104.0, **given)
    population = people(world, params)
    slots, got = table(world, menu, population)
    scale = price_scale(T, 0.352, 1.3, 36)
    class_trust, class_premium = [0.4, 1.0, 1.5, 1.0], [0.5, 2.0, 2.0, 2.0]
    for n in range(0, slots.size, 17):
        slot, i = slots[n], population.slot_owner[slots[n]]
        r, k, task = population.region[i], population.kind[i], population.slot_task[slot]
        required = 104.0 + 12.0 * population.slot_z[slot]
        volume = population.volume[i] * 1.04 ** (T - 36)
        cost = menu.offers.cost[2, T]
        for name, lab, channel, q, paid, closed, host in (
            ("a", 0, OWN, 95.0, 3.0, True, 1.0),
            ("b", 1, OWN, 110.0, 12.0, True, 1.0),
            ("c", 2, OWN, 100.0, 0.5, False, 1.0),
            ("c", 2, HOST, 100.0, 0.6, False, 0.35),
            ("c", 2, SELF, 100.0, cost / 0.3 + 30_000 / volume, False, 0.2),
        ):
            worth = -population.beta[i] * max(required - q, 0) / 10
            worth -= population.slot_alpha[slot] * ((paid / scale) ** 0.25 - 1) / 0.25
            worth += 0.7 * world.fit[r, lab, task] + 0.4 * world.strengths[lab, task, k] + eco[lab]
            worth += class_premium[k] * closed + population.taste[lab, i]
            worth -= (1.2 * world.trust[r, lab] + incident[r, lab]) * host * class_trust[k]
            worth += 0.5 * np.log(4) if channel == HOST else 0.0
            assert got[row_of(world, menu, name, channel), n] == pytest.approx(worth, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("video", [False, True])
def test_the_held_option_is_worth_its_row(video: bool) -> None:
    world, menu = make({"demand.closed_premium": 1.0}, fade=0.5, promotions=np.full((4, N_MONTHS), 0.4))
    population = people(world)
    slots, got = table(world, menu, population, video)
    rows = menu.video if video else menu.text
    for j in range(rows.line.size):
        offered = menu.offers.own if rows.channel[j] == OWN else menu.offers.weights
        release = np.full(slots.size, offered[rows.line[j], T])
        held = menu.held_utility(population, slots, release, np.full(slots.size, rows.channel[j]), video)
        np.testing.assert_allclose(held, got[j], rtol=1e-12, atol=1e-12)


def test_an_old_release_is_worth_its_own_quality() -> None:
    lines, models = [line("a")], [model("a1", "a", 0, q=80.0), model("a2", "a", 6, q=120.0)]
    world = small_world(lines, models, [price("a1"), price("a2", 6)])
    menu, population = menu_of(world, T), people(world)
    own, weights = known(menu, population)
    own = np.where(np.arange(population.size) % 2, 0, own)
    slots = np.flatnonzero(population.slot_task < 4)
    got = menu.utility(population, slots, own, weights, False)[0]
    for release in (0, 1):
        who = own[0, population.slot_owner[slots]] == release
        held = menu.held_utility(
            population, slots[who], np.full(who.sum(), release), np.zeros(who.sum(), np.intp), False
        )
        np.testing.assert_allclose(got[who], held, rtol=1e-12, atol=1e-12)


def test_what_nobody_knows_cannot_be_chosen() -> None:
    world, menu = make()
    population = people(world)
    slots = np.flatnonzero(population.slot_task < 4)
    own, weights = known(menu, population)
    deaf = np.arange(population.size) % 3 == 0
    own[1, deaf], weights[2, deaf] = NONE, NONE
    got = menu.utility(population, slots, own, weights, False)
    who = deaf[population.slot_owner[slots]]
    lost = [row_of(world, menu, "b", OWN), row_of(world, menu, "c", HOST), row_of(world, menu, "c", SELF)]
    for j in range(menu.text.line.size):
        np.testing.assert_array_equal(got[j] == -np.inf, who if j in lost else np.zeros_like(who))


def test_the_closed_premium_is_by_class_and_fades() -> None:
    base, full, half = (
        make({"demand.closed_premium": premium, "demand.closed_premium_developer": premium / 4}, fade=fade)
        for premium, fade in ((0.0, 1.0), (2.0, 1.0), (2.0, 0.5))
    )
    population = people(base[0])
    slots, without = table(*base, population)
    kind = population.kind[population.slot_owner[slots]]
    gain = np.where(kind == 0, 0.5, 2.0)
    for got, factor in ((table(*full, population)[1], 1.0), (table(*half, population)[1], 0.5)):
        np.testing.assert_allclose((got - without)[:2], np.tile(gain * factor, (2, 1)), atol=1e-12)
        np.testing.assert_array_equal((got - without)[2:], 0)


def test_aligned_weights_are_worth_less_everywhere_but_in_china() -> None:
    """On every channel: the alignment is in the weights."""
    world, plain = make()
    levers = LeverArrays.none(world, N_MONTHS)
    levers.align[:, 2] = 1.5
    _, aligned = make(levers=levers)
    population = people(world)
    slots, before = table(world, plain, population)
    after = table(world, aligned, population)[1]
    home = population.region[population.slot_owner[slots]] == world.region_codes.index("CN")
    np.testing.assert_allclose((before - after)[2:], np.tile(np.where(home, 0, 0.3), (3, 1)), atol=1e-12)
    np.testing.assert_array_equal((before - after)[:2], 0)


def test_free_offers_reach_the_developers_drawn_for_them() -> None:
    """An open model is free at hosts, a closed one on its own API, for the share of developers that is reached."""
    reach = np.zeros((4, N_MONTHS))
    reach[[0, 2]] = 0.4
    base, free = make(), make(promotions=reach)
    population = people(base[0])
    slots, before = table(*base, population)
    gain = table(*free, population)[1] - before
    owner = population.slot_owner[slots]
    lucky = (population.kind[owner] == 0) & (population.free_draw[owner] < 0.4)
    assert 0.2 < lucky[population.kind[owner] == 0].mean() < 0.6
    scale = price_scale(T, 0.352, 1.3, 36)
    for j, paid in ((row_of(*base, "a", OWN), 3.0), (row_of(*base, "c", HOST), 0.6)):
        saved = price_disutility(np.array([paid, 0.0]), scale, 0.25, 0.01)
        wanted = population.slot_alpha[slots] * (saved[0] - saved[1]) * lucky
        np.testing.assert_allclose(gain[j], wanted, atol=1e-10)
    for j in (row_of(*base, "b", OWN), row_of(*base, "c", OWN), row_of(*base, "c", SELF)):
        np.testing.assert_array_equal(gain[j], 0)
    bill = free[1].paid(population, slots, np.full(slots.size, 2), np.full(slots.size, HOST))
    np.testing.assert_array_equal(bill, np.where(lucky, 0.0, 0.6))
    at_lab = free[1].paid(population, slots, np.full(slots.size, 2), np.full(slots.size, OWN))
    np.testing.assert_array_equal(at_lab, 0.5)


def test_self_hosting_is_cheaper_for_large_firms() -> None:
    world, menu = make()
    volume = np.array([1e2, 1e4, 1e6, 1e9])
    prices = menu.self_price(np.full(4, 2), volume)
    assert (np.diff(prices) < 0).all()
    assert prices[-1] == pytest.approx(menu.offers.cost[2, T] / 0.3, rel=1e-3)
    assert prices[0] == pytest.approx(prices[-1] + 30_000 / (1e2 * 1.04 ** (T - 36)), rel=1e-6)
    later = menu_of(world, T + 6).self_price(np.full(4, 2), volume)
    assert later[0] < prices[0]


def barred(world: World, menu: Menu, population: Population) -> dict[tuple[str, int], np.ndarray]:
    """Return which slots may not choose each option."""
    _, got = table(world, menu, population)
    keys = [(world.line_names[z], int(c)) for z, c in zip(menu.text.line, menu.text.channel, strict=True)]
    return dict(zip(keys, got == -np.inf, strict=True))


def test_firms_that_ban_lose_the_option() -> None:
    bans = np.zeros((3, 3, CHANNELS))
    bans[0, 2] = [0.6, 0.3, 0.1]
    world, menu = make(bans=bans)
    population = people(world)
    owner = population.slot_owner[population.slot_task < 4]
    factor = np.array([1.0, 1.0, 1.5, 1.5])[population.kind[owner]]
    found = barred(world, menu, population)
    for channel, share in enumerate((0.6, 0.3, 0.1)):
        wanted = (population.region[owner] == 0) & (population.ban_draw[owner] < share * factor)
        assert wanted.any()
        np.testing.assert_array_equal(found["c", channel], wanted)
    assert not found["a", OWN].any()
    assert not found["b", OWN].any()


def test_a_ban_by_law_takes_its_class() -> None:
    world, _ = make()
    levers = LeverArrays.none(world, N_MONTHS)
    levers.ban[T, 2, 2, :, CLASSES.index("public")] = 1.0
    population = people(world)
    owner = population.slot_owner[population.slot_task < 4]
    found = barred(*make(levers=levers), population)
    wanted = (population.region[owner] == 2) & (population.kind[owner] == 3)
    for channel in range(CHANNELS):
        np.testing.assert_array_equal(found["c", channel], wanted)
    assert not found["a", OWN].any()


def test_access_closes_the_own_api_only() -> None:
    access = np.ones((N_MONTHS, 3, 3))
    access[:, 2, 0] = 0.25
    world, _ = make(access=access)
    levers = LeverArrays.none(world, N_MONTHS)
    levers.block[:, 0, 1] = 0.5
    population = people(world)
    owner = population.slot_owner[population.slot_task < 4]
    region, draw = population.region[owner], population.access_draw[owner]
    found = barred(*make(levers=levers, access=access), population)
    np.testing.assert_array_equal(found["c", OWN], (region == 0) & (draw >= 0.25))
    np.testing.assert_array_equal(found["a", OWN], (region == 1) & (draw >= 0.5))
    assert not found["c", HOST].any()
    assert not found["c", SELF].any()


def test_access_is_that_of_the_hand_over_afterwards() -> None:
    access = np.ones((N_MONTHS, 3, 3))
    access[10:, 0, 0] = 0.0
    world, _ = make(access=access)
    assert menu_of(world, T).access[0, 0] == 0
    assert menu_of(world, T, handover=9).access[0, 0] == 1


def test_hosting_at_home_lifts_the_penalty() -> None:
    trust = np.zeros((3, 3))
    trust[0, 2] = 1.0
    world, abroad = make(trust=trust)
    levers = LeverArrays.none(world, N_MONTHS)
    levers.local[:, 0] = True
    _, home = make(levers=levers, trust=trust)
    population = people(world)
    slots, before = table(world, abroad, population)
    gain = table(world, home, population)[1] - before
    owner = population.slot_owner[slots]
    wanted = np.where(population.region[owner] == 0, np.array([0.4, 1, 1.5, 1])[population.kind[owner]] * 0.15, 0)
    np.testing.assert_allclose(gain[row_of(world, home, "c", HOST)], wanted, atol=1e-12)
    np.testing.assert_array_equal(np.delete(gain, row_of(world, home, "c", HOST), axis=0), 0)


def test_partners_trust_more() -> None:
    trust = np.zeros((3, 3))
    trust[2, 2] = 0.5
    world, before = make(trust=trust)
    levers = LeverArrays.none(world, N_MONTHS)
    levers.trust[:, 2, 2] = -0.2
    _, after = make(levers=levers, trust=trust)
    cell = 2 * len(CLASSES) * 5 + CLASSES.index("enterprise") * 5
    assert after.base[2 * CHANNELS, cell] - before.base[2 * CHANNELS, cell] == pytest.approx(0.2)


def test_video_slots_have_no_price_and_a_scale_of_their_own() -> None:
    world, menu = make()
    population = people(world)
    slots, got = table(world, menu, population, video=True)
    other = people(world, {"demand.price_sensitivity": 9.0})
    np.testing.assert_allclose(table(world, menu, other, video=True)[1], got, rtol=1e-12)
    level = 100 + 12 * (2023 + (T + 0.5) / 12 - 2024.9)
    np.testing.assert_allclose(
        menu.slot_requirement(population, slots, True), level + 12 * population.slot_z[slots], rtol=1e-12
    )


def test_no_option_of_the_replay_is_undefined(market: MarketModel) -> None:
    """-inf where something is out of reach, never NaN or +inf."""
    menu, population = market.menu, market.population
    assert menu is not None
    for video in (False, True):
        slots = np.flatnonzero((population.slot_task == 4) == video)
        value = menu.utility(population, slots, market.awareness.own, market.awareness.weights, video)
        assert not np.isnan(value).any()
        assert (value < 1e3).all()
        assert video or np.isfinite(value).any(axis=0).mean() > 0.9


def test_an_inert_line_moves_no_bit_of_others() -> None:
    world, menu = make()
    lines, models = [*LINES, line("b2", "Bolt")], [*MODELS, model("b2", "b2", 0, "Bolt", q=1.0)]
    wider = small_world(lines, models, [*PRICES, price("b2", 0, 1e300)], host_prices=HOSTS)
    population = people(world)
    _, before = table(world, menu, population)
    _, after = table(wider, menu_of(wider, T), population)
    assert (after[2] < -1e60).all()
    assert np.delete(after, 2, axis=0).tobytes() == before.tobytes()


def test_what_is_past_its_grace_is_no_option() -> None:
    """Who has not heard of the successor when the predecessor's grace ends has nothing on that line until then."""
    lines, models = [line("one")], [model("old", "one", -1), model("new", "one", 2)]
    world = small_world(lines, models, [price("old"), price("new")])
    grace = {"demand.grace": 1, "demand.awareness_cap": 12, **FLAT}
    offers = offers_of(world, params=grace)
    assert offers.usable_until[0] == 3
    for t, usable in ((3, True), (4, False)):
        menu = menu_of(world, t, params=grace)
        assert bool(menu.gone[0]) is not usable and bool(menu.gone[-1])
