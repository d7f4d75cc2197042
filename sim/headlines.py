"""Headline measures: the single numbers that levers, policies and objectives are judged by.

Each is one cell of the measures of a run (``opengambit measures``). Shares are of tokens of adopters, outside option
excluded, as in docs/model.md, section 7.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Headline:
    """A headline measure.

    Attributes:
        unit: of the value.
        meaning: one sentence, with the denominator of a share.
        measure: name of the measure of a run.
        by, key: the cell of its frame.
        segment_kind, segment: the users that it is about.
    """

    unit: str
    meaning: str
    measure: str
    by: str = "total"
    key: str = "total"
    segment_kind: str = "world"
    segment: str = "world"


def _of(bloc: str, unit: str, meaning: str, measure: str, by: str = "total", key: str = "total") -> Headline:
    return Headline(unit, meaning, measure, by, key, "user_bloc", bloc)


# fmt: off  (a table, one headline a row)
HEADLINES: dict[str, Headline] = {
    "cn_token_share_outside_cn": Headline(
        "share", "Tokens of users outside CN that run on models of Chinese labs.", "cn_token_share_outside_cn"
    ),
    "us_token_share": Headline("share", "Tokens worldwide that run on models of US labs.", "token_share", "bloc", "US"),
    "al_token_share": Headline(
        "share", "Tokens worldwide that run on models of allied labs.", "token_share", "bloc", "AL"
    ),
    "open_token_share": Headline(
        "share", "Tokens worldwide that run on models with public weights.", "open_token_share"
    ),
    "cn_young_share_at_home": _of(
        "CN", "share", "Tokens in CN that run on Chinese releases less than a year old.", "cn_young_share"
    ),
    "us_closed_rd": Headline(
        "M$/mo", "R&D compute budgets of US labs whose flagship was closed at the hand-over.", "us_closed_rd"
    ),
    "us_closed_revenue": Headline(
        "M$/mo", "First-party revenue of US labs whose flagship was closed at the hand-over.", "us_closed_revenue"
    ),
    "frontier": Headline("ECI", "Best released text capability of US labs.", "frontier", "bloc", "US"),
    "gap_months": Headline(
        "mo", "Best US less best Chinese model so far, over the frontier's growth of a year.", "gap_months"
    ),
    "price_paid": Headline("$/Mtok", "Mean price paid for text tokens.", "price_paid"),
    "welfare": Headline("$/Mtok", "Mean log-sum over alpha of slots that chose, in p_0.", "welfare"),
    "welfare_al": _of("AL", "$/Mtok", "Welfare of users in allied regions.", "welfare"),
    "welfare_nal": _of("NAL", "$/Mtok", "Welfare of users in non-aligned regions.", "welfare"),
    "hhi": Headline("index", "Herfindahl-Hirschman index of labs' token shares.", "hhi"),
    "open_standard_lead": Headline(
        "share", "Ecosystem share of the largest open family less that of the largest closed one.", "open_standard_lead"
    ),
    "adoption": Headline("share", "Enterprises that use AI models, count-weighted.", "adoption"),
    "adoption_nal": _of(
        "NAL", "share", "Enterprises in non-aligned regions that use AI models, count-weighted.", "adoption"
    ),
    "digital_divide": Headline("ratio", "Adoption in non-aligned regions over adoption in the US.", "digital_divide"),
    "self_sufficiency": Headline(
        "share", "Domestic part of the effective chips that China takes in.", "self_sufficiency"
    ),
    "smuggled_chips": Headline("H100e/mo", "Chips that reach China past the controls.", "chips", "pathway", "smuggled"),
    "chip_price_cn": Headline(
        "$/H100e", "What a Chinese buyer pays for a legally imported chip.", "chip_price", "market", "CN, legal"
    ),
    "compute_al": Headline("H100e", "Stock of accelerators in allied regions.", "compute_stock", "bloc", "AL"),
    "compute_nal": Headline("H100e", "Stock of accelerators in non-aligned regions.", "compute_stock", "bloc", "NAL"),
}
# fmt: on
