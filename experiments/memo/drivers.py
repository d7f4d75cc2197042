"""What drives the result: mechanisms, levers, what moves along, and who gains and loses."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.contrasts.words import percent
from experiments.figures.studies.words import listed, pretty
from experiments.figures.style import name
from experiments.memo.blocks import Block, Bullets, Column, Heading, Paragraph, Table
from experiments.memo.lead import moved, part
from experiments.memo.ledger import Line
from experiments.memo.material import Material

MOST = 3
"""Policies whose drivers are told one by one."""
ACTORS = 3
"""Actors named on either side."""
GROUPS = {
    "labs": (("revenue", "labs' revenue"), ("token_share", "labs' share of tokens")),
    "user blocs": (("welfare", "users' welfare"),),
    "regions": (("welfare", "users' welfare by region"),),
}


def drivers(material: Material) -> list[Block]:
    """Return the section."""
    material.ledger.section = "What drives the result"
    lines = material.ranked[:MOST]
    blocks: list[Block] = [Heading("What drives the result"), Bullets(tuple(_driver(material, line) for line in lines))]
    table = _parts_table(material)
    blocks += [table] if table else []
    return blocks


def gains(material: Material) -> list[Block]:
    """Return who gains and who loses, for the policy that the memo leads with; nothing if actors were not recorded."""
    material.ledger.section = "Who gains, who loses"
    items = sides(material)
    head = Heading("Who gains, who loses")
    if items:
        intro = f"Under {material.main.policy}, in {material.last}, against {material.baseline}; only effects that "
        intro += "stand after Holm's correction for all actors are named:"
        return [head, Paragraph(intro), Bullets(tuple(items))]
    if len(material.table("actors")):
        text = f"No actor's gain or loss under {material.main.policy} stands after Holm's correction for all of them."
        return [head, Paragraph(text)]
    text = "Labs and blocs were not recorded apart: run the same comparison with `record=series` (regions: `panel`)."
    return [head, Paragraph(text)]


def sides(material: Material) -> list[str]:
    """Return who gains and who loses under the policy that the memo leads with, a sentence a measure."""
    return [
        item for group, measures in GROUPS.items() for name, said in measures
        for item in _sides(material, group, name, said)
    ]  # fmt: skip


def _driver(material: Material, line: Line) -> str:
    """Return what carries one policy's effect."""
    policy = str(line["policy"])
    rows = moved(material, policy)
    clear = [row for row in rows if row.clear]
    held = _held(material, policy)
    head = f"**{line.policy}**: "
    if line.zero and all(row.zero for row in rows):
        return head + "nothing that is measured changes in any run."
    if not any(row.known for row in rows):
        return head + "a single pair of runs says nothing about what else moves."
    unclear = len(rows) - len(clear)
    text = (
        f"along with it move {listed([part(row) for row in clear[:4]], 4)}" if clear else "nothing else moves clearly"
    )
    if unclear and clear:
        text += f"; of {material.ledger.count(len(rows), 'measures')} other measures "
        text += f"{material.ledger.count(unclear, 'unclear')} can't be told from unmoved"
    return f"{head}{text}.{f' {held}' if held else ''}"


def _held(material: Material, policy: str) -> str:
    """Return what the part that no single mechanism carries comes to."""
    where = {"policy": policy, "measure": material.spec.headline, "month": material.last, "future": material.futures[0]}
    rest = material.lines("mechanisms", part="direct and interactions", **where)
    if not rest or not rest[0].known:
        return ""
    return f"What no single mechanism accounts for comes to {rest[0].change()} ({rest[0].interval()})."


def _parts_table(material: Material) -> Table | None:
    """Return mechanisms and levers of the leading policy as a table; None if nothing was taken apart."""
    line = material.main
    where = {"policy": str(line["policy"]), "measure": material.spec.headline, "month": material.last}
    where |= {"future": material.futures[0]}
    mechanisms = _ordered(material.lines("mechanisms", **where), "mechanism")
    levers = _ordered(material.lines("attribution", **where), "lever")
    levers = levers if len({row["lever"] for row in levers if row["part"] == "alone"}) > 1 else []
    found = [*mechanisms, *(row for row in levers if not (mechanisms and row["part"] == "together"))]
    if not found:
        return None
    still = [_named(row) for row in found if row.zero and row.note("0", "mean")]
    rows = [(_named(row), row.cell(), row.percent("sign_agreement")) for row in found if not row.zero]
    columns = (Column("Part of the effect", weight=3.0), Column(f"Effect ({material.level} interval)", "right", 2.4),
               Column("Pairs with this sign", "right", 1.2))  # fmt: skip
    caption = f"{line.policy}: the effect on {line.noun} in {material.last}, taken apart"
    return Table(caption, columns, tuple(rows), _apart_note(material, bool(mechanisms), bool(levers), still))


