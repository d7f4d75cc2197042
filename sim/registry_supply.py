"""Levers on chips, compute and knowledge."""

from __future__ import annotations

from math import inf

from sim.lever import GOVERNMENTS, LABS, Lever, Part, Trial

_ALL = (GOVERNMENTS,)
_TOOL_MAKERS = ("US", "EU", "JP", "KRTW")
_CHINA_BUYS = "chip_import_limit.CN=1"
"""China turns foreign chips away from 2025-09 on: what the US allows or stops is felt only where it buys again."""

# fmt: off
SUPPLY = (
    Lever(
        "chip_export_quota", "H100e/mo", 0, inf,
        "caps legal chip exports to China",
        ("US",), ("destination",), "supply", "E3", "gap_months", "-",
        "more imported compute, more effective compute in Chinese training runs",
        Trial("chip_export_quota.US.CN", "24000", ".inf", (_CHINA_BUYS,)),
        needs=("destination",), shares=False, places=("CN",), single=True,
    ),
    Lever(
        "chip_export_performance", "ratio to the unrestricted product", 0, 1,
        "caps the performance of chips that may be exported to China",
        ("US",), ("destination",), "supply", "E3", "gap_months", "-",
        "each exported chip delivers more",
        Trial("chip_export_performance.US.CN", "0.15", "1", (_CHINA_BUYS, "chip_export_quota.US.CN=.inf")),
        needs=("destination",), places=("CN",), single=True,
    ),
    Lever(
        "enforcement", "share of leakage stopped", 0, 1,
        "stops part of the chips that leak past the controls; values for CN and for the world add up",
        ("US",), ("destination",), "supply", "E3", "smuggled_chips", "-",
        "X_smug is proportional to 1 - enforcement",
        Trial("enforcement.US.CN", "0", "0.8", (_CHINA_BUYS, "chip_export_quota.US.CN=0")),
        needs=("destination",), places=("CN", "world"), single=True,
    ),
    Lever(
        "chip_export_to_third_countries", "share of orders licensed", 0, 1,
        "licenses a share of the chip orders of non-aligned countries",
        ("US",), ("destination",), "supply", "E3", "compute_nal", "+",
        "licensed orders are delivered",
        Trial("chip_export_to_third_countries.US.NAL", "0.3", "1"),
        needs=("destination",), places=("NAL",), single=True,
    ),
    Lever(
        "chip_import_limit", "share of desired purchases", 0, 1,
        "caps the actor's own purchases of foreign chips",
        _ALL, ("users",), "supply", "E2", "self_sufficiency", "-",
        "more imports, a smaller share of domestic chips",
        Trial("chip_import_limit.CN", "0", "1"), own=True,
    ),
    Lever(
        "chip_sale_levy", "share of price", 0, 1,
        "takes a share of the price of chips sold to China for the seller's government",
        ("US",), ("destination",), "supply", "p_chip", "chip_price_cn", "+",
        "part of the levy is passed on",
        Trial("chip_sale_levy.US.CN", "0", "0.25"), needs=("destination",), places=("CN",), single=True,
    ),
    Lever(
        "tool_and_memory_controls", "log growth /mo", -0.1, 0,
        "slows the growth of Chinese chip output by withholding tools and memory (negative)",
        _TOOL_MAKERS, ("destination",), "supply", "E5 g_tools", "self_sufficiency", "+",
        "a value nearer to zero slows domestic output less",
        Trial("tool_and_memory_controls.US.CN", "-0.03", "0"),
        needs=("destination",), places=("CN",), single=True,
    ),
    Lever(
        "offshore_cloud_access", "bool", 0, 1,
        "lets Chinese firms rent compute outside their country",
        _ALL, ("destination",), "supply", "E6", "gap_months", "-",
        "rented compute adds to training",
        Trial("offshore_cloud_access.US.CN", "0", "1"),
        kind="flag", needs=("destination",), shares=False, places=("CN",), single=True,
    ),
    Lever(
        "weights_export_ban", "bool", 0, 1,
        "forbids the actor's labs to publish the weights of later models abroad; published ones stay",
        _ALL, ("developer",), "supply", "E9 sigma_o; H and S abroad", "cn_token_share_outside_cn", "+",
        "a US ban takes later US open weights off hosts and own machines abroad; Chinese ones are the next best",
        Trial("weights_export_ban.US", "0", "1"), kind="flag", own_labs=True, shares=False,
    ),
    Lever(
        "api_distillation_limit", "0-1", 0, 1,
        "makes it harder for rivals to learn from labs' APIs; the largest limit that reaches a lab counts",
        (GOVERNMENTS, LABS), ("developer",), "supply", "E9 acc_l", "gap_months", "+",
        "catch-up through API answers slows",
        Trial("api_distillation_limit.US.CN", "0", "1"), needs=("developer",),
    ),
    Lever(
        "open_model_subsidy", "share of RD", 0, 1,
        "pays labs of the actor for open releases",
        _ALL, ("developer",), "supply", "E26, E27", "open_token_share", "+",
        "the payoff of open modes rises",
        Trial("open_model_subsidy.US", "0", "0.2"), own_labs=True,
    ),
    Lever(
        "science_sharing", "0-0.6", 0, 0.6,
        "opens publicly funded science, which speeds everybody up (a plain number adds to chi)",
        _ALL, ("destination",), "supply", "E9", "frontier", "+",
        "the own term and the catch-up terms of knowledge rise",
        Trial("science_sharing.CN.world", "0", "0.6"),
        kind="parts", places=("world",), single=True, parts=(Part("chi", 0.6), Part("sigma_0", 0.1)), plain=("chi",),
    ),
    Lever(
        "fab_subsidy", "log growth /mo", 0, 0.1,
        "raises the growth of the actor's chip output",
        ("US", "CN"), ("users",), "supply", "E5 s_fab", "self_sufficiency", "+",
        "China's subsidy adds to the growth rate of its own output",
        Trial("fab_subsidy.CN", "0", "0.02"), own=True,
    ),
    Lever(
        "compute_megaproject", "H100e/mo ordered", 0, inf,
        "orders chips for public compute ahead of the market",
        _ALL, ("users",), "supply", "E2", "compute_al", "+",
        "European orders are served before the split of output by demand",
        Trial("compute_megaproject.EU", "0", "60000"), own=True,
    ),
)
# fmt: on
