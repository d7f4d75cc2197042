"""What a comparison says on the screen: effects at the dates, who is helped, and whatever else was asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from experiments.comparison.report import Compared
from experiments.contrasts.spec import Comparison
from experiments.contrasts.words import change, level, multiplicity_words, number, percent, unit_of
from experiments.info.table import Column, show
from sim.headlines import HEADLINES

if TYPE_CHECKING:
    import pandas as pd

Line = Mapping[str, Any]


def tell(found: Compared) -> None:
    """Print the headlines of a comparison."""
    spec, tables = found.spec, found.tables
    _effects(spec, tables["headline"])
    _objectives(spec, tables)
    for name, print_table in (
        ("thresholds", _thresholds),
        ("satisficing", _satisficing),
        ("attribution", _attribution),
        ("mechanisms", _mechanisms),
        ("game", _game),
    ):
        if len(tables[name]):
            print_table(spec, tables[name])


def cell(line: Line, unit: str) -> str:
    """Return an effect with its t interval as a table shows it; * where the interval does not hold 0."""
    mean, low, high = (change(float(line[name]), unit) for name in ("mean", "t_low", "t_high"))
    if isnan(mean):
        return "-"
    if float(line.get("zero_share", 0.0)) == 1.0:
        return "0 in every pair"
    if isnan(low):
        return signed(mean)
    return f"{signed(mean)}{'*' if low > 0 or high < 0 else ''} [{number(low)}, {number(high)}]"


def signed(value: float) -> str:
    """Return a number with its sign."""
    text = number(value)
    return text if text.startswith("-") or text in ("0", "-") else f"+{text}"


def _effects(spec: Comparison, table: pd.DataFrame) -> None:
    dates = list(dict.fromkeys(table["month"].astype(str)))
    rows = []
    for (measure, policy, future), lines in _groups(table, ["measure", "policy", "future"]):
        unit, last = HEADLINES[measure].unit, lines[-1]
        row = {"measure": f"{measure} ({unit_of('2', unit) or unit})", "policy": policy, "future": future}
        row |= {str(line["month"]): cell(line, unit) for line in lines}
        row |= {"baseline": level(float(last["baseline_mean"]), unit), "pairs": str(last["n"])}
        rows.append(row | {"sign": _short(last["sign_agreement"])})
    order = list(dict.fromkeys(table["measure"].astype(str)))
    rows.sort(key=lambda row: order.index(row["measure"].split(" ")[0]))
    pairs = sorted({int(row["pairs"]) for row in rows})
    columns = [Column("measure", "measure", keep=True), *_names(table)]
    columns += [Column("baseline", f"{spec.baseline}, {dates[-1]}", right=True)]
    columns += [Column(date, f"effect, {date}", right=True) for date in dates]
    columns += [Column("sign", "pairs with this sign", right=True)]
    columns += [Column("pairs", "pairs", right=True)] if len(pairs) > 1 else []
    counted = f"{pairs[0]} pairs" if len(pairs) == 1 else f"{pairs[0]} to {pairs[-1]} pairs"
    notes = [f"In brackets the {100 * spec.level:g} percent t interval of the mean; * where it does not hold 0."]
    _show(rows, columns, f"Paired differences from {spec.baseline} ({counted})", notes)


def _objectives(spec: Comparison, tables: Mapping[str, pd.DataFrame]) -> None:
    table, month = tables["objectives"], _judged(spec, tables["objectives"])
    table = table[table["month"] == month]
    names = list(dict.fromkeys(table["objective"].astype(str)))
    rows = []
    for (policy, future), lines in _groups(table, ["policy", "future"]):
        said = {str(line["objective"]): f"{cell(line, '')}, {_short(line['helps'])}" for line in lines}
        rows.append({"policy": policy, "future": future} | said)
    columns = [*_names(table), *(Column(name, f"{name}: score, helps", right=True) for name in names)]
    notes = [
        "Score: weighted gain over the baseline, in large changes; helps: share of histories with a score above 0."
    ]
    notes += ["Scales and weights are assumptions [A]: files of conf/objective, and the table weights."]
    robust = tables["robustness"]
    if len(spec.policies) > 1:
        notes.append(f"Never the worst by mean regret: {_never(robust[robust['month'] == month], names)}.")
    notes.append(multiplicity_words(_lines(tables["multiplicity"])[0]))
    _show(rows, columns, f"Who is helped, {month}", notes)


def _judged(spec: Comparison, table: pd.DataFrame) -> str:
    """Return the month at which objectives are told: the last date."""
    return spec.month_judged(tuple(dict.fromkeys(table["month"].astype(str))))


def _never(robust: pd.DataFrame, objectives: Iterable[str]) -> str:
    """Return, by objective, the policies that are in no future the worst."""
    said = []
    for objective in objectives:
        mine = robust[(robust["objective"] == objective) & robust["never_worst_future"]]
        said.append(f"{objective}: {', '.join(mine['policy'].astype(str)) or 'none'}")
    return "; ".join(said)


def _thresholds(spec: Comparison, table: pd.DataFrame) -> None:
    rows = []
    for line in _lines(table):
        late = "" if line["policy"] == spec.baseline or isnan(line["shift"]) else signed(float(line["shift"]))
        span = "" if isnan(line["shift_low"]) else f" [{number(line['shift_low'])}, {number(line['shift_high'])}]"
        rows.append(
            {str(key): value for key, value in line.items()}
            | {
                "what": f"{line['measure']}{line['sign']}{line['value']:g}",
                "crossed": _short(line["crossed_share"]),
                "shift": f"{late}{span}" if late else "-",
                "both": "-" if line["policy"] == spec.baseline else f"{line['both']} of {line['pairs']}",
            }
        )
    columns = [Column("what", "threshold", keep=True), *_names(table), Column("crossed", "crossed", right=True)]
    columns += [Column("median", "median month", right=True), Column("shift", "months later", right=True)]
    columns += [Column("both", "pairs in which both cross", right=True)]
    since = ", ".join(dict.fromkeys(table["since"].astype(str)))
    before = max(float(share) for share in table["met_before"])
    notes = ["Months later than the baseline, over pairs in which both cross."]
    notes += [f"Up to {percent(before)} of runs met it the month before: they count as crossing then."] * (before > 0)
    _show(rows, columns, f"Time to threshold, counted from {since}", notes)


def _satisficing(spec: Comparison, table: pd.DataFrame) -> None:
    rows = []
    for line in _lines(table):
        met = f"{_short(line['share'])} [{_short(line['low'])}, {_short(line['high'])}]"
        changed = "-" if line["policy"] == spec.baseline else f"+{line['gained']} -{line['lost']} of {line['pairs']}"
        rows.append({str(key): value for key, value in line.items()} | {"met": met, "changed": changed})
    columns = [Column("demand", "demand", keep=True), *_names(table), Column("met", "runs that meet it", right=True)]
    columns += [Column("changed", "pairs gained and lost", right=True)]
    _show(rows, columns, "What is satisfied", [f"In brackets the {100 * spec.level:g} percent Wilson interval."])


def _attribution(spec: Comparison, table: pd.DataFrame) -> None:
    notes = ["alone: one lever of the package; last in: the package less the package without the lever."]
    _apart("Lever by lever", table, spec, "lever", notes)


def _mechanisms(spec: Comparison, table: pd.DataFrame) -> None:
    notes = ["through: the effect less that with the mechanism held at the path that it has under the status quo."]
    _apart("Through what", table, spec, "mechanism", notes)


def _apart(title: str, table: pd.DataFrame, spec: Comparison, label: str, notes: Sequence[str]) -> None:
    """Print the parts of the effect on the headline measure at the last date."""
    last = max(table["month"].astype(str))
    mine = table[(table["month"].astype(str) == last) & (table["measure"].astype(str) == spec.headline)]
    unit = HEADLINES[spec.headline].unit
    rows = []
    for line in _lines(mine):
        part = " ".join(word for word in (str(line["part"]), line[label]) if isinstance(word, str) and word)
        rows.append({"policy": line["policy"], "future": line["future"], "part": part, "effect": cell(line, unit)})
    columns = [*_names(mine), Column("part", "part", keep=True), Column("effect", unit_of("2", unit), right=True)]
    _show(rows, columns, f"{title}: {spec.headline}, {last}", notes)


def _game(spec: Comparison, table: pd.DataFrame) -> None:
    if spec.game is None:
        return
    first, second = spec.game.sides
    month = _judged(spec, table)
    rows = []
    for (future, row), lines in _groups(table[table["month"] == month], ["future", "row"]):
        said: dict[str, str] = {}
        for line in lines:
            mark = " best" if line["best_reply"] else ""
            said[str(line["column"])] = " / ".join(
                filter(None, [said.get(str(line["column"])), f"{line['side']} {cell(line, '')}{mark}"])
            )
        rows.append({"row": row, "future": future} | said)
    columns = [Column("row", f"{first} \\ {second}", keep=True)]
    columns += [Column("future", "future")] if len(set(table["future"].astype(str))) > 1 else []
    columns += [Column(name, name) for name in spec.game.columns]
    notes = [f"Scores against {spec.baseline} in large changes. best: the best reply, where it is told apart."]
    _show(rows, columns, f"The game, {month}", notes)


def _names(table: pd.DataFrame) -> list[Column]:
    several = len(set(table["future"].astype(str))) > 1
    return [Column("policy", "policy", keep=True), *([Column("future", "future")] if several else [])]


def _short(value: Any) -> str:
    return percent(float(value)).replace(" percent", "%").replace("less than ", "<").replace("more than ", ">")


def _show(rows: Sequence[Line], columns: Sequence[Column], title: str, notes: Sequence[str]) -> None:
    show(rows, columns, title=title, as_json=False, notes=notes)
    sys.stdout.write("\n")


def _lines(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in line.items()} for line in table.to_dict("records")]


def _groups(table: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[tuple[str, ...], list[dict[str, Any]]]]:
    for found, group in table.groupby(list(keys), sort=False, observed=True):
        yield (
            tuple(str(key) for key in found),
            [{str(k): v for k, v in line.items()} for line in group.to_dict("records")],
        )
