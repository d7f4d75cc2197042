"""Parameters of R&D, releases, closed prices, finance, strategy and government reactions (sections 5.2 to 5.6)."""

from __future__ import annotations

from pydantic.dataclasses import dataclass as checked_dataclass

from sim.schema import CONFIG
from sim.schema import parameter as _p


# fmt: off  (a table, one parameter a line)
@checked_dataclass(frozen=True, config=CONFIG)
class Research:
    """R&D compute, knowledge and capability (E8 to E11)."""

    progress: float = _p(
        0.0866,
        "nat/mo",
        0.050,
        0.139,
        "[V 12]",
        "nu: algorithmic progress of the leader (halving in 8 months)",
        ge=0,
        le=1,
    )
    returns: float = _p(0.6, "-", 0.3, 0.9, "[V 37]", "zeta: returns to research compute", ge=0, le=2)
    fishing_out: float = _p(0.5, "-", 0.3, 1.0, "[V 37]", "beta_A: ideas get harder to find", ge=0, le=5)
    sharing: float = _p(0.2, "-", 0, 0.6, "[A]", "chi: openly shared science speeds everybody up", ge=0, le=5)
    spill_all: float = _p(0.03, "1/mo", 0, 0.1, "[A]", "sigma_0: catching up with the frontier at large", ge=0, le=0.3)
    spill_open: float = _p(0.05, "1/mo", 0, 0.1, "[A]", "sigma_o: catching up with public weights", ge=0, le=0.3)
    spill_api: float = _p(0.02, "1/mo", 0, 0.1, "[A]", "sigma_d: catching up by distilling closed APIs", ge=0, le=0.3)
    patent_elasticity: float = _p(
        0.0, "-", 0, 0.3, "[A]", "pi_P: elasticity of progress to the home bloc's share of AI patents", ge=0, le=2
    )
    patent_share_us: float = _p(0.2, "share", 0.1, 0.4, "[A]", "share of the world's AI patents, US", gt=0, le=1)
    patent_share_cn: float = _p(
        0.6, "share", 0.4, 0.75, "[A]", "share of the world's AI patents, CN (about 60 percent)", gt=0, le=1
    )
    training_share: float = _p(
        0.20, "share", 0.10, 0.30, "[V 48]", "x_T: share of R&D compute in final training runs", gt=0, lt=1
    )
    training_months: int = _p(4, "mo", 3, 6, "[V 48]", "n_T: months of compute in a model", ge=1, le=24)
    compute_scale: float = _p(
        11.8, "ECI/OOM", 9, 18, "[D]", "b_q: capability per order of magnitude of effective compute", ge=0, le=60
    )
    size_scale: float = _p(
        6.0, "ECI/OOM", 2, 10, "[D]", "b_g: capability per order of magnitude of active size", ge=0, le=60
    )
    size_reference: float = _p(40.0, "B", 20, 80, "[A]", "g_ref: reference active size", gt=0)
    residual_half_life: float = _p(
        1e9, "mo", 24, 1e9, "[A]", "half-life of the labs' residuals kq after the hand-over (1e9: none)", gt=0
    )
    residual_growth: float = _p(
        11.5,
        "ECI/yr",
        8,
        14,
        "[D]",
        "frontier growth by which older flagships are brought to the hand-over",
        ge=0,
        le=60,
    )
    fund_growth: float = _p(1.9, "x/yr", 1.2, 3, "[A]", "growth of outside funding to 2027-12", gt=0, le=10)
    fund_growth_late: float = _p(
        1.3, "x/yr", 1, 2, "[A]", "growth of outside funding that it slows to by 2030-12", gt=0, le=10
    )
    fund_scale: float = _p(1.0, "x", 0.5, 2, "[A]", "scale of all outside funding", gt=0, le=100)


@checked_dataclass(frozen=True, config=CONFIG)
class Releases:
    """Completions, sizes, review (E11, E12)."""

    size_growth: float = _p(1.6, "x/yr", 1.0, 2.1, "[D]", "g_g: growth of a flagship's size", gt=0, le=10)
    mid_size: float = _p(
        1 / 3, "x", 0.2, 0.6, "[A]", "g_tier: active size of the mid tier over the flagship's", gt=0, le=1
    )
    economy_size: float = _p(
        0.1, "x", 0.03, 0.2, "[A]", "active size of the economy tier over the flagship's", gt=0, le=1
    )
    interval_least: int = _p(2, "mo", 1, 4, "[A]", "shortest time between generations", ge=1, le=24)
    interval_most: int = _p(12, "mo", 8, 18, "[A]", "longest time between generations", ge=1, le=60)
    interval_unknown: int = _p(
        6, "mo", 3, 12, "[A]", "time between generations of a lab with a single flagship", ge=1, le=60
    )
    silence: int = _p(
        18, "mo", 12, 24, "[A]", "a lab without a release for so long completes nothing more", ge=1, le=120
    )
    open_delay: int = _p(6, "mo", 3, 12, "[A]", "d_open: delay of the weights in delayed-open mode", ge=0, le=60)
    refile: float = _p(
        0.25, "prob", 0, 1, "[A]", "p_refile: probability that an upgrade of a filed family waits", ge=0, le=1
    )


