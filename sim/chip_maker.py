"""Makes the chips of a run (E1 to E6) from data and levers alone, before the first month is stepped."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.chip_path import ChipLevers, ChipPath, Rules, SupplierPaths
from sim.chip_series import ChipSeries
from sim.market import compute as eq
from sim.market.arrays import Bools, Floats
from sim.parameters_supply import Chips


@dataclass(frozen=True)
class Maker:
    """Makes the path of one arm.

    Attributes:
        chips: parameters.
        levers: the arm's levers, of T months.
        series: history.
        handover: t_h; the series act up to it.
        baseline: path of status_quo, or None if this is it.
        extra: share of each stock that a future adds by month, shape (T, 4).
    """

    chips: Chips
    levers: ChipLevers
    series: ChipSeries
    handover: int
    baseline: ChipPath | None = None
    extra: Floats | None = None

    def make(self, n_months: int) -> ChipPath:
        """Return the path of T = ``n_months`` months.

        Raises:
            ValueError: if the baseline is shorter.
        """
        if self.baseline is not None and self.baseline.n_months < n_months:
            raise ValueError(f"the baseline has {self.baseline.n_months} months, fewer than {n_months}")
        months = n_months if self.baseline is not None else max(n_months, LEVELS_MONTH + 1)
        path = self._path(_InForce.of(self.levers, self.chips, months))
        return path if months == n_months else _first(path, n_months)

    def _path(self, force: _InForce) -> ChipPath:
        chips, trade = self.chips, self._trade(force)
        to_cn = trade.legal + trade.smuggled
        learning = eq.experience(chips.cn_cumulative, trade.cn)
        imported = eq.experience(chips.cn_imported, to_cn)
        effective = learning + chips.spillover * imported
        reference = float(effective[LEVELS_MONTH]) if self.baseline is None else self.baseline.reference
        factor = eq.wright(effective, reference, chips.learning)
        kappa = eq.software_share(chips.software, factor)
        made = kappa * trade.cn
        partner = made[:, None] * force.partner
        domestic = made - partner.sum(axis=1)
        deliveries = partner + eq.allocate(trade.us, trade.wanted, to_cn, force.split, force.allowed)
        deliveries[:, eq.CN] += domestic
        extra = None if self.extra is None else _padded(self.extra, deliveries.shape)
        stock = eq.stocks(self._start(), deliveries, chips.depreciation, extra)
        offshore = eq.offshore_rental(stock, chips.offshore, force.offshore)
        price = eq.falling_price(chips.chip_price, chips.price_performance, np.arange(to_cn.size, dtype=np.float64))
        price_cn = price * (1.0 + chips.levy_passed * force.levy)
        return ChipPath(
            us_output=trade.us,
            cn_output=trade.cn,
            cn_effective=made,
            deliveries=deliveries,
            legal=trade.legal,
            smuggled=trade.smuggled,
            domestic=domestic,
            partner=partner,
            wanted=trade.wanted,
            tau=trade.tau,
            stock=stock,
            usable=eq.usable_stock(stock, offshore),
            offshore=offshore,
            imported=imported,
            learning=learning,
            unit_cost=chips.unit_cost * factor,
            kappa_sw=kappa,
            self_sufficiency=domestic / np.maximum(deliveries[:, eq.CN], 1e-300),
            chip_price_cn=price_cn,
            smuggled_price=price * (1.0 + chips.smuggling_margin),
            levy_revenue=force.levy * price_cn * trade.legal / 1e6,
            suppliers=self._suppliers(trade, learning, chips.unit_cost * factor, price),
            rules=trade.rules,
            reference=reference,
        )

    def _start(self) -> Floats:
        chips = self.chips
        shares = np.array([chips.stock_us, chips.stock_cn, chips.stock_al, chips.stock_nal])
        return np.asarray(chips.stock * shares / shares.sum())

    def _trade(self, force: _InForce) -> _Trade:
        """Step E2 to E5; in the months of the series, history moved by the arm's difference to the baseline."""
        trade = _Trade.empty(self._us_output(force), force)
        chinese, base = self._chinese(), self.baseline
        growth, drift = trade.rules.growth, 0.0
        for t in range(trade.us.size):
            if t < chinese.size:
                trade.cn[t] = chinese[t] * np.exp(drift)
            else:
                trade.cn[t] = trade.cn[t - 1] * np.exp(growth[t - 1])
            self._ship(t, force, trade)
            growth[t] = eq.domestic_growth(
                self.chips.domestic_growth,
                self.chips.crowding,
                trade.tau[t],
                force.fab[t, eq.CN],
                force.tools[t],
            )
            drift += 0.0 if base is None else growth[t] - base.rules.growth[t]
        return trade

    def _ship(self, t: int, force: _InForce, trade: _Trade) -> None:
        """Fill in purchases, deliveries to CN and tightness of month t (E2 to E4)."""
        chips, output = self.chips, float(trade.us[t])
        orders = force.mega[t].copy()
        orders[eq.CN] = max(orders[eq.CN] - force.stays[t] * trade.cn[t], 0.0)
        orders = eq.served_orders(output, orders)
        trade.wanted[t] = eq.purchases(output, orders, force.split[t])
        free = float(trade.wanted[t, eq.CN])
        desired = float(force.limit_cn[t]) * free
        rule = eq.legal_exports(desired, float(force.quota[t]), float(force.performance[t]))
        within = output - float(orders.sum()) + float(orders[eq.CN])
        legal = self._replayed(t, force, rule, within)
        leak = chips.smuggling * (1.0 - float(force.enforcement[t]))
        smuggled = eq.smuggled_exports(desired, legal, output, leak, chips.smuggling_cap)
        trade.rules.exports[t], trade.legal[t], trade.smuggled[t] = rule, legal, smuggled
        trade.tau[t] = eq.tightness(legal + smuggled, free)

    def _replayed(self, t: int, force: _InForce, rule: float, within: float) -> float:
        """Return legal exports: E3, or in the replay the series moved by its difference."""
        if t >= min(self.series.exports.size, self.handover + 1):
            return rule
        series, quota = float(self.series.exports[t]), float(force.quota[t])
        base = self.baseline.rules if self.baseline is not None else None
        base_rule, base_quota = (rule, quota) if base is None else (float(base.exports[t]), float(base.quota[t]))
        limit = float(force.performance[t]) * min(quota, within)
        if quota >= base_quota:
            limit = max(limit, series)
        return eq.replayed_exports(series, rule, base_rule, min(limit, within))

    def _chinese(self) -> Floats:
        """Return the series of Chinese output that acts, scaled to ``cn_output`` at 2026-01; without one, a start."""
        series, level = self.series.chinese, self.chips.cn_output
        if not series.size:
            return np.array([level])
        scale = level / series[LEVELS_MONTH] if series.size > LEVELS_MONTH else 1.0
        return np.asarray(series[: self.handover + 1] * scale)

    def _known(self) -> int:
        """Return the number of months in which the series of US-bloc output acts."""
        return min(self.series.nvidia.size, self.handover + 1)

    def _us_output(self, force: _InForce) -> Floats:
        """Return E1: the series, then the trend; fab subsidies add growth, in the series their difference does."""
        chips, known, fab = self.chips, self._known(), force.fab[:, eq.US]
        months = np.arange(fab.size, dtype=np.float64)
        output = eq.us_trend(months, chips.us_output, chips.us_growth, chips.us_growth_late)
        output[:known] = self.series.us[: min(known, fab.size)]
        base = fab if self.baseline is None else self.baseline.rules.fab[: fab.size]
        added = np.where(months < known, fab - base, fab)
        return np.asarray(output * np.exp(np.concatenate([[0.0], np.cumsum(added)[:-1]])))

    def _suppliers(self, trade: _Trade, learning: Floats, unit_cost: Floats, price: Floats) -> SupplierPaths:
        chips, known = self.chips, self._known()
        nvidia = np.full(trade.us.size, chips.nvidia_share)
        nvidia[:known] = (self.series.nvidia[:known] / self.series.us[:known])[: trade.us.size]
        huawei = chips.huawei_share
        shares = np.column_stack([nvidia, 1.0 - nvidia, np.full_like(nvidia, huawei), np.full_like(nvidia, 1 - huawei)])
        output = shares * np.column_stack([trade.us, trade.us, trade.cn, trade.cn])
        cumulative = eq.experience(0.0, output)
        cumulative[:, 0] += self.series.nvidia_before
        cumulative[:, 2:] = learning[:, None] * shares[:, 2:]
        us_cost, cn_price = price * (1.0 - chips.us_margin), unit_cost * (1.0 + chips.cn_margin)
        return SupplierPaths(
            output=output,
            cumulative=cumulative,
            unit_cost=np.column_stack([us_cost, us_cost, unit_cost, unit_cost]),
            price=np.column_stack([price, price, cn_price, cn_price]),
        )


