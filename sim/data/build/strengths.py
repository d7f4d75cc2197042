"""Lab strengths xi and routing propensities by a first, shrunk share inversion (docs/model.md, section 10).

The contraction of Berry (1994) and Berry, Levinsohn and Pakes (1995), taken through the instruments and shrunk:
xi moves by the difference of observed and modelled log-odds of the 2025 means, less a ridge that stands for a prior
sd of 1 util, until it stops. Each series speaks of what it can see:

- router shares: developers' coding; labs that the weekly list never shows are bounded from above;
- Menlo: the coding-heavy spending of enterprises and regulated firms;
- Ramp: how many firms hold any slot, so their other tasks;
- derivatives on Hugging Face: developers' other tasks (Meta, Alibaba);
- device telemetry: assistants of all classes (DeepSeek).

A lab with a direct business (Menlo) has the same strength among developers. What its router share then lacks is its
routing propensity (customers who buy direct), taken from the first three months of the series and held; what its
router share has too much is developers' taste. What is estimated on 2025 holds in every month [A].

Run ``python -m sim.data.build.strengths``: about a minute. Every row is an estimate of this model, tag [A].
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.market.arrays import Floats
from sim.running import simulate
from sim.scenario import Scenario
from sim.tables import DATA, load_world, read_table
from sim.world import CLASSES, TASKS, World

SEEDS = 6
ROUNDS = 24
STEP = 0.6
RIDGE = 0.1
"""Error variance of a log-odds over the prior variance of xi (1 util squared)."""
UNSEEN = 0.01
"""Router share that a lab which never entered the weekly list is taken to stay below [A]."""
FIRST_MONTHS = ("2025-02", "2025-03", "2025-04")
DIRECT = ("OpenAI", "Anthropic", "Google")
CARDS = ("OpenAI", "Anthropic")
"""Labs whose direct sales the card panel sees; bundles (Google) hardly show there."""
CODING, ASSISTANT, DEVELOPER = TASKS.index("coding"), TASKS.index("assistant"), CLASSES.index("developer")
OTHER_TASKS = [k for k, name in enumerate(TASKS) if name not in ("coding", "video")]
SOURCE = "share inversion of this model on the 2025 means of observations.csv"


@dataclass
class Estimate:
    """The unknowns: xi by lab, and the log propensity to show on a router."""

    developer: Floats
    developer_tasks: Floats
    coding: Floats
    tasks: Floats
    assistant: Floats
    """For assistants, instead of ``tasks``; NaN where nothing was observed."""
    routing: Floats
    """Of a lab with a direct business: its log routing propensity if below 0, what developers add to xi if above."""

    @property
    def propensity(self) -> Floats:
        """Log propensity to show on a router, at most 0."""
        return np.minimum(self.routing, 0.0)

    def world(self, base: World) -> World:
        """Return the world with these strengths."""
        xi = np.zeros_like(base.strengths)
        xi[:, CODING, DEVELOPER] = self.developer
        xi[:, OTHER_TASKS, DEVELOPER] = self.developer_tasks[:, None]
        for kind in range(len(CLASSES)):
            if kind != DEVELOPER:
                xi[:, CODING, kind] = self.coding
                xi[:, OTHER_TASKS, kind] = self.tasks[:, None]
        known = ~np.isnan(self.assistant)
        xi[known, ASSISTANT] = self.assistant[known, None]
        return replace(base, strengths=xi, propensity=self.propensity)


@dataclass(frozen=True)
class Targets:
    """What was observed: means of 2025 by lab."""

    router: dict[str, float]
    router_first: dict[str, float]
    menlo: dict[str, float]
    ramp: dict[str, float]
    derivatives: dict[str, float]
    telemetry: dict[str, float]
    """DeepSeek's share by region, countries averaged."""

    @classmethod
    def load(cls) -> Targets:
        """Read the means from the observation table."""
        table = pd.read_csv(DATA / "observations.csv")
        month = (
            pd.to_datetime(table.period_start)
            + (pd.to_datetime(table.period_end) - pd.to_datetime(table.period_start)) / 2
        )
        table["month"] = month.dt.strftime("%Y-%m")
        this_year = table[table.month.str.startswith("2025") & (table.entity_type == "lab")]

        def means(rows: pd.DataFrame) -> dict[str, float]:
            return {str(lab): float(value) for lab, value in rows.groupby("entity").value.mean().items()}

        router = this_year[this_year.instrument == "openrouter_top9"]
        spend = this_year[this_year.series == "enterprise API spend share"]
        return cls(
            router=means(router),
            router_first=means(router[router.month.isin(FIRST_MONTHS)]),
            menlo=means(spend),
            ramp=means(this_year[this_year.instrument == "ramp"]),
            derivatives=means(this_year[this_year.series == "share of new derivatives (ATOM)"]),
            telemetry=_by_region(this_year[this_year.instrument == "telemetry"]),
        )


