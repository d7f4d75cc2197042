"""How figures of studies write measures, numbers and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from math import floor, isfinite, log10

from sim.errors import InputError, Problem, nearest
from sim.headlines import HEADLINES

TITLES = {
    "cn_token_share_outside_cn": "Chinese models' share of tokens outside China",
    "us_token_share": "US models' share of tokens", "al_token_share": "Allied models' share of tokens",
    "open_token_share": "Open weights' share of tokens",
    "cn_young_share_at_home": "Young Chinese releases' share of tokens in China",
    "us_closed_rd": "R&D budgets of closed US labs", "us_closed_revenue": "Revenue of closed US labs",
    "frontier": "US frontier capability", "gap_months": "US lead over China",
    "price_paid": "Mean price paid", "welfare": "Welfare of users", "welfare_al": "Welfare in allied regions",
    "welfare_nal": "Welfare in non-aligned regions", "hhi": "Concentration of labs' tokens (HHI)",
    "open_standard_lead": "Open family's lead as a standard", "adoption": "Adoption",
    "adoption_nal": "Adoption in non-aligned regions", "digital_divide": "Adoption, non-aligned over US",
    "self_sufficiency": "Domestic part of China's chips", "smuggled_chips": "Chips smuggled into China",
    "chip_price_cn": "Price of a legal chip in China", "compute_al": "Compute in allied regions",
    "compute_nal": "Compute in non-aligned regions",
}  # fmt: skip
"""Headline measure -> a few words for titles."""

CODES = {"us", "cn", "al", "nal", "eu", "jp", "in", "api", "r1", "h20", "h100", "h200", "hbm", "oss", "gpt"}
"""Parts of names that are written in capitals."""
NAMES = {"deepseek": "DeepSeek", "openai": "OpenAI"}

SIZES = ((1e9, " bn"), (1e6, " M"), (1e3, " k"))
MOST_DECIMALS = 6
MINUS = "\u2212"
NARROW = "\u00a0"


@dataclass(frozen=True)
class Scale:
    """How numbers of one kind are written.

    Attributes:
        factor: what a value is multiplied by.
        prefix, suffix: what stands around a number.
        decimals: digits after the point.
    """

    factor: float
    prefix: str
    suffix: str
    decimals: int

    def bare(self, value: float, *, signed: bool = False) -> str:
        """Return the number without its unit; no number at all is written as a dash."""
        if not isfinite(value):
            return "–"
        text = f"{abs(self.factor * value):,.{self.decimals}f}".replace(",", NARROW)
        sign = MINUS if value < 0 and float(text.replace(NARROW, "")) else "+" if signed and value > 0 else ""
        return f"{sign}{text}"

    def text(self, value: float, *, signed: bool = False) -> str:
        """Return the number with its unit."""
        bare = self.bare(value, signed=signed)
        sign = bare[0] if bare[0] in (MINUS, "+") else ""
        return f"{sign}{self.prefix}{bare.removeprefix(sign)}{self.suffix}"

    @property
    def unit(self) -> str:
        """The unit that the numbers have, for the end of an axis."""
        word, slash, per = self.suffix.strip().partition("/")
        return f"{word} {self.prefix}".strip() + slash + per


@dataclass(frozen=True)
class Quantity:
    """A measure in words.

    Attributes:
        name: of the measure.
        title: a few words.
        unit: of its values in the tables.
    """

    name: str
    title: str
    unit: str

    @classmethod
    def of(cls, name: str, unit: str | None = None) -> Quantity:
        """Return a headline measure, or, with its unit, any other.

        Raises:
            InputError: an unknown name without a unit.
        """
        if name not in HEADLINES and unit is None:
            legal = ", ".join(HEADLINES)
            raise InputError(Problem("measure", name, "there is no such headline", legal, nearest(name, HEADLINES)))
        unit = HEADLINES[name].unit if unit is None else unit
        return cls(name, TITLES.get(name, name.replace("_", " ")), unit)

    @property
    def meaning(self) -> str:
        """One clause on what is measured; empty for what is no headline measure."""
        return HEADLINES[self.name].meaning.rstrip(".") if self.name in HEADLINES else ""

    def level(self, values: Iterable[float]) -> Scale:
        """Return how levels are written: two digits of their range are seen."""
        known = [value for value in values if isfinite(value)]
        spread = max(known) - min(known) if known else 0.0
        largest = max((abs(value) for value in known), default=0.0)
        step = max(spread / 20, largest / 1e5) if spread else largest / 200
        return self._scale(largest, step, change=False)

    def change(self, values: Iterable[float], half: float | None = None) -> Scale:
        """Return how differences are written.

        Args:
            values: that are written alike.
            half: half an interval: two of its digits are written if they are at most 35, else one, as is usual for
                uncertainties (default: two digits of the values).
        """
        largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
        return self._scale(
            largest, max(half / 3.55, largest / 400) if half and isfinite(half) else largest / 20, change=True
        )

    def _scale(self, largest: float, step: float, *, change: bool) -> Scale:
        factor, prefix, suffix = 1.0, "", ""
        if self.unit == "share":
            factor, suffix = 100.0, "\u00a0points" if change else "\u00a0%"
        elif self.unit == "points":
            suffix = "\u00a0points"
        else:
            prefix, factor, suffix = _money(self.unit, largest)
        step *= factor
        return Scale(factor, prefix, suffix, min(6, max(0, -floor(log10(step) + 1e-9))) if step > 0 else 0)


def _money(unit: str, largest: float) -> tuple[str, float, str]:
    """Return prefix, factor and suffix of a unit that is no share."""
    base, _, per = unit.partition("/")
    prefix, rate = ("$", 1e6 if base == "M$" else 1.0) if base.endswith("$") else ("", 1.0)
    what = "" if prefix or base in ("index", "ratio", "score") else {"mo": " months"}.get(base, f" {base}")
    size, word = next(((s, w) for s, w in SIZES if largest * rate >= 0.9995 * s), (1.0, ""))
    return prefix, rate / size, f"{word}{what}{'/' + per if per else ''}".replace(" ", "\u00a0")


_LEVEL: ContextVar[float] = ContextVar("level of intervals", default=0.95)


@contextmanager
def at_level(level: float) -> Iterator[None]:
    """Write inside of intervals of this level."""
    token = _LEVEL.set(level)
    try:
        yield
    finally:
        _LEVEL.reset(token)


def level_words() -> str:
    """Return the level of the intervals that are written about: ``95 %``."""
    return f"{100 * _LEVEL.get():g}{NARROW}%"


def apart_from_zero(scale: Scale, low: float, high: float) -> Scale:
    """Return a scale with as many decimals as it takes to see that an interval which leaves out zero does so."""
    while (low > 0 or high < 0) and scale.decimals < MOST_DECIMALS:
        if all(float(scale.bare(abs(end)).replace(NARROW, "")) for end in (low, high)):
            break
        scale = replace(scale, decimals=scale.decimals + 1)
    return scale


def effect(quantity: Quantity, mean: float, low: float, high: float, *, short: bool = False) -> str:
    """Return size and interval of a difference in words; ``short`` leaves out what kind of interval it is."""
    if mean == low == high == 0:
        return "no change in any run"
    if not isfinite(low):
        return quantity.change([mean]).text(mean, signed=True)
    scale = apart_from_zero(quantity.change((mean, low, high), (high - low) / 2), low, high)
    name = "" if short else f"{level_words()} interval "
    return f"{scale.text(mean, signed=True)} ({name}{scale.bare(low, signed=True)} to {scale.bare(high, signed=True)})"


def pretty(name: str) -> str:
    """Return a name of the library as it is read aloud: spaces, and codes in capitals."""
    words = re.split(r"([+ _,=@]+)", name)
    written = "".join(word.upper() if word.lower() in CODES else NAMES.get(word, word) for word in words)
    return re.sub(r"\s*\+\s*", " + ", written.replace("_", " "))


def sentence(text: str) -> str:
    """Return a text with a capital at its start."""
    return text[:1].upper() + text[1:]


def number(value: object) -> str:
    """Return the level of a factor: a number with k, M or bn, or the text that it is."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    for size, word in SIZES:
        if abs(value) >= 0.9995 * size:
            return f"{value / size:.4g}{word}".replace(" ", "\u00a0").replace("-", MINUS)
    return f"{value:.4g}".replace("-", MINUS)


def file_name(*parts: str) -> str:
    """Return a name for files from words."""
    return re.sub(r"[^A-Za-z0-9.+-]+", "_", "_".join(parts)).strip("_")


def listed(names: Iterable[str], most: int = 4) -> str:
    """Return names as a list in words: ``a, b and c``; what is over ``most`` is counted."""
    given = list(names)
    if len(given) > most:
        given = [*given[: most - 1], f"{len(given) - most + 1} more"]
    return given[0] if len(given) == 1 else f"{', '.join(given[:-1])} and {given[-1]}" if given else "none"
