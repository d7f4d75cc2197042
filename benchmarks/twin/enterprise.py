"""An enterprise: what it holds, what it sees, how it decides and what it uses. All of it in scalars, slot by slot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import mesa

from benchmarks.twin.catalogue import HOST, OWN, SELF, Release, Row
from benchmarks.twin.choice import NEAR, Costs, Nests, Option, decide
from benchmarks.twin.places import DEVELOPER, Region
from sim.world import TASKS

VIDEO = TASKS.index("video")
CODING = TASKS.index("coding")


@dataclass(slots=True, eq=False)
class Slot:
    """One task of an enterprise.

    Attributes:
        index: its number among all slots of the world.
        task, alpha, z: task, price sensitivity, standardised requirement.
        usual, share: share of the firm's tokens with constant weights of tasks, and in this month.
        tool: a coding tool fills it, and chooses anew every month.
        release: what it holds, None outside.
        channel, lab: channel and lab held, remembered outside; lab is -1 if there never was one.
    """

    index: int
    task: int
    alpha: float
    z: float
    usual: float
    tool: bool
    share: float = 0.0
    release: Release | None = None
    channel: int = 0
    lab: int = -1

    def hold(self, release: Release, channel: int) -> None:
        """Take a model into use."""
        self.release, self.channel, self.lab = release, channel, release.lab


class Enterprise(mesa.Agent):  # type: ignore[misc]
    """One representative enterprise.

    Attributes:
        index: its row of the population, from which its traits are.
        adopted: whether it uses AI models.
        paid: smoothed paid price, $/Mtok; None until it has paid.
        tokens: tokens of the month, Mtok.
        chose: whether it had anything to review this month.
    """

    def __init__(self, model: Any, index: int, region: Region, traits: dict[str, Any], slots: list[Slot]) -> None:
        super().__init__(model)
        self.index, self.region, self.slots = index, region, slots
        self.kind: int = traits["kind"]
        self.volume: float = traits["volume"]
        self.count: float = traits["count"]
        self.weight: float = traits["tokens"]
        self.ban_draw: float = traits["ban_draw"]
        self.access_draw: float = traits["access_draw"]
        self.free_draw: float = traits["free_draw"]
        self.beta: float = traits["beta"]
        self.taste: list[float] = traits["taste"]
        demand = model.parameters.demand
        developer = self.kind == DEVELOPER
        self.review_rate = min(demand.review * (demand.review_developer if developer else 1.0), 1.0)
        self.premium = demand.closed_premium_developer if developer else demand.closed_premium
        self.costs = Costs(
            lab=demand.switching_cost * (demand.switching_cost_developer if developer else 1.0),
            known=demand.switching_cost_known,
            channel=demand.channel_cost,
            rho=demand.dissimilarity,
            outside=demand.outside,
        )
        self.appeal: list[list[float]] = model.appeal[region.index][self.kind]
        trust = model.parameters.trust
        self.wariness = (trust.trust_developer, 1.0, trust.trust_regulated, 1.0)[self.kind]
        self.adopted = False
        self.paid: float | None = None
        self.tokens = 0.0
        self.chose = False
        region.enterprises += self.count

    def start(self) -> None:
        """In the first month, adopters take the best model that they can have from its lab."""
        if self.model.luck.initial(self.index) >= self.region.initial:
            return
        seen = [option for _, options in self.look(video=False) for option in options if option.channel == OWN]
        for slot in self.slots:
            if seen and slot.task != VIDEO:
                slot.hold(max((o.release for o in seen), key=lambda r: r.q[slot.task]), OWN)
                self.adopted = True
        self._count_in()

    def step(self) -> None:
        """Live a month: adopt or not; upgrade, review and choose; use."""
        self.chose = False
        if self.adopted:
            self.renew()
        elif self.model.luck.adoption(self.index) < self.region.hazard[self.kind]:
            self.adopt()
        if self.adopted:
            self.use()

    def adopt(self) -> None:
        """Choose for all slots; there must be something to choose from for a text slot."""
        if any(slot.task != VIDEO for slot in self.slots) and self.look(video=False):
            self.adopted = True
            self._count_in()
            self.choose(self.slots)

    def renew(self) -> None:
        """Review what is due or gone, upgrade the rest (E18)."""
        luck, due = self.model.luck, []
        for slot in self.slots:
            rate = 1.0 if slot.tool else self.review_rate
            if luck.review(slot.index) < rate or (slot.release is not None and self.is_gone(slot)):
                due.append(slot)
            elif slot.release is not None:
                self.upgrade(slot, slot.release)
        if due:
            self.choose(due)

    def is_gone(self, slot: Slot) -> bool:
        """Say whether a slot's option has expired, is banned or is cut off."""
        assert slot.release is not None
        if slot.channel == OWN and self.model.t > slot.release.usable_until:
            return True
        return self.is_barred(slot.lab, slot.channel)

    def is_barred(self, lab: int, channel: int) -> bool:
        """Say whether a lab's options on a channel are banned or out of reach (E21)."""
        if self.ban_draw < self.region.ban[self.kind][lab][channel]:
            return True
        return channel == OWN and self.access_draw >= self.region.access[lab]

    def upgrade(self, slot: Slot, held: Release) -> None:
        """Move to a newer release if it is no worse (E18)."""
        target = self.newer(slot, held)
        if target is None or self.model.luck.upgrade(slot.index) >= self.model.parameters.demand.upgrade:
            return
        gain = self.worth(slot, target, slot.channel) - self.worth(slot, held, slot.channel)
        self.model.near_ties += 0.0 < abs(gain) < NEAR
        if gain >= 0.0:
            slot.hold(target, slot.channel)

    def newer(self, slot: Slot, held: Release) -> Release | None:
        """Return the newer release of a slot's line that the firm knows; where the line has ended, its best heir."""
        line = held.line
        if slot.channel == OWN and not line.on_sale:
            return self.best_heir(slot, held)
        newest = line.newest_served(self.index) if slot.channel == OWN else self._newest_public(line)
        return newest if newest is not None and newest.index > held.index else None

    def best_heir(self, slot: Slot, held: Release) -> Release | None:
        """Return the best release on a live line of the same lab, tier and domain."""
        old = held.line
        kin = [
            line
            for line in self.model.catalogue.lines
            if line.on_sale and (line.lab, line.tier, line.video) == (old.lab, old.tier, old.video)
        ]
        known = [release for line in kin if (release := line.newest_served(self.index)) is not None]
        return max(known, key=lambda release: self.worth(slot, release, OWN), default=None)

    def look(self, video: bool) -> Nests:
        """Return what the menu holds for this enterprise: no option that is barred or that it has not heard of."""
        menu = self.model.catalogue.video if video else self.model.catalogue.text
        nests: Nests = []
        for lab, rows in menu.by_lab.items():
            open_doors = [channel for channel in (OWN, HOST, SELF) if not self.is_barred(lab, channel)]
            options = [self.see(row) for row in rows if row.channel in open_doors]
            known = [option for option in options if option is not None]
            if known:
                nests.append((lab, known))
        return nests

    def see(self, row: Row) -> Option | None:
        """Return the newest release on a row that the enterprise knows, and what it is worth to all slots alike."""
        release = row.line.newest_served(self.index) if row.channel == OWN else self._newest_public(row.line)
        gone = row.channel == OWN and release is not None and self.model.t > release.usable_until
        return None if release is None or gone else self.option(release, row.channel, row.place)

    def option(self, release: Release, channel: int, place: int = 0) -> Option:
        """Return a release on a channel with the parts of E19 that do not depend on the slot."""
        region, lab = self.region, release.lab
        value = self.taste[lab] + self.model.eco[lab] - region.distrust[lab] * self.wariness * region.host[channel]
        if release.closed:
            value += self.premium
        if not region.chinese:
            value -= release.aligned * self.model.parameters.trust.alignment
        if channel == HOST:
            value += release.variety
        return Option(release, channel, place, value, self.price_cost(release, channel))

    def need(self, slot: Slot) -> float:
        """Return what a slot's task requires this month, ECI."""
        level = self.model.video_need if slot.task == VIDEO else self.model.text_need
        return float(level + self.model.parameters.demand.requirement_sd * slot.z)

    def value(self, slot: Slot, need: float, option: Option) -> float:
        """Return the utility of an option for a slot, without luck and switching costs (E19)."""
        release = option.release
        value = option.standing + self.appeal[release.lab][slot.task]
        shortfall = need - release.q[slot.task]
        if shortfall > 0.0:
            value -= self.beta * shortfall / 10.0
        if slot.task != VIDEO:
            value -= slot.alpha * option.cost
        return value

    def worth(self, slot: Slot, release: Release, channel: int) -> float:
        """Return the utility of a release on a channel for a slot."""
        return self.value(slot, self.need(slot), self.option(release, channel))

    def choose(self, due: list[Slot]) -> None:
        """Choose anew for some slots, all of them knowing the same holdings of the firm (E20)."""
        self.chose = True
        runs = {slot.lab for slot in self.slots if slot.release is not None}
        decisions: list[tuple[Slot, Option | None]] = []
        for video in (False, True):
            slots = [slot for slot in due if (slot.task == VIDEO) == video]
            if slots:
                decisions += self._decide(slots, video, runs)
        for slot, option in decisions:
            if option is None:
                slot.release = None
            else:
                slot.hold(option.release, option.channel)

    def _decide(self, slots: list[Slot], video: bool, runs: set[int]) -> list[tuple[Slot, Option | None]]:
        nests = self.look(video)
        if not nests:
            return [(slot, None) for slot in slots]
        menu = self.model.catalogue.video if video else self.model.catalogue.text
        decisions = []
        for slot, luck in zip(slots, self.model.luck.choices([slot.index for slot in slots], menu), strict=True):
            need = self.need(slot)
            values = [[self.value(slot, need, option) for option in options] for _, options in nests]
            costs = replace(self.costs, lab=0.0) if slot.tool else self.costs
            option, lead = decide(nests, values, (slot.lab, slot.channel), runs, costs, luck)
            self.model.near_ties += lead < NEAR
            decisions.append((slot, option))
        return decisions

    def price(self, release: Release, channel: int) -> float:
        """Return the price that the enterprise pays, $/Mtok (E14)."""
        if channel == SELF:
            prices = self.model.parameters.prices
            own_volume = self.volume * self.model.volume_growth
            return float(release.serving / prices.self_host_utilisation + prices.self_host_fixed / own_volume)
        if channel == HOST:
            return 0.0 if self.free_draw < release.host_free else release.host_price
        return 0.0 if self.free_draw < release.own_free else release.own_price

    def price_cost(self, release: Release, channel: int) -> float:
        """Return the disutility B(p) of that price (E15); list prices have theirs on the tag."""
        catalogue = self.model.catalogue
        if channel == SELF:
            return float(catalogue.disutility(self.price(release, SELF)))
        if channel == HOST:
            return float(catalogue.free_cost if self.free_draw < release.host_free else release.host_cost)
        return float(catalogue.free_cost if self.free_draw < release.own_free else release.own_cost)

    def share_out(self, factor: float) -> None:
        """Split the firm's tokens over its slots, coding of developers counting ``factor`` times as much as usual."""
        heavy = [factor if self.kind == DEVELOPER and slot.task == CODING else 1.0 for slot in self.slots]
        total = sum(weight * slot.usual for weight, slot in zip(heavy, self.slots, strict=True))
        for weight, slot in zip(heavy, self.slots, strict=True):
            slot.share = slot.usual if factor == 1.0 else weight * slot.usual / total if total > 0 else 0.0

    def use(self) -> None:
        """Use tokens in the filled text slots, and remember what they cost on average (E22)."""
        usage = self.model.parameters.usage
        ratio = 1.0 if self.paid is None else self.paid / usage.price_level
        volume = self.weight * self.model.token_level * ratio**-usage.price_elasticity
        self.tokens = shares = bill = 0.0
        for slot in self.slots:
            if slot.release is not None and slot.task != VIDEO:
                used = slot.share * volume
                self.region.tokens[slot.lab][not slot.release.closed] += used
                self.tokens += used
                shares += slot.share
                bill += slot.share * self.price(slot.release, slot.channel)
        if shares > 0.0:
            self._remember_price(bill / shares)

    def _remember_price(self, mean: float) -> None:
        seen = max(mean, self.model.parameters.prices.free_floor * self.model.catalogue.price_level)
        if self.paid is None:
            self.paid = seen
        else:
            self.paid += self.model.parameters.usage.price_smoothing * (seen - self.paid)

    def _newest_public(self, line: Any) -> Release | None:
        found: Release | None = line.newest_public(self.index, self.region.index, self.model.lab_homes)
        return found

    def _count_in(self) -> None:
        if self.adopted:
            self.region.adopters += self.count
