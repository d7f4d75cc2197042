"""One clear message for bad input: what is wrong, where, what would be legal, the nearest match."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what the user gave.

    Attributes:
        where: file or override in which it stands.
        key: key, column or lever.
        message: what is wrong, as a sentence.
        legal: what would be legal.
        nearest: the nearest legal name, if one is near.
    """

    where: str
    key: str
    message: str
    legal: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        hints = []
        if self.nearest:
            hints.append(f"Did you mean {self.nearest!r}?")
        if self.legal:
            hints.append(f"Legal: {self.legal}.")
        message = f"{self.where}: {self.key}: {self.message}"
        return " ".join([f"{message}.", *hints]) if hints else message


class InputError(Exception):
    """Everything that is wrong with an input, reported at once."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


def nearest(name: str, options: Iterable[str]) -> str | None:
    """Return the option that is spelt most like ``name``, or None if none is near."""
    matches = difflib.get_close_matches(str(name), list(options), n=1, cutoff=0.6)
    return matches[0] if matches else None
