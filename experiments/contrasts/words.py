"""Effects as sentences, and the one place where their numbers are written.

A sentence claims a direction only where the t interval does not hold 0, always with its size, unit, interval, number
of pairs and what it is conditional on. Shares change in points, of 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, isnan
from typing import Any

from sim.headlines import HEADLINES

FEW = 16
"""[A] Fewer pairs than this are said to be few."""
DIGITS = 3
NOUNS = {
    "cn_token_share_outside_cn": "the token share of Chinese models outside China",
    "us_token_share": "the token share of US models worldwide",
    "al_token_share": "the token share of allied models worldwide",
    "open_token_share": "the token share of open models worldwide",
    "cn_young_share_at_home": "the token share of young Chinese releases in China",
    "us_closed_rd": "R&D compute budgets of closed US labs",
    "us_closed_revenue": "first-party revenue of closed US labs",
    "frontier": "the US frontier",
    "gap_months": "the US lead over China",
    "price_paid": "the price paid for text tokens",
    "welfare": "users' welfare worldwide",
    "welfare_al": "users' welfare in allied regions",
    "welfare_nal": "users' welfare in non-aligned regions",
    "hhi": "the concentration of labs' token shares",
    "open_standard_lead": "the lead of the largest open ecosystem over the largest closed one",
    "adoption": "adoption worldwide",
    "adoption_nal": "adoption in non-aligned regions",
    "digital_divide": "adoption in non-aligned regions relative to that in the US",
    "self_sufficiency": "the domestic part of China's chips",
    "smuggled_chips": "the flow of smuggled chips to China",
    "chip_price_cn": "the price of legally imported chips in China",
    "compute_al": "compute in allied regions",
    "compute_nal": "compute in non-aligned regions",
}
_UNITS = {
    "mo": ("month", "months"), "M$/mo": ("M$ a month", "M$ a month"), "ECI": ("ECI point", "ECI points"),
    "$/Mtok": ("$/Mtok", "$/Mtok"), "H100e/mo": ("H100e a month", "H100e a month"), "$/H100e": ("$/H100e", "$/H100e"),
    "H100e": ("H100e", "H100e"), "index": ("", ""), "ratio": ("", ""), "share": ("point", "points"),
}  # fmt: skip


def number(value: float, digits: int = DIGITS) -> str:
    """Return a number with some significant digits, without an exponent, thousands apart; '-' for none.

    >>> number(0.01234), number(-12345.6), number(2), number(0.0)
    ('0.0123', '-12,300', '2', '0')
    """
    if isnan(value):
        return "-"
    if not isfinite(value):
        return "infinite" if value > 0 else "-infinite"
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0:
        return "0"
    text = f"{rounded:,.12f}".rstrip("0").rstrip(".")
    return text if text not in ("0", "-0") else f"{rounded:g}"


def change(value: float, unit: str) -> float:
    """Return a change as it is written: of a share in points."""
    return 100.0 * value if unit == "share" else value


def size(value: float, unit: str) -> str:
    """Return a change with its unit: '2.1 points', '-3 months', '1,230 M$ a month'."""
    text = number(change(value, unit))
    return f"{text} {unit_of(text, unit)}".rstrip()


def level(value: float, unit: str) -> str:
    """Return a level with its unit: a share in percent."""
    if unit == "share":
        return f"{number(100.0 * value)} percent"
    text = number(value)
    return f"{text} {unit_of(text, unit)}".rstrip()


def span(low: float, high: float, unit: str) -> str:
    """Return an interval without its unit: '1.1 to 5.3'."""
    return f"{number(change(low, unit))} to {number(change(high, unit))}"


def unit_of(text: str, unit: str) -> str:
    """Return the words of a unit for a written number."""
    one, many = _UNITS.get(unit, (unit, unit))
    return one if text in ("1", "-1") else many


def noun(measure: str) -> str:
    """Return a headline measure as the subject or object of a sentence."""
    return NOUNS.get(measure, measure)


def percent(share: float) -> str:
    """Return a share of runs or pairs: '94 percent'; 0 and 100 only where it is so."""
    if isnan(share):
        return "-"
    if 0 < share < 0.01:
        return "less than 1 percent"
    if 0.99 < share < 1:
        return "more than 99 percent"
    return f"{100.0 * share:.0f} percent"


def verb_of(low: float, high: float) -> str | None:
    """Return 'raises' or 'lowers' where an interval does not hold 0, else None."""
    return "raises" if low > 0 else "lowers" if high < 0 else None


def most_missed(pairs: int, level: float) -> float:
    """Return the largest share of histories with a change that is compatible with none in so many, at a level.

    The exact one-sided limit 1 - (1 - level)^(1/n) (Hanley and Lippman-Hand 1983).
    """
    return float(1.0 - (1.0 - level) ** (1.0 / pairs))


def effect_words(row: Mapping[str, Any], *, condition: str, level: float = 0.95) -> str:
    """Return an effect as sentences.

    Args:
        row: of the table ``effects`` or ``headline``.
        condition: what it is conditional on, as a noun phrase: 'the future none and the parameters as given'.
        level: of the interval.
    """
    policy, unit, month = str(row["policy"]), str(row["unit"]), str(row["month"])
    what, n, mean = noun(str(row["measure"])), int(row["n"]), float(row["mean"])
    given = f"conditional on {condition}"
    if n == 0:
        return f"In {month} nothing can be said of the effect of {policy} on {what}: no pair is complete."
    if float(row["zero_share"]) == 1.0:
        first = (
            f"In {month} {policy} leaves {what} as it is in every one of {_pairs(row)}, {given}; a change in up to "
            f"{percent(most_missed(n, level))} of histories would not have been seen."
        )
    elif isnan(float(row["t_low"])):
        first = f"In {month} {policy} changes {what} by {size(mean, unit)} in {_pairs(row)}, {given}: too few to judge."
    else:
        first = _judged(row, policy, what, unit, f"{100 * level:g}", given)
    return " ".join([first, *_caveats(row)])


def _judged(row: Mapping[str, Any], policy: str, what: str, unit: str, level: str, given: str) -> str:
    mean, low, high = (float(row[name]) for name in ("mean", "t_low", "t_high"))
    interval = f"{level} percent interval {span(low, high, unit)}; {_pairs(row)}"
    verb = verb_of(low, high)
    if verb is None:
        return (
            f"In {row['month']} the effect of {policy} on {what} is not distinguishable from no effect "
            f"({size(mean, unit)}, {interval}), {given}."
        )
    sides = sorted((abs(low), abs(high)))
    interval = f"{level} percent interval {span(sides[0], sides[1], unit)}; {_pairs(row)}"
    agreed = f"{percent(float(row['sign_agreement']))} of them with this sign"
    return f"In {row['month']} {policy} {verb} {what} by {size(abs(mean), unit)} ({interval}, {agreed}), {given}."


def _pairs(row: Mapping[str, Any]) -> str:
    n = int(row["n"])
    return f"{n} pair" if n == 1 else f"{n} pairs"


def _caveats(row: Mapping[str, Any]) -> list[str]:
    found = []
    n, left, units = (int(row[name]) for name in ("n", "left_out", "units"))
    if n < FEW:
        found.append(f"{n} is a small number of pairs.")
    elif units < FEW:
        found.append(f"The interval rests on {units} parameter draws, a small number.")
    low, high = float(row["boot_low"]), float(row["boot_high"])
    verdicts = [verb_of(*limits) for limits in ((float(row["t_low"]), float(row["t_high"])), (low, high))]
    if not isnan(low) and verdicts[0] != verdicts[1]:
        held = "holds" if verdicts[1] is None else "does not hold"
        found.append(f"The bootstrap interval, {span(low, high, str(row['unit']))}, {held} 0: take the sign with care.")
    if left:
        found.append(f"{left} of {n + left} pairs are left out: a run failed or is missing, or there are no users.")
    return found


def multiplicity_words(row: Mapping[str, Any]) -> str:
    """Return the note on many comparisons, of the table ``multiplicity``."""
    made, still = int(row["comparisons"]), int(row["always_zero"])
    beside = f" ({still} of them without any difference)" if still else ""
    return (
        f"Of {made} comparisons{beside}, {int(row['exclude_zero'])} have an interval that does not hold 0; by chance "
        f"alone it would be about {number(float(row['by_chance']), 2)}. After Holm's correction "
        f"{int(row['holm_below'])} stand."
    )


def missing_nouns() -> set[str]:
    """Return headline measures that have no words here; a test asks."""
    return set(HEADLINES) - set(NOUNS)
