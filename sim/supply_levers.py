"""Compiles the supply-side levers of a policy to monthly arrays (docs/model.md, section 6; E2 to E12, E26, E27).

In each month the highest layer in force wins on one actor, lever and target; how different targets combine is said with
each lever. Blocs are in the order of ``sim.world.BLOCS``; levers of regions reach their bloc by GDP weight.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf

import numpy as np

from sim.compiling import Weighted, at, own_labs, regions_of, vocabulary_of, winners
from sim.entries import Entry
from sim.market.arrays import Bools, Floats
from sim.policy import Policy
from sim.release_modes import ReleaseModeRule, mode_rules
from sim.targets import labs_of
from sim.vocabulary import Vocabulary, shipped_vocabulary
from sim.world import BLOCS

ACCESS_CN = 0.5
"""acc_l of Chinese labs without any limit (section 5.2); 1 for all others, and for pooled labs."""
REFILE = 0.25
"""p_refile where no lever sets it (section 5.3)."""
NAL = BLOCS.index("NAL")


@dataclass(frozen=True)
class SupplyLevers:
    """Supply-side levers in force by month. T months, 4 blocs, L labs; defaults in brackets.

    Attributes:
        quota: cap of legal chip exports to CN, H100e/mo, (T,) [inf].
        performance: d, performance of exported chips over the unrestricted product, (T,) [1].
        enforcement: share of leakage into CN that is stopped, (T,) [0]; targets CN and world add up to at most 1.
        licence: share of non-aligned orders that is licensed, (T,) [1]: GDP-weighted over the regions of the bloc.
        import_limit: cap of own purchases of foreign chips, share of desired, (T, 4) [1].
        levy: share of the price of chips sold to CN that the seller's government takes, (T,) [0].
        tools: g_tools of E5, log growth per month of Chinese output, (T,) [0].
        fab: s_fab, log growth per month of the output of a bloc's suppliers, (T, 4) [0].
        offshore: Chinese firms may rent compute abroad, (T,) [True].
        mega: public orders of chips, H100e/mo, (T, 4) [0].
        partner: share of Chinese output sent to a bloc, (T, 4) [0].
        partner_us: share of US output sent to a bloc beyond what it buys, (T, 4) [0].
        weights_ban: weights that a lab releases in the month are not public abroad, (T, L) [False].
        access: acc_l of E9, how far a lab can learn from closed APIs, (T, L) [1; CN .5].
        subsidy: support of a lab's open releases, share of RD, (T, L) [0].
        chi: addition to chi of E9, (T,) [0].
        sigma_0: addition to sigma_0 of E9, 1/mo, (T,) [0].
        review: d_reg, months of content review, 0 up to the hand-over, (T, L) [0].
        refile: p_refile, probability that an upgrade of a filed family waits, (T,).
        review_all: review also delays foreign service and weights, (T,) [False].
        modes: allowed release modes by date, in the past and in the projection.
    """

    quota: Floats
    performance: Floats
    enforcement: Floats
    licence: Floats
    import_limit: Floats
    levy: Floats
    tools: Floats
    fab: Floats
    offshore: Bools
    mega: Floats
    partner: Floats
    partner_us: Floats
    weights_ban: Bools
    access: Floats
    subsidy: Floats
    chi: Floats
    sigma_0: Floats
    review: Floats
    refile: Floats
    review_all: Bools
    modes: tuple[ReleaseModeRule, ...] = ()

    @classmethod
    def none(cls, world: Weighted, n_months: int, refile: float = REFILE) -> SupplyLevers:
        """Return the levers of a world without policy."""
        blocs, labs = (n_months, len(BLOCS)), (n_months, len(world.lab_names))
        zero, off = np.zeros(n_months), np.zeros(n_months, dtype=bool)
        return cls(
            quota=np.full(n_months, inf),
            performance=np.ones(n_months),
            enforcement=zero.copy(),
            licence=np.ones(n_months),
            import_limit=np.ones(blocs),
            levy=zero.copy(),
            tools=zero.copy(),
            fab=np.zeros(blocs),
            offshore=~off,
            mega=np.zeros(blocs),
            partner=np.zeros(blocs),
            partner_us=np.zeros(blocs),
            weights_ban=np.zeros(labs, dtype=bool),
            access=np.tile(_open_access(world), (n_months, 1)),
            subsidy=np.zeros(labs),
            chi=zero.copy(),
            sigma_0=zero.copy(),
            review=np.zeros(labs),
            refile=np.full(n_months, refile),
            review_all=off.copy(),
        )

    def arrays(self) -> dict[str, Floats | Bools]:
        """Return the monthly arrays by name, months first."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def compile_supply(
    policy: Policy, world: Weighted, n_months: int, t_handover: int, refile: float = REFILE
) -> SupplyLevers:
    """Return the supply side of a policy as monthly arrays; an actor that the world does not have does nothing.

    Args:
        policy: the stack.
        world: regions with GDP and blocs, labs with homes and blocs, in canonical order.
        n_months: months of the run from 2023-01.
        t_handover: t_h; undated entries start in the month after it, and content review acts after it only.
        refile: p_refile where no lever sets it.
    """
    names = vocabulary_of(world)
    work = _Compiler(world, n_months, t_handover, names, refile)
    dated = list(zip(policy.entries, winners(policy.entries, n_months, t_handover), strict=True))
    absent = set(shipped_vocabulary().regions) - set(names.regions)
    for entry, when in dated:
        act = getattr(work, entry.lever, None)
        if act is not None and when.any() and not entry.in_data and entry.actor not in absent:
            act(entry, when)
    out = work.finish().arrays()
    return SupplyLevers(**out, modes=mode_rules(dated, world, names))  # type: ignore[arg-type]


