"""The assumptions of a memo: what was changed, what the policies assume, which [A] parameters matter; with sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from experiments.figures.studies.words import Quantity, number, pretty
from experiments.memo.blocks import Block, Bullets, Column, Heading, Paragraph, Table
from experiments.memo.material import Material, names
from sim.futures import NONE
from sim.parameter_sets import named_set
from sim.parameters import catalogue
from sim.schema import ParameterInfo

STRONGEST = 6
"""[A] parameters that the table shows."""
USUAL = {
    "choice": "sampled", "population_seed": 0, "reactions": False, "resample_population": False, "strategy": "adaptive",
    "world": "history",
}  # fmt: skip
"""Settings of a study that nobody changed."""
FIRMS = 300
"""Enterprises of the screening (`experiments.assumptions`)."""
TOLD = ("params", "centre", "levers", "history_until", "horizon", "enterprises")
"""Settings that are told elsewhere."""


def assumptions(material: Material) -> list[Block]:
    """Return the section."""
    material.ledger.section = "Assumptions"
    items = [*_changed(material), *_futures(material), *_policies(material), *_perspectives(material)]
    blocks: list[Block] = [Heading("Assumptions"), Bullets(tuple(items))]
    table = _strongest(material)
    if table is not None:
        text = "Parameters tagged [A] are assumptions: a default and a range, and no source. Under the status quo these"
        text += " move the headline measure most over their range, one at a time; all are in docs/assumptions.md."
        blocks += [Paragraph(text), table]
    return blocks


def _changed(material: Material) -> Iterator[str]:
    """Yield what differs from the defaults in every run."""
    settings = material.plan["settings"]
    known = {info.path: info for info in catalogue()}
    params: Mapping[str, Any] = settings.get("params") or {}
    for path, value in sorted(params.items()):
        info = known.get(str(path))
        default = f" instead of {number(info.default)}" if info else ""
        yield f"Parameter `{path}` is {number(value)}{default}{_meant(info)}."
    for key, value in settings.get("levers") or ():
        yield f"In all runs, `lever.{key}` is {value}."
    other = {key: value for key, value in settings.items() if key not in TOLD and value != USUAL.get(key)}
    told = [f"`{key}` is {_plain(value)}" for key, value in sorted(other.items()) if value not in (None, "", {}, [])]
    if told:
        yield f"Settings that are not the default, in all runs: {'; '.join(told)}."
    centre: Mapping[str, Any] = settings.get("centre") or {}
    if centre:
        number_of = material.ledger.count(len(centre), "parameters", one="parameter")
        calibrated = centre == named_set("calibrated")
        where = "their calibrated values (docs/validation.md)" if calibrated else "the values of a set (`params=`)"
        yield f"{number_of} have {where}, unless said otherwise here."
    if not params:
        kept = "Every parameter that was not drawn" if material.draws else "Every parameter"
        kept += " that is in no set" if centre else ""
        yield f"{kept} has its default; `opengambit params` lists each with range, meaning and source."
    if material.draws:
        count = material.ledger.count(material.draws, "draws", one="draw")
        kind = material.plan["draws"]["kind"]
        yield (
            f"Parameters are {count} from the prior ranges, uniform and independent, so their spread is one of "
            "assumptions and not of knowledge."
            if kind == "priors"
            else f"Parameters are {count} of the posterior `{material.plan['draws']['source']}`."
        )


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    return number(value)


def _meant(info: ParameterInfo | None) -> str:
    return f" ({info.unit}; {info.meaning}; {info.tag})" if info else ""


def _futures(material: Material) -> Iterator[str]:
    for name in material.futures:
        future = None if name == NONE else material.future(name)
        if future is not None:
            yield f"Future {pretty(name)}: {_ended(future.reason or future.title)} [A]"
    if material.futures == (NONE,):
        yield "No future is added: chips, funding and algorithms grow as parameters say; nothing comes from outside."


def _policies(material: Material) -> Iterator[str]:
    """Yield how many entries of the policies are assumed, and how many have a source in the record."""
    entries = [
        entry
        for policy in material.policies.values() if policy is not None
        for entry in policy.entries if entry.origin != "status_quo"
    ]  # fmt: skip
    entries = list({(entry.origin, entry.key, entry.start): entry for entry in entries}.values())
    assumed = sum("A" in entry.tag.strip("[]").split() or entry.tag.strip("[]") == "A" for entry in entries)
    if entries:
        total = material.ledger.count(len(entries), "entries of the policies", one="entry", many="entries")
        count = material.ledger.count(assumed, "assumed entries")
        yield f"The policies have {total}, below with sources; in {count} the value is assumed [A]."


def _perspectives(material: Material) -> Iterator[str]:
    sides = list(dict.fromkeys(material.table("weights")["title"].astype(str)))
    if sides:
        yield f"What counts as better for {names(sides)} rests on assumed weights and scales [A] (table weights)."


def _strongest(material: Material) -> Table | None:
    """Return the assumptions to which the headline measure reacts most under the status quo; None if not screened."""
    from experiments.memo.screening import strongest

    measure = material.spec.headline
    rows = strongest(measure, STRONGEST) if material.scene.handover is not None else []
    if not rows:
        return None
    known = {info.path: info for info in catalogue()}
    columns = (
        Column("Parameter", weight=2.2), Column("What it is", weight=3.6), Column("Default (range)", "right", 1.5),
        Column("Effect of the range", "right", 2.0),
    )  # fmt: skip
    cells = []
    for row in rows:
        info = known.get(row.parameter)
        text = material.ledger.line("screening", asdict(row)).cell()
        span = f"{number(row.default)} ({number(row.low)} to {number(row.high)})"
        cells.append((f"`{row.parameter}`", _short(info.meaning if info else ""), span, text))
    first = rows[0]
    caption = f"{Quantity.of(measure).title}: the assumptions that move it most"
    note = (
        f"High end of the range less low end, status quo, {first.month}, 95\u00a0% interval. From a screening with "
        f"{FIRMS} enterprises and {first.n} seeds, a small sample, not corrected for the number of parameters."
    )
    return Table(caption, columns, tuple(cells), note)


def _short(text: str) -> str:
    """Return what a parameter is without its symbol and equation."""
    plain = re.sub(r"\s*\((?:E\d+[^)]*)\)", "", text)
    head, colon, rest = plain.partition(": ")
    return (rest if colon and len(head) <= 12 else plain).strip()


def _ended(text: str) -> str:
    flat = " ".join(text.split())
    return flat if flat.endswith((".", "!", "?")) else f"{flat}."