def _apart_note(material: Material, mechanisms: bool, levers: bool, still: Sequence[str]) -> str:
    notes = []
    if mechanisms:
        notes.append(
            f"Through: the effect less that with the mechanism held at its path under {material.baseline}; such parts "
            "overlap."
        )
    if levers:
        notes.append("Alone: one lever of the package; last in: the package less the package without the lever.")
    if still:
        notes.append(f"Exactly 0 in every pair: {listed(still, 9)}.")
    return " ".join(notes)


def _ordered(lines: Sequence[Line], label: str) -> list[Line]:
    kinds = ("total", "together", "through", "alone", "last in", "interaction", "direct and interactions")
    return sorted(
        lines, key=lambda row: (kinds.index(str(row["part"])), -abs(row.number("mean")), str(row.row.get(label)))
    )


def _named(row: Line) -> str:
    what = row.row.get("mechanism") or row.row.get("lever")
    what = pretty(str(what)) if isinstance(what, str) and what else ""
    match str(row["part"]):
        case "total" | "together":
            return "whole effect"
        case "through":
            return f"through {what}"
        case "alone":
            return f"{what} alone"
        case "last in":
            return f"{what} last in"
        case "interaction":
            return "interaction of the levers"
    return "direct effect and interactions"


def _sides(material: Material, group: str, measure: str, said: str) -> list[str]:
    """Return a bullet on who gains and loses most on a measure; nothing if nobody does."""
    where = {"group": group, "measure": measure, "policy": str(material.main["policy"]), "month": material.last}
    lines = material.lines("actors", future=material.futures[0], **where)
    stands = 1 - material.spec.level
    clear = [line for line in lines if line.clear and line.number("p_holm") < stands]
    clear.sort(key=lambda line: -line.number("mean"))
    if not clear:
        return []
    parts = [
        f"{word}: {_actors(side, material)}"
        for word, side in (
            ("up", [line for line in clear if line.rises]),
            ("down", [line for line in reversed(clear) if not line.rises]),
        )
        if side
    ]
    return [f"{said[0].upper()}{said[1:]}, {'; '.join(parts)}."]


def _actors(lines: Sequence[Line], material: Material) -> str:
    said = listed([_actor(line) for line in lines[:ACTORS]], ACTORS)
    more = len(lines) - ACTORS
    return f"{said}; {material.ledger.count(more, 'more actors')} more" if more > 0 else said


def _actor(line: Line) -> str:
    return f"{name(str(line['actor']))} {line.change()} ({line.interval()})"


def objectives(material: Material) -> list[Block]:
    """Return what the policies are worth to each side, as sentences."""
    material.ledger.section = "Who gains, who loses"
    month = material.spec.month_judged(material.dates)
    rows = material.lines("objectives", future=material.futures[0], month=month)
    titles = dict(zip(material.table("weights")["objective"], material.table("weights")["title"], strict=True))
    items = []
    for side in dict.fromkeys(str(row["objective"]) for row in rows):
        mine = [row for row in rows if row["objective"] == side]
        helped = [_score(row) for row in mine if row.clear and row.rises]
        hurt = [_score(row) for row in mine if row.clear and not row.rises]
        parts = [f"better off under {listed(helped, 4)}"] if helped else []
        parts += [f"worse off under {listed(hurt, 4)}"] if hurt else []
        if not any(row.known or row.zero for row in mine):
            parts = ["no score with an interval"]
        parts = parts or ["no policy can be told from none"]
        items.append(f"{titles.get(side, side)}: {'; '.join(parts)}.")
    if not items:
        return []
    intro = "By the assumed weights of each perspective [A] (in large changes; in brackets the share of histories that"
    return [Paragraph(f"{intro} are better):"), Bullets(tuple(items))]


def _score(row: Line) -> str:
    helped = row.number("helps")
    row.note(percent(helped).split(" percent")[0].split(" ")[-1], "helps")
    return f"{row.policy} {row.plain('mean', signed=True)} ({percent(helped).replace(' percent', chr(160) + '%')})"
