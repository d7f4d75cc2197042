"""A policy in words: what each entry does, what it stands in place of, when it acts, what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import yaml

from experiments.check.document import Document
from experiments.check.entries import Finding, facts
from experiments.check.places import Asked
from experiments.check.report import Report, resolved, together
from experiments.info.sentences import sentence
from experiments.layers import conf_layers
from experiments.templates import FAR, reference, steps
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem, nearest
from sim.policy import BASE, Policy
from sim.policy_check import check_entries
from sim.policy_reader import FILE_KEYS, Raw
from sim.policy_reader import plain as value_of
from sim.roster_policy import roster_vocabulary
from sim.scenario import Scenario
from sim.scenario_check import LAST_HORIZON
from sim.vocabulary import shipped_vocabulary

SHOWING = 24
"""Months after its last beginning in which a policy shows."""
SIGNS_NOTE = (
    "E3 and the like are equations of docs/model.md. Expected signs were written down before the first run and hold "
    "other things equal; docs/lever_effects.md has what came out."
)
REAL = (("opengambit run", "the real history"), (f"opengambit run horizon={FAR}", "and on from there"))


def report(asked: Asked, document: Document, horizon: str | None) -> Report:
    """Return a legal policy in words.

    Args:
        asked: the file.
        document: what is written in it.
        horizon: last month of the run that is meant, YYYY-MM; None is the default of a run.

    Raises:
        InputError: everything that a run would refuse.
    """
    try:
        scenario = resolved("policy", asked.name or str(asked.path), horizon)
    except InputError as error:
        told = [replace(p, where=document.where("name")) if p.key == "name" else p for p in error.problems]
        raise InputError(together(document, told, _entry_problems(document))) from error
    policy = Policy.load(asked.path, roster_vocabulary(scenario.roster))
    found = _findings(policy, scenario, horizon)
    count = len({finding.entry.where for finding in found})
    called = asked.name or reference(asked.path, "policy")
    head = f"a legal policy of {count} entr{'y' if count == 1 else 'ies'}"
    return Report(
        "policy",
        head if count else f"{head}: it changes nothing",
        tuple(_words(policy, found, scenario, horizon)),
        REAL if policy.names == (BASE,) else steps("policy", called, _showing(found, scenario)),
        _record(policy, found, scenario),
    )


def _findings(policy: Policy, scenario: Scenario, horizon: str | None) -> list[Finding]:
    """Return the entries of the file as they lie in the scenario, in the order of the file."""
    own = {(entry.where, entry.actor) for entry in policy.entries}
    stack = scenario.policy.entries
    months = (scenario.history_until, scenario.start, scenario.horizon)
    if _is_open(scenario, horizon):
        months = (scenario.history_until, scenario.start, LAST_HORIZON)
    return [
        Finding.of(entry, stack, *months)
        for entry in stack
        if (entry.where, entry.actor) in own and entry.origin == policy.name
    ]


def _words(policy: Policy, found: Sequence[Finding], scenario: Scenario, horizon: str | None) -> Iterator[str]:
    for label, text in (("Title: ", policy.title), ("Question: ", policy.question), ("Reason: ", policy.reason)):
        if text:
            yield f"{label}{' '.join(text.split())}"
    yield _lies_on(policy)
    for number, (_, group) in enumerate(groupby(found, key=lambda finding: finding.entry.where), 1):
        yield ""
        yield from _told(number, list(group), in_full=policy.names != (BASE,))
    if policy.names != (BASE,):
        yield ""
        yield from _when(found, scenario, horizon)
        yield from (f"Note: {note}" for note in scenario.notes if f" replaces {policy.name}: " in note)
        yield from [SIGNS_NOTE] if found else []


def _lies_on(policy: Policy) -> str:
    if policy.names == (BASE,):
        return (
            "It lies below every policy. Up to the end of the replay its entries on chips, compute and knowledge "
            "change nothing by themselves: the data hold what happened. What replaces them acts as a difference."
        )
    if policy.base == BASE:
        return "It lies on the real world (status_quo), which goes on where no entry stands in its place."
    return "It leaves out the real world (base: none): no entry of status_quo acts."


def _told(number: int, group: Sequence[Finding], *, in_full: bool) -> Iterator[str]:
    """Yield one entry of the file; a bloc as actor stands for the entries of its regions."""
    entry = group[0].entry
    line = entry.where.rsplit(":", 1)[-1]
    actors = [finding.entry.actor for finding in group]
    said = sentence(entry if len(actors) == 1 else replace(entry, actor=f"each of {', '.join(actors)}"))
    yield f"{number}. (line {line}) {said}" if line.isdigit() else f"{number}. {said}"
    told = [dict(facts(finding)) for finding in group] if in_full else []
    for label in dict.fromkeys(label for part in told for label in part):
        texts = {actor: part[label] for actor, part in zip(actors, told, strict=True) if label in part}
        alike = len(set(texts.values())) == 1 and len(texts) == len(group)
        for actor, text in [("", next(iter(texts.values())))] if alike else texts.items():
            yield f"   {label:<10}  {actor + ': ' if actor else ''}{text}"


def _is_open(scenario: Scenario, horizon: str | None) -> bool:
    """Say whether the run that is meant is not known yet: nobody gave a horizon."""
    return horizon is None and scenario.horizon == scenario.history_until


def _when(found: Sequence[Finding], scenario: Scenario, horizon: str | None) -> Iterator[str]:
    """Yield what of the policy a run shows."""
    every, last = {finding.entry.where for finding in found}, scenario.horizon
    acting = {finding.entry.where for finding in found if not finding.idle and finding.starts <= last}
    which = f"{len(acting)} of {len(every)} entries act" if acting else "nothing of it acts"
    if acting == every:
        yield (
            f"In a run to {month_name(last)} every entry acts."
            if every
            else "A run with it is a run of the real world."
        )
    elif _is_open(scenario, horizon):
        wanted = f"horizon={_showing(found, scenario) or FAR}"
        yield f"A run ends with the replay, in {month_name(last)}, and {which} by then: give it a horizon, {wanted}."
    else:
        yield f"In a run to {month_name(last)} {which}."


def _showing(found: Sequence[Finding], scenario: Scenario) -> str | None:
    """Return a horizon by which the policy shows, None if the replay is enough."""
    latest = max((finding.starts for finding in found), default=0)
    if latest <= scenario.history_until and scenario.roster is None:
        return None
    return month_name(min(max(month_index(FAR), latest + SHOWING), LAST_HORIZON))


def _record(policy: Policy, found: Sequence[Finding], scenario: Scenario) -> dict[str, Any]:
    return {
        "name": policy.name,
        "title": policy.title,
        "question": policy.question,
        "reason": policy.reason,
        "base": policy.base,
        "horizon": month_name(scenario.horizon),
        "entries": [finding.record() | {"where": finding.entry.where} for finding in found],
        "notes": list(scenario.notes),
    }


def _entry_problems(document: Document) -> list[Problem]:
    """Return what is wrong with the entries where a slip in the head of the file keeps its reader from them.

    A world of its own, set in ``conf/run.yaml``, has other names: there the reader's own problems must do.
    """
    if not isinstance(document.node, yaml.MappingNode) or len(conf_layers()) > 1:
        return []
    keys = [str(key.value) for key, _ in document.node.value if str(key.value) not in FILE_KEYS]
    meant = "entries" if "entries" in document.keys else nearest("entries", keys)
    rows = next((value for key, value in document.node.value if key.value == meant), None)
    if not isinstance(rows, yaml.SequenceNode):
        return []
    raws = [_raw(item, document.shown) for item in rows.value if isinstance(item, yaml.MappingNode)]
    problems: list[Problem] = []
    check_entries(raws, shipped_vocabulary(), problems, document.path.stem)
    return problems


def _raw(node: yaml.MappingNode, place: str) -> Raw:
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    values = {str(key.value): value_of(value) for key, value in node.value}
    return Raw(values, {"": node.start_mark.line + 1, **lines}, place)