@checked_dataclass(frozen=True, config=CONFIG)
class Markup:
    """Closed prices after the hand-over (E16)."""

    adjustment: float = _p(0.25, "1/mo", 0.1, 1, "[A]", "rho_p: partial adjustment of mark-ups", ge=0, le=1)
    constants_half_life: float = _p(
        36.0, "mo", 12, 1e9, "[A]", "h_k: half-life of the price and cost constants of the hand-over", gt=0
    )
    size_unknown_least: float = _p(
        20.0, "B", 10, 40, "[A]", "smallest effective size that a closed model's cost is read as", gt=0
    )
    size_unknown_most: float = _p(
        400.0, "B", 200, 800, "[A]", "largest effective size that a closed model's cost is read as", gt=0
    )


@checked_dataclass(frozen=True, config=CONFIG)
class Finance:
    """R&D budgets after the hand-over (E25, E26)."""

    reinvest: float = _p(0.6, "share", 0, 1, "[A]", "theta_R: share of profit that goes into R&D compute", ge=0, le=2)
    adjustment: float = _p(0.10, "1/mo", 0.05, 0.3, "[A]", "rho_R: speed of budgets", ge=0, le=1)
    justification: float = _p(
        0.5, "-", 0, 1.5, "[A]", "psi_F: elasticity of outside funding to profit against plan", ge=0, le=10
    )


@checked_dataclass(frozen=True, config=CONFIG)
class Strategy:
    """Release modes (E27 to E29)."""

    horizon: int = _p(12, "mo", 3, 36, "[A]", "H: months of payoff that a lab looks at", ge=1, le=120)
    discount: float = _p(0.98, "1/mo", 0.95, 1, "[A]", "delta: monthly discount factor", gt=0, le=1)
    spill_cost: float = _p(0.5, "per nat", 0, 2, "[A]", "v_spill: what a rival's catching up costs", ge=0, le=100)
    state_bonus: float = _p(
        0.05, "of RD", 0, 0.3, "[A]", "b_state: support of open releases in CN per unit of chip tightness", ge=0, le=10
    )
    memory: float = _p(0.9, "-", 0.8, 1, "[V 44]", "phi_ewa: memory of attractions", ge=0, le=1)
    experience_decay: float = _p(0.8, "-", 0, 0.9, "[V 44]", "rho_N: decay of experience", ge=0, lt=1)
    foregone: float = _p(0.5, "-", 0, 1, "[V 44]", "delta_E: weight of payoffs not chosen", ge=0, le=1)
    precision: float = _p(4.0, "-", 0, 20, "[A]", "lam_Q: precision of the logit response", ge=0, le=1000)
    adaptive_share: float = _p(
        0.01, "share", 0, 0.05, "[A]", "labs above this share of tokens adapt; the others keep their habit", ge=0, le=1
    )


@checked_dataclass(frozen=True, config=CONFIG)
class Reactions:
    """Government reaction rules (E30)."""

    gap_threshold: float = _p(4.0, "mo", 2, 8, "[A]", "US tightens the quota when the Chinese gap is below this", gt=0)
    open_threshold: float = _p(
        0.3,
        "share",
        0.1,
        0.5,
        "[A]",
        "US subsidises open models when its share of the open stock is below this",
        gt=0,
        le=1,
    )
    rent_threshold: float = _p(
        1.3,
        "x",
        1.1,
        2,
        "[A]",
        "non-aligned states accept a partner offer when their rent is this many times the US rent",
        gt=0,
    )
    tightness_step: float = _p(0.25, "share", 0.1, 0.5, "[A]", "CN adds support per step of chip tightness", gt=0, le=1)
    width: float = _p(0.25, "x", 0.1, 0.5, "[A]", "w: width of the response, as a share of the threshold", gt=0)
    interval: int = _p(6, "mo", 3, 12, "[A]", "months between reviews", ge=1, le=60)
    hysteresis: int = _p(12, "mo", 6, 24, "[A]", "months before the same act can follow", ge=0, le=120)


# fmt: on
