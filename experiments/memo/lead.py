"""The bottom line of a memo: what the policy does, how sure that is, and why, a sentence each.

A direction is claimed only where the interval leaves out zero. Everything is conditional on the model; nothing here
says what is going to happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from experiments.contrasts.words import FEW, most_missed
from experiments.figures.studies.words import NARROW, listed, sentence
from experiments.memo.ledger import Line
from experiments.memo.material import Material

OTHERS = 3
"""Policies besides the first that the bottom line names one by one."""


def bottom_line(material: Material) -> tuple[str, str, str]:
    """Return direction and size, how sure, and why."""
    return direction(material), certainty(material), reason(material)


def direction(material: Material) -> str:
    """Return what the policies do to the headline measure at the last date."""
    main, rest = material.main, material.ranked[1:]
    given = f"Conditional on {material.condition()}, "
    first = f"{given}{claim(main, material)}{earlier(main, material)}"
    if not rest:
        return f"{first}."
    said = [f"{short(line)}{earlier(line, material)}" for line in rest[:OTHERS]]
    more = len(rest) - len(said)
    tail = f"; the table has {material.ledger.count(more, 'policies')} more" if more > 0 else ""
    return f"{first}; {listed(said, OTHERS + 1)}{tail}."


def claim(line: Line, material: Material) -> str:
    """Return an effect as a clause: direction, size, interval, and both levels."""
    policy = f"**{line.policy}**"
    if not int(line.number("n")):
        return f"nothing can be said of {policy} on {line.noun} in {line.month}: no pair of runs has a value"
    if line.zero:
        missed = f"a change in up to {_missed(line, material)} of histories would go unseen"
        return (
            f"{policy} leaves {line.noun} in {line.month} exactly as it is in every one of "
            f"{line.count('n', 'pair')} of runs ({missed})"
        )
    if not line.known:
        return (
            f"{policy} moves {line.noun} by {line.change()} in {line.month} in a single pair of runs, too few to judge"
        )
    if not line.clear:
        return (
            f"no effect of {policy} on {line.noun} in {line.month} can be told from none "
            f"({line.change()}, {material.level} interval {line.interval()})"
        )
    verb = "raises" if line.rises else "lowers"
    return (
        f"{policy} {verb} {line.noun} in {line.month} by {line.size()} ({material.level} interval "
        f"{line.interval(signed=False)}), from {line.level('baseline_mean', beside=True)} under "
        f"{material.baseline} to {line.level('policy_mean', beside=True)}"
    )


def earlier(line: Line, material: Material) -> str:
    """Return the last date at which an effect was clear that is not at the last one, as a clause; nothing if none."""
    if line.clear:
        return ""
    where = {"policy": str(line["policy"]), "measure": str(line["measure"]), "future": str(line["future"])}
    found = [row for row in material.lines("headline", **where) if row.clear and row.month < line.month]
    if not found:
        return ""
    row = found[-1]
    verb = "raises" if row.rises else "lowers"
    return f", while in {row.month} it {verb} it by {row.size()} ({row.interval(signed=False)})"


def _missed(line: Line, material: Material) -> str:
    """Return in how many histories there may be a change that so many pairs did not show."""
    share = most_missed(int(line.number("n")), material.spec.level)
    written = line.ledger.note(f"{100 * share:.0f}", line.table, line.place(), "most missed", share)
    return f"{written}{NARROW}%"


def short(line: Line) -> str:
    """Return the effect of a further policy as a clause."""
    if line.zero:
        return f"{line.policy} changes it in no run"
    if not int(line.number("n")):
        return f"of {line.policy} nothing can be said: no pair has a value"
    if not line.known:
        return f"{line.policy} moves it by {line.change()}, in a single pair"
    if not line.clear:
        return f"that of {line.policy} can't be told from none ({line.interval()})"
    verb = "raises" if line.rises else "lowers"
    return f"{line.policy} {verb} it by {line.size()} ({line.interval(signed=False)})"


def certainty(material: Material) -> str:
    """Return how many pairs agree, what the interval speaks of, and what stands after many comparisons."""
    line = material.main
    if not int(line.number("n")):
        return "Choose a headline measure or dates that have values: `headline=` and `dates=` of compare."
    n = line.count("n", "pair")
    if not line.known:
        return "One pair of runs has no interval: nothing here is sure."
    if line.zero:
        return _still(material, line, n)
    agreed = _agreed(line, n) if line.clear else f"It rests on {n}"
    return sentence(f"{agreed}; {_speaks_of(material, line)}{_few(line)}{_many(material)}.")


def _still(material: Material, line: Line, n: str) -> str:
    """Return why nothing differs, if the dates say so, and what so many pairs leave open."""
    begins = material.begins(str(line["policy"]))
    if begins and begins > line.month:
        return f"{sentence(line.policy)} begins in {begins}, after {line.month}, so no run can differ by then."
    return (
        f"The {n} share all luck with their yardstick, so where the policy touches nothing they are equal; so many "
        f"pairs still leave open a change in up to {_missed(line, material)} of histories."
    )


def _agreed(line: Line, n: str) -> str:
    if line.number("sign_agreement") == 1.0:
        return f"all {n} have this sign"
    return f"{line.percent('sign_agreement')} of the {n} have this sign"


def _speaks_of(material: Material, line: Line) -> str:
    if material.draws < 2:
        return "the interval speaks of luck alone, because every run has the same parameters"
    parts = [
        f"{line.spread(column)} between {what}"
        for column, what in (("sd_parameters", "parameter draws"), ("sd_luck", "histories of one draw"))
        if isfinite(line.number(column))
    ]
    spread = f" (standard deviation {' and '.join(parts)})" if parts else ""
    draws = material.ledger.count(material.draws, "draws", one="parameter draw")
    return f"the interval is over {draws}, so that it holds luck and assumptions{spread}"


def _few(line: Line) -> str:
    units = int(line.number("units"))
    return f"; {line.count('units')} is a small sample" if units < FEW else ""


def _many(material: Material) -> str:
    """Say what is left of the headline after a correction for all effects of the table."""
    line = material.main
    if not line.clear:
        return ""
    stands = line.number("p_holm") < 1 - material.spec.level
    made = material.lines("multiplicity")[0]
    verdict = "stands" if stands else "does not stand"
    return f"; it {verdict} after Holm's correction for all {made.count('comparisons')} effects of the table"


def reason(material: Material) -> str:
    """Return why, from mechanisms or levers if they were held apart, else from what moves along."""
    line = material.main
    if not line.known:
        return "With no interval there is nothing to explain."
    if not line.clear:
        return _no_reason(material)
    through = _through(material, line)
    if through:
        return through
    alone = _levers(material, line)
    if alone:
        return alone
    return _along(material, line)


def _no_reason(material: Material) -> str:
    along = [line for line in moved(material, str(material.main["policy"])) if line.clear]
    if not along:
        return "Nothing else in the table moves clearly either, which is no evidence that nothing moves."
    return f"What does move with {material.main.policy}: {listed([part(line) for line in along[:3]], 3)}."


def _through(material: Material, line: Line) -> str:
    rows = _parts(material, "mechanisms", line, "through")
    if not rows:
        return ""
    clear = [row for row in rows if row.clear and row.rises == line.rises]
    against = [row for row in rows if row.clear and row.rises != line.rises]
    tail = f"; against it {listed([_mechanism(row) for row in against[:2]], 2)}" if against else ""
    if not clear:
        return f"No single mechanism takes a clear part of it when held at the path of {material.baseline}{tail}."
    half = abs(clear[0].number("mean")) > abs(line.number("mean")) / 2
    head = "It acts mostly through" if half else "Of what single mechanisms carry, it acts through"
    note = "; the parts overlap and need not add up" if len(clear) > 1 else ""
    said = listed([_mechanism(row) for row in clear[:3]], 3)
    return (
        f"{head} {said}, by what goes missing with the mechanism held at the path of {material.baseline}{note}{tail}."
    )


def _mechanism(row: Line) -> str:
    return f"{row['mechanism']} {row.change()} ({row.interval()})"


def _levers(material: Material, line: Line) -> str:
    rows = [row for row in _parts(material, "attribution", line, "alone") if row.clear and row.rises == line.rises]
    if not rows:
        return ""
    said = [f"{str(row['lever']).replace('_', ' ')} {row.change()} ({row.interval()})" for row in rows[:2]]
    return f"Of its levers, each alone, most comes from {listed(said, 2)}."


def _parts(material: Material, table: str, line: Line, part: str) -> list[Line]:
    where = {"future": material.futures[0], "measure": material.spec.headline, "month": material.last}
    rows = material.lines(table, policy=str(line["policy"]), part=part, **where)
    return sorted(rows, key=lambda row: -abs(row.number("mean")))


def _along(material: Material, line: Line) -> str:
    along = [other for other in moved(material, str(line["policy"])) if other.clear]
    if not along:
        return (
            "No other measure of the table moves clearly, so the table does not say why (attribution=mechanisms does)."
        )
    return (
        f"Along with it {_move(along)}: {listed([part(other) for other in along[:3]], 3)}; this is what changes "
        "together and not yet a cause, which attribution=mechanisms would show."
    )


def _move(lines: Sequence[Line]) -> str:
    return "one other measure moves" if len(lines) == 1 else "other measures move"


def part(line: Line) -> str:
    """Return a measure with its effect: ``the US lead over China +1.3 months (+0.9 to +1.7)``."""
    return f"{line.noun} {line.change()} ({line.interval()})"


def moved(material: Material, policy: str) -> list[Line]:
    """Return the effects of a policy on the other measures at the last date, the surest first."""
    lines = [
        line
        for line in material.lines("headline", future=material.futures[0], policy=policy, month=material.last)
        if line["measure"] != material.spec.headline
    ]
    return sorted(lines, key=lambda line: (not line.clear, line.number("p")))
