"""Labs and regions as Mesa agents: what an enterprise meets outside its own walls."""

from __future__ import annotations

import math
from typing import Any

import mesa
import numpy as np

from sim.world import CLASSES

PUBLIC, DEVELOPER = CLASSES.index("public"), CLASSES.index("developer")


class Lab(mesa.Agent):  # type: ignore[misc]
    """One lab.

    Attributes:
        index: place in the world's order.
        stock: G_l, ecosystem stock in share-months.
    """

    def __init__(self, model: Any, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.stock = 1.0 if model.parameters.ecosystem.form == "log" else 0.0

    def gather(self, closed_share: float, open_share: float) -> None:
        """Move the stock on by a month (E23), given the shares of all tokens that its models ran."""
        settings = self.model.parameters.ecosystem
        self.stock = (1.0 - settings.depreciation) * self.stock + closed_share + settings.open_weight * open_share


class Region(mesa.Agent):  # type: ignore[misc]
    """One region: its rules, its trust in developers, and how many have adopted.

    Attributes:
        index: place in the world's order.
        enterprises, adopters: count weight of all enterprises and of the adopters.
        tokens: the month's tokens by lab, on closed and on open models, Mtok.
        incident: memory of incidents by lab, utils.
        distrust: max(T + inc, 0) by lab, utils.
        host: exposure to the developer by channel.
        ban: share of enterprises from which an option is removed, by class, lab and channel.
        access: share of enterprises with access to the own API, by lab.
        hazard: monthly probability of adopting, by class.
    """

    def __init__(self, model: Any, index: int) -> None:
        super().__init__(model)
        self.index = index
        self.bloc = model.world.region_blocs[index]
        self.chinese = bool(model.world.chinese_region[index])
        self.initial = float(model.world.region_adoption[index])
        self.enterprises = 0.0
        self.adopters = 0.0
        self.tokens: list[list[float]] = []
        self.incident = [0.0] * len(model.world.lab_names)
        self.distrust: list[float] = []
        self.host: list[float] = []
        self.ban: list[list[list[float]]] = []
        self.access: list[float] = []
        self.hazard: list[float] = []

    def open_month(self) -> None:
        """Look up the month's rules and trust (E21), and start a new count of tokens."""
        model, t, r = self.model, self.model.t, self.index
        self.tokens = [[0.0, 0.0] for _ in self.incident]
        scale = model.parameters.trust.trust_scale
        shown = zip(model.world.trust[r].tolist(), model.levers.trust[t, r].tolist(), self.incident, strict=True)
        self.distrust = [max(scale * table + lever + incident, 0.0) for table, lever, incident in shown]
        last = min(t, model.world.n_months - 1)
        open_doors = zip(model.world.access[last, :, r].tolist(), model.levers.block[t, :, r].tolist(), strict=True)
        self.access = [access * (1.0 - block) for access, block in open_doors]
        if t == 0 or self._new_rules():
            self._read_rules()

    def set_hazard(self) -> None:
        """Work out the hazard of adoption from the adopted share of last month (E17)."""
        demand = self.model.parameters.demand
        push = float(self.model.levers.push[self.model.t, self.index])
        adopted = self.adopters / self.enterprises if self.enterprises > 0 else 0.0
        factors = {DEVELOPER: demand.imitation_developer, PUBLIC: demand.imitation_public}
        self.hazard = []
        for kind in range(len(CLASSES)):
            yearly = demand.innovation + demand.imitation * factors.get(kind, 1.0) * adopted + push
            self.hazard.append(-math.expm1(-max(yearly, 0.0) / 12.0))

    def remember(self, shock: dict[str, float]) -> None:
        """Let old incidents fade and add this month's, those of other blocs' developers only."""
        memory = self.model.parameters.trust.incident_memory
        for lab, bloc in enumerate(self.model.world.lab_blocs):
            foreign = shock[bloc] if bloc != self.bloc else 0.0
            self.incident[lab] = memory * self.incident[lab] + foreign

    def _new_rules(self) -> bool:
        levers, t, r = self.model.levers, self.model.t, self.index
        same = np.array_equal(levers.ban[t, r], levers.ban[t - 1, r]) and levers.local[t, r] == levers.local[t - 1, r]
        return not same

    def _read_rules(self) -> None:
        """Read bans and hosting rules: firms' own bans and the law's act independently."""
        trust, local = self.model.parameters.trust, bool(self.model.levers.local[self.model.t, self.index])
        hosted = max(trust.hosted, trust.self_hosted) if local else trust.hosted
        self.host = [1.0, 1.0 - hosted, 1.0 - trust.self_hosted]
        firms = self.model.world.bans[self.index].tolist()
        law = self.model.levers.ban[self.model.t, self.index].tolist()
        factors = (1.0, 1.0, trust.ban_regulated, trust.ban_public)
        self.ban = [
            [
                [self._banned(own, c, law[lab][c][kind], factor, local) for c in range(3)]
                for lab, own in enumerate(firms)
            ]
            for kind, factor in enumerate(factors)
        ]

    def _banned(self, firms: list[float], channel: int, law: float, factor: float, local: bool) -> float:
        """Return the share of a class from which a lab's option on a channel is removed."""
        shares = [min(self.model.parameters.trust.ban_scale * share, 1.0) for share in firms]
        share: float = min(shares[1], shares[2]) if local and channel == 1 else shares[channel]
        kept = (1.0 - min(share * factor, 1.0)) * (1.0 - law)
        return 1.0 - kept
