"""The page docs/assumptions.md: what the screening did, what moves each headline measure, and what moves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite

from experiments.assumptions_design import Screening, group_of, ranged, without_range
from experiments.assumptions_effects import SMALL, SMALL_SHARE, Effect, doing_nothing, ranking
from experiments.info.table import cell
from sim.headlines import HEADLINES

MADE = "<!-- Made by `python -m experiments.assumptions` from its runs. Run it again; do not change this file. -->"
STRONGEST, OFTEN = 10, 15
EXTREME = 0.01
"""[A]: an arm is extreme where its mean takes a share below this, or above one less this."""
SIGNED = ("gap_months", "open_standard_lead")
"""Measures that can lie below 0."""
SUPPLIERS = "what chip makers earn, which is no headline measure"
ASLEEP = {
    "reactions.": "governments react with `reactions=on` only",
    "instruments.": "what instruments see is no headline measure",
    "prices.host_sensitivity": "acts with `prices.host_pricing` at `logit`",
    "prices.hosts": "acts with `prices.host_pricing` at `logit`",
    "ecosystem.log_weight": "acts with `ecosystem.form` at `log`",
    "research.patent_share_": "acts with `research.patent_elasticity` above 0",
    "research.training_share": "a constant factor, which the constants of the hand-over take out (E9, E10)",
    "releases.silence": "at both ends the same labs go on to complete releases",
    "finance.justification": "acts under policies: profit is judged against that of the status quo (E26)",
    "chips.offshore": "acts under policies: rents compare compute with that of the status quo (E7)",
    "chips.smuggling_margin": "price of smuggled chips, which is no headline measure",
    "chips.nvidia_share": SUPPLIERS,
    "chips.huawei_share": SUPPLIERS,
    "chips.unit_cost": SUPPLIERS,
    "chips.cn_margin": SUPPLIERS,
    "chips.us_margin": SUPPLIERS,
}
"""Why parameters may have no effect at the defaults, by the beginning of their paths."""


def page(found: Sequence[Effect], screening: Screening, facts: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        found: all effects of the screening.
        screening: what was screened.
        facts: ``code``, ``data`` (digests), ``date``, ``runs`` and ``failed``.
    """
    lines = [
        *_head(screening, facts),
        *_often(found, screening),
        *_measures(found, screening),
        *_extremes(found, screening.months[-1]),
    ]
    return "\n".join([*lines, *_nothing(found, screening), *_together(screening), *_caveats(screening)]) + "\n"


def _head(screening: Screening, facts: Mapping[str, str]) -> Iterator[str]:
    assumed = sum(ranged()[path].tag == "[A]" for path in screening.paths)
    failed = f" {facts['failed']} of them failed, and their pairs are left out." if facts["failed"] != "0" else ""
    yield from ("# Which assumptions matter", "", MADE, "")
    yield (
        f"Each of the {len(screening.paths)} parameters that have a range ({assumed} of them assumptions, [A]) is put "
        "to the low and to the high end of its range, all others at their defaults, under the status quo. An effect is "
        "the mean over seeds of the measure at the high end less that at the low end, with its 95 percent t interval: "
        "both runs of a pair share all luck. Only effects whose interval leaves out zero are ranked."
    )
    yield ""
    yield (
        f"Made by `python -m experiments.assumptions`: {screening.seeds} seeds (0 to {screening.seeds - 1}), "
        f"{screening.enterprises} enterprises [A], to {screening.horizon}; {facts['runs']} runs of {facts['date']}, "
        f"code {facts['code']}, data {facts['data']}.{failed} Ranges, meanings and sources: "
        "[parameters.md](parameters.md)."
    )


def _often(found: Sequence[Effect], screening: Screening) -> Iterator[str]:
    month, ranks = screening.months[-1], Counter[str]()
    for measure in HEADLINES:
        ranks.update(effect.parameter for effect in ranking(found, measure, month)[:STRONGEST])
    order = sorted(ranks, key=lambda path: (-ranks[path], screening.paths.index(path)))[:OFTEN]
    yield from ("", "## The parameters that come up most", "")
    yield (
        f"Of the {len(HEADLINES)} headline measures, in how many a parameter is among the {STRONGEST} strongest at "
        f"{month}."
    )
    yield ""
    rows = [(f"`{path}`", str(ranks[path]), ranged()[path].tag, ranged()[path].meaning) for path in order]
    yield from _table(("parameter", "measures", "tag", "meaning"), rows)


