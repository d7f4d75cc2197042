"""Whether colours can be told apart: in greyscale, and by readers who lack a kind of cone.

Lightness and distance are those of CIE Lab 1976 (white D65). Deficiencies are complete ones by the matrices of Machado,
Oliveira and Fernandes (2009), table 1, severity 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

VISIONS = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Linear RGB as seen with each kind of cones."""
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
"""Linear sRGB to CIE XYZ (IEC 61966-2-1)."""
LIGHTNESS, DISTANCE = 12.0, 18.0
"""Below so much difference in lightness, or distance in Lab, two lines need different dashes."""
READABLE = 50.0
"""Lightness of text on white at most: its contrast is 4.5 to 1, the least that WCAG 2.2 asks for."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.4, 1.2, 1.4)), (0, (8, 2)), (0, (2.5, 1)))
Floats = np.ndarray[Any, np.dtype[np.float64]]


def _linear(shade: str) -> Floats:
    values = np.array([int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@lru_cache(maxsize=1024)
def lab(shade: str, vision: str = "normal") -> tuple[float, float, float]:
    """Return lightness, a and b of a colour ``#RRGGBB`` as seen with some kind of cones."""
    seen = np.clip(np.array(VISIONS[vision]) @ _linear(shade), 0.0, 1.0)
    ratio = np.array(XYZ) @ seen / np.array(XYZ).sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def lightness(shade: str) -> float:
    """Return the lightness of a colour, 0 to 100: what greyscale keeps of it."""
    return lab(shade)[0]


def distance(one: str, other: str, vision: str = "normal") -> float:
    """Return how far two colours are from each other as seen with some kind of cones, in Lab."""
    return float(np.linalg.norm(np.subtract(lab(one, vision), lab(other, vision))))


def alike(one: str, other: str) -> bool:
    """Say whether two lines of these colours may be mistaken for each other: in greyscale, or by some reader."""
    grey = abs(lightness(one) - lightness(other)) < LIGHTNESS
    return grey or min(distance(one, other, vision) for vision in VISIONS) < DISTANCE


def dashes(shades: Sequence[str]) -> list[Any]:
    """Return a style for each line that is drawn together with the others: like colours get different dashes."""
    chosen: list[int] = []
    for place, shade in enumerate(shades):
        taken = {chosen[other] for other in range(place) if alike(shade, shades[other])}
        free = [style for style in range(len(DASHES)) if style not in taken]
        chosen.append(free[0] if free else place % len(DASHES))
    return [DASHES[style] for style in chosen]


@lru_cache(maxsize=1024)
def ink(shade: str) -> str:
    """Return a colour for text on white: the same hue, darkened until it can be read."""
    if lightness(shade) <= READABLE:
        return shade
    bright = float(np.array(XYZ[1]) @ _linear(shade))
    values = _linear(shade) * ((READABLE + 16) / 116) ** 3 / bright
    coded = np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * float(value)):02X}" for value in np.clip(coded, 0.0, 1.0))
