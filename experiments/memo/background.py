"""What stands behind a memo: the question, the policies in words, the method, and how to make it again."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from experiments.figures.studies.words import listed, pretty, sentence
from experiments.info.sentences import sentence as entry_words
from experiments.memo.blocks import Block, Bullets, Code, Heading, Pairs, Paragraph
from experiments.memo.material import Material, names
from sim.calendar import month_index, month_name
from sim.entries import Entry
from sim.policy import BASE

MOST_ENTRIES, FEWER, MANY = 12, 7, 4
"""Entries of all policies that are written out, and of so many policies; the rest are counted, each told in short."""


def question(material: Material, own: str = "") -> list[Block]:
    """Return the question: the user's own, or that of the policies."""
    material.ledger.section = "Question"
    asked = [own] if own else [
        " ".join(policy.question.split())
        for name in material.spec.policies if (policy := material.policies.get(name)) is not None and policy.question
    ]  # fmt: skip
    ledger, spec = material.ledger, material.spec
    told = [name for name in material.policy_names if not _joint(name, material)]
    each = "each " if len(told) > 1 else ""
    compared = f"Compared: {names(told)}, {each}against {material.baseline} on the same luck; "
    compared += f"measured by {material.main.noun}, at {listed(list(material.dates))}"
    others = len(spec.measures) - 1
    if others > 0:
        compared += f", and by {ledger.count(others, 'other measures', one='other measure')}"
    text = " ".join(dict.fromkeys(asked[:2])) if asked else ""
    return [Heading("Question"), *([Paragraph(text)] if text else []), Paragraph(compared + ".")]


def policies(material: Material) -> list[Block]:
    """Return the policies in words, with dates and sources."""
    material.ledger.section = "The policies"
    blocks: list[Block] = [Heading("The policies in words")]
    left = FEWER if len(material.policies) >= MANY else MOST_ENTRIES
    for name, policy in material.policies.items():
        if name == material.spec.baseline or _joint(name, material):
            continue
        if policy is None:
            gone = "its file is not found from this folder, or is not what was run; make the memo where you compared."
            blocks.append(Paragraph(f"**{sentence(pretty(name))}**: {gone}"))
            continue
        own = [entry for entry in policy.entries if entry.origin != BASE]
        blocks.append(Paragraph(f"**{sentence(pretty(name))}**: {policy.title or 'levers of the command line'}."))
        if own[:left]:
            blocks.append(Bullets(tuple(_entry(entry, material) for entry in own[:left])))
        if len(own) > left:
            more = material.ledger.count(
                len(own) - left, f"entries left out of {name}", one="more entry", many="more entries"
            )
            blocks.append(Paragraph(f"{more}: `opengambit policies {name}`.", "note"))
        left = max(0, left - len(own))
    return blocks


def _joint(name: str, material: Material) -> bool:
    """Say whether an arm is a pair of policies of a game, which are told one by one."""
    game = material.spec.game
    return game is not None and name in game.cells.values() and name not in (*game.rows, *game.columns)


def _entry(entry: Entry, material: Material) -> str:
    """Return an entry in words, with the month in which it begins."""
    words = entry_words(entry)
    undated = "From the month after the hand-over, "
    if words.startswith(undated):
        until = material.scene.handover
        begins = "From the first month on" if until is None else f"From {month_name(until + 1)}"
        words = f"{begins}, {words.removeprefix(undated)}"
    return re.sub(r" The lever .*?\.(?= |$)", "", words) if len(material.policies) >= MANY else words


def method(material: Material) -> list[Block]:
    """Return the method in a paragraph."""
    material.ledger.section = "Method"
    plan, ledger = material.plan, material.ledger
    settings = plan["settings"]
    firms = ledger.count(int(settings.get("enterprises", 0)) or _default("enterprises"), "enterprises")
    seeds = ledger.count(len(plan["seeds"]), "seeds", one="seed")
    draws = f", for each of {ledger.count(material.draws, 'draws', one='parameter draw')}" if material.draws else ""
    unit = "parameter draw" if material.draws > 1 else "seed"
    text = (
        f"OpenGambit is an agent-based model of the market for AI models: {firms} enterprises in all regions adopt, "
        f"choose and switch among the models of labs that do research, release and price under governments' policies. "
        f"{_span(material)}. Every policy and its yardstick were planned with the same {seeds}{draws}; a pair shares "
        f"all luck, so that what differs is the policy. An effect is the mean of the paired differences; the "
        f"{material.level} interval is Student's t over one value a {unit}, and the tables hold a studentised "
        "bootstrap beside it. A direction is claimed only where that interval leaves out zero. Levels rest on assumed "
        "growth and funding; differences between policies are what the model is for. Nothing here is a forecast."
    )
    return [Heading("Method"), Paragraph(text)]


