"""The oracles of choice, adoption, network effects and luck that ``opengambit verify`` runs, as tests."""

from __future__ import annotations

import pytest

from experiments.verify import adoption, choice, inverse, luck, network, run
from experiments.verify.check import REGISTRY

MODULES = (adoption, choice, inverse, luck, network)
NAMES = [name for name, oracle in REGISTRY.items() if oracle.checks.__module__ in {m.__name__ for m in MODULES}]


def test_all_of_them_are_here() -> None:
    expected = {f"O{n}" for n in (1, 2, 8, 10, 11, 12, 13, 14, 18, 19, 22, 24, 25, 29)} | {"O19b"}
    assert set(NAMES) == expected


LONG = ("O10", "O19", "O25")
"""Those that take more than four seconds: ``make slow`` runs them, and CI."""


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in NAMES])
def test_oracle(name: str) -> None:
    outcome = run(REGISTRY[name])
    assert not outcome.stopped, f"{name} stopped: {outcome.stopped}"
    assert outcome.checks
    for check in outcome.checks:
        line = f"{name} {check.what} ({check.mode}): {check.got!r} instead of {check.expected!r}"
        assert check.passed, f"{line}, off by {check.error:.3g}, legal is {check.tolerance:.3g}"
