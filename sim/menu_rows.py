"""The rows of a menu: which (line, channel) can be chosen, in canonical order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.market.arrays import Ints
from sim.market.choice import CHANNELS, Nests

OWN, HOST, SELF = range(CHANNELS)


@dataclass(frozen=True)
class Rows:
    """The options of one domain (text or video) in canonical order (lab, channel, line)."""

    nests: Nests
    lab: Ints
    channel: Ints
    line: Ints
    own: Ints
    """Rows on channel A."""
    host: Ints
    """Rows on channel H; the same lines in the same order as ``self_hosted``."""
    self_hosted: Ints

    @classmethod
    def of(cls, own_lines: Ints, open_lines: Ints, line_lab: Ints) -> Rows:
        """Return the rows of the lines with an own API and of those with public weights."""
        line = np.concatenate([own_lines, open_lines, open_lines])
        channel = np.repeat([OWN, HOST, SELF], [own_lines.size, open_lines.size, open_lines.size])
        order = np.lexsort((line, channel, line_lab[line]))
        line, channel = line[order], channel[order]
        lab = line_lab[line]
        return cls(
            nests=Nests.of(lab, channel),
            lab=lab,
            channel=channel,
            line=line,
            own=np.flatnonzero(channel == OWN),
            host=np.flatnonzero(channel == HOST),
            self_hosted=np.flatnonzero(channel == SELF),
        )