def _measures(found: Sequence[Effect], screening: Screening) -> Iterator[str]:
    *_, early, late = screening.months
    yield from ("", f"## The {STRONGEST} strongest, measure by measure", "")
    yield (
        f"Ranked by the size of the effect at {late}; **level** is the mean with all defaults, **of level** the effect "
        f"over it. Effects at {early} stand beside, in brackets where their interval holds zero."
    )
    for name, headline in HEADLINES.items():
        ranked = ranking(found, name, late)
        level = next((e.baseline for e in found if (e.measure, e.month) == (name, late)), float("nan"))
        yield from ("", f"### {name} ({headline.unit})", "")
        yield f"{headline.meaning} Level at {late}: {number(level)}. Clear effects: {len(ranked)}."
        yield ""
        before = {e.parameter: e for e in found if (e.measure, e.month) == (name, early)}
        titles = ("parameter", "tag", "low", "high", "at low", "at high", f"effect, {late}", "of level", f"at {early}")
        yield from _table(titles, (_strong(effect, before[effect.parameter]) for effect in ranked[:STRONGEST]))


def _strong(effect: Effect, before: Effect) -> tuple[str, ...]:
    info = ranged()[effect.parameter]
    share = f"{100 * effect.relative:+.0f} %" if isfinite(effect.relative) else "-"
    earlier = number(before.mean, "+")
    return (
        f"`{info.path}`", info.tag, cell(info.low), cell(info.high), number(effect.at_low), number(effect.at_high),
        interval(effect), share, earlier if before.clear else f"({earlier})",
    )  # fmt: skip


def _extremes(found: Sequence[Effect], month: str) -> Iterator[str]:
    rows = []
    for effect in (effect for effect in found if effect.month == month):
        info = ranged()[effect.parameter]
        for end, value, level in (("low", info.low, effect.at_low), ("high", info.high, effect.at_high)):
            if odd := oddity(effect, level):
                cells = (f"`{info.path}`", info.tag, f"{end}, {cell(value)}", effect.measure)
                rows.append((*cells, number(effect.baseline), number(level), odd))
    yield from ("", "## Ends of ranges that give extreme worlds", "")
    yield (
        f"Arms in which, at {month}, the mean of a share lies below {EXTREME:g} or above {1 - EXTREME:g}, and not so "
        "with the defaults; or in which a clear effect turns the sign of a gap or lead. Such a range is worth a second "
        "look."
    )
    yield ""
    yield from _table(("parameter", "tag", "end", "measure", "with the defaults", "there", "what"), rows)


def oddity(effect: Effect, level: float) -> str:
    """Return what is extreme in the level of an arm and not in that of the defaults, in words, or nothing."""
    if effect.measure in SIGNED:
        return "other sign" if effect.clear and level * effect.baseline < 0 else ""
    if HEADLINES[effect.measure].unit != "share" or not EXTREME <= effect.baseline <= 1 - EXTREME:
        return ""
    return "next to 0" if level < EXTREME else "next to 1" if level > 1 - EXTREME else ""


def _nothing(found: Sequence[Effect], screening: Screening) -> Iterator[str]:
    none, small = doing_nothing(found)
    months = " and ".join(screening.months)
    yield from ("", "## What moves nothing, or little", "", "### No effect at all", "")
    yield (
        f"Both arms of every pair have exactly the same headline measures at {months}. For levels of the status quo "
        "nobody need worry about these; **why** says where they act instead."
    )
    yield ""
    yield from _table(("parameter", "tag", "why"), ((f"`{p}`", ranged()[p].tag, asleep(p)) for p in none))
    yield from ("", "### Small effects only", "")
    yield (
        f"Every interval, of every headline measure at {months}, lies within {100 * SMALL:g} percent of the level with "
        f"the defaults, or within {100 * SMALL_SHARE:g} point of a share [A]."
    )
    yield ""
    yield from _table(
        ("parameter", "tag", "meaning"), ((f"`{p}`", ranged()[p].tag, ranged()[p].meaning) for p in small)
    )
    yield from _between(found, screening, {*none, *small})


