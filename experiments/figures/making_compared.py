"""Family -> figures of a comparison, from its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from experiments.figures.asking import Asked
from experiments.figures.frames import Drawing, MissingMeasureError
from experiments.figures.retitle import retitled
from experiments.figures.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison.report import Compared

Maker = Callable[[Subject, Asked], Iterator[Drawing]]


def _found(subject: Subject, asked: Asked, *, one: bool = False) -> Compared:
    """Return the comparison as asked; of one measure only where that is all a figure shows."""
    spec = subject.spec
    changed: dict[str, Any] = {}
    if asked.measure:
        changed |= {"measures": (asked.measure,), "headline": asked.measure}
    elif one and not asked.whole and spec is not None:
        changed["measures"] = (spec.headline,)
    if asked.dates:
        changed |= {"dates": asked.dates, "judged_at": asked.dates[-1]}
    return subject.compared(**changed)


def _tables(found: Compared) -> dict[str, pd.DataFrame]:
    """Return the tables with the columns that figures read."""
    from experiments.comparison.draw import tables
    from experiments.figures.studies.tables import plain

    return {name: plain(table) for name, table in tables(found).items() if len(table)}


def _dates(found: Compared) -> tuple[str, ...]:
    return found.spec.dates or (str(found.tables["effects"]["month"].iloc[-1]),)


def _measures(found: Compared, asked: Asked) -> list[str]:
    """Return the headline; for a default set also the measures that ``compare`` draws beside it."""
    from experiments.comparison.draw import MEASURES

    spec = found.spec
    others = [name for name in spec.measures if name != spec.headline] if asked.whole else []
    return [spec.headline, *others[: MEASURES - 1]]


def _of(table: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Return the rows of the chosen policies."""
    if not asked.policies:
        return table
    return table[table["policy"].astype(str).isin(asked.policies)].reset_index(drop=True)


def _in(drawings: Iterator[Drawing], asked: Asked) -> Iterator[Drawing]:
    """Yield the figures of the chosen future: each says which it is, as all of them are drawn."""
    for drawing in drawings:
        if not asked.future or set(drawing.data["future"].astype(str)) == {asked.future}:
            yield drawing


def _effects(name: str, *, dated: bool) -> Maker:
    def maker(subject: Subject, asked: Asked) -> Iterator[Drawing]:
        module = import_module(f"experiments.figures.studies.{name}")
        found = _found(subject, asked, one=True)
        effects = _of(_tables(found)["effects"], asked)
        for measure in _measures(found, asked):
            mine = effects[effects["measure"].astype(str) == measure]
            more = (_dates(found),) if dated else ()
            yield from _in(module.draw(mine, subject.scene, *more), asked)

    return maker


def _winners(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    module = import_module("experiments.figures.studies.winners")
    found = _found(subject, asked)
    table = found.tables.get("actors")
    if table is None or table.empty:
        raise MissingMeasureError("a table of actors")
    mine = _of(table, asked)
    if asked.future:
        mine = mine[mine["future"].astype(str) == asked.future].reset_index(drop=True)
    yield from module.draw(mine, subject.scene, _dates(found))


def _overview(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    yield from import_module("experiments.figures.studies.overview").draw(_found(subject, asked), subject.scene)


def _regret(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import regret

    table = _tables(_found(subject, asked)).get("regret")
    drawing = None if table is None else regret.draw(table, subject.scene)
    if drawing is None:
        raise MissingMeasureError("a regret: no policy has a score")
    yield _judged(drawing, asked)


def _attribution(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import attribution

    found = _found(subject, asked, one=True)
    table = _tables(found).get("attribution")
    if table is None:
        raise MissingMeasureError("a part of a policy: no run of any of them is finished")
    yield from attribution.draw(_of(table, asked), subject.scene, _dates(found))


def _game(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import game

    found = _found(subject, asked)
    table = _tables(found).get("game")
    if table is None:
        raise MissingMeasureError("a cell of the game")
    yield _judged(game.draw(table, subject.scene), asked)


def _judged(drawing: Drawing, asked: Asked) -> Drawing:
    """Return a figure that says at which month it judges, in its title and in its name, if somebody chose it."""
    if not asked.dates:
        return drawing
    month = asked.dates[-1]
    return replace(retitled(drawing, f"{drawing.title} (judged in {month})"), name=f"{drawing.name}_{month}")


MAKERS: dict[str, Maker] = {
    "overview": _overview,
    "difference": _effects("difference", dated=False),
    "dots": _effects("dots", dated=True),
    "winners": _winners,
    "regret": _regret,
    "attribution": _attribution,
    "game": _game,
}
