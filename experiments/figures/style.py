"""House style: sizes, and colours whose meaning never changes; type and lines are in ``experiments/mplstyle``.

The four blocs have the hues of the Okabe-Ito palette with lightness in even steps, so that they stay apart under the
common colour-vision deficiencies (38 or more in CIE Lab) and in greyscale (15 or more in lightness). Labs take shades
of their bloc's hue, so that a lab figure can be read beside a bloc figure. What else is drawn together differs by 12 in
lightness, or in its dashes (``figures/apart.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from experiments.figures.layout import MEMO, laid_out

WIDTH = MEMO.width
"""Width of a memo column, inches."""

INK, GREY, PALE = "#222222", "#6b6b6b", "#bdbdbd"

BLOCS = {"US": "#004873", "CN": "#BA5100", "AL": "#0CB081", "NAL": "#D1B9F8"}
OPENNESS = {"closed": "#4D4D5C", "open": "#E0A100"}
LICENCES = {"closed": "#4D4D5C", "open_restricted": "#F2D27A", "open_permissive": "#E0A100"}
CHANNELS = {"A": "#4D4D5C", "H": "#56B4E9", "S": "#8C7AA9"}
LABS = {
    "OpenAI": "#00588A", "Anthropic": "#4FA3D6", "Google": "#0072B2", "Meta": "#1F3F77", "xAI": "#6E8FB5",
    "Microsoft": "#2B8CBE", "Amazon": "#7BB8DD", "NVIDIA": "#35618F", "Other (US)": "#A9C7DD",
    "DeepSeek": "#D55E00", "Alibaba": "#A63F00", "Moonshot": "#F08A3C", "Z.ai": "#8A3A12", "MiniMax": "#F5AE70",
    "ByteDance": "#BF5B2C", "Tencent": "#C97B4A", "Xiaomi": "#E8743B", "StepFun": "#B8431A", "Meituan": "#DE9A5B",
    "Baidu": "#9C5A2E", "Huawei": "#C24A3A", "01.AI": "#E3A587", "Kuaishou": "#D9805F", "Other (CN)": "#F2C6A0",
    "Other (CN, home market)": "#F7DCC3",
    "Mistral AI": "#009E73", "Cohere": "#5CC2A3", "Other (EU)": "#7FCDB4", "Other (JP)": "#A6D9C8",
    "Other (KRTW)": "#C7E8DC", "TII": "#8C7AA9", "Other (SAN)": "#A99BC2", "Other (OTH)": "#C5BBD6",
}  # fmt: skip
SHADES = {
    "US": ("#0072B2", "#1F3F77", "#4FA3D6", "#6E8FB5", "#00588A", "#7BB8DD", "#35618F", "#A9C7DD"),
    "CN": ("#D55E00", "#A63F00", "#F08A3C", "#8A3A12", "#F5AE70", "#C97B4A", "#E3A587", "#F2C6A0"),
    "AL": ("#009E73", "#5CC2A3", "#00664B", "#7FCDB4", "#A6D9C8"),
    "NAL": ("#8C7AA9", "#5E4B7E", "#A99BC2", "#C5BBD6"),
}
"""Shades for labs that the table above does not know."""
ARMS = ("#222222", "#1B9E9E", "#CC3311", "#7A3E9D", "#DDAA33", "#661100")
"""Arms of a study, in their order: none is the colour of a bloc, and any two stay apart under the common
colour-vision deficiencies (22 or more in CIE Lab) and in greyscale (7 or more in lightness)."""
NAMES = {
    "US": "US", "CN": "China", "AL": "Allied", "NAL": "Non-aligned", "open": "Open weights", "closed": "Closed",
    "open_restricted": "Open, restricted", "open_permissive": "Open, permissive", "A": "Own API",
    "H": "Third-party host", "S": "Self-hosted",
}  # fmt: skip
ORDER = {
    "bloc": ("US", "CN", "AL", "NAL"),
    "openness": ("closed", "open"),
    "licence": ("closed", "open_restricted", "open_permissive"),
    "channel": ("A", "H", "S"),
}
PALETTE = {**BLOCS, **LICENCES, **OPENNESS, **CHANNELS, **LABS}
_OWN: ContextVar[Mapping[str, str]] = ContextVar("colours of labs", default=MappingProxyType({}))


def colour(key: str) -> str:
    """Return the colour that stands for a bloc, an openness, a channel or a lab; grey for anything else."""
    return _OWN.get().get(key) or PALETTE.get(key, GREY)


def shades(labs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return a colour for each lab, given with its bloc: one after the other the shades of its bloc's labs."""
    found: dict[str, str] = {}
    for bloc, hues in SHADES.items():
        mine = [lab for lab, home in labs if home == bloc]
        found |= {lab: PALETTE.get(lab, hues[k % len(hues)]) for k, lab in enumerate(mine)}
    return found


def name(key: str) -> str:
    """Return how a key is written in a figure."""
    return NAMES.get(key, key)


@contextmanager
def house(labs: Sequence[tuple[str, str]] = (), layout: str = "memo") -> Iterator[None]:
    """Draw inside the house style, and leave matplotlib's settings as they were.

    Args:
        labs: name and bloc of the labs of a world of its own, which get shades of their bloc's hue.
        layout: name of the layout (`layout.LAYOUTS`).

    Raises:
        InputError: an unknown layout.
    """
    import matplotlib as mpl

    token = _OWN.set(shades(labs))
    try:
        with laid_out(layout), mpl.rc_context(fname=Path(__file__).parent.parent / "mplstyle"):
            yield
    finally:
        _OWN.reset(token)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of a line of text in inches; ``size`` in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / 72.0


def wrap(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Break a text into lines that fit ``width`` inches."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
