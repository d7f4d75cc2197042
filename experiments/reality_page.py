"""Renews the measured tables of ``docs/reality.md``: model against data in 2025, with bands over seeds.

``python -m experiments.reality_page`` runs the real history for 32 seeds (``--seeds N`` for another number) and
replaces what stands between the markers of the page. The words around the tables are written by hand; read them again
after renewing the numbers.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.reality import MODEL, YEAR, compare, matches, observations, yearly
from sim.data import FOLDER

if TYPE_CHECKING:
    import pandas as pd

    from sim.trajectory import Trajectory

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reality.md"
SEEDS = 32
SMALL = 0.01
"""Entities below this share in the data are left to the figures."""

DECEMBER, JUNE = f"{YEAR}-12", f"{YEAR}-06"
MARKERS = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


@dataclass(frozen=True)
class Level:
    """A quantity with a reference value.

    Attributes:
        label: what it is.
        reference: what is known of it, in words.
        read: its value in one run.
        write: how a number is written.
    """

    label: str
    reference: str
    read: Callable[[Trajectory], float]
    write: Callable[[float], str]


@dataclass(frozen=True)
class Course:
    """A series over months beside its instrument.

    Attributes:
        instrument: of the model.
        observation: its name in the observation table.
        entities: entity to the word for it.
        months: which months.
    """

    instrument: str
    observation: str
    entities: Mapping[str, str]
    months: Sequence[str]


COURSES = {
    "router_months": Course(
        "openrouter_token_share",
        "openrouter_top9",
        {"CN": "Chinese", "open": "open"},
        [f"{YEAR}-{month:02d}" for month in range(2, 13)],
    ),
    "ramp_months": Course(
        "ramp_firms",
        "ramp",
        {"OpenAI": "OpenAI", "Anthropic": "Anthropic"},
        [f"{year}-{month}" for year in range(2023, YEAR + 1) for month in ("03", "06", "12")],
    ),
}


def main(args: list[str]) -> int:
    """Run the seeds, renew the tables of the page, and say so."""
    if not PAGE.is_file():
        sys.stderr.write(f"the page is renewed in a checkout: there is no docs/{PAGE.name} here\n")
        return 2
    seeds = int(args[args.index("--seeds") + 1]) if "--seeds" in args else SEEDS
    tables = measured(seeds)
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
    sys.stdout.write(f"docs/{PAGE.name} is renewed with {seeds} seeds\n")
    return 0


def renewed(text: str, tables: dict[str, str]) -> str:
    """Return a page with what stands between its markers replaced."""
    return MARKERS.sub(lambda found: f"{found[1]}{tables[found[2]]}{found[3]}", text)


def measured(seeds: int) -> dict[str, str]:
    """Return the tables of the page by name, as Markdown."""
    import pandas as pd

    from sim import Scenario, simulate

    scenario = Scenario.load(horizon=DECEMBER, centre="calibrated")
    years, models, levels = [], [], []
    readings: dict[str, list[pd.DataFrame]] = {name: [] for name in COURSES}
    for seed in range(seeds):
        run = simulate(scenario, seed)
        years.append(_year(run))
        models.append(_router_models(run))
        levels.append([level.read(run) for level in LEVELS])
        for name, course in COURSES.items():
            readings[name].append(_readings(run, course))
    return {
        "run": _stamp(seeds),
        "instruments": _text(_instruments(pd.concat(years))),
        "router_models": _text(_models(pd.concat(models, axis=1))),
        **{name: _text(_path(pd.concat(readings[name]), course)) for name, course in COURSES.items()},
        "levels": _text(_levels(np.array(levels))),
    }


def _stamp(seeds: int) -> str:
    from experiments.provenance import model_digests
    from sim import __version__

    code, data = model_digests()
    return (
        f"Measured with version {__version__} (code {code[:8]}, data {data[:8]}): `status_quo`, "
        f"2,000 enterprises, seeds 0 to {seeds - 1}.\n"
    )


def _year(run: Trajectory) -> pd.DataFrame:
    """Return one run's means over the observed periods of the year, beside the data."""
    import pandas as pd

    observed = observations()
    observed = observed[observed["calibrate"] != 0]
    frames = [run.instrument(name).assign(instrument=name) for name in matches()]
    readings = pd.concat(frames)
    for column in MODEL:
        readings[column] = readings["value"]
    return yearly(compare(readings, observed, matches()))


