"""All oracles, in the order of their numbers."""

from __future__ import annotations

import re
from importlib import import_module

from experiments.verify.check import REGISTRY, Oracle

MODULES = (
    "adoption",
    "chips",
    "choice",
    "handover",
    "inverse",
    "knowledge",
    "luck",
    "money",
    "network",
    "prices",
    "strategy",
)


def _load() -> dict[str, Oracle]:
    for module in MODULES:
        import_module(f"experiments.verify.{module}")
    return dict(sorted(REGISTRY.items(), key=lambda item: _order(item[0])))


def _order(name: str) -> tuple[int, str]:
    match = re.fullmatch(r"O(\d+)(\w*)", name)
    assert match is not None, name
    return int(match.group(1)), match.group(2)


ORACLES = _load()
