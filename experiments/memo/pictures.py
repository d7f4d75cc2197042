"""The key figures of a memo, with captions that say what to see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.contrasts.words import noun
from experiments.figures.frames import Drawing
from experiments.figures.studies.words import Quantity, pretty
from experiments.memo.blocks import Figure
from experiments.memo.ledger import Line
from experiments.memo.material import Material, names
from sim.calendar import month_index, month_name

if TYPE_CHECKING:
    import pandas as pd

MOST = 4
"""Figures of a memo."""
MANY = 4
"""From so many policies on, dots are drawn instead of differences over time, which the overview has."""
LASTING = 6
"""Months for which an effect must have stood to be dated."""


@dataclass(frozen=True)
class Picture:
    """A figure that a memo may have.

    Attributes:
        drawing: the figure.
        caption: what to see in it.
    """

    drawing: Drawing
    caption: str


def figures(material: Material, folder: Path) -> list[Figure]:
    """Draw the key figures into a folder, and return them with their captions."""
    from experiments.figures import save
    from experiments.figures.studies import stamp_of
    from experiments.figures.studies.words import at_level
    from experiments.figures.style import house

    material.ledger.section = "Figures"
    stamp, made = stamp_of(material.study), []
    with house(material.scene.labs), at_level(material.spec.level):
        for picture in _first(pictures(material), MOST):
            files = {path.suffix: path for path in save(picture.drawing, folder, stamp)}
            made.append(
                Figure(picture.caption, picture.drawing.title, files[".png"], files.get(".svg"), files.get(".pdf"))
            )
    return made


def pictures(material: Material) -> Iterator[Picture]:
    """Yield the figures by weight: overview, difference, who gains, what carries it, and whose regret."""
    yield from _overview(material)
    if len(material.spec.policies) < MANY:
        yield from _difference(material, material.spec.headline)
    yield from _winners(material)
    yield from _attribution(material)
    if material.spec.game:
        yield from _game(material)
    if len(material.spec.policies) >= MANY:
        yield from _dots(material)
    yield from _regret(material)
    second = _second(material)
    if second:
        yield from _difference(material, second)


def _first(found: Iterable[Picture], most: int) -> Iterator[Picture]:
    for number, picture in enumerate(found):
        if number >= most:
            return
        yield picture


def _overview(material: Material) -> Iterator[Picture]:
    from experiments.figures.studies import overview

    line = material.main
    for drawing in overview.draw(material.found, material.scene):
        text = f"Left: {line.noun} over time; {_parting(material)}right: the paired differences in {material.last}"
        if len(material.futures) > 1:
            text += f", means over {names(material.futures)}"
        elif line.known:
            text += f", of which that of {line.policy} is {line.change()} ({material.level} interval {line.interval()})"
        yield Picture(drawing, text + ".")
        return


def _parting(material: Material) -> str:
    """Say after which month policies may differ from the baseline, if that lies in the figure."""
    months = [event.month for _, events in material.scene.starts for event in events]
    first, last = material.scene.window
    if not months or not first < min(months) <= last:
        return ""
    return f"the policies part from {material.baseline} after {month_name(min(months) - 1)}; "


def _difference(material: Material, measure: str) -> Iterator[Picture]:
    from experiments.figures.studies import difference

    table = material.table("effects")
    mine = table[(table["measure"].astype(str) == measure) & (table["future"] == material.futures[0])]
    if not mine["mean"].notna().any():
        return
    for drawing in difference.draw(mine, material.scene):
        lead = _strongest(material, measure)
        text = f"Paired differences from {material.baseline}: {noun(measure)}, a panel a policy on one scale. "
        yield Picture(drawing, text + _dated(mine, lead))
        return


def _strongest(material: Material, measure: str) -> Line:
    return sorted(material.effects(measure), key=lambda line: (not line.clear, -abs(line.number("mean"))))[0]


def _dated(table: pd.DataFrame, line: Line) -> str:
    """Say since when the effect of a policy has stood without a break, if it has."""
    if not line.clear:
        return f"At {line.month} no policy's interval leaves out zero."
    rows = table[table["policy"].astype(str) == str(line["policy"])].sort_values("month")
    sign = 1.0 if line.rises else -1.0
    ends = rows[["t_low", "t_high"]].min(axis=1) if line.rises else rows[["t_low", "t_high"]].max(axis=1)
    apart = (sign * ends > 0).to_numpy()
    until = [str(month) for month in rows["month"]].index(line.month)
    start = until
    while start > 0 and apart[start - 1]:
        start -= 1
    month = str(rows["month"].iloc[start])
    since = month_index(line.month) - month_index(month) >= LASTING
    text = f"That of {line.policy} is {line.change()} ({line.interval()}) in {line.month}"
    return f"{text}, and its interval has left out zero since {month}." if since else f"{text}."


def _winners(material: Material) -> Iterator[Picture]:
    from experiments.figures.studies import winners

    table = material.table("actors")
    policy = str(material.main["policy"])
    mine = table[(table["policy"].astype(str) == policy) & (table["future"] == material.futures[0])]
    if not len(mine):
        return
    for drawing in winners.draw(mine, material.scene, [material.last]):
        text = (
            f"Who gains and who loses under {pretty(policy)} in {material.last}: paired differences by actor; hollow "
        )
        yield Picture(drawing, text + "where the interval holds zero, and there nothing is claimed.")
        return


def _attribution(material: Material) -> Iterator[Picture]:
    from experiments.comparison.draw import tables
    from experiments.figures.studies import attribution
    from experiments.figures.studies.tables import plain

    table = plain(tables(material.found)["attribution"])
    mine = table[table["policy"].astype(str) == str(material.main["policy"])] if len(table) else table
    if not len(mine):
        return
    for drawing in attribution.draw(mine, material.scene, [material.last]):
        text = f"What the effect of {material.main.policy} is made of in {material.last}. Parts through mechanisms are "
        yield Picture(
            drawing, text + f"what goes missing when one is held at its path under {material.baseline}; they overlap."
        )
        return


def _game(material: Material) -> Iterator[Picture]:
    from experiments.comparison.draw import tables
    from experiments.figures.studies import game
    from experiments.figures.studies.tables import plain

    table = plain(tables(material.found)["game"])
    if len(table):
        text = (
            "Each side's score for every pair of choices against the baseline, and the best replies that can be told "
        )
        yield Picture(game.draw(table, material.scene), text + "apart; scores rest on assumed weights [A].")


def _dots(material: Material) -> Iterator[Picture]:
    from experiments.figures.studies import dots
    from experiments.figures.studies.tables import plain

    table = material.table("effects")
    second = _second(material) or material.spec.headline
    mine = plain(table[(table["measure"].astype(str) == second) & (table["future"] == material.futures[0])])
    for drawing in dots.draw(mine, material.scene, list(material.dates)):
        yield Picture(drawing, f"All policies by their effect on {noun(second)}; hollow where the interval holds zero.")
        return


def _regret(material: Material) -> Iterator[Picture]:
    from experiments.comparison.draw import tables
    from experiments.figures.studies import regret
    from experiments.figures.studies.tables import plain

    if len(material.spec.policies) < 2:
        return
    drawing = regret.draw(plain(tables(material.found)["regret"]), material.scene)
    if drawing is not None:
        text = "Regret by perspective: how far each policy falls short of the best one in the same history, on assumed "
        yield Picture(drawing, text + "weights [A]; dark is worse.")


def _second(material: Material) -> str:
    """Return the measure after the headline on which some effect is clearest; nothing if none is."""
    rows = [
        line for line in material.lines("headline", future=material.futures[0], month=material.last)
        if line.clear and line["measure"] != material.spec.headline
    ]  # fmt: skip
    return str(min(rows, key=lambda line: line.number("p"))["measure"]) if rows else ""


def title_of(measure: str) -> str:
    """Return a measure in a few words."""
    return Quantity.of(measure).title
