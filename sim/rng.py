"""Keyed randomness: every random number is a pure function of what it is for.

A draw belongs to (run seed, process name, entity ids, month). Nothing is consumed from a stream, so a policy, a
measure or a new lab changes nobody else's luck, and two arms of a comparison share every draw that both of them need
(docs/model.md, section 8).

The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014) applied once per key component: a bijection at
each step, so distinct keys of equal length collide only as often as 64-bit hashes must.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MUL_1 = 0xBF58476D1CE4E5B9
_MUL_2 = 0x94D049BB133111EB
_TO_UNIT = 2.0**-52


@lru_cache(maxsize=65536)
def name_key(name: str) -> int:
    """Return the 64-bit key of a name: it depends on the spelling alone, never on a position in a list."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def name_keys(names: tuple[str, ...] | list[str]) -> Keys:
    """Return the keys of several names, shape (len(names),)."""
    return np.array([name_key(name) for name in names], dtype=np.uint64)


def _mix_int(z: int) -> int:
    z = (z + _GOLDEN) & _MASK
    z = ((z ^ (z >> 30)) * _MUL_1) & _MASK
    z = ((z ^ (z >> 27)) * _MUL_2) & _MASK
    return z ^ (z >> 31)


def _mix_array(z: Keys) -> Keys:
    """Mix in place; ``z`` must be a fresh array of at least one dimension (unsigned overflow wraps)."""
    shifted = np.empty_like(z)
    z += np.uint64(_GOLDEN)
    np.right_shift(z, np.uint64(30), out=shifted)
    z ^= shifted
    z *= np.uint64(_MUL_1)
    np.right_shift(z, np.uint64(27), out=shifted)
    z ^= shifted
    z *= np.uint64(_MUL_2)
    np.right_shift(z, np.uint64(31), out=shifted)
    z ^= shifted
    return z


def absorb(state: int | Keys, component: Any) -> int | Keys:
    """Absorb one key component (an int, a name or an integer array that broadcasts against the state)."""
    if isinstance(component, str):
        component = name_key(component)
    if isinstance(component, (int, np.integer)) and isinstance(state, int):
        return _mix_int(state ^ (int(component) & _MASK))
    ids = np.asarray(component)
    ids = ids.astype(np.uint64) if ids.dtype != np.uint64 else ids
    other = np.uint64(state) if isinstance(state, int) else state
    return _mix_array(np.atleast_1d(np.bitwise_xor(other, ids)))


class Streams:
    """The random numbers of one run.

    Args:
        seed: run seed; any integer.
    """

    def __init__(self, seed: int) -> None:
        self.seed = int(seed)
        self._root = _mix_int(self.seed & _MASK)

    def keys(self, process: str, *ids: Any) -> Keys:
        """Return the 64-bit hashes of (seed, process, ids...), in the broadcast shape of the ids.

        Put the components with few values first: the cost is that of the partial broadcast shapes.
        """
        state: int | Keys = absorb(self._root, process)
        for component in ids:
            state = absorb(state, component)
        return np.array([state], dtype=np.uint64) if isinstance(state, int) else state

    def uniform(self, process: str, *ids: Any) -> Floats:
        """Return uniforms in the open interval (0, 1)."""
        bits = self.keys(process, *ids)
        bits >>= np.uint64(12)  # 52 bits and a half are exact in a double; with 53 the largest would round to 1
        unit = bits.astype(np.float64)
        unit += 0.5
        unit *= _TO_UNIT
        return unit

    def exponential(self, process: str, *ids: Any) -> Floats:
        """Return standard exponentials (mean 1)."""
        unit = self.uniform(process, *ids)
        np.log(unit, out=unit)
        return np.negative(unit, out=unit)

    def gumbel(self, process: str, *ids: Any) -> Floats:
        """Return standard Gumbel draws (location 0, scale 1)."""
        wait = self.exponential(process, *ids)
        np.log(wait, out=wait)
        return np.negative(wait, out=wait)

    def normal(self, process: str, *ids: Any) -> Floats:
        """Return standard normal draws."""
        return np.asarray(ndtri(self.uniform(process, *ids)))
