"""The registry of policy levers (docs/model.md, section 6): what can be set, by whom, and what it should do.

The expected sign is the effect of *raising* the lever on its headline measure, other things equal. It was written
down, with the reason, before the first run; results that disagree are to be explained, not edited away here.
"""

from __future__ import annotations

from sim.lever import GOVERNMENTS, LABS, Lever, Part, Trial
from sim.registry_demand import DEMAND, RELEASE
from sim.registry_supply import SUPPLY

__all__ = ["GOVERNMENTS", "LABS", "LEVERS", "Lever", "Part", "Trial"]

LEVERS: dict[str, Lever] = {lever.name: lever for lever in (*DEMAND, *RELEASE, *SUPPLY)}
