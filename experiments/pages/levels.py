"""The answer of a sweep over one factor as a table: each level, and its paired difference from the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.figures.studies.sample import Sample
from experiments.figures.studies.words import Quantity, effect, number
from experiments.pages.questions_asked import Question

if TYPE_CHECKING:
    from experiments.studies.store import Study

DEFAULT = "cn_token_share_outside_cn"


def table(study: Study, question: Question) -> list[str]:
    """Return a table in Markdown: the measure at the last month by level, and its difference from the first level."""
    sample = Sample.of(study)
    (key,) = sample.factors
    measure = _measure(question)
    quantity, wide = Quantity.of(measure), sample.wide(measure)
    month = str(wide.columns[-1])
    arms = sample.arms(key)
    levels = [float(wide.loc[list(arm.rows), month].mean()) for arm in arms]
    scale = quantity.level(levels)
    gaps = [sample.effect(wide[month], arm.rows, arms[0].rows) for arm in arms]
    lines = [
        f"| {key} | {quantity.title}, {month} | difference from the first (95\u00a0% interval) |",
        "| ---: | ---: | ---: |",
    ]
    for arm, value, gap in zip(arms, levels, gaps, strict=True):
        said = "–" if arm is arms[0] else effect(quantity, gap.mean, gap.low, gap.high, short=True)
        lines.append(f"| {number(dict(arm.labels)[key])} | {scale.text(value)} | {said} |")
    return [*lines, "", f"Mean over {len(arms[0].rows)} seeds, the same for every level."]


def _measure(question: Question) -> str:
    words = [word for word in question.command.split() if word.startswith("measure=")]
    return words[-1].partition("=")[2] if words else DEFAULT
