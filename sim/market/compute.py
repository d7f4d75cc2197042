"""Chips and compute (E1 to E7 of docs/model.md, section 5.1).

Blocs stand in the order US, CN, AL, NAL. Chips and stocks are H100-equivalents (H100e), flows per month.
"""

from __future__ import annotations

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.market.arrays import Bools, Floats

US, CN, AL, NAL = range(4)
LAST_FAST_MONTH = 71
"""2028-12: the last month of the fast growth of US-bloc output."""
RENT_FACTOR = (0.5, 4.0)
"""Least and greatest effect of scarcity on rent."""
OFFSHORE_FROM = np.array([0.0, 1.0, -2 / 3, -1 / 3])
"""What a rented chip adds to each bloc: from allied and non-aligned stocks 2:1 (E6)."""
HOST_LIMIT = 0.5
"""Largest share of an allied or non-aligned stock that offshore rental may take."""
LEAST_SOFTWARE = 0.1
LEAST_RATION = 0.05
"""Share of its bloc's stock that labs get at least, however much others use."""


def us_trend(months: Floats, level: float, growth: float, late: float) -> Floats:
    """Return the trend of US-bloc output (E1), shape (T,).

    Args:
        months: t, shape (T,).
        level: output at 2026-01.
        growth: yearly growth factor to 2028-12.
        late: yearly growth factor after it.
    """
    fast = np.minimum(months, LAST_FAST_MONTH) - LEVELS_MONTH
    slow = np.maximum(months - LAST_FAST_MONTH, 0)
    return np.asarray(level * np.exp((fast * np.log(growth) + slow * np.log(late)) / 12))


def market_split(us: float, cn: float, al: float, nal: float) -> Floats:
    """Return phi (E2), summing to 1, shape (4,): CN's share as given, the others scaled to what it leaves."""
    scale = (1.0 - cn) / (us + al + nal)
    return np.array([us * scale, cn, al * scale, nal * scale])


def shared_split(split: Floats, extra: Floats) -> Floats:
    """Return phi after a partner programme of the US: ``extra`` goes to partners out of the US share.

    Args:
        split: phi, shape (4,).
        extra: further share of US-bloc output for each bloc, shape (T, 4); US and CN columns are not read.
    """
    given = extra * np.array([0.0, 0.0, 1.0, 1.0])
    total = given.sum(axis=1, keepdims=True)
    given = given * np.minimum(1.0, split[US] / np.maximum(total, split[US]))
    out = split + given
    out[:, US] = np.maximum(split[US] - given.sum(axis=1), 0.0)
    return np.asarray(out)


def served_orders(output: float, orders: Floats) -> Floats:
    """Return the megaprojects' orders that the output can serve (E2), shape (4,): cut in proportion to fit."""
    total = float(orders.sum())
    return orders if total <= output else orders * (output / total)


def purchases(output: float, orders: Floats, split: Floats) -> Floats:
    """Return desired purchases by bloc before any control (E2), shape (4,); they add up to the output.

    Args:
        output: US-bloc output.
        orders: megaprojects served out of it ahead of the split, shape (4,).
        split: phi, shape (4,).
    """
    return np.asarray(orders + split * (output - float(orders.sum())))


def legal_exports(desired: float, quota: float, performance: float) -> float:
    """Return d X_legal: compute that legal exports deliver (E3)."""
    return performance * min(desired, quota)


def replayed_exports(series: float, rule: float, base_rule: float, limit: float) -> float:
    """Return legal exports of a replayed month: what was delivered, moved by the difference of E3 between two arms.

    A looser rule adds the difference; a tighter one cuts in proportion, so that a ban leaves nothing and nothing goes
    below zero; equal rules give the series back exactly.

    Args:
        series: delivered in history.
        rule: E3 under the arm's levers.
        base_rule: E3 under those of history.
        limit: what the arm's quota lets through; where it is no tighter than history's, history's own deliveries stay.
    """
    moved = series * (rule / base_rule) if rule < base_rule else series + (rule - base_rule)
    return min(moved, limit)


def smuggled_exports(desired: float, legal: float, output: float, leak: float, cap: float) -> float:
    """Return X_smug (E3).

    Args:
        desired: D_CN.
        legal: d X_legal, what legal exports deliver.
        output: US-bloc output.
        leak: ell (1 - enforcement).
        cap: ell_max, largest share of the output.
    """
    return min(leak * max(desired - legal, 0.0), cap * output)


def tightness(shipped: float, free: float) -> float:
    """Return tau (E4): the share of CN's wish without controls and import limits that is not met."""
    return min(max(1.0 - shipped / free, 0.0), 1.0) if free > 0 else 0.0


def domestic_growth(own: float, crowding: float, tight: float, fab: float, tools: float) -> float:
    """Return the monthly log growth of Chinese output (E5)."""
    return own + crowding * tight + fab + tools


