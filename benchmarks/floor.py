"""The least that a run must cost: what its keys, exponentials and memory traffic take on any machine like this.

The code counts while it runs: every random value that a key asks for, every exponential and logarithm of the choice and
of its luck, and the bytes of the tables that choice, awareness and accounts read and write. The floor is
6 ns a random value (a hash of four components), 1 ns an exponential and 8 GB/s of memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

NS_RANDOM, NS_EXPONENTIAL, BYTES_PER_SECOND = 6.0, 1.0, 8e9


@dataclass
class Work:
    """What a run asked for.

    Attributes:
        randoms: random values.
        exponentials: exponentials and logarithms.
        traffic: bytes read and written.
    """

    randoms: int = 0
    exponentials: int = 0
    traffic: int = 0

    @property
    def seconds(self) -> float:
        """The floor."""
        nanoseconds = NS_RANDOM * self.randoms + NS_EXPONENTIAL * self.exponentials
        return 1e-9 * nanoseconds + self.traffic / BYTES_PER_SECOND


@contextmanager
def counted() -> Iterator[Work]:
    """Count the work of every run inside the block."""
    from sim import sampled
    from sim.awareness import Awareness
    from sim.ledger import Ledger
    from sim.menu import Menu
    from sim.rng import Streams

    work = Work()

    def keys(found: Any, *_: Any) -> None:
        work.randoms += found.size
        work.traffic += found.nbytes

    def logs(number: int) -> Callable[..., None]:
        def count(found: Any, *_: Any) -> None:
            work.exponentials += number * found.size

        return count

    def utility(found: Any, *_: Any) -> None:
        work.traffic += 2 * found.nbytes  # the table itself, and the release that each row stands for

    def inclusive(found: Any, *_: Any) -> None:
        work.exponentials += found.exps.size
        work.traffic += 2 * found.exps.nbytes

    def nests(found: Any, *_: Any) -> None:
        work.exponentials += found.size
        work.traffic += found.nbytes

    def booked(_: Any, *given: Any) -> None:
        block = given[2]
        work.traffic += 8 * 12 * block.slot.size  # twelve columns of accounts

    def heard(_: Any, awareness: Any, *__: Any) -> None:
        work.traffic += awareness.own.shape[1] * 8

    changes = (
        (Streams, "keys", keys),
        (Streams, "exponential", logs(1)),
        (Streams, "gumbel", logs(1)),
        (Menu, "utility", utility),
        (sampled, "inclusive", inclusive),
        (sampled, "nest_values", nests),
        (Ledger, "_book", booked),
        (Awareness, "_hear", heard),
    )
    patches = [mock.patch.object(owner, name, _after(getattr(owner, name), count)) for owner, name, count in changes]
    for patch in patches:
        patch.start()
    try:
        yield work
    finally:
        for patch in patches:
            patch.stop()


def _after(inner: Callable[..., Any], count: Callable[..., None]) -> Callable[..., Any]:
    def counting(*args: Any, **kwargs: Any) -> Any:
        found = inner(*args, **kwargs)
        count(found, *args)
        return found

    return counting