def _instruments(years: pd.DataFrame) -> Iterator[Sequence[str]]:
    yield "instrument", "entity", "data", "model", "5 to 95 %", "model / data", "n"
    groups = years.groupby(["instrument", "entity", "place"], sort=False)
    before = ""
    for (instrument, entity, place), rows in groups:
        data = float(rows["data"].iloc[0])
        if data < SMALL:
            continue
        values = rows["model"].to_numpy(float)
        shown = "" if instrument == before else f"`{instrument}`"
        before = str(instrument)
        ratio = f"{np.nanmean(values) / data:.2f}"
        who, n = f"{entity} {place}".strip(), str(rows["n"].iloc[0])
        yield shown, who, _percent(data), *_band(values, _percent), ratio, n


def _router_models(run: Trajectory) -> pd.Series:
    """Return each model's share inside the router's list, mean over the observed months of the year."""
    import pandas as pd

    from sim.instruments import View, listed_tokens
    from sim.measures import Context

    tokens = listed_tokens(View(Context(run.records, run.world, run.scenario.parameters), run.offers))
    inside = [t for t, month in enumerate(run.months) if f"{YEAR}-02" <= month <= DECEMBER]
    share = (tokens / tokens.sum(axis=1, keepdims=True))[inside].mean(axis=0)
    return pd.Series(share, index=[model.name for model in run.offers.models])


def _models(shares: pd.DataFrame) -> Iterator[Sequence[str]]:
    """Pair the largest models of the data and of the model."""
    import pandas as pd

    weekly = pd.read_csv(FOLDER / "router_weekly.csv", keep_default_na=False)
    weekly["share"] = weekly["tokens"].astype(float) / weekly.groupby("week_start")["tokens"].transform("sum")
    weeks = weekly["week_start"].nunique()
    data = weekly[weekly["model"] != ""].groupby("model")["share"].sum() / weeks
    model = shares.fillna(0.0).mean(axis=1)
    seen, simulated = (s.sort_values(ascending=False).head(12) for s in (data, model))
    yield "rank", "data", "", "model", ""
    for rank, (a, b) in enumerate(zip(seen.items(), simulated.items(), strict=True), 1):
        yield str(rank), str(a[0]), _percent(float(a[1])), str(b[0]), _percent(float(b[1]))


def _readings(run: Trajectory, path: Course) -> pd.DataFrame:
    """Return one run's readings of the entities and months of a path."""
    frame = run.instrument(path.instrument)
    return frame[frame["entity"].isin(path.entities) & frame["month"].isin(path.months)].assign(seed=run.seed)


def _path(readings: pd.DataFrame, path: Course) -> Iterator[Sequence[str]]:
    """Put a series beside its instrument, month by month."""
    import pandas as pd

    observed = observations()
    observed = observed[observed["instrument"] == path.observation]
    start, end = (pd.to_datetime(observed[f"period_{side}"]) for side in ("start", "end"))
    observed = observed.assign(month=(start + (end - start) / 2).dt.strftime("%Y-%m"))
    yield "month", *(cell for label in path.entities.values() for cell in (f"{label}: data", "model", "5 to 95 %"))
    for month, rows in readings.groupby("month"):
        cells = [str(month)]
        for entity in path.entities:
            seen = observed[(observed["month"] == month) & (observed["entity"] == entity)]["value"]
            values = rows[rows["entity"] == entity]["value"].to_numpy(float)
            cells += [_percent(float(seen.mean())) if len(seen) else "-", *_band(values, _percent)]
        yield cells


def _levels(values: np.ndarray) -> Iterator[Sequence[str]]:
    yield "quantity", "reference", "model", "5 to 95 %"
    for level, column in zip(LEVELS, values.T, strict=True):
        yield level.label, level.reference, *_band(column, level.write)


