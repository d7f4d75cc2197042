"""Who a share is a share of: segments of users, and the ways of splitting what they use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.market.arrays import Bools, Floats
from sim.world import BLOCS, CHANNEL_NAMES, CLASSES, LICENCES, World


@dataclass(frozen=True)
class Segment:
    """Some users: the regions and classes that belong to it, shape (R, K)."""

    kind: str
    name: str
    cells: Bools


def segments_of(world: World) -> list[Segment]:
    """Return the world, the world outside CN, blocs of users, regions and classes."""
    shape = (len(world.region_codes), len(CLASSES))
    everybody = np.ones(shape, dtype=bool)
    outside = everybody & ~world.chinese_region[:, None]
    found = [Segment("world", "world", everybody), Segment("excl_CN", "world outside CN", outside)]
    for bloc in BLOCS:
        member = np.array([b == bloc for b in world.region_blocs])
        if member.any():
            found.append(Segment("user_bloc", bloc, everybody & member[:, None]))
    for r, code in enumerate(world.region_codes):
        found.append(Segment("region", code, everybody & (np.arange(shape[0]) == r)[:, None]))
    for k, name in enumerate(CLASSES):
        found.append(Segment("class", name, everybody & (np.arange(shape[1]) == k)))
    return found


def within(cube: Floats, segment: Segment) -> Floats:
    """Sum an array of shape (T, R, K, ...) over the cells of a segment, in order; shape (T, ...)."""
    total = np.zeros((cube.shape[0], *cube.shape[3:]))
    for r, k in zip(*np.nonzero(segment.cells), strict=True):
        total += cube[:, r, k]
    return total


def ordered_sum(table: Floats, axis: int) -> Floats:
    """Sum over an axis one element after the other: a row of zeros more changes no bit."""
    moved = np.moveaxis(table, axis, 0)
    total = np.zeros(moved.shape[1:])
    for row in moved:
        total += row
    return total


def split(table: Floats, by: str, world: World) -> tuple[list[str], Floats]:
    """Split an array of shape (T, L, 3, 3) by lab, bloc, openness, licence or channel.

    Returns:
        Keys, and the sums by key, shape (T, len(keys)).
    """
    if by == "lab":
        return list(world.lab_names), table.sum(axis=(2, 3))
    if by == "bloc":
        labs = table.sum(axis=(2, 3))
        bloc = np.array(world.lab_blocs)
        return list(BLOCS), np.stack([ordered_sum(labs[:, bloc == name], 1) for name in BLOCS], axis=1)
    over_labs = ordered_sum(table, 1)
    if by == "channel":
        return list(CHANNEL_NAMES), over_labs.sum(axis=2)
    licence = over_labs.sum(axis=1)
    if by == "licence":
        return list(LICENCES), licence
    return ["closed", "open"], np.stack([licence[:, 0], licence[:, 1] + licence[:, 2]], axis=1)