def _by_region(rows: pd.DataFrame) -> dict[str, float]:
    region_of = {country: row["region"] for row in read_table("regions") for country in row["members"].split(";")}
    return {str(region): float(v) for region, v in rows.groupby(rows.geography.map(region_of)).value.mean().items()}


def readings(world: World, year: str = "2025") -> dict[str, dict[str, float]]:
    """Return the modelled means by instrument and lab over the seeds."""
    scenario = Scenario.load("status_quo", horizon=f"{year}-12", history_until=f"{year}-12")
    names = ("openrouter_token_share", "menlo_spend", "ramp_firms", "hf_derivatives", "telemetry_deepseek")
    frames: dict[str, list[pd.DataFrame]] = {name: [] for name in names}
    for seed in range(SEEDS):
        run = simulate(scenario, seed, world=world)
        for name in names:
            frames[name].append(run.instrument(name))
    out: dict[str, dict[str, float]] = {}
    for name in names:
        table = pd.concat(frames[name])
        months = sorted(m for m in table.month.unique() if m.startswith(year))
        if name == "openrouter_token_share":
            months = [m for m in months if m >= FIRST_MONTHS[0]]
            first = table[table.month.isin(FIRST_MONTHS)].groupby("entity").value.mean()
            out["router_first"] = {str(k): float(v) for k, v in first.items()}
        key = "geography" if name == "telemetry_deepseek" else "entity"
        mean = table[table.month.isin(months)].groupby(key).value.mean()
        out[name] = {str(k): float(v) for k, v in mean.items()}
    return out


def _logit(share: float) -> float:
    share = min(max(share, 0.002), 0.998)
    return float(np.log(share / (1.0 - share)))


def _moved(value: float, seen: float, modelled: float) -> float:
    return value + STEP * (_logit(seen) - _logit(modelled) - RIDGE * value)


def improve(estimate: Estimate, targets: Targets, model: dict[str, dict[str, float]], world: World) -> Estimate:
    """Take one damped step of the contraction."""
    new = Estimate(**{field.name: getattr(estimate, field.name).copy() for field in fields(estimate)})
    rest_seen = 1.0 - sum(targets.menlo[lab] for lab in DIRECT)
    rest_model = 1.0 - sum(model["menlo_spend"][lab] for lab in DIRECT)
    for k, lab in enumerate(world.lab_names):
        if lab in DIRECT:
            new.coding[k] = _moved(estimate.coding[k], targets.menlo[lab], model["menlo_spend"][lab])
            new.routing[k] = _routed(estimate.routing[k], targets, model, lab)
            new.developer[k] = new.coding[k] + max(new.routing[k], 0.0)
        else:
            new.coding[k] = _moved(estimate.coding[k], rest_seen, rest_model)
            seen, modelled = targets.router.get(lab, 0.0), model["openrouter_token_share"][lab]
            new.developer[k] = _moved(
                estimate.developer[k], seen if seen >= UNSEEN else min(modelled, UNSEEN), modelled
            )
        new.tasks[k] = new.coding[k]
        if lab in CARDS:
            new.tasks[k] = _moved(estimate.tasks[k], targets.ramp[lab], model["ramp_firms"][lab])
        new.developer_tasks[k] = new.developer[k]
        if lab in targets.derivatives:
            shares = targets.derivatives[lab], model["hf_derivatives"][lab]
            new.developer_tasks[k] = _moved(estimate.developer_tasks[k], *shares)
    _move_assistant(new, estimate, targets, model, world.lab_names.index("DeepSeek"))
    return new