def _band(values: np.ndarray, write: Callable[[float], str]) -> tuple[str, str]:
    if not np.isfinite(values).any():
        return "-", "-"
    low, high = np.nanquantile(values, (0.05, 0.95))
    return write(float(np.nanmean(values))), f"{write(float(low))} to {write(float(high))}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if share < 0.0995 else f"{100 * share:.0f}"


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 4 else f"{value:.1f}"


def _billions(millions_a_month: float) -> str:
    return _number(12 * millions_a_month / 1000)


def _text(rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    width = lines[0].count("|") - 1
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]) + "\n"


def _value(measure: str, segment: str, month: str, key: str = "total") -> Callable[[Trajectory], float]:
    def read(run: Trajectory) -> float:
        frame = run.frame(measure)
        found = frame[(frame["segment"] == segment) & (frame["month"] == month) & (frame["key"] == key)]["value"]
        return float(found.iloc[0])

    return read


def _reading(instrument: str) -> Callable[[Trajectory], float]:
    def read(run: Trajectory) -> float:
        frame = run.instrument(instrument)
        return float(frame[frame["month"] == DECEMBER]["value"].iloc[0])

    return read


def _platform(entity: str) -> Callable[[Trajectory], float]:
    """Read the last quarter's mean share of the whole router."""

    def read(run: Trajectory) -> float:
        frame = run.instrument("openrouter_platform_share")
        return float(frame[(frame["entity"] == entity) & (frame["month"] >= f"{YEAR}-10")]["value"].mean())

    return read


def _over(top: Callable[[Trajectory], float], bottom: Callable[[Trajectory], float]) -> Callable[[Trajectory], float]:
    return lambda run: top(run) / bottom(run)


_CHECK, _SURVEY = "check of section 5.5", "large firms, survey of 2025 [V 54]"
_CLOSED, _OPEN = (_value("price_paid", "world", DECEMBER, key) for key in ("closed", "open"))
LEVELS = (
    Level("adoption, US, %", f"25 ± 8, {_CHECK}", _value("adoption", "US", DECEMBER), _percent),
    Level("adoption, allied, %", f"25 ± 8, {_CHECK}", _value("adoption", "AL", DECEMBER), _percent),
    Level("adoption, China, %", f"20, {_CHECK}", _value("adoption", "CN", DECEMBER), _percent),
    Level("adoption, non-aligned, %", f"14, {_CHECK}", _value("adoption", "NAL", DECEMBER), _percent),
    Level("spending a year at the rate of June, bn $", "8.4 [V 10]", _value("spend", "world", JUNE), _billions),
    Level("price paid, closed, $/Mtok", "1.86 [V 1,2]", _CLOSED, _number),
    Level("price paid, open, $/Mtok", "0.23 [V 1,2]", _OPEN, _number),
    Level("closed over open price paid", "8 to 10 at equal intelligence [V 1,2]", _over(_CLOSED, _OPEN), _number),
    Level("open share of the whole router, %", "22 to 33 [V 1,3]", _platform("open"), _percent),
    Level("3 or more families, large, %", f"81, {_SURVEY}", _reading("multihoming_families"), _percent),
    Level("3 or more families, all, %", "-", _value("share_3_families", "world", DECEMBER), _percent),
    Level("5 or more models, large, %", f"37, {_SURVEY}", _reading("multihoming_models"), _percent),
    Level("5 or more models, all, %", "-", _value("share_5_models", "world", DECEMBER), _percent),
    Level("most models in one adopter, SEA", "about 10 (OCBC)", _value("most_models", "SEA", DECEMBER), _number),
    Level("changed primary lab in a year, %", "11, enterprises [V 10]", _reading("vendor_switching"), _percent),
    Level("DeepSeek's share of tokens, China, %", "-", _value("token_share", "CN", DECEMBER, "DeepSeek"), _percent),
    Level("DeepSeek's share of tokens, SAN, %", "-", _value("token_share", "SAN", DECEMBER, "DeepSeek"), _percent),
    Level("DeepSeek's share of tokens, US, %", "-", _value("token_share", "US", DECEMBER, "DeepSeek"), _percent),
)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
