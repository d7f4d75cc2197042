"""Where a calibration has its lab strengths from: the inversion at the centre, or those that ship."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from experiments.calibration.asked import Asked
from experiments.calibration.session import Invert
from sim.calendar import month_index

QUICK_ROUNDS = 2
"""Rounds of the inversion in a quick calibration, which calibrates nothing."""


def keep_shipped(centre: Mapping[str, float], file: Path) -> Path | None:
    """Return no strengths: those that ship stay (`session.Invert`)."""
    return None


def inverter(asked: Asked) -> Invert:
    """Return what inverts lab strengths for a calibration, from the same observations."""
    from experiments.evidence.inversion import ROUNDS, Setting, invert
    from experiments.evidence.residuals import Known
    from experiments.evidence.series import load

    known = Known(load(asked.observations or None, asked.last), month_index(asked.last))
    rounds = QUICK_ROUNDS if "--quick" in asked.flags else ROUNDS

    def inverted(centre: Mapping[str, float], file: Path) -> Path:
        setting = Setting(centre, asked.set.numbers.enterprises, rounds=rounds)
        folder = file.parent / f"{file.stem.strip('.')}-rounds"
        made = invert({"strengths": known}, setting, folder, asked.outputs, asked.execution, quiet=asked.quiet)
        return made["strengths"].replace(file)

    return inverted