@dataclass(frozen=True)
class _Trade:
    """What is stepped month by month: shapes (T,), ``wanted`` (T, 4)."""

    us: Floats
    cn: Floats
    wanted: Floats
    legal: Floats
    smuggled: Floats
    tau: Floats
    rules: Rules

    @classmethod
    def empty(cls, us: Floats, force: _InForce) -> _Trade:
        cn, legal, smuggled, tau, exports, growth = (np.zeros(us.size) for _ in range(6))
        rules = Rules(exports, force.quota, growth, force.fab[:, eq.US])
        return cls(us, cn, np.zeros((us.size, 4)), legal, smuggled, tau, rules)


@dataclass(frozen=True)
class _InForce:
    """Levers of T months, the last one held if the policy is shorter, and what follows from them alone."""

    quota: Floats
    performance: Floats
    enforcement: Floats
    limit_cn: Floats
    levy: Floats
    tools: Floats
    fab: Floats
    offshore: Bools
    mega: Floats
    partner: Floats
    stays: Floats
    """Share of Chinese output that stays in CN, (T,)."""
    split: Floats
    """phi with the US's partner programme, (T, 4)."""
    allowed: Floats
    """Share of its purchases that a bloc may take, by licence and by its own limit, (T, 4)."""

    @classmethod
    def of(cls, levers: ChipLevers, chips: Chips, months: int) -> _InForce:
        limit, partner = _held(levers.import_limit, months), _held(levers.partner, months).astype(np.float64)
        partner[:, eq.CN] = 0.0
        partner /= np.maximum(partner.sum(axis=1, keepdims=True), 1.0)
        allowed = limit.copy()
        allowed[:, eq.NAL] *= _held(levers.licence, months)
        phi = eq.market_split(chips.split_us, chips.split_cn, chips.split_al, chips.split_nal)
        return cls(
            quota=_held(levers.quota, months),
            performance=_held(levers.performance, months),
            enforcement=_held(levers.enforcement, months),
            limit_cn=limit[:, eq.CN],
            levy=_held(levers.levy, months),
            tools=_held(levers.tools, months),
            fab=_held(levers.fab, months),
            offshore=_held(levers.offshore, months),
            mega=_held(levers.mega, months),
            partner=partner,
            stays=1.0 - partner.sum(axis=1),
            split=eq.shared_split(phi, _held(levers.partner_us, months)),
            allowed=allowed,
        )


def _held(values: Any, months: int) -> Any:
    """Return the first ``months`` of an array, its last entry repeated if it is shorter."""
    return values[np.minimum(np.arange(months), len(values) - 1)]


def _first(part: Any, months: int) -> Any:
    """Return a path with all its arrays cut to the first months."""
    if is_dataclass(part) and not isinstance(part, type):
        return type(part)(**{entry.name: _first(getattr(part, entry.name), months) for entry in fields(part)})
    return part[:months] if isinstance(part, np.ndarray) else part


def _padded(extra: Floats, shape: tuple[int, ...]) -> Floats:
    """Return shares by month and bloc with zeros for the months beyond the run."""
    table = np.zeros(shape)
    table[: len(extra)] = extra[: shape[0]]
    return table
