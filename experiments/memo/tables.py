"""The headline table of a memo: measures by policy at the last date, or by date for a single policy."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.figures.studies.words import Quantity, pretty, sentence
from experiments.memo.blocks import Block, Column, Heading, Paragraph, Table
from experiments.memo.ledger import Line
from experiments.memo.material import Material

WIDE = 3
"""Policies that stand beside each other; more stand below each other."""
MEASURES = 3
"""Measures of the table of many policies: the headline, and the first others."""
ROWS = 24
"""Policies of that table at most."""


def headline(material: Material) -> list[Block]:
    """Return the section with the headline table."""
    material.ledger.section = "Effects"
    few = len(material.spec.policies) <= WIDE
    table = _by_measure(material) if few else _by_policy(material)
    return [Heading("Effects"), table, *_note(material)]


def _by_measure(material: Material) -> Table:
    """Return a row a measure: the level of the baseline, and the effect of each policy (or at each date)."""
    dated = len(material.spec.policies) == 1 and len(material.dates) > 1
    places = [(material.spec.policies[0], month) for month in material.dates] if dated else [
        (policy, material.last) for policy in material.spec.policies
    ]  # fmt: skip
    heads = [month if dated else sentence(pretty(policy)) for policy, month in places]
    rows = []
    for measure in _measures(material):
        lines = [_line(material, policy, measure, month) for policy, month in places]
        level = lines[-1].level("baseline_mean") if int(lines[-1].number("n")) else "–"
        rows.append((Quantity.of(measure).title, level, *(cell(line) for line in lines)))
    columns = (
        Column("Measure", weight=2.7), Column(f"{_baseline(material)}, {material.last}", "right", 1.3),
        *(Column(head, "right", 2.3) for head in heads),
    )  # fmt: skip
    what = f"of {pretty(places[0][0])}" if dated else "of the policies"
    at = ("" if dated else f" in {material.last}") + _future(material)
    caption = f"Effects {what} against {material.baseline}{at}, with {material.level} intervals"
    return Table(caption, columns, tuple(rows), _legend(material))


def _by_policy(material: Material) -> Table:
    """Return a row a policy: its effect on the first measures, sorted by that on the headline."""
    measures = _measures(material)[:MEASURES]
    rows = []
    for first in material.ranked[:ROWS]:
        policy = str(first["policy"])
        effects = [_line(material, policy, measure, material.last) for measure in measures]
        rows.append((sentence(pretty(policy)), *(cell(line) for line in effects)))
    columns = (Column("Policy", weight=2.2), *(Column(Quantity.of(m).title, "right", 2.2) for m in measures))
    caption = (
        f"Effects against {material.baseline} in {material.last}{_future(material)}, with {material.level} intervals"
    )
    left = len(material.ranked) - len(rows)
    count = material.ledger.count(max(left, 0), "policies left out")
    more = f" {count} policies with less effect are left out." if left > 0 else ""
    policy = str(material.main["policy"])
    lines = [_line(material, policy, measure, material.last) for measure in measures]
    levels = [f"{line.quantity.title} {line.level('baseline_mean')}" for line in lines]
    note = f"{_legend(material)} Levels under {material.baseline}: {'; '.join(levels)}.{more}"
    return Table(caption, columns, tuple(rows), note)


def _future(material: Material) -> str:
    return f", future {pretty(material.futures[0])}" if len(material.futures) > 1 else ""


def cell(line: Line) -> str:
    """Return an effect; bold where its interval leaves out zero."""
    text = line.cell()
    return f"**{text}**" if line.clear else text


def _measures(material: Material) -> Sequence[str]:
    first = material.spec.headline
    return (first, *(name for name in material.spec.measures if name != first))


def _line(material: Material, policy: str, measure: str, month: str) -> Line:
    return material.lines("headline", future=material.futures[0], policy=policy, measure=measure, month=month)[0]


def _baseline(material: Material) -> str:
    return sentence(pretty(material.spec.baseline))


def _legend(material: Material) -> str:
    lines = material.lines("headline", future=material.futures[0], month=material.last)
    lines = [line for line in lines if int(line.number("n"))]
    counts = sorted({int(line.number("n")) for line in lines})
    if not counts:
        return "No pair of runs has a value."
    for line in lines:
        line.count("n")
    pairs = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"Bold: the interval leaves out zero. {pairs} pairs of runs on the same luck."


def _note(material: Material) -> list[Block]:
    """Return what is left after many comparisons, and which runs are left out."""
    made = material.lines("multiplicity")[0]
    text = (
        f"Of {made.count('comparisons')} effects in the whole table, {made.count('exclude_zero')} have an interval "
        f"that leaves out zero; about {made.plain('by_chance', 1)} would by chance alone, and "
        f"{made.count('holm_below')} stand after Holm's correction."
    )
    failed = len(material.study.failed)
    if failed:
        text += f" {material.ledger.count(failed, 'runs failed', one='run')} failed and are left out with their pairs."
    missing = material.plan["runs"] - material.study.manifest.runs
    if missing:
        text += f" {material.ledger.count(missing, 'runs missing', one='run')} of the plan are not there yet."
    return [Paragraph(text, "note")]