def allocate(output: Floats, desired: Floats, to_cn: Floats, split: Floats, allowed: Floats) -> Floats:
    """Return shipments of US-bloc chips by bloc, shape (T, 4); every month they add up to the output.

    What CN doesn't get goes to the others by phi. A bloc under a licence or import limit takes that share of what it
    would get, and the rest goes by phi to those without one (the US has none).

    Args:
        output: US-bloc output, shape (T,).
        desired: purchases by bloc (E2), shape (T, 4).
        to_cn: legal and smuggled deliveries to CN, shape (T,).
        split: phi, shape (T, 4).
        allowed: share that a bloc may take, shape (T, 4); only AL and NAL are read.
    """
    weights = split.copy()
    weights[:, CN] = 0.0
    share = weights / weights.sum(axis=1, keepdims=True)
    wanted = desired + share * (desired[:, CN] - to_cn)[:, None]
    wanted[:, CN] = to_cn
    shipped = wanted.copy()
    shipped[:, AL:] *= allowed[:, AL:]
    left = output - shipped.sum(axis=1)
    weights[:, AL:] *= allowed[:, AL:] >= 1.0
    weights[:, US] = np.maximum(weights[:, US], 1e-12)
    return np.asarray(shipped + weights / weights.sum(axis=1, keepdims=True) * left[:, None])


def experience(start: float, flow: Floats) -> Floats:
    """Return cumulative output at the start of each month, shape (T,) or (T, V) like ``flow``."""
    total = np.cumsum(flow, axis=0)
    return np.asarray(start + np.concatenate([np.zeros_like(flow[:1]), total[:-1]]))


def wright(effective: Floats, reference: float, learning: float) -> Floats:
    """Return (Qeff / Qeff(t_L))^-b: Wright's law as a factor on unit cost (E5)."""
    return np.asarray((effective / reference) ** -learning)


def software_share(level: float, factor: Floats) -> Floats:
    """Return kappa_sw: effective compute of a Chinese chip over its H100e (E5)."""
    return np.asarray(np.maximum(LEAST_SOFTWARE, 1.0 - (1.0 - level) * factor))


def stocks(start: Floats, deliveries: Floats, depreciation: float, extra: Floats | None = None) -> Floats:
    """Return compute by bloc at the start of each month (E6), shape (T, 4).

    Args:
        start: stock at t = 0, shape (4,).
        deliveries: chips arriving in each month, shape (T, 4).
        depreciation: delta_K per month.
        extra: share of the stock that a future adds in each month, shape (T, 4).
    """
    table = np.empty_like(deliveries)
    now = start
    for t in range(len(deliveries)):
        table[t] = now
        now = (1.0 - depreciation) * now + deliveries[t]
        if extra is not None:
            now = now + extra[t] * table[t]
    return table


def offshore_rental(stock: Floats, share: float, allowed: Bools) -> Floats:
    """Return compute that CN's labs rent in AL and NAL (E6), shape (T,), where they may."""
    hosts = HOST_LIMIT * np.minimum(stock[:, AL], stock[:, NAL])
    return np.asarray(np.where(allowed, np.minimum(share * stock[:, CN], hosts), 0.0))


def usable_stock(stock: Floats, offshore: Floats) -> Floats:
    """Return the compute that each bloc's labs can use, offshore rental moved, shape (T, 4)."""
    return np.asarray(stock + offshore[:, None] * OFFSHORE_FROM)


def past_rent(level: float, base_stock: Floats, stock: Floats, elasticity: float) -> Floats:
    """Return rents of a replayed month (section 4), $/H100e-h, shape (4,): the series moved by relative scarcity."""
    return np.asarray(level * np.clip((base_stock / stock) ** (1.0 / elasticity), *RENT_FACTOR))


def outside_share(demand: Floats, stock: Floats, utilisation: float) -> Floats:
    """Return o_b (E7), shape (4,): the share of the stock at the hand-over used by all that the model leaves out."""
    return np.asarray(np.clip(utilisation - demand / stock, 0.0, utilisation))


def relative_use(demand: Floats, outside: Floats, base_stock: Floats, stock: Floats, utilisation: float) -> Floats:
    """Return util_b (E7), shape (4,): use over what the stock serves at the hand-over's utilisation.

    Args:
        demand: D_b, R&D compute and inference of the month before, H100e.
        outside: o_b.
        base_stock: usable stock under status_quo.
        stock: usable stock.
        utilisation: u.
    """
    return np.asarray((demand + outside * base_stock) / (utilisation * stock))


def future_rent(level: float, years: float, price_performance: float, use: Floats, elasticity: float) -> Floats:
    """Return rents after the hand-over (E7), $/H100e-h, shape (4,).

    Args:
        level: rent at the hand-over.
        years: time since.
        price_performance: gP, yearly fall.
        use: util_b, shape (4,).
        elasticity: eta_K.
    """
    scarcity = np.clip(use ** (1.0 / elasticity), *RENT_FACTOR)
    return np.asarray(level * price_performance**-years * scarcity)


def compute_ration(
    demand: Floats, outside: Floats, base_stock: Floats, stock: Floats, utilisation_max: float
) -> Floats:
    """Return the share of labs' demand that is served (E7), shape (4,); arguments as in ``relative_use``."""
    room = np.maximum(LEAST_RATION * stock, utilisation_max * stock - outside * base_stock)
    wanted = np.maximum(demand, 1e-9)
    return np.asarray(np.minimum(1.0, room / wanted))


def falling_price(level: float, price_performance: float, months: Floats) -> Floats:
    """Return a price that falls by gP a year and is ``level`` at 2026-01, shape (T,)."""
    return np.asarray(level * price_performance ** (-(months - LEVELS_MONTH) / 12))
