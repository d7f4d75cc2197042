"""Where open weights are served, and what compute costs there (E13 and E14 by place).

Third-party hosts stand in the cheapest bloc whose law the user trusts: in China for users in China, in the cheapest of
the other blocs for everybody else, and in the user's own region under hosting localisation. Who hosts for itself pays
the rent of its own bloc. During the replay there is one rent, and prices are the observed ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.market.arrays import Bools, Floats, Ints
from sim.world import BLOCS, World

CN = BLOCS.index("CN")
ABROAD = [k for k, bloc in enumerate(BLOCS) if bloc != "CN"]


def cheapest_abroad(rent: Floats) -> int:
    """Return the bloc outside China with the lowest rent (ties: the first)."""
    return ABROAD[int(rent[ABROAD].argmin())]


def host_blocs(world: World, rent: Floats, local: Bools) -> Ints:
    """Return the bloc in which hosts serve the users of each region, shape (R,).

    Args:
        world: regions and their blocs.
        rent: $/H100e-hour by bloc, shape (4,).
        local: regions under hosting localisation, shape (R,).
    """
    home = np.array([BLOCS.index(bloc) for bloc in world.region_blocs], dtype=np.intp)
    return np.where(local | (home == CN), home, cheapest_abroad(rent))


@dataclass(frozen=True)
class Places:
    """What serving costs where, relative to the prices on the list.

    Attributes:
        group: index into ``factor`` by region, shape (R,).
        factor: price at hosts over the price on the list, shape (G,).
        alone: serving cost in a user's region over that in the lab's bloc, shape (R, L).
        served: share of the tokens demanded that is served, by channel (A, H, S), shape (R, L, 3).
    """

    group: Ints
    factor: Floats
    alone: Floats
    served: Floats

    @classmethod
    def one(cls, world: World) -> Places:
        """Return the places of the replay: one price everywhere."""
        regions, labs = len(world.region_codes), len(world.lab_names)
        return cls(np.zeros(regions, dtype=np.intp), np.ones(1), np.ones((regions, labs)), np.ones((regions, labs, 3)))

    @classmethod
    def of(cls, world: World, rent: Floats, ration: Floats, local: Bools) -> Places:
        """Return the places of a month; the list holds prices of hosts in the cheapest bloc outside China.

        Args:
            world: regions, labs and their blocs.
            rent: $/H100e-hour by bloc, shape (4,).
            ration: share of the demanded compute that is served by bloc (E7), shape (4,).
            local: regions under hosting localisation, shape (R,).
        """
        home = np.array([BLOCS.index(bloc) for bloc in world.region_blocs], dtype=np.intp)
        hosts = host_blocs(world, rent, local)
        factor, group = np.unique(rent[hosts], return_inverse=True)
        alone = rent[home][:, None] / rent[world.lab_bloc_index][None, :]
        served = np.stack(
            np.broadcast_arrays(ration[world.lab_bloc_index][None, :], ration[hosts][:, None], ration[home][:, None]),
            axis=2,
        )
        return cls(group.astype(np.intp), factor / rent[cheapest_abroad(rent)], alone, served)
