"""A world without history in words."""

from __future__ import annotations

import contextlib
import io
import json
import shlex

from experiments.check.document import Document
from experiments.check.places import Asked
from experiments.check.report import Report, resolved, together
from experiments.info import rosters
from experiments.templates import reference
from sim.errors import InputError
from sim.roster import Roster
from sim.roster_check import HISTORY


def report(asked: Asked, document: Document, horizon: str | None) -> Report:
    """Return a legal world in words.

    Raises:
        InputError: everything that a run would refuse.
    """
    if asked.path.stem == HISTORY and document.keys == ("name",):
        return _history()
    try:
        scenario = resolved("world", asked.name or str(asked.path), horizon)
    except InputError as error:
        raise InputError(together(document, error.problems)) from error
    lines = _told(str(asked.path), as_json=False).splitlines()[1:]
    notes = [note for note in scenario.notes if "are left out or cut" in note]
    called = shlex.quote(f"world={asked.name or reference(asked.path, 'world')}")
    roster = Roster.load(asked.path)
    region = roster.regions[0].code
    return Report(
        "world",
        f"a legal world without history: {roster.title}".rstrip(": "),
        (*lines, *([""] if notes else []), *notes),
        (
            (f"opengambit run {called} --story", "what happens there, month by month"),
            (f"opengambit run {called} lever.adoption_push.{region}.{region}=0.2", "the same with one lever"),
        ),
        json.loads(_told(str(asked.path), as_json=True)) | {"notes": notes},
    )


def _history() -> Report:
    lines = ("Thirteen regions and all labs with an offered release, from 2023-01, as the data tables have them.",)
    asks = (("opengambit world", "what the data know, month by month"),)
    return Report(
        "world", "the real world, in which a run begins unless you say otherwise", lines, asks, {"name": HISTORY}
    )


def _told(name: str, *, as_json: bool) -> str:
    """Return what ``opengambit world NAME`` prints."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        rosters.tell(name, as_json=as_json)
    return said.getvalue()
