"""A verb of the command in the manual, and the headings under which verbs stand."""

from __future__ import annotations

from typing import NamedTuple

RUNNING, TELLING = "Run the model", "Tell others what came out"
WRITING, READING = "Ask a question of your own", "Read what it stands on"
CHECKING = "Check"


class Verb(NamedTuple):
    """A verb of the command.

    Attributes:
        module: where its ``main(args)`` is.
        group: heading of the overview under which it stands.
        usage: its arguments.
        summary: one line.
        text: what there is to know before using it.
        examples: command lines and what each gives.
    """

    module: str
    group: str
    usage: str
    summary: str
    text: str
    examples: tuple[tuple[str, str], ...]
