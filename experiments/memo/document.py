"""The memo as a document: its sections in order."""

from __future__ import annotations

import json
from pathlib import Path

from experiments.figures.studies.words import sentence
from experiments.memo import background
from experiments.memo.assumptions import assumptions
from experiments.memo.blocks import Block, Figure, Heading, Memo, Paragraph
from experiments.memo.change import change
from experiments.memo.drivers import drivers, gains, objectives
from experiments.memo.lead import bottom_line
from experiments.memo.material import Material, names
from experiments.memo.pictures import figures
from experiments.memo.tables import headline

DRAFT = "Draft: conditional on the model and its assumptions, not a forecast"


def memo(material: Material, folder: Path, *, title: str = "", question: str = "") -> Memo:
    """Return the memo on a comparison.

    Args:
        material: the comparison.
        folder: where its figures go.
        title, question: instead of those that the policies give.
    """
    asked = background.question(material, question)
    material.ledger.section = "Bottom line"
    lead: list[Block] = [Heading("Bottom line"), *(Paragraph(text, "lead") for text in bottom_line(material))]
    effects = headline(material)
    drawn = figures(material, folder)
    blocks: list[Block] = [*asked, *lead, *effects, *_shown(drawn, 0, 2), *drivers(material), *_shown(drawn, 2, 3)]
    blocks += [*gains(material), *objectives(material), *_shown(drawn, 3, len(drawn)), *change(material)]
    blocks += [*assumptions(material), *background.policies(material), *background.method(material)]
    blocks += background.provenance(material)
    scene, plan = material.scene, material.plan
    subtitle = f"{DRAFT} · study {plan['verb']} {plan['name']}, {scene.run} · OpenGambit {scene.version}"
    return Memo(title or _title(material), subtitle, tuple(blocks), _facts(material))


def _title(material: Material) -> str:
    policies = material.spec.policies
    policy = material.policies.get(policies[0])
    if len(policies) == 1 and policy is not None and policy.title:
        return f"{policy.title}: what would change, {background.span(material)}"
    return f"{sentence(names(policies, 4))}: what would change, {background.span(material)}"


def _shown(drawn: list[Figure], start: int, end: int) -> list[Block]:
    return list(drawn[start:end])


def _facts(material: Material) -> dict[str, str]:
    """Return what the files carry inside."""
    from experiments.figures.studies import stamp_of

    stamp = stamp_of(material.study)
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in stamp.items() if value}
    return texts | {"created": material.scene.made}
