"""Governments that react (E30): every six months a rule may fire, with memory and hysteresis; each act is logged.

The probability of an act is logistic in the distance of a signal from its threshold. An act moves a lever from the next
month on and up to the next scheduled change of that lever: what a policy has scheduled always wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sim.compile import LeverArrays
from sim.market.arrays import Floats
from sim.parameters import Parameters
from sim.rng import Streams
from sim.supply_levers import SupplyLevers
from sim.world import BLOCS, World

US, CN, AL, NAL = range(len(BLOCS))
QUOTA_CUT, SUBSIDY_STEP, FAB_STEP, STATE_STEP, BAN_STEP, TRUST_STEP, PARTNER_SHARE = (
    0.5,
    0.02,
    0.005,
    0.05,
    0.05,
    0.2,
    0.1,
)
"""Sizes of the acts [A], docs/model.md section 5.6."""


@dataclass(frozen=True)
class Signals:
    """What governments look at in a month.

    Attributes:
        gap: months by which Chinese models trail the US frontier.
        open_share: US share of the stock of open families.
        tightness: tau, shortfall of chips in CN.
        incident: whether a trust incident of CN was seen this month.
        rent_ratio: rent of the non-aligned bloc over that of the US.
    """

    gap: float
    open_share: float
    tightness: float
    incident: bool
    rent_ratio: float


@dataclass(frozen=True)
class Act:
    """One act of a government: who, what was done, and the signal that triggered it."""

    who: str
    what: str
    trigger: str


@dataclass
class Reactions:
    """The rules of one run.

    Attributes:
        last: month of each rule's last act.
        steps: steps of support that CN has answered with.
        state_bonus: addition to b_state.
    """

    world: World
    parameters: Parameters
    supply: SupplyLevers
    demand: LeverArrays
    streams: Streams
    last: dict[str, int] = field(default_factory=dict)
    steps: int = 0
    state_bonus: float = 0.0
    incident_seen: bool = False

    def review(self, t: int, handover: int, signals: Signals) -> list[Act]:
        """Let every government review its policy in month t; return what was done."""
        settings = self.parameters.reactions
        self.incident_seen |= signals.incident
        if (t - handover) % settings.interval != 0:
            return []
        acts = [self._tighten(t, signals), self._subsidise(t, signals), self._support(t, signals)]
        acts += [self._ban(t, signals), self._partner(t, signals)]
        self.incident_seen = False
        return [act for act in acts if act is not None]

    def _fires(self, t: int, rule: str, distance: float, width: float) -> bool:
        """Draw whether a rule fires; ``distance`` is positive beyond the threshold."""
        settings = self.parameters.reactions
        if t - self.last.get(rule, -(10**6)) < settings.hysteresis:
            return False
        chance = 1.0 / (1.0 + np.exp(-np.clip(distance / width, -50, 50)))
        if float(self.streams.uniform("reaction", t, rule)[0]) >= chance:
            return False
        self.last[rule] = t
        return True

    def _tighten(self, t: int, signals: Signals) -> Act | None:
        settings = self.parameters.reactions
        limit = settings.gap_threshold
        if not self._fires(t, "quota", limit - signals.gap, settings.width * limit):
            return None
        _change(self.supply.quota, t, lambda quota: quota * QUOTA_CUT)
        return Act("US", "halves the chip export quota", f"CN trails by {signals.gap:.1f} months, under {limit:g}")

    def _subsidise(self, t: int, signals: Signals) -> Act | None:
        settings = self.parameters.reactions
        limit = settings.open_threshold
        if not self._fires(t, "subsidy", limit - signals.open_share, settings.width * limit):
            return None
        for lab in np.flatnonzero(np.array(self.world.lab_blocs) == "US"):
            _change(self.supply.subsidy[:, lab], t, lambda share: share + SUBSIDY_STEP)
        return Act(
            "US", "subsidises open models", f"US share of the open stock {signals.open_share:.2f}, under {limit:g}"
        )

    def _support(self, t: int, signals: Signals) -> Act | None:
        steps = int(signals.tightness / self.parameters.reactions.tightness_step)
        if steps <= self.steps:
            return None
        more = steps - self.steps
        self.steps = steps
        self.state_bonus += STATE_STEP * more
        _change(self.supply.fab[:, CN], t, lambda growth: growth + FAB_STEP * more)
        return Act("CN", "supports domestic chips and open releases", f"chip tightness {signals.tightness:.2f}")

    def _ban(self, t: int, signals: Signals) -> Act | None:
        if not self.incident_seen or not self._fires(t, "ban", 1.0, self.parameters.reactions.width):
            return None
        chinese = np.array(self.world.lab_blocs) == "CN"
        for r, bloc in enumerate(self.world.region_blocs):
            if bloc == "AL":
                self.demand.ban[t + 1 :, r, chinese, 0, :] = np.minimum(
                    self.demand.ban[t + 1 :, r, chinese, 0, :] + BAN_STEP, 1.0
                )
        return Act("AL", "bans Chinese APIs for some more firms", "a trust incident of CN")

    def _partner(self, t: int, signals: Signals) -> Act | None:
        settings = self.parameters.reactions
        limit = settings.rent_threshold
        if not self._fires(t, "partner", signals.rent_ratio - limit, settings.width * limit):
            return None
        chinese = np.array(self.world.lab_blocs) == "CN"
        for r, bloc in enumerate(self.world.region_blocs):
            if bloc == "NAL":
                self.demand.trust[t + 1 :, r, chinese] -= TRUST_STEP
        _change(self.supply.partner[:, NAL], t, lambda share: max(share, PARTNER_SHARE))
        return Act(
            "NAL", "accepts a Chinese partner offer", f"rent {signals.rent_ratio:.2f} times the US rent, over {limit:g}"
        )


def _change(lever: Floats, t: int, act: Callable[[float], float]) -> None:
    """Change a lever's series from month t + 1 up to its next scheduled change."""
    if t + 1 >= lever.size:
        return
    now = lever[t + 1]
    later = np.flatnonzero(lever[t + 1 :] != now)
    end = t + 1 + int(later[0]) if later.size else lever.size
    lever[t + 1 : end] = act(float(now))


def gap_months(leader: Floats, follower: Floats, t: int) -> float:
    """Return the months since the leader's frontier first had what the follower's has now.

    Args:
        leader, follower: best q by month, ECI, shape (T,), non-decreasing up to t.
        t: month.
    """
    if not np.isfinite(follower[t]):
        return float(t)
    had = np.flatnonzero(leader[: t + 1] >= follower[t])
    return float(t - had[0]) if had.size else 0.0
