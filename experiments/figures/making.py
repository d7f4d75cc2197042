"""Family -> figures, from a study and a checked question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from experiments.figures.asking import Asked
from experiments.figures.catalogue import Family
from experiments.figures.frames import Drawing, Scene, Tables
from experiments.figures.making_compared import MAKERS as COMPARED
from experiments.figures.making_compared import Maker
from experiments.figures.single import Singles
from experiments.figures.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

    from experiments.figures.studies.policy_tables import Part
    from experiments.figures.studies.sweep import Sweep

MEASURE = "cn_token_share_outside_cn"
"""What sweeps show if nobody says."""


def make(subject: Subject, asked: Asked, family: Family, layout: str) -> Iterator[Drawing]:
    """Yield the figures of a family.

    Args:
        subject: a study that can have it.
        asked: a checked question.
        family: one of those asked for.
        layout: ``memo`` or ``slide``.

    Raises:
        InputError: what the study does not have.
        MissingMeasureError: no run has a value of what the figure shows.
    """
    from experiments.figures.studies.sample import LEVEL
    from experiments.figures.studies.words import at_level
    from experiments.figures.style import house

    mine = asked.only(family)
    if family.single:
        yield from _single(subject, mine, family.name, layout)
        return
    level = subject.spec.level if subject.spec else LEVEL
    with house(subject.scene.labs, layout), at_level(level):
        yield from MAKERS[family.name](subject, mine)


def _single(subject: Subject, asked: Asked, name: str, layout: str) -> Iterator[Drawing]:
    from experiments.figures import draw

    def drawn(family: str, tables: Tables, scene: Scene) -> list[Drawing]:
        return draw(family, tables, scene, layout)

    singles = Singles(subject, drawn)
    if subject.many is None:
        yield from singles.of_run(name)
    else:
        yield from singles.of_parts(name, parts_of(subject, asked))


def parts_of(subject: Subject, asked: Asked) -> list[Part]:
    """Return the policies that a figure of a single scenario is made of: those asked for, else two, else one."""
    from experiments.figures.studies.policy_tables import Part

    chosen = asked.policies or (subject.policies if len(subject.policies) <= 2 else subject.policies[:1])
    future, point = place_of(subject, asked)
    return [Part(policy, future, point) for policy in chosen]


def place_of(subject: Subject, asked: Asked) -> tuple[str, int]:
    """Return the future and the point of figures that show one of each."""
    from experiments.figures.studies.policy_tables import usual_point

    point = asked.point
    if point is None:
        point = usual_point(subject.sweep) if subject.points > 1 else 0
    return asked.future or subject.futures[0], point


def _at(subject: Subject, asked: Asked) -> Sweep:
    """Return the runs of the chosen policies in one future and at one point."""
    from experiments.figures.studies.policy_tables import Part, counted, said_of

    future, point = place_of(subject, asked)
    policies = _chosen(subject, asked)
    runs, plan = subject.sweep.sample.runs, subject.study.rows
    here = (runs["future"] == future) & (runs["point"] == point) & runs["policy"].isin(policies)
    rows = plan[(plan["future"] == future) & (plan["point"] == point) & plan["policy"].isin(policies)]["row"]
    said = said_of(subject.sweep, Part(policies[0], future, point))
    if len(policies) > 1:
        said = said.replace(f"policy {policies[0]}", f"{len(policies)} policies", 1)
    scene = counted(subject.study, rows, subject.scene, said)
    return replace(subject.sweep, sample=_kept(subject, here), scene=scene)


def _kept(subject: Subject, here: pd.Series[bool]) -> Any:
    sample = subject.sweep.sample
    return replace(sample, runs=sample.runs[here], _tables={}, _numbers={})


def _chosen(subject: Subject, asked: Asked) -> tuple[str, ...]:
    """Return the policies asked for, the baseline first if it is among them."""
    if not asked.policies:
        return subject.policies
    order = [name for name in subject.policies if name in asked.policies]
    return tuple(dict.fromkeys((*order, *asked.policies)))


def _restricted(subject: Subject, asked: Asked) -> Sweep:
    """Return the runs of the chosen policies, and of a future if one is chosen, at all points."""
    from experiments.figures.studies.policy_tables import counted

    policies = _chosen(subject, asked)
    if set(policies) == set(subject.arms) and not asked.future:
        return subject.sweep
    runs, plan = subject.sweep.sample.runs, subject.study.rows
    futures = (asked.future,) if asked.future else subject.futures
    here = runs["policy"].isin(policies) & runs["future"].isin(futures)
    rows = plan[plan["policy"].isin(policies) & plan["future"].isin(futures)]["row"]
    said = f"policy {policies[0]}" if len(policies) == 1 else f"{len(policies)} policies"
    said += f", future {futures[0]}" if len(futures) == 1 else f", {len(futures)} futures"
    said += f", {subject.points} points" if subject.points > 1 else ""
    return replace(subject.sweep, sample=_kept(subject, here), scene=counted(subject.study, rows, subject.scene, said))


def _adoption_policies(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import policies

    sweep, names = _at(subject, asked), _chosen(subject, asked)
    shares = subject.study.frame("token_share", by="bloc", segment_kind="world", segment="world")
    shares = shares[shares["row"].isin(sweep.sample.runs.index)]
    yield _placed(policies.draw(shares, sweep.sample, sweep.scene, names), subject, asked)


def _policy_lines(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import policy_lines

    sweep, names = _at(subject, asked), _chosen(subject, asked)
    found = {arm.policy: arm for arm in sweep.arms("policy")}
    arms = [found[name] for name in names if name in found]
    yield _placed(policy_lines.draw(sweep.sample, sweep.scene, _measure(subject, asked), arms), subject, asked)


def _placed(drawing: Drawing, subject: Subject, asked: Asked) -> Drawing:
    """Return a figure whose name has the future and the point, where the study has several."""
    from experiments.figures.studies.words import file_name

    future, point = place_of(subject, asked)
    parts = [future] if len(subject.futures) > 1 else []
    parts += [f"point{point}"] if subject.points > 1 else []
    return replace(drawing, name=file_name(drawing.name, *parts))


def _measure(subject: Subject, asked: Asked) -> str:
    return asked.measure or (subject.spec.headline if subject.spec else MEASURE)


def _fans(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import fans

    sweep = _restricted(subject, asked)
    arms = sweep.arms(*sweep.split)
    yield from fans.draw(
        sweep.sample, sweep.scene, _measure(subject, asked), arms, sweep.base(arms), sweep.what(sweep.split)
    )


def _multiples(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import multiples
    from experiments.figures.studies.sample import Arm

    sweep = _restricted(subject, asked)
    split, colours = sweep.split, sweep.split[:1]
    groups = sweep.arms(split[1]) if len(split) > 1 else [Arm("", ())]
    chosen = groups if len(split) < 2 or split[1] == "future" else [groups[sweep.base(groups)]]
    for group in chosen:
        arms = sweep.arms(*colours, where=dict(group.labels))
        yield multiples.draw(
            sweep.sample, sweep.scene, _measure(subject, asked), arms, sweep.base(arms), sweep.what(colours, group),
            group.name,
        )  # fmt: skip


def _varied(subject: Subject, asked: Asked) -> tuple[Sweep, list[Any], list[Any], list[str]]:
    """Return the runs, the things that vary, the panels, and the months."""
    sweep = _restricted(subject, asked)
    words = [factor for key, factor in sweep.factors.items() if sweep.sample.runs[key].nunique() > 1]
    return sweep, words, sweep.arms(*sweep.varied), list(asked.dates or sweep.scene.months())


def _heat(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from itertools import combinations

    from experiments.figures.studies import heat
    from experiments.figures.studies.sweep import PAIRS

    sweep, words, panels, months = _varied(subject, asked)
    for pair in list(combinations(words, 2))[:PAIRS]:
        yield from heat.draw(sweep.sample, sweep.scene, _measure(subject, asked), months, pair, panels)


def _response(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import response

    sweep, words, panels, months = _varied(subject, asked)
    yield response.draw(sweep.sample, sweep.scene, _measure(subject, asked), months, words, panels)


def _scatter(subject: Subject, asked: Asked) -> Iterator[Drawing]:
    from experiments.figures.studies import scatter

    sweep, words, panels, months = _varied(subject, asked)
    yield from scatter.draw(sweep.sample, sweep.scene, _measure(subject, asked), months, words, panels)


MAKERS: dict[str, Maker] = {
    "adoption_policies": _adoption_policies,
    "policy_lines": _policy_lines,
    "fans": _fans,
    "small_multiples": _multiples,
    "heat_map": _heat,
    "response": _response,
    "scatter": _scatter,
    **COMPARED,
}
