"""Parameters of the supply side: chips and compute (docs/model.md, section 5.1)."""

from __future__ import annotations

from pydantic.dataclasses import dataclass as checked_dataclass

from sim.schema import CONFIG
from sim.schema import parameter as _p


@checked_dataclass(frozen=True, config=CONFIG)
class Chips:
    """Chips and compute (E1 to E7)."""

    us_output: float = _p(
        1.46e6, "H100e/mo", 1.24e6, 1.68e6, "[D]", "Y_L: output of US-bloc suppliers at 2026-01 (E1)", ge=0
    )
    us_growth: float = _p(2.0, "x/yr", 1.3, 2.5, "[V 11]", "g_Y: growth of that output to 2028-12", gt=0, le=20)
    us_growth_late: float = _p(1.3, "x/yr", 1.0, 2.0, "[A]", "g_Y: the same from 2029-01", gt=0, le=20)
    nvidia_share: float = _p(
        0.676,
        "share",
        0.6,
        0.75,
        "[D]",
        "Nvidia's share of US-bloc output after the series (fourth quarter of 2025)",
        ge=0,
        le=1,
    )
    split_us: float = _p(
        0.62,
        "share",
        0.50,
        0.70,
        "[A]",
        "phi_US: share of US-bloc output wanted in the US (E2); the four are scaled to sum to 1, CN's as it is",
        gt=0,
        le=1,
    )
    split_cn: float = _p(0.20, "share", 0.10, 0.30, "[A]", "phi_CN: share wanted in CN without controls", ge=0, lt=1)
    split_al: float = _p(0.11, "share", 0.06, 0.20, "[A]", "phi_AL: share wanted in allied countries", ge=0, le=1)
    split_nal: float = _p(0.07, "share", 0.03, 0.12, "[A]", "phi_NA: share wanted in non-aligned countries", ge=0, le=1)
    smuggling: float = _p(
        0.10, "share", 0, 0.40, "[V 17]", "ell: share of the unmet wish that leaks through (E3)", ge=0, le=1
    )
    smuggling_cap: float = _p(
        0.05, "share", 0, 0.10, "[V 17]", "ell_max: largest share of US-bloc output that leaks", ge=0, le=1
    )
    smuggling_margin: float = _p(
        0.5, "share", 0.1, 1.5, "[V 17]", "pi_s: mark-up on the price of smuggled chips", ge=0, le=20
    )
    offshore: float = _p(
        0.3,
        "share",
        0,
        0.8,
        "[V 20]",
        "o_CN: compute that Chinese labs may rent abroad over CN's stock (E6)",
        ge=0,
        le=5,
    )
    cn_output: float = _p(
        40_000, "H100e/mo", 15_000, 60_000, "[A]", "Y_CN at 2026-01; the whole Chinese series is scaled with it", ge=0
    )
    huawei_share: float = _p(0.7, "share", 0.5, 0.85, "[A]", "Huawei's share of Chinese output", ge=0, le=1)
    domestic_growth: float = _p(
        0.02, "log/mo", -0.02, 0.05, "[A]", "g_dom: own growth of Chinese output (E5)", ge=-1, le=1
    )
    crowding: float = _p(0.02, "log/mo", 0, 0.04, "[V 15]", "psi_K: what tightness adds to it", ge=-1, le=1)
    learning: float = _p(0.322, "-", 0.12, 0.45, "[V 33]", "b: learning by doing (learning rate 1 - 2^-b)", ge=0, le=3)
    spillover: float = _p(
        0.33, "share", 0, 1, "[A]", "omega_L: what an imported US chip teaches, against an own one", ge=0, le=10
    )
    software: float = _p(
        0.6,
        "share",
        0.4,
        0.9,
        "[A]",
        "kappa_sw0: effective compute of a Chinese chip over its H100e at 2026-01",
        ge=0,
        le=1,
    )
    unit_cost: float = _p(
        30_000, "$/H100e", 20_000, 45_000, "[A]", "c_CN0: unit cost of Chinese chips at 2026-01", gt=0
    )
    cn_margin: float = _p(0.3, "share", 0.1, 0.6, "[A]", "mark-up of Chinese suppliers over unit cost", ge=0, le=20)
    cn_cumulative: float = _p(0.36e6, "H100e", 0.2e6, 0.6e6, "[A]", "Q_CN: Chinese chips ever made, at 2023-01", gt=0)
    cn_imported: float = _p(0.10e6, "H100e", 0.05e6, 0.2e6, "[A]", "US chips ever imported into CN, at 2023-01", ge=0)
    depreciation: float = _p(
        1 / 48, "1/mo", 1 / 72, 1 / 36, "[V 11]", "delta_K: depreciation of compute stocks (E6)", ge=0, le=1
    )
    stock: float = _p(0.65e6, "H100e", 0.4e6, 0.9e6, "[A]", "K: compute of the world at 2023-01", gt=0)
    stock_us: float = _p(
        0.70, "share", 0.6, 0.8, "[A]", "US share of K at 2023-01 (the four are scaled to sum to 1)", ge=0, le=1
    )
    stock_cn: float = _p(0.14, "share", 0.08, 0.2, "[A]", "CN share of K at 2023-01", ge=0, le=1)
    stock_al: float = _p(0.10, "share", 0.05, 0.2, "[A]", "allied share of K at 2023-01", ge=0, le=1)
    stock_nal: float = _p(0.06, "share", 0.03, 0.1, "[A]", "non-aligned share of K at 2023-01", ge=0, le=1)
    utilisation: float = _p(
        0.70, "share", 0.5, 0.9, "[A]", "u: utilisation of compute at the rent of the hand-over (E7)", gt=0, le=1
    )
    utilisation_max: float = _p(
        0.90, "share", 0.85, 0.95, "[A]", "u_max: utilisation beyond which compute is rationed", gt=0, le=1
    )
    rent_elasticity: float = _p(
        1.0,
        "-",
        0.5,
        3,
        "[A]",
        "eta_K: elasticity of compute use to rent (rent moves with the 1/eta_K-th power)",
        gt=0,
        le=100,
    )
    price_performance: float = _p(
        1.15, "x/yr", 1.0, 1.3, "[V 11]", "gP: yearly fall of rent and of chip prices", gt=0, le=10
    )
    chip_price: float = _p(
        23_000, "$/H100e", 20_000, 30_000, "[V 18]", "p_chip: price of US-bloc chips at 2026-01", gt=0
    )
    us_margin: float = _p(
        0.7, "share", 0.5, 0.8, "[A]", "gross margin of US-bloc suppliers, share of the price", ge=0, lt=1
    )
    levy_passed: float = _p(
        0.5, "share", 0, 1, "[A]", "part of a levy on exported chips that the buyer pays", ge=0, le=1
    )
