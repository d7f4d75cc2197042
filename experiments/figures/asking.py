"""What is asked of ``opengambit figure``, held against what a study and a family have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.figures.advice import lack, remedy
from experiments.figures.catalogue import ALL, EVERY, Family, defaults, family_of
from experiments.figures.subject import Subject, nearest_month
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem, nearest

FORMATS = (".png", ".svg", ".pdf")
ONE_DATE = ("regret", "game")
"""Families that show one month."""


@dataclass(frozen=True)
class Asked:
    """A checked question.

    Attributes:
        families: what is drawn.
        whole: whether it is the default set of the study.
        policies, future, point: which runs; none or None if nobody said.
        measure: a headline measure; empty if nobody said.
        dates: months, YYYY-MM.
        title: in place of the finding; empty to keep it.
        layouts, formats: of the files.
        out: folder of the files.
    """

    families: tuple[Family, ...]
    whole: bool
    out: Path
    policies: tuple[str, ...] = ()
    future: str = ""
    point: int | None = None
    measure: str = ""
    dates: tuple[str, ...] = ()
    title: str = ""
    layouts: tuple[str, ...] = ("memo",)
    formats: tuple[str, ...] = FORMATS

    def only(self, family: Family) -> Asked:
        """Return the question to one family, with the options that it takes."""
        taken = set(family.options)
        return replace(
            self,
            families=(family,),
            policies=self.policies if "--policy" in taken else (),
            future=self.future if "--future" in taken else "",
            point=self.point if "--point" in taken else None,
            measure=self.measure if "--measure" in taken else "",
            dates=self.dates if "--date" in taken else (),
        )


def families_of(name: str, subject: Subject) -> tuple[Family, ...]:
    """Return the family of a name that a study can have, or its default set.

    Raises:
        InputError: there is none of this name, or what the study lacks and the command that makes one which has it.
    """
    if name == ALL:
        return tuple(family for family in defaults(subject.verb) if not lack(family, subject))
    family = family_of(name)
    missing = lack(family, subject)
    if missing:
        reused = " (runs that another study has recorded so are taken over)" if "record=" in missing else ""
        what = f"this figure {missing}, and this study is {subject.words}. To make one{reused}: "
        what += remedy(family, subject)
        raise InputError(Problem(str(subject.folder), name, what))
    return (family,)


def check(asked: Asked, subject: Subject, given: Iterable[str]) -> Asked:
    """Return the question with dates written as months are.

    Args:
        asked: the question.
        subject: the study.
        given: options that were typed.

    Raises:
        InputError: everything that is wrong with it, at once.
    """
    problems = [*_options(asked, subject, list(given)), *_runs(asked, subject), *_measure(asked)]
    dates = tuple(found for text in asked.dates for found in _date(text, asked, subject, problems))
    if asked.title and asked.whole:
        message = "the figures of a set have a finding each"
        problems.append(Problem("--title", ALL, message, "one family: --title goes with its figure"))
    if problems:
        raise InputError(problems)
    return replace(asked, dates=tuple(dict.fromkeys(dates)))


def _options(asked: Asked, subject: Subject, given: Sequence[str]) -> list[Problem]:
    """Refuse options that no asked family takes, and those that choose among runs where there is only one."""
    problems = []
    taken = {option for family in asked.families for option in family.options}
    name = ALL if asked.whole else asked.families[0].name if asked.families else ALL
    for option in given:
        if option in EVERY:
            continue
        if option in taken and subject.many is None:
            message = "this study is a single scenario: there is nothing to choose"
            problems.append(Problem(option, name, message, "a study of opengambit sweep or compare"))
        elif option not in taken:
            legal = ", ".join(o for o in (*taken, *EVERY)) if subject.many is not None else ", ".join(EVERY)
            problems.append(Problem(option, name, "this figure does not take it", legal))
    if asked.point is not None and subject.many is not None and not 0 <= asked.point < subject.points:
        legal = f"0 to {subject.points - 1}" if subject.points > 1 else "0: nothing varies but policies and futures"
        problems.append(Problem("--point", str(asked.point), "the design has no such point", legal))
    if len(asked.dates) > 1 and not asked.whole and name in ONE_DATE:
        problems.append(Problem("--date", name, "this figure shows one month", asked.dates[-1]))
    return problems


def _runs(asked: Asked, subject: Subject) -> list[Problem]:
    """Refuse policies and futures that the study does not have."""
    if subject.many is None:
        return []
    names = [family.name for family in asked.families]
    paired = all("comparison" in family.need or family.need == "attribution" for family in asked.families)
    legal = subject.arms
    if paired and subject.spec is not None:
        legal = subject.spec.policies
        if names == ["attribution"]:
            legal = tuple(dict.fromkeys((*subject.spec.parts, *subject.spec.held)))
    message = "the baseline differs from itself by nothing" if paired else ""
    problems = [
        Problem("--policy", policy, message if policy in subject.arms and message else "this study has no such policy",
                ", ".join(legal), nearest(policy, legal))
        for policy in asked.policies
        if policy not in legal
    ]  # fmt: skip
    if asked.future and asked.future not in subject.futures:
        there, near = ", ".join(subject.futures), nearest(asked.future, subject.futures)
        problems.append(Problem("--future", asked.future, "this study has no such future", there, near))
    return problems


def _measure(asked: Asked) -> list[Problem]:
    from sim.headlines import HEADLINES
    from sim.measures import MEASURES

    if not asked.measure or asked.measure in HEADLINES:
        return []
    message, near = "there is no such headline measure", nearest(asked.measure, HEADLINES)
    if asked.measure in MEASURES:
        message = "this measure has many cells, and figures show headline measures, which have one"
        near = next((name for name, cell in HEADLINES.items() if cell.measure == asked.measure), near)
    return [Problem("--measure", asked.measure, message, ", ".join(HEADLINES), near)]


def _date(text: str, asked: Asked, subject: Subject, problems: list[Problem]) -> list[str]:
    """Return a date as months are written, if the study has it; else tell."""
    if subject.many is None:
        return []
    months = subject.months
    try:
        found = month_name(month_index(text))
    except ValueError:
        found = ""
    if found in months:
        return [found]
    what = "no run has this month" if found else "this is no month"
    near = nearest_month(text, months)
    problems.append(Problem("--date", text, what, f"{months[0]} to {months[-1]}, as YYYY-MM", near))
    return []
