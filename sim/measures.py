"""Outputs of a run (docs/model.md, section 7), each with its unit and its denominator: demand, and all together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.market.arrays import Floats
from sim.market.ecosystem import standard_index
from sim.market.pricing import price_scale
from sim.measure import SPLITS, Compute, Context, MeasureInfo, Part, by_lab, frame, per_segment, ratio, world_part
from sim.measures_supply import SUPPLY
from sim.recorder import CAPABILITY_LEVELS
from sim.segments import Segment, ordered_sum, segments_of, split, within
from sim.world import BLOCS, TIERS

__all__ = ["MEASURES", "Context", "MeasureInfo", "frame", "ratio"]


def _shares(name: str) -> Compute:
    def compute(context: Context) -> Iterator[Part]:
        cube = getattr(context.records, name)
        for segment in segments_of(context.world):
            table = within(cube, segment)
            total = ordered_sum(table.sum(axis=(2, 3)), 1)
            for by in SPLITS:
                keys, values = split(table, by, context.world)
                yield segment.kind, segment.name, by, keys, ratio(values, total[:, None])

    return compute


def _enterprise_share(context: Context) -> Iterator[Part]:
    records, labs = context.records, list(context.world.lab_names)
    for segment in segments_of(context.world):
        adopters = within(records.adopters, segment)[:, None]
        for by, table in (("lab", records.users), ("lab_own_api", records.own_users)):
            yield segment.kind, segment.name, by, labs, ratio(within(table, segment), adopters)


def _mean_over_adopters(name: str) -> Compute:
    return per_segment(lambda c, s: ratio(within(getattr(c.records, name), s), within(c.records.adopters, s)))


def _adoption(context: Context, segment: Segment) -> Floats:
    world, settings = context.world, context.parameters.population
    share = np.array([getattr(settings, f"count_{k}") for k in ("developer", "enterprise", "regulated", "public")])
    whole = float((np.outer(world.region_gdp / world.region_gdp.sum(), share) * segment.cells).sum())
    return within(context.records.adopters, segment) / whole


def _effective(context: Context, segment: Segment) -> Floats:
    records = context.records
    return ratio(within(records.adopters, segment) ** 2, within(records.adopters_square, segment))


def _tokens(context: Context, segment: Segment) -> Floats:
    return ordered_sum(within(context.records.tokens, segment).sum(axis=(2, 3)), 1)


def _spend(context: Context, segment: Segment) -> Floats:
    return ordered_sum(within(context.records.spend, segment).sum(axis=(2, 3)), 1) / 1e6


def _price_paid(context: Context) -> Iterator[Part]:
    for segment in segments_of(context.world):
        tokens = ordered_sum(within(context.records.tokens, segment), 1).sum(axis=1)
        spend = within(context.records.text_spend, segment)
        opened = ratio(spend[:, 1:].sum(axis=1), tokens[:, 1:].sum(axis=1))
        closed = ratio(spend[:, 0], tokens[:, 0])
        yield segment.kind, segment.name, "openness", ["closed", "open"], np.stack([closed, opened], axis=1)
        everything = ratio(spend.sum(axis=1), tokens.sum(axis=1))
        yield segment.kind, segment.name, "total", ["total"], everything[:, None]


def _list_price(context: Context) -> Iterator[Part]:
    for k, tier in enumerate(TIERS):
        yield world_part(f"lab_{tier}", context.world.lab_names, context.records.list_price[:, :, k])


def _cheapest(context: Context) -> Iterator[Part]:
    keys = [f"ECI {level:.0f}" for level in CAPABILITY_LEVELS]
    yield world_part("capability", keys, context.records.cheapest)


def _hhi(context: Context, segment: Segment) -> Floats:
    labs = within(context.records.tokens, segment).sum(axis=(2, 3))
    return ordered_sum(ratio(labs, ordered_sum(labs, 1)[:, None]) ** 2, 1)


def _index(context: Context) -> Floats:
    return np.array([standard_index(row) for row in context.records.stock])


def _open_lead(context: Context) -> Iterator[Part]:
    """Largest e_l of a lab most of whose tokens run on open weights, less the largest of the others."""
    licence = within(context.records.tokens, segments_of(context.world)[0]).sum(axis=2)
    mostly_open = licence[:, :, 1:].sum(axis=2) > licence[:, :, 0]
    index = _index(context)
    lead = np.where(mostly_open, index, 0.0).max(axis=1) - np.where(mostly_open, 0.0, index).max(axis=1)
    yield world_part("total", ["total"], lead[:, None])


def _top_family(context: Context) -> Iterator[Part]:
    yield world_part("total", ["total"], _index(context).max(axis=1)[:, None])


def _tipping(context: Context) -> Iterator[Part]:
    tipped = _index(context).max(axis=1) > context.parameters.instruments.tipping_share
    yield world_part("total", ["total"], tipped[:, None].astype(np.float64))


def _switching(context: Context, segment: Segment) -> Floats:
    return ratio(within(context.records.switched, segment), within(context.records.settled, segment))


def _welfare(context: Context) -> Iterator[Part]:
    """Mean log-sum over price sensitivity, times p_0 in $/Mtok: a gain of B by 1 is worth p_0 at the margin."""
    records, prices = context.records, context.parameters.prices
    scale = np.array(
        [
            price_scale(context.start + t, prices.scale, prices.scale_decline, LEVELS_MONTH)
            for t in range(records.payments.size)
        ]
    )
    for segment in segments_of(context.world):
        if segment.kind in ("region", "user_bloc"):
            inside = segment.cells[:, 0]
            top, bottom = (ordered_sum(table[:, inside], 1) for table in (records.surplus, records.surplus_weight))
            yield segment.kind, segment.name, "total", ["total"], (ratio(top, bottom) * scale)[:, None]
    everywhere = ratio(records.surplus.sum(axis=1), records.surplus_weight.sum(axis=1)) * scale
    yield world_part("total", ["total"], everywhere[:, None])


def _outside(context: Context, segment: Segment) -> Floats:
    filled = ordered_sum(within(context.records.slots, segment).sum(axis=(2, 3)), 1)
    return 1.0 - ratio(filled, within(context.records.capacity, segment))


def _live(context: Context) -> Iterator[Part]:
    yield world_part("domain", ["text", "video"], context.records.live)


def _frontier(context: Context) -> Iterator[Part]:
    best = context.records.frontier
    yield world_part("bloc", BLOCS, np.fmax(best[:, :, 0], best[:, :, 1]))
    yield world_part("openness", ["closed", "open"], np.fmax.reduce(best, axis=1))


def _most(context: Context) -> Iterator[Part]:
    for segment in segments_of(context.world):
        cells = np.where(segment.cells, context.records.most_models, 0.0)
        yield segment.kind, segment.name, "total", ["total"], cells.max(axis=(1, 2))[:, None]


_TOKENS = "tokens of the adopters in the segment, outside option excluded"
_ADOPTERS = "adopters in the segment, count-weighted"

_ALL = (
    MeasureInfo("token_share", "share", _TOKENS, SPLITS, "Adoption share: who the tokens go to.", _shares("tokens")),
    MeasureInfo("spend_share", "share", "spending of the segment, video included", SPLITS, "Who the money goes to.", _shares("spend")),
    MeasureInfo("slot_share", "share", "filled slots, count-weighted", SPLITS, "Who holds the slots.", _shares("slots")),
    MeasureInfo("new_choice_share", "share", "slots that chose a model this month, count-weighted", SPLITS, "Who wins the choices made this month.", _shares("chosen")),
    MeasureInfo("enterprise_share", "share", _ADOPTERS, ("lab", "lab_own_api"), "Enterprises with at least one slot on a lab; sums to more than 1.", _enterprise_share),
    MeasureInfo("adoption", "share", "all enterprises of the segment, count-weighted", ("total",), "Enterprises that use AI models.", per_segment(_adoption)),
    MeasureInfo("effective_enterprises", "enterprises", "", ("total",), "Effective number of adopters behind count-weighted figures.", per_segment(_effective)),
    MeasureInfo("tokens", "Mtok/mo", "", ("total",), "Tokens used.", per_segment(_tokens)),
    MeasureInfo("spend", "M$/mo", "", ("total",), "What buyers pay, video included.", per_segment(_spend)),
    MeasureInfo("price_paid", "$/Mtok", "", ("total", "openness"), "Token-weighted mean price paid for text models.", _price_paid),
    MeasureInfo("price_list", "$/Mtok", "", tuple(f"lab_{t}" for t in TIERS), "Mean list price of a lab's live own-API lines, by tier.", _list_price),
    MeasureInfo("price_capability", "$/Mtok", "", ("capability",), "Cheapest price of any option of at least a capability.", _cheapest),
    MeasureInfo("revenue", "M$/mo", "", ("lab",), "First-party revenue.", by_lab(lambda c: c.records.revenue / 1e6)),
    MeasureInfo("gross_margin", "share", "first-party revenue", ("lab",), "1 - serving cost over revenue (Lerner index).", by_lab(lambda c: 1.0 - ratio(c.records.cost, c.records.revenue))),
    MeasureInfo("ecosystem_income", "M$/mo", "", ("lab",), "theta x spending on the lab's open family at hosts and on own machines.", by_lab(lambda c: c.world.lab_income * c.records.elsewhere / 1e6)),
    MeasureInfo("hhi", "index", "token shares of labs", ("total",), "Herfindahl-Hirschman index.", per_segment(_hhi)),
    MeasureInfo("distinct_models", "models", _ADOPTERS, ("total",), "Mean number of models that an adopter runs at once.", _mean_over_adopters("models")),
    MeasureInfo("distinct_families", "families", _ADOPTERS, ("total",), "Mean number of model families (labs; video apart) at once.", _mean_over_adopters("families")),
    MeasureInfo("share_3_families", "share", _ADOPTERS, ("total",), "Adopters with three or more families.", _mean_over_adopters("three_families")),
    MeasureInfo("share_5_models", "share", _ADOPTERS, ("total",), "Adopters with five or more models.", _mean_over_adopters("five_models")),
    MeasureInfo("most_models", "models", "", ("total",), "Largest number of models that one enterprise runs at once.", _most),
    MeasureInfo("switching_primary", "share", "adopters with a primary lab now and 12 months before", ("total",), "Adopters whose lab with most slots changed within a year.", per_segment(_switching)),
    MeasureInfo("outside_share", "share", "slots of adopters, count-weighted", ("total",), "Slots without a model.", per_segment(_outside)),
    MeasureInfo("ecosystem_share", "share", "sum of ecosystem stocks", ("lab",), "e_l, the 'standard' index.", by_lab(_index)),
    MeasureInfo("open_standard_lead", "share", "sum of ecosystem stocks", ("total",), "Largest open family's e less the largest closed one's.", _open_lead),
    MeasureInfo("top_family_share", "share", "sum of ecosystem stocks", ("total",), "Largest family's e.", _top_family),
    MeasureInfo("tipping", "0 or 1", "", ("total",), "Whether one family's e exceeds the tipping share.", _tipping),
    MeasureInfo("welfare", "$/Mtok", "", ("total",), "Mean log-sum over alpha of the slots that chose, in p_0.", _welfare),
    MeasureInfo("frontier", "ECI", "", ("bloc", "openness"), "Best released text capability (mean over tasks).", _frontier),
    MeasureInfo("live_lines", "lines", "", ("domain",), "Lines that can be chosen.", _live),
)  # fmt: skip

MEASURES: dict[str, MeasureInfo] = {info.name: info for info in (*_ALL, *SUPPLY)}
