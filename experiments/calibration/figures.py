"""Figures of a calibration: priors and posteriors, distances by generation, what pins what, correlations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.calibration.abc import Floats
from experiments.calibration.heat import heat_map
from experiments.calibration.session import Calibrated
from experiments.calibration.tables import NARROW, quantile
from experiments.figures.frames import Drawing, Scene
from experiments.figures.layout import columns
from experiments.figures.marks import direct_labels
from experiments.figures.studies.look import SLATE
from experiments.figures.studies.page import Grid, axis_names, page
from experiments.figures.style import GREY, INK
from experiments.provenance import version
from sim.calendar import month_index

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 12
TALL = 0.62
DISTANCES = 2.6
"""Inches of panels."""
LIGHT = "#A9BBC7"


@dataclass(frozen=True)
class CalibrationScene(Scene):
    """What every figure of a calibration says about itself.

    Attributes:
        draws: accepted draws.
        ess: their effective number.
    """

    draws: int = 0
    ess: float = 0.0

    @property
    def sample(self) -> str:
        """Say how many draws stand behind the figure."""
        return f"{self.draws} accepted draws, worth {self.ess:.0f}"

    @property
    def source(self) -> str:
        """Return the source line at the foot of a figure."""
        return f"OpenGambit {self.version} · calibration {self.run} · {self.scenario}"


def scene_of(found: Calibrated) -> CalibrationScene:
    """Return the scene of a calibration."""
    asked, last = found.asked, month_index(found.asked.last)
    return CalibrationScene(
        f"set {asked.set.name}, data to {asked.last}", asked.set.numbers.seeds, asked.digest, version(), 0, last,
        draws=found.population.weights.size, ess=found.population.ess,
    )  # fmt: skip


def drawings(found: Calibrated, tables: dict[str, pd.DataFrame]) -> Iterator[Drawing]:
    """Yield all figures of a calibration."""
    scene = scene_of(found)
    yield prior_posterior(found, scene)
    yield distances(found, scene)
    yield pins(tables["pins"], scene)
    yield correlations(found, tables["correlations"], scene)


def prior_posterior(found: Calibrated, scene: Scene) -> Drawing:
    """Draw ``prior_posterior``: a panel a parameter, its posterior over its prior range."""
    names = [path.split(".", 1)[1].replace("_", " ") for path in found.asked.set.paths]
    ratios = found.population.sd / 12**-0.5
    halved = int((ratios < NARROW).sum())
    title = f"The data narrow {halved} of {len(names)} parameters to less than half the spread of their priors"
    text = "Bars: posterior density; line: prior; dot and bar: median, 5 to 95\u00a0%; triangle: default"
    cols = columns(len(names), min(4, len(names)), (1.5, TALL + 0.5))
    grid = Grid(-(-len(names) // cols), cols, TALL, left=0.14, right=0.12, gap=(0.2, 0.26))
    sheet, panels = page(title, text, scene, grid, names)
    rows = []
    for k, panel in enumerate(panels):
        rows += _density(panel, found, k)
    return Drawing("prior_posterior", sheet.figure, pd.DataFrame(rows), title)


def _density(axes: Axes, found: Calibrated, k: int) -> list[dict[str, object]]:
    """Draw the posterior of one parameter and return its bars."""
    item, weights = found.asked.set.free[k], found.population.weights
    values = found.accepted[:, k]
    height, edges = np.histogram(values, BINS, (item.low, item.high), weights=weights)
    density = height * BINS  # 1 is the prior
    axes.bar(edges[:-1], density, np.diff(edges), align="edge", color=LIGHT, edgecolor="white", linewidth=0.4)
    axes.axhline(1.0, color=GREY, lw=0.8, ls=(0, (4, 2)))
    top = max(1.25, float(density.max())) * 1.3
    low, middle, high = (quantile(values, weights, level) for level in (0.05, 0.5, 0.95))
    axes.hlines(0.93 * top, low, high, color=SLATE, lw=1.5)
    axes.plot(middle, 0.93 * top, "o", ms=3.4, color=SLATE)
    if item.low <= item.default <= item.high:
        axes.plot(item.default, 0.0, "^", ms=4, mfc=INK, mec="white", mew=0.4, clip_on=False, zorder=5)
    axes.set(xlim=(item.low, item.high), ylim=(0, top), yticks=[])
    axes.set_xticks([item.low, (item.low + item.high) / 2, item.high])
    axes.set_xticklabels([f"{tick:.3g}" for tick in axes.get_xticks()], size=6)
    first, _, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.spines["left"].set_visible(False)
    return [
        {"parameter": item.path, "from": float(edges[b]), "to": float(edges[b + 1]), "posterior": float(density[b]),
         "prior": 1.0, "q05": low, "q50": middle, "q95": high, "default": item.default}
        for b in range(BINS)
    ]  # fmt: skip


def distances(found: Calibrated, scene: Scene) -> Drawing:
    """Draw ``distances``: every draw of each generation, the tolerance, and the distance before and at the centre."""
    before, after = float(found.before.total[0]), float(found.judged.total[1])
    way = "falls" if after < before else "goes"
    title = f"The distance to the data {way} from {before:.2f} to {after:.2f}"
    text = (
        "Distance of each draw, root mean square, 1 being what need not be explained; dark: accepted at last; bar: "
        "median; dotted: tolerance; dashed: as shipped; solid: at the centre"
    )
    sheet, (axes,) = page(title, text, scene, Grid(1, 1, DISTANCES, left=0.5, right=0.85, below=0.14), [""])
    parts = []
    for number in range(len(found.sampled.generations)):
        _generation(axes, rows := _draws(found, number))
        parts.append(rows.assign(before=before, centre=after))
    _references(axes, before, after, len(found.sampled.generations))
    axis_names(sheet, [axes], "generation", "distance")
    return Drawing("distances", sheet.figure, pd.concat(parts, ignore_index=True), title)


def _draws(found: Calibrated, number: int) -> pd.DataFrame:
    """Return the draws of a generation that gave a distance: which of them count at last, and the tolerance."""
    run, population = found.sampled.generations[number], found.population
    known = np.flatnonzero(np.isfinite(run.distances))
    mine = population.draw[population.generation == number]
    return pd.DataFrame({
        "generation": number, "draw": known, "distance": run.distances[known], "accepted": np.isin(known, mine),
        "tolerance": found.sampled.populations[number].tolerance,
    })  # fmt: skip


def _generation(axes: Axes, rows: pd.DataFrame) -> None:
    number, values = int(rows["generation"].iloc[0]), rows["distance"].to_numpy(np.float64)
    x = number + _spread(len(rows))
    for chosen, colour, size in ((~rows["accepted"], LIGHT, 1.8), (rows["accepted"], SLATE, 2.2)):
        axes.plot(x[chosen], values[chosen], "o", ms=size, color=colour, mew=0, zorder=3)
    axes.hlines(np.median(values), number - 0.4, number + 0.4, color=INK, lw=1.0, zorder=4)
    dots = (0, (1, 1))
    axes.hlines(rows["tolerance"].iloc[0], number - 0.46, number + 0.46, color=GREY, lw=0.8, ls=dots, zorder=4)


def _references(axes: Axes, before: float, after: float, count: int) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set(xlim=(-0.6, count - 0.4), yscale="log")
    axes.set_xticks(range(count))
    axes.yaxis.set_major_locator(LogLocator(10, (1, 1.5, 2, 3, 5, 7)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.axhline(before, color=INK, lw=0.9, ls=(0, (4, 2)), zorder=2)
    axes.axhline(after, color=INK, lw=0.9, zorder=2)
    direct_labels(axes, [before, after], [f"shipped {before:.2f}", f"centre {after:.2f}"], [INK, INK], 6.2)


def _spread(count: int, width: float = 0.38) -> Floats:
    """Return offsets that spread the draws of a generation in the order of their numbers (golden section)."""
    place = (np.arange(count) * 0.6180339887498949) % 1.0
    return np.asarray((2 * place - 1) * width)


def pins(rows: pd.DataFrame, scene: Scene) -> Drawing:
    """Draw ``pins``: parameters x series, what stands out from noise as colour and number."""
    table = rows.pivot_table("narrowed", "parameter", "series", sort=False, aggfunc="first")
    clear = rows.pivot_table("clear", "parameter", "series", sort=False, aggfunc="first").astype(bool)
    pinned = int(clear.any(axis=1).sum())
    title = f"Of {len(table)} parameters, {pinned} are narrowed by some series beyond what chance narrows"
    text = (
        "1 less the ratio of spreads, best fifth of the prior draws by one series against all of them; blank: no more "
        "than random fifths narrow (so that one parameter in twenty has a number by chance)"
    )
    return Drawing("pins", heat_map(title, text, scene, table, clear), rows, title)


def correlations(found: Calibrated, square: pd.DataFrame, scene: Scene) -> Drawing:
    """Draw ``correlations``: of the parameters in the posterior, what stands out from noise as colour and number."""
    table = square.set_index("parameter")
    noise = min(2 / found.population.ess**0.5, 1.0)
    below = np.tri(len(table), k=-1, dtype=bool)
    clear = pd.DataFrame((table.abs().to_numpy() >= noise) & below, table.index, table.columns)
    title = "No correlation in the posterior stands out from noise"
    if clear.to_numpy(bool).any():
        values = np.where(below, table.to_numpy(np.float64), 0.0)
        row, col = divmod(int(np.abs(values).argmax()), len(table))
        names = f"{_bare(table.index[row])} with {_bare(table.columns[col])}"
        title = f"Strongest correlation in the posterior: {values[row, col]:+.2f}, {names}"
    text = f"Weighted Spearman; blank: below {noise:.2f}, two standard errors"
    return Drawing("correlations", heat_map(title, text, scene, table, clear, middle=0.0), square, title)


def _bare(path: object) -> str:
    return str(path).split(".", 1)[-1].replace("_", " ")
