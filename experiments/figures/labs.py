"""Money of closed US labs, mark-ups, and the share of each family in the ecosystem."""

from __future__ import annotations

import pandas as pd

from experiments.figures.frames import Drawing, Drawings, MissingMeasureError, Scene, Tables, select, tidy, wide
from experiments.figures.marks import event_marks, percent
from experiments.figures.series import Look, draw_lines, last, millions
from experiments.figures.sheet import Sheet
from experiments.figures.style import BLOCS, GREY, INK, OPENNESS

STRIP, ROWS = 0.34, 2
MONEY = {"us_closed_rd": "R&D compute", "us_closed_revenue": "revenue", "us_closed_profit": "gross profit"}
MONEY_SHADES = {"us_closed_rd": INK, "us_closed_revenue": BLOCS["US"], "us_closed_profit": "#4FA3D6"}
SELLERS, FAMILIES, YEAR = 6, 8, 12


def money(tables: Tables, scene: Scene) -> Drawings:
    """Draw ``closed_labs``: revenue, gross profit and R&D of closed US labs, and mark-ups of those who sell most."""
    cash = pd.concat(select(tables.bands, measure, by="total").assign(key=measure) for measure in MONEY)
    markup = select(tables.bands, "markup", by="lab")
    sellers = _largest(select(tables.bands, "revenue", by="lab"), SELLERS, markup)
    (spent, month), (earned, _) = last(cash, "us_closed_rd"), last(cash, "us_closed_revenue")
    title = f"Closed US labs sell for {millions(earned)} a month in {month} and spend {millions(spent)} on R&D"
    text = "US labs whose latest flagship was closed at the hand-over; mark-up: price over cost less 1"
    sheet = Sheet(3.6, title, text, scene)
    left, right = sheet.axes(1, 2, left=0.62, right=0.98, gap=(1.6, 0), strip=STRIP, panel_titles=True)
    draw_lines(left, cash, tuple(MONEY), scene, Look(millions, MONEY, MONEY_SHADES, log=True, short=True))
    shown = markup[markup["key"].isin(sellers)]
    draw_lines(right, shown, sellers, scene, Look("{:.2g}".format, short=True, size=6.0))
    for axes, head in ((left, "Money a month"), (right, "Mark-up of closed models")):
        axes.set_title(head, pad=72 * STRIP - 2)
    event_marks([left, right], [event for event in scene.events if event.kind != "release"], rows=ROWS)
    yield Drawing("closed_labs", sheet.figure, tidy(pd.concat([cash, shown])), title)


def ecosystem(tables: Tables, scene: Scene) -> Drawings:
    """Draw ``ecosystem``: shares of the largest families, and the lead of the largest open one."""
    share = select(tables.bands, "ecosystem_share", by="lab")
    lead = select(tables.bands, "open_standard_lead", by="total").assign(key="lead")
    families = _largest(share, FAMILIES)
    first = families[0]
    (value, month), (ahead, _) = last(share, first), last(lead, "lead")
    title = f"{first} is the largest family in {month} with {percent(value)} of the ecosystem; the largest open one "
    title += f"{'leads' if ahead > 0 else 'trails'} the largest closed one by {100 * abs(ahead):.0f} points"
    text = "Share of the stock of use that applications are built on; open use counts more"
    sheet = Sheet(4.6, title, text, scene)
    top, low = sheet.axes(2, right=1.3, strip=STRIP, heights=(2, 1), gap=(0, 0.4))
    shown = share[share["key"].isin(families)]
    draw_lines(top, shown, families, scene, Look(percent))
    look = Look(_points, {"lead": "lead"}, {"lead": OPENNESS["open"]})
    draw_lines(low, lead, ("lead",), scene, look)
    low.set_title("Largest open family less largest closed one")
    low.axhline(0.0, color=GREY, lw=0.6)
    event_marks([top, low], scene.events)
    yield Drawing("ecosystem", sheet.figure, tidy(pd.concat([shown, lead])), title)


def _points(value: float) -> str:
    return f"{100 * value:+.0f}\u00a0pt" if abs(value) >= 0.005 else "0\u00a0pt"


def _largest(frame: pd.DataFrame, number: int, known: pd.DataFrame | None = None) -> list[str]:
    """Return the labs with the largest mean over the last year, those with a value in ``known`` only."""
    table = wide(frame).tail(YEAR).mean().sort_values(ascending=False)
    names = [str(key) for key in table.index if table[key] > 0]
    if known is not None:
        seen = set(known.loc[known["mean"].notna(), "key"].astype(str))
        names = [key for key in names if key in seen]
    if not names:
        raise MissingMeasureError("a lab with a value")
    return names[:number]
