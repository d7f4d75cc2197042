"""A future in words: what it sets, what happens when, and what of it a run shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from experiments.check.document import Document
from experiments.check.params import changes, flattened, records
from experiments.check.places import Asked
from experiments.check.report import Report, resolved, together
from experiments.info import futures as told
from experiments.templates import FAR, reference, steps
from sim.calendar import month_index, month_name
from sim.errors import InputError, Problem
from sim.futures import Future, Shock
from sim.parameters import Parameters
from sim.policy_reader import plain
from sim.scenario import Scenario

MEANS = {
    "trust_incident": "users abroad trust its developers less, and forget it with time",
    "price_war": "they sell at serving cost while it lasts",
    "capability_jump": "what they finish from then on is that much better",
    "compute": "so many accelerators come free to them, or go if it is negative",
}
"""What each kind of shock does."""


def report(asked: Asked, document: Document, horizon: str | None) -> Report:
    """Return a legal future in words.

    Raises:
        InputError: everything that a run would refuse.
    """
    try:
        scenario = resolved("future", asked.name or str(asked.path), horizon)
    except InputError as error:
        raise InputError(together(document, error.problems, _parameter_problems(document))) from error
    future = Future.load(asked.path)
    values = dict(future.params)
    counts = ((len(values), "parameter"), (len(future.shocks), "shock"))
    holds = " and ".join(f"{count} {what}{'s' * (count > 1)}" for count, what in counts if count)
    return Report(
        "future",
        f"a legal future of {holds or 'nothing but trends'}",
        tuple(_words(future, scenario, horizon)),
        steps("future", asked.name or reference(asked.path, "future"), _showing(future)),
        told.record(future) | {"params": records(values), "horizon": month_name(scenario.horizon)},
    )


def _words(future: Future, scenario: Scenario, horizon: str | None) -> Iterator[str]:
    for label, text in (("Title: ", future.title), ("Question: ", future.question), ("Reason: ", future.reason)):
        if text:
            yield f"{label}{' '.join(text.split())}"
    yield "Nobody decides it, so it is crossed with any policy. Parameters that the command line sets win over it."
    yield ""
    yield from changes(dict(future.params))
    yield from (f"- {shock.words()}: {MEANS[shock.kind]}{_late(shock, scenario)}" for shock in future.shocks)
    if not (future.params or future.shocks):
        yield "- nothing but the trends of the parameters"
    if horizon is None and scenario.horizon == scenario.history_until:
        yield ""
        last, show = month_name(scenario.horizon), _showing(future)
        yield f"A run ends with the replay, in {last}; what a future brings shows after it, with horizon={show}."


def _late(shock: Shock, scenario: Scenario) -> str:
    if shock.start <= scenario.horizon or scenario.horizon == scenario.history_until:
        return ""
    return f" (not in this run: it comes after the horizon, {month_name(scenario.horizon)})"


def _showing(future: Future) -> str:
    latest = max((shock.start for shock in future.shocks), default=0)
    return month_name(min(max(month_index(FAR), latest + 24), month_index("2040-12")))


def _parameter_problems(document: Document) -> list[Problem]:
    """Return what is wrong with the parameters where another slip keeps the reader from them."""
    content: Any = plain(document.node) if isinstance(document.node, yaml.MappingNode) else {}
    given = content.get("params")
    try:
        Parameters.from_overrides(flattened(given) if isinstance(given, Mapping) else {}, document.where("params"))
    except InputError as error:
        return error.problems
    return []