def _routed(value: float, targets: Targets, model: dict[str, dict[str, float]], lab: str) -> float:
    """Move what a router shows of a lab with a direct business beyond what its business strength explains.

    Less than that is customers who buy direct, estimated on the first months; more can only be developers' taste.
    """
    if value < 0:
        return _moved(value, targets.router_first[lab], model["router_first"][lab])
    return _moved(value, targets.router[lab], model["openrouter_token_share"][lab])


def _move_assistant(
    new: Estimate, old: Estimate, targets: Targets, model: dict[str, dict[str, float]], lab: int
) -> None:
    value = float(np.nan_to_num(old.assistant[lab]))
    gaps = [_logit(seen) - _logit(model["telemetry_deepseek"][region]) for region, seen in targets.telemetry.items()]
    new.assistant[lab] = value + STEP * (float(np.mean(gaps)) - RIDGE * value)


def estimate_strengths(rounds: int = ROUNDS) -> tuple[Estimate, dict[str, dict[str, float]], Targets]:
    """Run the contraction and return the estimate, the last readings and the targets."""
    base = load_world()
    size = len(base.lab_names)
    zeros = {field.name: np.zeros(size) for field in fields(Estimate)}
    estimate, targets = Estimate(**zeros | {"assistant": np.full(size, np.nan)}), Targets.load()
    for step in range(rounds):
        model = readings(estimate.world(base))
        estimate = improve(estimate, targets, model, base)
        shown = {lab: round(model["openrouter_token_share"][lab], 3) for lab in targets.router if lab in base.lab_names}
        print(f"round {step + 1}: router {shown}")
    return estimate, readings(estimate.world(base)), targets


def write(estimate: Estimate, folder: Path = DATA) -> None:
    """Write lab_strengths.csv and routing_propensities.csv."""
    world = load_world()
    xi = estimate.world(world).strengths
    tail = ["A", "low", SOURCE, ""]
    with (folder / "lab_strengths.csv").open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(["lab", "task", "class", "xi", "estimated_on", "tag", "confidence", "source_title", "source_url"])
        for lab, task, kind in np.ndindex(xi.shape):
            if TASKS[task] != "video":
                names = world.lab_names[lab], TASKS[task], CLASSES[kind]
                out.writerow([*names, f"{xi[lab, task, kind]:.4g}", "2025", *tail])
    with (folder / "routing_propensities.csv").open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(["lab", "log_propensity", "first", "last", "tag", "confidence", "source_title", "source_url"])
        for name, value in zip(world.lab_names, estimate.propensity, strict=True):
            out.writerow([name, f"{value:.4g}", FIRST_MONTHS[0], FIRST_MONTHS[-1], *tail])


def main() -> None:
    """Estimate, print the fit, write the tables."""
    estimate, model, targets = estimate_strengths()
    for name, seen in (
        ("openrouter_token_share", targets.router),
        ("menlo_spend", targets.menlo),
        ("ramp_firms", targets.ramp),
        ("hf_derivatives", targets.derivatives),
        ("telemetry_deepseek", targets.telemetry),
    ):
        for key, value in sorted(seen.items(), key=lambda item: -item[1]):
            if key in model[name]:
                print(f"{name:24} {key:12} seen {value:.3f} model {model[name][key]:.3f}")
    write(estimate)


if __name__ == "__main__":
    main()
