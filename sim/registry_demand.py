"""Levers on demand and on releases."""

from __future__ import annotations

from sim.lever import GOVERNMENTS, LABS, Lever, Part, Trial

_ALL = (GOVERNMENTS,)
_EXTRA_MODEL = (
    "{model: Open Two, line: gpt-oss, tier: mid, licence: open_permissive, q: 152, active_b: 6, total_b: 120}"
)

# fmt: off
DEMAND = (
    Lever(
        "api_access_block", "bool", 0, 1,
        "withholds labs' own API from the users of a region; firms of foreign ownership are a share of it",
        (GOVERNMENTS, LABS), ("users", "developer"), "demand", "E19 availability",
        "cn_token_share_outside_cn", "+",
        "a US block on non-aligned users leaves them Chinese labs and open weights; closed labs have no other channel",
        Trial("api_access_block.US.NAL", "0", "1"), kind="flag",
    ),
    Lever(
        "model_ban", "share of the class", 0, 1,
        "bans developers' models for users of the actor's region, by channel and class",
        _ALL, ("developer", "channel", "class"), "demand", "E21",
        "cn_token_share_outside_cn", "-",
        "a ban on Chinese developers takes their options out of the choice set and has slots that hold one reviewed",
        Trial("model_ban.EU.CN", "0", "1"), needs=("developer",),
    ),
    Lever(
        "procurement_ban", "share of the public class", 0, 1,
        "keeps the public class of the actor's region from buying from named developers",
        _ALL, ("developer", "channel"), "demand", "E21",
        "cn_token_share_outside_cn", "-",
        "as a model ban on Chinese developers, but for public buyers only",
        Trial("procurement_ban.AL.CN", "0", "1"), needs=("developer",),
    ),
    Lever(
        "procurement_mandate", "share of the public class", 0, 1,
        "makes the public class of the actor's region use named developers, or open weights on hosts and own machines",
        _ALL, ("developer", "weights"), "demand", "E21",
        "open_token_share", "+",
        "a mandate for open weights takes every own API out of the choice set of public buyers",
        Trial("procurement_mandate.EU.open", "0", "1"),
    ),
    Lever(
        "hosting_localisation", "bool", 0, 1,
        "makes hosts of open weights run in the user's own region",
        _ALL, ("users",), "demand", "E21, E13",
        "cn_token_share_outside_cn", "+",
        "hosting at home takes away most of the trust penalty; dearer hosts work against it and are smaller",
        Trial("hosting_localisation.US", "0", "1"), kind="flag", own=True, shares=False,
    ),
    Lever(
        "adoption_push", "1/yr, added to p_B", 0, 1,
        "raises the hazard of adoption in the actor's region",
        _ALL, ("users",), "demand", "E17",
        "adoption", "+",
        "the hazard rises whatever the others do",
        Trial("adoption_push.IN", "0", "0.2"), own=True,
    ),
    Lever(
        "alignment_requirement", "multiple of tau_align", 0, 3,
        "puts content rules into the weights of the actor's labs' later releases; users abroad value them less",
        ("CN",), ("developer",), "demand", "E21",
        "cn_token_share_outside_cn", "-",
        "aligned weights carry tau_align in every region but CN and on every channel",
        Trial("alignment_requirement.CN", "0", "3"), own_labs=True,
    ),
    Lever(
        "partner_programme", "share of chips; utils of trust", 0, 1,
        "ships chips to partners and earns trust there: lowers the trust penalty of the actor's labs",
        ("US", "CN", "EU"), ("users",), "demand", "E5, E21",
        "cn_token_share_outside_cn", "+",
        "China's programme lowers its labs' trust penalty there; chips given away cost the giver, later and less",
        Trial("partner_programme.CN.NAL", "0", "{chips: 0.1, trust: 0.3}"),
        kind="parts", needs=("users",), parts=(Part("chips", 1.0), Part("trust", 2.5)), plain=("chips", "trust"),
    ),
)

RELEASE = (
    Lever(
        "release_mode", "set of modes", 0, 1,
        "forces or forbids release modes of a country's labs, a lab, a line or a tier, in replay too",
        (GOVERNMENTS, LABS), ("developer", "line", "tier"), "release", "E12, section 4",
        "open_token_share", "-",
        "read as closing: closed releases take the hosts' and self-hosted channels away from later models",
        Trial("release_mode.CN", "[closed, open, delayed, tiered]", "closed"),
        kind="modes", own_labs=True, shares=False,
    ),
    Lever(
        "release_withheld", "release", 0, 1,
        "removes a release of the record, and its part in later versions of its line",
        (GOVERNMENTS, LABS), ("model",), "release", "section 4, E12",
        "cn_token_share_outside_cn", "+",
        "without the US open model its users' next best open weights are mostly Chinese (T7, read backwards)",
        Trial("release_withheld.OpenAI.gpt-oss-120b", "0", "1"),
        kind="flag", own_labs=True, needs=("model",), shares=False,
    ),
    Lever(
        "release_scheduled", "record", 0, 1,
        "adds a release that did not happen",
        (LABS,), (), "release", "section 4, E12",
        "cn_token_share_outside_cn", "-",
        "one more open model of a US lab competes with the Chinese ones on hosts and own machines (T7)",
        Trial("release_scheduled.OpenAI", "", f"{_EXTRA_MODEL}@2026-05"), kind="record", shares=False,
    ),
    Lever(
        "content_review", "months", 0, 12,
        "delays first-party domestic service of new families; acts after the hand-over only",
        ("CN",), ("developer",), "release", "E12",
        "cn_young_share_at_home", "-",
        "older families serve while new ones wait",
        Trial("content_review.CN", "0", "6"),
        kind="parts", own_labs=True, plain=("months",),
        parts=(Part("months", 12.0), Part("refile", 1.0), Part("scope", 1.0, ("domestic", "all"))),
    ),
)
# fmt: on
