"""The registry of policy levers (docs/model.md, section 6): what can be set, by whom, and what it should do.

The expected sign is the effect of *raising* the lever on its headline measure, other things equal. It was written
down, with the reason, before the first run; results that disagree are to be explained, not edited away here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

GOVERNMENTS = "governments"
LABS = "labs"
Phase = Literal["demand", "supply", "release"]
Kind = Literal["number", "flag", "modes", "parts", "record"]
Sign = Literal["+", "-", "0", "ambiguous"]


@dataclass(frozen=True)
class Lever:
    """One thing that a government or a lab can set.

    Attributes:
        name: code name, as written in policy files.
        unit: unit of the value.
        low: least legal value.
        high: greatest legal value.
        meaning: one line.
        actors: ``governments`` (every region), single region codes, ``labs``.
        targets: target keys that it takes; a plain string is tried against them in this order.
        phase: ``demand`` and ``release`` levers act in this version, ``supply`` levers are carried only.
        equation: where it enters.
        headline: the measure that it is judged by.
        expected_sign: effect of a higher value on the headline.
        reason: why that sign.
        kind: shape of the value: a number, a flag, a set of release modes, named parts, a release record.
        own: a government sets it for its own region only.
        own_labs: developers that it names must be the actor's own.
        needs: target keys without which it means nothing.
        shares: the value may hold for a share of the target.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    actors: tuple[str, ...]
    targets: tuple[str, ...]
    phase: Phase
    equation: str
    headline: str
    expected_sign: Sign
    reason: str
    kind: Kind = "number"
    own: bool = False
    own_labs: bool = False
    needs: tuple[str, ...] = ()
    shares: bool = True

    def allows(self, actor: str, *, is_lab: bool) -> bool:
        """Say whether a region code (or a lab, if ``is_lab``) can set the lever."""
        return (LABS if is_lab else GOVERNMENTS) in self.actors or actor in self.actors

    @property
    def legal(self) -> str:
        """The legal values, in words."""
        if self.kind == "flag":
            return "true or false (1 or 0)"
        if self.kind == "modes":
            return "closed, open, or a list of both"
        if self.kind == "record":
            return "a record with model, line, tier, licence, q, active_b, total_b, and price"
        bounds = f"{self.low:g} or more" if self.high == inf else f"{self.low:g} to {self.high:g}"
        parts = ", or {chips: 0 to 1, trust: 0 to 2.5}" if self.kind == "parts" else ""
        return f"{bounds} ({self.unit}){parts}"


_ALL = (GOVERNMENTS,)
_TOOL_MAKERS = ("US", "EU", "JP", "KRTW")

# fmt: off
_DEMAND = (
    Lever(
        "api_access_block", "bool", 0, 1,
        "withholds labs' own API from the users of a region; firms of foreign ownership are a share of it",
        (GOVERNMENTS, LABS), ("users", "developer"), "demand", "E19 availability",
        "token_share of the blocked labs in the region", "-",
        "their first-party channel leaves the choice set, and closed labs have no other", kind="flag",
    ),
    Lever(
        "model_ban", "share of the class", 0, 1,
        "bans developers' models for users of the actor's region, by channel and class",
        _ALL, ("developer", "channel", "class"), "demand", "E21",
        "token_share of the banned developers in the region", "-",
        "banned options leave the choice set and slots that hold one are reviewed", needs=("developer",),
    ),
    Lever(
        "procurement_ban", "share of the public class", 0, 1,
        "keeps the public class of the actor's region from buying from named developers",
        _ALL, ("developer", "channel"), "demand", "E21",
        "token_share of the banned developers in the public class", "-",
        "as a model ban, but for public buyers only", needs=("developer",),
    ),
    Lever(
        "procurement_mandate", "share of the public class", 0, 1,
        "makes the public class of the actor's region use named developers, or open weights on hosts and own machines",
        _ALL, ("developer", "weights"), "demand", "E21",
        "token_share of the mandated developers in the public class", "+",
        "everything else leaves the choice set of public buyers",
    ),
    Lever(
        "hosting_localisation", "bool", 0, 1,
        "makes hosts of open weights run in the user's own region",
        _ALL, ("users",), "demand", "E21, E13",
        "token_share of CN in the region", "+",
        "hosting at home takes away most of the trust penalty; dearer hosts work against it and are smaller",
        kind="flag", own=True, shares=False,
    ),
    Lever(
        "adoption_push", "1/yr, added to p_B", 0, 1,
        "raises the hazard of adoption in the actor's region",
        _ALL, ("users",), "demand", "E17",
        "adoption in the region", "+",
        "the hazard rises whatever the others do", own=True,
    ),
    Lever(
        "alignment_requirement", "multiple of tau_align", 0, 3,
        "puts content rules into the weights of the actor's labs' later releases; users abroad value them less",
        ("CN",), ("developer",), "demand", "E21",
        "token_share of CN outside CN", "-",
        "aligned weights carry tau_align in every region but CN and on every channel", own_labs=True,
    ),
    Lever(
        "partner_programme", "share of chips; utils of trust", 0, 1,
        "ships chips to partners and earns trust there: lowers the trust penalty of the actor's labs",
        ("US", "CN", "EU"), ("users",), "demand", "E5, E21",
        "token_share of the actor's labs in the partner regions", "+",
        "a smaller trust penalty; chips given away cost the giver, which works later and less",
        kind="parts", needs=("users",),
    ),
)

