"""What a comparison is, where it came from and how to make it again, line by line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from experiments.contrasts.spec import FILE, Comparison

if TYPE_CHECKING:
    from experiments.studies.store import Study


def about_comparison(study: Study, spec: Comparison, *, title: str = "", command: str = "") -> dict[str, str]:
    """Return what the first sheet of a workbook, or the head of a memo, says.

    Args:
        study: the runs.
        spec: what is compared.
        title: default: the policies against the baseline.
        command: that makes it again; default: that of the study, if it has one on record.
    """
    plan, failed = study.plan, len(study.failed)
    there = study.manifest.runs
    draws = plan["draws"]["draws"]
    typed = command or _command(study)
    lines = {
        "title": title or f"{', '.join(spec.policies)} against {spec.baseline}",
        "study": f"{plan['verb']} {plan['name']}, plan {plan['plan']} ({plan['digest']})",
        "runs": f"{there - failed} of {plan['runs']} done, {failed} failed, {plan['runs'] - there} missing",
        "policies": ", ".join(arm["name"] for arm in plan["policies"]),
        "futures": ", ".join(plan["futures"]),
        "parameters": f"{draws} draws from {plan['draws']['kind']}" if draws else "as given",
        "seeds": _numbers(plan["seeds"]),
        "settings": json.dumps(plan["settings"], sort_keys=True),
        "recording level": plan["record"],
        "code of sim": str(plan["code"]),
        "data of sim": str(plan["data"]),
        "intervals": f"{100 * spec.level:g} percent; bootstrap: {spec.replicates} resamples, seed {spec.seed}",
    }
    if spec.precision is not None:
        used = "" if spec.pairs is None else f"; {spec.pairs} units used"
        lines["precision"] = f"half-width {spec.precision:g} of {spec.headline} asked for{used}"
    if typed:
        lines["to make it again"] = typed
    lines["what is compared"] = f"{FILE} beside the tables"
    lines["status"] = "conditional on the model and its assumptions; not a forecast"
    return lines


def _numbers(seeds: list[int]) -> str:
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))


def _command(study: Study) -> str:
    try:
        made: dict[str, Any] = json.loads((study.folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(made.get("command") or "")