def _span(material: Material) -> str:
    horizon, until = month_name(material.scene.last), material.scene.handover
    if until is None:
        return f"It runs to {horizon}"
    past = f"It replays real releases, prices and policies to {month_name(until)}"
    return f"{past} and projects by the same rules to {horizon}"


def _default(name: str) -> int:
    from dataclasses import fields

    from sim.scenario import Scenario

    return int(next(item.default for item in fields(Scenario) if item.name == name))  # type: ignore[arg-type]


def provenance(material: Material) -> list[Block]:
    """Return run ids, versions, and the commands that make the memo again."""
    material.ledger.section = "Provenance"
    return [
        Heading("Provenance"),
        Pairs(tuple(_facts(material))),
        Heading("To make it again", 2),
        Code(commands(material)),
    ]


def _facts(material: Material) -> Iterator[tuple[str, str]]:
    study, plan, record = material.study, material.plan, recorded(material)
    ledger = material.ledger
    done = study.manifest.runs - len(study.failed)
    yield "Study", f"{plan['verb']} {plan['name']}, plan {plan['plan']}"
    yield (
        "Runs",
        (
            f"{ledger.count(done, 'runs done')} of {ledger.count(plan['runs'], 'runs')} done, "
            f"{ledger.count(len(study.failed), 'runs failed')} failed"
        ),
    )
    yield "Run ids", _ids(material)
    yield "Seeds", _seeds(plan["seeds"])
    yield "OpenGambit", str(record.get("version", "?"))
    yield "Model", f"code {str(plan['code'])[:12]}, data {str(plan['data'])[:12]}"
    git = record.get("git")
    if isinstance(git, dict) and git.get("sha"):
        yield "Revision", str(git["sha"])[:12] + (", with changes that were not committed" if git.get("dirty") else "")
    libraries = record.get("libraries") or {}
    told = ", ".join(f"{name} {libraries[name]}" for name in ("mesa", "numpy", "scipy", "pandas") if name in libraries)
    yield "Python", str(record.get("python", "?")) + (f"; {told}" if told else "")
    yield "Made", material.scene.made or "?"
    yield "Numbers", "every result in the text stands in numbers.csv, with its table, row and column"


def _ids(material: Material) -> str:
    ids = [str(name) for name in material.study.rows["run_id"]]
    return f"{ids[0]} to {ids[-1]}, in the table plan" if len(ids) > 1 else ids[0]


def _seeds(seeds: list[int]) -> str:
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))


def recorded(material: Material) -> dict[str, Any]:
    """Return ``provenance.json`` of the study; empty if there is none."""
    path = material.study.folder / "provenance.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def commands(material: Material) -> str:
    """Return the commands that make the study and the memo."""
    typed = str(recorded(material).get("command") or "").strip()
    made = [typed] if typed else []
    return "\n".join([*made, f"opengambit memo {shlex.quote(_shown(material.study.folder, typed))}"])


def _shown(folder: Path, typed: str) -> str:
    """Return the folder of the study as the command that made it would call it."""
    outputs = [word.partition("=")[2] for word in shlex.split(typed) if word.startswith("outputs=")]
    return Path(*(outputs[-1:] or ["outputs"]), *folder.resolve().parts[-2:]).as_posix()


def joined(texts: Iterable[str]) -> str:
    """Return sentences as one text."""
    return " ".join(text for text in texts if text)


def span(material: Material) -> str:
    """Return the years that the projection covers: ``2026 to 2030``."""
    first = material.scene.handover if material.scene.handover is not None else material.scene.first
    years = (month_name(first + 1)[:4], month_name(month_index(material.last))[:4])
    return years[0] if years[0] == years[1] else f"{years[0]} to {years[1]}"
