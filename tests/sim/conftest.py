"""Runs that several tests of the model look at, and no deadlines: a slow machine is no failure."""

from __future__ import annotations

import pytest
from hypothesis import settings
from worlds import finished, history_scenario

from sim.model import MarketModel
from sim.running import simulate
from sim.tables import load_world
from sim.trajectory import Trajectory
from sim.world import World

settings.register_profile("opengambit", deadline=None, derandomize=True)
settings.load_profile("opengambit")


@pytest.fixture(scope="session")
def world() -> World:
    """The world of the data tables."""
    return load_world()


@pytest.fixture(scope="session")
def replay() -> Trajectory:
    """The whole replay with few enterprises, sampled."""
    return simulate(history_scenario("2026-07", enterprises=200), seed=1)


@pytest.fixture(scope="session")
def market() -> MarketModel:
    """The model after that run's twin of eighteen months, its holdings still there."""
    return finished(history_scenario("2024-06", enterprises=200), seed=1)
