"""Every number of a memo once more, from the stored runs, with nothing of the code that made its tables."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from scipy import stats

from experiments import Study
from experiments.memo.ledger import Said

Row = dict[str, str]


def row_of(said: Said) -> Row:
    """Return the labels of a number's row."""
    return dict(part.split("=", 1) for part in said.row.split("; ") if "=" in part)


class Again:
    """A comparison, computed anew from its runs.

    Args:
        folder: of the study.
    """

    def __init__(self, folder: Path) -> None:
        self.study = Study.open(folder)
        self.plan = self.study.plan
        self.spec = json.loads((folder / "comparison.json").read_text())
        self.baseline, self.sure = self.spec["baseline"], float(self.spec["level"])
        self.many = self.plan["draws"]["draws"] > 1
        self.all_runs, self.tables, self.cells = self.study.runs, {}, {}

    def value(self, said: Said) -> float:
        """Return the number that the memo should have written."""
        labels = row_of(said)
        if said.table == "plan":
            return self.count(said.column)
        if said.column == "most missed":
            return float(1 - (1 - self.sure) ** (1 / self.level("headline", labels, "n")))
        if said.column in ("n", "units", "4 x units", "baseline_mean", "policy_mean"):
            return self.level(said.table, labels, said.column)
        return float(getattr(self, said.table)(labels, said.column))

    # effects

    def runs(self, policy: str, future: str) -> pd.DataFrame:
        """Return the runs of an arm by (draw, seed)."""
        runs = self.all_runs
        mine = runs[(runs["policy"].astype(str) == policy) & (runs["future"].astype(str) == future)]
        return mine.reset_index().set_index(["draw", "seed"])["row"].sort_index()

    def values(self, policy: str, labels: Row) -> pd.Series:
        """Return a measure of an arm at a month by (draw, seed)."""
        rows = self.runs(policy, labels["future"])
        if "actor" in labels:
            return self.actor(rows, labels)
        table = self.wide(labels["measure"])
        return pd.Series(table[labels["month"]].reindex(rows.to_numpy()).to_numpy(), rows.index)

    def wide(self, measure: str) -> pd.DataFrame:
        """Return a headline measure, read once."""
        if measure not in self.tables:
            self.tables[measure] = self.study.wide(measure).astype(np.float64)
        return self.tables[measure]

    def cell(self, measure: str, where: dict[str, Any]) -> pd.DataFrame:
        """Return a cell of a measure in all runs, read once."""
        key = (measure, *sorted(where.items()))
        if key not in self.cells:
            self.cells[key] = self.study.frame(measure, **where)
        return self.cells[key]

    def actor(self, rows: pd.Series, labels: Row) -> pd.Series:
        """Return the cell of an actor."""
        where: dict[str, Any] = {"by": "total"}
        match labels["group"]:
            case "labs":
                where = {"by": "lab", "key": labels["actor"], "segment": "world"}
            case "developer blocs":
                where = {"by": "bloc", "key": labels["actor"], "segment": "world"}
            case "user blocs":
                where |= {"segment_kind": "user_bloc", "segment": labels["actor"]}
            case "regions":
                where |= {"segment_kind": "region", "segment": labels["actor"]}
        frame = self.cell(labels["measure"], where)
        frame = frame[frame["month"].astype(str) == labels["month"]]
        keyed = frame.set_index(["policy", "future", "draw", "seed"])["value"].astype(np.float64)
        runs = self.all_runs.set_index("row").loc[rows.to_numpy()]
        places = list(zip(runs["policy"], runs["future"], runs["draw"], runs["seed"], strict=True))
        return pd.Series(keyed.reindex(places).to_numpy(), rows.index)

    def gaps(self, labels: Row, arm: str = "", base: str = "") -> pd.Series:
        """Return paired differences by (draw, seed)."""
        arm, base = arm or labels["policy"], base or self.baseline
        first, second = self.values(arm, labels), self.values(base, labels)
        return (first - second).dropna()

    def units(self, gaps: pd.Series) -> np.ndarray[Any, Any]:
        """Return one value a seed, or a draw if there are several."""
        return gaps.groupby(level="draw" if self.many else "seed").mean().to_numpy()

    def summary(self, gaps: pd.Series, column: str) -> float:
        """Return a column of an effect."""
        units = self.units(gaps)
        mean, n = float(units.mean()), len(units)
        half = stats.t.ppf((1 + self.sure) / 2, n - 1) * units.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
        same = float((np.sign(gaps) == np.sign(mean)).mean()) if mean else 0.0
        within = gaps.groupby(level="draw").var(ddof=1).mean() if self.many else gaps.var(ddof=1)
        seeds = len(gaps) / max(n, 1)
        between = units.var(ddof=1) - within / seeds if self.many and n > 1 else np.nan
        return float(
            {
                "mean": mean, "t_low": mean - half, "t_high": mean + half, "sign_agreement": same,
                "sd_luck": np.sqrt(within), "sd_parameters": np.sqrt(max(between, 0.0)),
                "helps": float((gaps > 0).mean()),
            }[column]
        )  # fmt: skip

    def headline(self, labels: Row, column: str) -> float:
        return self.summary(self.gaps(labels), column)

    actors = headline

    def level(self, table: str, labels: Row, column: str) -> float:
        """Return a count or a level of a row."""
        if "month" not in labels or "measure" not in labels:
            labels = labels | {"measure": self.spec["headline"], "month": self.spec["dates"][-1]}
        gaps = self.gaps(labels)
        if column == "n":
            return len(gaps)
        if column in ("units", "4 x units"):
            return len(self.units(gaps)) * (4 if column[0] == "4" else 1)
        arm = self.baseline if column == "baseline_mean" else labels["policy"]
        return float(self.units(self.values(arm, labels).reindex(gaps.index)).mean())

    # parts

    def mechanisms(self, labels: Row, column: str) -> float:
        held = self.spec["held"][labels["policy"]]
        total = self.gaps(labels)
        if labels["part"] == "total":
            return self.summary(total, column)
        through = {name: self.gaps(labels, labels["policy"], arm) for name, arm in held.items()}
        if labels["part"] == "through":
            return self.summary(through[labels["mechanism"]], column)
        return self.summary(total - sum(through.values()), column)

    def attribution(self, labels: Row, column: str) -> float:
        alone = {name: self.gaps(labels, arm) for name, arm in self.spec["parts"][labels["policy"]].items()}
        total = self.gaps(labels)
        match labels["part"]:
            case "together":
                return self.summary(total, column)
            case "alone":
                return self.summary(alone[labels["lever"]], column)
            case "last in":
                rest = self.spec["rests"][labels["policy"]][labels["lever"]]
                return self.summary(self.gaps(labels, labels["policy"], rest), column)
        return self.summary(total - sum(alone.values()), column)

    # many at once

    def multiplicity(self, labels: Row, column: str) -> float:
        tests = []
        for policy in self.spec["policies"]:
            for future in self.plan["futures"]:
                for measure in self.spec["measures"]:
                    for month in self.spec["dates"]:
                        place = {"policy": policy, "future": future, "measure": measure, "month": month}
                        gaps = self.gaps(place)
                        if len(self.units(gaps)) > 1:
                            tests.append((gaps, self.units(gaps)))
        still = [bool((gaps == 0).all()) for gaps, _ in tests]
        p = [
            1.0 if zero else float(stats.ttest_1samp(units, 0).pvalue)
            for (_, units), zero in zip(tests, still, strict=True)
        ]
        match column:
            case "comparisons":
                return len(tests)
            case "exclude_zero":
                return sum(value < 1 - self.sure for value in p)
            case "by_chance":
                return (1 - self.sure) * (len(tests) - sum(still))
        ordered, worst, below = sorted(p), 0.0, 0
        for place, value in enumerate(ordered):
            worst = max(worst, value * (len(p) - place))
            below += worst < 1 - self.sure
        return below

    # perspectives

    def score(self, policy: str, labels: Row) -> pd.Series:
        """Return the weighted gain of a perspective over the baseline by (draw, seed)."""
        wanted = _objective(labels["objective"])["measures"]
        weights = sum(item["weight"] for item in wanted)
        parts = []
        for item in wanted:
            sign = 1.0 if item["sign"] == "+" else -1.0
            gaps = self.gaps(labels | {"measure": item["measure"]}, policy)
            parts.append(sign * item["weight"] / weights * gaps / item["scale"])
        return sum(parts[1:], parts[0])

    def objectives(self, labels: Row, column: str) -> float:
        return self.summary(self.score(labels["policy"], labels).dropna(), column)

    def regret(self, labels: Row, column: str) -> float:
        arms = [self.baseline, *self.spec["policies"]]
        scores = pd.DataFrame({arm: self.score(arm, labels) for arm in arms}).dropna()
        assert column == "best_share"
        best = scores.max(axis=1)
        return float((scores[labels["policy"]] == best).mean())

    # crossings

    def thresholds(self, labels: Row, column: str) -> float:
        rule = next(rule for rule in self.spec["thresholds"] if rule["measure"] == labels["measure"])
        if column == "value":
            return float(rule["value"])
        first = {arm: self.crossing(arm, labels["future"], rule) for arm in (labels["policy"], self.baseline)}
        if column == "crossed_share":
            return float(np.isfinite(first[labels["policy"]]).mean())
        shift = (first[labels["policy"]] - first[self.baseline]).replace([np.inf, -np.inf], np.nan).dropna()
        return self.summary(shift, {"shift": "mean", "shift_low": "t_low", "shift_high": "t_high"}[column])

    def crossing(self, arm: str, future: str, rule: dict[str, Any]) -> pd.Series:
        rows = self.runs(arm, future)
        table = self.wide(rule["measure"]).reindex(rows.to_numpy())
        since = rule["month"] or table.columns[0]
        table = table[[month for month in table.columns if month >= since]]
        met = table >= rule["value"] if rule["sign"] == ">=" else table <= rule["value"]
        at = [float(np.argmax(line)) if line.any() else np.inf for line in met.to_numpy()]
        return pd.Series(at, rows.index)

    def satisficing(self, labels: Row, column: str) -> float:
        measure, sign, value, month = re.match(r"(\w+)(>=|<=)([\d.]+)@(.+)", labels["demand"]).groups()  # type: ignore[union-attr]
        place = {"measure": measure, "month": month, "future": labels["future"]}
        met = {
            arm: (self.values(arm, place) >= float(value))
            if sign == ">="
            else (self.values(arm, place) <= float(value))
            for arm in (labels["policy"], self.baseline)
        }
        mine, base = met[labels["policy"]], met[self.baseline]
        if column in ("low", "high"):
            n = self.effective(mine.astype(float))
            return wilson(float(mine.mean()), n, self.sure)[column == "high"]
        return float({
            "share": mine.mean(), "gained": (mine & ~base).sum(), "lost": (base & ~mine).sum(),
        }[column])  # fmt: skip

    def effective(self, met: pd.Series) -> float:
        """Return how many independent runs are as sure as these (Korn and Graubard 1998)."""
        if not self.many:
            return float(len(met))
        means = met.groupby(level="draw").mean()
        variance = means.var(ddof=1) / len(means)
        p = met.mean()
        return float(len(means) if variance == 0 else np.clip(p * (1 - p) / variance, len(means), len(met)))

    # assumptions

    def sensitivity(self, labels: Row, column: str) -> float:
        draws = pd.read_parquet(self.study.folder / "draws.parquet").drop(columns="draw")
        varied = draws[[name for name in draws if draws[name].nunique() > 1]]
        effects = self.units(self.gaps(labels))
        found = {name: stats.spearmanr(varied[name], effects) for name in varied}
        if column == "rho":
            return float(found[labels["parameter"]].statistic)
        if column == "p_holm":
            ordered = sorted(float(item.pvalue) for item in found.values())
            p = float(found[labels["parameter"]].pvalue)
            worst = max(value * (len(ordered) - place) for place, value in enumerate(ordered) if value <= p)
            return min(1.0, worst)
        low = (varied[labels["parameter"]] <= varied[labels["parameter"]].median()).to_numpy()
        return float(effects[low if column == "mean_low_half" else ~low].mean())

    def screening(self, labels: Row, column: str) -> float:
        from experiments.memo import screening

        with (Path(screening.__file__).parent / "assumptions.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                if row["parameter"] == labels["parameter"] and row["measure"] == labels["measure"]:
                    return float(row[column])
        raise LookupError(labels)

    # counts

    def count(self, what: str) -> float:
        """Return a count of the plan."""
        spec, plan = self.spec, self.plan
        lines = self.study.manifest.runs
        known = {
            "policies": len(spec["policies"]) - 1, "draws": plan["draws"]["draws"], "seeds": len(plan["seeds"]),
            "other measures": len(spec["measures"]) - 1, "measures": len(spec["measures"]) - 1,
            "enterprises": plan["settings"].get("enterprises"), "runs": plan["runs"], "runs done": lines,
            "runs failed": len(self.study.failed),
            "parameters drawn": (
                pd.read_parquet(self.study.folder / "draws.parquet").drop(columns="draw").nunique().gt(1).sum()
                if plan["draws"]["draws"] else 0
            ),
        }  # fmt: skip
        return float(known.get(what, np.nan))


def wilson(p: float, n: float, level: float) -> tuple[float, float]:
    """Return the ends of the set of shares that a score test does not reject, by its quadratic equation."""
    z2 = stats.norm.ppf((1 + level) / 2) ** 2
    roots = np.roots([1 + z2 / n, -(2 * p + z2 / n), p * p])
    return max(0.0, float(min(roots.real))), min(1.0, float(max(roots.real)))


@cache
def _objective(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parents[3] / "conf" / "objective" / f"{name}.yaml").read_text()))


def close(written: float, again: float) -> bool:
    """Say whether two numbers are the same but for the last bits of sums and of stored single precision."""
    if isnan(written) or isnan(again):
        return isnan(written) == isnan(again)
    return abs(written - again) <= 1e-5 * max(1e-3, abs(written), abs(again))
