"""What would change the result: futures, assumptions, thresholds, and more runs."""

from __future__ import annotations

from math import isfinite

from experiments.contrasts.words import FEW
from experiments.figures.studies.words import Quantity, listed, number, pretty
from experiments.memo.blocks import Block, Bullets, Heading
from experiments.memo.ledger import Line
from experiments.memo.material import Material

SHOWN = 3
"""Assumptions that are told at most."""


def change(material: Material) -> list[Block]:
    """Return the section."""
    material.ledger.section = "What would change it"
    items = [
        *futures(material), *assumptions(material), *thresholds(material), *demands(material), *regret(material),
        *luck(material),
    ]  # fmt: skip
    return [Heading("What would change it"), Bullets(tuple(items))]


def futures(material: Material) -> list[str]:
    """Say whether the effect has the same sign in every future."""
    if len(material.futures) == 1:
        return [
            "**Futures**: one future was looked at; `'futures=[none,slow_scaling,price_war]'` shows whether the sign "
            "holds in others."
        ]
    policy = str(material.main["policy"])
    lines = material.lines("headline", policy=policy, measure=material.spec.headline, month=material.last)
    said = [f"{pretty(str(line['future']))} {line.cell()}" for line in lines]
    signs = {line.rises for line in lines if line.clear}
    unclear = [line for line in lines if not line.clear]
    verdict = "the sign turns between futures" if len(signs) > 1 else "the sign is the same wherever it is clear"
    verdict = "it is clear in none" if not signs else verdict
    verdict += f", and unclear in {material.ledger.count(len(unclear), 'unclear futures')}" if unclear and signs else ""
    return [f"**Futures**: under {material.main.policy}, {listed(said, 8)}: {verdict}."]


def assumptions(material: Material) -> list[str]:
    """Say which drawn parameters the effect goes with."""
    if not material.draws:
        return [
            "**Assumptions**: all runs have the parameters as given, so nothing here says what other assumptions would "
            "give; `draws=64` draws them from their ranges and ranks them by what the effect goes with."
        ]
    policy = str(material.main["policy"])
    rows = material.lines("sensitivity", policy=policy, future=material.futures[0])
    if not rows:
        few = material.ledger.count(material.draws, "draws", one="draw")
        return [f"**Assumptions**: {few} are too few, or all too alike, to say which assumption the effect goes with."]
    clear = [row for row in rows if row.number("p_holm") < 1 - material.spec.level]
    tried = material.ledger.count(len(rows), "parameters drawn")
    if not clear:
        top = rows[0]
        return [
            f"**Assumptions**: none of {tried} drawn parameters stands out after correction for their number; the "
            f"closest is `{top['parameter']}` (rank correlation {top.plain('rho', signed=True)}, "
            f"{top.p_value('p_holm')} after Holm)."
        ]
    said = listed([_halves(row) for row in clear[:SHOWN]])
    return [f"**Assumptions**: of {tried} drawn parameters the effect goes with {said}."]


def _halves(row: Line) -> str:
    quantity = Quantity.of(str(row["measure"]), str(row["unit"]))
    ends = (row.number("mean_low_half"), row.number("mean_high_half"))
    scale = quantity.change(ends)
    for value, column in zip(ends, ("mean_low_half", "mean_high_half"), strict=True):
        row.note(scale.bare(value, signed=True), column)
    texts = [scale.text(value, signed=True) for value in ends]
    return (
        f"`{row['parameter']}` (rank correlation {row.plain('rho', signed=True)}, {row.p_value('p_holm')} after Holm; "
        f"mean effect {texts[0]} where it is low, {texts[1]} where it is high)"
    )


def thresholds(material: Material) -> list[str]:
    """Say how a policy moves the month in which a measure reaches a value."""
    found = []
    for line in material.lines("thresholds", future=material.futures[0]):
        if line["policy"] == material.spec.baseline:
            continue
        quantity = Quantity.of(str(line["measure"]), str(line["unit"]))
        wanted = line.note(number(line.number("value")), "value")
        text = f"**Threshold** {quantity.title} {_sign(line)} {wanted}: under {line.policy} "
        text += f"{line.percent('crossed_share')} of runs reach it"
        if line.number("shift_low") > 0 or line.number("shift_high") < 0:
            later = "later" if line.number("shift") > 0 else "sooner"
            size = line.note(f"{abs(line.number('shift')):.1f}", "shift")
            ends = [
                line.note(f"{line.number(end):+.1f}".replace("-", "\u2212"), end) for end in ("shift_low", "shift_high")
            ]
            text += f", {size} months {later} than under {material.baseline} (interval {' to '.join(ends)})"
        elif line.number("shift") == line.number("shift"):
            text += f", at a time that can't be told from that under {material.baseline}"
        found.append(text + ".")
    return found


def _sign(line: Line) -> str:
    return "at least" if line["sign"] == ">=" else "at most"


def demands(material: Material) -> list[str]:
    """Say in what share of runs each demand is met."""
    found = []
    single = len(material.spec.demands) == 1
    for line in material.lines("satisficing", future=material.futures[0]):
        if line["policy"] == material.spec.baseline or (single and line["demand"] != str(material.spec.demands[0])):
            continue
        found.append(
            f"**Demand** `{line['demand']}`: met in {line.percent('share')} of runs under {line.policy} "
            f"({material.level} interval {line.percent('low')} to {line.percent('high')}); against {material.baseline} "
            f"{line.count('gained', 'pair')} gained, {line.count('lost')} lost."
        )
    return found


def regret(material: Material) -> list[str]:
    """Say which policy is best and worst for whom, where several are compared."""
    if len(material.spec.policies) < 2:
        return []
    table = material.table("regret")
    rows = material.lines("regret", future=material.futures[0], month=material.spec.month_judged(material.dates))
    if not len(table) or not rows:
        return []
    said = []
    titles = dict(zip(material.table("weights")["objective"], material.table("weights")["title"], strict=True))
    for side in dict.fromkeys(str(row["objective"]) for row in rows):
        known = [row for row in rows if row["objective"] == side and isfinite(row.number("mean_regret"))]
        if not known:
            continue
        best = min(known, key=lambda row: row.number("mean_regret"))
        name = material.baseline if best["policy"] == material.spec.baseline else best.policy
        said.append(f"{titles.get(side, side)}, {name} (best in {best.percent('best_share')} of histories)")
    return [
        f"**Whose view**: least mean regret for {'; for '.join(said)}. Other weights or more runs may rank otherwise."
    ]


def luck(material: Material) -> list[str]:
    """Say how many pairs it would take to halve the interval, and whether the sample is small."""
    line = material.main
    if not int(line.number("n")):
        return []
    if line.zero or not line.known:
        return [
            f"**Luck**: {line.count('n', 'pair')} of runs stand behind the headline; more would show rarer changes."
        ]
    n, few = int(line.number("units")), int(line.number("units")) < FEW
    what = "draws" if material.draws > 1 else "seeds"
    size = (
        f"{line.count('units')} {what} are a small sample" if few else f"{line.count('units')} {what} stand behind it"
    )
    key = "draws" if material.draws > 1 else "seeds"
    wanted = material.ledger.note(str(4 * n), "headline", line.place(), "4 x units", 4 * n)
    return [f"**Luck**: {size}; an interval half as wide takes about four times as many (`{key}={wanted}`)."]
