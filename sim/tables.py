"""Reading the data tables into a world; sim/data/README.md says how each table was made."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.calendar import month_index, month_name
from sim.data.check import check_tables
from sim.errors import InputError, Problem
from sim.market.arrays import Floats
from sim.strengths import Strengths
from sim.world import (
    CHANNEL_NAMES,
    CLASSES,
    NEVER,
    TASKS,
    TEXT_TASKS,
    LineRecord,
    ModelRecord,
    PriceRecord,
    World,
    video_level,
)

DATA = Path(__file__).parent / "data"
STRENGTHS = "lab_strengths.csv"

Row = dict[str, str]


def read_table(name: str, folder: Path = DATA) -> list[Row]:
    """Return the rows of one data table.

    Raises:
        InputError: if the table is missing.
    """
    path = folder / f"{name}.csv"
    if not path.is_file():
        raise InputError(Problem(str(path), name, "the table is missing", "the tables that sim/data/README.md lists"))
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def load_world(folder: Path | None = None) -> World:
    """Return the world that the tables of a folder describe (default: those that ship with the model).

    Raises:
        InputError: names the file, row and column of each illegal value.
    """
    return _load(folder or DATA)


@lru_cache(maxsize=4)
def _load(folder: Path) -> World:
    check_tables(folder)
    regions = read_table("regions", folder)
    labs = sorted(read_table("labs", folder), key=lambda row: row["lab"])
    models, lines = _models(folder), _lines(folder)
    rent = {month_index(row["month"]): float(row["usd_per_h100_hour"]) for row in read_table("rent", folder)}
    n_months = max(*(model.month for model in models), *rent) + 1
    names = tuple(row["lab"] for row in labs)
    codes = tuple(row["region"] for row in regions)
    homes = tuple(row["home"] for row in labs)
    shape = _Shape(codes, names, homes, n_months)
    made = World(
        region_codes=codes,
        region_names=tuple(row["name"] for row in regions),
        region_blocs=tuple(row["bloc"] for row in regions),
        region_gdp=_column(regions, "gdp_share"),
        region_adoption=_column(regions, "initial_adoption"),
        lab_names=names,
        lab_homes=homes,
        lab_blocs=tuple(row["bloc"] for row in labs),
        lab_income=_column(labs, "ecosystem_income"),
        lab_fund=_column(labs, "fund_musd_per_month"),
        lines=lines,
        models=models,
        prices=_prices(folder, "prices"),
        host_prices=_prices(folder, "host_prices"),
        promotions=_promotions(folder, [model.name for model in models], n_months),
        access=shape.access(read_table("availability", folder)),
        rent=np.array([rent[min(t, max(rent))] for t in range(n_months)]),
        trust=shape.by_home(read_table("trust", folder), "trust"),
        bans=shape.bans(read_table("bans", folder)),
        fit=shape.fit(read_table("fit", folder)),
        strengths=np.zeros((len(names), len(TASKS), len(CLASSES))),
        propensity=np.zeros(len(names)),
        n_months=n_months,
        coding_share=tuple(
            (month_index(row["month"]), float(row["share"]))
            for row in _optional("usage_mix", folder)
            if (row["class"], row["task"]) == ("developer", "coding")
        ),
    )
    given = folder / STRENGTHS
    return Strengths(STRENGTHS, given.read_text(encoding="utf-8")).placed(made) if given.is_file() else made


@dataclass(frozen=True)
class _Shape:
    """Turns long tables into arrays."""

    regions: tuple[str, ...]
    labs: tuple[str, ...]
    homes: tuple[str, ...]
    n_months: int

    def by_home(self, rows: Iterable[Row], column: str) -> Floats:
        table = np.zeros((len(self.regions), len(self.labs)))
        for row in rows:
            table[self.regions.index(row["region"]), self._of_home(row["home"])] = float(row[column])
        return table

    def bans(self, rows: Iterable[Row]) -> Floats:
        table = np.zeros((len(self.regions), len(self.labs), 3))
        for row in rows:
            channel = CHANNEL_NAMES.index(row["channel"])
            table[self.regions.index(row["region"]), self._of_home(row["home"]), channel] = float(row["ban"])
        return table

    def fit(self, rows: Iterable[Row]) -> Floats:
        table = np.zeros((len(self.regions), len(self.labs), len(TASKS)))
        for row in rows:
            region, task = self.regions.index(row["region"]), TASKS.index(row["task"])
            table[region, self._of_home(row["home"]), task] = float(row["fit"])
        return table

    def access(self, rows: Iterable[Row]) -> Floats:
        table = np.ones((self.n_months, len(self.labs), len(self.regions)))
        for row in rows:
            if row["lab"] not in self.labs:
                continue
            first = max(month_index(row["from"]), 0)
            last = month_index(row["until"]) + 1 if row["until"] else self.n_months
            table[first:last, self.labs.index(row["lab"]), self.regions.index(row["region"])] = float(row["share"])
        return table

    def _of_home(self, home: str) -> list[int]:
        return [k for k, h in enumerate(self.homes) if h == home]


def _optional(name: str, folder: Path) -> list[Row]:
    return read_table(name, folder) if (folder / f"{name}.csv").is_file() else []


def _column(rows: list[Row], name: str) -> Floats:
    return np.array([float(row[name]) for row in rows])


def _number(text: str) -> float:
    return float(text) if text not in ("", None) else float("nan")


def _models(folder: Path) -> tuple[ModelRecord, ...]:
    records = [_model(row) for row in read_table("models", folder) if row["replaces"] == "1"]
    return tuple(sorted(records, key=lambda m: (m.lab, m.line, m.month)))


def _model(row: Row) -> ModelRecord:
    q = _number(row["q"])
    tasks = [_number(row[f"q_{task}"]) for task in TEXT_TASKS]
    logit = _number(row["q_beyond_logit"] or "0")
    beyond = [logit * _number(row[f"q_{task}_beyond_weight"] or "0") for task in TEXT_TASKS]
    if row["domain"] == "video":
        q = video_level(float(row["date"][:4]) + (int(row["date"][5:7]) - 0.5) / 12)
        tasks, beyond = [q] * 4, [0.0] * 4
    active, total = _number(row["active_b"]), _number(row["total_b"])
    return ModelRecord(
        name=row["model"],
        lab=row["lab"],
        line=row["line"],
        month=month_index(row["month"]),
        offered=month_index(row["offer_month"] or row["month"]),
        licence=row["licence"],
        q=q,
        q_task=(tasks[0], tasks[1], tasks[2], tasks[3]),
        active=active,
        total=10 * active if np.isnan(total) else total,
        beyond=(beyond[0], beyond[1], beyond[2], beyond[3]),
    )


def _lines(folder: Path) -> tuple[LineRecord, ...]:
    rows = sorted(read_table("lines", folder), key=lambda row: (row["lab"], row["line"]))
    return tuple(
        LineRecord(
            name=row["line"],
            lab=row["lab"],
            tier=row["tier"],
            video=row["domain"] == "video",
            live_until=month_index(row["live_until"]),
            withdrawn=row["live_until_basis"] == "withdrawn",
        )
        for row in rows
    )


def _prices(folder: Path, name: str) -> tuple[PriceRecord, ...]:
    return tuple(
        PriceRecord(
            model=row["model"],
            start=month_index(row["from"]),
            end=month_index(row["until"]) if row["until"] else NEVER,
            price=float(row["price"]),
            hosts=int(float(row.get("n_hosts") or 0)),
        )
        for row in read_table(name, folder)
    )


def _promotions(folder: Path, names: list[str], n_months: int) -> Floats:
    """Return the share of each month in which a model is free for the developer class (reach included)."""
    table = np.zeros((len(names), n_months))
    for row in read_table("promotions", folder):
        if row["model"] not in names:
            continue
        days = _days_free(row, n_months)
        index = names.index(row["model"])
        table[index] = np.minimum(table[index] + days * float(row["reach"]), 1.0)
    return table


def _days_free(row: Row, n_months: int) -> Floats:
    first = np.datetime64(row["from"])
    last = np.datetime64(row["until"]) if row["until"] else np.datetime64("2100-01-01")
    shares = np.zeros(n_months)
    for t in range(n_months):
        start = np.datetime64(month_name(t), "D")
        end = np.datetime64(month_name(t + 1), "D")
        days = (min(end, last + np.timedelta64(1, "D")) - max(start, first)) / np.timedelta64(1, "D")
        shares[t] = max(float(days), 0.0) / float((end - start) / np.timedelta64(1, "D"))
    return shares
