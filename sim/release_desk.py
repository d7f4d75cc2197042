"""Who completes what in a month, in which mode, and what enters the catalogue (E11, E12, E27 to E29)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.calendar import LEVELS_MONTH
from sim.completions import Schedule, tier_size
from sim.entries import ScheduledRelease
from sim.futures import Future
from sim.generations import Constants, add_release, open_weights, publish, release_name, release_quality
from sim.held import NOTHING, Held
from sim.history import NONE, Offers
from sim.market.arrays import Bools, Floats, Ints
from sim.market.knowledge import capability, effective_compute
from sim.market.strategy import MODES
from sim.menu import Menu
from sim.panel import Panel, Reading
from sim.parameters import Parameters
from sim.population import Population
from sim.price_book import PriceBook
from sim.release_modes import allowed_modes
from sim.rng import Streams
from sim.shocks import capability_jump
from sim.strategies import DELAYED, Draft, Stakes, Strategies, line_modes, payoff
from sim.supply_levers import SupplyLevers
from sim.world import NEVER, TASKS, TIERS, World


@dataclass(frozen=True)
class Outlook:
    """What labs see when they release.

    Attributes:
        menu: options of the month before.
        reading: the panel's choices among them.
        flow: X exp(a) of the last n_T months, shape (n_T, L).
        knowledge: a_l, nat, shape (L,).
        rent: $/H100e-hour by bloc, shape (4,).
        budget, profit: RD and gross profit, M$/mo, shape (L,).
        token_share: each lab's share of tokens in the month before, shape (L,).
        tightness: tau.
        state_bonus: support of open releases in CN that governments have added.
    """

    menu: Menu
    reading: Reading
    flow: Floats
    knowledge: Floats
    rent: Floats
    budget: Floats
    profit: Floats
    token_share: Floats
    tightness: float
    state_bonus: float


@dataclass
class ReleaseDesk:
    """Releases of all labs after the hand-over.

    Attributes:
        align: alignment requirement by month and lab, shape (T, L).
        scheduled: releases that a policy adds after the hand-over.
        delayed: models whose weights become public in a month.
        held: mechanisms that are held at the status quo.
    """

    world: World
    parameters: Parameters
    population: Population
    panel: Panel
    streams: Streams
    levers: SupplyLevers
    future: Future
    offers: Offers
    book: PriceBook
    schedule: Schedule
    constants: Constants
    strategies: Strategies
    handover: int
    adaptive: bool
    align: Floats
    scheduled: tuple[ScheduledRelease, ...] = ()
    delayed: dict[int, list[int]] = field(default_factory=dict)
    held: Held = NOTHING

    def complete(self, t: int, outlook: Outlook) -> dict[int, int]:
        """Release what is due in month t; return the mode of each lab that released."""
        for k in self.delayed.pop(t, []):
            open_weights(self.offers, k, t)
        due = [lab for lab, months in enumerate(self.schedule.due) if t in months]
        modes = {lab: self._release(t, lab, outlook) for lab in due}
        for record in self.scheduled:
            if record.t == t:
                self._add(t, record, outlook.rent)
        return modes

    def _add(self, t: int, record: ScheduledRelease, rent: Floats) -> None:
        """Enter a release that a policy adds; it takes over the constants of its line, if the line has a release."""
        line, closed = self.world.line_names.index(record.line), record.licence == "closed"
        previous = self._latest(line, t)
        size = float(np.sqrt(record.active_b * record.total_b))
        quote = self.book.quote(t, self.world, self.parameters, rent, self.handover, previous, size, self._lab(line))
        k = add_release(
            self.offers,
            self.world,
            t,
            line,
            np.full(len(TASKS), record.q),
            record.active_b,
            size / record.active_b,
            closed=closed,
            opened=NEVER if closed else t,
            aligned=float(self.align[t, self._lab(line)]),
            name=record.model,
            permissive=record.licence == "open_permissive",
        )
        self.offers.abroad[k] = not self.levers.weights_ban[t, self._lab(line)]
        self.book.inherit(k, previous, size)
        share = self.parameters.prices.closed_cost_share
        usual = quote.cost / share if closed and previous == NONE else None
        price = usual if record.price is None else record.price
        if price is not None:
            fade = 0.5 ** ((t - self.handover) / self.parameters.markup.constants_half_life)
            self.book.start_at(k, price, quote, fade, closed=closed)
        publish(self.offers, k, t, self.parameters.demand.grace, on_api=True)

    def _lab(self, line: int) -> int:
        return int(self.offers.line_lab[line])

    def _quality(self, t: int, lab: int, tier: int, outlook: Outlook) -> tuple[float, float]:
        """Return q and active size of a lab's model of a tier finished in month t (E10)."""
        constants, settings = self.constants, self.parameters.research
        compute = effective_compute(outlook.flow[:, lab : lab + 1], settings.training_share)
        growth = self.parameters.releases.size_growth ** ((t - self.handover) / 12)
        active = constants.size[lab] * growth * tier_size(self.parameters, tier)
        q = capability(
            compute,
            constants.reference,
            np.array([active]),
            settings.compute_scale,
            settings.size_scale,
            settings.size_reference,
        )
        fade = 0.5 ** ((t - self.handover) / settings.residual_half_life)
        jump = float(capability_jump(self.future, self.world, t)[lab])
        return float(constants.base + q[0] + fade * constants.residual[lab] + jump), float(active)

    def _drafts(self, t: int, lab: int, outlook: Outlook) -> list[Draft]:
        drafts = []
        for line, tier in self.schedule.lines[lab]:
            q, active = self._quality(t, lab, tier, outlook)
            task_q = release_quality(self.constants, self.world, line, t, q)
            task_q = self.held.quality(release_name(self.world, line, t), task_q)
            size = active * self.constants.ratio[lab]
            previous = self._latest(line, t)
            quote = self.book.quote(t, self.world, self.parameters, outlook.rent, self.handover, previous, size, lab)
            hosts = float(self.offers.hosts[previous, t - 1])
            variety = self.parameters.prices.host_variety * float(np.log(max(hosts, 1.0)))
            drafts.append(Draft(line, tier, task_q, quote, variety))
        return drafts

    def _latest(self, line: int, t: int) -> int:
        offers = self.offers
        return int(max(offers.own[line, t - 1], offers.weights[line, t - 1]))

    def _release(self, t: int, lab: int, outlook: Outlook) -> int:
        drafts = self._drafts(t, lab, outlook)
        tiers = np.array([draft.tier for draft in drafts])
        was_open = self.strategies.was_open[[draft.line for draft in drafts]]
        mode = self.held.mode(t, lab, self._mode(t, lab, outlook, drafts, tiers, was_open))
        free = self._adapts(lab, outlook) or self._allowed(t, lab, tiers)[1]
        opened = self._by_line(t, lab, drafts, line_modes(mode, tiers, was_open) if free else was_open)
        opened = self.held.opened([release_name(self.world, draft.line, t) for draft in drafts], opened)
        for draft, is_open in zip(drafts, opened, strict=True):
            self._publish(t, lab, draft, mode, bool(is_open), outlook)
        return mode

    def _adapts(self, lab: int, outlook: Outlook) -> bool:
        return self.adaptive and bool(outlook.token_share[lab] > self.parameters.strategy.adaptive_share)

    def _allowed(self, t: int, lab: int, tiers: Ints) -> tuple[Bools, bool]:
        """Return the modes that a lab may choose in month t, and whether a rule has cut them."""
        possible = frozenset(MODES) if np.unique(tiers).size > 1 else frozenset(MODES) - {"tiered"}
        allowed = allowed_modes(self.levers.modes, self.world.lab_names[lab], t, possible)
        return np.array([mode in allowed for mode in MODES]), allowed != possible

    def _by_line(self, t: int, lab: int, drafts: list[Draft], opened: Bools) -> Bools:
        """Bend what is open to the rules on single lines and tiers."""
        opened = opened.copy()
        name = self.world.lab_names[lab]
        for k, draft in enumerate(drafts):
            for rule in self.levers.modes:
                narrow = rule.lines is not None or rule.tiers is not None
                if narrow and rule.covers(name, self.world.lines[draft.line].name, TIERS[draft.tier], t):
                    opened[k] = "open" in rule.allowed if "closed" not in rule.allowed else opened[k]
                    opened[k] = opened[k] and "open" in rule.allowed
        return opened

    def _mode(self, t: int, lab: int, outlook: Outlook, drafts: list[Draft], tiers: Ints, was_open: Bools) -> int:
        admissible, _ = self._allowed(t, lab, tiers)
        if not self._adapts(lab, outlook):
            return self.strategies.usual(lab, admissible)
        payoffs = np.full(len(MODES), np.nan)
        for mode in np.flatnonzero(admissible):
            opened = self._by_line(t, lab, drafts, line_modes(int(mode), tiers, was_open))
            payoffs[mode] = self._payoff(t, lab, outlook, drafts, opened)
        luck = float(self.streams.uniform("mode", t, self.world.lab_names[lab])[0])
        chosen = self.strategies.choose(lab, admissible, self.parameters.strategy.precision, luck)
        self.strategies.learn(lab, payoffs, chosen, self.parameters)
        return chosen

    def _payoff(self, t: int, lab: int, outlook: Outlook, drafts: list[Draft], opened: Bools) -> float:
        text = [(d, o) for d, o in zip(drafts, opened, strict=True) if not self.world.lines[d.line].video]
        if not text:
            return 0.0
        settings, research = self.parameters.strategy, self.parameters.research
        a = outlook.knowledge
        behind = np.maximum(a[lab] - a, 0.0)
        bonus = float(self.levers.subsidy[t, lab])
        if self.world.lab_blocs[lab] == "CN":
            support = settings.state_bonus + outlook.state_bonus
            bonus += support * outlook.tightness
        decay = self.parameters.ecosystem.depreciation
        months = np.arange(1, settings.horizon + 1)
        stakes = Stakes(
            budget=float(outlook.budget[lab]),
            income_share=float(self.world.lab_income[lab]),
            bonus=bonus,
            spill=settings.spill_cost * research.spill_open * float(behind.sum()),
            eco=self.parameters.demand.gamma * float((1.0 - (1.0 - decay) ** months).mean()) / 2.0,
            open_weight=self.parameters.ecosystem.open_weight,
            volume=self.parameters.usage.tokens
            / self.parameters.usage.adoption_level
            * float(self.parameters.usage.growth ** (t - LEVELS_MONTH)),
            profit=float(outlook.profit[lab]),
        )
        drafts_text = [d for d, _ in text]
        return payoff(
            outlook.menu,
            outlook.reading,
            self.panel,
            self.population,
            lab,
            drafts_text,
            np.array([o for _, o in text]),
            stakes,
        )

    def _publish(self, t: int, lab: int, draft: Draft, mode: int, is_open: bool, outlook: Outlook) -> None:
        offers = self.offers
        previous = self._latest(draft.line, t)
        _, active = self._quality(t, lab, draft.tier, outlook)
        later = t + self.parameters.releases.open_delay
        opened = t if is_open else (later if mode == DELAYED else NEVER)
        k = add_release(
            offers,
            self.world,
            t,
            draft.line,
            draft.q,
            active,
            float(self.constants.ratio[lab]),
            closed=not is_open,
            opened=opened,
            aligned=float(self.align[t, lab]),
        )
        offers.abroad[k] = not self.levers.weights_ban[t, lab]
        offers.wait[k] = self._review(t, lab, k)
        offers.wait_all[k] = bool(self.levers.review_all[t])
        self.book.inherit(k, previous, float(offers.size[k]))
        on_api = not is_open or bool(offers.own[draft.line, t - 1] != NONE)
        publish(offers, k, t, self.parameters.demand.grace, on_api=on_api)
        if t < opened < NEVER:
            self.delayed.setdefault(opened, []).append(k)

    def _review(self, t: int, lab: int, k: int) -> int:
        """Return the months that content review holds a release back at home (E12)."""
        months = float(self.levers.review[t, lab])
        if months <= 0:
            return 0
        draw = float(self.streams.uniform("review of release", int(self.offers.model_keys[k]))[0])
        return round(months) if draw < float(self.levers.refile[t]) else 0