def _open_access(world: Weighted) -> Floats:
    pools = shipped_vocabulary().pools
    chinese = [bloc == "CN" and name not in pools for name, bloc in zip(world.lab_names, world.lab_blocs, strict=True)]
    return np.where(chinese, ACCESS_CN, 1.0)


class _Compiler:
    """One public method per lever writes one entry into the months in which it wins."""

    def __init__(self, world: Weighted, n_months: int, handover: int, names: Vocabulary, refile: float) -> None:
        self.world, self.handover, self.names = world, handover, names
        self.out = SupplyLevers.none(world, n_months, refile)
        self.after = np.arange(n_months) > handover
        self.bloc = np.array([BLOCS.index(bloc) for bloc in world.region_blocs])
        regions = (n_months, len(world.region_codes))
        self.bought, self.licensed = np.ones(regions), np.ones(regions)
        self.limited = np.zeros((n_months, len(world.lab_names)))

    def finish(self) -> SupplyLevers:
        """Fold regions into blocs and cap what adds up."""
        out, gdp = self.out, np.asarray(self.world.region_gdp, dtype=np.float64)
        for k in range(len(BLOCS)):
            inside = self.bloc == k
            if inside.any():
                out.import_limit[:, k] = _weighted(self.bought[:, inside], gdp[inside])
        if (self.bloc == NAL).any():
            out.licence[:] = _weighted(self.licensed[:, self.bloc == NAL], gdp[self.bloc == NAL])
        out.access[...] *= 1.0 - self.limited
        for capped in (out.enforcement, out.levy, out.subsidy, out.refile):
            np.clip(capped, 0.0, 1.0, out=capped)
        for sent in (out.partner, out.partner_us):
            np.divide(sent, np.maximum(sent.sum(axis=1, keepdims=True), 1.0), out=sent)
        return out

    def chip_export_quota(self, entry: Entry, when: Bools) -> None:
        """E3: the lowest quota in force counts."""
        self.out.quota[when] = np.minimum(self.out.quota[when], _number(entry))

    def chip_export_performance(self, entry: Entry, when: Bools) -> None:
        """E3: the lowest performance in force counts."""
        self.out.performance[when] = np.minimum(self.out.performance[when], _kept(entry))

    def enforcement(self, entry: Entry, when: Bools) -> None:
        """E3: what holds for CN and what holds for the world add up."""
        self.out.enforcement[when] += _number(entry) * entry.share

    def chip_export_to_third_countries(self, entry: Entry, when: Bools) -> None:
        """E3: a region gets the lowest share of all entries that reach it, so an embargo stays one."""
        places = self._regions(entry.target.get("destination"))
        cells = at(when, places)
        self.licensed[cells] = np.minimum(self.licensed[cells], _kept(entry))

    def chip_import_limit(self, entry: Entry, when: Bools) -> None:
        """E2: the actor's own purchases."""
        cells = at(when, self._regions((entry.actor,)))
        self.bought[cells] = np.minimum(self.bought[cells], _kept(entry))

    def chip_sale_levy(self, entry: Entry, when: Bools) -> None:
        """p_chip of E3."""
        self.out.levy[when] += _number(entry) * entry.share

    def tool_and_memory_controls(self, entry: Entry, when: Bools) -> None:
        """g_tools of E5."""
        self.out.tools[when] += _number(entry) * entry.share

    def fab_subsidy(self, entry: Entry, when: Bools) -> None:
        """s_fab of E5: output of the suppliers of the actor's bloc."""
        self.out.fab[when, self._home(entry)] += _number(entry) * entry.share

    def compute_megaproject(self, entry: Entry, when: Bools) -> None:
        """E2: orders served ahead of the market."""
        self.out.mega[when, self._home(entry)] += _number(entry) * entry.share

    def offshore_cloud_access(self, entry: Entry, when: Bools) -> None:
        """E6: a ban by whoever hosts it is a ban."""
        self.out.offshore[when] &= bool(entry.value)

    def partner_programme(self, entry: Entry, when: Bools) -> None:
        """E5: the chips of the programme; a target in several blocs is shared out by GDP, the giver's own left out."""
        shares = {"CN": self.out.partner, "US": self.out.partner_us}.get(entry.actor)
        places = [k for k in self._regions(entry.target.get("users")) if self.bloc[k] != self._home(entry)]
        if shares is None or not entry.part("chips") or not places:
            return
        gdp = np.asarray(self.world.region_gdp, dtype=np.float64)[places]
        for region, weight in zip(places, gdp / gdp.sum(), strict=True):
            shares[when, self.bloc[region]] += entry.part("chips") * entry.share * weight

    def weights_export_ban(self, entry: Entry, when: Bools) -> None:
        """E9 and channels H and S abroad: weights released while it holds."""
        self.out.weights_ban[at(when, own_labs(entry, self.world, self.names))] |= bool(entry.value)

    def api_distillation_limit(self, entry: Entry, when: Bools) -> None:
        """acc_l of E9: the largest limit that reaches a lab counts."""
        chosen = set(labs_of(entry.target.get("developer"), entry.actor, self.names))
        cells = at(when, [k for k, lab in enumerate(self.world.lab_names) if lab in chosen])
        self.limited[cells] = np.maximum(self.limited[cells], _number(entry) * entry.share)

    def open_model_subsidy(self, entry: Entry, when: Bools) -> None:
        """E26, E27: support of the actor's own labs."""
        self.out.subsidy[at(when, own_labs(entry, self.world, self.names))] += _number(entry) * entry.share

    def science_sharing(self, entry: Entry, when: Bools) -> None:
        """E9: additions to chi and sigma_0."""
        self.out.chi[when] += entry.part("chi") * entry.share
        self.out.sigma_0[when] += entry.part("sigma_0") * entry.share

    def content_review(self, entry: Entry, when: Bools) -> None:
        """E12, after the hand-over: delay by lab, probability of refiling, and whether it reaches abroad."""
        later = when & self.after
        self.out.review[at(later, own_labs(entry, self.world, self.names))] += entry.part("months") * entry.share
        if entry.has("refile"):
            self.out.refile[later] = entry.part("refile")
        self.out.review_all[later] |= bool(entry.part("scope"))

    def _regions(self, places: tuple[str, ...]) -> list[int]:
        return regions_of(places, self.world, self.names)

    def _home(self, entry: Entry) -> int:
        return BLOCS.index(self.names.regions[entry.actor])


def _number(entry: Entry) -> float:
    assert isinstance(entry.value, float)
    return entry.value


def _kept(entry: Entry) -> float:
    """Return what is left of 1 where the value holds for a share of the target."""
    value = _number(entry)
    return value if entry.share == 1.0 else 1.0 - (1.0 - value) * entry.share


def _weighted(table: Floats, weight: Floats) -> Floats:
    """Return the weighted mean over regions; exactly the common value where regions agree."""
    mean = (table * weight).sum(axis=1) / weight.sum()
    same = (table == table[:, :1]).all(axis=1)
    return np.where(same, table[:, 0], mean)
