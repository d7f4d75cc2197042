"""The verb ``results``: what a study of many runs says, on the screen or as CSV."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.info.table import Column, show
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from experiments.studies.store import Study

LINES = 40
"""Lines of the overview on the screen; CSV and JSON have all."""
SHOWN = ("cn_token_share_outside_cn", "us_token_share", "open_token_share", "us_closed_rd", "gap_months", "price_paid")
"""Headline measures of the overview."""
ROWS = 12
"""Keys of a split that the screen shows, the largest first; CSV has all."""


def main(args: list[str]) -> int:
    """Print or export the results of a study; the exit code is 1 if it holds no finished run.

    Raises:
        InputError: no such study, unknown names, a damaged shard.
    """
    from experiments.studies.store import Study

    wanted = _parser().parse_args(args)
    study = Study.open(wanted.study, skip_damaged=wanted.skip_damaged)
    if wanted.sql:
        frame = study.sql(wanted.sql)
        return _export(frame, wanted.csv or "-")
    if len(study.failed) == study.manifest.runs:
        sys.stdout.write("".join(f"{line}\n" for line in [*_state(study), *_failures(study)]))
        return 1
    if wanted.measure:
        return _measure(study, wanted)
    if wanted.csv:
        return _export(_headlines(study), wanted.csv)
    _overview(study, as_json=wanted.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="opengambit results", description="Print or export the results of a study of many runs.",
        epilog="Example: opengambit results outputs/latest --measure token_share --by bloc --csv shares.csv",
    )  # fmt: skip
    parser.add_argument("study", type=Path, help="a study folder, or outputs/latest")
    parser.add_argument("--measure", help="a measure of `opengambit measures`, or a headline measure")
    parser.add_argument("--by", help="one split of the measure: bloc, lab, openness, total ... (default: all)")
    parser.add_argument("--segment", help="the users: world (default), excl_CN, US, CN, AL, NAL")
    parser.add_argument("--each", action="store_true", help="with --csv: every run, not the band over runs")
    parser.add_argument("--csv", help="write to this file instead; - for the standard output")
    parser.add_argument("--sql", help="a DuckDB query over the views runs, series, events, plan")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    parser.add_argument("--skip-damaged", action="store_true", help="leave out shards that are damaged")
    return parser


def _overview(study: Study, *, as_json: bool) -> None:
    """Show the headline measures at the last month, a line a policy, future and point."""
    table = _headlines(study)
    last = max(table["month"])
    rows: list[dict[str, Any]] = []
    labels = ["policy", "future", *_varied(study)]
    lines = table[table["month"] == last].groupby(labels, observed=True, sort=False)
    for place, group in lines:
        cells = {str(line["headline"]): _cell(line) for line in group.to_dict("records")}
        rows.append(dict(zip(labels, place, strict=True)) | {"runs": int(group["n"].max())} | cells)
    notes = ["Mean and, in brackets, the 5 to 95 percent quantiles over runs.", *_failures(study)]
    if len(rows) > LINES and not as_json:
        notes.insert(0, f"The first {LINES} of {len(rows)} lines; --csv has all.")
        rows = rows[:LINES]
    title = "\n".join([*_state(study), "", last])
    show(rows, _columns(study, rows), title=title, as_json=as_json, notes=notes)


def _columns(study: Study, rows: Sequence[dict[str, Any]]) -> list[Column]:
    """Return the columns of the overview; a factor is named by the last part of its key, if no other has it."""
    from sim.headlines import HEADLINES

    factors = _varied(study)[1:]
    short = [key.rpartition(".")[2] for key in factors]
    columns = [Column("policy", "policy", keep=True)]
    columns += [Column("future", "future")] if len(study.plan["futures"]) > 1 else []
    columns += [
        Column(key, name if short.count(name) == 1 else key, right=all(isinstance(row[key], float) for row in rows))
        for key, name in zip(factors, short, strict=True)
    ]
    columns += [Column("runs", "runs", right=True)]
    return columns + [Column(name, f"{name} ({HEADLINES[name].unit})", right=True) for name in SHOWN]


def _varied(study: Study) -> list[str]:
    """Return ``point`` and the keys of the factors of a design of several points; nothing for one point."""
    design = study.plan["design"]
    return ["point", *design["keys"]] if design["points"] > 1 else []


def _headlines(study: Study) -> pd.DataFrame:
    """Return the band of each headline measure of the overview: of its one cell, not of all that the measure has."""
    import pandas as pd

    from sim.headlines import HEADLINES

    varied = _varied(study)
    across = ("policy", "future", *varied[:1])
    found = []
    for name in SHOWN:
        cell = HEADLINES[name]
        where = {"by": cell.by, "key": cell.key, "segment_kind": cell.segment_kind, "segment": cell.segment}
        found.append(study.band(cell.measure, across=across, **where).assign(headline=name))
    table = pd.concat(found, ignore_index=True)
    if not varied:
        return table
    points = study.rows[varied].drop_duplicates("point").set_index("point")
    for place, key in enumerate(points.columns, len(across)):
        table.insert(place, key, points[key].reindex(table["point"]).to_numpy())
    return table


def _measure(study: Study, wanted: argparse.Namespace) -> int:
    """Show or write one measure."""
    from sim.headlines import HEADLINES
    from sim.measures import MEASURES

    where = {"by": wanted.by, "segment": wanted.segment}
    if wanted.segment is None and (wanted.measure in MEASURES or wanted.measure not in HEADLINES):
        where["segment"] = "world"
    if wanted.csv and wanted.each:
        return _export(study.frame(wanted.measure, **where), wanted.csv)
    band = study.band(wanted.measure, **where)
    if wanted.csv:
        return _export(band, wanted.csv)
    months = year_ends(band["month"])
    rows = []
    labels = ["policy", "future", "segment", "by", "key"]
    order = band[band["month"] == months[-1]].sort_values("mean", ascending=False, kind="stable")
    keep = set(order.drop_duplicates(["by", "key"]).groupby("by", observed=True).head(ROWS)["key"])
    for cell, group in band[band["key"].isin(keep)].groupby(labels, observed=True, sort=False):
        at = {str(line["month"]): _cell(line) for line in group.to_dict("records")}
        rows.append(dict(zip(labels, cell, strict=True)) | {month: at.get(month, "-") for month in months})
    columns = [Column(name, name, keep=True) for name in labels if len({row[name] for row in rows}) > 1]
    columns += [Column(month, month, right=True) for month in months]
    notes = ["Mean and, in brackets, the 5 to 95 percent quantiles over runs. --csv has every month and key."]
    title = "\n".join([*_state(study), "", _meaning(wanted.measure)])
    show(rows, columns or [Column("key", "key")], title=title, as_json=wanted.json, notes=notes)
    return 0


def _meaning(name: str) -> str:
    from sim.headlines import HEADLINES
    from sim.measures import MEASURES

    if name in MEASURES:
        info = MEASURES[name]
        return f"{name} ({info.unit}): {info.meaning}" + (f" Of: {info.denominator}." if info.denominator else "")
    return f"{name} ({HEADLINES[name].unit}): {HEADLINES[name].meaning}"


def year_ends(months: Sequence[str] | pd.Series[Any], most: int = 8) -> list[str]:
    """Return the Decembers among some months, and the last month; at most ``most``, the latest."""
    found = sorted({month_index(str(month)) for month in months})
    ends = [month for month in found if month % 12 == 11 or month == found[-1]]
    return [month_name(month) for month in ends[-most:]]


def _cell(line: dict[Any, Any]) -> str:
    mean, low, high = line["mean"], line["q05"], line["q95"]
    if not isfinite(mean):  # no run has users here
        return "-"
    return f"{mean:.4g}" if line["n"] < 2 else f"{mean:.4g} [{low:.3g}, {high:.3g}]"


def _state(study: Study) -> list[str]:
    """Say what the study is and how far it has come."""
    plan, failed = study.plan, len(study.failed)
    there = study.manifest.runs
    sizes = (
        (len(plan["policies"]), "policy", "policies"),
        (len(plan["futures"]), "future", "futures"),
        (plan["design"]["points"], "point", "points"),
        (max(plan["draws"]["draws"], 1), "draw", "draws"),
        (len(plan["seeds"]), "seed", "seeds"),
    )
    asked = " x ".join(f"{size} {one if size == 1 else many}" for size, one, many in sizes)
    state = f"{there - failed} of {plan['runs']} runs done, {failed} failed, {plan['runs'] - there} not there yet"
    return [f"{plan['verb']} {plan['name']} ({plan['plan']}): {asked}", state]


def _failures(study: Study, most: int = 5) -> list[str]:
    failed = study.failed
    lines = [
        f"failed: run {line['row']} ({line['policy']}, draw {line['draw']}, seed {line['seed']}): {line['stage']}: "
        f"{line['type']}: {str(line['message']).splitlines()[0] if line['message'] else ''}"
        for line in failed.head(most).to_dict("records")
    ]
    return lines + ([f"and {len(failed) - most} more"] if len(failed) > most else [])


def _export(frame: pd.DataFrame, target: str) -> int:
    """Write a frame as CSV with seven digits, whole or not at all."""
    from experiments.folders import write_bytes

    text = frame.to_csv(index=False, float_format="%.7g", lineterminator="\n")
    if target == "-":
        sys.stdout.write(text)
        return 0
    try:
        write_bytes(Path(target), text.encode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem("--csv", target, f"can't be written ({reason})", "a file name: shares.csv")) from error
    sys.stdout.write(f"{len(frame)} lines in {target}\n")
    return 0