_RELEASE = (
    Lever(
        "release_mode", "set of modes", 0, 1,
        "forces or forbids open releases by a country's labs, a lab, a line or a tier, in replay too",
        (GOVERNMENTS, LABS), ("developer", "line", "tier"), "release", "E12, section 4",
        "token_share of open", "-",
        "read as closing: closed releases take the hosts' and self-hosted channels away from later models",
        kind="modes", own_labs=True, shares=False,
    ),
    Lever(
        "release_withheld", "release", 0, 1,
        "removes a release of the record, and its part in later versions of its line",
        (GOVERNMENTS, LABS), ("model",), "release", "section 4, E12",
        "token_share of the lab", "-",
        "a lab with an older model in the line offers less capability at the price",
        kind="flag", own_labs=True, needs=("model",), shares=False,
    ),
    Lever(
        "release_scheduled", "record", 0, 1,
        "adds a release that did not happen",
        (LABS,), (), "release", "section 4, E12",
        "token_share of the lab", "+",
        "one more line to choose from; never fewer", kind="record", shares=False,
    ),
    Lever(
        "content_review", "months", 0, 12,
        "delays first-party domestic service of new families; acts after the hand-over only",
        ("CN",), ("developer",), "release", "E12",
        "token_share of CN families younger than 12 months, in CN", "-",
        "older families serve while new ones wait", own_labs=True,
    ),
)

_SUPPLY = (
    Lever(
        "chip_export_quota", "H100e/mo", 0, inf,
        "caps legal chip exports to a destination",
        ("US",), ("destination",), "supply", "E3", "capability_gap_months between US and CN", "-",
        "more imported compute, more effective compute in Chinese training runs", needs=("destination",),
    ),
    Lever(
        "chip_export_performance", "ratio to the unrestricted product", 0, 1,
        "caps the performance of chips that may be exported to a destination",
        ("US",), ("destination",), "supply", "E3", "capability_gap_months between US and CN", "-",
        "each exported chip delivers more", needs=("destination",),
    ),
    Lever(
        "enforcement", "share of leakage stopped", 0, 1,
        "stops part of the chips that leak past the controls",
        ("US",), ("destination",), "supply", "E3", "chips smuggled into CN", "-",
        "X_smug is proportional to 1 - enforcement",
    ),
    Lever(
        "chip_export_to_third_countries", "share of orders licensed", 0, 1,
        "licenses a share of the chip orders of non-aligned countries",
        ("US",), ("destination",), "supply", "E3", "compute of the destination", "+",
        "licensed orders are delivered", needs=("destination",),
    ),
    Lever(
        "chip_import_limit", "share of desired purchases", 0, 1,
        "caps the actor's own purchases of foreign chips",
        _ALL, ("users",), "supply", "E2", "self-sufficiency of the actor in chips", "-",
        "more imports, a smaller share of domestic chips and less learning by doing", own=True,
    ),
    Lever(
        "chip_sale_levy", "share of price", 0, 1,
        "takes a share of the price of exported chips for the seller's government",
        ("US",), ("destination",), "supply", "p_chip", "chip price in the destination", "+",
        "part of the levy is passed on", needs=("destination",),
    ),
    Lever(
        "tool_and_memory_controls", "log growth /mo", -0.1, 0,
        "slows the growth of domestic chip output by withholding tools and memory (negative)",
        _TOOL_MAKERS, ("destination",), "supply", "E5 g_tools", "domestic chip output of CN", "+",
        "a value nearer to zero slows growth less", needs=("destination",),
    ),
    Lever(
        "offshore_cloud_access", "bool", 0, 1,
        "lets firms of the target rent compute outside their country",
        _ALL, ("destination",), "supply", "E6", "capability_gap_months between US and CN", "-",
        "rented compute adds to training", kind="flag", needs=("destination",),
    ),
    Lever(
        "weights_export_ban", "bool", 0, 1,
        "forbids the actor's labs to publish the weights of later models abroad; published ones stay",
        _ALL, ("developer",), "supply", "E9 sigma_o; H and S abroad", "open_standard_lead of the actor", "-",
        "later models cannot be built upon abroad", kind="flag", own_labs=True,
    ),
    Lever(
        "api_distillation_limit", "0-1", 0, 1,
        "makes it harder for rivals to learn from a lab's API",
        (GOVERNMENTS, LABS), ("developer",), "supply", "E9 acc_l", "capability_gap_months between US and CN", "+",
        "catch-up through API answers slows", needs=("developer",),
    ),
    Lever(
        "open_model_subsidy", "share of RD", 0, 1,
        "pays labs of the actor for open releases",
        _ALL, ("developer",), "supply", "E26, E27", "share of the actor's releases that are open", "+",
        "the payoff of open modes rises", own_labs=True,
    ),
    Lever(
        "science_sharing", "0-0.6", 0, 0.6,
        "opens publicly funded science, which speeds everybody up (chi, sigma_0)",
        _ALL, ("destination",), "supply", "E9", "frontier", "+",
        "the own term and the catch-up terms of knowledge rise",
    ),
    Lever(
        "fab_subsidy", "log growth /mo", 0, 0.1,
        "raises the growth of domestic chip output",
        _ALL, ("users",), "supply", "E5 s_fab", "domestic chip output of the actor", "+",
        "adds to the growth rate", own=True,
    ),
    Lever(
        "compute_megaproject", "H100e/mo ordered", 0, inf,
        "orders chips for public compute ahead of the market",
        _ALL, ("users",), "supply", "E2", "compute of the actor", "+",
        "orders are served before the split", own=True,
    ),
)
# fmt: on

LEVERS: dict[str, Lever] = {lever.name: lever for lever in (*_DEMAND, *_RELEASE, *_SUPPLY)}