def _between(found: Sequence[Effect], screening: Screening, settled: Iterable[str]) -> Iterator[str]:
    rest = between(found, screening, settled)
    moving = {effect.parameter for effect in found if effect.month == screening.months[-1] and effect.clear}
    clear, others = ([path for path in rest if (path in moving) == kind] for kind in (True, False))
    yield from ("", "### In between", "")
    yield (
        f"In no table of the strongest, and not shown to have small effects only: {len(rest)} parameters. With "
        f"{len(HEADLINES)} measures, luck alone gives most of them a clear effect on one."
    )
    for title, paths in (("With a clear effect on some measure", clear), ("Too much luck to say anything", others)):
        yield from ("", f"* {title}: {', '.join(f'`{path}`' for path in paths) or 'none'}.")


def between(found: Sequence[Effect], screening: Screening, settled: Iterable[str]) -> list[str]:
    """Return the parameters that are neither settled nor among the strongest of any measure, in order."""
    late = screening.months[-1]
    strong = {effect.parameter for name in HEADLINES for effect in ranking(found, name, late)[:STRONGEST]}
    return [path for path in screening.paths if path not in strong.union(settled)]


def asleep(path: str) -> str:
    """Return why a parameter may have no effect at the defaults; nothing if that is not known."""
    return next((reason for start, reason in ASLEEP.items() if path.startswith(start)), "")


def _together(screening: Screening) -> Iterator[str]:
    groups = dict.fromkeys(group for path in screening.paths if (group := group_of(path)))
    whole = [path for path in screening.paths if isinstance(ranged()[path].default, int)]
    yield from ("", "## What can't be set alone", "")
    for group in groups:
        total = sum(float(ranged()[path].default) for path in group)
        names = ", ".join(f"`{path}`" for path in group)
        yield f"* {names} add up to {total:g}: where one is at an end, the others are scaled to keep that sum."
    yield f"* Whole numbers are rounded: {', '.join(f'`{path}`' for path in whole) or 'none'}."
    names = ", ".join(f"`{info.path}` ({info.legal})" for info in without_range())
    yield f"* Without a range, and so not screened: {names}."


def _caveats(screening: Screening) -> Iterator[str]:
    cells = len(HEADLINES) * len(screening.paths)
    yield from ("", "## What this does not say", "")
    yield from (
        "* One at a time: what two parameters do together is not seen, and a parameter that another one switches off "
        "at its default shows nothing here.",
        "* Levels under the status quo, not effects of policies: a parameter that moves a level much may leave the "
        "effect of a policy as it is, and the reverse.",
        "* The ranges are assumptions themselves: a wide one gives a large effect. Both ends may be far from likely.",
        "* Only the ends are run: an effect that rises and falls in between is missed.",
        f"* {screening.seeds} seeds give wide intervals, and of {cells} intervals a month about one in twenty would "
        "leave out zero by luck alone. Few enterprises add luck of their own.",
    )


def interval(effect: Effect) -> str:
    """Return an effect as a table has it: the mean and the limits of its interval."""
    return f"{number(effect.mean, '+')} ({number(effect.t_low, '+')} to {number(effect.t_high, '+')})"


def number(value: float, sign: str = "") -> str:
    """Return a value with three significant digits, a dash for nothing; ``sign`` is "+" where it is a difference."""
    if not isfinite(value):
        return "-"
    return f"{float(f'{value:.3g}'):{sign},.0f}" if abs(value) >= 1000 else f"{value:{sign}.3g}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    body = [f"| {' | '.join(text.replace('|', '/') for text in row)} |" for row in rows]
    if not body:
        yield "None."
        return
    yield f"| {' | '.join(titles)} |"
    yield f"|{' --- |' * len(titles)}"
    yield from body
