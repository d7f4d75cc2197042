"""Nested logit choice with switching costs; labs are the nests, their (line, channel) pairs the options.

E19  U = V - kappa_L 1[lab != incumbent] - kappa_C 1[channel != incumbent channel, inside the incumbent lab] + eps
E20  shares of a nested logit with dissimilarity rho, the outside option a nest of its own

Options lie on axis 0 in canonical order (lab, channel, line), slots on axis 1. Because kappa adds constants, the shares
from every incumbent come from one exponential per option: the sum of a nest by channel gives its inclusive value for
strangers and for incumbents of each channel. Sums run over axis 0 in order, so an option that nobody can choose
(utility -inf, an exact 0 in every sum) changes no bit of anybody else's probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.market.arrays import Bools, Floats, Ints

CHANNELS = 3


@dataclass(frozen=True)
class Nests:
    """How options (J rows) group into channels of labs (G groups) and labs (L nests).

    Attributes:
        row_group: group of each row, shape (J,), ascending.
        group_start: first row of each group, shape (G,).
        group_channel: channel of each group, shape (G,).
        lab_start: first group of each nest, shape (L,).
        group_lab: nest of each group, shape (G,).
        labs: the labs that the nests are, shape (L,).
    """

    row_group: Ints
    group_start: Ints
    group_channel: Ints
    lab_start: Ints
    group_lab: Ints
    labs: Ints

    @classmethod
    def of(cls, row_lab: Ints, row_channel: Ints) -> Nests:
        """Return the grouping of rows that are sorted by (lab, channel)."""
        key = row_lab * CHANNELS + row_channel
        starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if key.size else np.empty(0, np.intp)
        group_lab = row_lab[starts]
        lab_start = np.flatnonzero(np.r_[True, group_lab[1:] != group_lab[:-1]]) if starts.size else starts
        return cls(
            row_group=np.repeat(np.arange(starts.size), np.diff(np.r_[starts, key.size])),
            group_start=starts,
            group_channel=row_channel[starts],
            lab_start=lab_start,
            group_lab=np.repeat(np.arange(lab_start.size), np.diff(np.r_[lab_start, starts.size])),
            labs=group_lab[lab_start],
        )

    def rows_of(self, nest: int) -> slice:
        """Return the rows of one nest."""
        ends = np.r_[self.group_start[self.lab_start], self.row_group.size]
        return slice(int(ends[nest]), int(ends[nest + 1]))


@dataclass(frozen=True)
class Inclusive:
    """One exponential per option, and the sums that every incumbent's shares are made of.

    Attributes:
        peak: largest utility of each slot, shape (S,), the offset of everything below.
        exps: exp((V - peak)/rho), shape (J, S).
        channel: sums of ``exps`` by lab and channel, shape (L, 3, S).
        total: sums by lab, shape (L, S).
        stranger: rho ln total, shape (L, S); -inf where a lab offers nothing.
        utility: V, shape (J, S).
        nests: the grouping of its rows.
    """

    peak: Floats
    exps: Floats
    channel: Floats
    total: Floats
    stranger: Floats
    utility: Floats
    nests: Nests

    def offers(self, nest: Ints, slots: Ints) -> Bools:
        """Say which slots a nest offers anything, however little of it an exponential can hold, shape of ``slots``."""
        found = np.zeros(slots.size, dtype=bool)
        for n in np.unique(nest).tolist():
            mine = np.flatnonzero(nest == n)
            found[mine] = np.isfinite(self.utility[self.nests.rows_of(n)][:, slots[mine]]).any(axis=0)
        return found


def inclusive(utility: Floats, nests: Nests, rho: float) -> Inclusive:
    """Return the inclusive values of all nests for slots without an incumbent (E20).

    Args:
        utility: V, shape (J, S), -inf where an option is not admissible.
        nests: the grouping of the J rows.
        rho: dissimilarity in (0, 1].
    """
    highest = utility.max(axis=0)
    peak = np.where(np.isfinite(highest), highest, 0.0)
    exps = utility - peak
    exps /= rho
    np.exp(exps, out=exps)
    channel = np.zeros((nests.labs.size, CHANNELS, utility.shape[1]))
    part = channel.reshape(-1, utility.shape[1])
    places = (nests.group_lab * CHANNELS + nests.group_channel)[nests.row_group]
    for place, row in zip(places.tolist(), exps, strict=True):
        part[place] += row
    total = channel[:, 0] + channel[:, 1]
    total += channel[:, 2]
    with np.errstate(divide="ignore"):
        stranger = np.log(total)
    stranger *= rho
    return Inclusive(peak, exps, channel, total, stranger, utility, nests)


def incumbent_value(values: Inclusive, nest: Ints, channel: Ints, kappa_channel: Floats, rho: float) -> Floats:
    """Return the inclusive value of each slot's incumbent lab, with kappa_C inside it, shape (S,).

    Args:
        values: inclusive values of the slots.
        nest: nest of the incumbent lab, -1 where there is none, shape (S,).
        channel: channel of the incumbent, shape (S,).
        kappa_channel: kappa_C in utils, shape (S,).
        rho: dissimilarity.
    """
    slots = np.arange(nest.size)
    parts = values.channel[nest, :, slots]
    fade = np.exp(-kappa_channel / rho)
    held = np.zeros(nest.size)
    for c in range(CHANNELS):
        held += parts[:, c] * np.where(channel == c, 1.0, fade)
    with np.errstate(divide="ignore"):
        return np.where(nest >= 0, rho * np.log(held), -np.inf)


def nest_values(
    values: Inclusive, nest: Ints, channel: Ints, kappa_lab: Floats, kappa_channel: Floats, rho: float
) -> Floats:
    """Return rho IV_l of every nest as each slot sees it from its own incumbent, shape (L, S).

    A slot that never held a lab, or whose incumbent offers it nothing, pays no kappa.

    Args:
        values: inclusive values.
        nest: nest of the incumbent, -1 where there is none, shape (S,).
        channel: channel of the incumbent, shape (S,).
        kappa_lab: kappa_L towards each lab (scaled where the firm already runs it), shape (L, S).
        kappa_channel: kappa_C, shape (S,).
        rho: dissimilarity.
    """
    own = incumbent_value(values, nest, channel, kappa_channel, rho)
    bound = own > -np.inf
    lost = np.flatnonzero(~bound & (nest >= 0))
    bound[lost] = values.offers(nest[lost], lost)
    seen = values.stranger - kappa_lab * bound
    where = np.flatnonzero(bound)
    seen[nest[where], where] = own[where]
    return seen


def probabilities(seen: Floats, outside: Floats) -> tuple[Floats, Floats]:
    """Return the nests' and the outside option's probabilities, shapes (L, S) and (S,).

    Args:
        seen: inclusive values as seen by the slots, shape (L, S), relative to their peak.
        outside: V_0 relative to the same peak, shape (S,).
    """
    top = np.maximum(seen.max(axis=0), outside)
    weights = np.exp(seen - top)
    away = np.exp(outside - top)
    total = away.copy()
    for row in weights:
        total += row
    return weights / total, away / total


def log_sum(seen: Floats, outside: Floats, peak: Floats) -> Floats:
    """Return the expected maximum utility up to Euler's constant, in utils, shape (S,)."""
    top = np.maximum(seen.max(axis=0), outside)
    total = np.exp(outside - top)
    for row in seen:
        total += np.exp(row - top)
    return np.asarray(np.log(total) + top + peak)


def draw_nest(seen: Floats, outside: Floats, luck: Floats, luck_outside: Floats) -> Ints:
    """Return the chosen nest of each slot, -1 for outside: argmax of rho IV_l + Gumbel (section 8)."""
    scores = seen + luck
    best = scores.argmax(axis=0)
    top = scores[best, np.arange(best.size)]
    return np.where(top > outside + luck_outside, best, -1)


def draw_option(utility: Floats, penalty: Floats, luck: Floats, rho: float) -> Ints:
    """Return the chosen row inside a nest: argmax of (V - kappa_C)/rho + Gumbel (section 8).

    Args:
        utility: V of the nest's rows, shape (j, s).
        penalty: kappa_C where the row's channel is not the incumbent's, shape (j, s).
        luck: Gumbel draws, shape (j, s).
        rho: dissimilarity.
    """
    return np.asarray(((utility - penalty) / rho + luck).argmax(axis=0))
