"""Every parameter of the model, once: default, unit, prior range, meaning and source tag.

Tags: [V n] seen in source n of docs/model.md, [D] derived there, [L] standard literature, [A] assumption (sensitivity set).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from sim.parameters_population import PopulationParameters
from sim.parameters_research import Finance, Markup, Reactions, Releases, Research, Strategy
from sim.parameters_supply import Chips
from sim.schema import CONFIG, ParameterInfo, build_sections, walk
from sim.schema import parameter as _p

# fmt: off  (a table, one parameter a line)


@checked_dataclass(frozen=True, config=CONFIG)
class Demand:
    """Adoption, awareness, review and choice (E17 to E20)."""

    innovation: float = _p(0.015, "1/yr", 0.01, 0.1, "[A]", "p_B: adoption hazard without neighbours (E17)", ge=0, le=2)
    imitation: float = _p(
        0.60, "1/yr", 0.3, 1.2, "[L]", "q_B: adoption hazard per adopted share of the region (E17)", ge=0, le=5
    )
    imitation_developer: float = _p(2.0, "x", 1, 3, "[A]", "factor on q_B of developers", ge=0, le=10)
    imitation_public: float = _p(0.6, "x", 0.3, 1, "[A]", "factor on q_B of the public class", ge=0, le=10)
    awareness: float = _p(1.0, "1/mo", 0.5, 3, "[V 6]", "omega: hazard of hearing of a new model (E17)", gt=0, le=50)
    awareness_cap: int = _p(
        12, "mo", 6, 24, "[A]", "everybody has heard of a model after this many months", ge=1, le=60
    )
    upgrade: float = _p(
        0.45, "1/mo", 0.2, 0.8, "[V 10]", "lam_up: moving to the line's newer release (E18)", ge=0, le=1
    )
    review: float = _p(1 / 6, "1/mo", 1 / 12, 1 / 3, "[V 10]", "lam_rev: a slot reviews its choice (E18)", ge=0, le=1)
    review_developer: float = _p(1.5, "x", 1, 3, "[A]", "factor on lam_rev of developers", ge=0, le=12)
    agents: float = _p(
        0.0,
        "share",
        0,
        0.9,
        "[A]",
        "developers' coding slots that a coding tool fills: it chooses anew every month and loses nothing by switching",
        ge=0,
        le=1,
    )
    grace: int = _p(
        12, "mo", 6, 24, "[A]", "months that a replaced closed release stays usable by its holders", ge=0, le=120
    )
    price_sensitivity: float = _p(
        1.2, "utils", 0.5, 2.5, "[D]", "alpha: median weight of price disutility (E19)", ge=0, le=20
    )
    price_sensitivity_sd: float = _p(0.5, "log", 0, 1, "[D]", "log-sd of alpha over slots", ge=0, le=3)
    price_sensitivity_bulk: float = _p(
        1.3, "x", 1, 2, "[A]", "factor on alpha of documents and assistant tasks", ge=0, le=10
    )
    price_sensitivity_special: float = _p(
        0.7, "x", 0.4, 1, "[A]", "factor on alpha of coding and local-language tasks", ge=0, le=10
    )
    price_sensitivity_developer: float = _p(1.5, "x", 1, 2.5, "[A]", "factor on alpha of developers", ge=0, le=10)
    quality_sensitivity: float = _p(
        2.5, "utils/10 ECI", 1, 5, "[A]", "beta: median cost of a shortfall below the requirement (E19)", ge=0, le=50
    )
    quality_sensitivity_sd: float = _p(0.4, "log", 0, 1, "[A]", "log-sd of beta over enterprises", ge=0, le=3)
    requirement: float = _p(152.0, "ECI", 146, 158, "[A]", "q_L: mean requirement of a slot at 2026-01", ge=0, le=400)
    requirement_offset: float = _p(0.0, "ECI", -10, 15, "[A]", "req_off: shift of all requirements", ge=-100, le=100)
    requirement_sd: float = _p(12.0, "ECI", 5, 20, "[A]", "sd of requirements over slots", ge=0, le=60)
    requirement_growth: float = _p(
        12.0, "ECI/yr", 8, 16, "[A]", "g_req: growth of requirements in the replay", ge=0, le=60
    )
    requirement_follow: float = _p(
        1.0, "x", 0, 1.2, "[A]", "g_follow: how far requirements follow the frontier after the hand-over", ge=0, le=5
    )
    closed_premium_developer: float = _p(
        0.5, "utils", 0, 2, "[A]", "psi_closed of developers (support, liability, integration)", ge=-10, le=20
    )
    closed_premium: float = _p(2.0, "utils", 0, 5, "[A]", "psi_closed of the other classes", ge=-10, le=20)
    closed_premium_half_life: float = _p(
        36.0, "mo", 12, 240, "[A]", "half-life of psi_closed after the hand-over", gt=0
    )
    lab_taste_sd: float = _p(1.0, "utils", 0, 2, "[V 10]", "sd_nu: fixed taste of an enterprise for a lab", ge=0, le=10)
    switching_cost: float = _p(4.0, "utils", 0, 8, "[V 10]", "kappa_L: cost of leaving the incumbent lab", ge=0, le=30)
    switching_cost_developer: float = _p(0.4, "x", 0.1, 1, "[A]", "factor on kappa_L of developers", ge=0, le=5)
    switching_cost_known: float = _p(
        0.5, "x", 0.2, 1, "[A]", "kappa_known: factor on kappa_L where the firm already runs the lab", ge=0, le=1
    )
    channel_cost: float = _p(
        0.5, "utils", 0, 2, "[A]", "kappa_C: cost of changing the channel inside the incumbent lab", ge=0, le=30
    )
    dissimilarity: float = _p(0.6, "-", 0.2, 1, "[A]", "rho: dissimilarity inside a lab's nest (E20)", gt=0, le=1)
    outside: float = _p(-1.0, "utils", -3, 1, "[A]", "V_0: utility of using no model in a slot", ge=-50, le=50)
    gamma: float = _p(
        1.5,
        "utils/share",
        0,
        10,
        "[A]",
        "gamma: ecosystem utility of a family's share of the stock (E23)",
        ge=0,
        le=100,
    )
    xi_scale: float = _p(
        1.0, "x", 0, 1, "[A]", "scale of the estimated lab strengths xi (0: structure alone)", ge=0, le=2
    )
    fit_scale: float = _p(1.0, "x", 0, 2, "[A]", "scale of the table of language and culture fit", ge=0, le=10)


@checked_dataclass(frozen=True, config=CONFIG)
class Trust:
    """Trust penalties, bans and hosting (E21)."""

    trust_scale: float = _p(1.0, "x", 0, 2, "[A]", "scale of the table of trust penalties T", ge=0, le=10)
    trust_developer: float = _p(0.4, "x", 0.2, 1, "[A]", "factor on T of developers", ge=0, le=10)
    trust_regulated: float = _p(1.5, "x", 1, 2, "[A]", "factor on T of the regulated class", ge=0, le=10)
    ban_scale: float = _p(1.0, "x", 0, 1.5, "[V 53]", "scale of the table of hard bans by firms", ge=0, le=10)
    ban_regulated: float = _p(1.5, "x", 1, 2, "[A]", "factor on bans of the regulated class", ge=0, le=10)
    ban_public: float = _p(1.5, "x", 1, 2, "[A]", "factor on bans of the public class", ge=0, le=10)
    hosted: float = _p(
        0.65, "share", 0.3, 0.95, "[A]", "h_H: part of the penalty lifted by a host that the user trusts", ge=0, le=1
    )
    self_hosted: float = _p(
        0.80,
        "share",
        0.3,
        0.95,
        "[A]",
        "h_S: part of the penalty lifted by self-hosting, or by hosting in the user's own region",
        ge=0,
        le=1,
    )
    alignment: float = _p(
        0.2, "utils", 0, 0.6, "[A]", "tau_align: penalty of aligned models outside CN (E12)", ge=0, le=10
    )
    incident_memory: float = _p(0.9, "1/mo", 0.7, 0.98, "[A]", "rho_T: memory of trust incidents", ge=0, lt=1)
    incident_hazard: float = _p(0.03, "1/mo", 0, 0.1, "[A]", "hazard of an incident per developer bloc", ge=0, le=1)
    incident_size: float = _p(0.3, "utils", 0, 1, "[A]", "mean size of an incident (exponential)", ge=0, le=10)


@checked_dataclass(frozen=True, config=CONFIG)
class Prices:
    """Serving costs, host prices and price disutility (E13 to E15)."""

    scale: float = _p(0.352, "$/Mtok", 0.2, 0.6, "[D]", "p_0 at 2026-01: exogenous price scale", gt=0)
    scale_decline: float = _p(1.3, "x/yr", 1.0, 2.1, "[A]", "g_v: yearly fall of the price scale", ge=0.5, le=10)
    curvature: float = _p(
        0.25, "-", 0.1, 1, "[D]", "lam: Box-Cox curvature of price disutility (0: log, 1: linear)", ge=0, le=1
    )
    utilisation_flops: float = _p(
        0.29, "share", 0.1, 0.5, "[D]", "MFU_s: model FLOP utilisation of serving", gt=0, le=1
    )
    serving_progress: float = _p(1.8, "x/yr", 1.2, 2.5, "[D]", "y: yearly gain of serving efficiency", ge=1, le=10)
    host_pricing: Literal["cost_plus", "logit"] = _p(
        "cost_plus", "-", None, None, "[A]", "hosts charge cost plus mu_h, or the logit-Bertrand price (E14)"
    )
    host_sensitivity: float = _p(
        3.0, "utils per p_0", 1, 6, "[V 1]", "alpha_h: choice among hosts of one model, logit form (E14)", gt=0, le=1e6
    )
    hosts: float = _p(20.0, "hosts", 3, 60, "[V 1]", "n_h: hosts of one model, logit form (E14)", gt=1, le=1e9)
    host_markup: float = _p(0.25, "share", 0.05, 0.6, "[V 1]", "mu_h: mark-up of hosts over cost (E14)", ge=0, le=5)
    host_variety: float = _p(
        0.5,
        "utils",
        0,
        1,
        "[A]",
        "utility of hosts to choose from: this times ln of their number (log-size of an aggregate alternative)",
        ge=0,
        le=5,
    )
    closed_cost_share: float = _p(
        0.4, "share", 0.2, 0.7, "[D]", "serving cost of a closed model of unknown size over its list price", ge=0, le=1
    )
    self_host_utilisation: float = _p(
        0.3, "share", 0.05, 0.7, "[A]", "u_i: utilisation of a self-hosting firm's fleet", gt=0, le=1
    )
    self_host_fixed: float = _p(30_000.0, "$/mo", 1e4, 1e5, "[A]", "F_S: fixed cost of self-hosting", ge=0)
    free_floor: float = _p(
        0.01, "x p_0", 0.001, 0.1, "[A]", "a price of 0 counts as this share of p_0 (E15)", gt=0, le=1
    )
    video_fee: float = _p(200.0, "$/mo", 50, 1000, "[A]", "payment for a filled video slot", ge=0)
    video_cost_share: float = _p(
        0.4, "share", 0.2, 0.7, "[A]", "serving cost of a video slot over its payment", ge=0, le=1
    )
    crosswalk_slope: float = _p(
        10.8, "ECI/logit", 8, 20, "[D]", "slope of ECI on logit(AA/100) beyond AA 40", ge=0, le=100
    )


@checked_dataclass(frozen=True, config=CONFIG)
class Usage:
    """Tokens of adopters (E22)."""

    tokens: float = _p(5e8, "Mtok/mo", 2e8, 2e9, "[D]", "T0: tokens of all adopters at 2026-01", gt=0)
    growth: float = _p(1.04, "x/mo", 1.02, 1.08, "[D]", "g_T: monthly growth net of adoption and price", gt=0, le=2)
    price_elasticity: float = _p(
        0.5, "-", 0.1, 1.2, "[V 3]", "eta: elasticity of tokens to the smoothed paid price", ge=0, le=5
    )
    adoption_level: float = _p(0.25, "share", 0.17, 0.33, "[D]", "F_L: adoption at which T0 holds", gt=0, le=1)
    price_level: float = _p(1.4, "$/Mtok", 0.7, 3, "[D]", "pbar_L: paid price at which T0 holds", gt=0)
    price_smoothing: float = _p(0.2, "1/mo", 0.05, 1, "[A]", "smoothing of the paid price", gt=0, le=1)
    weight_assistant: float = _p(1.0, "x", 0.5, 2, "[A]", "token weight of an assistant slot", ge=0)
    weight_coding: float = _p(6.0, "x", 2, 12, "[A]", "token weight of a coding slot", ge=0)
    coding_shift: float = _p(
        0.0,
        "share",
        0,
        1,
        "[A]",
        "how far developers' tokens follow the record of coding's share of them (0: constant weights, 1: the record)",
        ge=0,
        le=1,
    )
    weight_documents: float = _p(2.0, "x", 1, 4, "[A]", "token weight of a documents slot", ge=0)
    weight_local: float = _p(1.0, "x", 0.5, 2, "[A]", "token weight of a local-language slot", ge=0)


@checked_dataclass(frozen=True, config=CONFIG)
class Ecosystem:
    """The stock that applications are built on (E23)."""

    depreciation: float = _p(0.03, "1/mo", 0.01, 0.1, "[A]", "delta_G: depreciation of the ecosystem stock", ge=0, le=1)
    open_weight: float = _p(
        2.0, "x", 1, 5, "[A]", "omega_open: what a token on open weights adds, against a closed one", ge=0, le=20
    )
    form: Literal["linear", "log"] = _p("linear", "-", None, None, "[A]", "eco(l) = gamma e_l, or theta_e ln e_l")
    log_weight: float = _p(1.0, "utils", 0, 3, "[A]", "theta_e of the log form", ge=0, le=20)


@checked_dataclass(frozen=True, config=CONFIG)
class Instruments:
    """Observation operators (section 7)."""

    router_list: int = _p(9, "models", 5, 20, "[D]", "models on the router's weekly list", ge=1, le=100)
    card_coverage: float = _p(
        0.5,
        "share",
        0.3,
        1,
        "[A]",
        "share of the card panel's firms that pay for AI at US adoption of usage.adoption_level",
        ge=0,
        le=1,
    )
    card_power: float = _p(
        0.4,
        "-",
        0.2,
        1,
        "[A]",
        "elasticity of that share to US adoption: below 1 the panel's firms adopt earlier than others",
        ge=0,
        le=3,
    )
    propensity_scale: float = _p(
        1.0, "x", 0, 1, "[A]", "scale of the log routing propensities (0: every lab shows alike)", ge=0, le=2
    )
    tipping_share: float = _p(
        0.5, "share", 0.4, 0.8, "[A]", "share of the ecosystem stock at which a standard has tipped", gt=0, le=1
    )


# fmt: on
@checked_dataclass(frozen=True, config=CONFIG)
class Parameters:
    """All parameters, by section."""

    demand: Demand = Field(default_factory=Demand)
    trust: Trust = Field(default_factory=Trust)
    prices: Prices = Field(default_factory=Prices)
    usage: Usage = Field(default_factory=Usage)
    population: PopulationParameters = Field(default_factory=PopulationParameters)
    ecosystem: Ecosystem = Field(default_factory=Ecosystem)
    instruments: Instruments = Field(default_factory=Instruments)
    chips: Chips = Field(default_factory=Chips)
    research: Research = Field(default_factory=Research)
    releases: Releases = Field(default_factory=Releases)
    markup: Markup = Field(default_factory=Markup)
    finance: Finance = Field(default_factory=Finance)
    strategy: Strategy = Field(default_factory=Strategy)
    reactions: Reactions = Field(default_factory=Reactions)

    @classmethod
    def from_overrides(cls, values: Mapping[str, Any], where: str = "params") -> Parameters:
        """Return the defaults with some values replaced.

        Args:
            values: dotted path (``demand.gamma``) to value.
            where: file or override that holds them, for the message.

        Raises:
            InputError: names every unknown path, wrong type and value out of range at once.
        """
        return cls(**build_sections(cls, values, where))


def catalogue() -> list[ParameterInfo]:
    """Return every parameter in the order of the schema."""
    return list(walk(Parameters))
