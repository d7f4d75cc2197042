"""Adoption under several policies side by side: shares of tokens by developer bloc, a panel a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.bands import statistics
from experiments.figures.frames import Drawing, MissingMeasureError
from experiments.figures.marks import MID, direct_labels, percent, percent_axis, stack
from experiments.figures.studies.look import handover_said, policy_dates, timeline
from experiments.figures.studies.page import Grid, page
from experiments.figures.studies.sample import Effect, Sample
from experiments.figures.studies.words import Quantity, Scale, effect, listed, pretty
from experiments.figures.style import INK, ORDER, colour, name
from sim.calendar import month_index, month_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.figures.studies.scene import StudyScene

MOST = 6
"""Panels at most."""
COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2}
TALL, TALLER, RIGHT = 1.3, 1.75, 0.78
SAID = 2
"""Blocs whose difference stands over a panel: those with the largest shares under the baseline."""
THIN = 0.07
"""Layers below this share have no number inside."""
WHO = {"US": "US", "CN": "Chinese", "AL": "Allied", "NAL": "Non-aligned"}
SHARE = Quantity("token_share", "Share of tokens", "share")


@dataclass(frozen=True)
class Panel:
    """The shares under a policy.

    Attributes:
        policy: its name.
        bands: bloc -> mean, quantiles and n by month (index: YYYY-MM).
        gaps: bloc -> paired difference from the baseline at the last month; none for the baseline itself.
    """

    policy: str
    bands: Mapping[str, pd.DataFrame]
    gaps: Mapping[str, Effect]

    @property
    def last(self) -> dict[str, float]:
        """The shares at the last month."""
        return {bloc: float(band["mean"].iloc[-1]) for bloc, band in self.bands.items()}


def draw(shares: pd.DataFrame, sample: Sample, scene: StudyScene, policies: Sequence[str]) -> Drawing:
    """Draw ``adoption_policies``: one stack a policy on shared axes, the baseline first.

    Args:
        shares: row, month, key (bloc) and value of each run.
        sample: the runs, of one future and one point of the design.
        scene: the study.
        policies: the baseline, then the others; over six, the rest is named in the subtitle.

    Raises:
        MissingMeasureError: a policy has no finished run.
    """
    chosen, rest = list(policies[:MOST]), list(policies[MOST:])
    months = [month_name(t) for t in range(scene.window[0], scene.window[1] + 1)]
    wide = {
        str(bloc): found.pivot(index="row", columns="month", values="value").astype(np.float64)
        for bloc, found in shares.assign(month=shares["month"].astype(str)).groupby("key", observed=True, sort=False)
    }
    panels = _panels(wide, sample, chosen, months)
    title = _title(panels, months[-1])
    return Drawing("adoption_policies", _figure(title, panels, rest, scene, months), _data(panels), title)


def _panels(
    wide: Mapping[str, pd.DataFrame], sample: Sample, policies: Sequence[str], months: Sequence[str]
) -> list[Panel]:
    blocs = [bloc for bloc in (*ORDER["bloc"], *wide) if bloc in wide]
    rows = {policy: list(sample.runs.index[sample.runs["policy"] == policy]) for policy in policies}
    found = []
    for policy, mine in rows.items():
        if not mine:
            raise MissingMeasureError(f"a finished run of policy {policy}")
        bands = {
            bloc: pd.DataFrame(statistics(wide[bloc].loc[mine].to_numpy()), index=list(wide[bloc].columns))
            for bloc in dict.fromkeys(blocs)
        }
        last = {bloc: wide[bloc][months[-1]] for bloc in bands}
        base = rows[policies[0]]
        gaps = {} if policy == policies[0] else {b: sample.effect(last[b], mine, base) for b in bands}
        found.append(Panel(policy, {bloc: band.reindex(list(months)) for bloc, band in bands.items()}, gaps))
    return found


def _figure(
    title: str, panels: Sequence[Panel], rest: Sequence[str], scene: StudyScene, months: Sequence[str]
) -> Figure:
    cols = COLUMNS.get(len(panels), 3)
    said = sorted(panels[0].last, key=lambda bloc: -np.nan_to_num(panels[0].last[bloc]))[:SAID]
    scale = SHARE.change([gap.mean for panel in panels for gap in panel.gaps.values()])
    heads = [f"{pretty(panel.policy)}: {_said(panel, said, scale)}" for panel in panels]
    text = "World, by home of the developer, share of the tokens of adopters, outside option excluded, mean"
    text += f". After each name: {'shares, then ' if panels[1:] else 'shares '}"
    text += f"paired differences from {pretty(panels[0].policy)} in points, {months[-1]}" if panels[1:] else months[-1]
    text += ", 95\u00a0% intervals in the CSV" if _known(panels) else ""
    text += "; triangle: policy begins" if any(scene.marks(panel.policy) for panel in panels) else ""
    text += handover_said(scene) + (f"; not shown: {listed([pretty(p) for p in rest], 8)}" if rest else "")
    tall = TALLER if len(panels) <= 3 else TALL
    grid = Grid(-(-len(panels) // cols), cols, tall, right=RIGHT, gap=(0.16, 0.34))
    sheet, axes = page(title, text, scene, grid, heads)
    for number, (place, panel) in enumerate(zip(axes, panels, strict=True)):
        _panel(place, panel, scene, named=(number + 1) % cols == 0 or number == len(panels) - 1)
        place.tick_params(labelleft=number % cols == 0)
    return sheet.figure


def _known(panels: Sequence[Panel]) -> bool:
    return any(np.isfinite(gap.low) for panel in panels for gap in panel.gaps.values())


def _said(panel: Panel, blocs: Sequence[str], scale: Scale) -> str:
    """Return the shares of the baseline, or the differences from it."""
    if not panel.gaps:
        return ", ".join(f"{name(bloc)} {percent(panel.last[bloc])}" for bloc in blocs)
    if all(gap.zero for gap in panel.gaps.values()):
        return "no change in any run"
    return ", ".join(f"{name(bloc)} {scale.bare(panel.gaps[bloc].mean, signed=True)}" for bloc in blocs) + " points"


def _panel(axes: Axes, panel: Panel, scene: StudyScene, *, named: bool) -> None:
    table = pd.DataFrame({bloc: band["mean"] for bloc, band in panel.bands.items()})
    table.index = pd.Index([month_index(month) for month in table.index])
    stack(axes, table)
    timeline(axes, scene)
    percent_axis(axes)
    policy_dates(axes, scene.marks(panel.policy), scene)
    row = table.dropna(how="all").iloc[-1].fillna(0.0)
    places = row.cumsum() - row / 2
    for value, place in zip(row, places, strict=True):
        if value >= THIN:
            axes.text(
                table.index[-1] + MID, float(place), f"{percent(float(value))} ", size=6.2, color="white",
                weight="bold", ha="right", va="center", zorder=5,
            )  # fmt: skip
    if named:
        direct_labels(
            axes, places.tolist(), [name(str(bloc)) for bloc in row.index], [colour(str(bloc)) for bloc in row.index],
            size=6.4,
        )  # fmt: skip
    axes.spines["bottom"].set_color(INK)


def _title(panels: Sequence[Panel], month: str) -> str:
    """Say which share is moved most, by which policy; of the baseline alone, who leads."""
    base, others = panels[0], [(panel, bloc) for panel in panels for bloc in panel.gaps]
    if not others:
        lead = max(base.last, key=lambda bloc: np.nan_to_num(base.last[bloc]))
        return f"{WHO.get(lead, lead)} models carry {percent(base.last[lead])} of tokens in {month}"
    if all(panel.gaps[bloc].zero for panel, bloc in others):
        return f"Shares of tokens in {month}: no policy makes a difference in any run"
    clear = [(panel, bloc) for panel, bloc in others if not panel.gaps[bloc].unsure]
    panel, bloc = max(clear or others, key=lambda item: abs(np.nan_to_num(item[0].gaps[item[1]].mean)))
    most = panel.gaps[bloc]
    said = f"{effect(SHARE, most.mean, most.low, most.high)} under {pretty(panel.policy)}"
    head = f"{WHO.get(bloc, bloc)} models' share of tokens in {month}, against {pretty(base.policy)}: "
    return f"{head}no clear difference; largest: {said}" if most.unsure and most.n > 1 else f"{head}{said}"


def _data(panels: Sequence[Panel]) -> pd.DataFrame:
    """Return the bands, and beside those of the last month the differences with their intervals."""
    parts = []
    for panel in panels:
        for bloc, band in panel.bands.items():
            part = band.rename_axis("month").reset_index()
            part.insert(0, "policy", panel.policy)
            part.insert(2, "key", bloc)
            gap = panel.gaps.get(bloc)
            for column in ("mean", "low", "high"):
                values = np.full(len(part), np.nan)
                values[-1] = np.nan if gap is None else getattr(gap, column)
                part[f"difference_{column}"] = values
            parts.append(part)
    return pd.concat(parts, ignore_index=True)
