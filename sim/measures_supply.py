"""Outputs of the supply side: money and R&D, capability gaps, chips and compute, strategies, who has what."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sim.market.arrays import Bools, Floats
from sim.market.strategy import MODES
from sim.measure import Compute, Context, MeasureInfo, Part, by_lab, per_segment, ratio, scalar, world_part
from sim.segments import Segment, ordered_sum, segments_of, within
from sim.world import BLOCS, TIERS, ModelRecord

US, CN, NAL = BLOCS.index("US"), BLOCS.index("CN"), BLOCS.index("NAL")
GROUPS = ("US closed", "US open", "CN", "AL", "NAL")
PAIRS = ("US-CN", "closed-open")
YEAR = 12


def _everybody(context: Context) -> Segment:
    return segments_of(context.world)[0]


def _segment(context: Context, name: str) -> Segment:
    return next(segment for segment in segments_of(context.world) if segment.name == name)


def closed_us_labs(context: Context) -> Bools:
    """Return the US labs whose latest flagship of the record was closed at the hand-over, shape (L,).

    The group is history's and the same in all months and under all policies: a lab that opens its flagship later stays
    in it, or sums over the group would step by a whole lab.
    """
    world, last = context.world, context.supply.handover
    flagships = {line.name for line in world.lines if line.tier == TIERS[0] and not line.video}
    latest: dict[str, ModelRecord] = {}
    for model in sorted(world.models, key=lambda m: m.month):
        if model.line in flagships and model.month <= last:
            latest[model.lab] = model
    closed = [name in latest and latest[name].licence == "closed" for name in world.lab_names]
    return np.asarray(np.array(closed) & (world.lab_bloc_index == US))


def _over(table: Floats, labs: Bools) -> Floats:
    """Sum a table (T, L) over some labs; shape (T,)."""
    return ordered_sum(np.where(labs, table, 0.0), 1)


def _by_bloc(table: Floats, context: Context) -> Floats:
    home = context.world.lab_bloc_index
    return np.stack([_over(table, np.broadcast_to(home == b, table.shape)) for b in range(len(BLOCS))], axis=1)


def _us_closed(table: Callable[[Context], Floats]) -> Compute:
    return scalar(lambda context: _over(table(context), closed_us_labs(context)))


def _profit(context: Context) -> Floats:
    return context.supply.profit


def _budget(context: Context) -> Iterator[Part]:
    table = context.supply.budget
    yield world_part("lab", context.world.lab_names, table)
    by_bloc = _by_bloc(table, context)
    yield world_part("bloc", BLOCS, by_bloc)
    closed = _over(table, closed_us_labs(context))
    groups = [closed, by_bloc[:, US] - closed, *(by_bloc[:, b] for b in range(CN, len(BLOCS)))]
    yield world_part("group", GROUPS, np.stack(groups, axis=1))


def _research_compute(context: Context) -> Iterator[Part]:
    table = context.supply.compute
    yield world_part("lab", context.world.lab_names, table)
    yield world_part("bloc", BLOCS, _by_bloc(np.nan_to_num(table), context))


def leaders(context: Context) -> tuple[Floats, Floats]:
    """Return the frontiers of who leads and who follows: US and CN, closed and open; ECI, shape (T, 2) each."""
    best = np.fmax.accumulate(context.records.frontier, axis=0)
    blocs, openness = np.fmax.reduce(best, axis=2), np.fmax.reduce(best, axis=1)
    pairs = (blocs[:, US], openness[:, 0]), (blocs[:, CN], openness[:, 1])
    return np.stack(pairs[0], axis=1), np.stack(pairs[1], axis=1)


def months_behind(leader: Floats, follower: Floats) -> Floats:
    """Return the months since the leader first had what the follower has; negative if the follower is ahead.

    Args:
        leader, follower: best capability so far, non-decreasing, shape (T,); NaN before the first model.

    Returns:
        Months, shape (T,); NaN where the one ahead was so far already when the run began: for how long is not known.
    """
    months = range(leader.size)
    ahead = [-_lag(follower, leader, t) if follower[t] > leader[t] else _lag(leader, follower, t) for t in months]
    return np.array(ahead) + 0.0


def _lag(first: Floats, second: Floats, t: int) -> float:
    if not np.isfinite(second[t]) or not np.isfinite(first[t]):
        return float("nan")
    when, began = int(np.argmax(first[: t + 1] >= second[t])), int(np.argmax(np.isfinite(first)))
    return float("nan") if when == began and first[began] > second[t] else float(t - when)


def _gap(context: Context) -> Iterator[Part]:
    leader, follower = leaders(context)
    yield world_part("pair", PAIRS, leader - follower)


def _gap_months(context: Context) -> Iterator[Part]:
    leader, follower = leaders(context)
    lags = np.stack([months_behind(leader[:, k], follower[:, k]) for k in range(len(PAIRS))], axis=1)
    yield world_part("pair", PAIRS, lags)
    slope = np.full_like(leader, np.nan)
    slope[YEAR:] = (leader[YEAR:] - leader[:-YEAR]) / YEAR
    at_pace = ratio(leader - follower, slope)
    yield world_part("pair_at_pace", PAIRS, at_pace)
    yield world_part("total", ["total"], at_pace[:, :1])


def _chips(context: Context) -> Iterator[Part]:
    """What came to China in the month; offshore rental as the deliveries that would keep the rented stock up."""
    supply, wear = context.supply, context.parameters.chips.depreciation
    rented = supply.chips("offshore")
    flow = rented - (1.0 - wear) * np.concatenate([rented[:1], rented[:-1]])
    keys = ("legal", "smuggled", "domestic")
    table = [supply.chips("legal"), supply.chips("smuggled"), supply.chips("domestic"), flow]
    yield world_part("pathway", [*keys, "offshore"], np.stack(table, axis=1))
    yield world_part("made in", ["US", "CN"], np.stack([supply.chips("us_output"), supply.chips("cn_output")], axis=1))


def _stock(context: Context) -> Iterator[Part]:
    yield world_part("bloc", BLOCS, context.supply.chips("stock"))
    yield world_part("bloc_with_offshore", BLOCS, context.supply.chips("usable"))


def _chip_price(context: Context) -> Iterator[Part]:
    supply = context.supply
    home = supply.path.suppliers.price[supply.start : supply.start + supply.n_months]
    keys = ["CN, legal", "CN, smuggled", "CN, domestic", "US"]
    table = [supply.chips("chip_price_cn"), supply.chips("smuggled_price"), home[:, 2], home[:, 0]]
    yield world_part("market", keys, np.stack(table, axis=1))


def _blocs(table: Callable[[Context], Floats]) -> Compute:
    def compute(context: Context) -> Iterator[Part]:
        yield world_part("bloc", BLOCS, table(context))

    return compute


def _modes(context: Context) -> Iterator[Part]:
    mode, active = context.supply.mode, context.supply.active
    counts = np.stack([ordered_sum(((mode == k) & active).astype(np.float64), 1) for k in range(len(MODES))], axis=1)
    yield world_part("mode", MODES, ratio(counts, ordered_sum(counts, 1)[:, None]))
    known = (mode >= 0) & active
    yield world_part("lab", context.world.lab_names, np.where(known, mode, np.nan))
    for k, name in enumerate(MODES):
        yield world_part(f"lab_{name}", context.world.lab_names, np.where(known, mode == k, np.nan))


def _chinese_share_outside(context: Context) -> Floats:
    tokens = within(context.records.tokens, _segment(context, "world outside CN")).sum(axis=(2, 3))
    chinese = np.broadcast_to(context.world.lab_bloc_index == CN, tokens.shape)
    return ratio(_over(tokens, chinese), ordered_sum(tokens, 1))


def _young(context: Context, segment: Segment) -> Floats:
    tokens = ordered_sum(within(context.records.tokens, segment).sum(axis=(2, 3)), 1)
    young = within(context.records.young, segment)
    chinese = np.broadcast_to(context.world.lab_bloc_index == CN, young.shape)
    return ratio(_over(young, chinese), tokens)


def _open_share(context: Context) -> Floats:
    licence = ordered_sum(within(context.records.tokens, _everybody(context)).sum(axis=2), 1)
    return ratio(licence[:, 1] + licence[:, 2], licence.sum(axis=1))


def _of_users(table: Floats, context: Context, bloc: int) -> Floats:
    """Sum a table (T, R, K) over the regions of a bloc."""
    region = np.array([name == BLOCS[bloc] for name in context.world.region_blocs])
    return within(table, Segment("user_bloc", BLOCS[bloc], np.broadcast_to(region[:, None], table.shape[1:])))


def _divide(context: Context) -> Iterator[Part]:
    adopters = [_of_users(context.records.adopters, context, bloc) for bloc in (NAL, US)]
    blocs = np.array(context.world.region_blocs)
    whole = [float(context.world.region_gdp[blocs == BLOCS[bloc]].sum()) for bloc in (NAL, US)]
    adoption = ratio(*(ratio(users, np.full_like(users, size)) for users, size in zip(adopters, whole, strict=True)))
    usable = context.supply.chips("usable")
    compute = ratio(ratio(usable[:, NAL], adopters[0]), ratio(usable[:, US], adopters[1]))
    yield world_part("what", ["adoption", "compute per adopter"], np.stack([adoption, compute], axis=1))
    yield world_part("total", ["total"], adoption[:, None])


_CLOSED_US = "US labs whose latest flagship was closed at the hand-over"
_CN_CHIPS = "effective chips that arrive in China"

SUPPLY = (
    MeasureInfo("rd_budget", "M$/mo", "", ("lab", "bloc", "group"),
                "R&D compute budgets; labs, their homes, and closed US labs apart.", _budget),
    MeasureInfo("us_closed_rd", "M$/mo", "", ("total",),
                f"R&D compute budgets of {_CLOSED_US}.", _us_closed(lambda c: c.supply.budget)),
    MeasureInfo("us_closed_revenue", "M$/mo", "", ("total",),
                f"First-party revenue of {_CLOSED_US}.", _us_closed(lambda c: c.records.revenue / 1e6)),
    MeasureInfo("us_closed_profit", "M$/mo", "", ("total",),
                f"Gross profit, ecosystem income included, of {_CLOSED_US}.", _us_closed(_profit)),
    MeasureInfo("gross_profit", "M$/mo", "", ("lab",),
                "Revenue less serving cost plus ecosystem income, before R&D.", by_lab(_profit)),
    MeasureInfo("lab_cash", "M$", "", ("lab",),
                "Profit, outside funding and subsidies less R&D, cumulated from 2023-01.",
                by_lab(lambda c: c.supply.cash)),
    MeasureInfo("markup", "ratio", "", ("lab",),
                "Price over serving cost less 1 of closed text models on own APIs, all tokens together.",
                by_lab(lambda c: c.supply.markup)),
    MeasureInfo("capability_gap", "ECI", "", ("pair",),
                "Best US less best Chinese model released so far, best closed less best open one.", _gap),
    MeasureInfo("gap_months", "mo", "", ("pair", "pair_at_pace", "total"),
                "Months since the US (closed) frontier first had the capability of the best Chinese (open) model, null "
                "where it had more when the run began; negative if it is behind; at pace: the gap over the frontier's "
                "slope of a year, in fractions of months; total: the US lead over China at pace.",
                _gap_months),
    MeasureInfo("knowledge", "nat", "", ("lab",),
                "Log of algorithmic efficiency; 0 is the leader at the hand-over.",
                by_lab(lambda c: c.supply.knowledge)),
    MeasureInfo("research_compute", "H100e", "", ("lab", "bloc"),
                "Compute that R&D runs on.", _research_compute),
    MeasureInfo("compute_stock", "H100e", "", ("bloc", "bloc_with_offshore"),
                "Accelerators in place at the start of the month; with offshore: rental by Chinese labs moved to CN.",
                _stock),
    MeasureInfo("chips", "H100e/mo", "", ("pathway", "made in"),
                "Chips that reach China by pathway (offshore: deliveries that would hold the rented stock); output.",
                _chips),
    MeasureInfo("self_sufficiency", "share", _CN_CHIPS, ("total",),
                "Domestic part of the chips that China takes in.",
                scalar(lambda c: c.supply.chips("self_sufficiency"))),
    MeasureInfo("tightness", "share", "chips that China would buy without controls and limits", ("total",),
                "tau: part that controls and limits keep away.", scalar(lambda c: c.supply.chips("tau"))),
    MeasureInfo("chip_price", "$/H100e", "", ("market",),
                "Price of a chip to a Chinese buyer by pathway, and in the US.", _chip_price),
    MeasureInfo("rent", "$/H100e-hour", "", ("bloc",),
                "Rent of compute.", _blocs(lambda c: c.supply.rent)),
    MeasureInfo("ration", "share", "compute that labs demand", ("bloc",),
                "Part of the demanded compute that is served.", _blocs(lambda c: c.supply.ration)),
    MeasureInfo("release_mode", "share; by lab 0 closed, 1 open, 2 delayed, 3 tiered",
                "labs with a text release in the last 18 months", ("mode", "lab", *(f"lab_{mode}" for mode in MODES)),
                "Mode of each lab's last generation; in the replay, of its releases of the last 12 months; by lab as a "
                "code, and 0 or 1 for each mode.", _modes),
    MeasureInfo("cn_token_share_outside_cn", "share", "tokens of adopters outside CN, outside option excluded",
                ("total",), "Tokens that run on models of Chinese labs.", scalar(_chinese_share_outside)),
    MeasureInfo("open_token_share", "share", "tokens of adopters, outside option excluded", ("total",),
                "Tokens that run on models with public weights.", scalar(_open_share)),
    MeasureInfo("cn_young_share", "share", "tokens of adopters, outside option excluded", ("total",),
                "Tokens that run on releases of Chinese labs less than a year old.", per_segment(_young)),
    MeasureInfo("digital_divide", "ratio", "", ("what", "total"),
                "Non-aligned regions over the US: share of enterprises that adopted, and compute per adopter.",
                _divide),
)  # fmt: skip
